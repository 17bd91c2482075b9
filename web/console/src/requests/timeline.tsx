import {
  GroatError,
  type KindView,
  type RequestView,
  type StepView,
  type TransitionView,
} from "@groat/client";
import { useRequestHistory } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { PAGE_SIZE, transactionQuery } from "../api/queries";
import { kindLabel } from "../lib/accounts";
import { cx } from "../lib/cx";
import { Postings } from "../parts/entry-sheet";
import { Button } from "../ui/button";
import { Fact, Facts } from "../ui/facts";
import { Sheet } from "../ui/overlay";
import { ErrorState, SkeletonRows } from "../ui/states";
import { Amount, Time } from "../ui/text";
import { fieldsOf, saidOf } from "./fields";
import { FILE, stateOf, transitionOf } from "./kinds";
import { isAutomatic, Name } from "./people";
import { SaidList } from "./said";

const DOTS = {
  neutral: "border-edge bg-surface",
  wait: "border-warn bg-warn",
  good: "border-good bg-good",
  bad: "border-bad bg-bad",
} as const;

/** What became of a hold. */
const HOLDS: Record<string, string> = {
  open: t`still reserved`,
  captured: t`captured by now`,
  released: t`released by now`,
  expired: t`expired by now`,
};

/** Shows the steps of a request, the newest first; earlier steps of a long history load on demand. */
export function Timeline({ kind, request }: { kind: KindView; request: RequestView }) {
  const [opened, setOpened] = useState<string | null>(null);
  // The first page holds what came with the request, and as much again.
  const earlier = useRequestHistory({ kind: kind.name, id: request.id }, { limit: 4 * PAGE_SIZE });
  const steps = newestFirst([...earlier.steps, ...(request.history ?? [])]);
  const more = earlier.loaded ? earlier.hasMore : request.history_more;
  return (
    <section aria-labelledby="timeline">
      <h3 id="timeline" className="mb-2 font-semibold text-sm">
        <Trans>History</Trans>
      </h3>
      <ol className="relative ml-1.5 border-line border-l" data-testid="timeline">
        {steps.map((step) => (
          <Step key={step.version} kind={kind} step={step} onOpen={() => setOpened(step.transaction)} />
        ))}
      </ol>
      {more && (
        <div className="flex justify-center pt-3">
          <Button size="sm" look="quiet" busy={earlier.loading} onClick={earlier.loadMore}>
            <Trans>Show earlier</Trans>
          </Button>
        </div>
      )}
      <TransactionSheet id={opened} onClose={() => setOpened(null)} />
    </section>
  );
}

/** Each step once, though it came with the request and in a page. */
const newestFirst = (steps: readonly StepView[]): StepView[] =>
  [...new Map(steps.map((step) => [step.version, step])).values()].sort((a, b) => b.version - a.version);

function labelOf(
  { transition: name, from, to }: StepView,
  transition: TransitionView | undefined,
  state: string,
) {
  if (name === FILE) return t`Submitted`;
  if (transition?.approves && from === to) return t`First approval`;
  if (transition?.confirms) return t`Correction`;
  if (name === "drop_correction") return t`Correction dropped`;
  // A step of a request that belongs to this one changed it.
  return transition ? state : kindLabel(name);
}

function Step({ kind, step, onOpen }: { kind: KindView; step: StepView; onOpen: () => void }) {
  const transition = transitionOf(kind, step.transition);
  const target = stateOf(kind, step.to);
  const { reason, ...input } = step.input;
  const said = step.transition === FILE ? [] : saidOf(fieldsOf(transition?.schema ?? {}), input);
  return (
    <li className="relative pb-4 pl-5 last:pb-0" data-testid="step" data-step={step.transition}>
      <span
        aria-hidden
        className={cx("absolute top-1.5 -left-[5px] size-2.5 rounded-full border", DOTS[target.tone])}
      />
      <p className="flex flex-wrap items-baseline gap-x-2 text-sm">
        <span className="font-medium">{labelOf(step, transition, target.title)}</span>
        <span className="text-muted">
          {isAutomatic(step.by) ? (
            t`automatically`
          ) : (
            <Trans>
              by <Name by of={step.by} />
            </Trans>
          )}
        </span>
        <Time at={step.at} className="num ml-auto text-faint text-xs" />
      </p>
      {typeof reason === "string" && reason && (
        <p className="wrap-anywhere mt-1 text-muted text-sm">“{reason}”</p>
      )}
      {said.length > 0 && (
        <div className="mt-2">
          <SaidList said={said} />
        </div>
      )}
      <button
        type="button"
        onClick={onOpen}
        className="-mx-1 mt-0.5 rounded-sm px-1 py-0.5 text-faint text-xs underline-offset-2 hover:text-ink hover:underline"
      >
        <Trans>Transaction</Trans>
        <span className="sr-only">
          {" "}
          <Trans>of {target.title}</Trans>
        </span>
      </button>
    </li>
  );
}

/** A transaction as it stands in the ledger. */
function TransactionSheet({ id, onClose }: { id: string | null; onClose: () => void }) {
  return (
    <Sheet
      open={id !== null}
      onOpenChange={(open) => !open && onClose()}
      title={t`Transaction`}
      testId="transaction-sheet"
    >
      {id !== null && <Transaction id={id} />}
    </Sheet>
  );
}

function Transaction({ id }: { id: string }) {
  const query = useQuery(transactionQuery(id));
  if (query.isPending) return <SkeletonRows rows={4} />;
  if (query.isError) {
    // People find only transactions that moved their own money.
    const none = query.error instanceof GroatError && query.error.status === 404;
    if (none)
      return (
        <p className="text-muted text-sm">
          <Trans>No money of yours moved in this step.</Trans>
        </p>
      );
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  }
  const { kind, reason, at, postings, actor, hold, reverses } = query.data;
  return (
    <div className="flex flex-col gap-5">
      <Facts>
        <Fact label={t`Kind`}>{kindLabel(kind)}</Fact>
        {actor && (
          <Fact label={t`By`}>
            <Name of={actor} />
          </Fact>
        )}
        <Fact label={t`When`}>
          <Time at={at} />
        </Fact>
        {reason && <Fact label={t`Reason`}>{reason}</Fact>}
        {hold && (
          <Fact label={t`Reserved`}>
            <Amount value={hold.amount} asset={hold.asset} />{" "}
            <span className="text-faint">({HOLDS[hold.state] ?? hold.state})</span>
          </Fact>
        )}
        {reverses && (
          <Fact label={t`Reverses`}>
            <code className="break-all text-xs">{reverses}</code>
          </Fact>
        )}
        <Fact label={t`Id`}>
          <code className="break-all text-xs">{id}</code>
        </Fact>
      </Facts>
      <section>
        <h3 className="mb-1 font-semibold text-sm">
          <Trans>Postings</Trans>
        </h3>
        {postings.length === 0 ? (
          <p className="text-muted text-sm">
            <Trans>No money moved.</Trans>
          </p>
        ) : (
          <Postings postings={postings} />
        )}
      </section>
    </div>
  );
}
