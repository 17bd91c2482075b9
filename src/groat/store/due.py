"""Expire the holds that are due on accounts whose limits a batch checks, before it decides by these limits.

A refusal is frozen for ever, so a hold that is over and only waits for its turn must not cause one. A caller's batch
leaves alone the holds that are due elsewhere. Rules D1 and D2 of docs/architecture.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from groat.ledger.book import Book, Pair, Refs, TransactionRow
from groat.ledger.commands import Checks, Command
from groat.store.flow import Flow, Query

ON_ACCOUNT_MAX: Final = 100
"""A batch expires at most so many holds on one account. If more are due, commands that need it wait for the next."""
IN_BATCH_MAX: Final = 500

GIVES: Final = 0
RECEIVES: Final = 1
_Side = tuple[str, str, int]


class CatchUp:
    """Chooses the holds that one batch expires for its commands, and the commands that must wait for more."""

    def __init__(self) -> None:
        self.wanted: set[str] = set()
        self._checks: dict[int, Checks] = {}
        self._any = False
        self._taken: set[_Side] = set()
        self._more: set[_Side] = set()

    def find(
        self,
        commands: Iterable[Command],
        book: Book,
        originals: Mapping[str, TransactionRow],
    ) -> Flow[None]:
        """Read which holds to expire, ``wanted``, the longest due first. Call it before any row is locked."""
        found = yield from self._due_on(commands, book, originals, ON_ACCOUNT_MAX)
        self.wanted = {id for _, id in sorted({(at, id) for id, _, at in found})[:IN_BATCH_MAX]}

    def look_again(
        self,
        commands: Sequence[Command],
        book: Book,
        originals: Mapping[str, TransactionRow],
        expiring: set[str],
    ) -> Flow[None]:
        """Read which holds are due beside ``expiring``, once the accounts are locked: commands that need these wait."""
        if not commands or (yield Query("any_due_by", (book.now,))) is None:
            return
        self._any = True
        # Ask for one more on each account than a batch expires, to see whether more are due.
        for id, side, _ in (yield from self._due_on(commands, book, originals, ON_ACCOUNT_MAX + 1)):
            if id in expiring:
                continue
            hold = book.holds.get(id)
            if hold is not None and hold.cause is not None:
                # A hold with a cause ends only through that cause, even when it is due.
                continue
            # Another transaction has locked a hold that this batch wanted to expire, or an account of it.
            (self._taken if id in self.wanted else self._more).add(side)

    def is_locked_elsewhere(self, command: Command) -> bool:
        """Return whether another transaction holds what must be expired before the command is decided."""
        return bool(self._taken) and not self._taken.isdisjoint(self._sides(command))

    def must_wait(self, command: Command, book: Book) -> bool:
        """Return whether more is due than this batch expires, or an earlier command gave an account other limits."""
        if not self._any:
            return False
        sides = self._sides(command)
        if not self._more.isdisjoint(sides):
            return True
        return any(
            (path, asset) in book.accounts and book.has_new_limits(path, asset) for path, asset, _ in sides
        )

    def _due_on(
        self,
        commands: Iterable[Command],
        book: Book,
        originals: Mapping[str, TransactionRow],
        most: int,
    ) -> Flow[list[tuple[str, _Side, int]]]:
        sides: set[_Side] = set()
        for command in commands:
            if id(command) not in self._checks:
                self._checks[id(command)] = checks_of(command, book, originals)
            sides.update(self._sides(command))
        if not sides:
            return []
        rows = yield Query("due_holds_on", (sorted(sides), book.now, most))
        return [(hold, (path, asset, side), at) for hold, path, asset, side, at in rows]

    def _sides(self, command: Command) -> list[_Side]:
        floors, ceilings = self._checks[id(command)]
        return [(*pair, GIVES) for pair in floors] + [(*pair, RECEIVES) for pair in ceilings]


def checks_of(command: Command, book: Book, originals: Mapping[str, TransactionRow]) -> Checks:
    """Return the floors and ceilings that decide a command: those it names, or those of all accounts it needs."""
    said = command.checks(originals)
    if said is not None:
        return said
    own = Refs()
    command.needs(own, book)
    pairs: set[Pair] = set(own.accounts)
    for id in own.transactions & originals.keys():
        for leg in originals[id].legs:
            pairs |= {(leg.source.path, leg.source.asset), (leg.destination.path, leg.destination.asset)}
    return Checks(pairs, pairs)
