"""The annuity schedule: known values, and what holds for every loan."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groat.programs.bank.schedule import annuity, period_rate, schedule
from tests.helpers.tables import parse_table

principals = st.integers(1, 10**15)
rates = st.decimals("0", "40", places=3).map(lambda percent: period_rate(str(percent)))
periods = st.integers(1, 120)

KNOWN = """
principal  rate   periods  payment  last   interest
# 1,200.00 at 6 % for a year: 103.28 a month. The figures were found with decimals of 60 digits.
120000     6      12       10328    10324  3932
# Without interest the last instalment takes the odd cent.
100000     0      3        33333    33334  0
1000000    5.25   60       18986    18985  139159
1          12     1        1        1      0
# Three cents over a year: an instalment of nothing is none.
3          0      12       1        1      0
"""


@pytest.mark.parametrize("row", parse_table(KNOWN), ids=lambda row: "-".join(row.values()))
def test_known_schedules(row: dict[str, str]) -> None:
    found = schedule(int(row["principal"]), period_rate(row["rate"]), int(row["periods"]))
    assert str(found[0].payment) == row["payment"]
    assert str(found[-1].payment) == row["last"]
    assert str(sum(i.interest for i in found)) == row["interest"]


def test_a_period_rate_is_exact() -> None:
    assert period_rate("6") == Fraction(1, 200)
    assert period_rate("0") == 0
    assert period_rate("5.25") == Fraction(7, 1600)


def test_nothing_owed_is_no_instalment() -> None:
    assert schedule(0, period_rate("6"), 12) == []


@given(principals, rates, periods)
def test_what_holds_for_every_loan(principal: int, rate: Fraction, count: int) -> None:
    found = schedule(principal, rate, count)
    assert sum(i.principal for i in found) == principal
    assert [i.number for i in found] == list(range(1, len(found) + 1))
    assert 1 <= len(found) <= count
    assert found[-1].balance == 0
    owed = principal
    for i in found:
        # The interest is that of what is owed, to the nearest unit; half a unit goes to the even neighbour.
        assert abs(i.interest - owed * rate) <= Fraction(1, 2)
        assert i.payment == i.principal + i.interest
        assert i.principal >= 0
        assert i.payment > 0
        owed -= i.principal
        assert i.balance == owed
    # All but the last are equal.
    assert len({i.payment for i in found[:-1]}) <= 1


@given(st.integers(10**4, 10**12), st.decimals("0.001", "40", places=3), periods)
def test_the_instalment_is_the_formula_s(principal: int, percent: Decimal, count: int) -> None:
    with localcontext(prec=200):
        rate = percent / 1200
        exact = principal * rate / (1 - (1 + rate) ** -count)
    assert abs(annuity(principal, period_rate(str(percent)), count) - exact) <= Decimal("0.5000001")


@given(principals, rates, periods)
def test_the_last_instalment_differs_only_by_rounding(principal: int, rate: Fraction, count: int) -> None:
    found = schedule(principal, rate, count)
    if len(found) == count:
        # Each of the payments before it was off by half a unit, its interest too, and that earns interest in turn.
        off = sum((1 + rate) ** (count - 1 - k) for k in range(count))
        assert abs(found[-1].payment - annuity(principal, rate, count)) <= 1 + off


@given(principals, rates, st.integers(2, 120), st.data())
def test_what_is_left_after_an_early_repayment_is_paid_back_exactly(
    principal: int, rate: Fraction, count: int, data: st.DataObject
) -> None:
    found = schedule(principal, rate, count)
    done = data.draw(st.integers(0, len(found) - 1))
    owed = found[done - 1].balance if done else principal
    early = data.draw(st.integers(0, owed))
    rest = schedule(owed - early, rate, count - done, first=done + 1)
    assert sum(i.principal for i in found[:done]) + early + sum(i.principal for i in rest) == principal
    assert [i.number for i in rest] == list(range(done + 1, done + 1 + len(rest)))
    # It saves interest, but for what rounding costs: each period's interest, and each payment, whose half unit may be
    # owed until the end and bear interest as long.
    off = len(rest) + sum((1 + rate) ** k for k in range(len(rest)))
    assert sum(i.interest for i in rest) <= sum(i.interest for i in found[done:]) + off
