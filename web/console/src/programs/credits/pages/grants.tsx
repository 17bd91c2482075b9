import { balanceKey } from "@groat/client";
import { useGrants, useGroatState as useLive } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { ChevronLeft, Hourglass, Plus } from "lucide-react";
import { useState } from "react";
import { accountQuery } from "../../../api/queries";
import { inOrder } from "../../../lib/accounts";
import { usePerson, useRights, useWatch } from "../../../live/hooks";
import { Button } from "../../../ui/button";
import { Field, Select } from "../../../ui/field";
import { EmptyState, ErrorState, SkeletonRows } from "../../../ui/states";
import { Card, CardHeader, PageHeader } from "../../../ui/surface";
import { BudgetsCard } from "../budgets-card";
import { endedQuery } from "../data";
import { ForecastCard } from "../forecast-card";
import { GiveDialog } from "../give-dialog";
import { GrantList } from "../grant-list";

/** The grants of an account: one's own, or for staff that of `?account=user:42`. */
export function GrantsPage() {
  const given = useSearch({ strict: false }) as { account?: string; asset?: string };
  const { user } = usePerson();
  const { staff } = useRights();
  const others = staff && given.account !== undefined;
  const account = (others && given.account) || `user:${user}`;
  return <Grants key={account} account={account} first={given.asset} others={others} />;
}

/** The user of `user:42:savings`. */
const userOf = (account: string) => (account.startsWith("user:") ? (account.split(":")[1] ?? null) : null);

function Grants({ account, first, others }: { account: string; first: string | undefined; others: boolean }) {
  const owner = userOf(account);
  useWatch(owner, others);
  const { admin } = useRights();
  const balances = useQuery(accountQuery(account)).data?.balances ?? [];
  const codes = [...balances].sort(inOrder).map((balance) => balance.asset);
  const [picked, setPicked] = useState(first ?? "");
  const asset = codes.includes(picked) || codes.length === 0 ? picked || "CREDIT" : (codes[0] ?? "CREDIT");
  const [giving, setGiving] = useState(false);
  return (
    <>
      <PageHeader
        title={others ? t`Grants` : t`My credits`}
        hint={
          others
            ? account
            : t`Credits with terms of their own. They are spent from top to bottom, the soonest to expire first.`
        }
        crumb={
          others &&
          owner !== null && (
            <Link
              to="/users/$user"
              params={{ user: owner }}
              className="inline-flex items-center gap-1 rounded-sm text-muted hover:text-ink"
            >
              <ChevronLeft className="size-4" aria-hidden /> {owner}
            </Link>
          )
        }
      >
        {codes.length > 1 && (
          <Field label={<span className="sr-only">{t`Asset`}</span>} className="w-32">
            {(wiring) => (
              <Select {...wiring} value={asset} onChange={(event) => setPicked(event.target.value)}>
                {codes.map((code) => (
                  <option key={code}>{code}</option>
                ))}
              </Select>
            )}
          </Field>
        )}
        {admin && others && (
          <Button look="primary" onClick={() => setGiving(true)}>
            <Plus aria-hidden /> <Trans>Grant credits</Trans>
          </Button>
        )}
      </PageHeader>
      <div className="grid items-start gap-5 lg:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-5">
          <Live account={account} asset={asset} />
          <Ended account={account} asset={asset} />
        </div>
        <div className="flex min-w-0 flex-col gap-5">
          <BudgetsCard account={account} asset={asset} own={!others} />
          <ForecastCard key={asset} account={account} asset={asset} />
        </div>
      </div>
      <GiveDialog
        target={giving ? { account, asset, name: owner ?? account } : null}
        onClose={() => setGiving(false)}
      />
    </>
  );
}

function Live({ account, asset }: { account: string; asset: string }) {
  const { grants, loading, error, refresh } = useGrants({ account, asset });
  return (
    <Card>
      <CardHeader title={t`To be spent`} hint={t`In this order`} />
      {error && grants.length === 0 ? (
        <ErrorState error={error} onRetry={refresh} />
      ) : loading && grants.length === 0 ? (
        <SkeletonRows rows={3} />
      ) : grants.length === 0 ? (
        <EmptyState icon={<Hourglass aria-hidden />} title={t`No credits with terms`}>
          <Trans>What is given with an expiry, or for a purpose, is listed here until it is spent.</Trans>
        </EmptyState>
      ) : (
        <GrantList grants={grants} numbered />
      )}
    </Card>
  );
}

function Ended({ account, asset }: { account: string; asset: string }) {
  const version = useLive((state) => state.balances[balanceKey(account, asset)]?.version ?? 0);
  const query = useInfiniteQuery(endedQuery(account, asset, version));
  const grants = query.data?.pages.flatMap(({ items }) => items) ?? [];
  if (grants.length === 0) return null;
  return (
    <Card>
      <CardHeader title={t`Over`} hint={t`Spent, expired or taken back`} />
      <GrantList grants={grants} />
      {query.hasNextPage && (
        <div className="px-4 py-3 sm:px-5">
          <Button size="sm" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            <Trans>Show older</Trans>
          </Button>
        </div>
      )}
    </Card>
  );
}
