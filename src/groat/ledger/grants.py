"""Grants: parts of a balance that have terms, and the rows in which they are kept."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import msgspec

from groat.ledger.amounts import AMOUNT_MAX
from groat.ledger.rows import Account

GRANTS: Final = 1
"""The bit among an account's extras that says that an account has grants, or had some."""

CLASSES: Final = ("paid", "promotional")
LIVE_MAX: Final = 200
"""An account has at most this many grants of which something remains."""

CAUSE_MAX: Final = 64
NOTE_MAX: Final = 200
PRIORITY_MAX: Final = 1_000_000


class Terms(msgspec.Struct, frozen=True):
    """The terms of a grant. It ends at ``expires_at`` or ``lasts`` after the commit (microseconds), both None: never.

    The lower its ``priority``, the earlier it is spent. ``cls`` is ``paid`` or ``promotional``; ``cause`` says in a
    word or two why it was given (``signup``), ``note`` is for people.
    """

    cls: str = "promotional"
    expires_at: int | None = None
    lasts: int | None = None
    priority: int = 100
    cause: str = ""
    note: str = ""


class GrantRow:
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

    def restore(self, state: tuple[Any, ...]) -> None:
        """Go back to an earlier :meth:`state`."""
        (
            self.amount, self.remaining, self.held, self.expired, self.voided, self.voided_at, self.due_at,
        ) = state  # fmt: skip


class Allocation(NamedTuple):
    """By how much a posting changed what remains of a grant (``amount``), and what is ``held`` of it."""

    grant: GrantRow
    amount: int
    held: int
