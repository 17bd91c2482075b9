import type { CreditUpdate, UpdateFilter } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { RotateCw, ScanSearch, Undo2 } from "lucide-react";
import { type FormEvent, useEffect, useMemo, useState } from "react";
import { transactionQuery } from "../../../api/queries";
import { accountLabel, isStep, kindLabel } from "../../../lib/accounts";
import { useRights } from "../../../live/hooks";
import { Postings } from "../../../parts/entry-sheet";
import { ReverseDialog, type Undone } from "../../../parts/reverse-dialog";
import { useAsked } from "../../../parts/use-asked";
import { StaffOnly } from "../../../shell/gate";
import { Button } from "../../../ui/button";
import { type Column, DataTable } from "../../../ui/data-table";
import { Fact, Facts } from "../../../ui/facts";
import { Field, Input } from "../../../ui/field";
import { Sheet } from "../../../ui/overlay";
import { EmptyState, ErrorState, SkeletonRows } from "../../../ui/states";
import { Badge, Card, PageHeader } from "../../../ui/surface";
import { Amount, Delta, Time } from "../../../ui/text";
import { devicesQuery, filterOf, updatesQuery } from "../data";
import { UPDATES } from "../paths";

function columnsFor(onOpen: (update: CreditUpdate) => void): Column<CreditUpdate>[] {
  return [
    {
      id: "at",
      header: t`When`,
      cell: ({ row }) => <Time at={row.original.at} className="text-muted" />,
      meta: { from: "sm" },
    },
    {
      id: "update",
      header: t`Update`,
      cell: ({ row: { original } }) => (
        <div className="min-w-0">
          <button
            type="button"
            onClick={() => onOpen(original)}
            className="wrap-anywhere rounded-sm py-1 text-left font-medium hover:underline sm:py-0"
          >
            {original.reason || kindLabel(original.kind)}
          </button>
          <p className="text-faint text-xs">
            <Trans>by {original.actor}</Trans>
            {original.reversed && (
              <Badge tone="warn" className="ml-1.5">
                <Trans>undone</Trans>
              </Badge>
            )}
          </p>
          <p className="text-faint text-xs sm:hidden">
            {original.user} · <Time at={original.at} />
          </p>
        </div>
      ),
    },
    {
      id: "user",
      header: t`Person`,
      cell: ({ row: { original } }) => (
        <span className="block max-w-40 truncate text-muted">{original.user}</span>
      ),
      meta: { from: "sm" },
    },
    {
      id: "change",
      header: t`Before → after`,
      cell: ({ row: { original } }) => <Change update={original} />,
      meta: { align: "end" },
    },
    {
      id: "reached",
      header: t`Devices`,
      cell: ({ row: { original } }) => <Reached update={original} />,
      meta: { align: "end", from: "md" },
    },
  ];
}

function Change({ update }: { update: CreditUpdate }) {
  return (
    <span className="inline-flex flex-col items-end gap-0.5">
      <Delta value={update.delta} asset={update.asset} />
      <span className="whitespace-nowrap text-faint text-xs">
        <Amount value={update.before} /> <span aria-hidden>→</span>{" "}
        <span className="sr-only">
          <Trans>becomes</Trans>
        </span>
        <Amount value={update.after} />
      </span>
    </span>
  );
}

function Reached({ update: { sent, seen } }: { update: CreditUpdate }) {
  return (
    <span className="num whitespace-nowrap text-muted">
      <Trans>
        sent to {sent}, seen by {seen}
      </Trans>
    </span>
  );
}

/** Every change of a person's credits: by whom, why, before and after, and how far it was told. */
export function UpdatesPage() {
  return (
    <StaffOnly>
      <Updates />
    </StaffOnly>
  );
}

const idOf = ({ transaction, account, asset }: CreditUpdate) => `${transaction} ${account} ${asset}`;

function Updates() {
  const search: Record<string, unknown> = useSearch({ strict: false });
  const filter = useMemo(() => filterOf(search), [search]);
  const navigate = useNavigate();
  const [opened, setOpened] = useState<CreditUpdate | null>(null);
  const [undone, askToUndo, closeUndone] = useAsked<Undone>();
  const query = useInfiniteQuery(updatesQuery(filter));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const columns = useMemo(() => columnsFor(setOpened), []);
  const filtered = Object.keys(filter).length > 0;
  const go = (wanted: UpdateFilter) => void navigate({ to: UPDATES, search: wanted as never });
  return (
    <>
      <PageHeader
        title={t`Credit updates`}
        hint={t`Who changed whose credits, why, and which devices it reached`}
      >
        <Button busy={query.isRefetching} onClick={() => void query.refetch()}>
          <RotateCw aria-hidden /> <Trans>Refresh</Trans>
        </Button>
      </PageHeader>
      <Card>
        <FilterForm filter={filter} onApply={go} />
        {query.isPending ? (
          <SkeletonRows rows={8} />
        ) : query.isError && rows.length === 0 ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : rows.length === 0 && !query.hasNextPage ? (
          <EmptyState
            icon={<ScanSearch aria-hidden />}
            title={filtered ? t`Nothing matches these filters` : t`Nobody's credits have changed yet`}
          />
        ) : (
          <DataTable
            caption={t`Updates of credits, newest first`}
            columns={columns}
            rows={rows}
            rowId={idOf}
            rowTestId="update-row"
          />
        )}
        {query.hasNextPage && (
          <div className="flex justify-center p-3">
            <Button
              size="sm"
              look="quiet"
              busy={query.isFetchingNextPage}
              onClick={() => void query.fetchNextPage()}
            >
              <Trans>Show older</Trans>
            </Button>
          </div>
        )}
      </Card>
      <Sheet
        open={opened !== null}
        onOpenChange={(open) => !open && setOpened(null)}
        title={opened ? opened.reason || kindLabel(opened.kind) : t`Update`}
        description={opened ? kindLabel(opened.kind) : undefined}
        testId="update-sheet"
      >
        {opened && (
          <Details
            update={opened}
            onUndo={askToUndo}
            onFind={(wanted) => {
              setOpened(null);
              go(wanted);
            }}
          />
        )}
      </Sheet>
      <ReverseDialog
        entry={undone}
        onClose={() => {
          closeUndone();
          setOpened(null);
        }}
      />
    </>
  );
}

const TEXTS = [
  { name: "user", label: t`Person`, placeholder: "42" },
  { name: "actor", label: t`By`, placeholder: "user:admin" },
  { name: "reason", label: t`Reason contains`, placeholder: "" },
] as const;

const DAYS = [
  { name: "from", label: t`From` },
  { name: "to", label: t`Until` },
] as const;

function FilterForm({ filter, onApply }: { filter: UpdateFilter; onApply: (wanted: UpdateFilter) => void }) {
  const [draft, setDraft] = useState(filter);
  useEffect(() => setDraft(filter), [filter]);
  function apply(event: FormEvent) {
    event.preventDefault();
    const { actor = "", ...rest } = draft;
    const wanted = { ...rest, actor: principalOf(actor) };
    onApply(filterOf(Object.fromEntries(Object.entries(wanted).map(([name, text]) => [name, text.trim()]))));
  }
  return (
    <search className="block">
      <form onSubmit={apply} className="flex flex-wrap items-end gap-3 p-4 sm:px-5">
        {TEXTS.map(({ name, label, placeholder }) => (
          <Field key={name} label={label} className="min-w-36 flex-1 sm:max-w-52">
            {(wiring) => (
              <Input
                {...wiring}
                placeholder={placeholder}
                autoCapitalize="none"
                spellCheck={false}
                value={draft[name] ?? ""}
                onChange={(event) => setDraft({ ...draft, [name]: event.target.value })}
              />
            )}
          </Field>
        ))}
        {DAYS.map(({ name, label }) => (
          <Field key={name} label={label} className="min-w-36 flex-1 sm:max-w-40">
            {(wiring) => (
              <Input
                {...wiring}
                type="date"
                value={draft[name] ?? ""}
                onChange={(event) => setDraft({ ...draft, [name]: event.target.value })}
              />
            )}
          </Field>
        ))}
        <Button type="submit" guard={false}>
          <Trans>Filter</Trans>
        </Button>
        {Object.keys(filter).length > 0 && (
          <Button look="quiet" onClick={() => onApply({})}>
            <Trans>Clear</Trans>
          </Button>
        )}
      </form>
    </search>
  );
}

/** A bare id is a person's. */
function principalOf(text: string): string {
  const name = text.trim();
  return name === "" || name.includes(":") ? name : `user:${name}`;
}

function Details({
  update,
  onUndo,
  onFind,
}: {
  update: CreditUpdate;
  onUndo: (undone: Undone) => void;
  onFind: (wanted: UpdateFilter) => void;
}) {
  const { admin } = useRights();
  const transaction = useQuery(transactionQuery(update.transaction)).data;
  const { user, account, asset } = update;
  // A request's update is undone through the request, and a reversal by a new update.
  const undoable = admin && !update.reversed && !update.reverses && !update.cause && !isStep(update.kind);
  return (
    <div className="flex flex-col gap-5">
      <Facts>
        <Fact label={t`Person`}>
          <Link to="/users/$user" params={{ user }} className="rounded-sm font-medium hover:underline">
            {user}
          </Link>
        </Fact>
        <Fact label={t`Account`}>{accountLabel(account)}</Fact>
        <Fact label={t`Change`}>
          <Delta value={update.delta} asset={asset} />
        </Fact>
        <Fact label={t`Before`}>
          <Amount value={update.before} asset={asset} />
        </Fact>
        <Fact label={t`After`}>
          <Amount value={update.after} asset={asset} />
        </Fact>
        <Fact label={t`By`}>
          <button
            type="button"
            className="rounded-sm hover:underline"
            onClick={() => onFind({ actor: update.actor })}
          >
            {update.actor}
          </button>
        </Fact>
        {update.principal !== update.actor && <Fact label={t`Through`}>{update.principal}</Fact>}
        <Fact label={t`When`}>
          <Time at={update.at} />
        </Fact>
        <Fact label={t`Transaction`}>
          <code className="break-all text-xs">{update.transaction}</code>
        </Fact>
        {update.reverses && (
          <Fact label={t`Reverses`}>
            <code className="break-all text-xs">{update.reverses}</code>
          </Fact>
        )}
        {update.cause && <Fact label={t`Done by`}>{update.cause}</Fact>}
      </Facts>
      <Devices update={update} />
      {transaction && transaction.postings.length > 0 && (
        <section>
          <h3 className="mb-1 font-semibold text-sm">
            <Trans>Postings</Trans>
          </h3>
          <Postings postings={transaction.postings} />
        </section>
      )}
      {update.reversed ? (
        <p className="text-muted text-sm">
          <Trans>This update was undone.</Trans>
        </p>
      ) : (
        undoable && (
          <Button
            look="danger"
            className="self-start"
            onClick={() => onUndo({ ...update, balance: update.after })}
          >
            <Undo2 aria-hidden /> <Trans>Undo</Trans>
          </Button>
        )
      )}
    </div>
  );
}

/** The devices that an update reached, each with when it got it and when it showed it. */
function Devices({ update: { transaction, user } }: { update: CreditUpdate }) {
  const query = useQuery(devicesQuery(transaction, user));
  return (
    <section data-testid="update-devices">
      <h3 className="mb-1 font-semibold text-sm">
        <Trans>Devices</Trans>
      </h3>
      {query.isPending ? (
        <SkeletonRows rows={2} />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : query.data.length === 0 ? (
        <p className="text-muted text-sm">
          <Trans>It has reached no device, or it is too long ago to know.</Trans>
        </p>
      ) : (
        <table className="w-full text-sm">
          <thead>
            <tr className="text-left text-faint text-xs">
              <th scope="col" className="py-1.5 font-medium">
                <Trans>Device</Trans>
              </th>
              <th scope="col" className="py-1.5 font-medium">
                <Trans>Sent</Trans>
              </th>
              <th scope="col" className="py-1.5 font-medium">
                <Trans>Seen</Trans>
              </th>
            </tr>
          </thead>
          <tbody>
            {query.data.map(({ device, sent_at, seen_at }) => (
              <tr key={device} className="border-line border-t">
                <th scope="row" className="max-w-28 truncate py-1.5 pr-3 text-left font-normal text-muted">
                  {device}
                </th>
                <td className="py-1.5 pr-3">{sent_at ? <Time at={sent_at} /> : "–"}</td>
                <td className="py-1.5">{seen_at ? <Time at={seen_at} /> : "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
