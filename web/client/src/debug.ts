/** The option `debug`: what happens, with everything secret taken out. */
import { guarded } from "./guard.js";

export type DebugSink = (what: string, details: Record<string, unknown>) => void;

const SECRET_NAME = /token|authorization|password|secret|cookie|api_?key/i;
const JWT = /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g;

/** A copy in which tokens and passwords are replaced by `[redacted]`. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return value.replace(JWT, "[redacted]");
  if (value instanceof Error) return `${value.name}: ${redact(value.message)}`;
  if (typeof value !== "object" || value === null || depth > 6) return value;
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      SECRET_NAME.test(name) && item !== null && item !== undefined ? "[redacted]" : redact(item, depth + 1),
    ]),
  );
}

/** The sink to write to: the caller's, the console, or none. */
export function debugSink(option: boolean | DebugSink | undefined): DebugSink {
  if (!option) return () => undefined;
  const sink: DebugSink =
    option === true ? (what, details) => console.debug(`[groat] ${what}`, details) : option;
  return (what, details) => guarded(() => sink(what, redact(details) as Record<string, unknown>));
}
