"""The check of rows, one after the other: whom they name, whether they repeat somebody, what the ledger would say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from groat.identity.errors import IdentityError
from groat.identity.model import check_user
from groat.ledger.accounts import ADJUSTMENTS, Policy
from groat.ledger.amounts import AMOUNT_MAX, Asset, parse_amount
from groat.ledger.book import Book, Move
from groat.ledger.errors import InvalidInput, Refusal
from groat.ledger.rows import Account
from groat.ledger.text import check_text
from groat.programs.runs.posting import BELOW_FLOOR, TAKE_LEFT
from groat.programs.runs.rows import SET, UNDO, CheckedRow
from groat.programs.runs.views import DraftChoices

ROW_PROBLEMS: dict[str, str] = {
    "user_missing": "Nobody is named in this row.",
    "user_invalid": "This is no user id: 1 to 64 of A-Z, a-z, 0-9 and . _ @ | -.",
    "user_unknown_name": "Nobody has this name. Give an id or an e-mail address.",
    "user_ambiguous": "Several people have this name. Give an id or an e-mail address.",
    "user_conflict": "The id, the e-mail address and the name of this row are those of different people.",
    "duplicate": "This person is in another row, too. Say whether to add up such rows or to take the first.",
    "spent": "Some of it is spent.",
}
"""The faults of rows that this check finds; others are those of the reader and of the ledger."""

LIMIT_ADVICE: dict[str, str] = {
    "ceiling_exceeded": "Give less, or raise the ceiling.",
    "insufficient_funds": "Take less, or lower the floor.",
    "account_frozen": "Unfreeze the account, then check again.",
}
"""Advice to a person, by the ledger's code, about a row against which a limit stands."""

_encode = msgspec.json.encode


class Given(msgspec.Struct, array_like=True):
    """A row as it was sent: texts, the amount with a point. ``code`` and ``detail`` are the fault that reading found.

    ``original`` is the transaction that it undoes; it ``gives`` back where that took something. ``raw`` has the texts
    of a file by role, ``matched`` says by what the person was found.
    """

    line: int = 0
    user: str = ""
    amount: str = ""
    reason: str = ""
    email: str = ""
    name: str = ""
    code: str = ""
    detail: str = ""
    matched: str = ""
    gives: bool = False
    original: str | None = None
    raw: dict[str, str] = {}


read_given = msgspec.json.Decoder(Given).decode


class FoundPeople(NamedTuple):
    """The people that rows name: ids by e-mail address and by name (both in small letters), and what is known of ids.

    ``people`` maps an id to its account of the asset, None for none yet; ids of whom nobody knows are not in it.
    """

    by_email: Mapping[str, str]
    by_name: Mapping[str, list[str]]
    people: Mapping[str, Account | None]


class Checker:
    """Checks the rows of one draft in their order; ``spent`` is how much an undo cannot take back.

    ``unselected`` are the numbers of good rows that somebody left out. After the last row :meth:`amend` says how rows
    that came before are to be changed.
    """

    def __init__(
        self,
        choices: DraftChoices,
        asset: Asset,
        policy: Policy,
        now: int,
        unselected: frozenset[int] = frozenset(),
    ) -> None:
        self._choices = choices
        self._asset = asset
        self._policy = policy
        self._unselected = unselected
        self._book = Book(now, {asset.code: asset})
        self._house = Account(0, choices.source or ADJUSTMENTS, asset, None, None)
        self._first: dict[str, int] = {}
        self._repeated: set[int] = set()
        self._sums: dict[int, int] = {}
        self.number = 0
        self.spent = 0

    def check(self, rows: Iterable[Given], found: FoundPeople) -> list[CheckedRow]:
        """Check the next rows, whose people were looked up."""
        return [self._check(given, found) for given in rows]

    def amend(self, row: CheckedRow, found: FoundPeople) -> None:
        """Change a row by what later rows say about its person: it is asked about, or has their amounts added."""
        if row.bad:
            return
        if self._choices.duplicates == "ask":
            _spoil(row, "duplicate")
        elif self._choices.duplicates == "sum":
            row.posts = self._sums[row.number]
            if row.posts > AMOUNT_MAX:
                _spoil(
                    row, "amount_overflow", "The amounts of this person come to more than an amount can be."
                )
            self._ask_ledger(row, read_given(row.given), found)

    @property
    def repeated(self) -> list[int]:
        """The numbers of the rows whose person is named again, in order."""
        return sorted(self._repeated)

    def _check(self, given: Given, found: FoundPeople) -> CheckedRow:
        self.number += 1
        number = self.number
        units, code, detail = self._units(given)
        person, known = given.user, False
        if not code:
            person, given.matched, code = _match(given, found)
            known = person in found.people
            detail = ROW_PROBLEMS.get(code, "")
        row = CheckedRow(
            number, person, units, None if code else units, 0, given.reason, 0, code, detail, None, int(known), 0,
            given.original, "",
        )  # fmt: skip
        if not code:
            self._see_first(row)
        self._ask_ledger(row, given, found)
        row.given = _encode(given).decode()
        return row

    def _units(self, given: Given) -> tuple[int | None, str, str]:
        amount = given.amount if self._choices.amount is None else self._choices.amount
        if given.code:
            return None, given.code, given.detail
        try:
            if given.reason:
                check_text(given.reason)
            units = parse_amount(amount, self._asset, signed=self._choices.mode == SET)
            if units < 0:
                raise InvalidInput("amount_not_positive", "A balance to set is zero or above.")
        except InvalidInput as error:
            return None, error.code, error.detail
        return units, "", ""

    def _see_first(self, row: CheckedRow) -> None:
        first = self._first.setdefault(row.person, row.number)
        if first == row.number:
            self._sums[first] = row.units or 0
            return
        row.first = first
        self._repeated.add(first)
        row.posts = None
        if self._choices.duplicates == "ask":
            _spoil(row, "duplicate")
        elif self._choices.duplicates == "sum":
            self._sums[first] += row.units or 0

    def _ask_ledger(self, row: CheckedRow, given: Given, found: FoundPeople) -> None:
        """Let the ledger's rules say whether it would post the row now; select it then, unless somebody left it out."""
        if row.posts is None or row.bad:
            return
        row.moves = row.posts
        self._ask(row, given, found.people.get(row.person))
        row.selected = int(not row.bad and row.number not in self._unselected)

    def _ask(self, row: CheckedRow, given: Given, account: Account | None) -> None:
        units, mode = row.posts or 0, self._choices.mode
        if account is None:
            limits = self._policy.limits(f"user:{row.person}")
            if limits.ceiling is None and mode != UNDO:
                return
            account = Account(1, f"user:{row.person}", self._asset, *limits)
        elif mode == "add" and account.ceiling is None and not account.extras:
            if account.credits + account.debits_pending + units > AMOUNT_MAX:
                _spoil(row, "balance_overflow", "The balance would be more than an amount can be.")
            return
        gives = given.gives if mode == UNDO else mode != SET or units > account.balance
        if mode == SET:
            row.moves = units = abs(units - account.balance)
        if mode == UNDO and not gives and account.floor is not None:
            left = max(0, account.available - account.floor)
            if left < units:
                self.spent += units - left
                row.over = 1
                if self._choices.short == TAKE_LEFT and left:
                    row.posts = row.moves = units = left
        refusal = self._refusal(account, units, gives)
        if refusal is not None:
            row.over = 1
            said = str(refusal).removeprefix(f"{refusal.code}: ").removesuffix(".")
            _spoil(row, refusal.code, f"{said}. {LIMIT_ADVICE.get(refusal.code, '')}".rstrip())

    def _refusal(self, account: Account, units: int, gives: bool) -> Refusal | None:
        if not units:
            return None
        book, house = self._book, self._house
        book.restricted = account.standing != "open"
        book.begin()
        move = Move(0, house, account, units, 0) if gives else Move(0, account, house, units, 0)
        is_undo = self._choices.mode == UNDO
        legs = book.move(
            [move],
            below_floor=is_undo and self._choices.short == BELOW_FLOOR,
            act="reverse" if is_undo else "",
        )
        book.rollback()
        return legs if isinstance(legs, Refusal) else None


def _spoil(row: CheckedRow, code: str, detail: str = "") -> None:
    row.bad, row.detail = code, detail or ROW_PROBLEMS[code]
    row.posts, row.moves, row.selected = None, 0, 0


def _match(given: Given, found: FoundPeople) -> tuple[str, str, str]:
    """Find the person of a row: by id, then by e-mail address, then by name; returns their id, by what, and a fault."""
    by_email = found.by_email
    user = given.user.removeprefix("user:")
    email = given.email.lower() or (user.lower() if "@" in user and user not in found.people else "")
    owner = by_email.get(email, "") if email else ""
    names = found.by_name.get(given.name.lower(), []) if given.name else []
    if user in found.people:
        if owner and owner != user:
            return user, "", "user_conflict"
        return user, "id", ""
    if owner:
        # An id that nobody has, beside the address of somebody who has another one.
        if user and user.lower() != email:
            return user, "", "user_conflict"
        return owner, "email", ""
    if user or email:
        named = user or email
        try:
            return check_user(named), "", ""
        except (IdentityError, InvalidInput):
            return named, "", "user_invalid"
    if not given.name:
        return "", "", "user_missing"
    if not names:
        return "", "", "user_unknown_name"
    return (names[0], "name", "") if len(names) == 1 else ("", "", "user_ambiguous")
