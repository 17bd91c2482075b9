import type { AuditView } from "@groat/client";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { RotateCw, ScrollText } from "lucide-react";
import { type FormEvent, useEffect, useMemo, useState } from "react";
import { auditQuery } from "../api/queries";
import { kindLabel } from "../lib/accounts";
import { changesOf, type FactChange } from "../lib/facts";
import { StaffOnly } from "../shell/gate";
import { Button } from "../ui/button";
import { type Column, DataTable } from "../ui/data-table";
import { Fact, Facts } from "../ui/facts";
import { Field, Input } from "../ui/field";
import { Sheet } from "../ui/overlay";
import { EmptyState, ErrorState, SkeletonRows } from "../ui/states";
import { Card, PageHeader } from "../ui/surface";
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

function Audit() {
  const { actor = "", target = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const [draft, setDraft] = useState({ actor, target });
  const [opened, setOpened] = useState<AuditView | null>(null);
  useEffect(() => setDraft({ actor, target }), [actor, target]);
  const filter = useMemo(() => ({ ...(actor && { actor }), ...(target && { target }) }), [actor, target]);
  const query = useInfiniteQuery(auditQuery(filter));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const columns = useMemo(() => columnsFor(setOpened), []);
  const filtered = actor !== "" || target !== "";

  function apply(event: FormEvent) {
    event.preventDefault();
    const wanted = { actor: principalOf(draft.actor), target: principalOf(draft.target) };
    void navigate({
      search: {
        ...(wanted.actor && { actor: wanted.actor }),
        ...(wanted.target && { target: wanted.target }),
      },
    });
  }

  return (
    <>
      <PageHeader title={t`Audit log`} hint={t`Who did what to whom, and why. Nothing here can be changed.`}>
        <Button busy={query.isRefetching} onClick={() => void query.refetch()}>
          <RotateCw aria-hidden /> <Trans>Refresh</Trans>
        </Button>
      </PageHeader>
      <Card>
        <search className="block">
          <form onSubmit={apply} className="flex flex-wrap items-end gap-3 p-4 sm:px-5">
            <Field label={t`Actor`} className="min-w-44 flex-1 sm:max-w-56">
              {(wiring) => (
                <Input
                  {...wiring}
                  placeholder={t`user:admin`}
                  autoCapitalize="none"
                  spellCheck={false}
                  value={draft.actor}
                  onChange={(event) => setDraft({ ...draft, actor: event.target.value })}
                />
              )}
            </Field>
            <Field label={t`Target`} className="min-w-44 flex-1 sm:max-w-56">
              {(wiring) => (
                <Input
                  {...wiring}
                  placeholder={t`user:42`}
                  autoCapitalize="none"
                  spellCheck={false}
                  value={draft.target}
                  onChange={(event) => setDraft({ ...draft, target: event.target.value })}
                />
              )}
            </Field>
            <Button type="submit" guard={false}>
              <Trans>Filter</Trans>
            </Button>
            {filtered && (
              <Button look="quiet" onClick={() => void navigate({ search: {} })}>
                <Trans>Clear</Trans>
              </Button>
            )}
          </form>
        </search>
        {query.isPending ? (
          <SkeletonRows rows={8} />
        ) : query.isError && rows.length === 0 ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : rows.length === 0 ? (
          <EmptyState
            icon={<ScrollText aria-hidden />}
            title={filtered ? t`Nothing matches these filters` : t`Nothing has happened yet`}
          />
        ) : (
          <DataTable
            caption={t`Audit log, newest first`}
            columns={columns}
            rows={rows}
            rowId={(row) => row.id}
            rowTestId="audit-row"
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
        title={opened ? kindLabel(opened.kind) : t`Act`}
        description={opened?.reason || t`No reason given`}
        testId="audit-sheet"
      >
        {opened && <Details entry={opened} />}
      </Sheet>
    </>
  );
}

/** A bare id is a person's. */
function principalOf(text: string): string {
  const name = text.trim();
  return name === "" || name.includes(":") ? name : `user:${name}`;
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
        <Fact label={t`Principal`}>{entry.principal}</Fact>
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
          <table className="w-full text-sm">
            <thead>
              <tr className="text-left text-faint text-xs">
                <th scope="col" className="py-1.5 font-medium">
                  <Trans>Fact</Trans>
                </th>
                <th scope="col" className="py-1.5 font-medium">
                  <Trans>Before</Trans>
                </th>
                <th scope="col" className="py-1.5 font-medium">
                  <Trans>After</Trans>
                </th>
              </tr>
            </thead>
            <tbody className="num">
              {changes.map((change) => (
                <tr key={change.name} className="border-line border-t align-top">
                  <th scope="row" className="py-1.5 pr-3 text-left font-normal text-muted">
                    {change.name}
                  </th>
                  <td className="break-all py-1.5 pr-3 text-faint">{change.before ?? "–"}</td>
                  <td className="break-all py-1.5 font-medium">{change.after ?? "–"}</td>
                </tr>
              ))}
            </tbody>
          </table>
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
