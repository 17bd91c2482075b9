"""Days and months of programs: whole days in UTC, written as "2026-01-31"."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

DAY_US = 86_400_000_000
_EPOCH = date(1970, 1, 1)


def day_of(moment: int) -> date:
    """Return the day (UTC) of a moment in microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=moment)


def moment_of(day: date) -> int:
    """Return the first microsecond (UTC) of a day."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1_000_000


def read_day(text: str) -> date | None:
    """Return the day of a text such as "2026-01-31"; None if it is no day, or one before 1970."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if text == day.isoformat() and day >= _EPOCH else None


def add_months(day: date, months: int) -> date:
    """Return the same day some months later, or the month's last day if it is shorter: 31 January, 28 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_of(moment: int) -> str:
    """Return the month (UTC) of a moment, as "2026-01"."""
    return day_of(moment).isoformat()[:7]
