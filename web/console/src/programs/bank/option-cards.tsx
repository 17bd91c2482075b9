import { type ReactNode, useId } from "react";
import { cx } from "../../lib/cx";

/** One of a few, each with what there is to know of it: a radio group of cards. */
export function OptionCards<Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: Value;
  options: readonly { value: Value; label: string; note?: ReactNode }[];
  onChange: (value: Value) => void;
}) {
  const name = useId();
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 font-medium text-sm">{label}</legend>
      <div className="flex flex-col gap-2">
        {options.map((option) => (
          <label
            key={option.value}
            className={cx(
              "relative flex min-h-12 cursor-pointer items-center gap-3 rounded-md border px-3.5 py-2 text-sm transition-colors",
              "has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2",
              option.value === value ? "border-accent bg-accent-soft/40" : "border-edge/70 hover:border-edge",
            )}
          >
            <input
              type="radio"
              className="size-4 shrink-0"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            <span className="font-medium">{option.label}</span>
            {option.note && <span className="ml-auto">{option.note}</span>}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
