import { GroatError } from "@groat/client";

/** Refusals in kind words; for every other code the server's own sentence is shown. */
const KIND_WORDS: Record<string, string> = {
  network: "The server cannot be reached. Check the connection, then try again.",
  unknown_outcome: "We couldn’t confirm this. Try again; you won’t be charged twice.",
  insufficient_funds: "There is not enough available for that.",
  ceiling_exceeded: "That would go over the highest balance allowed here.",
  exceeds_transaction: "That has been undone already.",
  hold_resolved: "That hold has been decided already.",
  unauthorized: "Please sign in again.",
  signed_out: "Please sign in again.",
  token_expired: "Please sign in again.",
  forbidden: "Your role does not allow that.",
  action_not_declared: "This server does not offer that.",
  overloaded: "The server is very busy. Nothing was done; try again in a moment.",
  busy: "Somebody else is changing this right now. Nothing was done; try again in a moment.",
};

/** One sentence for a person about anything that was thrown. */
export function explain(error: unknown): string {
  if (error instanceof GroatError)
    return KIND_WORDS[error.code] ?? (error.detail || `The server answered ${error.status}.`);
  return error instanceof Error && error.message ? error.message : "Something went wrong.";
}
