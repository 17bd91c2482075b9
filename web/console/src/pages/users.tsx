import { compare, type UserView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Search, UserPlus, Users } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { usersQuery } from "../api/queries";
import { inOrder } from "../lib/accounts";
import { cx } from "../lib/cx";
import { LiveCell } from "../live/balance";
import { useInView, useRights, useWatch } from "../live/hooks";
import { AdjustDialog, type Adjusted } from "../parts/adjust-dialog";
import { CreateUserDialog } from "../parts/create-user-dialog";
import { useAsked } from "../parts/use-asked";
import { StaffOnly } from "../shell/gate";
import { Button } from "../ui/button";
import { type Column, DataTable } from "../ui/data-table";
import { Input } from "../ui/field";
import { EmptyState, ErrorState, SkeletonRows } from "../ui/states";
import { Badge, Card, Initial, PageHeader } from "../ui/surface";

const route = getRouteApi("/inside/users");

/** The search runs after this pause in typing, in ms. */
const TYPING_MS = 200;

function adjustedOf(user: UserView): Adjusted {
  return { user: user.user, name: user.name || user.user, balances: user.balances };
}

function columnsFor(admin: boolean, onAdjust: (target: Adjusted) => void): Column<UserView>[] {
  return [
    { id: "person", header: t`Person`, cell: ({ row }) => <Person user={row.original} /> },
    {
      id: "email",
      header: t`E-mail`,
      cell: ({ row }) => <span className="block max-w-56 truncate text-muted">{row.original.email}</span>,
      meta: { from: "lg" },
    },
    {
      id: "roles",
      header: t`Role`,
      cell: ({ row: { original } }) => (
        <span className="flex flex-wrap gap-1">
          {original.disabled && (
            <Badge tone="bad">
              <Trans>disabled</Trans>
            </Badge>
          )}
          {original.roles?.map((role) => (
            <Badge key={role} tone={role === "admin" ? "accent" : "plain"}>
              {role}
            </Badge>
          ))}
        </span>
      ),
      meta: { from: "md" },
    },
    {
      id: "balance",
      header: t`Balance`,
      cell: ({ row }) => <Balances user={row.original} />,
      meta: { align: "end" },
    },
    {
      id: "acts",
      header: () => (
        <span className="sr-only">
          <Trans>Acts</Trans>
        </span>
      ),
      cell: ({ row: { original } }) =>
        admin && (
          <Button
            size="sm"
            aria-label={t`Update credits of ${original.name || original.user}`}
            data-testid={`adjust-${original.user}`}
            onClick={() => onAdjust(adjustedOf(original))}
          >
            <Trans>Update</Trans>
          </Button>
        ),
      meta: { align: "end", className: "w-20" },
    },
  ];
}

/** A person in the list; while the row is on screen their balances are followed live. */
function Person({ user }: { user: UserView }) {
  const [target, inView] = useInView<HTMLDivElement>();
  useWatch(user.user, inView);
  return (
    <div ref={target} className="flex items-center gap-3">
      <Initial name={user.name || user.user} className="max-sm:hidden" />
      <div className="min-w-0">
        <Link
          to="/users/$user"
          params={{ user: user.user }}
          className={cx(
            "block max-w-40 truncate rounded-sm py-1 font-medium hover:underline sm:max-w-60 sm:py-0",
            user.disabled && "text-faint line-through",
          )}
        >
          {user.name || user.user}
        </Link>
        <span className="block max-w-40 truncate text-faint text-xs sm:max-w-60">{user.user}</span>
      </div>
    </div>
  );
}

/** The main account's balances, the first of them large. */
function Balances({ user }: { user: UserView }) {
  const main = user.balances.filter((balance) => balance.account === `user:${user.user}`).sort(inOrder);
  const listed = main.length > 0 ? main : user.balances.slice(0, 1);
  if (listed.length === 0) return <span className="text-faint">–</span>;
  return (
    <span className="flex flex-col items-end" data-testid={`balances-${user.user}`}>
      {listed.map((balance) => (
        <span
          key={`${balance.account} ${balance.asset}`}
          className={cx("whitespace-nowrap", compare(balance.balance, "0") < 0 && "text-bad")}
        >
          <LiveCell known={balance} /> <span className="text-faint text-xs">{balance.asset}</span>
        </span>
      ))}
    </span>
  );
}

export function UsersPage() {
  return (
    <StaffOnly>
      <UsersList />
    </StaffOnly>
  );
}

function UsersList() {
  const { admin } = useRights();
  const { q = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const [text, setText] = useState(q);
  const [adjusted, adjust, closeAdjusted] = useAsked<Adjusted>();
  const [creating, setCreating] = useState(false);
  const query = useInfiniteQuery(usersQuery(q));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const columns = useMemo(() => columnsFor(admin, adjust), [admin, adjust]);
  useEffect(() => {
    if (text.trim() === q) return;
    const timer = setTimeout(() => {
      const wanted = text.trim();
      void navigate({ search: wanted ? { q: wanted } : {}, replace: true });
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, q, navigate]);

  return (
    <>
      <PageHeader title={t`Users`} hint={t`Balances in view are live.`}>
        {admin && (
          <Button look="primary" onClick={() => setCreating(true)}>
            <UserPlus aria-hidden /> <Trans>New user</Trans>
          </Button>
        )}
      </PageHeader>
      <Card>
        <search className="block p-3 sm:px-5">
          <span className="relative block max-w-md">
            <Search
              className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-faint"
              aria-hidden
            />
            <Input
              type="search"
              aria-label={t`Search users`}
              placeholder={t`Name, id or e-mail`}
              className="pl-9"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          </span>
        </search>
        {query.isPending ? (
          <SkeletonRows rows={8} />
        ) : query.isError && rows.length === 0 ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : rows.length === 0 ? (
          <EmptyState icon={<Users aria-hidden />} title={q ? t`Nobody matches “${q}”` : t`No users yet`}>
            {q
              ? t`Try another part of the name, id or e-mail.`
              : t`People appear here once they have a balance or a login.`}
          </EmptyState>
        ) : (
          <div className={cx("transition-opacity", query.isPlaceholderData && "opacity-60")}>
            <DataTable
              caption={t`Users`}
              columns={columns}
              rows={rows}
              rowId={(row) => row.user}
              rowTestId="user-row"
            />
          </div>
        )}
        {query.hasNextPage && (
          <div className="flex justify-center p-3">
            <Button
              size="sm"
              look="quiet"
              busy={query.isFetchingNextPage}
              onClick={() => void query.fetchNextPage()}
            >
              <Trans>Show more</Trans>
            </Button>
          </div>
        )}
      </Card>
      <AdjustDialog target={adjusted} onClose={closeAdjusted} />
      <CreateUserDialog open={creating} onClose={() => setCreating(false)} />
    </>
  );
}
