import { t } from "@lingui/core/macro";
import type { FormEvent, ReactNode } from "react";
import { Button } from "../ui/button";
import { Dialog } from "../ui/overlay";
import { Notice } from "../ui/states";
import { useAttempt } from "./use-attempt";

interface QuestionProps {
  onClose: () => void;
  children?: ReactNode;
  act: () => Promise<void>;
  actLabel: string;
  /** The other button's text. "Cancel" would be ambiguous where the act itself closes or cancels something. */
  keepLabel?: string;
  danger?: boolean;
}

/** Asks once more before something that matters. */
export function ConfirmDialog({
  open,
  title,
  ...question
}: QuestionProps & {
  open: boolean;
  title: string;
}) {
  return (
    <Dialog open={open} onOpenChange={(next) => !next && question.onClose()} title={title}>
      <Question {...question} />
    </Dialog>
  );
}

/** Is there only while it is asked: what became of one question is not told at the next. */
function Question({
  onClose,
  children,
  act,
  actLabel,
  keepLabel = t`Cancel`,
  danger = false,
}: QuestionProps) {
  const { busy, problem, attempt } = useAttempt();
  async function submit(event: FormEvent) {
    event.preventDefault();
    await attempt(async () => {
      await act();
      onClose();
    });
  }
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      <div className="text-muted text-sm">{children}</div>
      {problem && (
        <Notice tone="bad" role="alert">
          {problem}
        </Notice>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{keepLabel}</Button>
        <Button type="submit" look={danger ? "danger" : "primary"} guard={actLabel} busy={busy}>
          {actLabel}
        </Button>
      </div>
    </form>
  );
}
