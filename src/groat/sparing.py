"""A log that hostile callers cannot fill: each thing is told at once, and then at most once in a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

EVERY_S = 60.0
KEPT_MAX = 1_000


class SparingLog:
    """Writes warnings to ``log``, each at most once in ``every_s`` seconds; ``more`` says how many it left out.

    Warnings are the same when their event and ``about`` are.
    """

    def __init__(
        self, log: Any, every_s: float = EVERY_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._log = log
        self._every_s = every_s
        self._clock = clock
        self._kept: dict[tuple[str, str], tuple[float, int]] = {}

    def warning(self, event: str, about: str = "", **fields: Any) -> None:
        """Log the event with its fields, unless the same was logged a moment ago."""
        now = self._clock()
        at, more = self._kept.get((event, about), (-self._every_s, 0))
        if now - at < self._every_s:
            self._kept[event, about] = (at, more + 1)
            return
        if len(self._kept) >= KEPT_MAX:
            del self._kept[next(iter(self._kept))]
        self._kept[event, about] = (now, 0)
        if more:
            fields["more"] = more
        self._log.warning(event, **fields)
