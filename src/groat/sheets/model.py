"""A file as it was read, and how a person may correct the reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple

import msgspec

FILE_BYTES_MAX = 8 * 1024 * 1024
ROWS_MAX = 50_000
COLUMNS_MAX = 200
SHOWN_MAX = 80
"""At most this many letters of a text are shown again; a reason is shown in full."""

Cell = int | float | str | bool | date | datetime | time | timedelta
Decimal = Literal[".", ","]
Role = Literal["user", "amount", "reason"]


class Choices(msgspec.Struct, frozen=True, omit_defaults=True):
    """The choices of a person; None leaves one to the file.

    A column is named by its header's words or by its number, from 1; ``reason_column`` "" means that none holds
    reasons. ``decimal`` is the sign before the fraction.
    """

    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    decimal: Decimal | None = None
    user_column: str | None = None
    amount_column: str | None = None
    reason_column: str | None = None


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
    point; ``units`` is the amount in the asset's smallest unit, None exactly when there is an ``error``; ``written`` is
    the amount as the file has it, where that differs; ``duplicate_of`` is the line of the first row with the same
    person.
    """

    line: int
    user: str
    amount: str
    reason: str
    units: int | None = None
    error: RowProblem | None = None
    duplicate_of: int | None = None
    written: str | None = None


class SheetColumn(msgspec.Struct, frozen=True):
    """A column that may be chosen: its number from 1, its header's words, and the first text below."""

    number: int
    name: str
    sample: str


class SheetName(msgspec.Struct, frozen=True):
    """A sheet of a workbook that may be chosen."""

    name: str
    hidden: bool


class Sheet(msgspec.Struct, frozen=True):
    """A file as it was read: which header means what, how the file was written, and its rows.

    ``columns`` maps ``user``, ``amount`` and, if present, ``reason`` to the header's own words, ``places`` to the
    column's number; ``encoding`` and ``delimiter`` are None for XLSX, ``sheet`` (its name) is None for CSV. ``decimal``
    is the sign before the fraction, as chosen or as the amounts show it, None where none does. ``found`` and ``sheets``
    are what may be chosen instead.
    """

    columns: dict[str, str]
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    rows: list[ReadRow]
    decimal: Decimal | None
    places: dict[str, int]
    header_line: int
    found: list[SheetColumn]
    sheets: list[SheetName]
    warnings: list[SheetRemark]


class SheetLine(NamedTuple):
    """One line of a table: its number in the file, from 1, and its cells."""

    number: int
    cells: Sequence[Cell]


class SheetLines(NamedTuple):
    """The lines of a file, blank ones included, and how it was written. ``looks`` are number formats that matter."""

    lines: Iterator[SheetLine]
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    sheets: list[SheetName]
    warnings: list[SheetRemark]
    looks: dict[tuple[int, int], str]


def is_blank(cells: Sequence[Cell]) -> bool:
    """Return whether no cell of a line has a value."""
    return not any(not isinstance(cell, str) or cell.strip() for cell in cells if cell != "")


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
