from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groat.programs.days import DAY_US, add_months, day_of, moment_of, month_of, read_day


def test_months_end_where_the_shorter_ones_do() -> None:
    start = date(2026, 1, 31)
    assert [add_months(start, n).isoformat() for n in range(5)] == [
        "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31",
    ]  # fmt: skip
    assert add_months(date(2027, 11, 30), 3).isoformat() == "2028-02-29"
    assert add_months(date(2026, 1, 15), -1).isoformat() == "2025-12-15"


@given(st.integers(0, 253_402_300_799_999_999))
def test_a_moment_lies_within_its_day(moment: int) -> None:
    day = day_of(moment)
    assert moment_of(day) <= moment < moment_of(day) + DAY_US
    assert read_day(day.isoformat()) == day
    assert day.isoformat().startswith(month_of(moment))


@pytest.mark.parametrize(
    "text", ["", "2026-1-31", "20260131", "2026-02-30", "1969-12-31", "31.01.2026", "2026-W05-1"]
)
def test_what_is_no_day(text: str) -> None:
    assert read_day(text) is None
