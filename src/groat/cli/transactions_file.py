"""Read a file of transactions. Every row is checked before anything is written.

Columns, by header and in any order: ``transaction,date,source,destination,amount,asset`` and optionally ``reason``.
Rows that share ``transaction`` are the legs of one atomic transaction, in the order of the file. A ``date`` is a day
(midnight UTC) or an RFC 3339 moment. Other columns are left alone, unless they are those of ``groat export
transactions``: such a file is read by :mod:`groat.cli.exported_file`.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from groat.csv_cells import plain_text
from groat.ledger.accounts import check_path
from groat.ledger.amounts import SCALE_MAX, Asset, check_asset, parse_amount
from groat.ledger.commands import POSTINGS_MAX, Post, Posting
from groat.ledger.errors import GroatError, InvalidInput, Rule
from groat.ledger.keys import derive
from groat.ledger.text import check_text, parse_time
from groat.sheets.model import Decimal
from groat.sheets.numbers import readings, signs_shown

COLUMNS = ("transaction", "date", "source", "destination", "amount", "asset")
PRINCIPAL = "service:import"
DELIMITERS = (",", ";", "\t")

FILE_ERRORS: dict[str, Rule] = {
    "file_unreadable": Rule(
        400,
        "The file cannot be read as CSV in UTF-8. Save it as that, or name its encoding, such as --encoding cp1251.",
    ),
    "columns_missing": Rule(400, f"The header must name the columns {', '.join(COLUMNS)}."),
    "columns_doubled": Rule(400, "The header names a column twice. Keep the one that is meant."),
    "export_outdated": Rule(
        400, "An older groat export left out what its holds and reversals need. Export with this version."
    ),
    "rows_invalid": Rule(400, "Some rows are wrong, so nothing was written."),
    "asset_option_invalid": Rule(400, "Write an asset with its scale, such as USD:2."),
}

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ID = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


class FileError(GroatError):
    """A file of transactions that cannot be used; codes of ``FILE_ERRORS``."""

    rules = FILE_ERRORS


class LineProblem(NamedTuple):
    """A line of the file that is wrong: its number (from 1), a stable code, and what to do."""

    line: int
    code: str
    detail: str


class FileRow(NamedTuple):
    """A row below the header: its line in the file (from 1) and its texts by the names of their columns."""

    line: int
    cells: dict[str, str]


class FileTable(NamedTuple):
    """A file as it was read: the names of its columns, its rows that have a value, and the wrong lines."""

    columns: tuple[str, ...]
    rows: list[FileRow]
    problems: list[LineProblem]


class _FileLeg(NamedTuple):
    line: int
    id: str
    date: str
    source: str
    destination: str
    amount: str
    asset: str
    reason: str


def parse_assets(options: Iterable[str]) -> dict[str, Asset]:
    """Parse the assets of ``--asset USD:2`` options; raises FileError ``asset_option_invalid``."""
    assets = {}
    for option in options:
        code, _, scale = option.partition(":")
        if not re.fullmatch(r"[0-9]{1,2}", scale, re.ASCII):
            raise FileError("asset_option_invalid", f"{option!r} is no asset with its scale, such as USD:2.")
        assets[code] = check_asset(code, int(scale))
    return assets


def read_table(path: Path, encoding: str | None = None, required: Sequence[str] = COLUMNS) -> FileTable:
    """Read a file whose cells are parted by a comma, a semicolon or a tab. Raises FileError.

    The header must name the columns ``required``. Without an ``encoding`` it must be UTF-8, or UTF-16 with its mark.
    Names of columns are in lower case, texts as they were before an export made them safe for spreadsheets.
    """
    text = _decode(path, encoding)
    try:
        # The header's words say which sign parts the cells.
        headers = [(_names(next(_cut(text, mark), [])), mark) for mark in DELIMITERS]
        names, mark = next((h for h in headers if set(required) <= set(h[0])), headers[0])
        _check_header(names, required)
        rows, problems = _rows(text, mark, names)
    except csv.Error as error:
        raise FileError("file_unreadable", f"{path} cannot be read as CSV: {error}.") from error
    return FileTable(names, rows, problems)


def _decode(path: Path, encoding: str | None) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileError("file_unreadable", f"{path} cannot be read: {error.strerror}.") from error
    marked = next((name for mark, name in _MARKS.items() if data.startswith(mark)), None)
    try:
        return data.decode(encoding or marked or "utf-8").removeprefix("\ufeff")
    except LookupError:
        raise FileError("file_unreadable", f"{encoding} is no encoding, such as cp1251.") from None
    except UnicodeError as error:
        detail = f"{path} is not {encoding}: {error}." if encoding else ""
        raise FileError("file_unreadable", detail) from error


def _cut(text: str, mark: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)


def _names(header: Sequence[str]) -> tuple[str, ...]:
    return tuple(name.strip().casefold() for name in header)


def _check_header(names: Sequence[str], required: Sequence[str]) -> None:
    missing = [name for name in required if name not in names]
    if missing:
        raise FileError(
            "columns_missing",
            f"The header must name the columns {', '.join(required)}. Missing: {', '.join(missing)}.",
        )
    doubled = sorted({name for name in names if name and names.count(name) > 1})
    if doubled:
        raise FileError(
            "columns_doubled", f"{FILE_ERRORS['columns_doubled'].meaning} Twice: {', '.join(doubled)}."
        )


def _rows(text: str, mark: str, names: Sequence[str]) -> tuple[list[FileRow], list[LineProblem]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    next(reader)
    rows: list[FileRow] = []
    problems: list[LineProblem] = []
    line = reader.line_num + 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            # A cell beyond the named columns comes from a number or a text that was cut in two.
            if any(cell.strip() for cell, name in zip(cells, names, strict=False) if not name) or any(
                cell.strip() for cell in cells[len(names) :]
            ):
                problems.append(
                    LineProblem(
                        line, "surplus_cell", f"More cells than columns: quote what has a {mark!r} in it."
                    )
                )
            texts = map(plain_text, (*cells, *[""] * (len(names) - len(cells))))
            rows.append(FileRow(line, dict(zip(names, texts, strict=False))))
        line = reader.line_num + 1
    return rows, problems


def to_legs(table: FileTable, decimal: Decimal | None = None) -> tuple[list[_FileLeg], list[LineProblem]]:
    """Turn the rows into legs, in the order in which they took effect, with their amounts in plain form.

    ``decimal`` is the sign before the fraction of the amounts; None: the whole column shows it.
    """
    problems = list(table.problems)
    wanted = (*COLUMNS, "reason")
    legs = [_FileLeg(row.line, *(row.cells.get(name, "").strip() for name in wanted)) for row in table.rows]
    signs = {decimal} if decimal else signs_shown(leg.amount for leg in legs)
    sign = signs.pop() if len(signs) == 1 else None
    plain = []
    for leg in legs:
        found = readings(leg.amount)
        if sign is None and len(set(found.values())) > 1:
            problems.append(
                LineProblem(
                    leg.line,
                    "amount_ambiguous",
                    f"{leg.amount} is {' or '.join(found.values())}. Say which: --decimal point or --decimal comma.",
                )
            )
        elif sign is not None and sign in found:
            # All digits stay, for those of a new asset say what its scale is.
            leg = leg._replace(amount=leg.amount.replace("," if sign == "." else ".", "").replace(sign, "."))
        plain.append(leg)
    return _in_effective_order(plain), problems


def _in_effective_order(legs: list[_FileLeg]) -> list[_FileLeg]:
    """Sort the legs by date. Those of one day keep their order; if the file has the newest first, it is reversed."""
    try:
        moments = [_moment(leg.date) for leg in legs]
    except InvalidInput:
        return legs
    pairs = list(zip(moments, legs, strict=True))
    falls = all(a >= b for a, b in itertools.pairwise(moments))
    if falls and moments and moments[0] > moments[-1]:
        ids: dict[str, list[tuple[int, _FileLeg]]] = {}
        for pair in pairs:
            ids.setdefault(pair[1].id, []).append(pair)
        # The legs of one transaction keep their order.
        pairs = [pair for own in reversed(ids.values()) for pair in own]
    return [leg for _, leg in sorted(pairs, key=lambda pair: pair[0])]


def infer_assets(legs: Iterable[_FileLeg], known: Mapping[str, Asset]) -> dict[str, Asset]:
    """Infer the assets of the file that are not ``known``, each with as many fraction digits as its longest amount.

    What is no well-formed asset or amount is left out here: ``to_posts`` says what is wrong with it.
    """
    scales: dict[str, int] = {}
    for leg in legs:
        if leg.asset not in known:
            scales[leg.asset] = max(scales.get(leg.asset, 0), len(leg.amount.partition(".")[2]))
    found = {}
    for code, scale in scales.items():
        try:
            found[code] = check_asset(code, min(scale, SCALE_MAX))
        except InvalidInput:
            continue
    return found


def to_posts(legs: Iterable[_FileLeg], assets: Mapping[str, Asset]) -> tuple[list[Post], list[LineProblem]]:
    """Make a command for each transaction, in the order of the file; returns them and the wrong lines."""
    transactions: dict[str, list[_FileLeg]] = {}
    for leg in legs:
        transactions.setdefault(leg.id, []).append(leg)
    posts: list[Post] = []
    problems: list[LineProblem] = []
    for id, own in transactions.items():
        postings = []
        for leg in own:
            try:
                postings.append(_posting(leg, own[0], assets))
            except InvalidInput as error:
                problems.append(LineProblem(leg.line, error.code, error.detail))
        if len(own) > POSTINGS_MAX:
            problems.append(
                LineProblem(own[0].line, "too_many_postings", f"{id} has more than {POSTINGS_MAX} rows.")
            )
        if len(postings) == len(own):
            posts.append(
                Post(
                    principal=PRINCIPAL,
                    key=derive("import", id),
                    reason=own[0].reason or "Import",
                    metadata={"import": id},
                    effective_at=_moment(own[0].date),
                    postings=tuple(postings),
                )
            )
    return posts, sorted(problems)


def _posting(leg: _FileLeg, first: _FileLeg, assets: Mapping[str, Asset]) -> Posting:
    if not _ID.fullmatch(leg.id):
        raise InvalidInput(
            "invalid_key", "The transaction's id is 1 to 200 printable ASCII characters without blanks."
        )
    if leg.date != first.date:
        raise InvalidInput(
            "invalid_time", f"The rows of {leg.id} have different dates; give all of them one."
        )
    _moment(leg.date)
    check_text(leg.reason)
    if leg.asset not in assets:
        raise InvalidInput("unknown_asset" if leg.asset else "invalid_asset")
    if leg.source == leg.destination:
        raise InvalidInput("same_account")
    amount = parse_amount(leg.amount, assets[leg.asset])
    return Posting(check_path(leg.source), check_path(leg.destination), amount, leg.asset)


def _moment(date: str) -> int:
    return parse_time(f"{date}T00:00:00Z" if _DAY.fullmatch(date) else date)
