import { type BalanceView, GroatError, type UserView } from "@groat/client";
import { type HistoryRow, useHistory, useGroatState as useLive } from "@groat/react";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import {
  Ban,
  ChevronLeft,
  CircleCheck,
  LogOut,
  MoreHorizontal,
  SlidersHorizontal,
  Wallet,
} from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { userQuery } from "../api/queries";
import { groat } from "../groat";
import { inOrder } from "../lib/accounts";
import { usePerson, useRights, useWatch } from "../live/hooks";
import { AccountsCard } from "../parts/accounts-card";
import { AdjustDialog, type Adjusted } from "../parts/adjust-dialog";
import { BalanceHero, BalancePicker } from "../parts/balance-hero";
import { ChartCard } from "../parts/chart-card";
import { ConfirmDialog } from "../parts/confirm-dialog";
import { EntrySheet } from "../parts/entry-sheet";
import { HistoryCard } from "../parts/history-table";
import { LimitsDialog } from "../parts/limits-dialog";
import { OpenHolds } from "../parts/open-holds";
import { ReverseDialog } from "../parts/reverse-dialog";
import { useAsked } from "../parts/use-asked";
import { WhySheet } from "../parts/why-sheet";
import { Slot } from "../registry/slot";
import { PersonRequests } from "../requests/digest";
import { StaffOnly } from "../shell/gate";
import { Button, IconButton } from "../ui/button";
import { Fact } from "../ui/facts";
import { Menu, MenuItem, MenuLine } from "../ui/overlay";
import { EmptyState, ErrorState, Skeleton } from "../ui/states";
import { Badge, Card, CardHeader, PageHeader } from "../ui/surface";
import { Amount } from "../ui/text";

const route = getRouteApi("/inside/users/$user");

export function UserPage() {
  const { user } = route.useParams();
  return (
    <StaffOnly>
      <UserLoader key={user} user={user} />
    </StaffOnly>
  );
}

function UserLoader({ user }: { user: string }) {
  useWatch(user);
  const query = useQuery(userQuery(user));
  const crumb = (
    <Link to="/users" className="inline-flex items-center gap-1 rounded-sm text-muted hover:text-ink">
      <ChevronLeft className="size-4" aria-hidden /> <Trans>Users</Trans>
    </Link>
  );
  if (query.isPending) {
    return (
      <>
        <PageHeader title={user} crumb={crumb} />
        <Skeleton className="h-56 w-full !rounded-xl" />
      </>
    );
  }
  if (!query.data) {
    const missing = query.error instanceof GroatError && query.error.status === 404;
    return (
      <>
        <PageHeader title={user} crumb={crumb} />
        <Card>
          {missing ? (
            <EmptyState title={t`Nobody here has this id`} />
          ) : (
            <ErrorState error={query.error} onRetry={() => void query.refetch()} />
          )}
        </Card>
      </>
    );
  }
  return <UserDetails person={query.data} crumb={crumb} />;
}

const id = (balance: { account: string; asset: string }) => `${balance.account} ${balance.asset}`;

function UserDetails({ person, crumb }: { person: UserView; crumb: React.ReactNode }) {
  const { admin } = useRights();
  const [picked, setPicked] = useState("");
  const [adjusted, askToAdjust, closeAdjusted] = useAsked<Adjusted>();
  const balances = useBalances(person);
  const balance = balances.find((item) => id(item) === picked) ?? balances[0];
  const name = person.name || person.user;
  const adjust = () =>
    askToAdjust({
      user: person.user,
      name,
      balances,
      ...(balance && { account: balance.account, asset: balance.asset }),
    });
  return (
    <>
      <PageHeader
        crumb={crumb}
        title={name}
        hint={
          <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <span>{person.user}</span>
            {person.email && <span>· {person.email}</span>}
            {person.roles?.map((role) => (
              <Badge key={role} tone={role === "admin" ? "accent" : "plain"}>
                {role}
              </Badge>
            ))}
            {person.disabled && (
              <Badge tone="bad">
                <Trans>disabled</Trans>
              </Badge>
            )}
          </span>
        }
      >
        <Slot name="person" person={person} />
        {admin && (
          <>
            <Button look="primary" onClick={adjust}>
              <Trans>Update credits</Trans>
            </Button>
            <PersonMenu person={person} />
          </>
        )}
      </PageHeader>
      {balance ? (
        <UserMoney
          key={id(balance)}
          balance={balance}
          balances={balances}
          onPick={(item) => setPicked(id(item))}
        >
          <Slot name="money" person={person} balance={balance} />
        </UserMoney>
      ) : (
        <Card>
          <EmptyState icon={<Wallet aria-hidden />} title={t`No balance yet`}>
            <Trans>Their first credit opens their account.</Trans>
          </EmptyState>
        </Card>
      )}
      <div className="mt-5 flex flex-col gap-5">
        <AccountsCard user={person.user} balances={balances} />
        <PersonRequests user={person.user} />
      </div>
      <AdjustDialog target={adjusted} onClose={closeAdjusted} />
    </>
  );
}

/** Merges the loaded balances with those that have come live since. */
function useBalances(person: UserView): BalanceView[] {
  const live = useLive((state) => state.balances);
  const main = `user:${person.user}`;
  const known = new Map(person.balances.map((balance) => [id(balance), balance]));
  for (const balance of Object.values(live)) {
    const theirs = balance.account === main || balance.account.startsWith(`${main}:`);
    if (theirs && !known.has(id(balance))) known.set(id(balance), balance);
  }
  return [...known.values()].sort(inOrder);
}

function UserMoney({
  balance,
  balances,
  onPick,
  children,
}: {
  balance: BalanceView;
  balances: BalanceView[];
  onPick: (balance: BalanceView) => void;
  children: React.ReactNode;
}) {
  const { admin } = useRights();
  const history = useHistory({ account: balance.account, asset: balance.asset });
  const [why, setWhy] = useState<BalanceView | null>(null);
  const [limited, askForLimits, closeLimits] = useAsked<BalanceView>();
  const [entry, setEntry] = useState<HistoryRow | null>(null);
  const [reversed, askToReverse, closeReversed] = useAsked<HistoryRow>();
  return (
    <div className="flex flex-col gap-5">
      <BalancePicker balances={balances} picked={balance} onPick={onPick} />
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="flex min-w-0 flex-col gap-5">
          <BalanceHero known={balance} onWhy={() => setWhy(balance)} />
          <ChartCard rows={history.rows} asset={balance.asset} />
        </div>
        <Card>
          <CardHeader title={t`Limits and holds`}>
            {admin && (
              <Button size="sm" onClick={() => askForLimits(balance)}>
                <SlidersHorizontal aria-hidden /> <Trans>Limits</Trans>
              </Button>
            )}
          </CardHeader>
          <dl className="mx-4 mb-4 divide-y divide-line rounded-lg border border-line text-sm sm:mx-5">
            <Fact label={t`Lowest available`}>
              {balance.floor == null ? t`none` : <Amount value={balance.floor} />}
            </Fact>
            <Fact label={t`Highest balance`}>
              {balance.ceiling == null ? t`none` : <Amount value={balance.ceiling} />}
            </Fact>
          </dl>
          <div className="mx-4 mb-4 sm:mx-5">
            <OpenHolds rows={history.rows} account={balance.account} asset={balance.asset} />
          </div>
        </Card>
      </div>
      {children}
      <HistoryCard history={history} onDetails={setEntry} onReverse={admin ? askToReverse : undefined} />
      <WhySheet target={why} onClose={() => setWhy(null)} />
      <LimitsDialog target={limited} onClose={closeLimits} />
      <EntrySheet entry={entry} onClose={() => setEntry(null)} />
      <ReverseDialog entry={reversed} onClose={closeReversed} />
    </div>
  );
}

function PersonMenu({ person }: { person: UserView }) {
  const queries = useQueryClient();
  const self = usePerson().user === person.user;
  const [asked, ask, close] = useAsked<"revoke" | "disable">();
  const name = person.name || person.user;
  const refresh = () =>
    Promise.all(
      [["user", person.user], ["users"]].map((queryKey) => queries.invalidateQueries({ queryKey })),
    );
  return (
    <>
      <Menu
        trigger={
          <IconButton label={t`More for ${name}`} look="secondary" className="sm:!size-10">
            <MoreHorizontal aria-hidden />
          </IconButton>
        }
      >
        <MenuItem onSelect={() => ask("revoke")}>
          <LogOut aria-hidden /> <Trans>Sign out everywhere …</Trans>
        </MenuItem>
        {!self && (
          <>
            <MenuLine />
            <MenuItem danger={!person.disabled} onSelect={() => ask("disable")}>
              {person.disabled ? <CircleCheck aria-hidden /> : <Ban aria-hidden />}
              {person.disabled ? t`Enable …` : t`Disable …`}
            </MenuItem>
          </>
        )}
      </Menu>
      <ConfirmDialog
        open={asked === "revoke"}
        onClose={close}
        title={t`Sign ${name} out everywhere?`}
        actLabel={t`Sign out everywhere`}
        act={async () => {
          await groat.api.revokeUser(person.user);
          toast.success(t`${name} is signed out everywhere`);
        }}
      >
        <Trans>
          Open screens close within seconds, and every token given until now is refused. They can sign in
          again.
        </Trans>
      </ConfirmDialog>
      <ConfirmDialog
        open={asked === "disable"}
        onClose={close}
        title={person.disabled ? t`Enable ${name}?` : t`Disable ${name}?`}
        actLabel={person.disabled ? t`Enable` : t`Disable`}
        danger={!person.disabled}
        act={async () => {
          await groat.api.updateUser(person.user, { disabled: !person.disabled });
          toast.success(person.disabled ? t`${name} is enabled` : t`${name} is disabled`);
          await refresh();
        }}
      >
        {person.disabled
          ? t`They can sign in again. Their balances were never touched.`
          : t`They are signed out and cannot sign in. Their balances stay as they are.`}
      </ConfirmDialog>
    </>
  );
}
