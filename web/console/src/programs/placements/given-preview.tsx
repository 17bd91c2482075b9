import type { CreditsGiven, RunRowView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import { countRows } from "../../lib/counted";
import { Fact, Facts } from "../../ui/facts";
import { ErrorState, Notice, SkeletonRows } from "../../ui/states";
import { Badge } from "../../ui/surface";
import { Amount } from "../../ui/text";
import { draftRowsQuery } from "./data";
import { More } from "./more";
import { countCandidates } from "./words";

/** The preview of what an act gives: how many get how much, who is left out and why, and every row. */
export function GivenPreview({ given, asset }: { given: CreditsGiven; asset: string }) {
  const { people, total, new_people, left_out, ambiguous, draft } = given;
  const query = useInfiniteQuery(draftRowsQuery(draft.id));
  const rows = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <>
      <Facts>
        <Fact label={t`Reaches`}>
          <span data-testid="given-people" data-value={people}>
            {countCandidates(people)}
          </span>
        </Fact>
        <Fact label={t`In all`}>
          <span data-testid="given-total" data-value={total}>
            <Amount value={total} asset={asset} />
          </span>
        </Fact>
        {new_people > 0 && <Fact label={t`New`}>{countCandidates(new_people)}</Fact>}
        <Fact label={t`Carried out`}>
          {draft.atomic
            ? t`in one step: everybody gets theirs, or nobody does`
            : t`in ${draft.chunks} steps, each whole or not at all; it can be paused and resumed`}
        </Fact>
      </Facts>
      {draft.needs_approval && (
        <Notice tone="warn">
          <Trans>It is so large that somebody else must approve it.</Trans>
        </Notice>
      )}
      {draft.repeats.length > 0 && (
        <Notice tone="warn" title={t`This file was given before`}>
          <Trans>A run of the same file exists already.</Trans>
        </Notice>
      )}
      {draft.source_problem && <Notice tone="bad">{draft.source_problem.detail}</Notice>}
      {left_out > 0 && (
        <Notice tone="warn" title={t`Left out, because they cannot be posted: ${countRows(left_out)}`}>
          <Trans>The rows of the file say why.</Trans>
        </Notice>
      )}
      {ambiguous.length > 0 && (
        <Notice
          tone="warn"
          title={t`Several candidates have these addresses, so nobody gets anything by them`}
        >
          <span className="wrap-anywhere">{ambiguous.join(", ")}</span>
        </Notice>
      )}
      <div className="overflow-clip rounded-lg border border-line">
        {query.isPending ? (
          <SkeletonRows rows={3} />
        ) : query.isError ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it by keys
          <section className="max-h-72 overflow-y-auto" tabIndex={0} aria-label={t`Who gets what`}>
            <ul className="divide-y divide-line">
              {rows.map((row) => (
                <Row key={row.number} row={row} asset={asset} />
              ))}
            </ul>
          </section>
        )}
        <More of={query} />
      </div>
    </>
  );
}

function Row({ row, asset }: { row: RunRowView; asset: string }) {
  return (
    <li
      data-testid="given-row"
      data-user={row.user}
      className="flex flex-wrap items-center gap-x-3 gap-y-0.5 px-3 py-2 text-sm"
    >
      <span className="wrap-anywhere min-w-0 flex-1 font-medium">{row.name || row.user}</span>
      {!row.known && row.problem === null && <Badge tone="accent">{t`New`}</Badge>}
      {row.after !== null && row.balance !== null && (
        <span className="num text-faint text-xs">
          <Amount value={row.balance} /> → <Amount value={row.after} />
        </span>
      )}
      <Amount value={row.amount || "0"} asset={asset} />
      {row.problem && <p className="w-full text-bad text-xs">{row.problem.detail}</p>}
    </li>
  );
}
