import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link, useLocation } from "@tanstack/react-router";
import { ArrowRight } from "lucide-react";
import { count } from "../../lib/counted";
import type { FaceProps } from "../../registry/program";
import { Name } from "../../requests/people";
import { Button } from "../../ui/button";
import { Fact, Facts } from "../../ui/facts";
import { ErrorState, Skeleton } from "../../ui/states";
import { Amount } from "../../ui/text";
import { RUN } from "./paths";
import { RunProgress } from "./run-progress";
import { useRunNews } from "./use-news";
import { useRun } from "./use-run";
import { nameOf, WHATS } from "./words";

/** What a run does, and how far it is: on its own page, in the inbox, and among the requests. */
export function RunFace({ request }: FaceProps) {
  useRunNews();
  const { run, error, refetch } = useRun(request.id);
  const page = RUN.replace("$run", request.id);
  const here = useLocation({ select: ({ pathname }) => pathname });
  if (!run) {
    if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
    return <Skeleton className="h-40 w-full" />;
  }
  return (
    <div className="flex flex-col gap-5">
      <RunProgress run={run} />
      <Facts>
        <Fact label={WHATS[run.origin.what]}>{nameOf(run)}</Fact>
        <Fact label={t`People`}>
          <span className="num">{count(run.people)}</span>
        </Fact>
        <Fact label={run.mode === "set" ? t`Balances set to, in all` : t`Total`}>
          <Amount value={run.total} asset={run.asset} />
        </Fact>
        <Fact label={t`Reason`}>{run.reason}</Fact>
        {run.mode === "add" && !run.undoes && <Fact label={t`Taken from`}>{run.source}</Fact>}
        <Fact label={t`Submitted by`}>
          <Name first of={run.by} />
        </Fact>
      </Facts>
      {here !== page && (
        <Button asChild className="self-start">
          <Link to={page}>
            <Trans>See every row</Trans> <ArrowRight aria-hidden />
          </Link>
        </Button>
      )}
    </div>
  );
}
