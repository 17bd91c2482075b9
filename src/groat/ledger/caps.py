"""Amounts that are meant as "at most": how much of each moves is decided leg by leg, in order."""

from __future__ import annotations

from collections.abc import Collection

from groat.ledger.amounts import AMOUNT_MAX
from groat.ledger.book import Move
from groat.ledger.rows import Account


def cut(moves: list[Move], capped: Collection[int], below_floor: bool = False) -> list[Move]:
    """Return the moves, those with a number in ``capped`` cut to what may move, and without those of nothing.

    What a leg may move is the least of its amount, what its source has above its floor and what its destination takes
    below its ceiling, each as the legs before it leave them. A source without a floor, or a caller who may go below it,
    moves the whole amount.
    """
    left: dict[Account, int] = {}
    filled: dict[Account, int] = {}
    kept = []
    for move in moves:
        amount = max(move.amount, move.pending)
        source, destination = move.source, move.destination
        if move.number in capped:
            amount = min(amount, _room(source, left, below_floor), _space(destination, filled))
            if amount <= 0:
                continue
            move = move._replace(amount=amount) if move.amount else move._replace(pending=amount)
        kept.append(move)
        left[source] = left.get(source, 0) - amount
        filled[destination] = filled.get(destination, 0) + amount
        if move.amount:
            # The legs behind this one can spend the amount, and its source has more room below its ceiling.
            left[destination] = left.get(destination, 0) + amount
            filled[source] = filled.get(source, 0) - amount
    return kept


def _room(source: Account, left: dict[Account, int], below_floor: bool) -> int:
    if source.floor is None or below_floor:
        return AMOUNT_MAX
    return source.available + left.get(source, 0) - source.floor


def _space(destination: Account, filled: dict[Account, int]) -> int:
    if destination.ceiling is None:
        return AMOUNT_MAX
    return destination.ceiling - destination.reach - filled.get(destination, 0)
