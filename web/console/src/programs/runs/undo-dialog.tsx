import type { RunView } from "@groat/client";
import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { count } from "../../lib/counted";
import { ReasonField } from "../../parts/reason-field";
import { useAttempt } from "../../parts/use-attempt";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/overlay";
import { Notice } from "../../ui/states";
import { draftQuery, undoRun } from "./data";
import { DRAFT } from "./paths";
import { nameOf } from "./words";

interface UndoProps {
  run: RunView;
  /** The rows to take back; null for all of them. */
  numbers: readonly number[] | null;
  onClose: () => void;
}

/** Asks for the reason, and goes on to the preview of what can be taken back and what cannot. */
export function UndoDialog({ open, ...rest }: UndoProps & { open: boolean }) {
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && rest.onClose()}
      title={t`Undo this run?`}
      description={nameOf(rest.run)}
      testId="undo-dialog"
    >
      <UndoForm {...rest} />
    </Dialog>
  );
}

function UndoForm({ run, numbers, onClose }: UndoProps) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  const { busy, problem, attempt } = useAttempt();
  const rows = numbers?.length ?? run.posted.rows;
  async function submit(event: FormEvent) {
    event.preventDefault();
    setMissing(!reason.trim());
    if (!reason.trim()) return;
    await attempt(async () => {
      const draft = await undoRun(run.id, reason.trim(), numbers ?? undefined);
      queries.setQueryData(draftQuery(draft.id).queryKey, draft);
      onClose();
      await navigate({ to: DRAFT.replace("$draft", draft.id) });
    });
  }
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4" noValidate>
      <p className="num text-muted text-sm">
        {plural(rows, {
          one: "One row is taken back.",
          other: `${count(rows)} rows are taken back.`,
        })}{" "}
        <Trans>
          Next you see what of it people have spent already. Nothing happens before you submit it.
        </Trans>
      </p>
      <ReasonField
        autoFocus
        problem={missing && t`Enter a reason: the people concerned read it.`}
        value={reason}
        onChange={setReason}
      />
      {problem && (
        <Notice tone="bad" role="alert">
          {problem}
        </Notice>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>
          <Trans>Keep the run</Trans>
        </Button>
        <Button type="submit" look="primary" guard={false} busy={busy}>
          <Trans>Check what can be undone</Trans>
        </Button>
      </div>
    </form>
  );
}
