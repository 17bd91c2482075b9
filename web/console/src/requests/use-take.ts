import { GroatError, type KindView, type RequestView, type TransitionView } from "@groat/client";
import { useWrite } from "@groat/react";
import { t } from "@lingui/core/macro";
import { useState } from "react";
import { explain } from "../api/problem";
import { groat } from "../groat";
import { inSentence } from "../lib/texts";
import { formatClock, formatShort } from "../lib/time";
import { moneyOf, stateOf } from "./kinds";

/** Taking transitions of requests: one at a time. `take` throws GroatError; `busy` names the transition under way. */
export function useTake() {
  const [taking, setTaking] = useState("");
  const { write, pending } = useWrite(
    (request: RequestView, transition: TransitionView, input: Record<string, unknown> = {}) => {
      setTaking(transition.name);
      return groat.requests.take(request, transition, input, {
        title: [transition.title, moneyOf(request)].filter(Boolean).join(": "),
      });
    },
  );
  return { take: write, busy: pending ? taking : null };
}

/** Explains why a transition was refused, and who was faster. */
export function explainRefusal(
  error: unknown,
  kind: KindView | undefined,
  nameOf: (principal: string) => string,
): string {
  if (!(error instanceof GroatError)) return explain(error);
  const { decided_by, decided_at, state } = error.fields as Record<string, string | undefined>;
  switch (error.code) {
    case "already_decided": {
      const who = nameOf(decided_by ?? "");
      const to = inSentence(stateOf(kind, state ?? "").title);
      return decided_at
        ? t`${who} decided it first at ${formatClock(new Date(decided_at))}: ${to}.`
        : t`${who} decided it first: ${to}.`;
    }
    case "own_request":
      return t`This request is yours, or you submitted it: somebody else must decide it.`;
    case "second_approver":
      return t`You approved it already. Somebody else must approve it as well.`;
    case "too_new_to_decide":
      return t`You have been staff only for a short time. You may decide from ${formatShort(new Date(String(error.fields.decides_after)))} on.`;
    case "wrong_state":
      if (error.fields.version !== undefined)
        return t`This request changed while you were looking at it. Check it again, then decide.`;
      return t`That is no longer possible: ${inSentence(stateOf(kind, state ?? "").title)}.`;
    default:
      return explain(error);
  }
}
