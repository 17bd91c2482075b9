import { Trans } from "@lingui/react/macro";
import { cx } from "../lib/cx";
import { Coin } from "../ui/text";

export function Wordmark({ className }: { className?: string }) {
  return (
    <span className={cx("inline-flex items-center gap-2.5 font-semibold font-serif text-xl", className)}>
      <Coin className="size-6" />
      <Trans>groat</Trans>
    </span>
  );
}
