/** A "no" from the server: RFC 9457 problem details with a stable `code`. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** Everything else the server said about it (account, available, index ...). */
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(status: number, code: string, detail: string, fields: Record<string, unknown> = {}) {
    super(detail || code);
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.fields = fields;
  }
}

/** The server was not reached: nothing is known of what became of a write, and the same key may be tried again. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

/** Reads a failed answer; one that is no problem document gets a code by its status. */
export async function problemFrom(response: Response): Promise<Problem> {
  const text = await response.text();
  const body = parse(text);
  const { code, detail, title, type: _type, status: _status, ...fields } = body;
  return new Problem(
    response.status,
    typeof code === "string" ? code : `http_${response.status}`,
    typeof detail === "string" ? detail : typeof title === "string" ? title : response.statusText,
    fields,
  );
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** Refusals in kind words; for every other code the server's own sentence is shown. */
const KIND_WORDS: Record<string, string> = {
  insufficient_funds: "There is not enough available for that.",
  ceiling_exceeded: "That would go over the highest balance allowed here.",
  unauthorized: "Please sign in again.",
  token_expired: "Please sign in again.",
  forbidden: "Your role does not allow that.",
  action_not_declared: "This server does not offer that.",
  overloaded: "The server is very busy. Nothing was done; try again in a moment.",
  busy: "Somebody else is changing this right now. Nothing was done; try again in a moment.",
};

/** One sentence for a person about anything that was thrown. */
export function explain(error: unknown): string {
  if (error instanceof Unreachable)
    return "The server cannot be reached. Check the connection, then try again.";
  if (error instanceof Problem) return KIND_WORDS[error.code] ?? (error.detail || `Error ${error.status}`);
  return error instanceof Error && error.message ? error.message : "Something went wrong.";
}
