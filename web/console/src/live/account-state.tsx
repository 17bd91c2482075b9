import type { AccountUpdated } from "@groat/client";
import { t } from "@lingui/core/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { AccountState } from "../api/account-states";
import { accountQuery } from "../api/queries";
import { groat } from "../groat";
import { Badge, type Tone } from "../ui/surface";

export const ACCOUNT_STATES: Record<AccountState, { label: string; tone: Tone }> = {
  open: { label: t`Open`, tone: "good" },
  frozen: { label: t`Frozen`, tone: "warn" },
  closing: { label: t`Closing`, tone: "warn" },
  closed: { label: t`Closed`, tone: "plain" },
};

/** The state of an account; null until it is known. It follows the events of its owner, who is oneself or is watched. */
export function useAccountState(account: string): AccountState | null {
  const queries = useQueryClient();
  const { data } = useQuery(accountQuery(account));
  useEffect(
    () =>
      groat.onChange((change) => {
        if (change.type !== "event" || change.event.type !== "account_updated") return;
        if ((change.event.data as AccountUpdated).account !== account) return;
        void queries.invalidateQueries({ queryKey: accountQuery(account).queryKey });
      }),
    [account, queries],
  );
  return data ? (data.state ?? "open") : null;
}

export function AccountStateBadge({ state }: { state: AccountState }) {
  const { label, tone } = ACCOUNT_STATES[state];
  return <Badge tone={tone}>{label}</Badge>;
}
