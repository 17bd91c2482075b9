import { add, type BalanceView, type CandidateDashboard } from "@groat/client";
import { type HistoryRow, useHistory } from "@groat/react";
import { useState } from "react";
import { BalanceHero } from "../../parts/balance-hero";
import { ChartCard } from "../../parts/chart-card";
import { EntrySheet } from "../../parts/entry-sheet";
import { HistoryCard } from "../../parts/history-table";
import { WhySheet } from "../../parts/why-sheet";
import { Figures, Places } from "./figures";

/** Everything about a candidate's credits, all of it live. */
export function Dashboard({ view }: { view: CandidateDashboard }) {
  const { asset, credits, held } = view;
  const account = `user:${view.user}`;
  const history = useHistory({ account, asset });
  const [why, setWhy] = useState<{ account: string; asset: string } | null>(null);
  const [entry, setEntry] = useState<HistoryRow | null>(null);
  // Of version 0, so that whatever is known live is newer.
  const known: BalanceView = {
    account,
    asset,
    balance: add(credits, held),
    available: credits,
    held,
    version: 0,
    floor: null,
    ceiling: null,
  };
  return (
    <div className="flex flex-col gap-5">
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-5">
          <BalanceHero known={known} onWhy={() => setWhy({ account, asset })} />
          <Places view={view} />
        </div>
        <div className="flex min-w-0 flex-col gap-5">
          <Figures view={view} />
          <ChartCard rows={history.rows} asset={asset} />
        </div>
      </div>
      <HistoryCard history={history} onDetails={setEntry} />
      <WhySheet target={why} onClose={() => setWhy(null)} />
      <EntrySheet entry={entry} onClose={() => setEntry(null)} />
    </div>
  );
}
