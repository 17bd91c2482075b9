"""Reports for staff: what is outstanding, what expires when, what was lost, and what was spent of which class."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from groat.csv_cells import csv_line
from groat.ledger.amounts import format_amount
from groat.ledger.text import format_time
from groat.programs.credits.reading import Assets
from groat.programs.credits.views import LiabilityReport, LiabilityRow, MonthReport, MonthRow
from groat.store.flow import Flow, Query

COLUMNS = {
    LiabilityReport: ("asset", "class", "grants", "accounts", "amount", "held"),
    MonthReport: ("month", "asset", "class", "count", "amount"),
}


def liability(asset: str, assets: Assets) -> Flow[LiabilityReport]:
    """Report what people's credits are worth, of an asset or of all ("") that are granted."""
    (now,) = yield Query("read_now")
    rows: list[LiabilityRow] = []
    granted: dict[str, int] = {}
    for code, cls, grants, accounts, amount, held in (yield Query("credits_outstanding", (asset, now))):
        granted[code] = granted.get(code, 0) + int(amount)
        rows.append(
            LiabilityRow(code, cls, grants, accounts, _text(amount, code, assets), _text(held, code, assets))
        )
    for code, accounts, amount in (yield Query("credits_people_hold", (asset,))):
        if code in granted:
            other = max(0, int(amount) - granted[code])
            rows.append(
                LiabilityRow(code, "other", 0, accounts, _text(other, code, assets), _text(0, code, assets))
            )
    return LiabilityReport(format_time(now), sorted(rows, key=lambda row: row.asset))


def expiring(asset: str, assets: Assets) -> Flow[MonthReport]:
    """Report what will expire in which month, and what never does."""
    (now,) = yield Query("read_now")
    found = yield Query("credits_expiring", (asset, now))
    rows = [
        MonthRow(month, code, cls, grants, _text(amount, code, assets))
        for month, code, cls, grants, _, amount in found
    ]
    # Grants that never expire come last.
    return MonthReport(format_time(now), sorted(rows, key=lambda row: (row.month == "", row.month)))


def used(sort: str, asset: str, start: int, end: int, assets: Assets) -> Flow[MonthReport]:
    """Report what was ``spent`` of grants, or ``expired``, in transactions effective from ``start`` up to ``end``."""
    (now,) = yield Query("read_now")
    found = yield Query("credits_used", (asset, start, end))
    return MonthReport(
        format_time(now),
        [
            MonthRow(month, code, cls, count, _text(amount, code, assets))
            for month, code, cls, what, count, amount in found
            if what == sort
        ],
    )


def to_csv(report: LiabilityReport | MonthReport) -> str:
    """Write a report as CSV (RFC 4180)."""
    names = COLUMNS[type(report)]
    lines: Iterable[Any] = report.items
    fields = [f"{name}_" if name == "class" else name for name in names]
    return "".join([csv_line(names), *(csv_line(str(getattr(row, f)) for f in fields) for row in lines)])


def _text(units: int | str, code: str, assets: Assets) -> str:
    return format_amount(int(units), assets[code].scale)
