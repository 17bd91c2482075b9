import { GroatError } from "@groat/client";
import { t } from "@lingui/core/macro";

/** Refusals in kind words; for every other code the server's own sentence is shown. */
const KIND_WORDS: Record<string, string> = {
  network: t`The server cannot be reached. Check the connection, then try again.`,
  unknown_outcome: t`We couldn’t confirm this. Try again; you won’t be charged twice.`,
  insufficient_funds: t`There is not enough available for that.`,
  ceiling_exceeded: t`That would go over the highest balance allowed here.`,
  exceeds_transaction: t`That has been undone already.`,
  hold_resolved: t`That hold has been decided already.`,
  account_frozen: t`The account is frozen: nobody moves anything on it.`,
  account_closing: t`The account is being closed: it takes no new movements and holds, only ends of holds and reversals.`,
  account_closed: t`The account is closed.`,
  not_a_manager: t`Only members who manage a shared account, admins and services change its members.`,
  member_not_found: t`The person is no member of this account.`,
  too_many_members: t`A shared account has at most 50 members. Remove one first.`,
  too_many_grants: t`An account has at most 200 grants of which something remains.`,
  unauthorized: t`Please sign in again.`,
  signed_out: t`Please sign in again.`,
  token_expired: t`Please sign in again.`,
  forbidden: t`Your role does not allow that.`,
  action_not_declared: t`This server does not offer that.`,
  overloaded: t`The server is very busy. Nothing was done; try again in a moment.`,
  busy: t`Somebody else is changing this right now. Nothing was done; try again in a moment.`,
};

/** One sentence for a person about anything that was thrown. */
export function explain(error: unknown): string {
  if (error instanceof GroatError)
    return KIND_WORDS[error.code] ?? (error.detail || t`The server answered ${error.status}.`);
  return error instanceof Error && error.message ? error.message : t`Something went wrong.`;
}
