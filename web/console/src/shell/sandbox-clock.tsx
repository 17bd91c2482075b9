import { useGroatState as useLive } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { FlaskConical } from "lucide-react";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { groat } from "../groat";
import { formatDay, formatFull, toLocalField } from "../lib/time";
import { useRights } from "../live/hooks";
import { useAttempt } from "../parts/use-attempt";
import { Button } from "../ui/button";
import { Field, Input } from "../ui/field";
import { Dialog } from "../ui/overlay";
import { Notice } from "../ui/states";
import { useNow } from "../ui/text";

const HOUR_S = 3_600;
const DAY_S = 86_400;
const STEPS = [
  { seconds: HOUR_S, label: t`1 hour` },
  { seconds: DAY_S, label: t`1 day` },
  { seconds: 7 * DAY_S, label: t`7 days` },
  { seconds: 30 * DAY_S, label: t`30 days` },
] as const;

/** Says that this is a sandbox, and which day it is there. Admins set its clock forward. */
export function SandboxClock() {
  const ahead = useLive((state) => state.ahead);
  return ahead === null ? null : <Clock />;
}

function Clock() {
  const [open, setOpen] = useState(false);
  const now = useNow(30_000);
  const { admin } = useRights();
  const day = formatDay(now);
  const words = (
    <>
      <FlaskConical className="size-4 shrink-0" aria-hidden />
      {/* A phone has no room for the words. */}
      <span className="max-sm:sr-only">
        <Trans>
          <span>It is</span> {day}
          <span>, sandbox</span>
        </Trans>
      </span>
    </>
  );
  const look =
    "inline-flex h-11 items-center gap-1.5 rounded-md px-2 text-sm text-warn sm:h-9 whitespace-nowrap";
  if (!admin) {
    return (
      <span className={look} title={formatFull(now)} data-testid="sandbox-clock">
        {words}
      </span>
    );
  }
  return (
    <>
      <button
        type="button"
        className={`${look} hover:bg-hover`}
        title={formatFull(now)}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
        data-testid="sandbox-clock"
      >
        {words}
      </button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={t`Set the clock forward`}
        description={t`This ledger is a sandbox. What is due by then follows within seconds, as if the time had passed. There is no way back.`}
        testId="clock-dialog"
      >
        {open && <Forward now={now} />}
      </Dialog>
    </>
  );
}

function Forward({ now }: { now: number }) {
  const ahead = useLive((state) => state.ahead);
  const queries = useQueryClient();
  const [to, setTo] = useState(() => toLocalField(now + 30 * DAY_S * 1_000).slice(0, 16));
  const { busy, problem, setProblem, attempt } = useAttempt();

  const forward = (input: { forward_s: number } | { to: string }) =>
    attempt(async () => {
      // From another moment the same step is another write.
      const { now: then } = await groat.write(["clock", ahead, input], (key, api) =>
        api.forwardClock(input, { key }),
      );
      toast.success(t`It is ${formatDay(Date.parse(then))} now`);
      await queries.invalidateQueries();
    });

  function submit(event: FormEvent) {
    event.preventDefault();
    const moment = new Date(to);
    if (Number.isNaN(moment.getTime()) || moment.getTime() <= now) {
      return setProblem(t`Choose a moment after now: the clock goes forward only.`);
    }
    return void forward({ to: moment.toISOString() });
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-4" noValidate>
      <p className="text-sm" role="status" data-testid="clock-now">
        <Trans>It is {formatFull(now)}.</Trans>
      </p>
      <div className="flex flex-wrap gap-2">
        {STEPS.map(({ seconds, label }) => (
          <Button key={seconds} busy={busy} onClick={() => void forward({ forward_s: seconds })}>
            <Trans>Forward {label}</Trans>
          </Button>
        ))}
      </div>
      <Field label={t`To a moment`}>
        {(wiring) => (
          <Input
            {...wiring}
            type="datetime-local"
            value={to}
            onChange={(event) => {
              setTo(event.target.value);
              setProblem(null);
            }}
          />
        )}
      </Field>
      {problem && (
        <Notice tone="bad" role="alert">
          {problem}
        </Notice>
      )}
      <div className="flex justify-end">
        <Button type="submit" look="primary" busy={busy}>
          <Trans>Set forward</Trans>
        </Button>
      </div>
    </form>
  );
}
