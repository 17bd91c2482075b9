import { GroatError, type SheetChoices, type SheetPreview } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { FileSpreadsheet, Loader2, Upload as UploadIcon } from "lucide-react";
import { type DragEvent, useId, useState } from "react";
import { explain } from "../api/problem";
import { assetsQuery } from "../api/queries";
import { DEFAULT_REASON } from "../api/words";
import { groat } from "../groat";
import { cx } from "../lib/cx";
import { AssetSelect } from "../parts/money";
import { ReasonField } from "../parts/reason-field";
import { Button } from "../ui/button";
import { Field } from "../ui/field";
import { Notice } from "../ui/states";
import { Card } from "../ui/surface";
import { askedBy, chooseAlso, type Readable } from "./reading";
import { ReadingForm } from "./reading-form";

export interface Loaded {
  file: string;
  /** The file itself, to be read otherwise. */
  source: File;
  choices: SheetChoices;
  asset: string;
  reason: string;
  preview: SheetPreview;
}

/** Reads a file. @throws GroatError when it cannot be read, or when something must be chosen first. */
export async function load(
  source: File,
  asset: string,
  reason: string,
  choices: SheetChoices,
): Promise<Loaded> {
  const preview = await groat.api.previewSheet(source, { asset, default_reason: reason, ...choices });
  return { file: source.name, source, choices, asset, reason, preview };
}

/** The server's question about a file that it cannot read yet. */
interface Question {
  source: File;
  choices: SheetChoices;
  readable: Readable;
  text: string;
}

/** The first step: which file, of which asset, and the reason of rows that name none. Nothing is written. */
export function Upload({ onLoaded }: { onLoaded: (loaded: Loaded) => void }) {
  const assets = useQuery(assetsQuery).data ?? [];
  const [asset, setAsset] = useState("CREDIT");
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [over, setOver] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [question, setQuestion] = useState<Question | null>(null);
  const input = useId();

  async function take(file: File | undefined, choices: SheetChoices = {}) {
    if (!file || busy) return;
    setBusy(true);
    setProblem(null);
    try {
      onLoaded(await load(file, asset, reason.trim() || DEFAULT_REASON, choices));
    } catch (error) {
      if (!(error instanceof GroatError)) throw error;
      const readable = askedBy(error);
      setQuestion(readable && { source: file, choices, readable, text: explain(error) });
      if (!readable) setProblem(explain(error));
    } finally {
      setBusy(false);
    }
  }

  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  }

  return (
    <Card className="p-4 sm:p-6">
      <div className="mb-5 grid gap-4 sm:grid-cols-[8rem_minmax(0,1fr)]">
        <Field label={t`Asset`}>
          {(wiring) => (
            <AssetSelect
              {...wiring}
              codes={assets.length > 0 ? assets.map(({ code }) => code) : [asset]}
              value={asset}
              onChange={setAsset}
            />
          )}
        </Field>
        <ReasonField
          label={t`Reason for rows without one`}
          placeholder={DEFAULT_REASON}
          value={reason}
          onChange={setReason}
        />
      </div>
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
          {busy ? (
            <Loader2 className="size-5 animate-spin" aria-hidden />
          ) : over ? (
            <FileSpreadsheet className="size-5" aria-hidden />
          ) : (
            <UploadIcon className="size-5" aria-hidden />
          )}
        </span>
        <span className="font-medium">
          {busy ? t`Checking every row …` : t`Choose a file, or drop it here`}
        </span>
        <span className="max-w-md text-muted text-sm">
          <Trans>
            CSV or XLSX with a column for the user (id or e-mail) and one for the amount; a reason if you
            like. Every row is checked, and nothing is given before you say so.
          </Trans>
        </span>
        <input
          id={input}
          type="file"
          data-testid="sheet-file"
          accept=".csv,.tsv,.txt,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
          className="absolute inset-0 cursor-pointer opacity-0"
          disabled={busy}
          onChange={(event) => {
            void take(event.target.files?.[0]);
            // The same file may be chosen again after it was mended.
            event.target.value = "";
          }}
        />
      </label>
      {question && (
        <Asked
          key={question.text}
          question={question}
          busy={busy}
          onAnswer={(choices) => void take(question.source, choices)}
        />
      )}
      {problem && (
        <div className="mt-4">
          <Notice tone="bad" role="alert" title={t`This file cannot be used`}>
            {problem}
          </Notice>
        </div>
      )}
    </Card>
  );
}

/** A question about a file: answered by choosing, and then the file is read with it. */
function Asked({
  question,
  busy,
  onAnswer,
}: {
  question: Question;
  busy: boolean;
  onAnswer: (choices: SheetChoices) => void;
}) {
  const { source, readable, text } = question;
  const [choices, setChoices] = useState(question.choices);
  const needed =
    readable.shown.length > 1 ? ["user_column" as const, "amount_column" as const] : readable.shown;
  const missing = needed.some((name) => choices[name] === undefined && name !== "reason_column");
  return (
    <form
      className="mt-4 flex flex-col gap-4 rounded-lg border border-line p-4"
      data-testid="sheet-question"
      onSubmit={(event) => {
        event.preventDefault();
        onAnswer(choices);
      }}
    >
      <Notice tone="warn" role="alert" title={t`A question about ${source.name}`}>
        {text}
      </Notice>
      <ReadingForm
        readable={readable}
        chosen={choices}
        busy={busy}
        onChoose={(name, value) => setChoices(chooseAlso(choices, name, value))}
      />
      <Button type="submit" look="primary" guard={false} className="self-end" disabled={busy || missing}>
        <Trans>Read the file</Trans>
      </Button>
    </form>
  );
}
