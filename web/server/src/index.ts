export type { CallOptions, GroatOptions, Listed, Page, WriteOptions } from "./door.js";
export { GroatError, Problem, UnknownOutcome, Unreachable } from "./errors.js";
export { Groat, type ProblemStatus } from "./operations.js";
export { isProblem, type ProblemCode } from "./problems.js";
export { signToken, type TokenOptions } from "./tokens.js";
export type * from "./wire.js";
