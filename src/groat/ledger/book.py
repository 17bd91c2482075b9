"""The book: the rows that the store locked for one batch, and what the batch will write.

A command reads rows from the book and changes them through it. Every first touch of a row is remembered, so that a
refused command leaves the book exactly as it found it (rule 7) whatever it did before it refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Literal, NamedTuple, Protocol, TypeVar

from groat.ledger.accounts import is_room
from groat.ledger.amounts import AMOUNT_MAX, Asset, format_amount
from groat.ledger.budgets import BUDGETS, Budgets, Spender
from groat.ledger.counters import AccountState, Counters
from groat.ledger.crossings import LINES, AccountLines, Crossing, note_crossings
from groat.ledger.errors import OlderNodes, Refusal, refusal_rule
from groat.ledger.grants import GRANTS, Back, GrantEnd, PastAllocation, Terms, allocate
from groat.ledger.rows import (
    HOLD_EXPIRED,
    MEMBERS,
    STATES,
    Account,
    Grant,
    HoldRow,
    Leg,
    Purse,
    TransactionRow,
)
from groat.ledger.text import format_time

R = TypeVar("R", bound="Row")

Pair = tuple[str, str]
"""An account: its path and its asset."""


class ProgramRow:
    """A locked row of a program's own table: ``values`` as its SQL returns and takes them; None if there is none."""

    __slots__ = ("id", "table", "values")

    def __init__(self, table: Table, id: str, values: list[Any] | None) -> None:
        self.table = table
        self.id = id
        self.values = values

    def state(self) -> tuple[Any, ...]:
        """Return the values of this row that a command can change."""
        return (self.values,)

    def restore(self, state: tuple[Any, ...]) -> None:
        """Go back to an earlier :meth:`state`."""
        (self.values,) = state


class Row(Protocol):
    """A row that a command may change."""

    def state(self) -> tuple[Any, ...]:
        """Return the values of this row that a command can change."""

    def restore(self, state: Any) -> None:
        """Go back to an earlier state."""


class Table(NamedTuple):
    """A program's table: ``lock`` names the statement that locks rows by id (``:bulk``, the id first).

    ``write`` names the one that inserts or updates them. Without ``write`` the rows are sums of other rows: a batch
    reads them once, and the commands keep them right on the book.

    Tables are locked in the order of ``rank``, then of their names, before holds and accounts. A command may find out
    from rows that it has read which further rows it needs; these must be of a higher rank. Rows of a table that does
    not ``lead`` on tell no command that, so none is asked again for them.

    ``shows`` names the boards (``<name>:<id>``) on which a row is seen, of the row's values: when a commit changes the
    row, their readers get the new state.
    """

    name: str
    lock: str
    write: str
    rank: int = 0
    leads: bool = True
    shows: Callable[[Sequence[Any]], Iterable[str]] | None = None


class AuditEntry(NamedTuple):
    """The audit log's entry of a command that moved no money; ``before`` and ``after`` are JSON texts."""

    kind: str
    principal: str
    actor: str
    target: str
    reason: str
    key: str
    before: str
    after: str


class PastEntry(NamedTuple):
    """An entry with the id and the moment (microseconds) that it had in another ledger."""

    id: str
    at: int
    entry: AuditEntry


class Move(NamedTuple):
    """A posting to make: smallest units to post, and by how much the pending counters of both sides change.

    The rest says what it is about, for accounts with grants: the ``hold`` that it makes or resolves, the ``grant`` as
    which the amount arrives, the posting that it puts ``back``, the grant that is ``ending``, or the allocations that
    it had in another database (``past``).
    """

    number: int
    source: Account
    destination: Account
    amount: int
    pending: int
    hold: HoldRow | None = None
    grant: Terms | None = None
    back: Back | None = None
    ending: GrantEnd | None = None
    past: tuple[PastAllocation, ...] | None = None


class OutboxEvent(NamedTuple):
    """An event for a stream about a transaction, beside its changes: the event's type, and data that JSON can encode.

    ``notification`` is what notifications add to the event for the stream's readers.
    """

    transaction: str
    stream: str
    event: str
    data: dict[str, Any]
    notification: dict[str, Any] | None = None


class Line(NamedTuple):
    """A line of the summary that a stream gets once a batch: the event's type, and a line that JSON can encode."""

    transaction: str
    stream: str
    event: str
    data: dict[str, Any]


class LateNews(NamedTuple):
    """Tells a room of a transaction of an earlier batch: ``event`` is the event of it as JSON.

    ``line`` is its line of the summary in which the room gets it, None for an event of its own. ``notification`` is
    what notifications add to the event, None for nothing.
    """

    stream: str
    event: bytes
    line: Any = None
    notification: dict[str, Any] | None = None


class NotLocked(Exception):
    """Raised by ``decide()`` when an earlier command of the batch made the command need rows that are not locked.

    It is decided with the next batch, which locks them.
    """


class Refs:
    """The rows that commands need locked: sets of ids, of accounts as (path, asset), of program rows by table.

    ``streams`` are told something beside the owners of these accounts. ``known_holds``, ``known_grants`` and
    ``known_budgets`` are those that exist; of holds with both accounts, the source first. ``spenders`` are the
    principals whose budgets across accounts may count.
    ``pasts`` are the accounts whose changes since a moment (microseconds) must be known; ``assets`` are those of rows.
    With ``rooms_later`` the rooms of roles are told later, so nothing of theirs is locked.
    """

    __slots__ = (
        "accounts", "assets", "budgets", "grants", "holds", "known_budgets", "known_grants", "known_holds", "pasts",
        "rooms_later", "rows", "spenders", "streams", "transactions",
    )  # fmt: skip

    def __init__(self, rooms_later: bool = False) -> None:
        self.rooms_later = rooms_later
        self.accounts: set[tuple[str, str]] = set()
        self.assets: set[str] = set()
        self.holds: set[str] = set()
        self.known_holds: dict[str, tuple[Pair, Pair]] = {}
        self.grants: set[str] = set()
        self.known_grants: set[str] = set()
        self.budgets: set[str] = set()
        self.known_budgets: set[str] = set()
        self.spenders: set[str] = set()
        self.transactions: set[str] = set()
        self.pasts: dict[tuple[str, str], int] = {}
        self.rows: dict[Table, set[str]] = {}
        self.streams: set[str] = set()

    def tells_later(self, stream: str) -> bool:
        """Return whether the stream is told later, so that neither it nor what it counts need be locked."""
        return self.rooms_later and is_room(stream)


Act = Literal["", "extend", "resolve", "reverse", "due"]
"""A sort of move that an account that is not open may let through: it gives a hold more time, ends one, reverses, or
is due. "" is any other."""

WRITERS: Final = 512
"""The bit of versions that note with each batch which extras they know. No account has it."""

KNOWN_EXTRAS: Final = GRANTS | sum(STATES.values()) | BUDGETS | LINES | MEMBERS | WRITERS
"""The bits of :attr:`Account.extras` that this version knows, all those of the versions before among them."""

# As for the states of accounts, a named tuple's own way takes longer.
_leg_of = tuple.__new__
_NO_USES: Final = ((),)

PAST_MAX = 20_000
"""At most this many changes of an account's past are looked at."""


class Book:
    """The rows of one batch. ``now`` is the batch's one moment, in microseconds since 1970 (UTC).

    ``moment`` is the same, or while what is due is caught up, the moment at which it fell due. ``purses`` has the
    grants of each account that has any, and ``grants`` those that were read, by id; ``named_grants`` were asked for by
    id. ``any_ended`` says that some may have ended whose free part is not booked yet. Grants of a class in ``stays`` do
    not go from one person to another. ``account_lines`` has the lines of each account that has any, ``crossings`` what
    was crossed. ``known_extras`` are the extras that all nodes know, and
    ``extras`` those that accounts here have. ``budgets`` are those that may count what this batch moves, None for none,
    and ``spender`` is who issued the command that is decided.
    ``hold_sides`` has both accounts of each hold that the batch is about, also before they are locked.
    With ``rooms_later`` what it tells rooms of roles is kept for later; ``late`` is such news of earlier batches, which
    this one tells.
    """

    def __init__(self, now: int, assets: dict[str, Asset], rooms_later: bool = False) -> None:
        self.rooms_later = rooms_later
        self.now = self.moment = now
        self.stays: frozenset[str] = frozenset()
        self.known_extras = -1
        self.restricted = False
        self.extras = 0
        self.budgets: Budgets | None = None
        self.spender = Spender("", "")
        self.assets = assets
        self.accounts: dict[tuple[str, str], Account] = {}
        self.holds: dict[str, HoldRow] = {}
        self.hold_sides: dict[str, tuple[Pair, Pair]] = {}
        self.transactions: dict[str, TransactionRow] = {}
        self.rows: dict[tuple[Table, str], ProgramRow] = {}
        self.made: list[TransactionRow] = []
        self.audit: list[AuditEntry | PastEntry] = []
        self.outbox: list[OutboxEvent] = []
        self.lines: list[Line] = []
        self.late: list[LateNews] = []
        self.pasts: dict[tuple[str, str], dict[int, int]] = {}
        self._touched: defaultdict[type, dict[Any, tuple[Any, ...]]] = defaultdict(dict)
        self.fresh: set[Account] = set()
        self.purses: dict[Account, Purse] = {}
        self.any_ended = False
        self.grants: dict[str, Grant] = {}
        self.named_grants: set[str] = set()
        self.account_lines: dict[Account, AccountLines] = {}
        self.crossings: list[Crossing] = []
        self._undo: dict[Row, tuple[Any, ...]] = {}
        self._marks = (0, 0, 0, 0, 0)

    def knows(self, extras: int) -> bool:
        """Return whether all nodes that are alive know these extras, so that an account may begin to have them."""
        return self.known_extras & extras == extras

    def tells_later(self, stream: str) -> bool:
        """Return whether what this batch tells a stream is kept for later."""
        return self.rooms_later and is_room(stream)

    def add(self, account: Account) -> None:
        """Put a locked account on the book."""
        self.accounts[account.path, account.asset] = account
        if account.extras:
            self.extras |= account.extras
            if account.standing != "open":
                self.restricted = True
        if account.fresh:
            self.fresh.add(account)

    def begin(self) -> None:
        """Begin a command: :meth:`rollback` undoes everything since this call."""
        self._undo = {}
        self._marks = (
            len(self.made), len(self.audit), len(self.outbox), len(self.lines), len(self.crossings),
        )  # fmt: skip

    def accept(self) -> None:
        """Keep everything since :meth:`begin`; the accounts that the command touched are open from here on."""
        if self.account_lines:
            note_crossings(self, self._undo)
        if self.fresh:
            for account in self.fresh & self._undo.keys():
                account.fresh = False
                self.fresh.discard(account)

    def rollback(self) -> None:
        """Undo everything since :meth:`begin`."""
        for row, state in self._undo.items():
            row.restore(state)
        made, audit, outbox, lines, crossings = self._marks
        for transaction in self.made[made:]:
            self._note_past(transaction, -1)
            del self.transactions[transaction.id]
            if transaction.hold is not None and transaction.hold.id == transaction.id:
                del self.holds[transaction.id]
                self._touched[HoldRow].pop(transaction.hold, None)
        del self.made[made:], self.audit[audit:], self.outbox[outbox:], self.lines[lines:]
        del self.crossings[crossings:]

    def make(self, transaction: TransactionRow) -> None:
        """Add a transaction, which later commands of the batch can find. Raises ValueError when its id is used."""
        if transaction.id in self.transactions:
            raise ValueError("two transactions of a batch have the same id")
        for leg in transaction.legs if self.purses else ():
            for each in leg.allocations:
                each.grant.txn = each.grant.txn or transaction.id
        self.made.append(transaction)
        self.transactions[transaction.id] = transaction
        self._note_past(transaction, 1)

    def _note_past(self, transaction: TransactionRow, sign: int) -> None:
        """Record the change, so that later commands of the batch see the past as this transaction leaves it."""
        if not self.pasts:
            return
        for leg in transaction.legs:
            for account, delta in ((leg.source, -leg.amount - leg.pending), (leg.destination, leg.amount)):
                past = self.pasts.get((account.path, account.asset))
                if past is not None:
                    at = transaction.effective_at
                    past[at] = past.get(at, 0) + sign * delta

    def past_refusal(self, account: Account, at: int) -> Refusal | None:
        """Return a refusal if the amount just taken from an account was not available at that moment yet, else None.

        The past is that of effective dates, and the floor is the present one: limits have no history.
        """
        floor = account.floor
        if floor is None or at >= self.now:
            return None
        past = self.pasts[account.path, account.asset]
        fields = {
            "account": account.path,
            "asset": account.asset,
            "floor": format_amount(floor, account.scale),
        }
        if len(past) > PAST_MAX:
            return refuse(
                "past_floor", "More happened on the account since then than can be checked.", **fields
            )
        # From the present backwards: before each change the account had so much less.
        available = lowest = account.available
        moment = at
        for changed_at in sorted((m for m in past if m > at), reverse=True):
            available -= past[changed_at]
            if available < lowest:
                lowest, moment = available, changed_at - 1
        if lowest >= floor:
            return None
        return refuse(
            "past_floor", moment=format_time(moment), available=format_amount(lowest, account.scale), **fields
        )

    def touch(self, row: Row) -> None:
        """Note that a row is about to change, so that its values can be restored."""
        if row not in self._undo:
            self._undo[row] = state = row.state()
            self._touched[type(row)].setdefault(row, state)

    def keep(self, row: Row) -> None:
        """Note that a row is about to change that no batch writes, so that its values can be restored."""
        if row not in self._undo:
            self._undo[row] = row.state()

    def changed(self, kind: type[R]) -> list[R]:
        """Return the touched rows of a kind that differ from their values when read."""
        return [row for row, state in self._touched[kind].items() if row.state() != state]

    def before(self, row: Row) -> tuple[Any, ...] | None:
        """Return the :meth:`Row.state` of a row when it was read, None if no command has touched it."""
        return self._touched[type(row)].get(row)

    def has_new_limits(self, path: str, asset: str) -> bool:
        """Return whether a command of this batch gave the account another floor or ceiling."""
        account = self.accounts[path, asset]
        before = self.before(account)
        return isinstance(before, AccountState) and (
            before.floor != account.floor or before.ceiling != account.ceiling
        )

    def row(self, table: Table, id: str) -> list[Any] | None:
        """Return the values of a program's locked row, or None where there is none."""
        return self.rows[table, id].values

    def put(self, table: Table, id: str, values: list[Any]) -> None:
        """Replace (or make) a program's row: a locked one, or one whose id was just made and is nobody else's."""
        row = self.rows.get((table, id))
        if row is None:
            row = self.rows[table, id] = ProgramRow(table, id, None)
        self.touch(row)
        row.values = values

    def tell(
        self,
        transaction: str,
        stream: str,
        event: str,
        data: dict[str, Any],
        notification: dict[str, Any] | None = None,
    ) -> None:
        """Add an event for a stream to a transaction of this batch."""
        self.outbox.append(OutboxEvent(transaction, stream, event, data, notification))

    def sum_up(self, transaction: str, stream: str, event: str, line: dict[str, Any]) -> None:
        """Add a line to the one event of this type that the stream gets for the whole batch (rule S2)."""
        self.lines.append(Line(transaction, stream, event, line))

    def move(
        self, moves: list[Move], *, limits: bool = True, below_floor: bool = False, act: Act = ""
    ) -> list[Leg] | Refusal:
        """Check the moves of one transaction, allocate what pays for them, and apply them, all or none.

        Limits are those of the whole transaction, its own legs netted (rule 4). ``limits=False`` is for what was
        reserved before (capture, release, expiry); ``below_floor`` for a caller who holds that right. ``act`` says what
        it is to accounts that are frozen or closed: without one it is something new under limits, else what is due.
        """
        if self.restricted:
            refusal = _state_refusal(moves, act or ("" if limits else "due"))
            if refusal is not None:
                return refusal
        granted = [move for move in moves if move.grant is not None or move.past]
        if granted and any(move.grant is not None and move.grant.over_by(self.now) for move in granted):
            return refuse("expires_in_past")
        if limits and not _fits(moves):
            refusal = _why_not(moves, below_floor)
            if refusal is not None:
                return refusal
        if self.budgets is not None:
            return self._move_in_budgets(self.budgets, moves, limits, act)
        if self.purses or granted:
            return self._apply_with_grants(moves, limits)
        return self._apply(moves)

    def _move_in_budgets(
        self, budgets: Budgets, moves: list[Move], limits: bool, act: Act
    ) -> list[Leg] | Refusal:
        """Apply the moves if all budgets that count them have as much left, and count them there."""
        spends = limits and act not in ("due", "reverse")
        refusal = budgets.refusal(moves, self.spender, self.now) if spends else None
        if refusal is not None:
            return refusal
        legs = self._apply_with_grants(moves, limits)
        return legs if isinstance(legs, Refusal) else budgets.note(moves, legs, self, spends=spends)

    def _apply_with_grants(self, moves: list[Move], limits: bool) -> list[Leg] | Refusal:
        """Apply the moves one by one, each with its grants, all or none."""
        # Mostly a command has touched nothing before, so that what this undoes is all that it would undo.
        before = self._undo
        if before:
            self._undo = {}
        try:
            legs: list[Leg] = []
            for move in moves:
                (leg,) = self._apply((move,))
                allocated = allocate(self, move, limits)
                if isinstance(allocated, Refusal):
                    for row, state in self._undo.items():
                        row.restore(state)
                    self._undo = {}
                    return allocated
                legs.append(leg if allocated is None else _leg_of(Leg, leg[:11] + allocated + _NO_USES))
            return legs
        finally:
            # Also where grants were not read: then the whole command is undone, and decided again.
            if before:
                self._undo |= before

    def open_purse(self, account: Account) -> Purse:
        """Let an account have grants from now on. Raises OlderNodes while nodes are alive that know none."""
        if not self.knows(GRANTS):
            raise OlderNodes
        self.touch(account)
        account.extras |= GRANTS
        self.extras |= GRANTS
        purse = self.purses[account] = Purse(account, [])
        return purse

    def _apply(self, moves: Sequence[Move]) -> list[Leg]:
        legs: list[Leg] = []
        undo, touched = self._undo, self._touched[Account]
        for number, source, destination, amount, pending, _, _, _, _, _ in moves:
            if source not in undo:
                undo[source] = state = source.state()
                if source not in touched:
                    touched[source] = state
            if destination not in undo:
                undo[destination] = state = destination.state()
                if destination not in touched:
                    touched[destination] = state
            source.debits += amount
            source.debits_pending += pending
            source.version += 1
            destination.credits += amount
            destination.credits_pending += pending
            destination.version += 1
            leg = (
                number, source, destination, amount, pending,
                source.credits - source.debits, source.debits_pending, source.version,
                destination.credits - destination.debits, destination.debits_pending, destination.version,
                (), None, None, (),
            )  # fmt: skip
            legs.append(_leg_of(Leg, leg))
        return legs

    def resolve(self, hold: HoldRow, amount: int, freed: int, status: str, cause: str | None = None) -> Move:
        """Take ``amount`` (smallest units) out of a hold and ``freed`` in all; ``status`` counts once nothing is left.

        Returns the move that does it, which no limit may refuse (rule 4). Raises ValueError where the hold has another
        ``cause`` than the caller's.
        """
        if hold.cause not in (None, cause):
            raise ValueError(f"the hold {hold.id} belongs to {hold.cause}")
        self.touch(hold)
        hold.captured += amount
        hold.released += freed - amount
        if hold.remaining == 0:
            hold.status = status
        return Move(0, hold.source, hold.destination, amount, -freed, hold)

    def extend(self, hold: HoldRow, expires_at: int) -> Move:
        """Let an open hold end later; returns the move that tells both accounts.

        Raises ValueError where it has a cause.
        """
        if hold.cause is not None:
            raise ValueError(f"the hold {hold.id} belongs to {hold.cause}")
        self.touch(hold)
        if hold.first_expires_at is None:
            hold.first_expires_at = hold.expires_at
        hold.expires_at = expires_at
        return Move(0, hold.source, hold.destination, 0, 0)

    def expire(self, hold: HoldRow, id: str) -> None:
        """Give back what is left of a hold that is over; the transaction ``id`` of the ledger itself does it."""
        legs = self.move([self.resolve(hold, 0, hold.remaining, HOLD_EXPIRED)], limits=False)
        assert not isinstance(legs, Refusal)
        self.make(
            TransactionRow(
                id,
                "expire",
                "system:expiry",
                hold.id,
                "system:expiry",
                "Hold expired",
                None,
                self.now,
                self.now,
                legs,
                hold=hold,
            )
        )


def _state_refusal(moves: list[Move], act: str) -> Refusal | None:
    """Return a refusal if an account is not in a state for this; None if all are."""
    if act == "due":
        return None
    for move in moves:
        for account in (move.source, move.destination):
            standing = account.standing if account.extras else "open"
            if standing == "open" or (standing == "closing" and act in ("resolve", "reverse")):
                continue
            return refuse(f"account_{standing}", account=account.path, asset=account.asset)
    return None


def _fits(moves: list[Move]) -> bool:
    """Return whether each account could bear all moves at once, as nearly always, so that none needs a closer look."""
    total = 0
    for _, _, _, amount, pending, _, _, _, _, _ in moves:
        if amount + pending > 0:
            total += amount + pending
    for _, source, destination, _, _, _, _, _, _, _ in moves:
        floor, ceiling = source.floor, destination.ceiling
        spent = source.debits + source.debits_pending + total
        received = destination.credits + destination.credits_pending + total
        if (
            spent > AMOUNT_MAX
            or received > AMOUNT_MAX
            or (floor is not None and source.credits - spent < floor)
            or (ceiling is not None and received - destination.debits > ceiling)
        ):
            return False
    return True


def _why_not(moves: list[Move], below_floor: bool) -> Refusal | None:
    """Return the first refusal of the moves in the order of the table, None if the limits allow them together."""
    after: dict[Account, Counters] = {}
    for _, source, destination, amount, pending, _, _, _, _, _ in moves:
        for account in (source, destination):
            if account not in after:
                after[account] = Counters(
                    account.debits, account.credits, account.debits_pending, account.credits_pending
                )
        after[source].debits += amount
        after[source].debits_pending += pending
        after[destination].credits += amount
        after[destination].credits_pending += pending
    for account, counters in after.items():
        if counters.overflows:
            return refuse("balance_overflow", account=account.path, asset=account.asset)
    for account, counters in after.items():
        floor, available = account.floor, counters.available
        # An account that is below its floor already may still receive.
        if floor is not None and available < floor and available < account.available and not below_floor:
            return refuse(
                "insufficient_funds",
                account=account.path,
                asset=account.asset,
                available=format_amount(account.available, account.scale),
                needed=format_amount(account.available - available, account.scale),
                floor=format_amount(floor, account.scale),
            )
    for account, counters in after.items():
        ceiling, reach = account.ceiling, counters.reach
        if ceiling is not None and reach > ceiling and reach > account.reach:
            return refuse(
                "ceiling_exceeded",
                account=account.path,
                asset=account.asset,
                ceiling=format_amount(ceiling, account.scale),
                would_be=format_amount(reach, account.scale),
            )
    return None


def refuse(code: str, detail: str = "", **fields: str) -> Refusal:
    """Make a refusal. Its detail is the meaning of its code unless another detail is given."""
    return Refusal(code, detail or refusal_rule(code).meaning, fields)
