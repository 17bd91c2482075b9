import type { BalanceView } from "@groat/client";
import { type HistoryRow, useHistory, useGroatState as useLive } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Wallet } from "lucide-react";
import { useMemo, useState } from "react";
import { inOrder } from "../lib/accounts";
import { usePerson } from "../live/hooks";
import { ActionCard } from "../parts/action-form";
import { BalanceHero, BalancePicker } from "../parts/balance-hero";
import { ChartCard } from "../parts/chart-card";
import { Copyable } from "../parts/copyable";
import { EntrySheet } from "../parts/entry-sheet";
import { HistoryCard } from "../parts/history-table";
import { SharedCard } from "../parts/shared-card";
import { WhySheet } from "../parts/why-sheet";
import { Slot } from "../registry/slot";
import { UnderWay } from "../requests/digest";
import { EmptyState, Skeleton } from "../ui/states";
import { Card, PageHeader } from "../ui/surface";

/** A person's own balances. */
export function OverviewPage() {
  const { user, name } = usePerson();
  const known = useLive((state) => state.balances);
  const phase = useLive((state) => state.phase);
  const balances = useMemo(() => own(Object.values(known), user), [known, user]);
  const [picked, setPicked] = useState("");
  const balance = balances.find((item) => id(item) === picked) ?? balances[0];
  return (
    <>
      <PageHeader
        title={t`Good to see you, ${name}`}
        hint={t`Everything here is live: what you see is what is committed.`}
      >
        {balance && <Slot name="overview" balance={balance} />}
      </PageHeader>
      {balance ? (
        <Dashboard
          key={id(balance)}
          balance={balance}
          balances={balances}
          onPick={(item) => setPicked(id(item))}
        />
      ) : phase === "ready" ? (
        <Card>
          <EmptyState icon={<Wallet aria-hidden />} title={t`No balance yet`}>
            <Trans>Credits you receive will appear here. Whoever pays you needs your id:</Trans>{" "}
            <Copyable text={user} what={t`id`} />
          </EmptyState>
        </Card>
      ) : (
        <Skeleton className="h-56 w-full !rounded-xl" />
      )}
      {!balance && (
        <div className="mt-5 empty:hidden">
          <SharedCard />
        </div>
      )}
    </>
  );
}

const id = (balance: { account: string; asset: string }) => `${balance.account} ${balance.asset}`;

/** One's own balances only: staff may have others' in the picture. The main account first. */
function own(balances: readonly BalanceLike[], user: string): BalanceView[] {
  const main = `user:${user}`;
  return balances
    .filter(({ account }) => account === main || account.startsWith(`${main}:`))
    .sort(inOrder)
    .map(({ account, asset, balance, available, held, version, floor, ceiling }) => ({
      account,
      asset,
      balance,
      available,
      held,
      version,
      floor: floor ?? null,
      ceiling: ceiling ?? null,
    }));
}

type BalanceLike = BalanceView;

function Dashboard({
  balance,
  balances,
  onPick,
}: {
  balance: BalanceView;
  balances: BalanceView[];
  onPick: (balance: BalanceView) => void;
}) {
  const { user } = usePerson();
  const history = useHistory({ account: balance.account, asset: balance.asset });
  const [why, setWhy] = useState<{ account: string; asset: string } | null>(null);
  const [entry, setEntry] = useState<HistoryRow | null>(null);
  return (
    <div className="flex flex-col gap-5">
      <BalancePicker balances={balances} picked={balance} onPick={onPick} />
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="flex min-w-0 flex-col gap-5">
          <BalanceHero known={balance} onWhy={() => setWhy(balance)} />
          <ChartCard rows={history.rows} asset={balance.asset} />
        </div>
        <div className="flex min-w-0 flex-col gap-5">
          <ActionCard balances={balances} picked={balance} />
          <SharedCard />
          <UnderWay user={user} />
        </div>
      </div>
      <HistoryCard history={history} onDetails={setEntry} />
      <WhySheet target={why} onClose={() => setWhy(null)} />
      <EntrySheet entry={entry} onClose={() => setEntry(null)} />
    </div>
  );
}
