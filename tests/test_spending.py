"""The seconds of folders are told beside their budgets."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from tests.spending import BUDGETS_S, by_folder, table

TESTS = Path(__file__).parent


def report(test: str, seconds: float) -> SimpleNamespace:
    return SimpleNamespace(nodeid=test, duration=seconds, when="call")


def test_all_reports_of_a_folder_count() -> None:
    stats = {
        "passed": [report("tests/e2e/test_a.py::test_b", 3.0), report("tests/test_c.py::test_d[a/b]", 1.0)],
        "": [
            report("tests/e2e/test_a.py::test_b", 1.0),
            report("tests/programs/bank/test_e.py::test_f", 5.0),
        ],
        "warnings": [SimpleNamespace(message="no report")],
    }
    assert by_folder(stats) == {"tests/e2e": 4.0, "tests": 1.0, "tests/programs": 5.0}


def test_what_is_over_its_budget_is_marked() -> None:
    lines = table({"tests/bus": BUDGETS_S["tests/bus"] + 1.0, "tests/new": 2.0, "tests/sheets": 1.0})
    assert "over its budget" in lines[0]
    assert "no budget" in lines[1]
    assert "over" not in lines[2]


def test_each_folder_with_tests_has_a_budget() -> None:
    folders = {path.relative_to(TESTS).parts[0] for path in TESTS.glob("*/**/test_*.py")}
    assert {f"tests/{folder}" for folder in folders} | {"tests"} == BUDGETS_S.keys()
