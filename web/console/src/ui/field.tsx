import { Check, ChevronDown } from "lucide-react";
import { Checkbox as RadixCheckbox, Switch as RadixSwitch } from "radix-ui";
import { type ComponentProps, type ReactNode, useId, useState } from "react";
import { cx } from "../lib/cx";

const CONTROL =
  "w-full rounded-md border border-edge/70 bg-surface px-3 text-ink shadow-card transition-colors hover:border-edge " +
  "disabled:cursor-not-allowed disabled:opacity-60 aria-invalid:border-bad";

interface Wiring {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
}

/** A label, a control, a hint and a problem, tied together for assistive technology. */
export function Field({
  label,
  hint,
  problem,
  className,
  children,
}: {
  label: ReactNode;
  hint?: ReactNode;
  problem?: ReactNode;
  className?: string | undefined;
  children: (wiring: Wiring) => ReactNode;
}) {
  const id = useId();
  const described = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(" ");
  return (
    <div className={cx("flex flex-col gap-1.5", className)}>
      <label htmlFor={id} className="font-medium text-sm">
        {label}
      </label>
      {children({
        id,
        "aria-describedby": described || undefined,
        "aria-invalid": problem ? true : undefined,
      })}
      {hint && (
        <p id={`${id}-hint`} className="text-faint text-xs">
          {hint}
        </p>
      )}
      {problem && (
        <p id={`${id}-problem`} role="alert" className="text-bad text-sm">
          {problem}
        </p>
      )}
    </div>
  );
}

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input {...rest} className={cx(CONTROL, "h-11 text-base sm:h-10 sm:text-sm", className)} />;
}

export function TextArea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea {...rest} className={cx(CONTROL, "resize-y py-2 text-base sm:text-sm", className)} />;
}

/** The platform's own list: best on phones, and read by every screen reader. */
export function Select({ className, children, ...rest }: ComponentProps<"select">) {
  return (
    <span className={cx("relative block", className)}>
      <select {...rest} className={cx(CONTROL, "h-11 appearance-none pr-9 text-base sm:h-10 sm:text-sm")}>
        {children}
      </select>
      <ChevronDown
        className="pointer-events-none absolute top-1/2 right-3 size-4 -translate-y-1/2 text-faint"
        aria-hidden
      />
    </span>
  );
}

export function Checkbox({ className, ...rest }: ComponentProps<typeof RadixCheckbox.Root>) {
  return (
    <RadixCheckbox.Root
      {...rest}
      className={cx(
        "relative flex size-[1.125rem] shrink-0 items-center justify-center rounded-sm border border-edge bg-surface",
        "before:absolute before:-inset-3 data-[state=checked]:border-primary data-[state=checked]:bg-primary",
        "data-[state=indeterminate]:border-primary data-[state=indeterminate]:bg-primary disabled:opacity-40",
        className,
      )}
    >
      <RadixCheckbox.Indicator className="text-on-primary">
        {rest.checked === "indeterminate" ? (
          <span className="block h-0.5 w-2.5 rounded-full bg-current" />
        ) : (
          <Check className="size-3.5" strokeWidth={3} aria-hidden />
        )}
      </RadixCheckbox.Indicator>
    </RadixCheckbox.Root>
  );
}

/**
 * The platform's own checkbox: of hundreds that come and go as somebody scrolls, each is one element. It shows a press at once, also
 * where what it shows is told a moment later. Give it the key of its row.
 */
export function RowCheckbox({
  className,
  checked,
  onChange,
  ...rest
}: Omit<ComponentProps<"input">, "type" | "checked" | "onChange"> & {
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  const [pressed, setPressed] = useState<boolean | null>(null);
  if (pressed === checked) setPressed(null);
  return (
    <input
      {...rest}
      type="checkbox"
      checked={pressed ?? checked}
      onChange={(event) => {
        setPressed(event.target.checked);
        onChange(event.target.checked);
      }}
      className={cx("block size-[1.125rem] cursor-pointer accent-primary disabled:cursor-default", className)}
    />
  );
}

/** On or off, at once. */
export function Switch({ className, ...rest }: ComponentProps<typeof RadixSwitch.Root>) {
  return (
    <RadixSwitch.Root
      {...rest}
      className={cx(
        "relative h-6 w-10.5 shrink-0 rounded-full border border-edge bg-sunken transition-colors before:absolute before:-inset-2.5",
        "data-[state=checked]:border-primary data-[state=checked]:bg-primary disabled:opacity-40",
        className,
      )}
    >
      <RadixSwitch.Thumb className="block size-4.5 translate-x-0.5 rounded-full bg-edge transition-transform data-[state=checked]:translate-x-5 data-[state=checked]:bg-on-primary" />
    </RadixSwitch.Root>
  );
}

/** One of a few: a row of choices that behaves as a radio group. */
export function Choice<Value extends string>({
  label,
  value,
  options,
  onChange,
  className,
}: {
  label: string;
  value: Value;
  options: readonly { value: Value; label: ReactNode }[];
  onChange: (value: Value) => void;
  className?: string;
}) {
  const name = useId();
  return (
    <fieldset className={cx("min-w-0", className)}>
      <legend className="sr-only">{label}</legend>
      <div className="inline-flex w-full rounded-md border border-line bg-sunken p-0.5">
        {options.map((option) => (
          <label
            key={option.value}
            className={cx(
              "relative flex h-10 flex-1 cursor-pointer items-center justify-center whitespace-nowrap rounded-[6px] px-3 font-medium text-sm sm:h-8",
              "has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-1",
              option.value === value ? "bg-raised text-ink shadow-card" : "text-muted hover:text-ink",
            )}
          >
            <input
              type="radio"
              className="absolute inset-0 cursor-pointer opacity-0"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
