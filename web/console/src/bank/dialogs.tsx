import type { GroatError, RequestView, TransitionView } from "@groat/client";
import type { ComponentType } from "react";
import type { Draft } from "../requests/fields";
import { LimitForm } from "./limit-form";
import { RepayForm } from "./repay-form";
import { TermsPreview } from "./terms-preview";

export interface OwnFormProps {
  request: RequestView;
  /** Takes the transition. Throws GroatError. */
  act: (input: Record<string, unknown>) => Promise<void>;
  /** Why it was refused, in words. */
  explain: (error: GroatError) => string;
  onClose: () => void;
}

interface OwnForm {
  title: string;
  Form: ComponentType<OwnFormProps>;
}

/** What a person is asked in a form of the bank's own, rather than in one made from the transition's schema. */
const FORMS: Record<string, OwnForm> = {
  "loan.repay": { title: "Repay", Form: RepayForm },
  "card.set_limit": { title: "Monthly limit", Form: LimitForm },
};

/** What is shown under a form made from a transition's schema, of what is typed into it. */
const BELOW: Record<string, ComponentType<{ request: RequestView; draft: Draft }>> = {
  "loan.approve": TermsPreview,
};

/** What of the bank's belongs under the form for a transition; undefined where there is nothing. */
export const belowForm = ({ kind }: RequestView, { name }: TransitionView) => BELOW[`${kind}.${name}`];

/** The bank's own form for a transition; undefined where there is none. */
export function ownForm({ kind }: RequestView, { name }: TransitionView): OwnForm | undefined {
  return FORMS[`${kind}.${name}`];
}
