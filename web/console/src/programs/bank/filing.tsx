import type { KindView } from "@groat/client";
import type { ComponentType } from "react";
import { CardForm } from "./card-form";
import { LoanForm } from "./loan-form";

export interface FilingProps {
  kind: KindView;
  /** The name of filing. */
  act: string;
  /** Throws GroatError. */
  send: (data: Record<string, unknown>) => Promise<void>;
}

/** The bank's own forms for filing, in place of those made from a schema. */
const FORMS: Record<string, { Form: ComponentType<FilingProps>; title: string; telling: string }> = {
  loan: { Form: LoanForm, title: "Apply for a loan", telling: "months" },
  card: { Form: CardForm, title: "Apply for a card", telling: "holder" },
};

/** The bank's own form for filing; undefined where there is none, or another program has a kind of that name. */
export function ownFiling({ name, schema }: KindView) {
  const own = FORMS[name];
  return own && own.telling in ((schema.properties ?? {}) as object) ? own : undefined;
}
