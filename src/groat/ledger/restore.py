"""Make the transactions of another ledger again, with their ids, keys, texts, dates and holds."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from groat.ledger.amounts import Asset
from groat.ledger.book import Book, Move, Refs, refuse
from groat.ledger.budgets import Budgets
from groat.ledger.commands import Command, Effect
from groat.ledger.errors import InvalidInput, Refusal
from groat.ledger.granting import AUTOMATIC, EXPIRE_GRANT, RETURN_GRANT, VOID_GRANT
from groat.ledger.grants import PastAllocation
from groat.ledger.keys import Form
from groat.ledger.rows import (
    HOLD_CAPTURED,
    HOLD_EXPIRED,
    HOLD_OPEN,
    HOLD_RELEASED,
    Account,
    Grant,
    HoldPart,
    HoldParts,
    HoldRow,
    Leg,
    TransactionRow,
    Use,
)
from groat.ledger.views import SETTLE

DUE = frozenset({*AUTOMATIC, VOID_GRANT})
HOLD_STATES = (HOLD_OPEN, HOLD_CAPTURED, HOLD_RELEASED, HOLD_EXPIRED)


class PastGrant(msgspec.Struct, frozen=True, array_like=True):
    """By how much a posting changed a grant of an account, in smallest units, and the terms of the grant.

    Times are microseconds. ``due_at`` and ``voided_at`` are how the grant stood in the end, for its last allocation.
    """

    grant: str
    account: str
    amount: int
    held: int
    cls: str
    expires_at: int | None
    voided_at: int | None
    due_at: int | None
    priority: int
    cause: str
    note: str
    parent: str | None
    origin: str
    version: int
    created_at: int


class PastPosting(msgspec.Struct, frozen=True, array_like=True):
    """A posting as it was: the amount posted, and by how much the pending counters changed, in smallest units."""

    number: int
    source: str
    destination: str
    asset: str
    amount: int
    pending: int
    grants: tuple[PastGrant, ...] = ()
    uses: tuple[Use, ...] = ()


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction as it was. ``hold`` is what it made or resolved, and ``state`` how that stood after it.

    ``expires_at`` (microseconds, None for never) is for the last transaction of an open hold.
    """

    id: str
    kind: str
    reason: str
    metadata: str | None
    effective_at: int
    lines: tuple[PastPosting, ...]
    reverses: str | None = None
    hold: str | None = None
    state: str | None = None
    expires_at: int | None = None


class Restore(Command, kw_only=True):
    """Make the transactions of one key again. Limits do not apply, for they happened; what exists is left as it is.

    ``body`` and ``form`` stood under the key; without a body nobody can repeat the call under it. ``answer`` is what
    such a call is answered with beside the transactions.
    """

    kind: ClassVar[str] = "restore"
    made: tuple[Made, ...]
    body: str = ""
    form: int = Form.OWN
    answer: dict[str, str] | None = None

    def target(self) -> Any:
        """Cover everything that is made."""
        return self.made

    def ids_needed(self) -> int:
        """Return one for each transaction, though they keep their own ids."""
        return len(self.made)

    def body_digest(self) -> str:
        """Return the digest that was stored under the key."""
        return self.body or Command.body_digest(self)

    def key_form(self) -> int:
        """The form in which the key stood."""
        return self.form

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`."""
        Command.check(self, assets)
        for line in (line for made in self.made for line in made.lines):
            if line.asset not in assets:
                raise InvalidInput("unknown_asset", asset=line.asset)

    def needs(self, refs: Refs, book: Book) -> None:
        """Need all accounts and holds, and the transactions where they exist."""
        for made in self.made:
            refs.transactions.add(made.id)
            if made.reverses is not None:
                refs.transactions.add(made.reverses)
            if made.hold is not None:
                refs.holds.add(made.hold)
            for line in made.lines:
                refs.accounts |= {(line.source, line.asset), (line.destination, line.asset)}
                for past in line.grants:
                    refs.grants.add(past.grant)
                    refs.accounts.add((past.origin, line.asset))

    def decide(self, book: Book) -> Effect | Refusal:
        """Post the transactions that do not exist yet."""
        rows: list[TransactionRow] = []
        for made in self.made:
            if made.id in book.transactions or self._ended_here(book, made):
                continue
            row = self._make(book, made)
            if isinstance(row, Refusal):
                return row
            rows.append(row)
        return Effect(rows, extra=self.answer)

    def _make(self, book: Book, made: Made) -> TransactionRow | Refusal:
        if made.effective_at > book.now:
            return refuse("future_effective_date", transaction=made.id)
        if made.reverses is not None and made.reverses not in book.transactions:
            return refuse("transaction_not_found", transaction=made.reverses)
        closed = self._closed(book, made)
        if closed is not None:
            return refuse("account_closed", account=closed.path, asset=closed.asset)
        hold = book.holds.get(made.hold) if made.hold is not None else None
        moves: list[Move] = []
        for line in made.lines:
            sides = book.accounts[line.source, line.asset], book.accounts[line.destination, line.asset]
            past = tuple(
                PastAllocation(self._grant(book, made, line, each), each.amount, each.held)
                for each in line.grants
            )
            move = Move(line.number, *sides, line.amount, line.pending, past=past)
            if line.pending > 0:
                hold = HoldRow(made.id, *sides, line.pending, 0, 0, None, HOLD_OPEN, book.now)
                book.holds[made.id] = hold
            elif line.pending < 0:
                refused = self._may_resolve(hold, made, line)
                if refused is not None:
                    return refused
                assert hold is not None
                status = (
                    made.state if made.state in HOLD_STATES and made.state != HOLD_OPEN else HOLD_RELEASED
                )
                move = book.resolve(hold, line.amount, -line.pending, status)
                move = move._replace(number=line.number, past=past)
            moves.append(move)
        legs = book.move(moves, limits=False) if moves else []
        if isinstance(legs, Refusal):
            return legs
        if any(line.uses for line in made.lines):
            # The budgets follow when all transactions are there.
            book.budgets = book.budgets or Budgets()
            legs = [leg._replace(uses=line.uses) for leg, line in zip(legs, made.lines, strict=True)]
        for leg in legs:
            for account in (leg.source, leg.destination):
                if account.overflows:
                    return refuse("balance_overflow", account=account.path, asset=account.asset)
        if hold is not None:
            book.touch(hold)
            hold.expires_at = made.expires_at
            if made.kind == SETTLE and hold.remaining == 0:
                # One that had ended before it was settled counts as captured, though nothing of it was.
                hold.status = HOLD_CAPTURED if made.state == HOLD_CAPTURED else HOLD_RELEASED
            _note_parts(book, hold, legs)
        for line in made.lines:
            for each in line.grants:
                grant = book.grants[each.grant]
                grant.due_at, grant.voided_at = each.due_at if grant.free else None, each.voided_at
                book.purses[grant.account].look_anew()
        return self._record(book, made, legs, hold)

    def _ended_here(self, book: Book, made: Made) -> bool:
        """Return whether the account that this closed was closing here, too, and has been closed here by itself."""
        return made.kind == "finish_account" and any(
            book.accounts[line.source, line.asset].standing == "closed" for line in made.lines
        )

    def _closed(self, book: Book, made: Made) -> Account | None:
        """Return an account that was closed here, on which only what is due may happen; None if there is none."""
        if not book.restricted or made.kind in DUE:
            return None
        sides = (
            book.accounts[path, line.asset] for line in made.lines for path in (line.source, line.destination)
        )
        return next((account for account in sides if account.standing == "closed"), None)

    def _grant(self, book: Book, made: Made, line: PastPosting, past: PastGrant) -> Grant:
        grant = book.grants.get(past.grant)
        if grant is None:
            account, origin = book.accounts[past.account, line.asset], book.accounts[past.origin, line.asset]
            grant = book.grants[past.grant] = Grant(
                past.grant, account, 0, 0, 0, 0, 0, past.expires_at, None, None, past.priority, past.cls, past.cause,
                past.note, past.parent, made.id, origin.id, past.version, past.created_at, is_new=True,
            )  # fmt: skip
        book.touch(grant)
        if past.amount > 0 and (made.kind != "reverse" or grant.txn == made.id):
            grant.amount += past.amount
        if past.amount < 0 and made.kind == EXPIRE_GRANT:
            grant.expired -= past.amount
        if past.amount < 0 and made.kind in (VOID_GRANT, RETURN_GRANT):
            grant.voided -= past.amount
        return grant

    def _may_resolve(self, hold: HoldRow | None, made: Made, line: PastPosting) -> Refusal | None:
        if hold is None:
            return refuse("hold_not_found", hold=made.hold or "")
        if hold.status != HOLD_OPEN:
            return refuse("hold_resolved", hold=hold.id, state=hold.status)
        sides = (hold.source.path, hold.destination.path, hold.source.asset)
        if -line.pending > hold.remaining or sides != (line.source, line.destination, line.asset):
            return refuse("exceeds_hold", hold=hold.id)
        return None

    def _record(self, book: Book, made: Made, legs: list[Leg], hold: HoldRow | None) -> TransactionRow:
        row = TransactionRow(
            made.id, made.kind, self.principal, self.key, self.actor or self.principal, made.reason, made.metadata,
            made.effective_at, book.now, legs, made.reverses, hold,
        )  # fmt: skip
        book.make(row)
        return row


def _note_parts(book: Book, hold: HoldRow, legs: list[Leg]) -> None:
    """Keep what a posting took from grants for a hold, or captured or gave back of that."""
    changes = [each for leg in legs if leg.pending for each in leg.allocations if each.held]
    if not changes:
        return
    if hold.parts is None:
        hold.parts = HoldParts()
    book.touch(hold.parts)
    parts = {part.grant: part for part in hold.parts.parts}
    for grant, amount, held in changes:
        part = parts.get(grant, HoldPart(grant, 0))
        if held > 0:
            part = part._replace(amount=part.amount + held)
        elif amount:
            part = part._replace(captured=part.captured - held)
        else:
            part = part._replace(released=part.released - held)
        parts[grant] = part
    hold.parts.parts = tuple(parts.values())
