"""Turn a file's bytes into rows, each of which has been checked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal as Number
from decimal import InvalidOperation
from itertools import chain, islice
from typing import NamedTuple

from groat.ledger.accounts import check_path
from groat.ledger.amounts import Asset, format_amount, parse_amount
from groat.ledger.errors import InvalidInput
from groat.ledger.text import check_text
from groat.sheets import looks, numbers, texts
from groat.sheets.errors import SHEET_ERRORS, WARNINGS, RowError, SheetError
from groat.sheets.headers import (
    HEADER_LINES_MAX,
    HEADER_ROWS_MAX,
    Header,
    check_no_header,
    columns_of,
    find_header,
    is_other_asset,
    normalise,
    shown_columns,
)
from groat.sheets.model import (
    FILE_BYTES_MAX,
    ROWS_MAX,
    Cell,
    Choices,
    Decimal,
    ReadRow,
    RowProblem,
    Sheet,
    SheetLine,
    SheetLines,
    SheetRemark,
    is_blank,
    shown,
    text_of,
)
from groat.sheets.workbooks import Workbook, is_workbook

WARNINGS_MAX = 100
REASON_MAX = 1_000
_PEOPLE_MIN = 3
_TOTALS = frozenset({
    "total", "totals", "subtotal", "grand", "sum", "summe", "gesamt", "gesamtsumme", "zwischensumme", "totaux",
    "totale", "totales", "totaal", "suma", "soma", "somme", "сумма", "итого", "итог", "всего", "合计", "总计",
    "合計", "toplam", "yhteensä", "summa", "razem", "celkem", "összesen", "σύνολο", "jumlah", "المجموع",
    "grandtotal", "insgesamt", "gesamtbetrag", "endsumme", "average", "avg", "mean", "median", "durchschnitt",
    "mittelwert", "moyenne", "promedio",
})  # fmt: skip
_OF_TOTALS = frozenset(
    {"amount", "credits", "of", "all", "users", "general", "général", "generale", "overall", "sub"}
)
_CAMEL = re.compile("(?<=[a-z])(?=[A-Z])")
# Whole in English, and as spreadsheets shorten them in English, German, French, Spanish, Portuguese, Italian and Dutch.
_MONTH = (
    "(?:jan(?:uary|v)?|feb(?:ruary)?|mar(?:ch|s)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    "|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|mrz|mai|okt|dez|avr|juin|juil|ene|abr|ago|dic|fev|set|out|gen|mag|giu"
    "|lug|ott|mrt|mei)"
)
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?)?|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{1,2}-\d{1,2}-\d{4}"
    rf"|\d{{1,2}}[-. ]{_MONTH}(?:[-. ]\d{{2,4}})?|{_MONTH}[-. ]\d{{2,4}}",
    re.IGNORECASE,
)
# In capitals only, for in small letters some of them are names.
_TRUTHS = frozenset({
    "WAHR", "FALSCH", "VRAI", "FAUX", "VERDADERO", "VERDADEIRO", "FALSO", "VERO", "WAAR", "ONWAAR",
    "PRAWDA",
})  # fmt: skip
_EXPONENT = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_FRACTION = re.compile(r"\d+[.,]\d+")
_CUT = re.compile(r"\d{3}(?:\.\d+)?")


_AS_THE_FILE_SAYS = Choices()


def read_sheet(
    data: bytes, asset: Asset, default_reason: str = "", choices: Choices = _AS_THE_FILE_SAYS
) -> Sheet:
    """Read a CSV or XLSX file whose amounts are of ``asset``; rows without a reason get ``default_reason``.

    Raises SheetError when the file as a whole cannot be read, or when somebody has to choose first; its fields say
    what can be chosen. Read strangers' files in the sandbox (:mod:`groat.sheets.order`).
    """
    if len(data) > FILE_BYTES_MAX:
        raise SheetError("sheet_too_large")
    if not data.strip():
        raise SheetError("sheet_empty")
    table, header, head = (
        _read_workbook(data, asset, choices) if is_workbook(data) else _read_text(data, asset, choices)
    )
    reader = _RowReader(table, header, asset, default_reason, choices.decimal)
    body = chain((line for line in head if line.number > header.line.number), table.lines)
    rows = reader.read(body)
    return Sheet(
        columns=header.words(),
        encoding=table.encoding,
        delimiter=table.delimiter,
        sheet=table.sheet,
        rows=rows,
        decimal=reader.decimal,
        places={role: at + 1 for role, at in header.places.items()},
        header_line=header.line.number,
        found=header.columns,
        sheets=table.sheets,
        warnings=table.warnings[:WARNINGS_MAX],
    )


_Found = tuple[SheetLines, Header, list[SheetLine]]


def _read_text(data: bytes, asset: Asset, choices: Choices) -> _Found:
    failures: list[SheetError] = []
    # Excel's own hint, a first line "sep=;", is one of the title rows: the header decides anyway.
    for delimiter in texts.likely_delimiters(data, choices):
        table = texts.read_text(data, choices, delimiter)
        try:
            head = _head(table)
            header = find_header(head, asset, choices)
        except SheetError as error:
            failures.append(error)
            continue
        if header is not None:
            return table, header, head
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
            return table, header, head
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
    for line in islice(table.lines, HEADER_LINES_MAX):
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


class _Raw(NamedTuple):
    """A row's cells by role, as the file has them."""

    line: SheetLine
    user: Cell
    amount: Cell
    reason: str


class _RowReader:
    """Checks the rows below a header. After it has read them, ``decimal`` is the sign before the fraction."""

    def __init__(
        self, table: SheetLines, header: Header, asset: Asset, default_reason: str, decimal: Decimal | None
    ) -> None:
        self._table = table
        self._header = header
        self._asset_column = header.asset_column
        self._asset = asset
        self._default_reason = default_reason
        self.decimal = decimal
        self._text_file = table.sheet is None
        self._first_lines: dict[str, int] = {}
        self._sum = 0

    def read(self, body: Iterator[SheetLine]) -> list[ReadRow]:
        """Read the rows of all lines that have a value."""
        raw: list[_Raw] = []
        for line in body:
            if is_blank(line.cells):
                continue
            if len(raw) == ROWS_MAX:
                raise SheetError("sheet_too_many_rows")
            raw.append(self._cells(line))
        if self.decimal is None:
            signs = numbers.signs_shown(row.amount for row in raw if isinstance(row.amount, str))
            if len(signs) == 2:
                self._warn("decimals_mixed")
            elif signs:
                self.decimal = signs.pop()
        rows = [self._check(row) for row in raw if not self._leave_out(row)]
        last = rows[-1] if rows else None
        # This finds a total whatever it is called, in any language.
        if last and last.units and len(self._first_lines) > _PEOPLE_MIN and last.units * 2 == self._sum:
            self._warn("maybe_total", last.line, line=last.line)
        return rows

    def _cells(self, line: SheetLine) -> _Raw:
        def cell(role: str) -> Cell:
            at = self._header.places.get(role)  # type: ignore[call-overload]
            return line.cells[at] if at is not None and at < len(line.cells) else ""

        return _Raw(line, cell("user"), cell("amount"), text_of(cell("reason")).strip())

    def _leave_out(self, row: _Raw) -> bool:
        """Return whether a row names no person but sums up others or repeats the header; a warning says so."""
        line = row.line.number
        places = self._header.places
        if all(
            at < len(row.line.cells) and row.line.cells[at] == self._header.line.cells[at]
            for at in places.values()
        ):
            self._warn("header_again", line, line=line)
            return True
        if isinstance(row.user, str) and isinstance(row.amount, str) and not row.amount[:1].isdigit():
            check_no_header(row.line, self._header, self._asset)
        named = text_of(row.user).strip()
        labels = [named] if named else [cell for cell in row.line.cells if isinstance(cell, str)]
        try:
            units = parse_amount(
                numbers.read_amount(row.amount, self.decimal, self._asset.scale), self._asset
            )
        except (RowError, InvalidInput):
            units = 0
        sums_up = not named and units > 0 and units == self._sum and len(self._first_lines) > 1
        if not sums_up and not any(_is_total(label, self._asset) for label in labels):
            return False
        self._warn("total_row", line, line=line)
        if units and units != self._sum:
            total, written = format_amount(self._sum, self._asset.scale), shown(row.amount)
            self._warn("total_differs", line, line=line, written=written, total=total)
        return True

    def _check(self, row: _Raw) -> ReadRow:
        line = row.line
        user = text_of(row.user).strip().removeprefix("user:")
        written = text_of(row.amount).strip()
        reason = row.reason or self._default_reason
        amount, units, error = written, None, None
        try:
            self._check_shape(row, user, written)
            user = self._user(row, user)
            self._check_asset(row)
            if looks.scales(self._look(line, "amount")):
                raise RowError("amount_mangled", "per cent or thousands")
            amount = numbers.read_amount(row.amount, self.decimal, self._asset.scale)
            units = parse_amount(amount, self._asset)
            check_text(reason)
            self._sum += units
        except RowError as problem:
            error = RowProblem(problem.code, problem.detail)
        except InvalidInput as problem:
            # Show an unusable cell as it is in the file.
            amount, units, error = written, None, RowProblem(problem.code, problem.detail)
        if not reason.isascii():
            self._look_for_broken_letters(line.number, reason)
        first = self._first_lines.setdefault(user, line.number) if user else line.number
        return ReadRow(
            line.number,
            shown(user),
            shown(amount),
            shown(reason, REASON_MAX),
            units,
            error,
            None if first == line.number else first,
            shown(written) if units is not None and not _same(written, amount) else None,
        )

    def _check_shape(self, row: _Raw, user: str, amount: str) -> None:
        """Raise RowError where cells are not in their columns, or are formulas of a text file."""
        cells = row.line.cells
        if self._text_file and (user.startswith("=") or amount.startswith("=")):
            raise RowError("formula")
        if len(cells) > self._header.width and not is_blank(cells[self._header.width :]):
            raise RowError("surplus_cells")
        at = self._header.places["amount"] + 1
        # An amount such as 1,234.50 or 1,50 without quotes, in a row that has no reason, spills over into that column.
        if (
            self._table.delimiter == ","
            and self._header.places.get("reason") == at
            and (
                (re.fullmatch(r"-?\d{1,3}", amount) and _CUT.fullmatch(row.reason))
                or (self.decimal != "." and amount.isdecimal() and self._is_fraction(row.reason))
            )
        ):
            raise RowError("amount_ambiguous", f"{amount}, or {amount},{row.reason}")

    def _is_fraction(self, reason: str) -> bool:
        """Return whether a reason may be the digits behind the comma of an amount."""
        return reason.isdecimal() and len(reason) <= self._asset.scale

    def _check_asset(self, row: _Raw) -> None:
        """Raise RowError where the row says itself that its amount is of another asset."""
        at = self._asset_column
        cell = row.line.cells[at] if at is not None and at < len(row.line.cells) else ""
        for said in (text_of(cell).strip(), looks.unit(self._look(row.line, "amount"))):
            if is_other_asset(said, self._asset):
                raise RowError("amount_other_asset", said)

    def _user(self, row: _Raw, user: str) -> str:
        """Return the person's id. Raises RowError."""
        cell = row.user
        if not user:
            raise RowError("user_missing")
        if isinstance(cell, bool) or not isinstance(cell, str | int | float):
            raise RowError("user_mangled", f"it is {shown(cell)} now")
        if isinstance(cell, int | float):
            if abs(cell) >= 10**15:
                raise RowError("user_imprecise")
            if isinstance(cell, float) and not cell.is_integer():
                raise RowError("user_mangled", f"it is the number {shown(cell)} now")
            form = self._look(row.line, "user")
            if form:
                padded = looks.shown_id(int(cell), form)
                if padded is None:
                    raise RowError("user_mangled", f"it is {shown(cell)}, shown by the format {form[:40]}")
                user = padded
        elif self._text_file:
            if user in _TRUTHS or user.upper() in ("TRUE", "FALSE") or _TIME.fullmatch(user):
                raise RowError("user_mangled", f"it is {shown(user)} now")
            if _EXPONENT.fullmatch(user) or _FRACTION.fullmatch(user):
                raise RowError("user_mangled", f"it is the number {shown(user)} now")
        try:
            check_path(f"user:{user}")
        except InvalidInput:
            raise RowError("user_invalid") from None
        if ":" in user:
            raise RowError("user_invalid")
        return user

    def _look(self, line: SheetLine, role: str) -> str:
        if not self._table.looks:
            return ""
        return self._table.looks.get((line.number, self._header.places[role] + 1), "")  # type: ignore[index]

    def _look_for_broken_letters(self, line: int, text: str) -> None:
        """Warn of broken letters: Unicode that was decoded wrongly before the file came here."""
        broken = "\N{REPLACEMENT CHARACTER}" in text
        if not broken and re.search("[ÂÃÐÑ][\u0080-\u00bf\u0152-\u2122]", text):
            try:
                broken = text.encode("cp1252").decode() != text
            except UnicodeError:
                broken = False
        if broken:
            self._warn("text_mangled", line, line=line, text=shown(text, 40))

    def _warn(self, code: str, at: int | None = None, **facts: object) -> None:
        if len(self._table.warnings) < WARNINGS_MAX:
            self._table.warnings.append(SheetRemark(code, WARNINGS[code].format(**facts), at))


def _same(written: str, amount: str) -> bool:
    """Return whether an amount is the same number as its text in the file."""
    try:
        return Number(written) == Number(amount)
    except InvalidOperation:
        return False


def _is_total(text: str, asset: Asset) -> bool:
    words = normalise(_CAMEL.sub(" ", re.sub(r"\(\d+\)\s*:?\s*$", "", text))).split()
    own = {asset.code.lower(), f"{asset.code.lower()}s"}
    only = all(word in _TOTALS or word in _OF_TOTALS or word in own for word in words)
    return (only and not _TOTALS.isdisjoint(words)) or text.strip() in ("Σ", "∑")
