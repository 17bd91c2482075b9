import type { PlacementView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { groat } from "../../groat";
import { useAttempt } from "../../parts/use-attempt";
import { Button } from "../../ui/button";
import { Field, Input, TextArea } from "../../ui/field";
import { Dialog } from "../../ui/overlay";
import { Notice } from "../../ui/states";
import { changePlacement, createPlacement } from "./data";
import { PLACEMENT } from "./paths";

/** Makes a placement, or gives one another title and note. */
export function PlacementDialog({
  open,
  placement,
  onClose,
}: {
  open: boolean;
  placement?: PlacementView;
  onClose: () => void;
}) {
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && onClose()}
      title={placement ? t`Change the placement` : t`New placement`}
      description={placement?.title}
      testId="placement-dialog"
    >
      {open && <PlacementForm placement={placement} onClose={onClose} />}
    </Dialog>
  );
}

function PlacementForm({
  placement,
  onClose,
}: {
  placement: PlacementView | undefined;
  onClose: () => void;
}) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [title, setTitle] = useState(placement?.title ?? "");
  const [note, setNote] = useState(placement?.note ?? "");
  const [missing, setMissing] = useState(false);
  const { busy, problem, attempt } = useAttempt();

  async function send() {
    const body = { title: title.trim(), note: note.trim() };
    if (placement) {
      const { id, version } = placement;
      const change = { ...body, version };
      await groat.write(["placement", id, change], (key) => changePlacement(id, change, key), {
        title: t`Change the placement ${body.title}`,
      });
    } else {
      const made = await groat.write(["placement", body], (key) => createPlacement(body, key), {
        title: t`Make the placement ${body.title}`,
      });
      await navigate({ to: PLACEMENT, params: { id: made.id } });
    }
    toast.success(placement ? t`The placement is changed` : t`The placement is made`);
    await queries.invalidateQueries({ queryKey: ["placements"] });
    onClose();
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!title.trim()) return setMissing(true);
    void attempt(send);
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-4" noValidate>
      <Field
        label={t`Title`}
        hint={t`Its candidates read it.`}
        problem={missing && t`Give it a title: its candidates read it.`}
      >
        {(wiring) => (
          <Input
            {...wiring}
            autoFocus
            maxLength={200}
            value={title}
            onChange={(event) => {
              setTitle(event.target.value);
              setMissing(false);
            }}
          />
        )}
      </Field>
      <Field label={t`Note for staff (optional)`}>
        {(wiring) => (
          <TextArea
            {...wiring}
            rows={2}
            maxLength={1000}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        )}
      </Field>
      {problem && (
        <Notice tone="bad" role="alert">
          {problem}
        </Notice>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button type="submit" look="primary" busy={busy}>
          {placement ? t`Save` : t`Make it`}
        </Button>
      </div>
    </form>
  );
}
