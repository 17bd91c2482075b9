/** A table of very many rows, of which only those in view are in the page, and only those are asked for. */
import { type QueryKey, useQueries } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { cx } from "../lib/cx";
import { ErrorState, Skeleton } from "./states";

/** So many rows are asked for at once. */
export const WINDOW_ROWS = 100;
/** A window is asked for once it has been in view for so long (ms): those that only fly past are not. */
const SETTLED_MS = 80;

export interface WindowColumn<Row> {
  id: string;
  header: ReactNode;
  cell: (row: Row) => ReactNode;
  align?: "end";
  /** Left out on screens narrower than this. */
  from?: "sm" | "md" | "lg";
  /** The width: rows come and go, and columns stay where they are. */
  className: string;
}

interface WindowTableProps<Row> {
  /** The table's description; read aloud, not seen. */
  caption: string;
  /** Must be stable between renders. */
  columns: readonly WindowColumn<Row>[];
  /** The number of all rows, as far as it is known before any are read. */
  expected: number;
  /** Names the windows of this list; the number of the window is added. */
  queryKey: QueryKey;
  /** Reads the rows from a place on, counted from 0; `WINDOW_ROWS` of them, or up to the end. */
  read: (from: number, signal: AbortSignal) => Promise<RowWindow<Row>>;
  /** Asks again for what is in view, so often (ms). */
  every?: number | false;
  rowId: (row: Row) => string;
  rowClass?: (row: Row) => string | undefined;
  rowTestId: string;
  /** The height of each row (px). What does not fit is cut off. */
  height: number;
  /** In the place of a table without rows. */
  empty: ReactNode;
}

export interface RowWindow<Row> {
  items: readonly Row[];
  /** Of the whole list. */
  total: number;
}

const FROM = { sm: "hidden sm:table-cell", md: "hidden md:table-cell", lg: "hidden lg:table-cell" } as const;
const EDGES = "px-3 first:pl-4 last:pr-4 sm:last:pr-5 sm:first:pl-5";

function look({ align, from, className }: Pick<WindowColumn<never>, "align" | "from" | "className">): string {
  return cx(align === "end" && "text-right", from && FROM[from], className);
}

/** The windows in which these places are. */
export function windowsOf(first: number, last: number): number[] {
  const from = Math.floor(first / WINDOW_ROWS);
  const to = Math.floor(last / WINDOW_ROWS);
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

export function WindowTable<Row>({
  caption,
  columns,
  expected,
  queryKey,
  read,
  every = false,
  rowId,
  rowClass,
  rowTestId,
  height,
  empty,
}: WindowTableProps<Row>) {
  const scroller = useRef<HTMLDivElement>(null);
  const [count, setCount] = useState(expected);
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 5,
  });
  const items = virtualizer.getVirtualItems();
  const { rows, total, error, retry } = useWindows({
    first: items[0]?.index ?? 0,
    last: items.at(-1)?.index ?? 0,
    queryKey,
    read,
    every,
  });
  if (total !== undefined && total !== count) setCount(total);
  const above = items[0]?.start ?? 0;
  const below = virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0);
  const spacer = (px: number) =>
    px > 0 && (
      <tr aria-hidden>
        {/* One cell: of more than there are in view, a fixed layout would make columns. */}
        <td style={{ height: px, padding: 0 }} />
      </tr>
    );
  if (total === 0) return empty;
  if (error && total === undefined) return <ErrorState error={error} onRetry={retry} />;
  return (
    // It scrolls by keys as well, where nothing within takes the focus.
    <section
      ref={scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by keys
      tabIndex={0}
      aria-label={caption}
      data-testid={`${rowTestId}s`}
      className="scroll-quiet relative max-h-[62dvh] overflow-y-auto overflow-x-hidden -outline-offset-2 contain-content"
    >
      <table
        className="w-full table-fixed border-separate border-spacing-0 text-sm"
        aria-rowcount={count + 1}
      >
        <caption className="sr-only">{caption}</caption>
        <thead className="sticky top-0 z-10">
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                className={cx(
                  "h-9 truncate border-line border-y bg-sunken text-left font-medium text-faint text-xs",
                  EDGES,
                  look(column),
                )}
              >
                {column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {spacer(above)}
          {items.map(({ index }) => {
            const row = rows(index);
            return (
              <tr
                key={index}
                aria-rowindex={index + 2}
                aria-busy={row === undefined || undefined}
                data-testid={row === undefined ? undefined : rowTestId}
                data-row={row === undefined ? undefined : rowId(row)}
                style={{ height }}
                className={cx("group hover:bg-hover/60", row !== undefined && rowClass?.(row))}
              >
                <Cells row={row} columns={columns} />
              </tr>
            );
          })}
          {spacer(below)}
        </tbody>
      </table>
    </section>
  );
}

/** Reads the windows of these places. `rows` finds the row at a place, undefined while it is on its way. */
function useWindows<Row>({
  first,
  last,
  queryKey,
  read,
  every,
}: Pick<WindowTableProps<Row>, "queryKey" | "read"> & {
  first: number;
  last: number;
  every: number | false;
}): {
  rows: (index: number) => Row | undefined;
  total: number | undefined;
  error: unknown;
  retry: () => void;
} {
  const settled = useSettled(windowsOf(first, last).join());
  const wanted = useMemo(() => settled.split(",").map(Number), [settled]);
  const name = JSON.stringify(queryKey);
  const latest = useRef(read);
  useEffect(() => {
    latest.current = read;
  });
  // The same for as long as the same windows are in view: it renders with each step that somebody scrolls.
  const queries = useMemo(
    () =>
      wanted.map((window) => ({
        queryKey: [...(JSON.parse(name) as QueryKey), window],
        queryFn: ({ signal }: { signal: AbortSignal }) => latest.current(window * WINDOW_ROWS, signal),
        refetchInterval: every,
      })),
    [wanted, name, every],
  );
  const results = useQueries({ queries });
  const pages = new Map(wanted.map((window, index) => [window, results[index]?.data]));
  return {
    rows: (index) => pages.get(Math.floor(index / WINDOW_ROWS))?.items[index % WINDOW_ROWS],
    total: results.find(({ data }) => data !== undefined)?.data?.total,
    error: results.find((result) => result.error !== null)?.error,
    retry: () => {
      for (const result of results) if (result.error !== null) void result.refetch();
    },
  };
}

/** The value, once it has been the same for a moment. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

interface CellsProps<Row> {
  row: Row | undefined;
  columns: readonly WindowColumn<Row>[];
}

/** The content of a row, which does not render again for as long as it is the same. */
const Cells = memo(function Cells<Row>({ row, columns }: CellsProps<Row>) {
  return columns.map((column) => (
    <td
      key={column.id}
      className={cx(
        "overflow-hidden border-line border-b py-1 align-middle group-last:border-b-0",
        EDGES,
        look(column),
      )}
    >
      {row === undefined ? <Skeleton className="h-4 w-3/4" /> : column.cell(row)}
    </td>
  ));
}) as <Row>(props: CellsProps<Row>) => ReactNode;
