import type { RunDraft } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { FileSpreadsheet, Loader2, Upload } from "lucide-react";
import { type DragEvent, useId, useState } from "react";
import { cx } from "../../lib/cx";
import type { DraftTerms } from "./data";
import { useReader } from "./use-reader";

const ACCEPTED =
  ".csv,.tsv,.txt,.xlsx,.xls,.ods,text/csv,text/tab-separated-values," +
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet,application/vnd.ms-excel," +
  "application/vnd.oasis.opendocument.spreadsheet";

/** Takes a file, chosen or dropped. */
export function ByFile({ terms, onDraft }: { terms: DraftTerms; onDraft: (draft: RunDraft) => void }) {
  const { read, busy, said } = useReader(terms, onDraft);
  const [over, setOver] = useState(false);
  const input = useId();
  const take = (file: File | undefined) => file && !busy && read(file);

  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  }

  const Icon = busy ? Loader2 : over ? FileSpreadsheet : Upload;
  return (
    <>
      <label
        htmlFor={input}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        className={cx(
          "relative flex min-h-52 cursor-pointer flex-col items-center justify-center gap-2 rounded-lg border-2 border-dashed px-6 py-8 text-center transition-colors",
          "has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2",
          over
            ? "border-accent bg-accent-soft"
            : "border-edge/60 bg-sunken hover:border-edge hover:bg-hover/60",
        )}
      >
        <span className="flex size-11 items-center justify-center rounded-full border border-line bg-surface text-muted">
          <Icon className={cx("size-5", busy && "animate-spin")} aria-hidden />
        </span>
        <span className="font-medium" role="status">
          {busy ? t`Checking every row …` : t`Choose a file, or drop it here`}
        </span>
        <span className="max-w-md text-muted text-sm">
          <Trans>
            CSV, TSV, XLSX, XLS or ODS with up to 100,000 rows: a column for the person (id, e-mail or name),
            one for the amount (or one amount for all), and a reason if you like.
          </Trans>
        </span>
        <input
          id={input}
          type="file"
          data-testid="sheet-file"
          accept={ACCEPTED}
          className="absolute inset-0 cursor-pointer opacity-0"
          disabled={busy}
          onChange={(event) => {
            take(event.target.files?.[0]);
            // The same file may be chosen again after it was mended.
            event.target.value = "";
          }}
        />
      </label>
      {said}
    </>
  );
}
