import { t } from "@lingui/core/macro";
import { toast } from "sonner";

/** Copies a text and says so, or says that this browser does not let us. */
export async function copyText(text: string, done: string): Promise<void> {
  if (!navigator.clipboard) {
    toast.error(t`This page may not copy here. Select the text and copy it yourself.`);
    return;
  }
  try {
    await navigator.clipboard.writeText(text);
    toast.success(done);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    toast.error(t`The browser did not let us copy. Select the text and copy it yourself.`);
  }
}
