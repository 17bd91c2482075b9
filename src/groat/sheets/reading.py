"""Turn a file's bytes into rows, each of which has been checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import msgspec

from groat.ledger.amounts import Asset
from groat.sheets.errors import SHEET_ERRORS, SheetError
from groat.sheets.headers import (
    HEADER_LINES_MAX,
    HEADER_ROWS_MAX,
    Header,
    columns_of,
    find_header,
    shown_columns,
)
from groat.sheets.model import (
    FILE_BYTES_MAX,
    Choices,
    ReadRow,
    Sheet,
    SheetHead,
    SheetLine,
    SheetLines,
    is_blank,
)
from groat.sheets.rows import RowReader
from groat.sheets.texts import Text
from groat.sheets.workbooks import Workbook, is_workbook

_AS_THE_FILE_SAYS = Choices()


def read_sheet(
    data: bytes, asset: Asset, default_reason: str = "", choices: Choices = _AS_THE_FILE_SAYS
) -> Sheet:
    """Read a file whole; see :class:`Reading`."""
    reading = Reading(data, asset, default_reason, choices)
    rows = list(reading.rows())
    return Sheet(reading.head(), rows)


class Reading:
    """A file (CSV, TSV, XLSX, XLS, ODS) whose amounts are of ``asset``; rows without a reason get ``default_reason``.

    Amounts ``to_set`` are balances, which may be zero. With an ``amount`` for all rows, no column is read for it.

    ``rows`` yields the rows once, and ``head`` tells afterwards how they were read. Raises SheetError when the file as
    a whole cannot be read, or when somebody has to choose first; its fields say what can be chosen. Read strangers'
    files in the sandbox (:mod:`groat.sheets.order`).
    """

    def __init__(
        self,
        data: bytes,
        asset: Asset,
        default_reason: str = "",
        choices: Choices = _AS_THE_FILE_SAYS,
        *,
        to_set: bool = False,
        amount: str | None = None,
    ) -> None:
        if len(data) > FILE_BYTES_MAX:
            raise SheetError("sheet_too_large")
        if not data.strip():
            raise SheetError("sheet_empty")
        if amount is not None:
            choices = msgspec.structs.replace(choices, amount_column="")
        elif choices.amount_column == "":
            choices = msgspec.structs.replace(choices, amount_column=None)
        find = _read_workbook if is_workbook(data) else _read_text
        self._table, self._header = find(data, asset, choices)
        self._reader = RowReader(self._table, self._header, asset, default_reason, choices, to_set, amount)

    def rows(self) -> Iterator[ReadRow]:
        """Yield the rows of all lines that have a value."""
        return self._reader.read()

    def head(self) -> SheetHead:
        """Return how the file was read, after its last row."""
        table, header, reader = self._table, self._header, self._reader
        return SheetHead(
            columns=header.words(),
            encoding=table.encoding,
            delimiter=table.delimiter,
            sheet=table.sheet,
            decimal=reader.decimal,
            date_order=reader.date_order,
            places={role: at + 1 for role, at in header.places.items()},
            header_line=header.line.number,
            found=header.columns,
            sheets=table.sheets,
            warnings=table.warnings,
            count=reader.count,
        )


_Found = tuple[SheetLines, Header]


def _read_text(data: bytes, asset: Asset, choices: Choices) -> _Found:
    failures: list[SheetError] = []
    text = Text(data, choices)
    for delimiter in text.delimiters():
        table = text.table(delimiter)
        try:
            head = _head(table)
            header = find_header(head, asset, choices)
        except SheetError as error:
            failures.append(error)
            continue
        if header is not None:
            return table, header
        failures.append(_no_header(head, table))
    # Report the error that the likeliest delimiter, the first, leads to.
    raise failures[0]


def _read_workbook(data: bytes, asset: Asset, choices: Choices) -> _Found:
    book = Workbook(data)
    failures: list[SheetError] = []
    for sheet in book.candidates(choices):
        table = book.table(sheet, choices)
        head = _head(table)
        header = find_header(head, asset, choices)
        if header is not None:
            return table, header
        failures.append(_no_header(head, table))
    if not failures:
        raise SheetError("sheet_no_header", "All sheets are hidden. Choose one.", sheets=book.shown_sheets())
    told = [each for each in failures if each.code != "sheet_empty"] or failures
    told[0].fields["sheets"] = book.shown_sheets()
    raise told[0]


def _head(table: SheetLines) -> list[SheetLine]:
    """Return the lines among which the header is."""
    head: list[SheetLine] = []
    rows = 0
    for line in islice(table.lines(), HEADER_LINES_MAX):
        if line.fault == "surplus_cells":
            raise SheetError("sheet_too_many_columns")
        head.append(line)
        rows += not is_blank(line.cells)
        if rows > HEADER_ROWS_MAX:
            break
    return head


def _no_header(head: Sequence[SheetLine], table: SheetLines) -> SheetError:
    columns = columns_of(head)
    if not columns:
        return SheetError("sheet_empty")
    found = ", ".join(column.name for column in columns[:10])
    detail = f"{SHEET_ERRORS['sheet_no_header'].meaning} The first row says: {found}"
    return SheetError("sheet_no_header", detail, columns=shown_columns(columns))
