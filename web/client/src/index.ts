/** @groat/client: live balances in the browser, without a framework. */
export { type Api, createApi, type PageOptions, type WriteOptions } from "./api.js";
export { boardName, boardState } from "./boards.js";
export type { Calls, ClientApi, Outcome, UpdateCreditsOptions } from "./calls.js";
export { createGroat } from "./client.js";
export type { DebugSink } from "./debug.js";
export {
  add,
  compare,
  type FormatOptions,
  formatAmount,
  isDecimal,
  isZero,
  negate,
  subtract,
} from "./decimal.js";
export type { Environment, TabChannel } from "./environment.js";
export { randomId } from "./environment.js";
export { type ClientCode, GroatError, isUnsettled } from "./errors.js";
export type { ActOptions, Groat, GroatOptions, InitialPicture } from "./groat.js";
export { guarded } from "./guard.js";
export type { RequestOptions, TokenProvider } from "./http.js";
export {
  type Balance,
  balanceKey,
  type Change,
  type GroatState,
  type LastChange,
  type Notifications,
  type OpenWrite,
  type Overlay,
  type Phase,
  type Position,
  type Status,
  type StatusState,
  type StreamEvent,
  type Toast,
  type ToastOptions,
  type TransportName,
  type ViewStatus,
} from "./model.js";
export { isNewer, type Versioned } from "./newer.js";
export { isRead, newestFirst, wants } from "./notices.js";
export type { RequestList, RequestsRead } from "./requests/list.js";
export { fitsFilter, requestsTold, type ToldRequest } from "./requests/news.js";
export type { OneRequest, RequestHistory, StepsRead, Waiting } from "./requests/one.js";
export type { Read, Reading } from "./requests/reading.js";
export type { Requests } from "./requests/store.js";
export { readNumber, type TypedNumber, type TypedOptions } from "./typed.js";
export type * from "./types.js";
export type * from "./wire.js";
export type { WriteTold } from "./writes.js";
