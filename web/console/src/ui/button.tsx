import { Loader2 } from "lucide-react";
import { Slot } from "radix-ui";
import { type ComponentProps, type MouseEvent, useCallback, useRef } from "react";
import { cx } from "../lib/cx";
import { useSeen } from "./seen";

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
  /**
   * The decision that a press makes. It must have been seen for a second: a press that was aimed at what stood there before does nothing.
   * Buttons that send a form and dangerous ones are guarded without it; false: nothing is decided here.
   */
  guard?: string | boolean;
  /** Renders the one child (a link) with the button's looks. */
  asChild?: boolean;
}

export function Button({
  look = "secondary",
  size = "md",
  busy = false,
  guard,
  asChild = false,
  className,
  children,
  onClick,
  ref,
  ...rest
}: ButtonProps) {
  const own = useRef<HTMLButtonElement>(null);
  const guarded = !asChild && (guard ?? (rest.type === "submit" || look === "danger"));
  const { isNew, refuses } = useSeen(own, guarded === false ? null : String(guarded));
  const both = useCallback(
    (element: HTMLButtonElement | null) => {
      own.current = element;
      if (typeof ref === "function") ref(element);
      else if (ref) ref.current = element;
    },
    [ref],
  );
  function press(event: MouseEvent<HTMLButtonElement>) {
    if (busy || refuses(event)) event.preventDefault();
    else onClick?.(event);
  }
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
      ref={both}
      className={classes}
      aria-disabled={busy || isNew || undefined}
      aria-busy={busy || undefined}
      onClick={press}
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
