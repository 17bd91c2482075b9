import { formatAmount, type KindView, type RequestView } from "@groat/client";
import { useRequests } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { toast } from "sonner";
import { Acts } from "../../../requests/acts";
import { transitionOf } from "../../../requests/kinds";
import { StateBadge } from "../../../requests/marks";
import { useFile } from "../../../requests/use-file";
import { useTake } from "../../../requests/use-take";
import { Button } from "../../../ui/button";
import { Fact, Facts } from "../../../ui/facts";
import { Dialog } from "../../../ui/overlay";
import { ErrorState, Skeleton } from "../../../ui/states";
import { Card, CardHeader } from "../../../ui/surface";
import { Time } from "../../../ui/text";
import { KIND, ruleOf, soldQuery, type Terms } from "./data";
import { RuleForm } from "./rule-form";

/** The states in which something will happen by itself at `due_at`. */
const WAITING = ["resting", "capped"];

/** The automatic top-up of a person in an asset, live; without one, the form that sets it up. */
export function RuleCard({
  kind,
  user,
  asset,
  own,
}: {
  kind: KindView;
  user: string;
  asset: string;
  own: boolean;
}) {
  const rules = useRequests({ kind: KIND, user }, { limit: 50 });
  const rule = rules.items.find((one) => one.open && ruleOf(one).asset === asset);
  return (
    <Card data-testid="top-up-card">
      <CardHeader title={t`Automatic top-up`} hint={t`Buys a package whenever few credits are left`}>
        {rule && <StateBadge kind={kind} state={rule.state} />}
      </CardHeader>
      <div className="px-4 pb-5 sm:px-5">
        {rules.error && rules.items.length === 0 ? (
          <ErrorState error={rules.error} onRetry={rules.refresh} />
        ) : rules.loading && rules.items.length === 0 ? (
          <Skeleton className="h-40 w-full" />
        ) : rule ? (
          <Standing kind={kind} request={rule} />
        ) : (
          <SetUp user={user} asset={asset} own={own} />
        )}
      </div>
    </Card>
  );
}

function SetUp({ user, asset, own }: { user: string; asset: string; own: boolean }) {
  const { file } = useFile();
  return (
    <RuleForm
      asset={asset}
      act={t`Turn on`}
      send={async (terms) => {
        await file(KIND, { ...terms }, own ? undefined : user);
        toast.success(t`Automatic top-up is on`);
      }}
    />
  );
}

function Standing({ kind, request }: { kind: KindView; request: RequestView }) {
  const { take } = useTake();
  const [changing, setChanging] = useState(false);
  const rule = ruleOf(request);
  const sold = useQuery(soldQuery).data?.find(({ id }) => id === rule.package);
  const change = transitionOf(kind, "change");
  const may = request.may?.includes("change") ?? false;

  async function send(terms: Terms) {
    if (!change) return;
    await take(request, change, { ...terms });
    toast.success(t`Automatic top-up changed`);
    setChanging(false);
  }

  return (
    <div className="flex flex-col gap-4">
      <Facts>
        <Fact label={t`Below`}>
          <span className="num">
            {formatAmount(rule.below)} {rule.asset}
          </span>
        </Fact>
        <Fact label={t`Buys`}>{sold?.name ?? rule.package}</Fact>
        {rule.order && (
          <Fact label={t`In flight`}>
            <Link
              to="/requests/$kind/$id"
              params={{ kind: "credit_order", id: rule.order }}
              className="num rounded-sm underline"
              data-testid="in-flight"
            >
              {t`Order for ${formatAmount(rule.price)} ${rule.currency}`}
            </Link>
          </Fact>
        )}
        {rule.last && (
          <Fact label={t`Last`}>
            <Link
              to="/requests/$kind/$id"
              params={{ kind: "credit_order", id: rule.last }}
              className="rounded-sm underline"
              data-testid="last"
            >
              {lastWords(rule.last_state)}
            </Link>
            {", "}
            <Time at={rule.last_at} form="age" />
          </Fact>
        )}
        {WAITING.includes(request.state) && request.due_at && (
          <Fact label={t`Next, at the earliest`}>
            <Time at={request.due_at} />
          </Fact>
        )}
        <Fact label={t`This month`}>
          <span className="num" data-testid="this-month">
            {rule.month_amount
              ? t`${rule.orders} of ${rule.month_orders} orders, ${formatAmount(rule.spent)} of ${formatAmount(rule.month_amount)} ${rule.currency}`
              : t`${rule.orders} of ${rule.month_orders} orders`}
          </span>
        </Fact>
        {rule.failures > 0 && (
          <Fact label={t`Failures in a row`}>
            <span className="num">{t`${rule.failures} of ${rule.failures_max}`}</span>
          </Fact>
        )}
      </Facts>
      <div className="flex flex-wrap items-start gap-2">
        {may && (
          <Button onClick={() => setChanging(true)}>
            <Trans>Change</Trans> …
          </Button>
        )}
        <Acts kind={kind} request={request} omit={["change"]} />
      </div>
      <Dialog
        open={changing}
        onOpenChange={(open) => !open && setChanging(false)}
        title={t`Change the automatic top-up`}
        testId="top-up-dialog"
      >
        {changing && (
          <RuleForm
            asset={rule.asset}
            rule={rule}
            act={t`Save`}
            send={send}
            onClose={() => setChanging(false)}
          />
        )}
      </Dialog>
    </div>
  );
}

function lastWords(state: string): string {
  switch (state) {
    case "cancelled":
      return t`Failed`;
    case "expired":
      return t`Not paid in time`;
    default:
      return t`Credits added`;
  }
}
