import type { Balance, ShareView } from "@groat/client";
import { useGroatState as useLive } from "@groat/react";
import { t } from "@lingui/core/macro";
import { accountLabel, inOrder } from "../lib/accounts";
import { AccountStateBadge, useAccountState } from "../live/account-state";
import { LiveCell } from "../live/balance";
import { Badge, Card, CardHeader } from "../ui/surface";

const RIGHTS: Record<string, string> = { read: t`Read`, spend: t`Spend`, manage: t`Manage` };

/** Lists the accounts that a person shares with others: balances, and what they may do. Nothing where there is none. */
export function SharedCard() {
  const shared = useLive((state) => state.shared);
  const balances = useLive((state) => state.balances);
  if (shared.length === 0) return null;
  return (
    <Card data-testid="shared">
      <CardHeader title={t`Shared accounts`} hint={t`You are a member of these.`} />
      <ul className="divide-y divide-line border-line border-t">
        {shared.map((share) => (
          <SharedRow
            key={share.account}
            share={share}
            balances={Object.values(balances)
              .filter(({ account }) => account === share.account)
              .sort(inOrder)}
          />
        ))}
      </ul>
    </Card>
  );
}

function SharedRow({ share, balances }: { share: ShareView; balances: Balance[] }) {
  const { account, rights } = share;
  const state = useAccountState(account);
  return (
    <li
      data-testid="shared-account"
      data-account={account}
      className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 sm:px-5"
    >
      <span className="min-w-0 flex-1">
        <span className="wrap-anywhere block font-medium">{accountLabel(account)}</span>
        <span className="mt-1 flex flex-wrap gap-1">
          {rights.map((right) => (
            <Badge key={right}>{RIGHTS[right] ?? right}</Badge>
          ))}
          {state && state !== "open" && <AccountStateBadge state={state} />}
        </span>
      </span>
      <span className="flex flex-col items-end">
        {balances.map((balance) => (
          <span key={balance.asset} className="whitespace-nowrap">
            <LiveCell known={balance} />
            <span className="ml-1 text-faint text-sm">{balance.asset}</span>
          </span>
        ))}
        {balances.length === 0 && <span className="text-faint text-sm">{t`No balance yet`}</span>}
      </span>
    </li>
  );
}
