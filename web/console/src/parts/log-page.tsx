import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { RotateCw } from "lucide-react";
import { type FormEvent, type ReactNode, useEffect, useMemo, useState } from "react";
import { Button } from "../ui/button";
import { type Column, DataTable } from "../ui/data-table";
import { Field, Input } from "../ui/field";
import { Sheet } from "../ui/overlay";
import { EmptyState, ErrorState, SkeletonRows } from "../ui/states";
import { Card, PageHeader } from "../ui/surface";

export interface LogFilter<Name extends string = string> {
  name: Name;
  label: string;
  placeholder?: string;
  /** "principal": a bare id is a person's. */
  type?: "text" | "date" | "principal";
}

interface LogPageProps<Row extends object, Name extends string> {
  title: string;
  hint: string;
  /** Describes the table; it is read aloud, not seen. */
  caption: string;
  query: UseInfiniteQueryResult<InfiniteData<{ items: Row[] }>>;
  /** Called once. A press on what leads to a row opens its sheet. */
  columnsFor: (open: (row: Row) => void) => Column<Row>[];
  rowId: (row: Row) => string;
  /** Tables and sheets are found by `<name>-row` and `<name>-sheet`. */
  name: string;
  icon: ReactNode;
  /** Says that there is nothing at all. */
  empty: string;
  filters: readonly LogFilter<Name>[];
  /** The filters that are set, by name; those that are not are left out. */
  filter: Readonly<Partial<Record<Name, string>>>;
  onFilter: (filter: Partial<Record<Name, string>>) => void;
  sheetTitle: (row: Row) => string;
  sheetHint: (row: Row) => string;
  sheet: (row: Row, close: () => void) => ReactNode;
}

/** A page that lists what happened, the newest first: filters, a table that grows, and a sheet with all about one row. */
export function LogPage<Row extends object, Name extends string>({
  title,
  hint,
  caption,
  query,
  columnsFor,
  rowId,
  name,
  icon,
  empty,
  filters,
  filter,
  onFilter,
  sheetTitle,
  sheetHint,
  sheet,
}: LogPageProps<Row, Name>) {
  const [opened, setOpened] = useState<Row | null>(null);
  const columns = useMemo(() => columnsFor(setOpened), [columnsFor]);
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const filtered = Object.keys(filter).length > 0;
  return (
    <>
      <PageHeader title={title} hint={hint}>
        <Button busy={query.isRefetching} onClick={() => void query.refetch()}>
          <RotateCw aria-hidden /> <Trans>Refresh</Trans>
        </Button>
      </PageHeader>
      <Card>
        <FilterForm filters={filters} filter={filter} onFilter={onFilter} />
        {query.isPending ? (
          <SkeletonRows rows={8} />
        ) : query.isError && rows.length === 0 ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : rows.length === 0 && !query.hasNextPage ? (
          <EmptyState icon={icon} title={filtered ? t`Nothing matches these filters` : empty} />
        ) : (
          <DataTable
            caption={caption}
            columns={columns}
            rows={rows}
            rowId={rowId}
            rowTestId={`${name}-row`}
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
        title={opened ? sheetTitle(opened) : ""}
        description={opened ? sheetHint(opened) : undefined}
        testId={`${name}-sheet`}
      >
        {opened && sheet(opened, () => setOpened(null))}
      </Sheet>
    </>
  );
}

function FilterForm<Name extends string>({
  filters,
  filter,
  onFilter,
}: Pick<LogPageProps<object, Name>, "filters" | "filter" | "onFilter">) {
  const [draft, setDraft] = useState(filter);
  useEffect(() => setDraft(filter), [filter]);
  function apply(event: FormEvent) {
    event.preventDefault();
    const wanted = filters.map(({ name, type }) => {
      const text = (draft[name] ?? "").trim();
      return [name, type === "principal" ? principalOf(text) : text] as const;
    });
    onFilter(Object.fromEntries(wanted.filter(([, text]) => text)) as Partial<Record<Name, string>>);
  }
  return (
    <search className="block">
      <form onSubmit={apply} className="flex flex-wrap items-end gap-3 p-4 sm:px-5">
        {filters.map(({ name, label, placeholder, type = "text" }) => (
          <Field key={name} label={label} className="min-w-36 flex-1 sm:max-w-52">
            {(wiring) => (
              <Input
                {...wiring}
                {...(type === "date" && { type })}
                placeholder={placeholder}
                autoCapitalize="none"
                spellCheck={false}
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
          <Button look="quiet" onClick={() => onFilter({})}>
            <Trans>Clear</Trans>
          </Button>
        )}
      </form>
    </search>
  );
}

const principalOf = (text: string) => (text === "" || text.includes(":") ? text : `user:${text}`);

/** A small table in a sheet; the first cell of a row is its head. */
export function SheetTable({
  titles,
  rows,
}: {
  titles: readonly string[];
  rows: readonly { id: string; cells: readonly ReactNode[] }[];
}) {
  return (
    <table className="w-full text-sm">
      <thead>
        <tr className="text-left text-faint text-xs">
          {titles.map((title) => (
            <th key={title} scope="col" className="py-1.5 pr-3 font-medium last:pr-0">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="num">
        {rows.map(({ id, cells: [head, ...cells] }) => (
          <tr key={id} className="border-line border-t align-top">
            <th scope="row" className="wrap-anywhere py-1.5 pr-3 text-left font-normal text-muted">
              {head}
            </th>
            {cells.map((cell, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a cell is known by its column
              <td key={index} className="wrap-anywhere py-1.5 pr-3 last:pr-0">
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
