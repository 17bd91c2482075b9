"""The commands that end grants: one voids a grant, the ledger itself books what expired."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from groat.ledger.amounts import AMOUNT_MAX
from groat.ledger.book import Book, Move, Refs, refuse
from groat.ledger.commands import Checks, Command, Effect
from groat.ledger.errors import InvalidInput, Refusal
from groat.ledger.grants import BREAKAGE, GrantEnd, short_of
from groat.ledger.rows import Account, Grant, TransactionRow
from groat.ledger.text import check_id

VOID_GRANT: Final = "void_grant"
EXPIRE_GRANT: Final = "expire_grant"
RETURN_GRANT: Final = "return_grant"

AUTOMATIC: Final[dict[str, str]] = {
    "expire": "a hold is over",
    EXPIRE_GRANT: "what was free of a grant expired",
    RETURN_GRANT: "what a hold or a reversal gave back to a voided grant goes where the grant came from",
}
"""The kinds of transactions that the ledger makes by itself, without a key, and when it does."""

SYSTEM: Final = "system:expiry"


class VoidGrant(Command, kw_only=True):
    """Take back what is free of a grant, or ``amount`` of it, for the account that gave it.

    Without an amount the grant ends: what is held of it stays valid for its holds, and what comes back goes the same
    way. A grant that has ended cannot be voided. A reason is required.
    """

    kind: ClassVar[str] = VOID_GRANT
    grant: str
    amount: int | None = None

    def target(self) -> Any:
        """Cover the grant and how much of it."""
        return (self.grant, self.amount)

    def check(self, assets: Any) -> None:
        """See :meth:`Command.check`."""
        Command.check(self, assets)
        self.grant = check_id(self.grant)
        if not self.reason.strip():
            raise InvalidInput("reason_required")
        if self.amount is not None and not 0 < self.amount <= AMOUNT_MAX:
            raise InvalidInput("amount_overflow" if self.amount > 0 else "amount_not_positive")

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the grant; the store adds its account and the one that gave it."""
        refs.grants.add(self.grant)

    def checks(self, originals: Mapping[str, TransactionRow]) -> Checks:
        """Check no limits: the free part of a grant is there."""
        return Checks(set(), set())

    def decide(self, book: Book) -> Effect | Refusal:
        """Post the free part back."""
        grant = book.grants.get(self.grant)
        if grant is None:
            return refuse("grant_not_found", grant=self.grant)
        early = self.too_early(book)
        if early:
            return early
        # An expired part goes to breakage, whether that is booked by now or not.
        ended = grant.ended(max(book.now, grant.account.as_of))
        free = 0 if ended else grant.free
        amount = free if self.amount is None else self.amount
        if ended or grant.remaining == 0 or amount > free:
            return short_of(grant, free)
        if self.amount is None:
            book.touch(grant)
            grant.voided_at = book.now
        legs = book.move([_ending(book, grant, amount, voids=True)], limits=False)
        if isinstance(legs, Refusal):
            return legs
        return Effect([self.record(book, legs)])


def end_grant(book: Book, grant: Grant, id: str) -> None:
    """Book what is free of a grant that has ended; the transaction ``id`` of the ledger itself does it."""
    voids, due_at = grant.voided_at is not None, grant.due_at
    legs = book.move([_ending(book, grant, grant.free, voids)], limits=False)
    assert not isinstance(legs, Refusal)
    kind, reason = (RETURN_GRANT, "Grant voided") if voids else (EXPIRE_GRANT, "Grant expired")
    key = f"{grant.id}/{legs[0].source_version}"
    effective_at = book.now if due_at is None else min(due_at, book.now)
    book.make(TransactionRow(id, kind, SYSTEM, key, SYSTEM, reason, None, effective_at, book.now, legs))


def receiver_of(book: Book, grant: Grant, voids: bool) -> Account | None:
    """Return the account that what ended of a grant goes to, None if it is not on the book."""
    if not voids:
        return book.accounts.get((BREAKAGE, grant.account.asset))
    return next((each for each in book.accounts.values() if each.id == grant.origin), None)


def _ending(book: Book, grant: Grant, amount: int, voids: bool) -> Move:
    receiver = receiver_of(book, grant, voids)
    assert receiver is not None
    return Move(0, grant.account, receiver, amount, 0, ending=GrantEnd(grant, voids))
