"""The rows of the ledger as a batch has them on its book: accounts, holds, transactions and their postings."""

from __future__ import annotations

from typing import Any, NamedTuple

from groat.ledger.accounts import owner_stream
from groat.ledger.amounts import Asset
from groat.ledger.counters import AccountState, Counters

HOLD_OPEN, HOLD_CAPTURED, HOLD_RELEASED, HOLD_EXPIRED = "open", "captured", "released", "expired"


# A named tuple's own constructor takes twice as long, and a batch keeps two states for each posting.
_state_of = tuple.__new__


class Account(Counters):
    """One balance: four counters of an asset at a path, its limits (None: no limit) and its version.

    An account that the batch itself opened is ``fresh`` until a command that it accepts touches it.
    """

    __slots__ = ("asset", "ceiling", "floor", "fresh", "id", "path", "scale", "stream", "version")

    def __init__(
        self,
        id: int,
        path: str,
        asset: Asset,
        floor: int | None,
        ceiling: int | None,
        debits: int = 0,
        credits: int = 0,
        debits_pending: int = 0,
        credits_pending: int = 0,
        version: int = 0,
        *,
        fresh: bool = False,
    ) -> None:
        self.id = id
        self.fresh = fresh
        self.path = path
        self.asset = asset.code
        self.scale = asset.scale
        self.floor = floor
        self.ceiling = ceiling
        self.debits = debits
        self.credits = credits
        self.debits_pending = debits_pending
        self.credits_pending = credits_pending
        self.version = version
        self.stream = owner_stream(path)

    def state(self) -> AccountState:
        """Return the values of this row that a command can change."""
        return _state_of(
            AccountState,
            (
                self.debits,
                self.credits,
                self.debits_pending,
                self.credits_pending,
                self.version,
                self.floor,
                self.ceiling,
            ),
        )

    def restore(self, state: AccountState) -> None:
        """Go back to an earlier :meth:`state`."""
        self.debits = state.debits
        self.credits = state.credits
        self.debits_pending = state.debits_pending
        self.credits_pending = state.credits_pending
        self.version = state.version
        self.floor = state.floor
        self.ceiling = state.ceiling


class HoldRow:
    """A hold as stored: amounts in smallest units, times in microseconds, ``expires_at`` None for never.

    Only its ``cause``, if it has one (:mod:`groat.ledger.causes`), may resolve it. ``first_expires_at`` is when it was
    to end before it was first extended, None if it never was.
    """

    __slots__ = (
        "amount",
        "captured",
        "cause",
        "created_at",
        "destination",
        "expires_at",
        "first_expires_at",
        "id",
        "released",
        "source",
        "status",
    )

    def __init__(
        self,
        id: str,
        source: Account,
        destination: Account,
        amount: int,
        captured: int,
        released: int,
        expires_at: int | None,
        status: str,
        created_at: int,
        cause: str | None = None,
        first_expires_at: int | None = None,
    ) -> None:
        self.id = id
        self.source = source
        self.destination = destination
        self.amount = amount
        self.captured = captured
        self.released = released
        self.expires_at = expires_at
        self.status = status
        self.created_at = created_at
        self.cause = cause
        self.first_expires_at = first_expires_at

    @property
    def remaining(self) -> int:
        """Return the amount that is neither captured nor released yet."""
        return self.amount - self.captured - self.released

    def state(self) -> tuple[Any, ...]:
        """Return the values of this row that a command can change."""
        return (self.captured, self.released, self.status, self.expires_at, self.first_expires_at)

    def restore(self, state: tuple[Any, ...]) -> None:
        """Go back to an earlier :meth:`state`."""
        self.captured, self.released, self.status, self.expires_at, self.first_expires_at = state

    def after(self) -> tuple[Any, ...]:
        """Return what a transaction keeps of it: captured, released, status, and its end if it was extended."""
        found = (self.captured, self.released, self.status)
        return found if self.first_expires_at is None else (*found, self.expires_at)


class Leg(NamedTuple):
    """A stored posting: the amounts (posted and pending, smallest units), and both sides as they were after it."""

    number: int
    source: Account
    destination: Account
    amount: int
    pending: int
    source_balance: int
    source_held: int
    source_version: int
    destination_balance: int
    destination_held: int
    destination_version: int


class TransactionRow:
    """A transaction as stored; ``positions`` is filled when the batch numbers its events.

    Only its ``cause``, if it has one (:mod:`groat.ledger.causes`), may undo it.
    """

    __slots__ = (
        "actor",
        "cause",
        "effective_at",
        "hold",
        "hold_after",
        "id",
        "key",
        "kind",
        "legs",
        "metadata",
        "positions",
        "principal",
        "reason",
        "recorded_at",
        "reversed",
        "reverses",
    )

    def __init__(
        self,
        id: str,
        kind: str,
        principal: str,
        key: str,
        actor: str,
        reason: str,
        metadata: str | None,
        effective_at: int,
        recorded_at: int,
        legs: list[Leg],
        reverses: str | None = None,
        hold: HoldRow | None = None,
        cause: str | None = None,
    ) -> None:
        self.id = id
        self.cause = cause
        self.kind = kind
        self.principal = principal
        self.key = key
        self.actor = actor
        self.reason = reason
        self.metadata = metadata
        self.effective_at = effective_at
        self.recorded_at = recorded_at
        self.legs = legs
        self.reverses = reverses
        self.hold = hold
        self.hold_after = hold.after() if hold else None
        self.positions: dict[str, str] = {}
        self.reversed: dict[int, int] = {}

    def state(self) -> tuple[Any, ...]:
        """Return the values that a command can change: how much of each leg is reversed."""
        return (dict(self.reversed),)

    def restore(self, state: tuple[Any, ...]) -> None:
        """Go back to an earlier :meth:`state`."""
        (self.reversed,) = state
