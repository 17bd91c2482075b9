"""The hours, days and months of time zones, as moments: microseconds since 1970 (UTC)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SECOND: Final = 1_000_000
HOUR: Final = 3_600
WINDOWS: Final = ("hour", "day", "month")

_found: dict[tuple[str, str], tuple[int, int]] = {}


@lru_cache(maxsize=1_024)
def zone_of(name: str) -> tzinfo:
    """Return the time zone of this name, such as Europe/Berlin. Raises ValueError for a name that none has."""
    if name == "UTC":
        return UTC
    try:
        # A path would make zoneinfo read files of the machine.
        return ZoneInfo(name if len(name) <= 64 else "")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name[:64]!r}") from None


def window_around(window: str, zone: str, moment: int) -> tuple[int, int]:
    """Return when the hour, day or month of a time zone that a moment lies in begins, and when the next one begins.

    Windows follow each other without gap or overlap, also where clocks are put forward or back: a day then has 23 or 25
    hours, and the hour that comes twice is two windows.
    """
    known = _found.get((window, zone))
    if known is None or not known[0] <= moment < known[1]:
        edges = _full_hours if window == "hour" else _midnights
        seconds = moment // SECOND
        found = {edge * SECOND for edge in edges(zone_of(zone), seconds, window)}
        known = max(e for e in found if e <= moment), min(e for e in found if e > moment)
        _found[window, zone] = known
    return known


def _offset(zone: tzinfo, seconds: int) -> int:
    offset = datetime.fromtimestamp(seconds, zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def _full_hours(zone: tzinfo, seconds: int, window: str) -> set[int]:
    """Return the moments around another one at which clocks show a full hour."""
    offsets = {_offset(zone, seconds + off) for off in (-3 * HOUR, 0, 3 * HOUR)}
    edges = {
        ((seconds + offset) // HOUR + step) * HOUR - offset for offset in offsets for step in range(-3, 4)
    }
    return {edge for edge in edges if (edge + _offset(zone, edge)) % HOUR == 0}


def _midnights(zone: tzinfo, seconds: int, window: str) -> set[int]:
    """Return the moments around another one at which days begin, or months.

    A midnight that comes twice counts the first time; a day that begins later than at midnight begins then.
    """
    today = datetime.fromtimestamp(seconds, zone).date()
    if window == "day":
        days = [today + timedelta(days=step) for step in range(-2, 4)]
    else:
        months = today.year * 12 + today.month - 1
        days = [date((months + step) // 12, (months + step) % 12 + 1, 1) for step in range(-1, 3)]
    return {int(datetime(each.year, each.month, each.day, tzinfo=zone).timestamp()) for each in days}
