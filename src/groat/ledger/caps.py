"""Amounts that are meant as "at most": how much of each moves is decided leg by leg, in order."""

from __future__ import annotations

from collections.abc import Collection

from groat.ledger.amounts import AMOUNT_MAX
from groat.ledger.book import Book, Move
from groat.ledger.budgets import Tally, counts
from groat.ledger.rows import Account, Purse


def cut(
    book: Book, moves: list[Move], capped: Collection[int], below_floor: bool = False, overdraft: int = 0
) -> list[Move]:
    """Return the moves, those with a number in ``capped`` cut to what may move, and without those of nothing.

    What a leg may move is the least of its amount, what its source has above its floor and what its destination takes
    below its ceiling, each as the legs before it leave them. A source without a floor, or a caller who may go below it,
    moves the whole amount; with an ``overdraft`` the floor lies so much lower. From one person to another nothing moves
    of grants that may not be passed on. Budgets count all legs.
    """
    tally = None if book.budgets is None else Tally(book.budgets, book.spender, book.now)
    passing: dict[Account, _Passing] = {}
    left: dict[Account, int] = {}
    filled: dict[Account, int] = {}
    kept = []
    for move in moves:
        amount = max(move.amount, move.pending)
        source, destination = move.source, move.destination
        passes = source.stream is not None and destination.stream is not None
        purse = book.purses.get(source) if book.stays else None
        if purse is not None and source not in passing:
            passing[source] = _Passing(purse, book)
        if move.number in capped:
            amount = min(amount, _room(source, left, below_floor) + overdraft, _space(destination, filled))
            stays = passing[source].stays if purse is not None and passes else 0
            if stays:
                amount = min(amount, source.available + left.get(source, 0) - stays)
            if tally is not None:
                amount = min(amount, tally.room(move))
            if amount <= 0:
                continue
            move = move._replace(amount=amount) if move.amount else move._replace(pending=amount)
        kept.append(move)
        if tally is not None and counts(move):
            tally.take(move.source, amount)
        if purse is not None and move.pending >= 0:
            passing[source].spend(amount, passes)
        left[source] = left.get(source, 0) - amount
        filled[destination] = filled.get(destination, 0) + amount
        if move.amount:
            # The legs behind this one can spend the amount, and its source has more room below its ceiling.
            left[destination] = left.get(destination, 0) + amount
            filled[source] = filled.get(source, 0) - amount
    return kept


class _Passing:
    """The free parts of a source's grants, in the order of spending, as the legs before leave them."""

    def __init__(self, purse: Purse, book: Book) -> None:
        purse.need_all()
        self._parts = [(grant.free, grant.cls in book.stays) for grant in purse.live]

    @property
    def stays(self) -> int:
        """Return how much may not be passed on."""
        return sum(free for free, stays in self._parts if stays)

    def spend(self, amount: int, passes: bool) -> None:
        """Spend an amount; what ``passes`` to another person is of those grants that may be passed on."""
        for place, (free, stays) in enumerate(self._parts):
            if not (stays and passes):
                paid = min(free, amount)
                self._parts[place] = free - paid, stays
                amount -= paid


def _room(source: Account, left: dict[Account, int], below_floor: bool) -> int:
    if source.floor is None or below_floor:
        return AMOUNT_MAX
    return source.available + left.get(source, 0) - source.floor


def _space(destination: Account, filled: dict[Account, int]) -> int:
    if destination.ceiling is None:
        return AMOUNT_MAX
    return destination.ceiling - destination.reach - filled.get(destination, 0)
