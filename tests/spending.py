"""Print the seconds that the tests of each folder take and may take, at the end of make test. It fails on nothing.

Seconds are those of all workers together, with the setups and what is taken down. On a busy machine all grow alike, so
the share of the whole says more than the number. A new slow test must find its seconds in the budget of its folder.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

BUDGETS_S = {
    "tests": 120,
    "tests/bus": 20,
    "tests/cli": 180,
    "tests/client": 100,
    "tests/cluster": 130,
    "tests/contrib": 160,
    "tests/crash": 150,
    "tests/e2e": 900,
    "tests/engine": 260,
    "tests/faults": 300,
    "tests/fuzz": 40,
    "tests/http": 360,
    "tests/identity": 20,
    "tests/ledger": 40,
    "tests/live": 260,
    "tests/programs": 420,
    "tests/realbooks": 30,
    "tests/sandbox": 30,
    "tests/sdk": 60,
    "tests/sheets": 30,
    "tests/soak": 30,
    "tests/store": 160,
}
"""By folder, its own folders included; together three workers for 21 minutes."""


def by_folder(stats: Mapping[str, Sequence[Any]]) -> Counter[str]:
    """The seconds of all reports of a run, by folder."""
    spent: Counter[str] = Counter()
    for reports in stats.values():
        for report in reports:
            if hasattr(report, "duration") and hasattr(report, "when"):
                path = str(report.nodeid).partition("::")[0].split("/")
                spent["/".join(path[:2]) if len(path) > 2 else path[0]] += report.duration
    return spent


def table(spent: Mapping[str, float]) -> list[str]:
    """One line for each folder, the longest first: its seconds, its budget, and whether it is over that."""
    lines = []
    for folder, seconds in sorted(spent.items(), key=lambda each: -each[1]):
        budget = BUDGETS_S.get(folder)
        said = "no budget: tests/spending.py" if budget is None else f"of {budget}"
        over = "  over its budget" if budget is not None and seconds > budget else ""
        lines.append(f"{seconds:8.0f} s {said:>8}  {folder}{over}")
    return [*lines, f"{sum(spent.values()):8.0f} s of {sum(BUDGETS_S.values())}  in all"]
