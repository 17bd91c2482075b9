import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { CircleAlert, RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { explain } from "../api/problem";
import { cx } from "../lib/cx";
import { Button } from "./button";

/** Nothing here yet: says so, and what to do about it. */
export function EmptyState({
  icon,
  title,
  page = false,
  children,
  action,
}: {
  icon?: ReactNode;
  title: string;
  /** It is all there is on the page, so its title is the page's. */
  page?: boolean;
  children?: ReactNode;
  action?: ReactNode;
}) {
  const Title = page ? "h1" : "p";
  return (
    <div className="flex flex-col items-center px-6 py-12 text-center">
      {icon && (
        <div className="mb-3 flex size-11 items-center justify-center rounded-full border border-line bg-sunken text-faint [&_svg]:size-5">
          {icon}
        </div>
      )}
      <Title className="font-medium">{title}</Title>
      {children && <div className="mt-1 max-w-sm text-muted text-sm">{children}</div>}
      {action && <div className="mt-4">{action}</div>}
    </div>
  );
}

/** Says what could not be loaded and why, and offers to try again. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <div role="alert" className="flex flex-col items-center px-6 py-10 text-center">
      <div className="mb-3 flex size-11 items-center justify-center rounded-full bg-bad-soft text-bad">
        <CircleAlert className="size-5" aria-hidden />
      </div>
      <p className="font-medium">
        <Trans>This could not be loaded</Trans>
      </p>
      <p className="mt-1 max-w-sm text-muted text-sm">{explain(error)}</p>
      {onRetry && (
        <Button className="mt-4" size="sm" onClick={onRetry}>
          <RotateCw aria-hidden /> <Trans>Try again</Trans>
        </Button>
      )}
    </div>
  );
}

/** A place kept for something that is on its way. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cx("block animate-breathe rounded-sm bg-hover", className)} />;
}

export function SkeletonRows({ rows = 5 }: { rows?: number }) {
  return (
    <div role="status" aria-label={t`Loading`} className="divide-y divide-line">
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
        <div key={index} className="flex items-center gap-4 px-4 py-4 sm:px-5">
          <Skeleton className="h-4 w-28" />
          <Skeleton className="h-4 flex-1" />
          <Skeleton className="h-4 w-16" />
        </div>
      ))}
    </div>
  );
}

/** A note inside a form or page, calm or alarming. */
export function Notice({
  tone = "plain",
  title,
  children,
  role,
}: {
  tone?: "plain" | "good" | "warn" | "bad";
  title?: ReactNode;
  children?: ReactNode;
  role?: "alert" | "status";
}) {
  const looks = {
    plain: "border-line bg-sunken text-muted",
    good: "border-good/25 bg-good-soft text-good",
    warn: "border-warn/25 bg-warn-soft text-warn",
    bad: "border-bad/25 bg-bad-soft text-bad",
  }[tone];
  return (
    <div role={role} className={cx("rounded-md border px-3.5 py-2.5 text-sm", looks)}>
      {title && <p className="font-medium">{title}</p>}
      {children}
    </div>
  );
}

/** Shows the progress of a run. Without `value` it only shows that something goes on. */
export function Progress({ value, max, label }: { value?: number; max?: number; label: string }) {
  const part = value === undefined || !max ? null : Math.min(1, value / max);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={max ?? 100}
      aria-valuenow={value}
      className="h-2 w-full overflow-hidden rounded-full bg-hover"
    >
      <div
        className={cx(
          "h-full rounded-full bg-accent transition-[width] duration-200",
          part === null && "w-1/3 animate-breathe",
        )}
        style={part === null ? undefined : { width: `${part * 100}%` }}
      />
    </div>
  );
}
