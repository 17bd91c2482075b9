"""Reading a CSV or XLSX file of people and amounts into rows of which every one has been checked.

``read_sheet`` takes the bytes of a file and gives each row below the header as a ``Row``: either with an amount in
smallest units, or with a problem that says what to do. Only a file that is no such table at all raises SheetError.

- CSV: UTF-8 and UTF-16 with or without mark, else Windows-1252; separated by ``,`` ``;`` or tab, whichever shows a
  header. XLSX: the first sheet that shows one; a formula counts with the value its program computed.
- The header is the first row, among the first 30, with a name for the person and a name for the amount.
- Files are hostile until shown otherwise: sizes, rows, columns and what an archive unpacks to are all bounded.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import msgspec
import python_calamine

from groat.ledger.accounts import check_path
from groat.ledger.amounts import Asset, parse_amount
from groat.ledger.errors import GroatError, InvalidInput, Rule
from groat.ledger.text import check_text

FILE_BYTES_MAX = 8 * 1024 * 1024
UNPACKED_BYTES_MAX = 64 * 1024 * 1024
MEMBERS_MAX = 1_000
ROWS_MAX = 50_000
COLUMNS_MAX = 200
HEADER_ROWS_MAX = 30

SHEET_ERRORS: dict[str, Rule] = {
    "sheet_empty": Rule(400, "The file holds nothing. Choose the file again."),
    "sheet_too_large": Rule(413, "The file is larger than 8 MiB, or unpacks to more than 64 MiB. Split it."),
    "sheet_too_costly": Rule(
        413,
        "Reading the file takes more time or memory than a file may. Keep the rows that count, and save it as CSV.",
    ),
    "sheet_too_many_rows": Rule(413, "The file has more than 50,000 rows. Split it."),
    "sheet_too_many_columns": Rule(
        400, "The file has more than 200 columns. Keep only person, amount and reason."
    ),
    "sheet_unreadable": Rule(
        400, "The file is damaged or protected. Open it, save it as XLSX or CSV, and choose that."
    ),
    "sheet_wrong_kind": Rule(400, "Only CSV and XLSX files can be read. Save it as one of these."),
    "sheet_no_header": Rule(400, "No header names the person and the amount, such as: user, amount, reason."),
}

ROW_PROBLEMS: dict[str, str] = {
    "user_missing": "Nobody is named in this row. Fill in the person, or leave the row out.",
    "user_invalid": "A person's id has 1 to 64 of A-Z a-z 0-9 . _ @ | - and nothing else.",
    "user_imprecise": "The id is a number of more than 15 digits, which spreadsheets round. Format the column as text.",
    "amount_missing": "No amount. Fill it in; if it is a formula, open the file, let it compute, and save it again.",
    "amount_ambiguous": "The comma may part thousands or fractions. Write 1000 or 1.000 with a point for fractions.",
    "formula": "A CSV file holds the formula, not its value. Save the file as XLSX, or write the value.",
}
"""What a row's ``error.code`` may be, besides the amount's and text's own codes in ``groat.ledger.errors``."""

USER_HEADERS = (
    "user", "user id", "userid", "candidate id", "candidateid", "candidate", "account", "id", "member id", "member",
    "customer id", "customer", "employee id", "employee", "username", "email", "e mail", "email address", "mail",
)  # fmt: skip
AMOUNT_HEADERS = ("amount", "credits", "credit", "coins", "points", "value", "total", "sum", "quantity")
REASON_HEADERS = (
    "reason",
    "note",
    "notes",
    "comment",
    "comments",
    "description",
    "memo",
    "remark",
    "remarks",
)

_REF = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]{0,9})([0-9]{1,12})""")
_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
_GROUPED_POINT = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+\.[0-9]+|-?[0-9]{1,3}(,[0-9]{3}){2,}", re.ASCII)
_GROUPED_COMMA = re.compile(r"-?[0-9]{1,3}(\.[0-9]{3})+,[0-9]+|-?[0-9]+,([0-9]{1,2}|[0-9]{4,})", re.ASCII)
_AMBIGUOUS = re.compile(r"-?[0-9]{1,3},[0-9]{3}", re.ASCII)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")

Cell = int | float | str | bool | date | datetime | time | timedelta


class SheetError(GroatError):
    """The file is no table of people and amounts; codes of ``SHEET_ERRORS``."""

    rules = SHEET_ERRORS


class Problem(msgspec.Struct, frozen=True):
    """Why a row cannot be used: a stable ``code`` and a ``detail`` that says what to do."""

    code: str
    detail: str


class Row(msgspec.Struct, frozen=True, omit_defaults=True):
    """One row below the header.

    ``line`` is its number in the file, from 1; ``user``, ``amount`` and ``reason`` are its texts, the amount with a
    point; ``units`` is the amount in the asset's smallest unit, None exactly when there is an ``error``;
    ``duplicate_of`` is the line of the first row with the same person.
    """

    line: int
    user: str
    amount: str
    reason: str
    units: int | None = None
    error: Problem | None = None
    duplicate_of: int | None = None


class Sheet(msgspec.Struct, frozen=True):
    """A file as it was read: which header means what, how the file was written, and its rows.

    ``columns`` maps ``user``, ``amount`` and, if present, ``reason`` to the header's own words; ``encoding`` and
    ``delimiter`` are None for XLSX, ``sheet`` (its name) is None for CSV.
    """

    columns: dict[str, str]
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    rows: list[Row]


class _Line(NamedTuple):
    number: int
    cells: Sequence[Cell]


class _Header(NamedTuple):
    row: int
    places: dict[str, int]
    words: dict[str, str]


def read_sheet(data: bytes, asset: Asset, default_reason: str = "") -> Sheet:
    """Read a CSV or XLSX file whose amounts are of ``asset``; rows without a reason get ``default_reason``.

    Raises SheetError when the file as a whole cannot be read.
    """
    if len(data) > FILE_BYTES_MAX:
        raise SheetError("sheet_too_large")
    if not data.strip():
        raise SheetError("sheet_empty")
    if data.startswith(b"PK"):
        name, lines, header = _read_xlsx(data)
        encoding = delimiter = None
    else:
        name = None
        encoding, delimiter, lines, header = _read_csv(data)
    rows = list(_check_rows(lines[header.row + 1 :], header, asset, default_reason, csv_file=name is None))
    return Sheet(header.words, encoding, delimiter, name, rows)


def bad_rows_csv(rows: Iterable[Row]) -> str:
    """A CSV of just the rows with an error, with the reason why, to be corrected and read again."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["line", "user", "amount", "reason", "code", "what to do"])
    for row in rows:
        if row.error is not None:
            cells = [row.user, row.amount, row.reason, row.error.code, row.error.detail]
            writer.writerow([row.line, *map(safe_cell, cells)])
    return out.getvalue()


def safe_cell(text: str) -> str:
    """The text with an apostrophe before it if a spreadsheet would run it as a formula (CWE-1236); numbers stay."""
    runs = text.startswith(("=", "+", "-", "@", "\t", "\r")) and not _PLAIN.fullmatch(text)
    return "'" + text if runs else text


# --- CSV


def _read_csv(data: bytes) -> tuple[str, str, list[_Line], _Header]:
    encoding, text = _decode(data)
    failures: list[SheetError] = []
    for delimiter in sorted(",;\t", key=text[:4096].count, reverse=True):
        # Excel's own hint, a first line "sep=;", is one of the title rows: the header decides anyway.
        try:
            lines = _split(text, delimiter)
        except SheetError as error:
            failures.append(error)
            continue
        header = _find_header(lines)
        if header is not None:
            return encoding, delimiter, lines, header
        failures.append(_no_header(lines))
    # What is wrong shows with the likeliest delimiter, the first.
    raise failures[0]


def _decode(data: bytes) -> tuple[str, str]:
    """The name of the encoding and the text; raises SheetError ``sheet_wrong_kind`` for what is no text."""
    marks = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
    marked = next((name for mark, name in marks if data.startswith(mark)), None)
    candidates: tuple[str, ...]
    if marked:
        candidates = (marked,)
    elif data[:2].count(0) == 1:
        candidates = ("utf-16-be" if data[0] == 0 else "utf-16-le",)
    else:
        candidates = ("utf-8", "cp1252")
    for encoding in candidates:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(text):
            return encoding, text
    raise SheetError("sheet_wrong_kind")


def _split(text: str, delimiter: str) -> list[_Line]:
    """Cut the text into lines of cells; ``number`` is the first physical line of each."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[_Line] = []
    number = 1
    try:
        for cells in reader:
            if len(lines) > ROWS_MAX + HEADER_ROWS_MAX:
                raise SheetError("sheet_too_many_rows")
            if len(cells) > COLUMNS_MAX:
                raise SheetError("sheet_too_many_columns")
            lines.append(_Line(number, cells))
            number = reader.line_num + 1
    except csv.Error as error:
        raise SheetError(
            "sheet_unreadable", f"Line {number} is not proper CSV: {error}.", line=number
        ) from error
    return lines


# --- XLSX


def _read_xlsx(data: bytes) -> tuple[str, list[_Line], _Header]:
    lines: list[_Line] = []
    for name, lines in _xlsx_sheets(_unpack(data)):
        header = _find_header(lines)
        if header is not None:
            return name, lines, header
    raise _no_header(lines)


def _unpack(data: bytes) -> io.BytesIO:
    """Unpack the archive under our bounds and pack just what was verified, stored plainly, for the reader.

    The reader then never inflates anything, whatever sizes a hostile archive declares.
    """
    verified = io.BytesIO()
    left = UNPACKED_BYTES_MAX
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(verified, "w") as copy:
            members = archive.infolist()
            if len(members) > MEMBERS_MAX:
                raise SheetError("sheet_unreadable")
            if "xl/workbook.xml" not in archive.namelist():
                raise SheetError("sheet_wrong_kind")
            for member in members:
                if not member.filename.endswith((".xml", ".rels")):
                    continue
                if member.file_size > left:
                    raise SheetError("sheet_too_large")
                content = archive.read(member)
                left -= len(content)
                _check_extent(member.filename, content)
                copy.writestr(member.filename, content)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ) as error:
        # zipfile raises RuntimeError for encrypted members and NotImplementedError for rare compressions.
        raise SheetError("sheet_unreadable") from error
    verified.seek(0)
    return verified


def _check_extent(name: str, content: bytes) -> None:
    """Refuse a sheet whose cells lie far out: the reader allots the whole rectangle they span."""
    if not name.startswith("xl/worksheets/"):
        return
    for found in _REF.finditer(content):
        if int(found.group(2)) > ROWS_MAX + HEADER_ROWS_MAX:
            raise SheetError("sheet_too_many_rows")
        column = 0
        for letter in found.group(1).upper():
            column = column * 26 + letter - 64
        if column > COLUMNS_MAX:
            raise SheetError("sheet_too_many_columns")


def _xlsx_sheets(archive: io.BytesIO) -> Iterator[tuple[str, list[_Line]]]:
    """Each sheet's name and lines, in the workbook's order."""
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(archive)
        for name in workbook.sheet_names:
            cells = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            yield name, [_Line(number, line) for number, line in enumerate(cells, start=1)]
    except (python_calamine.CalamineError, ValueError) as error:
        raise SheetError("sheet_unreadable") from error
    except BaseException as error:
        # A panic in the Rust reader arrives as a PanicException, which is no Exception and cannot be imported.
        if type(error).__name__ == "PanicException":
            raise SheetError("sheet_unreadable") from error
        raise


# --- Header


def _find_header(lines: Sequence[_Line]) -> _Header | None:
    """The first row that names both a person and an amount."""
    for row, line in enumerate(lines[:HEADER_ROWS_MAX]):
        words = [_normalise(cell) for cell in line.cells]
        places = {
            role: next(words.index(name) for name in names if name in words)
            for role, names in (
                ("user", USER_HEADERS),
                ("amount", AMOUNT_HEADERS),
                ("reason", REASON_HEADERS),
            )
            if not set(names).isdisjoint(words)
        }
        if {"user", "amount"} <= places.keys():
            return _Header(row, places, {role: _text(line.cells[at]).strip() for role, at in places.items()})
    return None


def _normalise(cell: Cell) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", _text(cell).casefold()))


def _no_header(lines: Sequence[_Line]) -> SheetError:
    first = next((line for line in lines if any(_text(cell).strip() for cell in line.cells)), None)
    if first is None:
        return SheetError("sheet_empty")
    found = ", ".join(_text(cell).strip()[:40] for cell in first.cells[:10])
    return SheetError(
        "sheet_no_header", f"{SHEET_ERRORS['sheet_no_header'].meaning} The first row says: {found}"
    )


# --- Rows


def _check_rows(
    lines: Iterable[_Line], header: _Header, asset: Asset, default_reason: str, *, csv_file: bool
) -> Iterator[Row]:
    first_lines: dict[str, int] = {}
    for count, line in enumerate(line for line in lines if any(_text(cell).strip() for cell in line.cells)):
        if count == ROWS_MAX:
            raise SheetError("sheet_too_many_rows")
        cells = {role: line.cells[at] if at < len(line.cells) else "" for role, at in header.places.items()}
        user = _text(cells["user"]).strip().removeprefix("user:")
        reason = _text(cells.get("reason", "")).strip() or default_reason
        amount = _text(cells["amount"]).strip()
        units = None
        try:
            if csv_file and (user.startswith("=") or amount.startswith("=")):
                raise _RowError("formula")
            _check_user(user, cells["user"])
            amount = _plain_amount(amount)
            units = parse_amount(amount, asset)
            check_text(reason)
            error = None
        except _RowError as problem:
            error = Problem(problem.code, ROW_PROBLEMS[problem.code])
        except InvalidInput as problem:
            units, error = None, Problem(problem.code, problem.detail)
        duplicate_of = first_lines.setdefault(user, line.number) if user else line.number
        yield Row(
            line.number,
            user,
            amount,
            reason,
            units,
            error,
            None if duplicate_of == line.number else duplicate_of,
        )


class _RowError(Exception):
    def __init__(self, code: str) -> None:
        self.code = code


def _check_user(user: str, cell: Cell) -> None:
    if not user:
        raise _RowError("user_missing")
    if isinstance(cell, int | float) and abs(cell) >= 10**15:
        raise _RowError("user_imprecise")
    try:
        check_path(f"user:{user}")
    except InvalidInput as error:
        raise _RowError("user_invalid") from error
    if ":" in user:
        raise _RowError("user_invalid")


def _plain_amount(text: str) -> str:
    """The amount as people write it ("1,234.50", "1.234,50", "1 234", "+5", "050") in the ledger's plain form."""
    if not text:
        raise _RowError("amount_missing")
    plain = re.sub(r"(?<=[0-9])[ '\u00a0\u202f\u2019](?=[0-9]{3})", "", text.removeprefix("+"))
    if _AMBIGUOUS.fullmatch(plain):
        raise _RowError("amount_ambiguous")
    if _GROUPED_POINT.fullmatch(plain):
        plain = plain.replace(",", "")
    elif _GROUPED_COMMA.fullmatch(plain):
        plain = plain.replace(".", "").replace(",", ".")
    if not _PLAIN.fullmatch(plain):
        return text
    sign, digits = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
    whole, _, fraction = digits.partition(".")
    fraction = fraction.rstrip("0")
    return sign + (whole.lstrip("0") or "0") + (f".{fraction}" if fraction else "")


def _text(cell: Cell) -> str:
    """A cell as its reader would see it: numbers without exponent and to the 15 digits that spreadsheets keep."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        if cell.is_integer():
            return str(int(cell))
        return f"{cell:.15g}" if abs(cell) >= 1e-4 else f"{cell:.18f}".rstrip("0")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)
