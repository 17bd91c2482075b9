"""Waiting for a condition without an event loop, with a deadline."""

from __future__ import annotations

import time
from collections.abc import Callable

DEADLINE_S = 60.0


def wait_until(holds: Callable[[], object]) -> None:
    """Return as soon as the condition holds; fail when it does not within a minute."""
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.02)
