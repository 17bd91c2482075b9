"""The command that posts a transaction backwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal

from groat.ledger.amounts import AMOUNT_MAX, Asset, format_amount
from groat.ledger.book import Book, Move, Refs, refuse
from groat.ledger.causes import other_door
from groat.ledger.commands import Checks, Command, Effect
from groat.ledger.errors import InvalidInput, Refusal
from groat.ledger.granting import AUTOMATIC, VOID_GRANT
from groat.ledger.grants import Back, short_of, shortfall
from groat.ledger.rows import Leg, TransactionRow
from groat.ledger.text import check_id, format_time

NOT_REVERSIBLE: Final = frozenset({"reverse", VOID_GRANT, *AUTOMATIC})
"""The kinds of transactions without a way back. What ended a grant stays ended: a new grant makes up for it."""


class Reverse(Command, kw_only=True):
    """Post a transaction backwards: all that is left of it, or ``amounts`` per posting (None: all, 0: nothing).

    What goes back into a grant that expired meanwhile is ``expired``: ``book`` books it as expired at once, ``restore``
    grants it anew. If less is left of a grant than is to be taken back, ``short`` says to ``refuse``, or to spend the
    rest even below the floor (``debt``).
    """

    kind: ClassVar[str] = "reverse"
    transaction: str
    amounts: tuple[int | None, ...] | None = None
    below_floor: bool = False
    expired: Literal["book", "restore"] = "book"
    short: Literal["refuse", "debt"] = "refuse"

    def target(self) -> Any:
        """Cover the transaction, how much of it, and what happens to grants."""
        if (self.expired, self.short) != ("book", "refuse"):
            return (self.transaction, self.amounts, self.below_floor, self.expired, self.short)
        return (self.transaction, self.amounts, self.below_floor)

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`."""
        Command.check(self, assets)
        self.transaction = check_id(self.transaction)
        for amount in self.amounts or ():
            if amount is not None and not 0 <= amount <= AMOUNT_MAX:
                raise InvalidInput("amount_overflow" if amount > 0 else "amount_not_positive")
        if self.amounts and not any(amount is None or amount for amount in self.amounts):
            raise InvalidInput("amount_not_positive")

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the transaction; the store adds the accounts it moved."""
        refs.transactions.add(self.transaction)

    def checks(self, originals: Mapping[str, TransactionRow]) -> Checks:
        """Check the floor of each destination and the ceiling of each source of the original."""
        original = originals.get(self.transaction)
        legs = original.legs if original else []
        return Checks(
            {(leg.destination.path, leg.destination.asset) for leg in legs},
            {(leg.source.path, leg.source.asset) for leg in legs},
        )

    def decide(self, book: Book) -> Effect | Refusal:
        """Post each wanted leg from its destination back to its source."""
        original = book.transactions.get(self.transaction)
        if original is None:
            return refuse("transaction_not_found", transaction=self.transaction)
        if original.cause is not None:
            return other_door(original.cause, "moved", transaction=original.id)
        legs = self.put_back(book, original)
        return legs if isinstance(legs, Refusal) else Effect([self.record(book, legs, reverses=original.id)])

    def put_back(self, book: Book, original: TransactionRow) -> list[Leg] | Refusal:
        """Move what is wanted of a transaction backwards, whatever its cause; returns the legs."""
        posted = [leg for leg in original.legs if leg.amount]
        if original.kind in NOT_REVERSIBLE or not posted:
            return refuse("not_reversible", transaction=original.id, kind=original.kind)
        if self.amounts is not None and len(self.amounts) != len(original.legs):
            return refuse("wrong_legs", transaction=original.id, postings=str(len(original.legs)))
        moves: list[Move] = []
        restore, debt = self.expired == "restore", self.short == "debt"
        for index, leg in enumerate(original.legs):
            before = original.reversed.get(leg.number, 0)
            left = leg.amount - before
            wanted = self.amounts[index] if self.amounts is not None else None
            amount = left if wanted is None else wanted
            if amount > left:
                return self._exceeds(original, leg, left)
            if amount:
                back = Back(leg, before, original.recorded_at, restore, debt)
                moves.append(Move(leg.number, leg.destination, leg.source, amount, 0, back=back))
        if not moves:
            return self._exceeds(original, posted[0], 0)
        early = self.too_early(book)
        if early:
            return early
        if self.effective_at is not None and self.effective_at < original.effective_at:
            return refuse(
                "before_original", transaction=original.id, effective_at=format_time(original.effective_at)
            )
        if book.purses:
            for move in moves:
                spent = shortfall(move)
                if spent is not None:
                    return short_of(spent, spent.free)
        book.touch(original)
        legs = book.move(moves, below_floor=self.below_floor or debt, act="reverse")
        if isinstance(legs, Refusal):
            return legs
        for leg in legs:
            original.reversed[leg.number] = original.reversed.get(leg.number, 0) + leg.amount
        return legs

    def _exceeds(self, original: TransactionRow, leg: Leg, left: int) -> Refusal:
        remaining = format_amount(left, leg.source.scale)
        return refuse(
            "exceeds_transaction", transaction=original.id, posting=str(leg.number), remaining=remaining
        )
