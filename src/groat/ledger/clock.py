"""The time of the ledger: setting a sandbox's clock forward, and confirming a clock that leapt.

A sandbox is a ledger for trying things out: what would fall due in a month falls due when its clock is set forward by a
month, as if the time had passed. A real ledger's clock is the database's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from groat.ledger.book import AuditEntry, Book, NotLocked, Refs, Table, refuse
from groat.ledger.commands import Checks, Command, Effect
from groat.ledger.errors import InvalidInput, Refusal
from groat.ledger.rows import TransactionRow
from groat.ledger.text import TIME_MAX, format_time

TIME = Table("groat_time", lock="lock_time", write="write_time", leads=False)
ROW = "time"
EVERYBODY = "role:all"
FORWARD_MAX_US = 3_660 * 86_400_000_000
"""A step forward is at most some ten years, so that what recurs daily falls due a bounded number of times."""


class LeapView(msgspec.Struct):
    """A leap of the database's clock that nobody has confirmed: by how many seconds, and when by the ledger's time."""

    by_s: float
    at: str


class ClockView(msgspec.Struct):
    """The time of the ledger on the wire: whether it is a sandbox, its time, and how many seconds it was set forward.

    ``leap`` is there while the clock has leapt and staff have not confirmed it.
    """

    sandbox: bool
    now: str
    ahead_s: float
    leap: LeapView | None = None


class ClockForwarded(msgspec.Struct):
    """The data of an event ``clock_forwarded``: the time of the sandbox, and how many seconds it is ahead in all."""

    now: str
    ahead_s: float


class ForwardClock(Command, kw_only=True):
    """Set a sandbox's clock forward: ``by`` so many microseconds, or ``to`` a moment (microseconds since 1970)."""

    kind: ClassVar[str] = "forward_clock"
    staged: ClassVar[bool] = True
    tables: ClassVar[tuple[Table, ...]] = (TIME,)
    by: int | None = None
    to: int | None = None

    def target(self) -> Any:
        """Cover how far, or until when."""
        return (self.by, self.to)

    def check(self, assets: Any) -> None:
        """See :meth:`Command.check`."""
        Command.check(self, assets)
        given = self.by if self.to is None else self.to
        if (self.by is None) == (self.to is None) or given is None or not 0 < given <= TIME_MAX:
            raise InvalidInput(
                "invalid_time", "Say by how much to set the clock forward, or to which moment: one of both."
            )

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the row of the time, and the room of everybody."""
        refs.rows.setdefault(TIME, set()).add(ROW)
        refs.streams.add(EVERYBODY)

    def checks(self, originals: Mapping[str, TransactionRow]) -> Checks:
        """Check no limits: it moves no money by itself."""
        return Checks(set(), set())

    def decide(self, book: Book) -> Effect | Refusal:
        """Add to how far the ledger is ahead; later batches have the new time."""
        row = book.row(TIME, ROW) or []
        if len(row) < 7:
            # Another command of this batch set the clock. The next batch reads it anew, with the time.
            raise NotLocked
        _, ahead, held, leapt, leapt_at, turn, sandbox = row
        if not sandbox:
            return refuse("no_sandbox")
        by = self.by if self.to is None else self.to - book.now
        if by is None or by <= 0:
            return refuse("clock_goes_forward", now=format_time(book.now))
        if by > FORWARD_MAX_US or book.now + by > TIME_MAX:
            return refuse("too_far_forward", now=format_time(book.now))
        book.put(TIME, ROW, [ROW, ahead + by, held, leapt, leapt_at, turn + 1])
        before, after = format_time(book.now), format_time(book.now + by)
        made = self.record(book, [])
        texts = [msgspec.json.encode({"now": each}).decode() for each in (before, after)]
        actor = self.actor or self.principal
        book.audit.append(
            AuditEntry("forward_clock", self.principal, actor, ROW, self.reason, self.key, *texts)
        )
        told = {"now": after, "ahead_s": seconds(ahead + by)}
        book.tell(made.id, EVERYBODY, "clock_forwarded", told)
        return Effect([made], extra=told)


class ConfirmClock(Command, kw_only=True):
    """Confirm, as staff, the clock that leapt: from now on the time of the ledger is the clock's again."""

    kind: ClassVar[str] = "confirm_clock"
    staged: ClassVar[bool] = True
    tables: ClassVar[tuple[Table, ...]] = (TIME,)

    def target(self) -> Any:
        """Cover nothing: which leap it is, its moment tells."""
        return None

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the row of the time."""
        refs.rows.setdefault(TIME, set()).add(ROW)

    def checks(self, originals: Mapping[str, TransactionRow]) -> Checks:
        """Check no limits: it moves no money by itself."""
        return Checks(set(), set())

    def decide(self, book: Book) -> Effect | Refusal:
        """Hold nothing back any more; later batches have the clock's time."""
        row = book.row(TIME, ROW) or []
        if len(row) < 7:
            raise NotLocked
        _, ahead, held, leapt, leapt_at, turn, _ = row
        if not leapt:
            return refuse("clock_steady")
        book.put(TIME, ROW, [ROW, ahead, 0, 0, leapt_at, turn + 1])
        texts = [msgspec.json.encode({"now": format_time(book.now + by)}).decode() for by in (0, held)]
        actor = self.actor or self.principal
        book.audit.append(
            AuditEntry("confirm_clock", self.principal, actor, ROW, self.reason, self.key, *texts)
        )
        return Effect(extra={"now": format_time(book.now + held), "leapt_s": seconds(leapt)})


def seconds(microseconds: int) -> float:
    """Return seconds, as clients get them."""
    return microseconds / 1_000_000
