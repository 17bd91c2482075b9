import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { groat } from "../groat";
import { formatShort } from "../lib/time";
import { useRights } from "../live/hooks";
import { ReasonField } from "../parts/reason-field";
import { useAttempt } from "../parts/use-attempt";
import { Button } from "../ui/button";
import { Dialog } from "../ui/overlay";
import { Notice } from "../ui/states";

const LOOK_EVERY_MS = 15_000;
const clockQuery = { queryKey: ["clock"], queryFn: () => groat.api.clock(), refetchInterval: LOOK_EVERY_MS };

/** Tells admins that nothing falls due, because the database's clock leapt, until one of them confirms it. */
export function LeapBanner() {
  const { admin } = useRights();
  const leap = useQuery({ ...clockQuery, enabled: admin }).data?.leap;
  const [open, setOpen] = useState(false);
  if (!admin || !leap) return null;
  const minutes = Math.round(leap.by_s / 60);
  return (
    <section
      aria-label={t`The clock leapt`}
      data-testid="leap"
      className="border-bad/25 border-t bg-bad-soft text-sm"
    >
      <div className="mx-auto flex max-w-6xl flex-wrap items-center gap-x-3 gap-y-1 px-4 py-1.5 sm:px-6">
        <p role="alert" className="text-bad">
          <Trans>
            The database's clock leapt by {minutes} minutes at {formatShort(Date.parse(leap.at))}. Nothing
            falls due until you confirm it.
          </Trans>
        </p>
        <Button className="ml-auto" onClick={() => setOpen(true)}>
          <Trans>Confirm the clock</Trans>
        </Button>
      </div>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={t`Confirm the clock`}
        description={t`If the database's clock is right, what is due by it follows now and cannot be taken back. If it is wrong, set it right first.`}
        testId="leap-dialog"
      >
        {open && <Confirm at={leap.at} onClose={() => setOpen(false)} />}
      </Dialog>
    </section>
  );
}

function Confirm({ at, onClose }: { at: string; onClose: () => void }) {
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const { busy, problem, setProblem, attempt } = useAttempt();
  function confirm() {
    if (reason.trim() === "") return setProblem(t`Say why.`);
    return void attempt(async () => {
      const input = { reason: reason.trim() };
      await groat.write(["leap", at, input], (key, api) => api.confirmClock(input, { key }));
      toast.success(t`Things fall due again`);
      await queries.invalidateQueries();
      onClose();
    });
  }
  return (
    <div className="flex flex-col gap-4">
      <ReasonField
        placeholder={t`The clock is right: the machine slept`}
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
          <Trans>Cancel</Trans>
        </Button>
        <Button look="primary" busy={busy} onClick={confirm}>
          <Trans>The clock is right</Trans>
        </Button>
      </div>
    </div>
  );
}
