export type { ProblemStatus } from "./codes.js";
export type { CallOptions, GroatOptions, Listed, Page, WriteOptions } from "./door.js";
export { GroatError, isProblem, Problem, type ProblemCode, UnknownOutcome, Unreachable } from "./errors.js";
export { Groat } from "./operations.js";
export { signToken, type TokenOptions } from "./tokens.js";
export type * from "./wire.js";
