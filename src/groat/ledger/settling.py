"""The command that ends a hold with what was really used, be it less or more than was reserved."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final, Literal, get_args

import msgspec

from groat.ledger.amounts import AMOUNT_MAX, Asset, format_amount
from groat.ledger.book import Book, Move, refuse
from groat.ledger.caps import cut
from groat.ledger.commands import Effect, Resolve
from groat.ledger.errors import InvalidInput, Refusal
from groat.ledger.rows import HOLD_CAPTURED, HOLD_OPEN, HOLD_RELEASED, HoldRow, Leg
from groat.ledger.text import METADATA_BYTES_MAX
from groat.ledger.views import SETTLE, SettledView, Unpaid

Excess = Literal["refuse", "available", "overdraft"]

RESERVED: Final = 0
BEYOND: Final = 1
"""The numbers of the two postings of a settlement: of what was reserved, and of what goes beyond it."""

UNPAID_BYTES: Final = 256
"""The room that a settlement's metadata leave for what was not paid."""


class SettleHold(Resolve, kw_only=True):
    """Post ``actual`` (smallest units) for a hold: up to what is left of it in any case, and free the rest.

    The ``excess`` over it is an ordinary spend between the same accounts. Where it does not fit, ``refuse`` posts
    nothing of it, ``available`` what there is, and ``overdraft`` (a right that the caller must hold) goes below the
    floor by at most so much. What is not posted is the shortfall. Of a hold that expired or was released all is excess,
    and ``refuse`` then refuses.
    """

    kind: ClassVar[str] = SETTLE
    actual: int
    excess: Excess = "refuse"
    overdraft: int = 0

    def target(self) -> Any:
        """Cover the hold, how much was used, and what becomes of the excess."""
        return (self.named, self.actual, self.excess, self.overdraft)

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`~groat.ledger.commands.Command.check`."""
        Resolve.check(self, assets)
        for amount in (self.actual, self.overdraft):
            if not 0 <= amount <= AMOUNT_MAX:
                raise InvalidInput("amount_overflow" if amount > 0 else "amount_not_positive")
        if self.excess not in get_args(Excess) or (self.excess == "overdraft") != (self.overdraft > 0):
            raise InvalidInput("invalid_excess")
        if SETTLE in (self.metadata or {}):
            raise InvalidInput(
                "invalid_metadata", f"The member {SETTLE} of a settlement's metadata is groat's."
            )
        if len((self.encoded_metadata or "").encode()) > METADATA_BYTES_MAX - UNPAID_BYTES:
            raise InvalidInput("metadata_too_large")

    def limited_holds(self) -> Iterable[str]:
        """See :meth:`~groat.ledger.commands.Command.limited_holds`."""
        return () if self.item is not None else (self.hold,)

    def decide(self, book: Book) -> Effect | Refusal:
        """Capture what was reserved, then spend the excess as far as the policy goes."""
        hold = self.found_hold(book)
        if isinstance(hold, Refusal):
            return hold
        if hold.status == HOLD_CAPTURED:
            return refuse("hold_resolved", hold=self.hold, state=hold.status)
        early = self.too_early(book)
        if early:
            return early
        if hold.status == HOLD_OPEN:
            return self._settle(book, hold)
        return self._settle_late(book, hold)

    def _settle(self, book: Book, hold: HoldRow) -> Effect | Refusal:
        captured = min(self.actual, hold.remaining)
        status = HOLD_CAPTURED if captured else HOLD_RELEASED
        move = book.resolve(hold, captured, hold.remaining, status)
        legs = book.move([move], limits=False, act="resolve")
        if isinstance(legs, Refusal):
            return legs
        excess = self.actual - captured
        beyond = self._spend(book, hold, excess) if excess else []
        if isinstance(beyond, Refusal):
            # The account's state or its limits keep the excess out, never what was reserved.
            return self._record(book, hold, legs, excess, beyond.code)
        return self._record(book, hold, legs + beyond, excess - sum(leg.amount for leg in beyond))

    def _settle_late(self, book: Book, hold: HoldRow) -> Effect | Refusal:
        """Post the actual of a hold that has ended, once: it then counts as captured, though nothing of it was."""
        if self.actual == 0:
            nothing = format_amount(0, hold.source.scale)
            settled = SettledView(nothing, nothing, nothing, nothing)
            return Effect(accounts=[hold.source], extra=msgspec.to_builtins(settled))
        legs = self._spend(book, hold, self.actual)
        if isinstance(legs, Refusal):
            return legs
        shortfall = self.actual - sum(leg.amount for leg in legs)
        if not legs:
            # A posting of nothing tells both accounts that the hold was settled, and that its use was not paid.
            told = book.move([Move(BEYOND, hold.source, hold.destination, 0, 0)])
            if isinstance(told, Refusal):
                return told
            legs = told
        book.touch(hold)
        hold.status = HOLD_CAPTURED
        return self._record(book, hold, legs, shortfall)

    def _spend(self, book: Book, hold: HoldRow, excess: int) -> list[Leg] | Refusal:
        """Move the excess from the hold's source to its destination as the policy says."""
        moves = [Move(BEYOND, hold.source, hold.destination, excess, 0)]
        if self.excess != "refuse":
            moves = cut(book, moves, [BEYOND], overdraft=self.overdraft)
        if not moves:
            return []
        return book.move(moves, below_floor=self.overdraft > 0)

    def _record(
        self, book: Book, hold: HoldRow, legs: list[Leg], shortfall: int, refused: str = ""
    ) -> Effect:
        metadata = self.encoded_metadata
        if shortfall:
            unpaid = Unpaid(format_amount(shortfall, hold.source.scale), refused)
            given = msgspec.json.decode(metadata) if metadata else {}
            metadata = msgspec.json.encode({**given, SETTLE: unpaid}, order="deterministic").decode()
        return Effect([self.record(book, legs, hold=hold, metadata=metadata)])
