import type { AuditView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { ScrollText } from "lucide-react";
import { useMemo } from "react";
import { auditQuery } from "../api/queries";
import { kindLabel } from "../lib/accounts";
import { changesOf, type FactChange } from "../lib/facts";
import { type LogFilter, LogPage, SheetTable } from "../parts/log-page";
import { StaffOnly } from "../shell/gate";
import type { Column } from "../ui/data-table";
import { Fact, Facts } from "../ui/facts";
import { Time } from "../ui/text";

const route = getRouteApi("/inside/audit");

function columnsFor(onOpen: (entry: AuditView) => void): Column<AuditView>[] {
  return [
    {
      id: "at",
      header: t`When`,
      cell: ({ row }) => <Time at={row.original.at} className="text-muted" />,
      meta: { from: "sm" },
    },
    {
      id: "who",
      header: t`Who`,
      cell: ({ row: { original } }) => (
        <span className="block max-w-40 truncate">{original.actor ?? original.principal}</span>
      ),
      meta: { from: "md" },
    },
    {
      id: "act",
      header: t`Act`,
      cell: ({ row: { original } }) => (
        <div className="min-w-0">
          <button
            type="button"
            onClick={() => onOpen(original)}
            className="rounded-sm py-1 text-left font-medium hover:underline sm:py-0"
          >
            {kindLabel(original.kind)}
          </button>
          <p className="line-clamp-2 wrap-anywhere text-faint text-xs">{original.reason}</p>
          <p className="text-faint text-xs sm:hidden">
            {original.target && <span className="break-all">{original.target} · </span>}
            <Time at={original.at} />
          </p>
        </div>
      ),
    },
    {
      id: "target",
      header: t`Target`,
      cell: ({ row }) => (
        <span className="block max-w-48 truncate text-muted">{row.original.target ?? ""}</span>
      ),
      meta: { from: "sm" },
    },
    {
      id: "change",
      header: t`Before → after`,
      cell: ({ row: { original } }) => <Changes changes={changesOf(original.before, original.after)} />,
      meta: { align: "end" },
    },
  ];
}

/** Describes the change of an act: the first fact, and how many more. */
function Changes({ changes }: { changes: FactChange[] }) {
  const [first, ...more] = changes;
  if (!first) return <span className="text-faint">–</span>;
  return (
    <span className="num inline-flex max-w-64 flex-wrap justify-end gap-x-1.5">
      {!first.name.endsWith("balance") && <span className="text-faint">{first.name}:</span>}
      <span className="max-w-36 truncate text-faint">{first.before ?? "–"}</span>
      <span aria-hidden className="text-faint">
        →
      </span>
      <span className="sr-only">
        <Trans>becomes</Trans>
      </span>
      <span className="max-w-36 truncate font-medium">{first.after ?? "–"}</span>
      {more.length > 0 && <span className="text-faint text-xs">+{more.length}</span>}
    </span>
  );
}

export function AuditPage() {
  return (
    <StaffOnly>
      <Audit />
    </StaffOnly>
  );
}

const FILTERS: LogFilter<"actor" | "target">[] = [
  { name: "actor", label: t`Actor`, placeholder: "user:admin", type: "principal" },
  { name: "target", label: t`Target`, placeholder: "user:42", type: "principal" },
];

function Audit() {
  const { actor = "", target = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const filter = useMemo(() => ({ ...(actor && { actor }), ...(target && { target }) }), [actor, target]);
  const query = useInfiniteQuery(auditQuery(filter));
  return (
    <LogPage
      title={t`Audit log`}
      hint={t`Who did what to whom, and why. Nothing here can be changed.`}
      caption={t`Audit log, newest first`}
      query={query}
      columnsFor={columnsFor}
      rowId={(row) => row.id}
      name="audit"
      icon={<ScrollText aria-hidden />}
      empty={t`Nothing has happened yet`}
      filters={FILTERS}
      filter={filter}
      onFilter={(search) => void navigate({ search })}
      sheetTitle={({ kind }) => kindLabel(kind)}
      sheetHint={({ reason }) => reason || t`No reason given`}
      sheet={(entry) => <Details entry={entry} />}
    />
  );
}

function Details({ entry }: { entry: AuditView }) {
  const changes = changesOf(entry.before, entry.after);
  return (
    <div className="flex flex-col gap-5">
      <Facts>
        <Fact label={t`When`}>
          <Time at={entry.at} />
        </Fact>
        <Fact label={t`Actor`}>{entry.actor ?? "–"}</Fact>
        <Fact label={t({ message: "Principal", context: "a caller" })}>{entry.principal}</Fact>
        <Fact label={t`Target`}>{entry.target ?? "–"}</Fact>
        {entry.key && (
          <Fact label={t`Key`}>
            <code className="break-all text-xs">{entry.key}</code>
          </Fact>
        )}
        <Fact label={t`Id`}>
          <code className="break-all text-xs">{entry.id}</code>
        </Fact>
      </Facts>
      {changes.length > 0 && (
        <section>
          <h3 className="mb-1 font-semibold text-sm">
            <Trans>Before and after</Trans>
          </h3>
          <SheetTable
            titles={[t`Fact`, t`Before`, t`After`]}
            rows={changes.map(({ name, before, after }) => ({
              id: name,
              cells: [
                name,
                <span key="before" className="text-faint">
                  {before ?? "–"}
                </span>,
                <span key="after" className="font-medium">
                  {after ?? "–"}
                </span>,
              ],
            }))}
          />
        </section>
      )}
      {entry.details !== null && entry.details !== undefined && (
        <section>
          <h3 className="mb-1 font-semibold text-sm">
            <Trans>Details</Trans>
          </h3>
          <pre className="overflow-x-auto whitespace-pre-wrap break-all rounded-md bg-sunken p-3 text-xs">
            {JSON.stringify(entry.details, null, 2)}
          </pre>
        </section>
      )}
    </div>
  );
}
