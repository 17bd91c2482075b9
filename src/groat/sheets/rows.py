"""Check the rows below a header."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal as Number
from decimal import InvalidOperation
from typing import NamedTuple

from groat.csv_cells import plain_text
from groat.ledger.accounts import check_path
from groat.ledger.amounts import Asset, format_amount, parse_amount
from groat.ledger.errors import InvalidInput
from groat.ledger.text import check_text
from groat.sheets import dates, looks, numbers
from groat.sheets.errors import WARNINGS, RowError, SheetError
from groat.sheets.headers import Header, amount_column_of, check_no_header, is_other_asset, normalise
from groat.sheets.model import (
    COLUMNS_MAX,
    ROWS_MAX,
    Cell,
    Choices,
    DateOrder,
    Decimal,
    ReadRow,
    Role,
    RowProblem,
    SheetLine,
    SheetLines,
    SheetRemark,
    is_blank,
    shown,
    text_of,
)

WARNINGS_MAX = 100
REASON_MAX = 1_000
NAME_MAX = 200
EMAIL_MAX = 254
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
_HEAD = re.compile(r"-?\d{1,3}")
_DIGIT = re.compile("[0-9]")
_BROKEN = re.compile("[ÂÃÐÑ][\u0080-\u00bf\u0152-\u2122]")
_SEPARATE: tuple[Role, ...] = ("user", "amount")
"""Roles whose cells nobody can share."""
_ROLES: tuple[Role, ...] = ("user", "email", "name", "amount", "reason", "date")


class _Raw(NamedTuple):
    """A row's cells by role, as the file has them.

    ``said`` is the text of ``user``, ``named`` the first text that says who is meant.
    """

    line: SheetLine
    user: Cell
    amount: Cell
    reason: str
    email: str
    name: str
    date: Cell
    said: str
    named: str


class RowReader:
    """Checks the rows below a header, once.

    Afterwards ``decimal`` is the sign before the fraction, ``date_order`` the order of day, month and year, and
    ``count`` the number of rows.
    """

    def __init__(
        self,
        table: SheetLines,
        header: Header,
        asset: Asset,
        default_reason: str,
        choices: Choices,
        to_set: bool,
        amount: str | None,
    ) -> None:
        self._table = table
        self._header = header
        self._places = header.places
        # No line is as long as the place of a role that no column has.
        nowhere = COLUMNS_MAX + 1
        self._user_at, self._email_at, self._name_at, self._amount_at, self._reason_at, self._date_at = (
            header.places.get(role, nowhere) for role in _ROLES
        )
        self._header_words = [(at, header.line.cells[at]) for at in header.places.values()]
        self._header_amount = header.line.cells[self._amount_at] if "amount" in header.places else ""
        self._asset_column = header.asset_column
        self._asset = asset
        self._to_set = to_set
        self._amount = amount
        self._amount_units = 0 if amount is None else parse_amount(amount, asset, signed=to_set)
        self._default_reason = default_reason
        self.decimal: Decimal | None = choices.decimal
        self.date_order: DateOrder | None = choices.date_order
        self.count = 0
        self._text_file = table.sheet is None
        self._first_lines: dict[str, int] = {}
        self._sum = 0
        # An amount such as 1,50 without quotes, in a row that has no reason, spills over into that column.
        self._may_spill = table.delimiter == "," and self._places.get("reason") == self._amount_at + 1
        counted = {at + 1 for at in self._places.values()}
        if header.asset_column is not None:
            counted.add(header.asset_column + 1)
        self._looks = table.look(counted)
        self._merged, self._reasons = self._merges()
        self._tops = set(self._reasons.values())
        self._shared_reasons: dict[int, str] = {}

    def read(self) -> Iterator[ReadRow]:
        """Yield the rows of all lines that have a value."""
        self._tell_hidden()
        self._tell_amount()
        self._look_at_columns()
        last = None
        for line in self._body():
            row = self._cells(line)
            if line.fault:
                last = self._faulty(row)
            elif self._leave_out(row):
                continue
            else:
                last = self._check(row)
            self.count += 1
            if self.count > ROWS_MAX:
                raise SheetError("sheet_too_many_rows")
            yield last
        # This finds a total whatever it is called, in any language.
        if last and last.units and len(self._first_lines) > _PEOPLE_MIN and last.units * 2 == self._sum:
            self._warn("maybe_total", last.line, line=last.line)

    def _body(self) -> Iterator[SheetLine]:
        """Yield the lines below the header that have a value, or share the person or the amount of one that has."""
        first = self._header.line.number
        if not self._merged:
            return (line for line in self._table.lines() if line.number > first and not is_blank(line.cells))
        return self._body_with_merged(first)

    def _body_with_merged(self, first: int) -> Iterator[SheetLine]:
        merged, last = self._merged, first
        # A merged cell without a value shares nothing.
        filled: set[int] = set()
        for line in self._table.lines():
            last = line.number
            if last <= first:
                continue
            if not is_blank(line.cells):
                filled.add(last)
                yield line
            elif merged.get(last) in filled:
                yield line
        # A sheet may end before the cells that are merged with its last row.
        while merged.get(last + 1) in filled:
            last += 1
            yield SheetLine(last, ())

    def _tell_hidden(self) -> None:
        if self._looks.hidden_rows:
            self._warn("hidden_rows", count=f"{self._looks.hidden_rows:,}")
        for place in sorted(self._places.values()):
            if place + 1 in self._looks.hidden_columns:
                self._warn("hidden_column", column=shown(self._header.line.cells[place], 40))

    def _tell_amount(self) -> None:
        column = None if self._amount is None else amount_column_of(self._header, self._asset)
        if column is not None:
            self._warn("amount_for_all", amount=self._amount, column=column.name)

    def _look_at_columns(self) -> None:
        """Find out which signs and which order of dates the columns show, unless they were chosen."""
        place = self._places.get("amount")
        if self.decimal is None and place is not None:
            signs = numbers.signs_shown(self._texts(place))
            if len(signs) == 2:
                self._warn("decimals_mixed")
            elif signs:
                self.decimal = signs.pop()
        at = self._places.get("date")
        if self.date_order is None and at is not None:
            orders = dates.orders_shown(self._texts(at))
            self.date_order = orders.pop() if len(orders) == 1 else None

    def _texts(self, place: int) -> Iterator[str]:
        """Yield the texts of a column that are more than digits."""
        for line in self._body():
            cell = line.cells[place] if place < len(line.cells) else ""
            if isinstance(cell, str) and not cell.isdecimal():
                yield cell

    def _merges(self) -> tuple[dict[int, int], dict[int, int]]:
        """Return the first row of a merged cell for each row that shares a person or an amount, and a reason."""
        shared: dict[int, int] = {}
        reasons: dict[int, int] = {}
        reason = self._places.get("reason")
        for top, left, bottom, right in self._looks.merged:
            if top == bottom or bottom - top > ROWS_MAX:
                continue
            for role in _SEPARATE:
                if left <= self._places.get(role, -1) + 1 <= right:
                    shared.update(dict.fromkeys(range(top, bottom + 1), top))
            if reason is not None and left <= reason + 1 <= right:
                reasons.update(dict.fromkeys(range(top + 1, bottom + 1), top))
        return shared, reasons

    def _cells(self, line: SheetLine) -> _Raw:
        cells = line.cells
        count = len(cells)
        user = cells[self._user_at] if self._user_at < count else ""
        email = text_of(cells[self._email_at]).strip() if self._email_at < count else ""
        if email and ("@" not in email or len(email) > EMAIL_MAX):
            email = ""
        name = text_of(cells[self._name_at]).strip() if self._name_at < count else ""
        reason = text_of(cells[self._reason_at]).strip() if self._reason_at < count else ""
        said = text_of(user).strip()
        if self._text_file and ("'" in reason or "'" in name):
            reason, name = plain_text(reason), plain_text(name)
        return _Raw(
            line,
            user,
            cells[self._amount_at] if self._amount_at < count else "",
            reason,
            email,
            name,
            cells[self._date_at] if self._date_at < count else "",
            said,
            said or email or name,
        )

    def _leave_out(self, row: _Raw) -> bool:
        """Return whether a row names no person but sums up others or repeats the header; a warning says so."""
        line = row.line.number
        cells = row.line.cells
        if row.amount == self._header_amount and all(
            at < len(cells) and cells[at] == word for at, word in self._header_words
        ):
            self._warn("header_again", line, line=line)
            return True
        says_no_number = isinstance(row.amount, str) and not row.amount[:1].isdigit()
        if says_no_number and self._amount is None and isinstance(row.user, str):
            check_no_header(row.line, self._header, self._asset)
        if row.named:
            # A total says so, and no number beside: the count of its rows stands in brackets.
            if _DIGIT.search(row.named) and row.named[-1] not in "):":
                return False
            labels, sums_up = [row.named], False
        else:
            labels = [cell for cell in cells if isinstance(cell, str)]
            sums_up = len(self._first_lines) > 1 and self._units(row) == self._sum > 0
        if not sums_up and not any(_is_total(label, self._asset) for label in labels):
            return False
        self._warn("total_row", line, line=line)
        units = self._units(row)
        if units and units != self._sum:
            total, written = format_amount(self._sum, self._asset.scale), shown(row.amount)
            self._warn("total_differs", line, line=line, written=written, total=total)
        return True

    def _units(self, row: _Raw) -> int:
        """Return the amount in smallest units, 0 where there is none."""
        try:
            amount = numbers.read_amount(row.amount, self.decimal, self._asset.scale)
            return parse_amount(amount, self._asset)
        except (RowError, InvalidInput):
            return 0

    def _faulty(self, row: _Raw) -> ReadRow:
        """Return the row of a line whose cells could not be told apart."""
        problem = RowError(row.line.fault, row.line.why)
        first = shown(next((cell for cell in row.line.cells if cell != ""), ""))
        return ReadRow(row.line.number, first, "", "", error=RowProblem(problem.code, problem.detail))

    def _check(self, row: _Raw) -> ReadRow:
        line = row.line.number
        # An export has an apostrophe before what a spreadsheet would run.
        user = (plain_text(row.said) if row.said[:1] == "'" else row.said).removeprefix("user:")
        written = text_of(row.amount).strip()
        reason = row.reason
        if self._reasons:
            reason = self._merged_reason(line, reason)
        reason = reason or self._default_reason
        amount, units, error, day = written, None, None, ""
        raw: dict[str, str] = {}
        try:
            self._check_shape(row, user, written)
            user = self._user(row, user)
            if self._amount is None:
                self._check_asset(row)
            if row.date != "":
                day = dates.read_day(row.date, self.date_order)
            if self._amount is None:
                amount = numbers.read_amount(row.amount, self.decimal, self._asset.scale)
                units = parse_amount(amount, self._asset, signed=self._to_set)
            else:
                amount, units = self._amount, self._amount_units
            if units < 0:
                raise InvalidInput("amount_not_positive", amount=amount)
            check_text(reason)
            self._sum += units
        except RowError as problem:
            error = RowProblem(problem.code, problem.detail)
        except InvalidInput as problem:
            # Show an unusable cell as it is in the file.
            amount, units, error = written, None, RowProblem(problem.code, problem.detail)
        if not reason.isascii():
            self._look_for_broken_letters(line, reason)
        if row.said != user:
            raw["user"] = shown(row.said)
        if units is not None and self._amount is None and written != amount and not _same(written, amount):
            raw["amount"] = shown(written)
        if day and (at := text_of(row.date).strip()) != day:
            raw["date"] = shown(at)
        key = user or row.named
        first = self._first_lines.setdefault(key, line) if key else line
        if error is not None:
            user, amount = shown(user), shown(amount)
        if len(reason) > REASON_MAX:
            reason = shown(reason, REASON_MAX)
        name = row.name if len(row.name) <= NAME_MAX else shown(row.name, NAME_MAX)
        duplicate = None if first == line else first
        return ReadRow(line, user, amount, reason, units, error, duplicate, row.email, name, day, raw)

    def _merged_reason(self, line: int, reason: str) -> str:
        """Return the reason of a line, which a merged cell may have given to a line above."""
        if line in self._tops:
            self._shared_reasons[line] = reason
        top = self._reasons.get(line)
        return reason or (self._shared_reasons.get(top, "") if top is not None else "")

    def _check_shape(self, row: _Raw, user: str, amount: str) -> None:
        """Raise RowError where cells are not in their columns, are shared, or are formulas without a value."""
        cells = row.line.cells
        if self._text_file and (user.startswith("=") or amount.startswith("=")):
            raise RowError("formula")
        if len(cells) > self._header.width and not is_blank(cells[self._header.width :]):
            raise RowError("surplus_cells")
        if self._merged and row.line.number in self._merged:
            raise RowError("merged_cells")
        if self._looks.errors:
            for role in _SEPARATE:
                shows = self._looks.errors.get((row.line.number, self._places.get(role, -1) + 1))
                if shows is not None:
                    raise RowError("formula_error", shows or "an error")
        if self._may_spill and (
            (_HEAD.fullmatch(amount) and _CUT.fullmatch(row.reason))
            or (self.decimal != "." and amount.isdecimal() and self._is_fraction(row.reason))
        ):
            raise RowError("amount_ambiguous", f"{amount}, or {amount},{row.reason}")

    def _is_fraction(self, reason: str) -> bool:
        """Return whether a reason may be the digits behind the comma of an amount."""
        return reason.isdecimal() and len(reason) <= self._asset.scale

    def _check_asset(self, row: _Raw) -> None:
        """Raise RowError where the row says itself that its amount is of another asset, or scaled."""
        at = self._asset_column
        form = self._look(row.line.number, "amount")
        said = [looks.unit(form)] if form else []
        if at is not None and at < len(row.line.cells):
            said.append(text_of(row.line.cells[at]).strip())
        for each in said:
            if is_other_asset(each, self._asset):
                raise RowError("amount_other_asset", each)
        if form and looks.scales(form):
            raise RowError("amount_mangled", "per cent or thousands")

    def _user(self, row: _Raw, user: str) -> str:
        """Return the person's id. Raises RowError."""
        cell = row.user
        if not user:
            if not row.named:
                raise RowError("user_missing")
            return ""
        if isinstance(cell, bool) or not isinstance(cell, str | int | float):
            raise RowError("user_mangled", f"it is {shown(cell)} now")
        if isinstance(cell, int | float):
            if abs(cell) >= 10**15:
                raise RowError("user_imprecise")
            if isinstance(cell, float) and not cell.is_integer():
                raise RowError("user_mangled", f"it is the number {shown(cell)} now")
            form = self._look(row.line.number, "user")
            if form:
                padded = looks.shown_id(int(cell), form)
                if padded is None:
                    raise RowError("user_mangled", f"it is {shown(cell)}, shown by the format {form[:40]}")
                user = padded
        elif (
            user.isascii() and user.isalnum() and user[0].isalpha() and user[-1].isdigit() and len(user) <= 64
        ):
            # Most ids are of this form, which nothing could have changed.
            return user
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

    def _look(self, line: int, role: Role) -> str:
        """Return the format that matters of a role's cell, "" for none."""
        formats = self._looks.formats
        return formats.get((line, self._places[role] + 1), "") if formats else ""

    def _look_for_broken_letters(self, line: int, text: str) -> None:
        """Warn of broken letters: Unicode that was decoded wrongly before the file came here."""
        broken = "\N{REPLACEMENT CHARACTER}" in text
        if not broken and _BROKEN.search(text):
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
