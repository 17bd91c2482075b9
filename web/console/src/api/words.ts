/** The reason of an admin who gives none. */
export const DEFAULT_REASON = "Admin update";

/** Where credits that an admin gives come from, and where those taken go. */
export const ADJUSTMENTS = "house:adjustments";

/** Where a bulk run takes from unless another account is named. */
export const BONUS = "house:bonus";
