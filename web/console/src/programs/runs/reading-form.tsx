import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useState } from "react";
import { cx } from "../../lib/cx";
import { Field, Input, Select } from "../../ui/field";
import {
  type ChoiceName,
  type Choices,
  DATE_ORDERS,
  DELIMITERS,
  ENCODINGS,
  type Readable,
  type Role,
} from "./reading";

/** The columns that a file need not have. */
const OPTIONAL: ReadonlySet<Role> = new Set(["user", "email", "name", "reason"]);

const TITLES: Record<Role, string> = {
  user: t`Person’s id`,
  email: t`E-mail`,
  name: t`Name`,
  amount: t`Amount`,
  reason: t`Reason`,
};

/** Offers the options of reading a file, and reports each change at once. */
export function ReadingForm({
  readable,
  chosen,
  busy,
  className,
  onChoose,
}: {
  readable: Readable;
  /** The options in use, or chosen so far. */
  chosen: Choices;
  busy: boolean;
  className?: string;
  onChoose: (name: ChoiceName, value: string | undefined) => void;
}) {
  const { columns, sheets, samples, text, asked, shown } = readable;
  const shows = (name: ChoiceName) => shown.includes(name);
  const wiring = (name: ChoiceName, none = false) => ({
    name,
    // Not disabled while the file is read again: that would take the focus away.
    "aria-busy": busy || undefined,
    value: chosen[name] ?? "",
    onChange: ({ target: { value } }: { target: { value: string } }) =>
      // A column may be none; everything else is found in the file again.
      onChoose(name, value === "" && !none ? undefined : value),
  });
  const column = (role: Role) => {
    const name = `${role}_column` as const;
    const none =
      (OPTIONAL.has(role) && asked !== name) ||
      (role === "amount" && asked === null && Boolean(chosen.amount));
    return (
      columns.length > 0 &&
      shows(name) && (
        <Field label={TITLES[role]}>
          {(ids) => (
            <Select {...ids} {...wiring(name, none)}>
              {(none || !chosen[name]) && <option value="">{none ? t`None` : t`Choose a column`}</option>}
              {columns.map((each) => (
                <option key={each.number} value={String(each.number)}>
                  {each.name || t`Column ${each.number}`}
                  {each.sample && ` (${each.sample})`}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )
    );
  };
  const options = (
    name: ChoiceName,
    label: string,
    first: string | null,
    list: readonly (readonly [string, string])[],
  ) =>
    shows(name) && (
      <Field label={label}>
        {(ids) => (
          <Select {...ids} {...wiring(name)}>
            {first !== null && <option value="">{first}</option>}
            {list.map(([value, title]) => (
              <option key={value} value={value}>
                {title}
              </option>
            ))}
          </Select>
        )}
      </Field>
    );
  const sampled = ENCODINGS.filter(([name]) => asked !== "encoding" || name in samples).map(
    ([name, title]) => [name, samples[name] ? `${title}: ${samples[name]}` : title] as const,
  );
  return (
    <div className={cx("grid gap-x-4 gap-y-3 sm:grid-cols-2 lg:grid-cols-3", className)}>
      {sheets.length > 1 && shows("sheet") && (
        <Field label={t`Sheet`}>
          {(ids) => (
            <Select {...ids} {...wiring("sheet")}>
              {!chosen.sheet && (
                <option value="">
                  <Trans>Choose a sheet</Trans>
                </option>
              )}
              {sheets.map(({ name, hidden }) => (
                <option key={name} value={name}>
                  {hidden ? t`${name} (hidden)` : name}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
      {column("user")}
      {column("email")}
      {column("name")}
      {column("amount")}
      {columns.length > 0 && shows("amount") && (
        <AmountField
          key={asked === null ? chosen.amount : "asked"}
          amount={chosen.amount ?? ""}
          atOnce={asked !== null}
          onGive={(amount) => onChoose("amount", amount || undefined)}
        />
      )}
      {column("reason")}
      {columns.length > 0 &&
        options("decimal", t`Numbers are written`, t`As the column shows`, [
          [".", t`With a point: 1,234.50`],
          [",", t`With a comma: 1.234,50`],
        ])}
      {columns.length > 0 && options("date_order", t`Dates are written`, t`As the column shows`, DATE_ORDERS)}
      {text &&
        options(
          "encoding",
          t`Encoding`,
          chosen.encoding ? null : asked === "encoding" ? t`Choose how it reads right` : t`Automatic`,
          sampled,
        )}
      {text &&
        options("delimiter", t`Cells are separated by`, chosen.delimiter ? null : t`Automatic`, DELIMITERS)}
    </div>
  );
}

/** One amount for all rows, given when the field is left, or `atOnce` as it is typed. */
function AmountField({
  amount,
  atOnce,
  onGive,
}: {
  amount: string;
  atOnce: boolean;
  onGive: (amount: string) => void;
}) {
  const [text, setText] = useState(amount);
  const give = () => text.trim() !== amount && onGive(text.trim());
  return (
    <Field label={t`One amount for all`} hint={t`For a file without a column for it.`}>
      {(ids) => (
        <Input
          {...ids}
          name="amount"
          inputMode="decimal"
          autoComplete="off"
          value={text}
          onChange={({ target: { value } }) => {
            setText(value);
            if (atOnce) onGive(value.trim());
          }}
          onBlur={atOnce ? undefined : give}
          onKeyDown={({ key }) => {
            if (key === "Enter" && !atOnce) give();
          }}
        />
      )}
    </Field>
  );
}
