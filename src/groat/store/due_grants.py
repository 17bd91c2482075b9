"""Grants that have ended fall due: what is free of them goes to breakage, or back to the account that gave it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from groat.ledger.book import Book, Refs
from groat.ledger.granting import end_grant, receiver_of
from groat.ledger.grants import BREAKAGE
from groat.store.due import Found, Place, Side
from groat.store.flow import Flow, Query
from groat.store.grants import name_grants


class DueGrants:
    """Grants that expired or were voided, and have a free part. See :class:`groat.store.due.Due`."""

    order = 2

    def find(self, sides: Sequence[Side], now: int, most: int) -> Flow[list[Found]]:
        """Read those of the accounts that are to give, whatever their floor: they no longer pay."""
        rows = yield Query("due_grants_on", (sides, now, most))
        return [Found(Place(at, self.order, id), (path, asset, side)) for id, path, asset, side, at in rows]

    def page(self, now: int, after: tuple[int, str], limit: int) -> Flow[list[Place]]:
        """Read the next ones of all."""
        return [Place(at, self.order, id) for id, at in (yield Query("due_grants", (now, *after, limit)))]

    def name(self, ids: set[str], refs: Refs) -> Flow[None]:
        """Name the grants, their accounts, and those that receive what ended."""
        assets = yield from name_grants(refs, ids)
        refs.accounts |= {(BREAKAGE, asset) for asset in assets}

    def ready(self, book: Book, taken: set[str]) -> list[Place]:
        """Return those that were named, and those that commands are about, if both accounts of each are free."""
        places = []
        for id in book.named_grants & book.grants.keys():
            grant = book.grants[id]
            if grant.due_at is None or grant.due_at > book.now or grant.account not in book.purses:
                continue
            receiver = receiver_of(book, grant, grant.voided_at is not None)
            if receiver is not None and taken.isdisjoint((*grant.account.streams, *receiver.streams)):
                places.append(Place(grant.due_at, self.order, id))
        return places

    def waits_for_its_cause(self, book: Book, id: str) -> bool:
        """Return False: a grant ends by itself."""
        return False

    def do(self, book: Book, id: str, new_id: Callable[[], str]) -> None:
        """Book what is free of the grant, if a hold has not taken it by now."""
        grant = book.grants[id]
        if grant.free:
            end_grant(book, grant, new_id())
