import { type FormEvent, type ReactNode, useState } from "react";
import { Button } from "../ui/button";
import { Dialog } from "../ui/overlay";
import { Notice } from "../ui/states";
import { ReasonField } from "./reason-field";
import { useAttempt } from "./use-attempt";

/** Asks once more before something that matters, for a reason where the audit log keeps one. */
export function ConfirmDialog({
  open,
  onClose,
  title,
  children,
  act,
  actLabel,
  danger = false,
  asksReason = false,
}: {
  open: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  act: (reason: string) => Promise<void>;
  actLabel: string;
  danger?: boolean;
  asksReason?: boolean;
}) {
  const [reason, setReason] = useState("");
  const { busy, problem, attempt } = useAttempt();
  async function submit(event: FormEvent) {
    event.preventDefault();
    await attempt(async () => {
      await act(reason.trim());
      setReason("");
      onClose();
    });
  }
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()} title={title}>
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        <div className="text-muted text-sm">{children}</div>
        {asksReason && <ReasonField label="Reason (optional)" value={reason} onChange={setReason} />}
        {problem && (
          <Notice tone="bad" role="alert">
            {problem}
          </Notice>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look={danger ? "danger" : "primary"} busy={busy}>
            {actLabel}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
