import { Building2 } from "lucide-react";
import { type ComponentProps, type ReactNode, useEffect } from "react";
import { cx } from "../lib/cx";

/** A card: one thing, with an optional heading line. */
export function Card({ className, ...rest }: ComponentProps<"section">) {
  return (
    <section
      {...rest}
      className={cx("min-w-0 overflow-clip rounded-xl border border-line bg-surface shadow-card", className)}
    />
  );
}

export function CardHeader({
  title,
  hint,
  children,
  id,
}: {
  title: ReactNode;
  hint?: ReactNode;
  children?: ReactNode;
  id?: string;
}) {
  return (
    <header className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 pt-4 pb-3 sm:px-5">
      <div className="min-w-0">
        <h2 id={id} className="font-semibold text-[0.9375rem]">
          {title}
        </h2>
        {hint && <p className="text-faint text-sm">{hint}</p>}
      </div>
      {children && <div className="flex flex-wrap items-center gap-2">{children}</div>}
    </header>
  );
}

/** The name of the page in the tab and for screen readers, as long as it is open. */
function usePageTitle(title: ReactNode) {
  useEffect(() => {
    if (typeof title !== "string") return undefined;
    const before = document.title;
    document.title = `${title} · groat`;
    return () => {
      document.title = before;
    };
  }, [title]);
}

/** The head of a page: its one h1, what it is for, and its main acts. */
export function PageHeader({
  title,
  hint,
  children,
  crumb,
}: {
  title: ReactNode;
  hint?: ReactNode;
  children?: ReactNode;
  crumb?: ReactNode;
}) {
  usePageTitle(title);
  return (
    <header className="mb-5 flex flex-wrap items-end justify-between gap-x-6 gap-y-3 sm:mb-6">
      <div className="min-w-0">
        {crumb && <div className="mb-1 text-sm">{crumb}</div>}
        <h1 className="font-semibold font-serif text-[1.625rem] leading-tight tracking-[-0.01em] sm:text-[1.875rem]">
          {title}
        </h1>
        {hint && <p className="mt-1 max-w-prose text-muted text-sm">{hint}</p>}
      </div>
      {children && <div className="flex flex-wrap items-center gap-2">{children}</div>}
    </header>
  );
}

/** A part of a long form, under a heading of its own. */
export function FormSection({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-4 border-line border-t pt-5 first:border-t-0 first:pt-0">
      <h2 className="font-semibold text-[0.9375rem]">{title}</h2>
      {children}
    </section>
  );
}

const TONES = {
  plain: "bg-sunken text-muted border-line",
  accent: "bg-accent-soft text-accent border-transparent",
  good: "bg-good-soft text-good border-transparent",
  warn: "bg-warn-soft text-warn border-transparent",
  bad: "bg-bad-soft text-bad border-transparent",
} as const;

export type Tone = keyof typeof TONES;

export function Badge({ tone = "plain", className, ...rest }: ComponentProps<"span"> & { tone?: Tone }) {
  return (
    <span
      {...rest}
      className={cx(
        "inline-flex items-center gap-1 whitespace-nowrap rounded-sm border px-1.5 py-px font-medium text-xs [&_svg]:size-3",
        TONES[tone],
        className,
      )}
    />
  );
}

const MARK =
  "inline-flex size-8 shrink-0 items-center justify-center rounded-full border border-line bg-sunken text-muted";

/** The sign of what belongs to no person, but to the house. */
export function HouseMark({ className }: { className?: string | undefined }) {
  return (
    <span aria-hidden className={cx(MARK, className)}>
      <Building2 className="size-1/2" />
    </span>
  );
}

/** A person's initial on a small coin. */
export function Initial({ name, className }: { name: string; className?: string }) {
  return (
    <span aria-hidden className={cx(MARK, "font-medium font-serif text-sm", className)}>
      {(name.trim()[0] ?? "?").toLocaleUpperCase()}
    </span>
  );
}

export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="rounded-[4px] border border-line bg-sunken px-1 font-sans text-[0.6875rem] text-faint">
      {children}
    </kbd>
  );
}
