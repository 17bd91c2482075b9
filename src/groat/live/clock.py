"""The time and the timers of the live side. Tests put a clock of their own in their place."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final, Protocol

NEVER: Final = float("inf")
"""A time that does not come."""


class Timer(Protocol):
    """A call that is due."""

    def cancel(self) -> None:
        """Do not make the call. Cancelling again, or after the call, does nothing."""


class Clock(Protocol):
    """Tells the time and calls back. All times are in seconds."""

    def now(self) -> float:
        """Return the monotonic time."""

    def wall(self) -> float:
        """Return the time since the epoch (UTC)."""

    def call_later(self, delay_s: float, callback: Callable[..., object], *args: Any) -> Timer:
        """Call back once, after a delay."""


class LoopClock:
    """The clock of the running event loop."""

    __slots__ = ()

    def now(self) -> float:
        """See Clock."""
        return asyncio.get_running_loop().time()

    def wall(self) -> float:
        """See Clock."""
        return time.time()

    def call_later(self, delay_s: float, callback: Callable[..., object], *args: Any) -> Timer:
        """See Clock."""
        return asyncio.get_running_loop().call_later(delay_s, callback, *args)


async def wait(clock: Clock, event: asyncio.Event, upto_s: float) -> None:
    """Wait until the event is set. After so many seconds, set it."""
    timer = clock.call_later(upto_s, event.set)
    try:
        await event.wait()
    finally:
        timer.cancel()


async def sleep(clock: Clock, delay_s: float) -> None:
    """Wait for so many seconds."""
    await wait(clock, asyncio.Event(), delay_s)
