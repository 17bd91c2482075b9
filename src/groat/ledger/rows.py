"""The rows of the ledger as a batch has them on its book: accounts, holds, transactions and their postings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple

from groat.ledger.accounts import owner_stream
from groat.ledger.amounts import AMOUNT_MAX, Asset
from groat.ledger.counters import AccountState, Counters

STATES = {"frozen": 2, "closing": 4, "closed": 8}
"""The bits of :attr:`Account.extras` that say in which state an account is; without one it is open."""

_ANY_STATE = sum(STATES.values())

MEMBERS: Final = 64
"""The bit of :attr:`Account.extras` that says that an account has members."""

HOLD_OPEN, HOLD_CAPTURED, HOLD_RELEASED, HOLD_EXPIRED = "open", "captured", "released", "expired"


# A named tuple's own constructor takes twice as long, and a batch keeps two states for each posting.
_state_of = tuple.__new__


class Expiring(NamedTuple):
    """The part of a balance that expires next: smallest units, and when (microseconds)."""

    amount: int
    at: int


class Account(Counters):
    """One balance: four counters of an asset at a path, its limits (None: no limit) and its version.

    ``extras`` are the bits that say what more it has (:data:`groat.ledger.grants.GRANTS`); one that has any was last
    written at ``as_of`` (microseconds). ``expired`` is what is no longer available though not booked as expired yet,
    and ``expiring`` what goes next: for readers alone. ``members`` are the streams of those who share it. An account
    that the batch itself opened is ``fresh`` until a command that it accepts touches it.
    """

    __slots__ = (
        "as_of", "asset", "ceiling", "expired", "expiring", "extras", "floor", "fresh", "id", "members", "path",
        "scale", "stream", "version",
    )  # fmt: skip

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
        extras: int = 0,
        as_of: int = 0,
        *,
        fresh: bool = False,
    ) -> None:
        self.id = id
        self.fresh = fresh
        self.extras = extras
        self.as_of = as_of
        self.expired = 0
        self.expiring: Expiring | None = None
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
        self.members: tuple[str, ...] = ()

    @property
    def streams(self) -> tuple[str, ...]:
        """Return the streams that hear of it: its owner's, or those of its members."""
        return self.members if self.stream is None else (self.stream,)

    @property
    def standing(self) -> str:
        """Return whether it is open, frozen, closing or closed."""
        bits = self.extras & _ANY_STATE
        return next((name for name, bit in STATES.items() if bit & bits), "open") if bits else "open"

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
                self.extras,
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
        self.extras = state.extras


class Use(NamedTuple):
    """The amount that a posting counted on a budget in the window that began at ``begin``; below 0: given back."""

    budget: str
    begin: int
    amount: int


class HoldRow:
    """A hold as stored: amounts in smallest units, times in microseconds, ``expires_at`` None for never.

    Only its ``cause``, if it has one (:mod:`groat.ledger.causes`), may resolve it. ``first_expires_at`` is when it was
    to end before it was first extended, None if it never was. ``parts`` are the grants that it has taken from, None for
    none; ``uses`` what it counted on budgets.
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
        "parts",
        "released",
        "source",
        "status",
        "uses",
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
        self.parts: HoldParts | None = None
        self.uses: tuple[Use, ...] = ()

    @property
    def remaining(self) -> int:
        """Return the amount that is neither captured nor released yet."""
        return self.amount - self.captured - self.released

    def is_over(self, now: int) -> bool:
        """Return whether it is still open though its time is over, and no cause of its own ends it."""
        ends = self.expires_at
        return ends is not None and ends <= now and self.status == HOLD_OPEN and self.cause is None

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
    """A stored posting: the amounts (posted and pending, smallest units), and both sides as they were after it.

    ``allocations`` say what it did to grants, ``uses`` what to budgets; the two between are what expires next on each
    side, for its events alone.
    """

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
    allocations: tuple[Allocation, ...] = ()
    source_expiring: Expiring | None = None
    destination_expiring: Expiring | None = None
    uses: tuple[Use, ...] = ()


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


class Grant:
    """A grant as stored: amounts in smallest units, times in microseconds.

    ``remaining`` includes what is ``held`` of it; what is neither there nor ``expired`` nor ``voided`` was spent.
    ``due_at`` is when its free part goes, None for never or while nothing is free. ``version`` is that of the account
    when it was granted; ``origin`` is the id of the account that gave it.
    """

    __slots__ = (
        "account", "amount", "cause", "cls", "created_at", "due_at", "expired", "expires_at", "held", "id", "is_new",
        "note", "origin", "parent", "priority", "remaining", "txn", "version", "voided", "voided_at",
    )  # fmt: skip

    def __init__(
        self,
        id: str,
        account: Account,
        amount: int,
        remaining: int,
        held: int,
        expired: int,
        voided: int,
        expires_at: int | None,
        voided_at: int | None,
        due_at: int | None,
        priority: int,
        cls: str,
        cause: str,
        note: str,
        parent: str | None,
        txn: str,
        origin: int,
        version: int,
        created_at: int,
        *,
        is_new: bool = False,
    ) -> None:
        self.id = id
        self.account = account
        self.amount = amount
        self.remaining = remaining
        self.held = held
        self.expired = expired
        self.voided = voided
        self.expires_at = expires_at
        self.voided_at = voided_at
        self.due_at = due_at
        self.priority = priority
        self.cls = cls
        self.cause = cause
        self.note = note
        self.parent = parent
        self.txn = txn
        self.origin = origin
        self.version = version
        self.created_at = created_at
        self.is_new = is_new

    @property
    def free(self) -> int:
        """Return how much is neither held nor gone."""
        return self.remaining - self.held

    @property
    def order(self) -> tuple[int, int, int, str]:
        """Return its place in the order of spending: priority, soonest to expire, oldest."""
        ends = AMOUNT_MAX if self.expires_at is None else self.expires_at
        return self.priority, ends, self.version, self.id

    def state(self) -> tuple[Any, ...]:
        """Return the values of this row that a command can change."""
        return (
            self.amount, self.remaining, self.held, self.expired, self.voided, self.voided_at, self.due_at,
        )  # fmt: skip

    def ended(self, moment: int) -> bool:
        """Return whether what is free of it can no longer be spent."""
        return self.voided_at is not None or (self.expires_at is not None and self.expires_at <= moment)

    def restore(self, state: tuple[Any, ...]) -> None:
        """Go back to an earlier :meth:`state`."""
        (
            self.amount, self.remaining, self.held, self.expired, self.voided, self.voided_at, self.due_at,
        ) = state  # fmt: skip


class Allocation(NamedTuple):
    """By how much a posting changed what remains of a grant (``amount``), and what is ``held`` of it."""

    grant: Grant
    amount: int
    held: int


class HoldPart(NamedTuple):
    """A part of a hold that is a grant's, in smallest units."""

    grant: Grant
    amount: int
    captured: int = 0
    released: int = 0

    @property
    def left(self) -> int:
        """Return how much is neither captured nor released yet."""
        return self.amount - self.captured - self.released


class HoldParts:
    """The grants that a hold has taken from, in the order in which it captures them. The rest of it is no grant's."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[HoldPart, ...] = ()) -> None:
        self.parts = parts

    def state(self) -> tuple[Any, ...]:
        """Return the values of this row that a command can change."""
        return (self.parts,)

    def restore(self, state: tuple[Any, ...]) -> None:
        """Go back to an earlier :meth:`state`."""
        (self.parts,) = state


class Sums(NamedTuple):
    """The sum of grants: how many, what is free of them, and what of that ends next, and when.

    Of grants that were not read, an ``amount`` of 0 says only that none of them ends by that moment.
    """

    number: int = 0
    free: int = 0
    amount: int = 0
    at: int | None = None

    def without(self, read: Sequence[Grant]) -> Sums:
        """Return what the others come to."""
        number, free, amount, at = self
        if number == len(read):
            return NO_GRANTS
        for grant in read:
            free -= grant.free
            if at is not None and grant.due_at == at:
                amount -= grant.free
        return Sums(number - len(read), free, amount, at)


NO_GRANTS: Final = Sums()


class Purse:
    """The live grants of an account, in the order in which they are spent; ``free`` is the sum of their free parts.

    Mostly the first ones suffice, so the others may be ``behind`` and not read: then ``every`` says what all come to.
    """

    __slots__ = ("_next", "account", "behind", "free", "live")

    def __init__(self, account: Account, live: list[Grant], every: Sums | None = None) -> None:
        self.account = account
        self.live = sorted(live, key=lambda grant: grant.order) if len(live) > 1 else live
        # Holds the grant that expires next, or 0 while that has to be looked up anew.
        self._next: Expiring | Literal[0] | None = 0
        if every is None:
            self.behind = NO_GRANTS
            self.free = sum(grant.free for grant in live)
        else:
            self.behind = every.without(live)
            self.free = every.free
            self._next = None if every.at is None else Expiring(every.amount, every.at)

    def need_all(self) -> None:
        """Raise MoreGrants if some of its grants were not read."""
        if self.behind.number:
            raise MoreGrants(self)

    def take_rest(self, rest: list[Grant]) -> None:
        """Take in the grants that were behind."""
        self.live = sorted([*self.live, *rest], key=lambda grant: grant.order)
        self.behind = NO_GRANTS
        self._next = 0

    def state(self) -> tuple[Any, ...]:
        """Return the values of this row that a command can change."""
        return (tuple(self.live), self.free)

    def restore(self, state: tuple[Any, ...]) -> None:
        """Go back to an earlier :meth:`state`."""
        live, self.free = state
        self.live = list(live)
        self._next = 0

    def moment(self, now: int) -> int:
        """Return the account's moment, which never goes backwards whatever node writes to it."""
        return max(now, self.account.as_of)

    def change_free(self, by: int, was_due_at: int | None, due_at: int | None) -> None:
        """Note by how much the free part of a grant changed, and when it was and is to end."""
        self.free += by
        following = self._next
        if was_due_at != due_at:
            self._next = 0
        elif following and following.at == due_at:
            self._next = _state_of(Expiring, (following.amount + by, due_at))

    def look_anew(self) -> None:
        """Note that the end of a grant changed by itself, so what expires next is no longer known."""
        self._next = 0

    def has_ended(self, now: int) -> bool:
        """Return whether something is free of a grant that has ended, and is still to be booked."""
        following = self.expiring()
        return following is not None and following.at <= self.moment(now)

    def expiring(self) -> Expiring | None:
        """Return what expires next, None if nothing ever does. Raises MoreGrants if that was not read."""
        if self._next == 0:
            self._next = self._find_next()
        return self._next

    def _find_next(self) -> Expiring | None:
        ends = [grant.due_at for grant in self.live if grant.due_at is not None]
        behind = self.behind
        if behind.at is not None:
            if behind.amount:
                ends.append(behind.at)
            elif not ends or min(ends) > behind.at:
                self.need_all()
        if not ends:
            return None
        at = min(ends)
        amount = sum(grant.free for grant in self.live if grant.due_at == at)
        return Expiring(amount + (behind.amount if behind.at == at else 0), at)


class MoreGrants(Exception):
    """Raised where a decision needs grants that were not read; the store reads them, and it is made again."""

    def __init__(self, purse: Purse) -> None:
        super().__init__(purse.account.path)
        self.purse = purse
