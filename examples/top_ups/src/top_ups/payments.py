"""The command: one commit moves the money, keeps the payment, and tells the payer's screens."""

from __future__ import annotations

from typing import Any, ClassVar

from groat.ledger.amounts import format_amount
from groat.ledger.book import Book, Move, Refs, Table
from groat.ledger.commands import Command, Effect
from groat.ledger.errors import Refusal
from groat.programs.outbox import put
from groat.store.flow import Flow, Query
from top_ups.receipts import RECEIPTS

PAYMENTS = Table("topups_payment", lock="topups_lock", write="topups_write")
PROVIDER = "house:payments"
EVENT = "topup_received"
LISTED_MAX = 100


class TakeIn(Command, kw_only=True):
    """Credit ``owner`` (``user:42``) with a payment of ``amount`` smallest units.

    ``receipt_to`` is the address that hears of it, "" for none.
    """

    kind: ClassVar[str] = "topup"
    payment: str
    owner: str
    amount: int
    asset: str
    receipt_to: str = ""

    def target(self) -> Any:
        """Cover the payment and what it is worth."""
        return (self.payment, self.owner, self.amount, self.asset)

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the payment's row and both accounts."""
        refs.rows.setdefault(PAYMENTS, set()).add(self.payment)
        refs.accounts |= {(PROVIDER, self.asset), (self.owner, self.asset)}

    def decide(self, book: Book) -> Effect | Refusal:
        """Move the money, and tell the owner."""
        source, destination = book.accounts[PROVIDER, self.asset], book.accounts[self.owner, self.asset]
        legs = book.move([Move(0, source, destination, self.amount, 0)])
        if isinstance(legs, Refusal):
            return legs
        made = self.record(book, legs)
        book.put(PAYMENTS, self.payment, [self.payment, self.owner, self.amount, self.asset])
        amount = format_amount(self.amount, book.assets[self.asset].scale)
        data = {"payment": self.payment, "amount": amount, "asset": self.asset}
        book.tell(made.id, self.owner, EVENT, data)
        if self.receipt_to:
            put(book, made.id, RECEIPTS, self.receipt_to, data)
        return Effect([made])


def payments_of(owner: str) -> Flow[list[tuple[str, int, str]]]:
    """List the first payments of an owner by their ids: (id, smallest units, asset)."""
    rows = yield Query("topups_of", (owner, LISTED_MAX))
    return [(id, units, asset) for id, units, asset in rows]


def count_payments() -> Flow[int]:
    """Count all payments."""
    (count,) = yield Query("topups_count")
    return int(count)
