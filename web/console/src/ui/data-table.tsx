import {
  type ColumnDef,
  createSortedRowModel,
  functionalUpdate,
  metaHelper,
  type ReactTable,
  type RowData,
  rowSortingFeature,
  type SortingState,
  type Row as TableRow,
  tableFeatures,
  type Updater,
  useTable,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp, ChevronsUpDown } from "lucide-react";
import { memo, type ReactNode, useRef } from "react";
import { cx } from "../lib/cx";

interface ColumnLook {
  align?: "end";
  /** Left out on screens narrower than this. */
  from?: "sm" | "md" | "lg";
  className?: string;
}

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  columnMeta: metaHelper<ColumnLook>(),
});

/** A column of a DataTable: `accessorFn` and `sortFn` make it sortable. */
// biome-ignore lint/suspicious/noExplicitAny: the value type of a column is its own affair
export type Column<Row extends RowData> = ColumnDef<typeof features, Row, any>;

const FROM = { sm: "hidden sm:table-cell", md: "hidden md:table-cell", lg: "hidden lg:table-cell" } as const;

function look(column: ColumnLook | undefined): string {
  return cx(column?.align === "end" && "text-right", column?.from && FROM[column.from], column?.className);
}

interface DataTableProps<Row extends RowData> {
  /** The table's description; read aloud, not seen. */
  caption: string;
  /** Both must be stable between renders. */
  columns: Column<Row>[];
  rows: readonly Row[];
  rowId: (row: Row) => string;
  rowClass?: (row: Row) => string | undefined;
  rowTestId?: string;
  /** Sorting by the columns that have a `sortFn`. */
  sortable?: boolean;
  /** The sorting, for a parent that must know it; otherwise the table keeps it by itself. */
  sorting?: SortingState;
  onSorting?: (sorting: SortingState) => void;
  /** Thousands of rows of about this height (px): only those in view are in the page. */
  virtual?: number;
  footer?: ReactNode;
}

/** The one table: columns by TanStack Table, markup that assistive technology knows. */
export function DataTable<Row extends RowData>(props: DataTableProps<Row>) {
  const { caption, columns, rows, rowId, rowClass, rowTestId, sortable = false, virtual, footer } = props;
  const { sorting, onSorting } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const table = useTable({
    features,
    columns,
    data: rows,
    getRowId: rowId,
    enableSorting: sortable,
    enableMultiSort: false,
    ...(sorting && {
      state: { sorting },
      onSortingChange: (next: Updater<SortingState>) => onSorting?.(functionalUpdate(next, sorting)),
    }),
  });
  const model = table.getRowModel().rows;
  const virtualizer = useVirtualizer({
    count: virtual ? model.length : 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => virtual ?? 0,
    getItemKey: (index) => model[index]?.id ?? index,
    overscan: 12,
  });
  const window = virtual ? virtualizer.getVirtualItems() : null;
  const visible = window ? window.map((item) => item.index) : model.map((_row, index) => index);
  const above = window?.[0]?.start ?? 0;
  const below = window ? virtualizer.getTotalSize() - (window.at(-1)?.end ?? 0) : 0;
  const spacer = (height: number) =>
    height > 0 && (
      <tr aria-hidden>
        <td colSpan={columns.length} style={{ height, padding: 0 }} />
      </tr>
    );

  return (
    <div
      ref={scroller}
      className={cx("scroll-quiet relative overflow-x-auto", virtual && "max-h-[62dvh] overflow-y-auto")}
    >
      <table className="w-full border-separate border-spacing-0 text-sm" aria-rowcount={model.length + 1}>
        <caption className="sr-only">{caption}</caption>
        <thead className={cx(virtual && "sticky top-0 z-10")}>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map((header) => {
                const sorted = header.column.getIsSorted();
                const title = header.isPlaceholder ? null : <table.FlexRender header={header} />;
                return (
                  <th
                    key={header.id}
                    scope="col"
                    aria-sort={sorted ? (sorted === "asc" ? "ascending" : "descending") : undefined}
                    className={cx(
                      "h-9 whitespace-nowrap border-line border-y bg-sunken px-3 text-left font-medium text-faint text-xs first:pl-4 last:pr-4 sm:last:pr-5 sm:first:pl-5",
                      look(header.column.columnDef.meta),
                    )}
                  >
                    {header.column.getCanSort() ? (
                      <button
                        type="button"
                        onClick={header.column.getToggleSortingHandler()}
                        className="-mx-1 inline-flex items-center gap-1 rounded-sm px-1 py-1 hover:text-ink [&_svg]:size-3"
                      >
                        {title}
                        {sorted === "asc" ? (
                          <ArrowUp aria-hidden />
                        ) : sorted === "desc" ? (
                          <ArrowDown aria-hidden />
                        ) : (
                          <ChevronsUpDown className="opacity-60" aria-hidden />
                        )}
                      </button>
                    ) : (
                      title
                    )}
                  </th>
                );
              })}
            </tr>
          ))}
        </thead>
        <tbody>
          {spacer(above)}
          {visible.map((index) => {
            const row = model[index];
            return (
              row && (
                <tr
                  key={row.id}
                  ref={virtual ? virtualizer.measureElement : undefined}
                  data-index={index}
                  data-testid={rowTestId}
                  data-row={row.id}
                  className={cx("group transition-colors hover:bg-hover/60", rowClass?.(row.original))}
                >
                  <Cells row={row} columns={columns} Render={table.FlexRender} />
                </tr>
              )
            );
          })}
          {spacer(below)}
        </tbody>
      </table>
      {footer}
    </div>
  );
}

interface CellsProps<Row extends RowData> {
  row: TableRow<typeof features, Row>;
  columns: Column<Row>[];
  Render: ReactTable<typeof features, Row>["FlexRender"];
}

/** The content of a row. A row with the same value does not render again, however fast others come in. */
const Cells = memo(
  function Cells<Row extends RowData>({ row, Render }: CellsProps<Row>) {
    return row.getAllCells().map((cell) => (
      <td
        key={cell.id}
        className={cx(
          "border-line border-b px-3 py-2.5 align-middle first:pl-4 last:pr-4 sm:last:pr-5 sm:first:pl-5 group-last:border-b-0",
          look(cell.column.columnDef.meta),
        )}
      >
        <Render cell={cell} />
      </td>
    ));
  },
  (before, after) => before.row.original === after.row.original && before.columns === after.columns,
) as <Row extends RowData>(props: CellsProps<Row>) => ReactNode;
