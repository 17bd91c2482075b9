"""Watch the database's clock: one that leaps ahead of this process's own must not make everything due at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import structlog

from groat.ledger.text import format_time
from groat.store.moment import LedgerTime

LEAP_US: Final = 60_000_000
"""A clock that gains more than this (microseconds) between two looks has leapt."""

log = structlog.get_logger("groat.clock")


def boot_time() -> float:
    """Return the seconds since this machine was started, those of its sleep included, where it can tell."""
    source = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if source is None else time.clock_gettime(source)


class ClockWatch:
    """Compares what passed by the database's clock with what passed by this machine's, which nobody sets.

    ``known`` is the time of the ledger as it was last read, None before. A leap is what the clock gained at least, for
    each look lies between asking and answering. Without ``monotonic`` nothing is a leap: a caller tells the time.
    """

    def __init__(self, monotonic: Callable[[], float] | None) -> None:
        self.moment = monotonic or boot_time
        self._compares = monotonic is not None
        self.known: LedgerTime | None = None
        self._asked_at = 0.0

    @property
    def stands(self) -> bool:
        """Return whether a leap is not confirmed yet, so that nothing that time alone drives may move."""
        return self.known is not None and self.known.leapt > 0

    def look(self, asked_at: float, found: LedgerTime) -> int:
        """Return by how many microseconds the clock leapt since the last look: below zero if it fell back, 0 for none.

        ``asked_at`` is the :meth:`moment` before it was read. While a leap is not written down, each look finds it.
        """
        known = self.known
        if self._compares and known is not None and known.turn == found.turn:
            gained = found.clock - known.clock - round((self.moment() - self._asked_at) * 1_000_000)
            if gained > LEAP_US:
                return gained
            lost = known.clock - found.clock + round((asked_at - self._asked_at) * 1_000_000)
            if lost > LEAP_US and found.held:
                return -lost
        if known is None or asked_at >= self._asked_at or known.turn != found.turn:
            self._tell(found)
            self.known, self._asked_at = found, asked_at
        return 0

    def _tell(self, found: LedgerTime) -> None:
        before = self.known.leapt if self.known is not None else 0
        if found.leapt > before:
            log.error(
                "clock_leapt", by_s=found.leapt / 1_000_000, at=format_time(found.leapt_at),
                hint="nothing falls due until staff confirm the clock: groat clock confirm",
            )  # fmt: skip
        elif before and not found.leapt:
            log.warning("clock_confirmed")
