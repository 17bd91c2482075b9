import { t } from "@lingui/core/macro";
import type { ComponentProps, ReactNode } from "react";
import { Field, Input } from "../ui/field";

/** A field for the reason of an act, as the audit log keeps it. */
export function ReasonField({
  label = t`Reason`,
  hint,
  problem,
  onChange,
  ...rest
}: Omit<ComponentProps<typeof Input>, "onChange"> & {
  label?: string;
  hint?: string;
  problem?: ReactNode;
  onChange: (reason: string) => void;
}) {
  return (
    <Field label={label} hint={hint} problem={problem}>
      {(wiring) => (
        <Input {...rest} {...wiring} maxLength={500} onChange={(event) => onChange(event.target.value)} />
      )}
    </Field>
  );
}
