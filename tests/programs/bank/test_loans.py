"""Loans: paid out, collected, missed, repaid early; and that principal comes back exactly, whatever happens."""

from __future__ import annotations

import json
import random
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groat import Groat
from groat.ledger.amounts import Asset
from groat.ledger.errors import Refusal
from groat.programs.bank.loans import LOAN, Loan, Repayment, Terms, collect, miss, pay_out, repay
from groat.programs.days import DAY_US
from groat.programs.workflow import Nothing, Pay, Request, Step
from groat.programs.workflow.views import RequestView
from tests.programs.bank.bank import Bank, refused

ASKED = {"amount": "1200.00", "asset": "USD", "months": 12, "purpose": "A bicycle"}


async def loan_of(bank: Bank, rate: str = "6", **terms: Any) -> RequestView:
    """A loan that is paid out."""
    loan = await bank.file("loan", **{**ASKED, **terms})
    await bank.take(loan, "approve", rate=rate)
    await bank.settle()
    return await bank.look(loan)


async def spend(groat: Groat, amount: str, key: str = "spent") -> None:
    await groat.post([("user:42", "house:shop", amount, "USD")], key=key)


async def test_applied_for_approved_and_paid_out(bank: Bank) -> None:
    loan = await bank.file("loan", **ASKED)
    assert (loan.state, loan.amount) == ("pending", "1200.00")
    loan = await bank.take(loan, "approve", rate="6.0", principal="1000.00", months=10)
    assert loan.state == "approved"
    await bank.settle()
    loan = await bank.look(loan)
    assert (loan.state, loan.data["owed"], loan.data["next"]) == ("active", "1000.00", "2026-02-01")
    assert await bank.stands("user:42") == ("2000.00", "0.00")
    assert await bank.stands("house:loans") == ("-1000.00", "0.00")
    schedule = loan.data["schedule"]
    assert [row["due"] for row in schedule][:3] == ["2026-02-01", "2026-03-01", "2026-04-01"]
    assert [row["payment"] for row in schedule] == ["102.77"] * 9 + ["102.78"]
    assert (schedule[0]["interest"], schedule[0]["principal"], schedule[0]["balance"]) == (
        "5.00",
        "97.77",
        "902.23",
    )
    assert schedule[-1]["balance"] == "0.00"
    assert await bank.told("42") == ["Loan paid out", "Loan approved"]


async def test_rejected_and_cancelled_and_undecided(bank: Bank) -> None:
    rejected = await bank.file("loan", **ASKED)
    assert (await bank.take(rejected, "reject", reason="Show us your income")).reason == "Show us your income"
    cancelled = await bank.file("loan", **ASKED)
    assert (await bank.take(cancelled, "cancel", "42")).state == "cancelled"
    undecided = await bank.file("loan", **ASKED)
    await bank.pass_days(30)
    assert (await bank.look(undecided)).state == "expired"
    assert await bank.stands("house:loans") == ("none", "none")


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"rate": "6", "principal": "1200.01"}, "terms_wrong"),
        ({"rate": "100.1"}, "terms_wrong"),
        ({"rate": "6", "principal": "1.234"}, "amount_wrong"),
    ],
)
async def test_terms_that_are_none(bank: Bank, terms: dict[str, str], code: str) -> None:
    loan = await bank.file("loan", **ASKED)
    assert refused(await bank.try_take(loan, "approve", **terms)) == code


async def test_large_loans_need_two_who_say_the_same(bank: Bank) -> None:
    loan = await bank.file("loan", amount="10000.00", asset="USD", months=24)
    first = await bank.take(loan, "approve", rate="6.5")
    assert (first.state, first.approvals.given[0].input["rate"]) == ("pending", "6.5")
    assert refused(await bank.try_take(loan, "approve", "bela", rate="6.0")) == "approval_differs"
    assert (await bank.take(loan, "approve", "bela", rate="6.5")).state == "approved"


async def test_collected_on_the_due_days_until_it_is_paid_off(bank: Bank, groat: Groat) -> None:
    loan = await loan_of(bank)
    for month in range(1, 13):
        await bank.pass_days(31)
        now = await bank.look(loan)
        assert sum(bool(row["paid"]) for row in now.data["schedule"]) == month
    assert (now.state, now.data["owed"], now.data["next"], now.open) == ("paid_off", "0.00", "", False)
    assert await bank.units("house:loans") == 0
    assert await bank.stands("house:interest") == (now.data["interest_paid"], "0.00")
    assert await bank.units("user:42") == 100_000 - await bank.units("house:interest")
    assert (await bank.told("42"))[0] == "Loan paid off"


async def test_arrears_and_back(bank: Bank, groat: Groat) -> None:
    loan = await loan_of(bank)
    await spend(groat, "2150")
    await bank.pass_days(31)
    loan = await bank.look(loan)
    assert (loan.state, loan.data["overdue"]) == ("arrears", "103.28")
    assert await bank.stands("user:42") == ("50.00", "0.00")
    # A second month goes by: both instalments are due, and it was tried every day.
    for _ in range(28):
        await bank.pass_days(1)
    loan = await bank.look(loan)
    assert (loan.state, loan.data["overdue"]) == ("arrears", "206.56")
    assert (await bank.told("42"))[0] == "Loan in arrears"
    await groat.post([("house:bank", "user:42", "60", "USD")], key="a little")
    await bank.pass_days(1)
    # Enough for one: the oldest is paid, the other is still overdue.
    loan = await bank.look(loan)
    assert (loan.state, loan.data["overdue"]) == ("arrears", "103.28")
    await groat.post([("house:bank", "user:42", "200", "USD")], key="enough")
    await bank.pass_days(1)
    loan = await bank.look(loan)
    assert (loan.state, loan.data["overdue"], loan.data["next"]) == ("active", "0.00", "2026-04-01")


async def test_the_borrower_catches_up_in_parts(bank: Bank, groat: Groat) -> None:
    loan = await loan_of(bank)
    await spend(groat, "2150")
    await bank.pass_days(31)
    # Interest first: 6.00 of the 103.28 are interest.
    loan = await bank.take(loan, "repay", "42", amount="4.00")
    assert (loan.state, loan.data["overdue"], loan.data["owed"], loan.data["interest_paid"]) == (
        "arrears", "99.28", "1200.00", "4.00",
    )  # fmt: skip
    loan = await bank.take(loan, "repay", "42", amount="46.00")
    assert (loan.data["overdue"], loan.data["owed"], loan.data["interest_paid"]) == (
        "53.28",
        "1156.00",
        "6.00",
    )
    await groat.post([("house:bank", "user:42", "53.28", "USD")], key="the rest")
    loan = await bank.take(loan, "repay", "42", amount="53.28")
    assert (loan.state, loan.data["overdue"], loan.data["owed"]) == ("active", "0.00", "1102.72")


async def test_a_part_repaid_early_makes_the_rest_smaller(bank: Bank) -> None:
    loan = await loan_of(bank)
    loan = await bank.take(loan, "repay", "42", amount="600.00")
    assert (loan.state, loan.data["owed"], loan.data["next"]) == ("active", "600.00", "2026-02-01")
    schedule = loan.data["schedule"]
    assert [row["number"] for row in schedule] == list(range(1, 13))
    assert (schedule[0]["payment"], schedule[0]["interest"]) == ("51.64", "3.00")
    assert await bank.stands("house:loans") == ("-600.00", "0.00")
    await bank.pass_days(31)
    loan = await bank.take(loan, "repay", "42", amount="100.00")
    assert [row["number"] for row in loan.data["schedule"]] == list(range(1, 13))
    assert loan.data["schedule"][0]["paid"] == "51.64"


async def test_paying_a_little_in_arrears_does_not_put_the_collection_off(bank: Bank, groat: Groat) -> None:
    loan = await loan_of(bank)
    await spend(groat, "2200")
    await bank.pass_days(31.5)
    assert (await bank.look(loan)).state == "arrears"
    await groat.post([("house:bank", "user:42", "500", "USD")], key="back")
    # Twelve hours apart, so each time before a whole day has passed.
    for _ in range(2):
        loan = await bank.take(loan, "repay", "42", amount="0.01")
        await bank.pass_days(0.5)
    loan = await bank.look(loan)
    assert (loan.state, loan.data["schedule"][0]["paid"]) == ("active", loan.data["schedule"][0]["payment"])


async def test_all_of_it_early(bank: Bank) -> None:
    loan = await loan_of(bank)
    await bank.pass_days(40)
    loan = await bank.take(loan, "repay", "42")
    assert (loan.state, loan.data["owed"], len(loan.data["schedule"])) == ("paid_off", "0.00", 1)
    # 6.00 of the first month, and of the second 9 of 28 days: 1102.72 * 0.5 % * 9 / 28.
    assert await bank.stands("house:interest") == ("7.77", "0.00")
    assert await bank.stands("house:loans") == ("0.00", "0.00")
    assert refused(await bank.try_take(loan, "repay", "42")) == "wrong_state"


async def test_interest_accrues_by_day(bank: Bank) -> None:
    """Paid back ten minutes before the first due day: 30 of 31 days of 10.00."""
    loan = await loan_of(bank, rate="12", amount="1000.00")
    assert await bank.stands("house:interest") == ("none", "none")
    due = int(datetime.fromisoformat("2026-02-01T00:00:00Z").timestamp())
    bank.clock.advance(due - 600 - bank.clock() / 1_000_000)
    assert refused(await bank.try_take(loan, "repay", "42", amount="1009.69")) == "exceeds_loan"
    loan = await bank.take(loan, "repay", "42")
    assert (loan.state, loan.data["owed"], loan.data["interest_paid"]) == ("paid_off", "0.00", "9.68")
    assert await bank.stands("house:interest") == ("9.68", "0.00")


async def test_paid_back_on_the_day_of_the_payout_costs_nothing(bank: Bank) -> None:
    loan = await loan_of(bank, rate="12", amount="1000.00")
    loan = await bank.take(loan, "repay", "42")
    assert (loan.state, loan.data["interest_paid"]) == ("paid_off", "0.00")


async def test_a_part_repaid_within_a_month_pays_the_interest_so_far(bank: Bank) -> None:
    loan = await loan_of(bank, rate="12", amount="1000.00")
    await bank.pass_days(10)
    loan = await bank.take(loan, "repay", "42", amount="2.00")
    # 3.23 have accrued, so nothing of it is principal.
    assert (loan.data["owed"], loan.data["interest_paid"]) == ("1000.00", "2.00")
    loan = await bank.take(loan, "repay", "42", amount="501.23")
    assert (loan.data["owed"], loan.data["interest_paid"]) == ("500.00", "3.23")
    row = loan.data["schedule"][0]
    # Of the month 21 of 31 days are to come, of 500: 3.39.
    assert (row["interest"], row["paid"]) == ("6.62", "3.23")
    await bank.pass_days(21)
    loan = await bank.look(loan)
    assert (loan.data["interest_paid"], loan.data["schedule"][0]["paid"]) == ("6.62", row["payment"])


async def test_what_was_collected_wrongly_is_given_back_and_owed_again(bank: Bank) -> None:
    loan = await loan_of(bank, rate="12", amount="1000.00")
    await bank.pass_days(10)
    loan = await bank.take(loan, "repay", "42", amount="503.23")
    for by in ("ada", "bela"):
        loan = await bank.take(loan, "correct", by, amount="450", reason="It was 50")
    assert (loan.state, loan.data["owed"], loan.data["interest_paid"]) == ("active", "950.00", "3.23")
    await bank.pass_days(400)
    loan = await bank.look(loan)
    assert (loan.state, loan.data["owed"]) == ("paid_off", "0.00")
    for by in ("ada", "bela"):
        loan = await bank.take(loan, "correct", by, amount="100", reason="Not ours")
    assert (loan.state, loan.data["owed"], loan.open) == ("active", "100.00", True)
    await bank.pass_days(32)
    assert (await bank.look(loan)).state == "paid_off"
    assert await bank.units("house:loans") == 0


async def test_nobody_pays_more_than_they_owe(bank: Bank) -> None:
    loan = await loan_of(bank)
    assert refused(await bank.try_take(loan, "repay", "42", amount="1200.01")) == "exceeds_loan"
    assert refused(await bank.try_take(loan, "repay", "42", amount="0")) == "amount_wrong"
    assert refused(await bank.try_take(loan, "repay", "7", amount="1")) == "request_not_found"


async def test_without_interest(bank: Bank) -> None:
    loan = await loan_of(bank, rate="0", amount="100.00", months=3)
    assert [row["payment"] for row in loan.data["schedule"]] == ["33.33", "33.33", "33.34"]
    await bank.pass_days(120)
    assert (await bank.look(loan)).state == "paid_off"
    assert await bank.stands("house:interest") == ("none", "none")


async def test_an_account_that_cannot_take_it(bank: Bank, groat: Groat) -> None:
    await groat.set_limits("user:42", "USD", ceiling="1500", key="ceiling")
    loan = await loan_of(bank)
    assert loan.state == "failed"
    assert await bank.stands("house:loans") == ("none", "none")


async def test_somebody_pays_just_before_the_bank_collects(bank: Bank, groat: Groat) -> None:
    """The collection was found due, and paid meanwhile: it must not end in arrears."""
    loan = await loan_of(bank)
    bank.clock.advance(86_400 * 31)
    await bank.take(loan, "repay", "42", amount="103.28")
    assert refused(await bank.try_take(loan, "collect", "system")) == "nothing_due"
    assert refused(await bank.try_take(loan, "miss", "system")) == "nothing_due"
    assert (await bank.look(loan)).state == "active"


# The steps alone, without a database: any order of payments and misses.

ASSETS = {"USD": Asset("USD", 2), "BTC": Asset("BTC", 8)}


def request(data: Loan, now: int, state: str) -> Request[Loan]:
    return Request(
        id="loan", kind="loan", owner="user:42", state=state, version=1, data=data, amount=None, asset=None,
        filed_by="user:42", filed_at=0, changed_at=0, now=now, actor="user:42", assets=ASSETS,
    )  # fmt: skip


@given(
    principal=st.integers(1, 10**7),
    rate=st.decimals("0", "40", places=2).map(str),
    months=st.integers(1, 24),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_principal_is_repaid_exactly_whatever_happens(
    principal: int, rate: str, months: int, seed: int
) -> None:
    dice = random.Random(seed)
    amount = f"{principal // 100}.{principal % 100:02}"
    data = Loan(amount=amount, asset="USD", months=months, rate=rate, principal=amount)
    now = 1_767_225_600_000_000
    step = pay_out(request(data, now, "approved"), Nothing())
    lent, interest, state = moved(step, "house:loans"), 0, "active"
    assert lent == -principal
    for _ in range(400):
        assert isinstance(step, Step)
        if step.data is not None:
            data = step.data  # type: ignore[assignment]
        state = step.to or "active"
        check(data, now, lent, interest, state)
        if state == "paid_off":
            break
        now += dice.choice((0, DAY_US, 9 * DAY_US, 31 * DAY_US))
        r = request(data, now, state)
        answer: Step | Refusal = Refusal("nothing_due", "")
        what = dice.choice(("collect", "collect", "miss", "repay", "all"))
        if what == "collect":
            answer = collect(r, Nothing())
        elif what == "miss":
            answer = miss(r, Nothing())
            if isinstance(answer, Step):
                answer = answer._replace(to="arrears")
        elif what == "repay":
            units = dice.randint(1, max(principal // 3, 1))
            answer = repay(r, Repayment(f"{units // 100}.{units % 100:02}"))
        elif dice.random() < 0.1:
            answer = repay(r, Repayment())
        if isinstance(answer, Refusal):
            continue
        step = answer
        lent += moved(step, "house:loans")
        interest += moved(step, "house:interest")
    else:
        pytest.fail("the loan was never paid off")
    assert lent == 0


CASES = json.loads((Path(__file__).parents[3] / "web/console/tests/loan-cases.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['today']} {case['amount']}")
def test_the_console_reckons_with_the_bank_s_own_cases(case: dict[str, Any]) -> None:
    """web/console/tests/loan.test.ts reads the same file: what it shows before a repayment is what happens."""
    data = msgspec.convert(case["loan"], Loan)
    now = int(datetime.fromisoformat(f"{case['today']}T12:00:00Z").timestamp()) * 1_000_000
    r = request(data, now, "active")
    most = repay(r, Repayment())
    assert isinstance(most, Step)
    assert sum(p.amount for p in most.money if isinstance(p, Pay)) == units(case["most"])
    step = repay(r, Repayment(case["amount"]))
    assert isinstance(step, Step)
    assert (units(step.data.owed), moved(step, "house:interest")) == (  # type: ignore[union-attr]
        units(case["owed"]), units(case["interest"]) + units(case["accrued"]),
    )  # fmt: skip
    assert (step.to == "paid_off") == case["last"]


def moved(step: Step, place: str) -> int:
    """By how much an account's balance changes."""
    posts = [effect for effect in step.money if isinstance(effect, Pay)]
    return sum(p.amount * ((p.destination == place) - (p.source == place)) for p in posts)


def check(data: Loan, now: int, lent: int, interest: int, state: str) -> None:
    """What holds after each step: the book, the data and the schedule say the same."""
    assert units(data.owed) == -lent
    assert units(data.interest_paid) == interest
    rows = data.schedule
    unpaid = [(row, units(row.payment) - units(row.paid)) for row in rows]
    principal_left = sum(min(left, units(row.principal)) for row, left in unpaid)
    assert principal_left == -lent
    assert all(left >= 0 for _, left in unpaid)
    assert all(units(row.payment) == units(row.principal) + units(row.interest) for row in rows)
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    assert (state == "paid_off") == (not any(left for _, left in unpaid))


def units(text: str) -> int:
    return int(text.replace(".", "")) if text else 0


def test_terms_are_checked_before_they_are_read() -> None:
    assert LOAN.transitions["approve"].input is Terms
