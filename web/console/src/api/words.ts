import { t } from "@lingui/core/macro";
/** The reason of an admin who gives none. */
export const DEFAULT_REASON = t`Admin update`;

/** The account from which an admin gives credits, and to which they take them. */
export const ADJUSTMENTS = "house:adjustments";
