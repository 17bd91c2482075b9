import type { PlacementFileView, PlacementView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronDown, Coins, FileSpreadsheet, Loader2, Play, Rows3, Upload } from "lucide-react";
import { type DragEvent, useId, useState } from "react";
import { toast } from "sonner";
import { groat } from "../../groat";
import { count, countRows } from "../../lib/counted";
import { cx } from "../../lib/cx";
import { useRights } from "../../live/hooks";
import { useAsked } from "../../parts/use-asked";
import { useAttempt } from "../../parts/use-attempt";
import { Button } from "../../ui/button";
import { EmptyState, ErrorState, Notice, SkeletonRows } from "../../ui/states";
import { Badge, Card, CardHeader } from "../../ui/surface";
import { Amount, Time } from "../../ui/text";
import { attachFile, fileCandidatesQuery, filesQuery, readFile } from "./data";
import { More } from "./more";
import { backTo, CANDIDATE, runDraftPath, runPath } from "./paths";
import { ProcessDialog } from "./process-dialog";
import { countCandidates, nameOf } from "./words";

const ACCEPTED =
  ".csv,.tsv,.txt,.xlsx,.xls,.ods,text/csv,text/tab-separated-values," +
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet,application/vnd.ms-excel," +
  "application/vnd.oasis.opendocument.spreadsheet";

/** The files of a placement: upload one, look at its rows, process it, give credits to those whom it names. */
export function FilesCard({
  placement,
  onCredits,
}: {
  placement: PlacementView;
  onCredits: (file: PlacementFileView) => void;
}) {
  const { admin } = useRights();
  const query = useInfiniteQuery(filesQuery(placement.id));
  const [processed, askToProcess, close] = useAsked<PlacementFileView>();
  const open = admin && placement.archived_at === null;
  const files = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Card aria-labelledby="files" data-testid="files">
      <CardHeader id="files" title={t`Files`} hint={t`Candidates and their credits, as they were uploaded`} />
      {open && <UploadField placement={placement} />}
      {query.isPending ? (
        <SkeletonRows rows={2} />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : files.length === 0 ? (
        <EmptyState icon={<FileSpreadsheet aria-hidden />} title={t`No files yet`} />
      ) : (
        <ul className="divide-y divide-line border-line border-t">
          {files.map((file) => (
            <FileRow
              key={file.id}
              file={file}
              asset={placement.asset}
              open={open}
              onProcess={() => askToProcess(file)}
              onCredits={() => onCredits(file)}
            />
          ))}
        </ul>
      )}
      <More of={query} />
      <ProcessDialog placement={placement} file={processed} onClose={close} />
    </Card>
  );
}

function UploadField({ placement: { id, asset } }: { placement: PlacementView }) {
  const queries = useQueryClient();
  const input = useId();
  const [over, setOver] = useState(false);
  const { busy, problem, attempt } = useAttempt();

  function take(file: File | undefined) {
    if (!file || busy) return;
    void attempt(async () => {
      const draft = await readFile(file, asset);
      await groat.write(["attach", id, draft.id], (key) => attachFile(id, draft.id, key), {
        title: t`Upload ${file.name}`,
      });
      toast.success(t`${file.name}: ${countRows(draft.summary.rows)} checked`);
      await queries.invalidateQueries({ queryKey: ["placements"] });
    });
  }

  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  }

  const Icon = busy ? Loader2 : Upload;
  return (
    <div className="px-4 pb-4 sm:px-5">
      <label
        htmlFor={input}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        className={cx(
          "relative flex min-h-24 cursor-pointer flex-col items-center justify-center gap-1 rounded-lg border-2 border-dashed px-4 py-4 text-center transition-colors",
          "has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2",
          over
            ? "border-accent bg-accent-soft"
            : "border-edge/60 bg-sunken hover:border-edge hover:bg-hover/60",
        )}
      >
        <span className="inline-flex items-center gap-2 font-medium" role="status">
          <Icon className={cx("size-4", busy && "animate-spin")} aria-hidden />
          {busy ? t`Checking every row …` : t`Upload a file, or drop it here`}
        </span>
        <span className="text-muted text-sm">
          <Trans>
            CSV, TSV, XLSX, XLS or ODS with id, e-mail or name and the credits of each. Nothing is given yet.
          </Trans>
        </span>
        <input
          id={input}
          type="file"
          data-testid="placement-file"
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
      {problem && (
        <div className="mt-3">
          <Notice tone="bad" role="alert" title={t`This file cannot be used`}>
            {problem}
          </Notice>
        </div>
      )}
    </div>
  );
}

function FileRow({
  file,
  asset,
  open,
  onProcess,
  onCredits,
}: {
  file: PlacementFileView;
  asset: string;
  open: boolean;
  onProcess: () => void;
  onCredits: () => void;
}) {
  const [unfolded, setUnfolded] = useState(false);
  const people = useId();
  const processed = file.state === "processed";
  return (
    <li data-testid="file" data-state={file.state} className="px-4 py-3 sm:px-5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <div className="min-w-0 flex-1 basis-56">
          <p className="flex flex-wrap items-center gap-2">
            <span className="wrap-anywhere font-medium">{file.name}</span>
            {processed ? (
              <Badge tone="good">{t`Processed`}</Badge>
            ) : file.expired ? (
              <Badge tone="bad">{t`Expired: upload it again`}</Badge>
            ) : (
              <Badge tone="accent">{t`Not processed yet`}</Badge>
            )}
            {!processed && file.bad > 0 && <Badge tone="warn">{t`${count(file.bad)} bad`}</Badge>}
          </p>
          <p className="text-faint text-xs">
            <Time at={file.uploaded_at} /> · {file.uploaded_by.replace("user:", "")}
            {!file.expired && (
              <>
                {" · "}
                {processed
                  ? t`${countCandidates(file.candidates)}, ${count(file.new_candidates)} new`
                  : countRows(file.rows)}
                {" · "}
                <Amount value={file.total} asset={asset} />
              </>
            )}
          </p>
        </div>
        <div className="flex flex-wrap gap-2">
          {processed && (
            <Button
              size="sm"
              aria-expanded={unfolded}
              aria-controls={people}
              onClick={() => setUnfolded(!unfolded)}
            >
              <ChevronDown aria-hidden className={cx("transition-transform", unfolded && "rotate-180")} />
              <Trans>Candidates</Trans>
            </Button>
          )}
          {processed
            ? file.run && (
                <Button size="sm" asChild>
                  <Link to={runPath(file.run)} search={backTo(file.placement)}>
                    <Rows3 aria-hidden /> <Trans>Run</Trans>
                  </Link>
                </Button>
              )
            : !file.expired && (
                <Button size="sm" asChild>
                  <Link to={runDraftPath(file.draft)} search={backTo(file.placement)}>
                    <Rows3 aria-hidden /> <Trans>Rows</Trans>
                  </Link>
                </Button>
              )}
          {open && !processed && !file.expired && (
            <Button size="sm" look="primary" onClick={onProcess}>
              <Play aria-hidden /> <Trans>Process data</Trans>
            </Button>
          )}
          {open && !file.expired && (
            <Button size="sm" aria-label={t`Credits for ${file.name}`} onClick={onCredits}>
              <Coins aria-hidden /> <Trans>Credits</Trans>
            </Button>
          )}
        </div>
      </div>
      <div id={people}>{unfolded && <People file={file} asset={asset} />}</div>
    </li>
  );
}

function People({ file, asset }: { file: PlacementFileView; asset: string }) {
  const query = useInfiniteQuery(fileCandidatesQuery(file.placement, file.id));
  const rows = query.data?.pages.flatMap(({ items }) => items) ?? [];
  if (query.isPending) return <SkeletonRows rows={2} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <div className="mt-3 overflow-clip rounded-lg border border-line">
      <ul className="divide-y divide-line">
        {rows.map((row) => (
          <li
            key={row.line}
            data-testid="file-candidate"
            data-user={row.user}
            className="flex flex-wrap items-center gap-x-3 px-3 py-2 text-sm"
          >
            <span className="num w-10 text-faint text-xs">{row.line}</span>
            <Link
              to={CANDIDATE}
              params={{ user: row.user }}
              className="wrap-anywhere min-w-0 flex-1 hover:underline"
            >
              {nameOf(row)}
            </Link>
            {row.fresh && <Badge tone="accent">{t`New`}</Badge>}
            <Amount value={row.balance} asset={asset} />
          </li>
        ))}
      </ul>
      <More of={query} />
    </div>
  );
}
