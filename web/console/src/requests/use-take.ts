import { GroatError, type KindView, type RequestView, type TransitionView } from "@groat/client";
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { explain } from "../api/problem";
import { kindsQuery } from "../api/requests";
import { groat } from "../groat";
import { formatClock, formatShort } from "../lib/time";
import { latest, moneyOf, stateOf } from "./kinds";
import { spread } from "./live";

/** Puts the answer to a write into all that is on screen, and asks for what it does not say. */
export function takeIn(queries: QueryClient, request: RequestView): void {
  const { id, kind, version } = request;
  spread(queries, [{ from: "owner", id, kind, version, request }]);
  queries.setQueryData<RequestView>(["request", id], (known) => (known ? latest(known, request) : request));
  const parent = queries.getQueryData(kindsQuery.queryKey)?.find(({ name }) => name === kind)?.parent;
  void queries.invalidateQueries({ queryKey: ["request", id] });
  void queries.invalidateQueries({ queryKey: ["waiting"] });
  if (parent && request.parent) void queries.invalidateQueries({ queryKey: ["request", request.parent] });
}

const DONE_BEFORE = "That was done before, and more has happened since. To do it once more, press again.";

/** Taking transitions of requests: one at a time, and one key for each until its verdict is in. */
export function useTake() {
  const queries = useQueryClient();
  const [busy, setBusy] = useState<string | null>(null);

  /** Throws GroatError, `done_before` too; what is on screen of the request then is asked for again. */
  async function take(
    request: RequestView,
    transition: TransitionView,
    input: Record<string, unknown> = {},
  ): Promise<RequestView> {
    const { kind, id } = request;
    setBusy(transition.name);
    try {
      // Its version does not count: that is what changes when the answer to a step that was taken is lost.
      const after = await groat.write(
        ["take", kind, id, transition.name, input],
        (key, api) =>
          api.takeTransition(kind, id, transition.name, input, {
            key,
            // A decision is on what was read: what has changed since is read again first.
            ...(transition.decides ? { version: request.version } : {}),
          }),
        { title: [transition.title, moneyOf(request)].filter(Boolean).join(": ") },
      );
      takeIn(queries, after);
      // The answer that was lost has come, but more has happened by then: a card may have been frozen, and unfrozen since.
      if (after.replayed && after.version < request.version) throw new GroatError("done_before", DONE_BEFORE);
      return after;
    } catch (error) {
      void queries.invalidateQueries({ queryKey: ["request", id] });
      throw error;
    } finally {
      setBusy(null);
    }
  }
  return { take, busy };
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
      const at = decided_at ? ` at ${formatClock(new Date(decided_at))}` : "";
      return `${nameOf(decided_by ?? "")} decided it first${at}: ${stateOf(kind, state ?? "").title.toLowerCase()}.`;
    }
    case "own_request":
      return "This request is yours, or you submitted it: somebody else must decide it.";
    case "second_approver":
      return "You approved it already. Somebody else must approve it as well.";
    case "too_new_to_decide":
      return `You have been staff only for a short time. You may decide from ${formatShort(new Date(String(error.fields.decides_after)))} on.`;
    case "wrong_state":
      if (error.fields.version !== undefined)
        return "This request changed while you were looking at it. Check it again, then decide.";
      return `That is no longer possible: ${stateOf(kind, state ?? "").title.toLowerCase()}.`;
    default:
      return explain(error);
  }
}
