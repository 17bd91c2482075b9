import type { SheetChoices } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { cx } from "../lib/cx";
import { Field, Select } from "../ui/field";
import { DELIMITERS, ENCODINGS, type Readable } from "./reading";

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
  chosen: SheetChoices;
  busy: boolean;
  className?: string;
  onChoose: (name: keyof SheetChoices, value: string | undefined) => void;
}) {
  const { columns, sheets, samples, text, asked, shown } = readable;
  const shows = (name: keyof SheetChoices) => shown.includes(name);
  const wiring = (name: keyof SheetChoices) => ({
    name,
    // Not disabled while the file is read again: that would take the focus away.
    "aria-busy": busy || undefined,
    value: chosen[name] ?? "",
    onChange: (event: { target: { value: string } }) => {
      // Only a reason may come from nowhere; everything else is found in the file again.
      const { value } = event.target;
      onChoose(name, value === "" && name !== "reason_column" ? undefined : value);
    },
  });
  const column = (name: keyof SheetChoices, label: string, none: string, hint?: string) =>
    columns.length > 0 &&
    shows(name) && (
      <Field label={label} hint={hint}>
        {(ids) => (
          <Select {...ids} {...wiring(name)}>
            {(!chosen[name] || name === "reason_column") && <option value="">{none}</option>}
            {columns.map((each) => (
              <option key={each.number} value={String(each.number)}>
                {each.name || t`Column ${each.number}`}
                {each.sample && ` (${each.sample})`}
              </option>
            ))}
          </Select>
        )}
      </Field>
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
      {column("user_column", t`User`, t`Choose a column`, t`An id or an e-mail address.`)}
      {column("amount_column", t`Amount`, t`Choose a column`)}
      {column("reason_column", t`Reason`, t`None`)}
      {columns.length > 0 && shows("decimal") && (
        <Field label={t`Sign before the fraction`} hint={t`In amounts that are text.`}>
          {(ids) => (
            <Select {...ids} {...wiring("decimal")}>
              <option value="">
                <Trans>As the column shows it</Trans>
              </option>
              <option value=".">
                <Trans>Point: 1,234.50</Trans>
              </option>
              <option value=",">
                <Trans>Comma: 1.234,50</Trans>
              </option>
            </Select>
          )}
        </Field>
      )}
      {text && shows("encoding") && (
        <Field label={t`Encoding`}>
          {(ids) => (
            <Select {...ids} {...wiring("encoding")}>
              {!chosen.encoding && (
                <option value="">
                  {asked === "encoding" ? t`Choose how it reads right` : t`As it seems`}
                </option>
              )}
              {ENCODINGS.filter(([name]) => asked !== "encoding" || name in samples).map(([name, title]) => (
                <option key={name} value={name}>
                  {samples[name] ? `${title}: ${samples[name]}` : title}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
      {text && shows("delimiter") && (
        <Field label={t`Cells are parted by`}>
          {(ids) => (
            <Select {...ids} {...wiring("delimiter")}>
              {!chosen.delimiter && (
                <option value="">
                  <Trans>As it seems</Trans>
                </option>
              )}
              {DELIMITERS.map(([name, title]) => (
                <option key={name} value={name}>
                  {title}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
    </div>
  );
}
