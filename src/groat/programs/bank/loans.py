"""Loans: applied for, approved with terms, paid out from the loan book, and paid back by schedule or earlier.

The schedule is that of :mod:`groat.programs.bank.schedule`, a month to a period from the day of the payout (UTC). On
the day an instalment is due the bank collects it; where the money is missing the loan is in arrears, and the bank tries
again every day. What the borrower pays goes to what is due first, the oldest instalment and its interest before its
principal, and with what is left reduces the principal at once: the instalments that are not due yet are then reckoned
anew for the same days, so all interest to come, that of the running month included, is of what is still owed.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from groat.ledger.errors import Refusal, Rule
from groat.programs.bank.dates import DAY_US, add_months, day_of, moment_of, read_day
from groat.programs.bank.places import AMOUNT_WRONG, INTEREST, LOANS, amount_of, money_of, stored
from groat.programs.bank.schedule import period_rate, schedule
from groat.programs.workflow import (
    ADMIN,
    OWNER,
    SERVICE,
    SYSTEM,
    Books,
    Kind,
    Notice,
    Post,
    Reason,
    Request,
    State,
    Step,
    Transition,
)

PATIENCE_US = 30 * DAY_US
MONTHS_MAX = 120
RATE_MAX = 100

Months = Annotated[int, Meta(ge=1, le=MONTHS_MAX)]


class Application(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How much is asked for, and over how many months it is to be paid back."""

    amount: str
    asset: str
    months: Months
    purpose: Annotated[str, Meta(max_length=200)] = ""


class Instalment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One payment of the schedule, amounts as decimal strings: what is due on a day, and how much of it is ``paid``.

    ``balance`` is the principal owed after it.
    """

    number: int
    due: str
    payment: str
    interest: str
    principal: str
    balance: str
    paid: str = ""


class Loan(Application, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A loan: its terms, its schedule, and what is still owed.

    ``rate`` is percent a year; ``owed`` the principal not yet paid back, ``overdue`` what is due of it and of interest;
    ``next`` the day of the next instalment.
    """

    rate: str = ""
    principal: str = ""
    start: str = ""
    schedule: tuple[Instalment, ...] = ()
    owed: str = ""
    overdue: str = ""
    interest_paid: str = ""
    next: str = ""


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """On what terms: the rate in percent a year; principal and months are as asked for, unless they are given."""

    rate: Annotated[str, Meta(pattern=r"^\d{1,3}(\.\d{1,4})?$", description="Percent a year.")]
    principal: Annotated[
        str, Meta(description="As asked for, if empty.", extra_json_schema={"format": "decimal"})
    ] = ""
    months: Annotated[int, Meta(ge=0, le=MONTHS_MAX, description="As asked for, if 0.")] = 0


class Repayment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much is paid back; empty is all that is owed."""

    amount: str = ""


def _told(r: Request[Any], level: str, title: str, body: str) -> Notice:
    return Notice(level, title, body, "loans", r.id)


def file(r: Request[Application], _: Application) -> Step:
    """Apply for a loan."""
    return Step(data=Loan(**msgspec.structs.asdict(r.data)), due_at=r.now + PATIENCE_US)


def approve(r: Request[Loan], terms: Terms) -> Step | Refusal:
    """Grant at most what was asked for; the system pays it out at once."""
    asked, asset = money_of(r)
    principal = amount_of(r, terms.principal, asset) if terms.principal else asked
    if isinstance(principal, Refusal):
        return principal
    if principal > asked or Decimal(terms.rate) > RATE_MAX:
        return Refusal("terms_wrong", RULES["terms_wrong"].meaning, {"asked": r.data.amount})
    months = terms.months or r.data.months
    data = msgspec.structs.replace(r.data, rate=terms.rate, principal=r.text(principal, asset), months=months)
    body = f"{data.principal} {asset} at {data.rate} % over {months} months."
    return Step(data=data, due_at=r.now, notice=_told(r, "success", "Loan approved", body))


def reject(r: Request[Loan], why: Reason) -> Step:
    """No loan, and why."""
    return Step(notice=_told(r, "error", "Loan rejected", why.reason))


def cancel(r: Request[Loan], _: msgspec.Struct) -> Step:
    """The applicant thought better of it."""
    return Step()


def expire(r: Request[Loan], _: msgspec.Struct) -> Step:
    """Nobody decided in time."""
    return Step(notice=_told(r, "warning", "Loan not decided in time", "Please apply again."))


def pay_out(r: Request[Loan], _: msgspec.Struct) -> Step:
    """From the loan book to the borrower; the schedule runs from today."""
    asset, start = r.data.asset, day_of(r.now)
    principal = stored(r, r.data.principal, asset)
    rows = _rows(r, principal, r.data.months, 1, start.isoformat(), r.data.rate)
    data = msgspec.structs.replace(
        r.data, start=start.isoformat(), schedule=rows, owed=r.data.principal, overdue=r.text(0, asset),
        interest_paid=r.text(0, asset), next=rows[0].due,
    )  # fmt: skip
    body = f"{data.principal} {asset}. The first instalment of {rows[0].payment} is due on {data.next}."
    return Step(
        money=(Post(LOANS, r.owner, principal, asset),),
        data=data,
        due_at=_moment(data.next),
        notice=_told(r, "success", "Loan paid out", body),
        reason="Loan paid out",
    )


def fail(r: Request[Loan], _: msgspec.Struct) -> Step:
    """The borrower's account cannot take it."""
    return Step(notice=_told(r, "error", "Loan not paid out", "Your account cannot take the money."))


def collect(r: Request[Loan], _: msgspec.Struct) -> Step | Refusal:
    """Take the oldest instalment that is due."""
    row = next((row for row in _due(r) if _left(r, row)), None)
    if row is None:
        return Refusal("nothing_due", RULES["nothing_due"].meaning)
    # Another one that is due as well is next.
    return _paid(r, _left(r, row), f"Loan instalment {row.number}", "Loan instalment collected", r.now)


def miss(r: Request[Loan], _: msgspec.Struct) -> Step | Refusal:
    """The money is not there: try again tomorrow."""
    overdue = sum(_left(r, row) for row in _due(r))
    if not overdue:
        # Somebody paid in between.
        return Refusal("nothing_due", RULES["nothing_due"].meaning)
    data = msgspec.structs.replace(r.data, overdue=r.text(overdue, r.data.asset))
    body = f"{data.overdue} {data.asset} are due and could not be collected. We try again tomorrow."
    return Step(data=data, due_at=_tomorrow(r), notice=_told(r, "error", "Loan in arrears", body))


def repay(r: Request[Loan], part: Repayment) -> Step | Refusal:
    """Pay what is due, and with what is left the principal."""
    asset = r.data.asset
    due = _due(r)
    interest_due = sum(_left_interest(r, row) for row in due)
    most = stored(r, r.data.owed, asset) + interest_due
    amount = amount_of(r, part.amount, asset) if part.amount else most
    if isinstance(amount, Refusal):
        return amount
    if amount > most:
        return Refusal("exceeds_loan", RULES["exceeds_loan"].meaning, {"owed": r.text(most, asset)})
    return _paid(r, amount, "Loan repayment", "Loan repayment received", _tomorrow(r))


def _paid(r: Request[Loan], amount: int, reason: str, title: str, again_at: int) -> Step:
    """``amount`` is paid: to what is due, then to the principal; the state follows from what is left.

    If something is overdue still, the bank collects it at ``again_at`` (microseconds).
    """
    data, asset = r.data, r.data.asset
    rows = list(data.schedule)
    left, interest, principal = amount, 0, 0
    for index, row in enumerate(rows):
        if _moment(row.due) > r.now or not left:
            break
        part = min(_left(r, row), left)
        of_interest = min(_left_interest(r, row), part)
        interest, principal, left = interest + of_interest, principal + part - of_interest, left - part
        rows[index] = msgspec.structs.replace(row, paid=r.text(stored(r, row.paid, asset) + part, asset))
    owed = stored(r, data.owed, asset) - principal - left
    principal += left
    if left:
        later = [row for row in rows if _moment(row.due) > r.now]
        # What is due and unpaid is none here, or nothing would be left for the principal.
        rows = rows[: len(rows) - len(later)]
        first = later[0].number if later else 0
        rows += _rows(r, owed, data.months - first + 1, first, data.start, data.rate) if owed else []
    overdue = sum(_left(r, row) for row in rows if _moment(row.due) <= r.now)
    unpaid = [row for row in rows if _left(r, row)]
    data = msgspec.structs.replace(
        data, schedule=tuple(rows), owed=r.text(owed, asset), overdue=r.text(overdue, asset),
        interest_paid=r.text(stored(r, data.interest_paid, asset) + interest, asset),
        next=unpaid[0].due if unpaid else "",
    )  # fmt: skip
    parts = ((LOANS, principal), (INTEREST, interest))
    body = f"{r.text(amount, asset)} {asset}. Still owed: {data.owed} {asset}."
    to = "paid_off" if not unpaid else "arrears" if overdue else "active"
    return Step(
        to,
        money=tuple(Post(r.owner, place, units, asset) for place, units in parts if units),
        data=data,
        due_at=None if not unpaid else again_at if overdue else _moment(data.next),
        notice=_told(r, "success", "Loan paid off" if to == "paid_off" else title, body),
        reason=reason,
    )


def _rows(
    r: Request[Loan], principal: int, months: int, first: int, start: str, rate: str
) -> tuple[Instalment, ...]:
    """The instalments of what is owed, from number ``first`` on, each due so many months after ``start``."""
    asset, begin = r.data.asset, read_day(start)
    assert begin is not None
    return tuple(
        Instalment(
            number=row.number,
            due=add_months(begin, row.number).isoformat(),
            payment=r.text(row.payment, asset),
            interest=r.text(row.interest, asset),
            principal=r.text(row.principal, asset),
            balance=r.text(row.balance, asset),
        )
        for row in schedule(principal, period_rate(rate), months, first)
    )


def _due(r: Request[Loan]) -> list[Instalment]:
    return [row for row in r.data.schedule if _moment(row.due) <= r.now]


def _left(r: Request[Loan], row: Instalment) -> int:
    return stored(r, row.payment, r.data.asset) - stored(r, row.paid, r.data.asset)


def _left_interest(r: Request[Loan], row: Instalment) -> int:
    return max(stored(r, row.interest, r.data.asset) - stored(r, row.paid, r.data.asset), 0)


def _tomorrow(r: Request[Any]) -> int:
    """When tomorrow begins (UTC): paying a little of what is overdue puts its collection off by no more."""
    return moment_of(day_of(r.now)) + DAY_US


def _moment(day: str) -> int:
    found = read_day(day)
    assert found is not None
    return moment_of(found)


def books(r: Request[Loan]) -> Books:
    """From the payout on: what was lent less what was paid back of it, and the interest paid."""
    if r.state not in ("active", "arrears", "paid_off"):
        return Books()
    asset = r.data.asset
    owed, interest = stored(r, r.data.owed, asset), stored(r, r.data.interest_paid, asset)
    return Books(moved=(Post(LOANS, r.owner, owed, asset), Post(r.owner, INTEREST, interest, asset)))


RULES = {
    "terms_wrong": Rule(422, "At most what was asked for, at no more than 100 percent a year."),
    "nothing_due": Rule(409, "No instalment is due now."),
    "exceeds_loan": Rule(422, "More than is owed."),
    **AMOUNT_WRONG,
}

LOAN = Kind(
    "loan",
    title="Loan",
    description="Money lent, and paid back in monthly instalments.",
    data=Loan,
    form=Application,
    states=(
        State("pending", "Waiting for approval", waits=True, then="expire", tone="wait"),
        State("approved", "Approved", then="pay_out"),
        State("active", "Active", then="collect", tone="good"),
        State("arrears", "In arrears", then="collect", tone="bad"),
        State("paid_off", "Paid off", open=False, tone="good"),
        State("rejected", "Rejected", open=False, tone="bad"),
        State("cancelled", "Cancelled", open=False),
        State("expired", "Not decided in time", open=False, tone="bad"),
        State("failed", "Not paid out", open=False, tone="bad"),
    ),
    transitions=(
        Transition("file", "Apply", (), ("pending",), (OWNER, SERVICE, ADMIN), file),
        Transition("approve", "Approve", ("pending",), ("approved",), (ADMIN,), approve, Terms, {"rate": "6.0"},
                   decides=True, approves=True),
        Transition("reject", "Reject", ("pending",), ("rejected",), (ADMIN,), reject, Reason,
                   {"reason": "We need a proof of income"}, decides=True),
        Transition("cancel", "Cancel", ("pending",), ("cancelled",), (OWNER,), cancel),
        Transition("expire", "Expire", ("pending",), ("expired",), (SYSTEM,), expire),
        Transition("pay_out", "Pay out", ("approved",), ("active",), (SYSTEM,), pay_out, otherwise="fail"),
        Transition("fail", "Fail", ("approved",), ("failed",), (SYSTEM,), fail),
        Transition("collect", "Collect", ("active", "arrears"), ("active", "arrears", "paid_off"), (SYSTEM,), collect,
                   otherwise="miss"),
        Transition("miss", "Miss", ("active", "arrears"), ("arrears",), (SYSTEM,), miss),
        Transition("repay", "Repay", ("active", "arrears"), ("active", "arrears", "paid_off"), (OWNER, SERVICE), repay,
                   Repayment, {"amount": "100.00"}),
    ),
    example={"amount": "1200.00", "asset": "USD", "months": 12, "purpose": "A bicycle"},
    thresholds={"USD": "10000", "EUR": "10000"},
    refusals=RULES,
    books=books,
)  # fmt: skip
