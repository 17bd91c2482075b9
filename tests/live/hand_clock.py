"""A clock that stands still until a test lets time pass."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from itertools import count
from typing import Any

_TURNS = 20
"""So many turns of the loop let what a timer began arm the next one."""


class _Timer:
    def __init__(self, call: Callable[[], object]) -> None:
        self.call: Callable[[], object] | None = call

    def cancel(self) -> None:
        self.call = None


class HandClock:
    """A clock for the live room (see groat.live.clock). `at` is its monotonic time, in seconds."""

    def __init__(self) -> None:
        self.at = 1_000.0
        self.set_by = 1_700_000_000.0
        """How far the machine's clock is ahead of the monotonic one."""
        self._timers: list[tuple[float, int, _Timer]] = []
        self._numbers = count()

    def now(self) -> float:
        return self.at

    def wall(self) -> float:
        return self.at + self.set_by

    def call_later(self, delay_s: float, callback: Callable[..., object], *args: Any) -> _Timer:
        timer = _Timer(lambda: callback(*args))
        heapq.heappush(self._timers, (self.at + delay_s, next(self._numbers), timer))
        return timer

    async def pass_s(self, seconds: float) -> None:
        """Let this time pass at once: what falls due is done at its moment, in order."""
        until = self.at + seconds
        await _settle()
        while self._timers and self._timers[0][0] <= until:
            due, _, timer = heapq.heappop(self._timers)
            if timer.call is not None:
                self.at = max(self.at, due)
                timer.call()
                await _settle()
        self.at = until


async def _settle() -> None:
    for _ in range(_TURNS):
        await asyncio.sleep(0)
