import { useState } from "react";

/**
 * What a dialog is about, null for none, how to ask about something, and how to close it. That closes only what was asked when it
 * was handed out: a write that ends late leaves a dialog alone that was opened since.
 */
export function useAsked<Subject extends object | string>() {
  const [asked, ask] = useState<Subject | null>(null);
  const close = () => ask((now) => (now === asked ? null : now));
  return [asked, ask, close] as const;
}
