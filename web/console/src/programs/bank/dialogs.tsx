import type { GroatError, RequestView, TransitionView } from "@groat/client";
import type { ComponentType } from "react";
import type { Draft } from "../../requests/fields";
import { LimitForm } from "./limit-form";
import { RepayForm } from "./repay-form";
import { TermsPreview } from "./terms-preview";

export interface OwnFormProps {
  request: RequestView;
  /** Takes the transition. Throws GroatError. */
  act: (input: Record<string, unknown>) => Promise<void>;
  /** The reason of the refusal, in words. */
  explain: (error: GroatError) => string;
  onClose: () => void;
}

interface OwnForm {
  title: string;
  Form: ComponentType<OwnFormProps>;
}

/** The bank's own forms for transitions, in place of those made from a schema. */
const FORMS: Record<string, OwnForm> = {
  "loan.repay": { title: "Repay", Form: RepayForm },
  "card.set_limit": { title: "Monthly limit", Form: LimitForm },
};

/** A preview of the typed input, under a form made from a transition's schema. */
const BELOW: Record<string, ComponentType<{ request: RequestView; draft: Draft }>> = {
  "loan.approve": TermsPreview,
};

/** Chooses the bank's preview under the form for a transition; undefined where there is none. */
export const belowForm = ({ kind }: RequestView, { name }: TransitionView) => BELOW[`${kind}.${name}`];

/** The bank's own form for a transition; undefined where there is none. */
export function ownForm({ kind }: RequestView, { name }: TransitionView): OwnForm | undefined {
  return FORMS[`${kind}.${name}`];
}
