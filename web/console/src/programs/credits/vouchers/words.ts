/** Words for vouchers. */
import type { CampaignView, CodeView, GroatError, RedemptionView, VoucherTerms } from "@groat/client";
import { formatAmount } from "@groat/client";
import { t } from "@lingui/core/macro";
import { explain } from "../../../api/problem";
import { formatFull } from "../../../lib/time";
import type { Tone } from "../../../ui/surface";

export const CAMPAIGN_STATES: Record<CampaignView["state"], { label: string; tone: Tone }> = {
  running: { label: t`Running`, tone: "good" },
  not_yet: { label: t`Not yet`, tone: "plain" },
  over: { label: t`Over`, tone: "plain" },
  stopped: { label: t`Stopped`, tone: "warn" },
  used_up: { label: t`Used up`, tone: "plain" },
};

export const CODE_STATES: Record<CodeView["state"], { label: string; tone: Tone }> = {
  unused: { label: t`Unused`, tone: "plain" },
  redeemed: { label: t`Redeemed`, tone: "good" },
  void: { label: t`Withdrawn`, tone: "warn" },
};

export const REDEMPTION_STATES: Record<RedemptionView["state"], { label: string; tone: Tone }> = {
  redeemed: { label: t`Redeemed`, tone: "good" },
  undone: { label: t`Undone`, tone: "warn" },
};

/** Says when the credits of a code expire; null for never. */
export function expiryOf(terms: VoucherTerms | null): string | null {
  if (terms?.expires_at) return t`It expires on ${formatFull(new Date(terms.expires_at))}.`;
  if (!terms?.lasts_s) return null;
  const days = Math.round(terms.lasts_s / 86_400);
  return days >= 1 ? t`It expires ${days} days after you redeem it.` : t`It expires within a day.`;
}

const REFUSED: Record<string, string> = {
  voucher_not_found: t`There is no such code. Look at it again.`,
  voucher_mistyped: t`This code has a typing mistake. Compare it once more.`,
  voucher_throttled: t`Too many wrong codes. Try again later; a right code stays good.`,
  voucher_stopped: t`This code is paused at present.`,
  voucher_void: t`This code was withdrawn.`,
  voucher_redeemed: t`You have redeemed this code already.`,
  voucher_used_up: t`This code has been used up.`,
  voucher_yours_used_up: t`You have redeemed this as often as you may.`,
  voucher_first_purchase: t`This code is for a first purchase, and you have bought something before.`,
  voucher_budget_used_up: t`All of this campaign has been given away.`,
};

/** Says kindly why a code cannot be redeemed. */
export function explainRefusal(error: GroatError): string {
  const { starts_at, ends_at } = error.fields as { starts_at?: string; ends_at?: string };
  if (error.code === "voucher_not_yet" && starts_at) {
    return t`This code is good from ${formatFull(new Date(starts_at))} on.`;
  }
  if (error.code === "voucher_over" && ends_at) {
    return t`This code was good until ${formatFull(new Date(ends_at))}.`;
  }
  return REFUSED[error.code] ?? explain(error);
}

/** Says why a code would be refused, by the code of the refusal alone. */
export const refusalWords = (code: string, detail: string) => REFUSED[code] ?? detail;

/** "17 of 100", or only "17" where there is no bound. */
export const outOf = (some: string | number, of: string | number | null) =>
  of === null ? formatAmount(String(some)) : t`${formatAmount(String(some))} of ${formatAmount(String(of))}`;
