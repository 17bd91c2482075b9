"""Budgets: how much may be spent in an hour, a day or a month.

A budget is on one account and asset, whoever spends, or one principal's share of it; or on a principal across all
accounts. It counts what a caller takes from what is available: postings, and holds when they are made. docs/budgets.md
has the rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from groat.ledger.accounts import ADJUSTMENTS
from groat.ledger.amounts import AMOUNT_MAX, format_amount
from groat.ledger.calendars import window_around
from groat.ledger.crossings import cross
from groat.ledger.errors import Refusal, refusal_rule
from groat.ledger.rows import Account, Leg, Use
from groat.ledger.text import format_time

if TYPE_CHECKING:
    from groat.ledger.book import Book, Move

BUDGETS: Final = 16
"""The bit of :attr:`Account.extras` that says that an account has budgets of its own."""

ALERT: Final = "budget"
"""The kind of the crossings of budgets. Their names are the budget, the percentage, and the window's beginning."""

BUDGETS_MAX: Final = 20
"""An account has at most so many budgets in an asset, a principal so many across accounts."""

BUCKETS: Final = 60
"""A rolling window is counted in so many parts."""

ROLLING: Final = {"hour": 3_600_000_000, "day": 86_400_000_000, "month": 30 * 86_400_000_000}
"""The lengths of rolling windows in microseconds."""


class Budget:
    """A budget as stored: amounts in smallest units, times in microseconds.

    ``account`` is None for one across accounts; ``principal`` is "" for one on whoever spends from the account.
    ``spent`` has what was counted: moments at which windows began, or parts of a rolling one, each with an amount.
    ``set_by`` is ``owner`` for one that the account's owner set, else ``staff``. ``alerts`` are the percentages of
    which somebody is told.
    """

    __slots__ = (
        "account", "alerts", "asset", "created_at", "id", "limit", "principal", "removed_at", "rolling", "scale",
        "set_by", "spent", "stopped", "window", "zone",
    )  # fmt: skip

    def __init__(
        self,
        id: str,
        account: Account | None,
        asset: str,
        scale: int,
        principal: str,
        window: str,
        rolling: bool,
        zone: str,
        limit: int,
        stopped: bool,
        alerts: tuple[int, ...],
        spent: tuple[tuple[int, int], ...],
        set_by: str,
        created_at: int,
        removed_at: int | None = None,
    ) -> None:
        self.id = id
        self.account = account
        self.asset = asset
        self.scale = scale
        self.principal = principal
        self.window = window
        self.rolling = rolling
        self.zone = zone
        self.limit = limit
        self.stopped = stopped
        self.alerts = alerts
        self.spent = spent
        self.set_by = set_by
        self.created_at = created_at
        self.removed_at = removed_at

    def state(self) -> tuple[Any, ...]:
        """Return the values of this row that a command can change."""
        return (self.limit, self.stopped, self.alerts, self.spent, self.removed_at)

    def restore(self, state: tuple[Any, ...]) -> None:
        """Go back to an earlier :meth:`state`."""
        self.limit, self.stopped, self.alerts, self.spent, self.removed_at = state

    @property
    def part(self) -> int:
        """Return the length of a part of its rolling window, in microseconds."""
        return ROLLING[self.window] // BUCKETS

    def begin_of(self, moment: int) -> int:
        """Return when the window, or the part of a rolling one, began that a moment lies in."""
        if self.rolling:
            return moment // self.part * self.part
        return window_around(self.window, self.zone, moment)[0]

    def span_of(self, moment: int) -> int:
        """Return a beginning that tells windows apart: a rolling one counts as another each length of it."""
        length = ROLLING[self.window]
        return moment // length * length if self.rolling else self.begin_of(moment)

    def counts_from(self, now: int) -> int:
        """Return the first beginning that counts now. A rolling window includes the part that it only touches."""
        if self.rolling:
            return (now - ROLLING[self.window]) // self.part * self.part
        return self.begin_of(now)

    def used(self, now: int) -> int:
        """Return how much of it is spent in the window that is current."""
        first = self.counts_from(now)
        return sum(amount for begin, amount in self.spent if begin >= first)

    def left(self, now: int) -> int:
        """Return how much may still be spent of it."""
        return 0 if self.stopped else max(0, self.limit - self.used(now))

    def resets_at(self, now: int) -> int | None:
        """Return when more is left by itself: the next window begins, or what was spent first leaves a rolling one.

        None for a rolling window of which nothing is used.
        """
        if not self.rolling:
            return window_around(self.window, self.zone, now)[1]
        first = self.counts_from(now)
        used = [begin for begin, amount in self.spent if begin >= first and amount]
        return min(used) + self.part + ROLLING[self.window] if used else None

    def count(self, amount: int, now: int) -> int:
        """Count an amount in the window that is current; returns when this began."""
        begin, first = self.begin_of(now), self.counts_from(now)
        spent = {each: size for each, size in self.spent if each >= first}
        spent[begin] = spent.get(begin, 0) + amount
        self.spent = tuple(sorted(spent.items()))
        return begin

    def give_back(self, begin: int, amount: int, now: int) -> int:
        """Count an amount less in the window that began then, if that is current; returns by how much less."""
        spent = dict(self.spent)
        if begin < self.counts_from(now) or begin not in spent:
            return 0
        back = min(amount, spent[begin])
        spent[begin] -= back
        self.spent = tuple(sorted(spent.items()))
        return back


class Spender(NamedTuple):
    """The principal of a command, and the person for whom it acts."""

    principal: str
    actor: str


class Budgets:
    """The budgets of a batch: those of its accounts, and those across accounts by principal."""

    def __init__(self) -> None:
        self.by_id: dict[str, Budget] = {}
        self.on_accounts: dict[Account, tuple[Budget, ...]] = {}
        self.across: dict[str, tuple[Budget, ...]] = {}

    def state(self) -> tuple[Any, ...]:
        """Return all that there are."""
        return (dict(self.by_id), dict(self.on_accounts), dict(self.across))

    def restore(self, state: tuple[Any, ...]) -> None:
        """Go back to an earlier :meth:`state`."""
        self.by_id, self.on_accounts, self.across = map(dict, state)

    def add(self, budget: Budget) -> None:
        """Take in a budget."""
        self.by_id[budget.id] = budget
        if budget.account is None:
            self.across[budget.principal] = (*self.across.get(budget.principal, ()), budget)
        else:
            self.on_accounts[budget.account] = (*self.on_accounts.get(budget.account, ()), budget)

    def drop(self, budget: Budget) -> None:
        """Take out a budget that was removed."""
        self.by_id.pop(budget.id, None)
        if budget.account is None:
            self.across[budget.principal] = tuple(
                b for b in self.across.get(budget.principal, ()) if b is not budget
            )
        else:
            self.on_accounts[budget.account] = tuple(
                b for b in self.on_accounts.get(budget.account, ()) if b is not budget
            )

    def of(self, account: Account, spender: Spender) -> Iterator[Budget]:
        """Yield the budgets that count what somebody spends from an account."""
        for budget in self.on_accounts.get(account, ()):
            if not budget.principal or budget.principal in spender:
                yield budget
        for principal in dict.fromkeys(spender):
            for budget in self.across.get(principal, ()):
                if budget.asset == account.asset:
                    yield budget

    def refusal(self, moves: Iterable[Move], spender: Spender, now: int) -> Refusal | None:
        """Return a refusal if the moves of a transaction are more than a budget has left; none is counted yet."""
        tally = Tally(self, spender, now)
        for move in moves:
            if counts(move):
                amount = move.amount + move.pending
                tightest = tally.tightest(move.source)
                if tightest is not None and tally.left(tightest) < amount:
                    return _exceeded(tightest, now)
                tally.take(move.source, amount)
        return None

    def note(self, moves: list[Move], legs: list[Leg], book: Book, *, spends: bool) -> list[Leg]:
        """Count the moves that were made, and give back what others give back; returns the legs with what they did."""
        noted = []
        for move, leg in zip(moves, legs, strict=True):
            uses: tuple[Use, ...] = ()
            if move.back is not None:
                uses = self._give_back(move.back.leg.uses, move.amount, book)
            elif move.pending < 0:
                before = move.hold.uses if move.hold is not None else ()
                uses = self._give_back(before, -move.pending - move.amount, book)
            elif spends and counts(move):
                uses = self._count(move, book)
            noted.append(leg._replace(uses=uses) if uses else leg)
        return noted

    def _count(self, move: Move, book: Book) -> tuple[Use, ...]:
        amount = move.amount + move.pending
        uses = []
        for budget in self.of(move.source, book.spender):
            book.touch(budget)
            before = budget.used(book.now)
            uses.append(Use(budget.id, budget.count(amount, book.now), amount))
            for percent in budget.alerts if budget.limit else ():
                if before * 100 < budget.limit * percent <= (before + amount) * 100:
                    ref = f"{budget.id}/{percent}/{budget.span_of(book.now)}"
                    cross(book, ALERT, ref, move.source, "down")
        if move.hold is not None:
            move.hold.uses = tuple(uses)
        return tuple(uses)

    def _give_back(self, before: tuple[Use, ...], amount: int, book: Book) -> tuple[Use, ...]:
        """Give an amount back where it was counted. Nothing given back is noted, too: a reversal finds it there."""
        uses = []
        for use in before:
            budget, back = self.by_id.get(use.budget), 0
            if budget is not None:
                book.touch(budget)
                back = budget.give_back(use.begin, amount, book.now)
            uses.append(Use(use.budget, use.begin, -back))
        return tuple(uses)


class Tally:
    """Adds up what the moves of a transaction take of budgets, before any is counted."""

    def __init__(self, budgets: Budgets, spender: Spender, now: int) -> None:
        self._budgets = budgets
        self._spender = spender
        self._now = now
        self._taken: dict[Budget, int] = {}

    def left(self, budget: Budget) -> int:
        """Return how much of a budget is left beside what was taken."""
        return budget.left(self._now) - self._taken.get(budget, 0)

    def tightest(self, account: Account) -> Budget | None:
        """Return the budget of which the least is left to spend from an account, None if it has no budget."""
        found = list(self._budgets.of(account, self._spender))
        return min(found, key=lambda each: (self.left(each), each.id)) if found else None

    def room(self, move: Move) -> int:
        """Return how much a move may take at most."""
        tightest = self.tightest(move.source) if counts(move) else None
        return AMOUNT_MAX if tightest is None else self.left(tightest)

    def take(self, account: Account, amount: int) -> None:
        """Take an amount of all budgets."""
        for budget in self._budgets.of(account, self._spender):
            self._taken[budget] = self._taken.get(budget, 0) + amount


def counts(move: Move) -> bool:
    """Return whether a move counts on budgets: it takes from what is available, and adjusts no balance."""
    return (
        move.pending >= 0
        and move.amount + move.pending > 0
        and move.back is None
        and move.ending is None
        and move.past is None
        and move.destination.path != ADJUSTMENTS
    )


def _exceeded(budget: Budget, now: int) -> Refusal:
    fields = {
        "budget": budget.id,
        "asset": budget.asset,
        "window": budget.window,
        "limit": format_amount(budget.limit, budget.scale),
        "left": format_amount(budget.left(now), budget.scale),
    }
    if budget.account is not None:
        fields["account"] = budget.account.path
    if budget.principal:
        fields["of"] = budget.principal
    resets_at = budget.resets_at(now)
    if resets_at is not None:
        fields["resets_at"] = format_time(resets_at)
    detail = "The budget is stopped. Resume it to spend again." if budget.stopped else ""
    return Refusal("budget_exceeded", detail or refusal_rule("budget_exceeded").meaning, fields)
