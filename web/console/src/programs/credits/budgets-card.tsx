import { type BudgetView, formatAmount, GroatError } from "@groat/client";
import { useBudgets } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Gauge, Plus } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { explain } from "../../api/problem";
import { groat } from "../../groat";
import { formatFull, formatUntil } from "../../lib/time";
import { useRights } from "../../live/hooks";
import { Button } from "../../ui/button";
import { Switch } from "../../ui/field";
import { Meter } from "../../ui/meter";
import { EmptyState, ErrorState, SkeletonRows } from "../../ui/states";
import { Badge, Card, CardHeader } from "../../ui/surface";
import { useNow } from "../../ui/text";
import { BudgetDialog, type BudgetTarget } from "./budget-dialog";
import { changeBudget } from "./data";
import { budgetName } from "./words";

/** The budgets of a balance: what is used of each, a switch that stops it, and the way to raise it. `own`: for its owner. */
export function BudgetsCard({ account, asset, own }: { account: string; asset: string; own: boolean }) {
  const { budgets, loading, error, refresh } = useBudgets({ account, asset });
  const { admin } = useRights();
  const [target, setTarget] = useState<BudgetTarget | null>(null);
  const may = (budget: BudgetView) => admin || (own && budget.set_by === "owner");
  return (
    <Card data-testid="budgets-card">
      <CardHeader title={t`Budgets`} hint={t`How much may be spent in an hour, a day or a month`}>
        {(own || admin) && (
          <Button size="sm" onClick={() => setTarget({ account, asset, budget: null })}>
            <Plus aria-hidden /> <Trans>Set a budget</Trans>
          </Button>
        )}
      </CardHeader>
      {error && budgets.length === 0 ? (
        <ErrorState error={error} onRetry={refresh} />
      ) : loading && budgets.length === 0 ? (
        <SkeletonRows rows={2} />
      ) : budgets.length === 0 ? (
        <EmptyState icon={<Gauge aria-hidden />} title={t`No budgets`}>
          <Trans>Everything that is available may be spent at any time.</Trans>
        </EmptyState>
      ) : (
        <ul className="divide-y divide-line">
          {budgets.map((budget) => (
            <BudgetRow
              key={budget.id}
              budget={budget}
              may={may(budget)}
              onChanged={refresh}
              onRaise={() => setTarget({ account, asset, budget })}
            />
          ))}
        </ul>
      )}
      <BudgetDialog
        target={target}
        onClose={() => {
          setTarget(null);
          refresh();
        }}
      />
    </Card>
  );
}

function BudgetRow({
  budget,
  may,
  onChanged,
  onRaise,
}: {
  budget: BudgetView;
  may: boolean;
  onChanged: () => void;
  onRaise: () => void;
}) {
  const now = useNow(30_000);
  const [busy, setBusy] = useState(false);
  const { limit, used, left, stopped, resets_at } = budget;
  const name = budgetName(budget);
  const over = Number(left) === 0;
  const part = Number(limit) === 0 ? 1 : Number(used) / Number(limit);

  async function stop(wanted: boolean) {
    setBusy(true);
    try {
      await groat.write(
        ["budget-stop", budget.id, wanted],
        (key) => changeBudget(budget.id, { stopped: wanted }, key),
        { title: wanted ? t`Stop the budget ${name}` : t`Resume the budget ${name}` },
      );
      toast.success(wanted ? t`Stopped: nothing may be spent` : t`The budget goes on`);
    } catch (error) {
      if (!(error instanceof GroatError)) throw error;
      toast.error(explain(error));
    } finally {
      setBusy(false);
      onChanged();
    }
  }

  return (
    <li
      data-testid="budget"
      data-left={left}
      data-stopped={stopped}
      className="flex flex-col gap-2 px-4 py-3 sm:px-5"
    >
      <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
        <span className="wrap-anywhere min-w-0 font-medium text-sm">{name}</span>
        {stopped ? (
          <Badge tone="bad">
            <Trans>Stopped</Trans>
          </Badge>
        ) : over ? (
          <Badge tone="warn">
            <Trans>Used up</Trans>
          </Badge>
        ) : null}
      </div>
      <Meter part={part} tone={stopped || over ? "bad" : part >= 0.8 ? "warn" : "accent"} />
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p className="num text-muted text-sm">
          {t`${formatAmount(used)} of ${formatAmount(limit)} used, ${formatAmount(left)} left`}
          {resets_at !== null && (
            <>
              {" · "}
              <span title={formatFull(Date.parse(resets_at))}>
                {t`resets ${formatUntil(Date.parse(resets_at), now)}`}
              </span>
            </>
          )}
        </p>
        {may && (
          <div className="flex items-center gap-3">
            <span className="flex items-center gap-2 text-sm">
              <span aria-hidden>
                <Trans>Stop</Trans>
              </span>
              <Switch
                aria-label={t`Stop the budget ${name}`}
                checked={stopped}
                disabled={busy}
                onCheckedChange={(wanted) => void stop(wanted)}
              />
            </span>
            <Button size="sm" onClick={onRaise} aria-label={t`Change the budget ${name}`}>
              <Trans>Change</Trans>
            </Button>
          </div>
        )}
        {!may && budget.set_by === "staff" && (
          <span className="text-faint text-xs">
            <Trans>Set by the staff</Trans>
          </span>
        )}
      </div>
    </li>
  );
}
