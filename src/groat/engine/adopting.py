"""Take over balances that an app has kept in a column of its own, and compare that column with the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from typing import Any, Literal, NamedTuple, ParamSpec, Protocol, TypeVar

from groat.ledger.accounts import check_path
from groat.ledger.amounts import Asset, format_amount, parse_amount
from groat.ledger.commands import Command, Post, Posting, SetBalance
from groat.ledger.errors import InvalidInput, Refusal
from groat.ledger.keys import derive
from groat.store.batch import Done
from groat.store.flow import Flow, Query

P = ParamSpec("P")
T = TypeVar("T")

PRINCIPAL = "service:adopt"
AGAINST = "house:opening"
"""The account from which opening balances come."""
CHUNK_MAX = 500
ATTEMPTS_MAX = 20

Outcome = Literal["adopted", "corrected", "same", "empty", "differs", "invalid", "refused"]
Mode = Literal["adopt", "rehearse", "compare"]
WRONG: frozenset[Outcome] = frozenset({"differs", "invalid", "refused"})
"""The outcomes that somebody has to look at."""


class AdoptedLedger(Protocol):
    """The parts of a ledger that adoption uses."""

    async def read(self, flow: Callable[P, Flow[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a flow that only reads."""

    async def execute_many(self, commands: Sequence[Command]) -> list[Done | Refusal]:
        """Execute independent commands and return a verdict for each."""


class ColumnRow(NamedTuple):
    """An account's path, and its balance as the column has it: a number, a text, or None for nothing."""

    account: str
    value: Any


class AdoptedRow(NamedTuple):
    """The outcome of a row: the column's balance and the ledger's before, as texts, and why where it is not evident.

    ``differs``: the ledger has moved this account before, and has another balance; nothing is done about it.
    ``empty``: the column is empty. ``invalid``: the value or the path cannot be used, or an earlier row has the same
    account. ``refused``: the ledger refused.
    """

    account: str
    column: str
    ledger: str
    outcome: Outcome
    detail: str = ""


class AdoptionSummary:
    """Counts of what came of rows, and the sums of both sides in smallest units."""

    def __init__(self, asset: Asset, mode: Mode = "adopt") -> None:
        self.asset = asset
        self.mode = mode
        self.outcomes: Counter[Outcome] = Counter()
        self.column = self.ledger = 0

    @property
    def is_well(self) -> bool:
        """Return whether nobody has to look at anything."""
        return not any(self.outcomes[outcome] for outcome in WRONG)

    def lines(self) -> list[str]:
        """Return the summary for people: what came of the rows, and the sums before."""
        counts = (
            ", ".join(f"{self.outcomes[each]} {each}" for each in _ORDER if self.outcomes[each]) or "no rows"
        )
        sums = f"column {self._text(self.column)}, ledger {self._text(self.ledger)} before"
        written = [] if self.mode == "adopt" else ["Nothing was written."]
        return [counts, f"{self.asset.code}: {sums}", *written]

    def _text(self, value: int) -> str:
        return format_amount(value, self.asset.scale)


_ORDER: tuple[Outcome, ...] = ("adopted", "corrected", "same", "empty", "differs", "invalid", "refused")


_TWICE = (
    "An earlier row has the same account. Let a query add them up, or give each row an account of its own."
)


class _Weighed(NamedTuple):
    row: ColumnRow
    value: int
    balance: int
    version: int


class Adoption:
    """Compares rows of a column with the ledger and posts opening balances.

    An account that the ledger has never moved gets its column's balance from ``against``. One that it has moved stays
    as it is; with ``correcting`` its balance is set to the column's. The ``mode`` rehearse says what a run would come
    to, and posts nothing; compare takes every difference for one that somebody has to look at. It remembers which
    accounts it has seen, with some 70 bytes for each.
    """

    def __init__(
        self,
        asset: Asset,
        *,
        against: str = AGAINST,
        mode: Mode = "adopt",
        correcting: bool = False,
    ) -> None:
        self._asset = asset
        self._against = check_path(against)
        self._mode = mode
        self._correcting = correcting
        self._seen: set[int] = set()
        self.summary = AdoptionSummary(asset, mode)

    async def take(self, ledger: AdoptedLedger, rows: Iterable[ColumnRow]) -> list[AdoptedRow]:
        """Take these rows, a few hundred at most; returns what came of each, in their order. Raises StoreError."""
        found: list[AdoptedRow | _Weighed] = [self._read(row) for row in rows]
        known = {n: each for n, each in enumerate(found) if isinstance(each, _Weighed)}
        standings = await self._standings(ledger, known.values())
        for n, each in known.items():
            balance, version = standings.get(each.row.account, (0, 0))
            known[n] = each._replace(balance=balance, version=version)
        commands = {n: self._command(each) for n, each in known.items()}
        wanted = {n: command for n, command in commands.items() if command is not None}
        verdicts: dict[int, Done | Refusal] = {}
        if wanted and self._mode == "adopt":
            verdicts = await self._execute(ledger, wanted, known)
        done = [
            self._judge(known[n], wanted.get(n), verdicts.get(n)) if isinstance(each, _Weighed) else each
            for n, each in enumerate(found)
        ]
        self.summary.outcomes.update(row.outcome for row in done)
        self.summary.column += sum(each.value for each in known.values())
        self.summary.ledger += sum(each.balance for each in known.values())
        return done

    async def _standings(
        self, ledger: AdoptedLedger, known: Iterable[_Weighed]
    ) -> dict[str, tuple[int, int]]:
        return await ledger.read(_find_standings, [each.row.account for each in known], self._asset.code)

    async def _execute(
        self, ledger: AdoptedLedger, wanted: dict[int, Command], known: dict[int, _Weighed]
    ) -> dict[int, Done | Refusal]:
        """Execute the commands. A refusal of an earlier run is tried again, under the next key."""
        verdicts: dict[int, Done | Refusal] = {}
        for attempt in range(2, ATTEMPTS_MAX + 2):
            verdicts |= zip(wanted, await ledger.execute_many(list(wanted.values())), strict=True)
            old = [n for n in wanted if _is_old(verdicts[n])]
            # Another run may have posted meanwhile what this one was to post.
            standings = await self._standings(ledger, [known[n] for n in old])
            still = [n for n in old if standings.get(known[n].row.account, (0, 0))[1] == known[n].version]
            commands = {n: self._command(known[n], attempt) for n in still}
            wanted = {n: command for n, command in commands.items() if command is not None}
            if not wanted:
                break
        return verdicts

    def _read(self, row: ColumnRow) -> AdoptedRow | _Weighed:
        if row.value is None or row.value == "":
            return AdoptedRow(row.account, "", "", "empty")
        shown = str(row.value)[:64]
        try:
            if check_path(row.account) == self._against:
                raise InvalidInput("same_account", f"Opening balances come from {self._against}.")
            value = parse_amount(plain_amount(row.value), self._asset, signed=True)
        except InvalidInput as error:
            return AdoptedRow(row.account, shown, "", "invalid", f"{error.code}: {error.detail}")
        # Numbers stand for the paths, for they take less memory.
        if (number := hash(row.account)) in self._seen:
            return AdoptedRow(row.account, shown, "", "invalid", _TWICE)
        self._seen.add(number)
        return _Weighed(row, value, 0, 0)

    def _command(self, known: _Weighed, attempt: int = 1) -> Command | None:
        row, value = known.row, known.value
        # The account's version is part of the key, so each state of the ledger is answered once.
        pair_digest = blake2b(f"{row.account}/{self._asset.code}".encode(), digest_size=16).hexdigest()
        key = derive("adopt", pair_digest, known.version, attempt)
        if value == known.balance or self._mode == "compare":
            return None
        if known.version == 0:
            pair = (self._against, row.account) if value > 0 else (row.account, self._against)
            return Post(
                principal=PRINCIPAL,
                key=key,
                reason="Opening balance",
                postings=(Posting(*pair, abs(value), self._asset.code),),
                below_floor=True,
            )
        if not self._correcting:
            return None
        return SetBalance(
            principal=PRINCIPAL,
            key=key,
            reason="Balance of the app's own column",
            account=row.account,
            asset=self._asset.code,
            balance=value,
            below_floor=True,
        )

    def _judge(self, known: _Weighed, command: Command | None, verdict: Done | Refusal | None) -> AdoptedRow:
        outcome: Outcome = "adopted" if isinstance(command, Post) else "corrected"
        detail = ""
        if command is None:
            outcome = "same" if known.value == known.balance else "differs"
        elif isinstance(verdict, Refusal):
            outcome, detail = "refused", f"{verdict.code}: {verdict.detail}"
        if outcome == "differs":
            detail = f"by {self._text(known.value - known.balance)}"
        return AdoptedRow(
            known.row.account, self._text(known.value), self._text(known.balance), outcome, detail
        )

    def _text(self, value: int) -> str:
        return format_amount(value, self._asset.scale)


def _is_old(verdict: Done | Refusal) -> bool:
    """Return whether an earlier run was refused under this key, with this balance or with another one."""
    return isinstance(verdict, Refusal) and (verdict.replayed or verdict.code == "key_reused")


def plain_amount(value: Any) -> str:
    """Return a number of any sort as a plain decimal text, without zeros at its end. Raises InvalidInput."""
    if isinstance(value, bool):
        raise InvalidInput("invalid_amount", amount=str(value))
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise InvalidInput("invalid_amount", amount=str(value)[:64]) from None
    # The exponent is bounded first, for a text such as 1E+999999 would be long.
    if not number.is_finite() or abs(number.adjusted()) > 40:
        raise InvalidInput("invalid_amount", amount=str(value)[:64])
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _find_standings(accounts: list[str], asset: str) -> Flow[dict[str, tuple[int, int]]]:
    if not accounts:
        return {}
    rows = yield Query("find_standings", (accounts, asset))
    return {path: (balance, version) for path, balance, version in rows}
