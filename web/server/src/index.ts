export { again } from "./again.js";
export * from "./bank.js";
export type { ProblemStatus } from "./codes.js";
export * from "./credits.js";
export {
  at,
  type CallOptions,
  type GroatOptions,
  type Listed,
  type Page,
  type WriteOptions,
} from "./door.js";
export { GroatError, isProblem, Problem, type ProblemCode, UnknownOutcome, Unreachable } from "./errors.js";
export type { Job, Metered, MeteredOptions, Used } from "./metered.js";
export { isNewer, type Versioned } from "./newer.js";
export * from "./operations.js";
export * from "./placements.js";
export { signToken, type TokenOptions } from "./tokens.js";
export type * from "./wire.js";
export {
  type BulkCreditOptions,
  emitBulkCreditUpdate,
  fulfillCreditOrder,
  updateUserCredits,
} from "./words.js";
