import { type CreditsGiven, formatAmount, type PlacementFileView, type PlacementView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { toast } from "sonner";
import { groat } from "../../groat";
import { useAttempt } from "../../parts/use-attempt";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/overlay";
import { Notice, SkeletonRows } from "../../ui/states";
import { discardDraft, processFile } from "./data";
import { GivenPreview } from "./given-preview";
import { countCandidates } from "./words";

/** Turns the rows of a file into candidates and gives them what the rows say, after a preview. */
export function ProcessDialog({
  placement,
  file,
  onClose,
}: {
  placement: PlacementView;
  file: PlacementFileView | null;
  onClose: () => void;
}) {
  return (
    <Dialog
      open={file !== null}
      onOpenChange={(next) => !next && onClose()}
      title={t`Process data`}
      description={file?.name}
      testId="process-dialog"
    >
      {file && <Process key={file.id} placement={placement} file={file} onClose={onClose} />}
    </Dialog>
  );
}

function Process({
  placement: { id, asset },
  file,
  onClose,
}: {
  placement: PlacementView;
  file: PlacementFileView;
  onClose: () => void;
}) {
  const queries = useQueryClient();
  const [given, setGiven] = useState<CreditsGiven | null>(null);
  const { busy, problem, attempt } = useAttempt();
  const look = useLook(id, file.id, setGiven);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!given) return;
    const body = { leave_out: given.left_out > 0 || given.ambiguous.length > 0 };
    void attempt(async () => {
      const done = await groat.write(
        ["process", id, file.id, body],
        (key) => processFile(id, file.id, body, key),
        { title: t`Process ${file.name}` },
      );
      void discardDraft(given.draft.id).catch(() => undefined);
      toast.success(
        done.run?.state === "pending"
          ? t`The candidates are there. Somebody else must approve their credits`
          : t`${countCandidates(done.people)}, ${formatAmount(done.total)} ${asset}`,
      );
      await queries.invalidateQueries({ queryKey: ["placements"] });
      onClose();
    });
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <p className="text-muted text-sm">
        <Trans>
          The rows become candidates of this placement, and everybody gets the credits that stand in their
          row.
        </Trans>
      </p>
      {given ? (
        <GivenPreview given={given} asset={asset} />
      ) : look ? (
        <Notice tone="bad" role="alert">
          {look}
        </Notice>
      ) : (
        <SkeletonRows rows={3} />
      )}
      {problem && (
        <Notice tone="bad" role="alert">
          {problem}
        </Notice>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button type="submit" look="primary" busy={busy} disabled={!given || given.people === 0}>
          <Trans>Process data</Trans>
        </Button>
      </div>
    </form>
  );
}

/** Fetches the preview once; returns why there is none. */
function useLook(placement: string, file: string, take: (given: CreditsGiven) => void): string | null {
  const { problem, attempt } = useAttempt();
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is asked for once, when the dialog opens
  useEffect(() => {
    let left = false;
    void attempt(async () => {
      const found = await groat.write(
        ["process-preview", placement, file],
        (key) => processFile(placement, file, { dry_run: true }, key),
        { title: t`Preview of the data` },
      );
      if (!left) take(found);
    });
    return () => {
      left = true;
    };
  }, []);
  return problem;
}
