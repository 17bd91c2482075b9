import type { DraftReading } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { ChevronDown, Loader2, TriangleAlert } from "lucide-react";
import { useId, useState } from "react";
import { cx } from "../../lib/cx";
import { Button } from "../../ui/button";
import { type ChoiceName, DATE_ORDERS, DELIMITERS, ENCODINGS, readable, taken } from "./reading";
import { ReadingForm } from "./reading-form";

/** Warnings that are shown at once; the others come on demand. */
const FIRST = 4;

/** Shows in a line how the file was read. All of it can be corrected, and the file is read again at once. */
export function ReadingPanel({
  reading,
  amount,
  busy,
  onChoose,
}: {
  reading: DraftReading;
  /** The one of all rows, null for their own. */
  amount: string | null;
  busy: boolean;
  onChoose: (name: ChoiceName, value: string | undefined) => void;
}) {
  const [open, setOpen] = useState(false);
  const form = useId();
  return (
    <div className="mx-4 mb-4 rounded-lg border border-line sm:mx-5" data-testid="reading">
      <div className="flex flex-col items-start justify-between gap-x-4 gap-y-2 px-3 py-2.5 sm:flex-row sm:px-4">
        <dl className="flex min-w-0 flex-1 flex-wrap gap-x-5 gap-y-1 text-sm">
          {facts(reading, amount).map(([name, value]) => (
            <div key={name} className="flex min-w-0 gap-1.5">
              <dt className="text-faint">{name}</dt>
              <dd className="wrap-anywhere font-medium">{value}</dd>
            </div>
          ))}
        </dl>
        <Button
          size="sm"
          look="quiet"
          className="max-sm:-ml-3"
          aria-expanded={open}
          aria-controls={form}
          onClick={() => setOpen(!open)}
        >
          {busy ? (
            <Loader2 className="animate-spin" aria-hidden />
          ) : (
            <ChevronDown className={cx("transition-transform", open && "rotate-180")} aria-hidden />
          )}
          <Trans>Correct the reading</Trans>
        </Button>
      </div>
      <div id={form} hidden={!open} className="border-line border-t px-3 py-4 sm:px-4">
        <ReadingForm
          readable={readable(reading)}
          chosen={taken(reading, amount)}
          busy={busy}
          onChoose={onChoose}
        />
      </div>
      {reading.warnings.length > 0 && <Warnings warnings={reading.warnings} />}
    </div>
  );
}

function Warnings({ warnings }: { warnings: DraftReading["warnings"] }) {
  const [all, setAll] = useState(false);
  const more = warnings.length - FIRST;
  return (
    <div className="flex gap-2.5 border-line border-t bg-warn-soft/60 px-3 py-2.5 text-sm sm:px-4">
      <TriangleAlert className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden />
      <div className="min-w-0">
        <ul className="flex flex-col gap-1" aria-label={t`Check these`}>
          {(all ? warnings : warnings.slice(0, FIRST)).map(({ code, detail, line }) => (
            <li key={`${code} ${line}`} className="wrap-anywhere">
              {detail}
            </li>
          ))}
        </ul>
        {more > 0 && !all && (
          <button type="button" className="mt-1 font-medium text-accent" onClick={() => setAll(true)}>
            <Trans>{more} more</Trans>
          </button>
        )}
      </div>
    </div>
  );
}

function facts(reading: DraftReading, amount: string | null): [string, string][] {
  const { columns, sheet, encoding, delimiter, decimal, date_order } = reading;
  const name = (list: readonly (readonly [string, string])[], value: string) =>
    list.find(([known]) => value.startsWith(known))?.[1] ?? value;
  const found: [string, string | null | undefined][] = [
    [t`Id`, columns.user],
    [t`E-mail`, columns.email],
    [t`Name`, columns.name],
    [t`Amount`, columns.amount],
    [t`One amount for all`, amount],
    [t`Reason`, columns.reason],
    [t`Sheet`, sheet],
    [t`Numbers`, decimal && (decimal === "," ? "1.234,50" : "1,234.50")],
    [t`Dates`, date_order && name(DATE_ORDERS, date_order)],
    [t`Encoding`, encoding && name(ENCODINGS, encoding)],
    [t`Cells`, delimiter && name(DELIMITERS, delimiter).toLowerCase()],
  ];
  return found.filter((fact): fact is [string, string] => Boolean(fact[1]));
}
