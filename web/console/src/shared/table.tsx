import { type ComponentType, type ReactNode, useMemo } from "react";
import { lazyPiece } from "../shell/missing";
import type { Column, DataTable } from "../ui/data-table";

export interface TableColumn<Row> {
  /** The text of the column's head. */
  title: string;
  cell: (row: Row) => ReactNode;
  /** Numbers stand at the end. */
  align?: "end";
  /** Leaves the column out on screens that are narrower. */
  from?: "sm" | "md" | "lg";
}

export interface TableProps<Row> {
  /** Says what the table lists; it is read aloud, not seen. */
  caption: string;
  columns: readonly TableColumn<Row>[];
  rows: readonly Row[];
  rowId: (row: Row) => string;
}

type Props = Parameters<typeof DataTable<object>>[0];

const LazyTable = lazyPiece<"DataTable", Props>(
  () => import("../ui/data-table") as Promise<{ DataTable: ComponentType<Props> }>,
  "DataTable",
);

/** A table of rows. A row is rendered anew when it or `columns` is another object. */
export function Table<Row extends object>({ caption, columns, rows, rowId }: TableProps<Row>): ReactNode {
  const own = useMemo(
    () =>
      columns.map(
        ({ title, cell, align, from }, index): Column<Row> => ({
          id: String(index),
          header: title,
          cell: ({ row }) => cell(row.original),
          meta: { ...(align && { align }), ...(from && { from }) },
        }),
      ),
    [columns],
  );
  return (
    <LazyTable
      caption={caption}
      columns={own as unknown as Column<object>[]}
      rows={rows as Row[]}
      rowId={rowId as (row: object) => string}
    />
  );
}
