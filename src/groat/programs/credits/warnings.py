"""Warn people of credits that will expire: once for each grant and line, in a commit with the note that they know.

A line is a number of days before the end of a grant. A grant crosses it at a moment of its life, so one that lasts
three days is not warned of seven days ahead. When several lines were crossed at once, for instance while all nodes
were away, the person hears of the nearest alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple

import structlog

from groat.engine.groat import Groat
from groat.ledger.accounts import owner_stream
from groat.ledger.amounts import format_amount
from groat.ledger.book import Book, Refs, Table
from groat.ledger.commands import Effect
from groat.ledger.errors import Refusal
from groat.ledger.keys import derive
from groat.programs.credits.reading import Assets
from groat.programs.notifications import Notice
from groat.programs.notifications.commands import Send
from groat.programs.said import joined, say
from groat.store.batch import Done
from groat.store.flow import Flow, Query
from groat.store.reading import FIRST_ID

DAY_US = 86_400_000_000
CATEGORY = "credits"
PAGE = 500
BY = "system:credits"
WARNING = Table("credits_warning", lock="credits_lock_warnings", write="credits_write_warnings")

log = structlog.get_logger("groat.credits")


class EndingGrant(NamedTuple):
    """A grant whose ``free`` part (smallest units) expires at ``expires_at`` (microseconds)."""

    id: str
    account: str
    asset: str
    free: int
    expires_at: int
    note: str
    cause: str
    created_at: int


class Warn(Send, kw_only=True):
    """Warn the owner of a grant ``line`` days before it expires; ``lines`` are all those that it has crossed then."""

    kind: ClassVar[str] = "grant_warning"
    grant: str
    line: int
    lines: tuple[int, ...]

    def target(self) -> Any:
        """Cover the grant and the line. What the notice says follows from when it is sent."""
        return (self.grant, self.line)

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the notes of this grant's warnings, and what a notification needs."""
        super().needs(refs, book)
        refs.rows.setdefault(WARNING, set()).update(map(self._id, self.lines))

    def decide(self, book: Book) -> Effect | Refusal:
        """Warn, and note that; do nothing where another node has."""
        if book.row(WARNING, self._id(self.line)) is not None:
            return Effect()
        for line in self.lines:
            book.put(WARNING, self._id(line), [self._id(line), book.now])
        return super().decide(book)

    def _id(self, line: int) -> str:
        return f"{self.grant}/{line}"


class Warnings:
    """Warns of grants that expire ``days`` ahead. ``round`` may run on several nodes, each warning is sent once."""

    def __init__(self, groat: Groat, days: Sequence[int]) -> None:
        self._groat = groat
        self._days = sorted(days)
        self.sent = 0

    async def round(self) -> None:
        """Warn of all grants that have crossed a line since the last round. Raises StoreError."""
        assets = await self._groat.assets()
        for number, line in enumerate(self._days):
            lines = tuple(self._days[number:])
            after = (0, FIRST_ID)
            while found := await self._groat.read(_find, line, after):
                after = (found[-1].expires_at, found[-1].id)
                done = await self._groat.execute_many([_warn(each, line, lines, assets) for each in found])
                sent = [each for each in done if isinstance(each, Done) and each.view().id]
                self.sent += sum(not each.view().replayed for each in sent)
                if len(sent) < len(found):
                    log.info("warnings_sent_elsewhere", line=line, count=len(found) - len(sent))


def _warn(ending: EndingGrant, line: int, lines: tuple[int, ...], assets: Assets) -> Warn:
    stream = owner_stream(ending.account)
    assert stream is not None
    return Warn(
        principal=BY,
        key=derive("credits", "warn", ending.id, line),
        to=stream,
        notice=notice_of(ending, assets),
        subject={"kind": "grant", "id": ending.id},
        grant=ending.id,
        line=line,
        lines=lines,
    )


def notice_of(ending: EndingGrant, assets: Assets) -> Notice:
    """Word the warning: how much expires on which day (UTC)."""
    end = datetime.fromtimestamp(ending.expires_at / 1_000_000, UTC)
    number = format_amount(ending.free, assets[ending.asset].scale)
    # An asset named CREDIT is counted in credits, another one in its own code.
    counted = ending.asset == "CREDIT"
    one = counted and number == "1"
    amount = f"{number} {'credit' if one else 'credits' if counted else ending.asset}"
    when = {"time": f"{end:%H:%M}", "day": end.day, "month": f"{end:%B}", "year": end.year}
    before = (
        say(
            "Spend what you have left ({note}) before {time} UTC on {day} {month} {year}.",
            note=ending.note,
            **when,
        )
        if ending.note
        else say("Spend what you have left before {time} UTC on {day} {month} {year}.", **when)
    )
    return Notice(
        "warning",
        say("{amount} expires on {day} {month}", amount=amount, day=end.day, month=f"{end:%B}")
        if one
        else say("{amount} expire on {day} {month}", amount=amount, day=end.day, month=f"{end:%B}"),
        joined(before, say("It is lost then.")),
        CATEGORY,
        f"grant:{ending.id}",
    )


def _find(line: int, after: tuple[int, str]) -> Flow[list[EndingGrant]]:
    (now,) = yield Query("read_now")
    rows = yield Query("credits_to_warn", (now, now + line * DAY_US, *after, PAGE, str(line)))
    return [EndingGrant(*row) for row in rows]


def forget_warnings(_: int, limit: int) -> Flow[bool]:
    """Forget at most ``limit`` notes of warnings of grants that are over; see ``Forget``."""
    (now,) = yield Query("read_now")
    return len((yield Query("credits_forget_warnings", (now - 30 * DAY_US, limit)))) == limit
