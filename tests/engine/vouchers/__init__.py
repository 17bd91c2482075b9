"""A small made-up program, as somebody would write one: vouchers that can be redeemed once.

It has a table of its own, locks rows of it, moves money and tells two streams, all in the commit of one batch.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from groat.ledger.book import Book, Move, Refs, Table
from groat.ledger.commands import Command, Effect
from groat.ledger.errors import Refusal
from groat.store.extension import Extension

VOUCHERS = Extension("vouchers", Path(__file__).parent)
TABLE = Table("voucher", lock="lock_vouchers", write="write_vouchers")
POT = "house:vouchers"


class Issue(Command, kw_only=True):
    """Make a voucher for an owner. It moves no money, and so makes no transaction."""

    kind: ClassVar[str] = "voucher_issue"
    voucher: str
    owner: str
    amount: int | None

    def target(self) -> Any:
        return (self.voucher, self.owner, self.amount)

    def ids_needed(self) -> int:
        return 0

    def needs(self, refs: Refs, book: Book) -> None:
        refs.rows.setdefault(TABLE, set()).add(self.voucher)

    def decide(self, book: Book) -> Effect | Refusal:
        if book.row(TABLE, self.voucher) is not None:
            return Refusal("voucher_exists", "There is such a voucher.")
        book.put(TABLE, self.voucher, [self.voucher, self.amount, self.owner, 0])
        return Effect(extra={"voucher": self.voucher})


class Redeem(Command, kw_only=True):
    """Pay a voucher out to its owner, whom only the voucher's row names: so the rows are locked in two stages."""

    kind: ClassVar[str] = "voucher_redeem"
    staged: ClassVar[bool] = True
    voucher: str

    def target(self) -> Any:
        return self.voucher

    def needs(self, refs: Refs, book: Book) -> None:
        refs.rows.setdefault(TABLE, set()).add(self.voucher)
        refs.streams.add("role:staff")
        row = book.rows.get((TABLE, self.voucher))
        if row and row.values:
            refs.accounts |= {(POT, "CREDIT"), (row.values[2], "CREDIT")}

    def decide(self, book: Book) -> Effect | Refusal:
        values = book.row(TABLE, self.voucher)
        if values is None:
            return Refusal("voucher_not_found", "There is no such voucher.")
        id, amount, owner, redeemed = values
        if redeemed:
            return Refusal("voucher_redeemed", "The voucher was redeemed before.")
        legs = book.move([Move(0, book.accounts[POT, "CREDIT"], book.accounts[owner, "CREDIT"], amount, 0)])
        if isinstance(legs, Refusal):
            return legs
        made = self.record(book, legs)
        book.put(TABLE, id, [id, amount, owner, 1])
        book.tell(made.id, "role:staff", "voucher_redeemed", {"voucher": id, "amount": amount})
        book.tell(made.id, owner, "voucher_redeemed", {"voucher": id})
        return Effect([made], extra={"left": 0})
