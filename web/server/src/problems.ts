import { Problem } from "./errors.js";
import type { ProblemStatus } from "./operations.js";

/** A stable code of the server's problems. */
export type ProblemCode = keyof ProblemStatus;

/**
 * Whether an error is a problem with one of these codes, or with any. Codes of programs that the server has beside its own
 * are allowed, too.
 */
export function isProblem<Code extends ProblemCode | (string & {})>(
  error: unknown,
  ...codes: Code[]
): error is Problem<Code> {
  return (
    error instanceof Problem && (codes.length === 0 || (codes as readonly string[]).includes(error.code))
  );
}
