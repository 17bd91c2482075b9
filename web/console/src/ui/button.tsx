import { Loader2 } from "lucide-react";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { cx } from "../lib/cx";

const LOOKS = {
  primary: "bg-primary text-on-primary hover:bg-primary-hover shadow-card",
  secondary: "border border-line bg-surface text-ink hover:bg-hover shadow-card",
  quiet: "text-muted hover:bg-hover hover:text-ink",
  danger: "bg-bad-strong text-white hover:brightness-110 shadow-card",
} as const;

const SIZES = {
  sm: "h-9 gap-1.5 px-3 text-[0.8125rem] sm:h-8",
  md: "h-11 gap-2 px-4 text-sm sm:h-10",
  icon: "size-11 sm:size-9",
} as const;

interface ButtonProps extends ComponentProps<"button"> {
  look?: keyof typeof LOOKS;
  size?: keyof typeof SIZES;
  /** Shows a spinner and ignores presses, but keeps the focus where it is. */
  busy?: boolean;
  /** Renders the one child (a link) with the button's looks. */
  asChild?: boolean;
}

export function Button({
  look = "secondary",
  size = "md",
  busy = false,
  asChild = false,
  className,
  children,
  onClick,
  ...rest
}: ButtonProps) {
  const classes = cx(
    "inline-flex shrink-0 select-none items-center justify-center whitespace-nowrap rounded-md font-medium transition-colors",
    "disabled:pointer-events-none disabled:opacity-50 aria-disabled:opacity-70 [&_svg]:size-4 [&_svg]:shrink-0",
    LOOKS[look],
    SIZES[size],
    className,
  );
  if (asChild) {
    return (
      <Slot.Root className={classes} {...rest}>
        {children}
      </Slot.Root>
    );
  }
  return (
    <button
      type="button"
      {...rest}
      className={classes}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
    >
      {busy && <Loader2 className="animate-spin" aria-hidden />}
      {children}
    </button>
  );
}

/** A button that is only a picture: its label is spoken and shown on hover. */
export function IconButton({ label, ...rest }: Omit<ButtonProps, "aria-label"> & { label: string }) {
  return <Button look="quiet" size="icon" {...rest} aria-label={label} title={label} />;
}
