/** @groat/react: hooks and components for live balances. Import `@groat/react/groat.css` once for their look. */
export { Amount, type AmountProps } from "./amount.js";
export {
  CreditContext,
  type CreditContextType,
  CreditProvider,
  type CreditProviderProps,
  useCredit,
} from "./credit-context.js";
export {
  CreditsDisplay,
  CreditsDisplay as CreditDisplay,
  CreditsDisplay as default,
  type CreditsDisplayProps,
} from "./credits-display.js";
export { ExpiringCredits, type ExpiringCreditsProps } from "./expiring-credits.js";
export { GroatProvider, type GroatProviderProps, useGroat, useGroatState } from "./provider.js";
export { StatusBadge, type StatusBadgeProps } from "./status-badge.js";
export { type Away, type BalanceOptions, type UseBalance, useAway, useBalance } from "./use-balance.js";
export { type UseBoard, useBoard } from "./use-board.js";
export { type CheckOptions, type UseBudgets, type UseCheck, useBudgets, useCheck } from "./use-budgets.js";
export { type Ending, type UseGrants, useGrants } from "./use-grants.js";
export { type HistoryOptions, type HistoryRow, type UseHistory, useHistory } from "./use-history.js";
export {
  type NotificationsOptions,
  type UseNotifications,
  useNotifications,
  useToasts,
  useUnread,
} from "./use-notifications.js";
export {
  type RequestsOptions,
  type UseRequest,
  type UseRequestHistory,
  type UseRequests,
  useRequest,
  useRequestHistory,
  useRequests,
  useWaiting,
} from "./use-requests.js";
export { type UseSpend, useSpend } from "./use-spend.js";
export { type UseStatus, useStatus } from "./use-status.js";
export { type UseWrite, useWrite } from "./use-write.js";
export type { Words } from "./words.js";
