"""Find the header and the columns of each role; ask for a choice where these are unclear."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from groat.ledger.amounts import Asset
from groat.sheets.errors import SheetError
from groat.sheets.model import Choices, Role, SheetColumn, SheetLine, is_blank, shown, text_of

HEADER_ROWS_MAX = 30
HEADER_LINES_MAX = 1_000

USER_NAMES = frozenset({
    "user", "user id", "userid", "candidate id", "candidateid", "candidate", "account", "account id", "member id",
    "member", "customer id", "customer", "employee id", "employee", "username",
})  # fmt: skip
USER_MAYBE = frozenset({"id", "email", "e mail", "email address", "e mail address", "mail", "user email"})
"""Words that name a person only where no other column does: an id may as well be the number of the row."""
EMAIL_NAMES = frozenset(
    {"email", "e mail", "email address", "e mail address", "mail", "user email", "candidate email"}
)
PEOPLE_NAMES = frozenset({
    "name", "full name", "fullname", "user name", "candidate name", "member name", "customer name", "employee name",
    "display name",
})  # fmt: skip
DATE_NAMES = frozenset(
    {"effective date", "effective", "effective at", "effective on", "booking date", "value date"}
)
AMOUNT_NAMES = frozenset(
    {"amount", "credits", "credit", "coins", "points", "value", "total", "sum", "quantity"}
)
REASON_NAMES = frozenset({"reason"})
REASON_MAYBE = frozenset(
    {"note", "notes", "comment", "comments", "description", "memo", "remark", "remarks", "purpose"}
)
ASSET_NAMES = frozenset(
    {"currency", "currency code", "ccy", "asset", "währung", "devise", "moneda", "valuta"}
)
_DOING = re.compile(
    r"^(?:add|give|grant|assign|pay) | (?:to )?(?:add|give|grant|assign|award|pay|credit)(?:ed)?$"
)
_SIGNS = {
    "$": frozenset({"USD", "AUD", "CAD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP"}),
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP", "EGP", "GIP"}),
    "¥": frozenset({"JPY", "CNY"}),
    "₹": frozenset({"INR"}),
    "₽": frozenset({"RUB"}),
    "₿": frozenset({"BTC"}),
}
"""The assets that a currency sign stands for."""
_CODE = re.compile(r"[A-Z][A-Z0-9_]{1,15}|[A-Za-z]{3}", re.ASCII)


_NONE = Choices()
_PEOPLE_AND_AMOUNTS: tuple[Role, Role] = ("user", "amount")
_PEOPLE: tuple[Role, ...] = ("user", "email", "name")
_SURE: dict[Role, frozenset[str]] = {"email": EMAIL_NAMES, "name": PEOPLE_NAMES, "date": DATE_NAMES}


class Header(NamedTuple):
    """The header: its line, the index of each role's column from 0, and all its columns."""

    line: SheetLine
    places: dict[Role, int]
    columns: list[SheetColumn]

    @property
    def width(self) -> int:
        """Return how many columns have a name, or lie before one that has."""
        return self.columns[-1].number if self.columns else 0

    @property
    def asset_column(self) -> int | None:
        """Return the index of the column that says in which asset each amount is, if there is one."""
        named = [at for at, cell in enumerate(self.line.cells) if normalise(text_of(cell)) in ASSET_NAMES]
        return next((at for at in named if at not in self.places.values()), None)

    def words(self) -> dict[str, str]:
        """Return the header's own words for each role."""
        return {role: shown(self.line.cells[at]) for role, at in self.places.items()}


def find_header(head: Sequence[SheetLine], asset: Asset, choices: Choices) -> Header | None:
    """Find the first row that names a person and an amount, or that has the chosen columns; None if there is none.

    Where no column has the amount (""), a person is enough.

    Raises SheetError ``sheet_columns_unclear`` and ``sheet_column_not_found``.
    """
    rows = [line for line in head if not is_blank(line.cells)][:HEADER_ROWS_MAX]
    at = _best(rows, asset, choices)
    person = choices.user_column or choices.email_column or choices.name_column
    if at is None and (person or choices.amount_column):
        # The chosen column is nowhere, or in a header of unknown words, which the choice then identifies.
        at = _best(rows, asset, Choices(amount_column="") if choices.amount_column == "" else _NONE)
        if at is None and rows and person and choices.amount_column is not None:
            at = 0
    return None if at is None else _choose(rows[at], rows[at + 1 :], asset, choices)


def _best(rows: Sequence[SheetLine], asset: Asset, choices: Choices) -> int | None:
    """Return the first row that surely is a header, else the first that may be one."""
    fits = [_fit(line, asset, choices) for line in rows]
    return next((fits.index(fit) for fit in (2, 1) if fit in fits), None)


def amount_column_of(header: Header, asset: Asset) -> SheetColumn | None:
    """Return a column that surely holds amounts, though none was to have them; None if there is no such column."""
    taken = header.places.values()
    sure = [at for at in _candidates(header.line, "amount", asset, None)[0] if at not in taken]
    return next((each for each in header.columns if each.number - 1 in sure), None)


def columns_of(head: Sequence[SheetLine]) -> list[SheetColumn]:
    """Return the columns of the first row that has any, for a file without a header."""
    rows = [line for line in head if not is_blank(line.cells)][:2]
    return _columns(rows[0], rows[1:]) if rows else []


def _fit(line: SheetLine, asset: Asset, choices: Choices) -> int:
    """Rate a row as the header: 2 if it surely is, 1 if its words may mean it, else 0."""
    people = [_candidates(line, role, asset, _chosen(choices, role)) for role in _PEOPLE]
    if choices.amount_column == "":
        return 2 if any(sure for sure, _ in people) else int(any(maybe for _, maybe in people))
    amounts = _candidates(line, "amount", asset, choices.amount_column)
    if not (amounts[0] or amounts[1]) or not any(map(any, people)):
        return 0
    return 2 if amounts[0] else 1


def check_no_header(line: SheetLine, header: Header, asset: Asset) -> None:
    """Raise SheetError ``sheet_columns_unclear`` for a row that is a header of other columns."""
    users, amounts = (_candidates(line, role, asset, None)[0] for role in _PEOPLE_AND_AMOUNTS)
    if users and amounts:
        why = f"Line {line.number} is a second header, with other columns. Put what follows it into a file of its own."
        raise _unclear("user", header.columns, header.columns, why)


def _choose(line: SheetLine, below: Sequence[SheetLine], asset: Asset, choices: Choices) -> Header:
    columns = _columns(line, below)
    places: dict[Role, int] = {}
    for role in _ROLES:
        place = _place(line, role, asset, _chosen(choices, role), columns, places)
        if place is not None:
            places[role] = place
    if len(set(places.values())) < len(places):
        raise _unclear("amount", columns, columns, "One column cannot have two roles.")
    return Header(line, places, columns)


def _chosen(choices: Choices, role: Role) -> str | None:
    """Return the column that was chosen for a role; "" where it is chosen that none has it."""
    chosen: str | None = getattr(choices, f"{role}_column")
    return chosen


def _place(
    line: SheetLine,
    role: Role,
    asset: Asset,
    chosen: str | None,
    columns: list[SheetColumn],
    taken: dict[Role, int],
) -> int | None:
    if chosen == "":
        return None
    sure, maybe = _candidates(line, role, asset, chosen)
    if chosen is None and role != "amount":
        # A column that names the people, such as one of e-mail addresses, has no second role by itself.
        sure = [at for at in sure if at not in taken.values()]
    if chosen is not None:
        if not sure:
            raise SheetError("sheet_column_not_found", role=role, columns=[_shown(each) for each in columns])
        if len(sure) == 1:
            return sure[0]
    elif len(sure) == 1 or (not sure and role != "amount" and len(maybe) == 1):
        return (sure or maybe)[0]
    elif not sure and not maybe:
        return None
    among = [each for each in columns if each.number - 1 in (sure or maybe)]
    raise _unclear(role, among, columns)


def _unclear(role: Role, among: list[SheetColumn], columns: list[SheetColumn], why: str = "") -> SheetError:
    names = " or ".join(f"“{each.name}” (column {each.number})" for each in among[:5])
    detail = why or (
        f"Which column holds the {_WORDS[role]}: {names}?"
        if len(among) > 1
        else f"Does {names} hold the {_WORDS[role]}?"
    )
    return SheetError(
        "sheet_columns_unclear", detail, role=role, candidates=[_shown(each) for each in among],
        columns=[_shown(each) for each in columns],
    )  # fmt: skip


_WORDS: dict[Role, str] = {
    "user": "person", "email": "e-mail address", "name": "name", "amount": "amount", "reason": "reason", "date": "date",
}  # fmt: skip
_ROLES: tuple[Role, ...] = ("user", "email", "name", "amount", "reason", "date")


def _shown(column: SheetColumn) -> dict[str, object]:
    return {"number": column.number, "name": column.name, "sample": column.sample}


def shown_columns(columns: list[SheetColumn]) -> list[dict[str, object]]:
    """Return columns as an error shows them."""
    return [_shown(each) for each in columns]


def _candidates(line: SheetLine, role: Role, asset: Asset, chosen: str | None) -> tuple[list[int], list[int]]:
    """Return the columns that surely have a role, and those that may have it; of a chosen one only the first."""
    if chosen == "":
        return [], []
    if chosen is not None:
        same = [
            at for at, cell in enumerate(line.cells) if normalise(text_of(cell)) == normalise(chosen) != ""
        ]
        if not same and chosen.isascii() and chosen.isdigit() and 1 <= int(chosen[:6]) <= len(line.cells):
            same = [int(chosen) - 1]
        return same, []
    sure: list[int] = []
    maybe: list[int] = []
    for at, cell in enumerate(line.cells):
        fit = _meaning(text_of(cell), role, asset) if isinstance(cell, str) else 0
        if fit:
            (sure if fit == 2 else maybe).append(at)
    return sure, maybe


def _meaning(text: str, role: Role, asset: Asset) -> int:
    """Return 2 if a header's words surely mean the role, 1 if they may, else 0."""
    words = normalise(text)
    if role == "user":
        return 2 if words in USER_NAMES else int(words in USER_MAYBE)
    if role == "reason":
        return 2 if words in REASON_NAMES else int(words in REASON_MAYBE)
    if role != "amount":
        return 2 if words in _SURE[role] else 0
    if words in AMOUNT_NAMES:
        return 2 if not _other_unit(text, asset) else 1
    code = asset.code.lower().replace("_", " ")
    bare = re.sub(rf"\b(?:in )?{re.escape(code)}\b", " ", _DOING.sub("", words))
    bare = " ".join(bare.split())
    if words and (bare in AMOUNT_NAMES or bare == ""):
        return 2 if not _other_unit(text, asset) else 1
    return int(not AMOUNT_NAMES.isdisjoint(words.split()))


def _other_unit(text: str, asset: Asset) -> bool:
    """Return whether a header names a currency sign that is not the asset's."""
    return any(sign in text and asset.code not in codes for sign, codes in _SIGNS.items()) or "%" in text


def is_other_asset(text: str, asset: Asset) -> bool:
    """Return whether a text is a currency sign or code that is not the asset's; other words say nothing."""
    text = text.strip()
    if text in _SIGNS:
        return asset.code not in _SIGNS[text]
    return _CODE.fullmatch(text) is not None and text.upper() != asset.code


def normalise(text: str) -> str:
    """Return the letters and digits in lower case, separated by single spaces."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


def _columns(line: SheetLine, below: Sequence[SheetLine]) -> list[SheetColumn]:
    """Return the columns up to the last one with a name."""
    named = [at for at, cell in enumerate(line.cells) if text_of(cell).strip()]
    return [
        SheetColumn(at + 1, shown(line.cells[at], 40), _sample(below, at))
        for at in range(named[-1] + 1 if named else 0)
    ]


def _sample(below: Sequence[SheetLine], at: int) -> str:
    return next((text for line in below if at < len(line.cells) and (text := shown(line.cells[at], 40))), "")
