"""A clock that only moves when a test says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock:
    """Microseconds since 1970 when called; begins at noon of the first day of 2026."""

    def __init__(self) -> None:
        self.moment = START

    def __call__(self) -> int:
        return (self.moment - _EPOCH) // timedelta(microseconds=1)

    def advance(self, seconds: float) -> None:
        """Let time pass; a negative number sets the clock back."""
        self.moment += timedelta(seconds=seconds)

    def after(self, seconds: float) -> datetime:
        """The moment so many seconds from now."""
        return self.moment + timedelta(seconds=seconds)
