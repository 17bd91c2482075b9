"""Flows over the time of the ledger: how it relates to the database's clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from groat.ledger.errors import Interrupted
from groat.ledger.text import format_time
from groat.store.flow import Flow, Query


class LedgerTime(NamedTuple):
    """The time of the ledger, which follows from the database's ``clock``; ``sandbox`` is None before the first start.

    All in microseconds: ``ahead`` is how far a sandbox was set forward; ``held`` is what is held back since the clock
    leapt by ``leapt``, found ``leapt_at`` and not yet confirmed; ``turn`` counts the changes.
    """

    sandbox: bool | None
    ahead: int
    held: int
    leapt: int
    leapt_at: int
    turn: int
    clock: int

    @property
    def now(self) -> int:
        """The moment of the ledger, in microseconds since 1970."""
        return self.clock + self.ahead - self.held


def read_time() -> Flow[LedgerTime]:
    """Read the time of the ledger."""
    sandbox, *rest = yield Query("read_time")
    return LedgerTime(None if sandbox is None else bool(sandbox), *rest)


def decide_sandbox(wanted: bool) -> Flow[bool]:
    """Decide at the first start whether the ledger is a sandbox, and return whether it is one."""
    yield Query("decide_sandbox", (wanted,))
    return bool((yield from read_time()).sandbox)


class Watch(Protocol):
    """Watches the database's clock by one that nobody sets; :class:`groat.engine.clock_watch.ClockWatch` does."""

    @property
    def stands(self) -> bool:
        """Return whether a leap is not confirmed yet, so that nothing that time alone drives may move."""

    def moment(self) -> float:
        """Return the seconds of the clock that nobody sets."""

    def look(self, asked_at: float, found: LedgerTime) -> int:
        """Return by how many microseconds the clock leapt since the last look: below zero if it fell back."""


def watch_time(
    watch: Watch, asked_at: float, found: LedgerTime, new_id: Callable[[], str]
) -> Flow[LedgerTime]:
    """Hold the time of the ledger back where the clock leapt, as the time that was read at ``asked_at`` shows.

    Returns the time that counts. Raises Interrupted where another transaction was first: run this one again.
    """
    by = watch.look(asked_at, found)
    if by > 0:
        at = found.now - by
        if (yield Query("hold_time", (by, at, found.turn))) is None:
            raise Interrupted("Another transaction held the time back first.")
        texts = [f'{{"now":"{format_time(moment)}"}}' for moment in (at, found.now)]
        why = "The database's clock leapt ahead of the servers'"
        act = (new_id(), at, "clock_leapt", "system:clock", "system:clock", "time", why, "", *texts, None)
        yield Query("insert_acts", ([act],))
        return found._replace(held=found.held + by, leapt=found.leapt + by, leapt_at=at, turn=found.turn + 1)
    if by < 0:
        if (yield Query("free_time", (-by, found.turn))) is None:
            raise Interrupted("Another transaction changed the time first.")
        return found._replace(held=max(0, found.held + by), turn=found.turn + 1)
    return found


def look_at_time(watch: Watch, new_id: Callable[[], str]) -> Flow[LedgerTime]:
    """Read the time of the ledger, and hold it back where the clock leapt. Raises Interrupted."""
    asked_at = watch.moment()
    return (yield from watch_time(watch, asked_at, (yield from read_time()), new_id))
