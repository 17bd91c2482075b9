"""A file as it was read, and how a person may correct the reading."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple

import msgspec

from groat.sheets.looks.look import Looks

FILE_BYTES_MAX = 16 * 1024 * 1024
ROWS_MAX = 100_000
COLUMNS_MAX = 200
SHOWN_MAX = 80
"""At most this many letters of a text are shown again; a reason is shown in full."""

Cell = int | float | str | bool | date | datetime | time | timedelta
Decimal = Literal[".", ","]
DateOrder = Literal["dmy", "mdy", "ymd"]
Role = Literal["user", "email", "name", "amount", "reason", "date"]


class Choices(msgspec.Struct, frozen=True, omit_defaults=True):
    """The choices of a person; None leaves one to the file.

    A column is named by its header's words or by its number, from 1; "" means that none has this role (for the amount
    only where one is given for all rows). ``decimal`` is the sign before the fraction, ``date_order`` the order of day,
    month and year.
    """

    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    decimal: Decimal | None = None
    date_order: DateOrder | None = None
    user_column: str | None = None
    email_column: str | None = None
    name_column: str | None = None
    amount_column: str | None = None
    reason_column: str | None = None
    date_column: str | None = None


class RowProblem(msgspec.Struct, frozen=True):
    """The fault of a row that cannot be used: a stable ``code`` and a ``detail`` that says what to do."""

    code: str
    detail: str


class SheetRemark(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that a person should look at; a code of ``WARNINGS``, and the line that it is about."""

    code: str
    detail: str
    line: int | None = None


class ReadRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """One row below the header.

    ``line`` is its number in the file, from 1; ``user``, ``amount`` and ``reason`` are its texts, the amount with a
    point; ``units`` is the amount in the asset's smallest unit, None exactly when there is an ``error``. Where ``user``
    is empty and there is no error, ``email`` or ``name`` says who is meant. ``date`` is a day (YYYY-MM-DD). ``raw`` has
    the texts of the cells, by role, that were read as something else than they say. ``duplicate_of`` is the line of the
    first row that names the same person in the same way.
    """

    line: int
    user: str
    amount: str
    reason: str
    units: int | None = None
    error: RowProblem | None = None
    duplicate_of: int | None = None
    email: str = ""
    name: str = ""
    date: str = ""
    raw: dict[str, str] = {}


class SheetColumn(msgspec.Struct, frozen=True):
    """A column that may be chosen: its number from 1, its header's words, and the first text below."""

    number: int
    name: str
    sample: str


class SheetName(msgspec.Struct, frozen=True):
    """A sheet of a workbook that may be chosen."""

    name: str
    hidden: bool


class SheetHead(msgspec.Struct, frozen=True):
    """The reading of a file: which header means what, how the file was written, and what may be chosen instead.

    ``columns`` maps each role that a column has to the header's own words, ``places`` to the column's number;
    ``encoding`` and ``delimiter`` are None for a workbook, ``sheet`` (its name) is None for text. ``decimal`` is the
    sign before the fraction and ``date_order`` the order of day, month and year, as chosen or as the column shows it,
    None where none does. ``found`` and ``sheets`` are what may be chosen instead. ``count`` is the number of rows.
    """

    columns: dict[str, str]
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    decimal: Decimal | None
    date_order: DateOrder | None
    places: dict[str, int]
    header_line: int
    found: list[SheetColumn]
    sheets: list[SheetName]
    warnings: list[SheetRemark]
    count: int


class Sheet(NamedTuple):
    """A file that was read whole."""

    head: SheetHead
    rows: list[ReadRow]


class SheetLine(NamedTuple):
    """One line of a table: its number in the file, from 1, and its cells.

    ``fault`` is a code of ``ROW_PROBLEMS`` where the cells could not be told apart, ``why`` its detail.
    """

    number: int
    cells: Sequence[Cell]
    fault: str = ""
    why: str = ""


class SheetLines(NamedTuple):
    """The lines of a file, blank ones included, and how it was written.

    ``lines`` begins anew with each call. ``look`` returns what the sheet shows beside the values of these columns, from
    1.
    """

    lines: Callable[[], Iterator[SheetLine]]
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    sheets: list[SheetName]
    warnings: list[SheetRemark]
    look: Callable[[Collection[int]], Looks]


_INVISIBLE = "".join(map(chr, range(0x20))) + "\x7f\x85\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"


def is_blank(cells: Sequence[Cell]) -> bool:
    """Return whether no cell of a line has a value; signs that nobody sees are none."""
    for cell in cells:
        if cell == "":
            continue
        if (
            not isinstance(cell, str)
            or cell[0].isalnum()
            or (cell.strip() and cell.strip(_INVISIBLE).strip())
        ):
            return False
    return True


def text_of(cell: Cell) -> str:
    """Return a cell as its reader would see it: numbers without exponent, to the 15 digits that spreadsheets keep."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        if cell.is_integer():
            return str(int(cell))
        return f"{cell:.15g}" if abs(cell) >= 1e-4 else f"{cell:.18f}".rstrip("0")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)


def shown(cell: Cell, length: int = SHOWN_MAX) -> str:
    """Return a cell's text, shortened to this many letters."""
    text = text_of(cell).strip()
    return text if len(text) <= length else text[: length - 1] + "…"
