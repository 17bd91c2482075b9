import { isDecimal } from "@groat/client";
import { useRequest } from "@groat/react";
import { t } from "@lingui/core/macro";
import { useKind } from "../api/requests";
import { formatDay } from "../lib/time";
import { Fact, Facts } from "../ui/facts";
import { Amount, Time } from "../ui/text";
import { type Said, sentence } from "./fields";
import { headline, ID } from "./kinds";
import { Name } from "./people";

/** Facts in the order of their schema. */
export function SaidList({ said }: { said: readonly Said[] }) {
  if (said.length === 0) return null;
  return (
    <Facts>
      {said.map(({ path, label, value, input }) =>
        Array.isArray(value) && value.some((item) => typeof item === "object") ? (
          <div key={path} className="px-3.5 py-2">
            <dt className="mb-1.5 text-muted">{label}</dt>
            <dd>
              <Rows
                label={label}
                items={value}
                columns={input?.type === "json" ? input.columns : undefined}
              />
            </dd>
          </div>
        ) : (
          <Fact key={path} label={label}>
            <Value value={value} input={input} />
          </Fact>
        ),
      )}
    </Facts>
  );
}

function Value({ value, input }: Pick<Said, "value" | "input">) {
  if (input?.type === "money") {
    const { amount, asset } = value as { amount: string; asset: string };
    return isDecimal(amount) ? <Amount value={amount} asset={asset} className="font-medium" /> : amount;
  }
  if (input?.type === "request") return <Named kind={input.kind} id={String(value)} />;
  if (input?.type === "choice") return input.options.find((option) => option.value === value)?.label;
  return <Plain value={value} />;
}

/** Another request, by what tells it from its like. */
function Named({ kind: name, id }: { kind: string; id: string }) {
  const kind = useKind(name);
  const { request } = useRequest(name, id);
  return (request && headline(kind, request)) || <code className="break-all text-xs">{id}</code>;
}

/** A value of which only the value is known. */
function Plain({ value }: { value: unknown }) {
  if (typeof value === "boolean") return value ? t`Yes` : t`No`;
  if (Array.isArray(value)) return value.map(String).join(", ");
  if (typeof value === "object") return <code className="break-all text-xs">{JSON.stringify(value)}</code>;
  const text = String(value);
  if (/^user:[^:]+$/.test(text)) return <Name of={text} />;
  if (/^\d{4}-\d\d-\d\d$/.test(text))
    return <span className="num">{formatDay(new Date(`${text}T12:00`))}</span>;
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text)) return <Time at={text} />;
  if (ID.test(text)) return <code className="break-all text-xs">{text}</code>;
  return /^-?[\d.]+$/.test(text) ? <span className="num">{text}</span> : text;
}

/** A list of records, as a small table. */
function Rows({
  label,
  items,
  columns = {},
}: {
  label: string;
  items: unknown[];
  columns?: Readonly<Record<string, string>> | undefined;
}) {
  const records = items.map((item) => (item ?? {}) as Record<string, unknown>);
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  return (
    <section
      className="scroll-quiet max-h-72 overflow-auto rounded-md border border-line"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label={label}
    >
      <table className="num w-full text-xs">
        <thead>
          <tr>
            {names.map((name) => (
              <th
                key={name}
                scope="col"
                className="sticky top-0 whitespace-nowrap bg-sunken px-2.5 py-1.5 text-left font-medium text-faint"
              >
                {columns[name] ?? sentence(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {records.map((record, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: they have no other identity
            <tr key={index} className="border-line border-t">
              {names.map((name) => (
                <td key={name} className="whitespace-nowrap px-2.5 py-1.5">
                  {record[name] === null || record[name] === undefined ? "" : <Plain value={record[name]} />}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
