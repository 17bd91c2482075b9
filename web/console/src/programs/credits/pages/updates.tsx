import type { CreditUpdate, UpdateFilter } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { ScanSearch, Undo2 } from "lucide-react";
import { useMemo } from "react";
import { transactionQuery } from "../../../api/queries";
import { accountLabel, isStep, kindLabel } from "../../../lib/accounts";
import { useRights } from "../../../live/hooks";
import { Postings } from "../../../parts/entry-sheet";
import { type LogFilter, LogPage, SheetTable } from "../../../parts/log-page";
import { ReverseDialog, type Undone } from "../../../parts/reverse-dialog";
import { useAsked } from "../../../parts/use-asked";
import { StaffOnly } from "../../../shell/gate";
import { Button } from "../../../ui/button";
import type { Column } from "../../../ui/data-table";
import { Fact, Facts } from "../../../ui/facts";
import { ErrorState, SkeletonRows } from "../../../ui/states";
import { Badge } from "../../../ui/surface";
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
      header: t({ message: "Update", context: "of credits" }),
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

const FILTERS: LogFilter<keyof UpdateFilter>[] = [
  { name: "user", label: t`Person`, placeholder: "42" },
  { name: "actor", label: t`By`, placeholder: "user:admin", type: "principal" },
  { name: "reason", label: t`Reason contains` },
  { name: "from", label: t({ message: "From", context: "a day" }), type: "date" },
  { name: "to", label: t`Until`, type: "date" },
];

function Updates() {
  const search: Record<string, unknown> = useSearch({ strict: false });
  const filter = useMemo(() => filterOf(search), [search]);
  const navigate = useNavigate();
  const query = useInfiniteQuery(updatesQuery(filter));
  const go = (wanted: UpdateFilter) => void navigate({ to: UPDATES, search: wanted as never });
  return (
    <LogPage
      title={t`Credit updates`}
      hint={t`Who changed whose credits, why, and which devices it reached`}
      caption={t`Updates of credits, newest first`}
      query={query}
      columnsFor={columnsFor}
      rowId={idOf}
      name="update"
      icon={<ScanSearch aria-hidden />}
      empty={t`Nobody's credits have changed yet`}
      filters={FILTERS}
      filter={filter}
      onFilter={go}
      sheetTitle={({ reason, kind }) => reason || kindLabel(kind)}
      sheetHint={({ kind }) => kindLabel(kind)}
      sheet={(update, close) => (
        <Details
          update={update}
          onUndone={close}
          onFind={(wanted) => {
            close();
            go(wanted);
          }}
        />
      )}
    />
  );
}

function Details({
  update,
  onUndone,
  onFind,
}: {
  update: CreditUpdate;
  onUndone: () => void;
  onFind: (wanted: UpdateFilter) => void;
}) {
  const { admin } = useRights();
  const [undone, askToUndo, closeUndone] = useAsked<Undone>();
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
        <Fact label={t({ message: "Change", context: "of a balance" })}>
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
            onClick={() => askToUndo({ ...update, balance: update.after })}
          >
            <Undo2 aria-hidden /> <Trans>Undo</Trans>
          </Button>
        )
      )}
      <ReverseDialog
        entry={undone}
        onClose={() => {
          closeUndone();
          onUndone();
        }}
      />
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
        <SheetTable
          titles={[t`Device`, t`Sent`, t`Seen`]}
          rows={query.data.map(({ device, sent_at, seen_at }) => ({
            id: device,
            cells: [device, <Moment key="sent" at={sent_at} />, <Moment key="seen" at={seen_at} />],
          }))}
        />
      )}
    </section>
  );
}

const Moment = ({ at }: { at: string | null }) => (at ? <Time at={at} /> : "–");
