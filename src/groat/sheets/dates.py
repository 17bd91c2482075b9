"""Days as people write them. The order of day, month and year is decided for a whole column, never for one cell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import get_args

from groat.sheets.errors import RowError
from groat.sheets.model import Cell, DateOrder, shown

ORDERS: tuple[DateOrder, ...] = get_args(DateOrder)
_TIME = re.compile(
    r"[T ]\s*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?\s*"
    r"(?:Z|[AP]\.?M\.?|[+-][0-9]{2}:?[0-9]{2})?$",
    re.IGNORECASE,
)
_PARTS = re.compile(r"([0-9]{1,4})([-./])\s?([0-9]{1,2})\2\s?([0-9]{1,4})\.?", re.ASCII)
_COMPACT = re.compile(r"([12][0-9]{3})([01][0-9])([0-3][0-9])", re.ASCII)
_ORDINAL = r"([0-9]{1,2})(?:st|nd|rd|th)?"
_WORDS = re.compile(rf"(?:{_ORDINAL}\.?[-. ]+)?([^\W\d_]{{3,10}})\.?[-., ]+(?:{_ORDINAL}[-, ]+)?([0-9]{{4}})")
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan januar january janv janvier ene enero", "feb februar february fév févr février febrero",
         "mar mär mrz märz march mars marzo", "apr april avr avril abr abril", "may mai mayo",
         "jun june juni juin junio", "jul july juli juil juillet julio", "aug august août ago agosto",
         "sep sept september septembre septiembre", "oct okt october oktober octobre octubre",
         "nov november novembre noviembre", "dec dez december dezember déc décembre dic diciembre"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_PLACES: dict[DateOrder, tuple[int, int, int]] = {"dmy": (2, 1, 0), "mdy": (2, 0, 1), "ymd": (0, 1, 2)}


def readings(text: str) -> dict[DateOrder, date]:
    """Return the days that a text can mean, by the order of its parts; under all orders where they are plain."""
    text = _TIME.sub("", text.strip())
    if found := _COMPACT.fullmatch(text):
        return _all(found[1], found[2], found[3])
    if found := _WORDS.fullmatch(text):
        month = _MONTHS.get(found[2].casefold())
        if month is None or bool(found[1]) == bool(found[3]):
            return {}
        return _all(found[4], str(month), found[1] or found[3])
    found = _PARTS.fullmatch(text)
    if found is None:
        return {}
    parts = (found[1], found[3], found[4])
    days: dict[DateOrder, date] = {}
    for order, (year, month_at, day_at) in _PLACES.items():
        day = _day(parts[year], parts[month_at], parts[day_at])
        if day is not None:
            days[order] = day
    if len(found[1]) == 4 and days:
        # A year in front is followed by the month everywhere.
        return dict.fromkeys(ORDERS, days["ymd"]) if "ymd" in days else {}
    return days


def _all(year: str, month: str, day: str) -> dict[DateOrder, date]:
    found = _day(year, month, day)
    return {} if found is None else dict.fromkeys(ORDERS, found)


def _day(year: str, month: str, day: str) -> date | None:
    if len(year) not in (2, 4) or len(month) > 2 or len(day) > 2:
        return None
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None


def orders_shown(texts: Iterable[str]) -> set[DateOrder]:
    """Return the orders that all texts of a column allow; all three where the texts show nothing."""
    left: set[DateOrder] = set(ORDERS)
    for text in texts:
        found = readings(text)
        if found:
            left &= found.keys()
            if not left:
                break
    return left


def read_day(cell: Cell, order: DateOrder | None) -> str:
    """Return the day (YYYY-MM-DD), "" for an empty cell. Raises RowError."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if not isinstance(cell, str):
        raise RowError("date_invalid", shown(cell))
    if not cell.strip():
        return ""
    found = readings(cell)
    if order is not None and order in found:
        return found[order].isoformat()
    days = sorted(set(found.values())) if order is None else []
    if len(days) > 1:
        raise RowError("date_ambiguous", " or ".join(day.isoformat() for day in days))
    if not days:
        raise RowError("date_invalid", shown(cell, 40))
    return days[0].isoformat()
