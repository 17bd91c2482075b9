"""Holds that are over fall due: the rest of each goes back to the account that gave it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from groat.ledger.book import Book, Pair, Refs
from groat.store.due import Found, Place, Side
from groat.store.flow import Flow, Query

HoldSides = Mapping[str, tuple[Pair, Pair]]
"""Both accounts of holds, the source first, by id."""

NONE_KNOWN: Final[HoldSides] = MappingProxyType({})


class DueHolds:
    """Holds that are open, over, and have no cause. See :class:`groat.store.due.Due`."""

    order = 0

    def find(self, sides: Sequence[Side], now: int, most: int) -> Flow[list[Found]]:
        """Read those that an account with a floor gives, and those that one with a ceiling receives."""
        rows = yield Query("due_holds_on", (sides, now, most))
        return [Found(Place(at, self.order, id), (path, asset, side)) for id, path, asset, side, at in rows]

    def page(self, now: int, after: tuple[int, str], limit: int) -> Flow[list[Place]]:
        """Read the next ones of all."""
        return [Place(at, self.order, id) for id, at in (yield Query("due_holds", (now, *after, limit)))]

    def name(self, ids: set[str], refs: Refs) -> Flow[None]:
        """Name the holds and both accounts of each."""
        yield from name_holds(refs, ids - refs.holds)

    def ready(self, book: Book, taken: set[str]) -> list[Place]:
        """Return the locked ones, also those that commands are about."""
        return [
            Place(hold.expires_at, self.order, hold.id)
            for hold in book.holds.values()
            if hold.is_over(book.now)
            and hold.expires_at is not None
            and taken.isdisjoint((*hold.source.streams, *hold.destination.streams))
        ]

    def waits_for_its_cause(self, book: Book, id: str) -> bool:
        """Return whether the hold has a cause, which the store may not have known."""
        hold = book.holds.get(id)
        return hold is not None and hold.cause is not None

    def do(self, book: Book, id: str, new_id: Callable[[], str]) -> None:
        """Expire the hold."""
        book.expire(book.holds[id], new_id())


def name_holds(refs: Refs, holds: set[str], known: HoldSides = NONE_KNOWN) -> Flow[None]:
    """Name these holds and both accounts of each that exists; of those that are ``known`` nothing is read."""
    refs.holds |= holds
    for id in holds & known.keys():
        refs.known_holds[id] = known[id]
        refs.accounts.update(known[id])
    unknown = sorted(holds - known.keys())
    if unknown:
        for id, source, destination, asset in (yield Query("find_holds", (unknown,))):
            pairs = refs.known_holds[id] = (source, asset), (destination, asset)
            refs.accounts.update(pairs)
