import { formatAmount } from "@groat/client";
import { useGroatState as useLive, useRequests } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { type ComponentProps, useEffect } from "react";
import { assetsQuery, PAGE_SIZE } from "../api/queries";
import { useKind } from "../api/requests";
import { streamOf } from "../lib/accounts";
import { cx } from "../lib/cx";
import { usePerson } from "../live/hooks";
import { AmountInput, AssetSelect } from "../parts/money";
import { Checkbox, Choice, Input, Field as Labelled, Select, TextArea } from "../ui/field";
import type { Draft, Field } from "./fields";
import { headline } from "./kinds";
import { whose } from "./use-file";

/** Few short options are all on the page; more of them are a list. */
const CHOICES_MAX = 4;

interface FieldsProps {
  fields: readonly Field[];
  draft: Draft;
  problems: Record<string, string>;
  onChange: (path: string, value: string | boolean) => void;
  /** The first field takes the focus. */
  focusFirst?: boolean;
  /** The person whose money it is about; null: nobody's here. */
  payer?: string | null;
}

/** The fields of a form that was made from a schema. */
export function SchemaFields({ fields, focusFirst = false, ...rest }: FieldsProps) {
  return fields.map((field, index) => (
    <SchemaField key={field.path} field={field} autoFocus={focusFirst && index === 0} {...rest} />
  ));
}

interface FieldProps extends Omit<FieldsProps, "fields" | "focusFirst"> {
  field: Field;
  autoFocus: boolean;
}

function SchemaField({ field, autoFocus, ...rest }: FieldProps) {
  const { draft, problems, onChange } = rest;
  const { path, input, required, hint } = field;
  const label = required || input.type === "flag" ? field.label : `${field.label} (optional)`;
  const value = String(draft[path] ?? "");
  const problem = problems[path];
  const typed = { value, autoFocus, "aria-required": required } as const;
  switch (input.type) {
    case "money":
      return <MoneyField {...{ field, autoFocus, ...rest }} />;
    case "flag":
      return (
        // biome-ignore lint/a11y/noLabelWithoutControl: the checkbox is in it
        <label className="flex items-start gap-3 text-sm">
          <Checkbox
            className="mt-0.5"
            autoFocus={autoFocus}
            checked={draft[path] === true}
            onCheckedChange={(checked) => onChange(path, checked === true)}
          />
          <span>
            <span className="font-medium">{field.label}</span>
            {hint && <span className="block text-faint text-xs">{hint}</span>}
          </span>
        </label>
      );
    case "choice": {
      const options = input.options.map((option, index) => ({ value: String(index), label: option.label }));
      const short = options.reduce((length, option) => length + option.label.length, 0) < 40;
      if (options.length <= CHOICES_MAX && short) {
        return (
          <div className="flex flex-col gap-1.5">
            <span aria-hidden className="font-medium text-sm">
              {field.label}
            </span>
            <Choice
              label={field.label}
              value={value}
              options={options}
              onChange={(next) => onChange(path, next)}
            />
            {hint && <p className="text-faint text-xs">{hint}</p>}
          </div>
        );
      }
      return (
        <Labelled label={field.label} hint={hint} problem={problem}>
          {(wiring) => (
            <Select
              {...wiring}
              autoFocus={autoFocus}
              value={value}
              onChange={(event) => onChange(path, event.target.value)}
            >
              {options.map((option) => (
                <option key={option.value} value={option.value}>
                  {option.label}
                </option>
              ))}
            </Select>
          )}
        </Labelled>
      );
    }
    case "asset":
      return (
        <AssetField
          label={label}
          hint={hint}
          problem={problem}
          value={value}
          onChange={(next) => onChange(path, next)}
        />
      );
    case "request":
      return (
        <RequestField
          label={label}
          hint={hint}
          problem={problem}
          kind={input.kind}
          owner={rest.payer}
          value={value}
          onChange={(next) => onChange(path, next)}
        />
      );
    case "group":
      return (
        <fieldset className="flex flex-col gap-4 rounded-lg border border-line p-4">
          <legend className="px-1 font-medium text-sm">{label}</legend>
          <SchemaFields fields={input.fields} {...rest} />
        </fieldset>
      );
    case "variant": {
      const chosen = input.variants.find((variant) => variant.value === value);
      return (
        <div className="flex flex-col gap-4">
          <div className="flex flex-col gap-1.5">
            <span aria-hidden className="font-medium text-sm">
              {label}
            </span>
            <Choice
              label={label}
              value={value}
              options={input.variants}
              onChange={(next) => onChange(path, next)}
            />
          </div>
          {chosen && <SchemaFields fields={chosen.fields} {...rest} />}
        </div>
      );
    }
    case "lines":
    case "json":
      return (
        <Labelled
          label={label}
          hint={hint || (input.type === "lines" ? t`One a line.` : t`As JSON.`)}
          problem={problem}
        >
          {(wiring) => (
            <TextArea
              {...wiring}
              {...typed}
              rows={4}
              className={cx(input.type === "json" && "font-mono")}
              onChange={(event) => onChange(path, event.target.value)}
            />
          )}
        </Labelled>
      );
    case "number":
      return (
        <Labelled label={label} hint={hint || rangeOf(input)} problem={problem}>
          {(wiring) => (
            <Input
              {...wiring}
              {...typed}
              inputMode={input.whole ? "numeric" : "decimal"}
              autoComplete="off"
              className="num max-w-40"
              onChange={(event) => onChange(path, event.target.value)}
            />
          )}
        </Labelled>
      );
    case "text": {
      const common = { ...typed, autoComplete: "off", maxLength: input.lengthMax ?? undefined };
      return (
        <Labelled label={label} hint={hint} problem={problem}>
          {(wiring) =>
            input.long ? (
              <TextArea
                {...wiring}
                {...common}
                rows={3}
                onChange={(event) => onChange(path, event.target.value)}
              />
            ) : (
              <Input
                {...wiring}
                {...common}
                {...kindOfText(input.decimal ? "decimal" : input.format)}
                onChange={(event) => onChange(path, event.target.value)}
              />
            )
          }
        </Labelled>
      );
    }
  }
}

function rangeOf({ min, max }: { min: number | null; max: number | null }): string {
  if (min !== null && max !== null) return `${min} to ${max}`;
  return min !== null ? t`${min} or more` : max !== null ? t`${max} or less` : "";
}

function kindOfText(format: string): ComponentProps<"input"> {
  if (format === "decimal") return { inputMode: "decimal", className: "num max-w-40" };
  if (format === "date") return { type: "date", className: "max-w-52" };
  if (format === "date-time") return { type: "datetime-local", className: "max-w-64" };
  if (format === "email") return { type: "email", autoCapitalize: "none", spellCheck: false };
  return {};
}

/** An amount with its asset, and how much of it there is. */
function MoneyField({ field, autoFocus, draft, problems, onChange, payer }: FieldProps) {
  const declared = useQuery(assetsQuery).data ?? [];
  const balances = useLive((state) => state.balances);
  const me = usePerson().user;
  const { path, label, required, hint } = field;
  const input = field.input as Extract<Field["input"], { type: "money" }>;
  const own = payer === null ? null : streamOf(payer ?? me);
  const mine = Object.values(balances).filter(({ account }) => account === own);
  const codes = [...new Set([...mine.map(({ asset }) => asset), ...declared.map(({ code }) => code)])];
  const offered = input.assets.length > 0 ? input.assets : codes;
  const asset = String(draft[input.asset] ?? "");
  const first = offered[0] ?? "";
  useEffect(() => {
    if (!asset && first) onChange(input.asset, first);
  }, [asset, first, input.asset, onChange]);
  const balance = mine.find((one) => one.asset === asset);
  const available = balance && `${formatAmount(balance.available)} ${asset} available`;
  return (
    <div className="flex items-start gap-2">
      <Labelled
        label={required ? label : t`${label} (optional)`}
        className="flex-1"
        hint={<span className="num">{hint || available}</span>}
        problem={problems[path]}
      >
        {(wiring) => (
          <AmountInput
            {...wiring}
            autoFocus={autoFocus}
            aria-required={required}
            asset={asset}
            value={String(draft[path] ?? "")}
            onChange={(typed) => onChange(path, typed)}
          />
        )}
      </Labelled>
      <Labelled label={t`Asset`} className="w-28">
        {(wiring) => (
          <AssetSelect
            {...wiring}
            codes={offered}
            value={asset}
            onChange={(code) => onChange(input.asset, code)}
          />
        )}
      </Labelled>
    </div>
  );
}

/** Chooses the asset. */
function AssetField({
  label,
  hint,
  problem,
  value,
  onChange,
}: {
  label: string;
  hint: string;
  problem: string | undefined;
  value: string;
  onChange: (code: string) => void;
}) {
  const codes = (useQuery(assetsQuery).data ?? []).map(({ code }) => code);
  const first = codes[0] ?? "";
  useEffect(() => {
    if (!value && first) onChange(first);
  });
  return (
    <Labelled label={label} hint={hint} problem={problem}>
      {(wiring) => (
        <AssetSelect {...wiring} className="max-w-40" codes={codes} value={value} onChange={onChange} />
      )}
    </Labelled>
  );
}

/** One of the person's open requests of another kind. */
function RequestField({
  label,
  hint,
  problem,
  kind: name,
  owner,
  value,
  onChange,
}: {
  label: string;
  hint: string;
  problem: string | undefined;
  kind: string;
  owner: string | null | undefined;
  value: string;
  onChange: (id: string) => void;
}) {
  const me = usePerson().user;
  const kind = useKind(name);
  const rows = useRequests({ kind: name, ...whose(owner ?? me) }, { limit: PAGE_SIZE }).items;
  const offered = rows.filter(({ open, id }) => open || id === value);
  return (
    <Labelled label={label} hint={hint} problem={problem}>
      {(wiring) => (
        <Select {...wiring} value={value} onChange={(event) => onChange(event.target.value)}>
          <option value="">
            <Trans>None</Trans>
          </option>
          {value && !offered.some(({ id }) => id === value) && <option value={value}>{value}</option>}
          {offered.map((request) => (
            <option key={request.id} value={request.id}>
              {headline(kind, request) || request.id}
            </option>
          ))}
        </Select>
      )}
    </Labelled>
  );
}
