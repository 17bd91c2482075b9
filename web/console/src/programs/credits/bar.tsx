import type { GrantView } from "@groat/client";
import { formatAmount } from "@groat/client";
import { t } from "@lingui/core/macro";
import { cx } from "../../lib/cx";

const PARTS = [
  { of: "available", look: "bg-accent", word: t`available` },
  { of: "held", look: "bg-accent/45", word: t`held` },
  { of: "spent", look: "bg-edge", word: t`spent` },
  { of: "expired", look: "bg-warn", word: t`expired` },
  { of: "voided", look: "bg-bad", word: t`taken back` },
] as const;

/** What became of a grant, as a bar of its parts; told in words to who does not see it. */
export function Bar({ grant, label, className }: { grant: GrantView; label: string; className?: string }) {
  const total = Number(grant.amount) || 1;
  const parts = PARTS.filter(({ of }) => Number(grant[of]) > 0);
  const words = parts.map(({ of, word }) => `${formatAmount(grant[of])} ${word}`).join(", ");
  return (
    <div
      role="img"
      aria-label={`${label}: ${words}`}
      className={cx("flex h-1.5 w-full gap-px overflow-hidden rounded-full bg-hover", className)}
    >
      {parts.map(({ of, look }) => (
        <span key={of} className={look} style={{ width: `${(Number(grant[of]) / total) * 100}%` }} />
      ))}
    </div>
  );
}
