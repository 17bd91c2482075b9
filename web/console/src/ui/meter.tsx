import { cx } from "../lib/cx";

/** Draws how much of something is used or done, 0 to 1. The words beside it say it exactly. */
export function Meter({
  part,
  tone = "accent",
  className,
}: {
  part: number;
  tone?: "accent" | "good" | "warn" | "bad";
  className?: string;
}) {
  const colour = { accent: "bg-accent", good: "bg-good", warn: "bg-warn", bad: "bg-bad-strong" }[tone];
  return (
    <div aria-hidden className={cx("h-1.5 w-full overflow-hidden rounded-full bg-hover", className)}>
      <div
        className={cx("h-full rounded-full transition-[width] duration-300", colour)}
        style={{ width: `${Math.round(Math.min(1, Math.max(0, part)) * 100)}%` }}
      />
    </div>
  );
}
