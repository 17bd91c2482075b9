import { formatAmount } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { countPeople } from "../lib/counted";
import { ReasonField } from "../parts/reason-field";
import { Button } from "../ui/button";
import { Dialog } from "../ui/overlay";
import { Notice, Progress } from "../ui/states";
import { Badge } from "../ui/surface";
import { type RunRecord, remember } from "./records";
import { undo } from "./run";

type State =
  | { step: "asking"; problem: string | null }
  | { step: "running"; done: number }
  | { step: "done"; reversed: number; failed: { transaction: string; problem: string }[] };

/** Takes a whole run back: each of its transactions is reversed once, however often this is pressed. */
export function UndoRun({ record, small = false }: { record: RunRecord; small?: boolean }) {
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const [undone, setUndone] = useState(record.undone);
  const [reason, setReason] = useState("");
  const [state, setState] = useState<State>({ step: "asking", problem: null });
  const count = record.transactions.length;

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!reason.trim()) {
      setState({ step: "asking", problem: t`Say why: everybody concerned and the audit log will read it.` });
      return;
    }
    setState({ step: "running", done: 0 });
    const result = await undo(record.transactions, reason.trim(), record.key, (done) =>
      setState({ step: "running", done }),
    );
    if (result.failed.length === 0) {
      remember({ ...record, undone: true });
      setUndone(true);
    }
    setState({ step: "done", ...result });
    await queries.invalidateQueries({ queryKey: ["users"] });
  }

  if (undone && !open)
    return (
      <Badge>
        <Trans>undone</Trans>
      </Badge>
    );
  return (
    <>
      <Button
        size={small ? "sm" : "md"}
        disabled={count === 0}
        onClick={() => {
          setState({ step: "asking", problem: null });
          setOpen(true);
        }}
      >
        <Undo2 aria-hidden /> <Trans>Undo this run</Trans>
      </Button>
      <Dialog
        open={open}
        onOpenChange={(next) => state.step !== "running" && setOpen(next)}
        title={t`Undo this run?`}
        description={`${record.file}: ${formatAmount(record.total)} ${record.asset}, ${countPeople(record.people)}`}
        testId="undo-run-dialog"
      >
        {state.step === "asking" && (
          <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4" noValidate>
            <p className="num text-muted text-sm">
              <Trans>
                {formatAmount(String(count))} reversing transactions are posted, one for each row. Whoever has
                spent the credits already keeps them: those reversals are refused and listed.
              </Trans>
            </p>
            <ReasonField autoFocus problem={state.problem} value={reason} onChange={setReason} />
            <div className="flex justify-end gap-2">
              <Button onClick={() => setOpen(false)}>
                <Trans>Keep it</Trans>
              </Button>
              <Button type="submit" look="danger">
                <Trans>Undo run</Trans>
              </Button>
            </div>
          </form>
        )}
        {state.step === "running" && (
          <div aria-busy="true">
            <p className="num mb-3 text-muted text-sm">
              <Trans>
                {formatAmount(String(state.done))} of {formatAmount(String(count))} taken back
              </Trans>
            </p>
            <Progress label={t`Rows taken back`} value={state.done} max={count} />
          </div>
        )}
        {state.step === "done" && (
          <div className="flex flex-col gap-4">
            <Notice
              tone={state.failed.length === 0 ? "good" : "warn"}
              role="status"
              title={t`${formatAmount(String(state.reversed))} of ${formatAmount(String(count))} taken back`}
            >
              {state.failed.slice(0, 20).map((failure) => (
                <p key={failure.transaction} className="break-all">
                  {failure.transaction}: {failure.problem}
                </p>
              ))}
              {state.failed.length > 20 && (
                <p>
                  <Trans>and {state.failed.length - 20} more</Trans>
                </p>
              )}
            </Notice>
            <Button className="self-end" look="primary" onClick={() => setOpen(false)}>
              <Trans>Close</Trans>
            </Button>
          </div>
        )}
      </Dialog>
    </>
  );
}
