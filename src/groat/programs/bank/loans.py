"""Loans: applied for, approved with terms, paid out from the loan book, and paid back by schedule or earlier.

The schedule is that of :mod:`groat.programs.bank.schedule`, a month to a period from the day of the payout (UTC). On
the day an instalment is due the bank collects it; where the money is missing the loan is in arrears, and the bank tries
again every day. A payment settles overdue instalments, oldest first, interest before principal. The rest reduces the
principal; later instalments are recomputed on the same dates, so all interest to come is of the principal still owed.
Within a month, a payment first pays the interest that has accrued in it, by whole days (UTC); this counts as paid of
that month's instalment.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from groat.ledger.errors import Refusal, Rule
from groat.programs.bank.accounts import AMOUNT_WRONG, INTEREST, LOANS, amount_of, money_of, stored
from groat.programs.bank.schedule import interest_to_come, period_rate, schedule
from groat.programs.days import DAY_US, add_months, day_of, moment_of, read_day
from groat.programs.said import Said, joined, say
from groat.programs.workflow import (
    ADMIN,
    OWNER,
    SERVICE,
    SYSTEM,
    Books,
    Correction,
    Kind,
    Notice,
    Pay,
    Reason,
    Request,
    State,
    Step,
    Transition,
    correction_units,
)

PATIENCE_US = 30 * DAY_US
MONTHS_MAX = 120
RATE_MAX = 100

Months = Annotated[int, Meta(ge=1, le=MONTHS_MAX)]


class Application(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An application for a loan: its amount, and the number of months in which it is paid back."""

    amount: str
    asset: str
    months: Months
    purpose: Annotated[str, Meta(max_length=200)] = ""


class Instalment(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One payment of the schedule: the amounts due on a day, and how much of them is ``paid``, as decimal strings.

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
    """The terms of a loan: the rate in percent a year. Principal and months are as asked for, unless they are given."""

    rate: Annotated[str, Meta(pattern=r"^\d{1,3}(\.\d{1,4})?$", description="Percent a year.")]
    principal: Annotated[
        str, Meta(description="As asked for, if empty.", extra_json_schema={"format": "decimal"})
    ] = ""
    months: Annotated[int, Meta(ge=0, le=MONTHS_MAX, description="As asked for, if 0.")] = 0


class Repayment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A repayment. An empty amount is all that is owed."""

    amount: str = ""


def _told(r: Request[Any], level: str, title: Said, body: Said) -> Notice:
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
    body = say(
        "{money} at {rate} % over {months} months.",
        money=f"{data.principal} {asset}",
        rate=data.rate,
        months=months,
    )
    return Step(data=data, due_at=r.now, notice=_told(r, "success", say("Loan approved"), body))


def reject(r: Request[Loan], why: Reason) -> Step:
    """Refuse the loan, and say why."""
    return Step(notice=_told(r, "error", say("Loan rejected"), Said(why.reason)))


def cancel(r: Request[Loan], _: msgspec.Struct) -> Step:
    """Withdraw the application."""
    return Step()


def expire(r: Request[Loan], _: msgspec.Struct) -> Step:
    """Close the application, for nobody decided in time."""
    return Step(notice=_told(r, "warning", say("Loan not decided in time"), say("Please apply again.")))


def pay_out(r: Request[Loan], _: msgspec.Struct) -> Step:
    """Pay the loan out, from the loan book to the borrower. The schedule runs from today."""
    asset, start = r.data.asset, day_of(r.now)
    principal = stored(r, r.data.principal, asset)
    rows = _rows(r, principal, r.data.months, 1, start.isoformat(), r.data.rate)
    data = msgspec.structs.replace(
        r.data, start=start.isoformat(), schedule=rows, owed=r.data.principal, overdue=r.text(0, asset),
        interest_paid=r.text(0, asset), next=rows[0].due,
    )  # fmt: skip
    first = say("The first instalment of {payment} is due on {day}.", payment=rows[0].payment, day=data.next)
    body = joined(f"{data.principal} {asset}.", first)
    return Step(
        money=(Pay(LOANS, r.owner, principal, asset),),
        data=data,
        due_at=_moment(data.next),
        notice=_told(r, "success", say("Loan paid out"), body),
        reason="Loan paid out",
    )


def fail(r: Request[Loan], _: msgspec.Struct) -> Step:
    """End the loan, for the borrower's account cannot take the money."""
    return Step(
        notice=_told(r, "error", say("Loan not paid out"), say("Your account cannot take the money."))
    )


def collect(r: Request[Loan], _: msgspec.Struct) -> Step | Refusal:
    """Take the oldest instalment that is due."""
    row = next((row for row in _due(r) if _left(r, row)), None)
    if row is None:
        return Refusal("nothing_due", RULES["nothing_due"].meaning)
    # Collect another instalment that is due next.
    return _paid(r, _left(r, row), f"Loan instalment {row.number}", say("Loan instalment collected"), r.now)


def miss(r: Request[Loan], _: msgspec.Struct) -> Step | Refusal:
    """Put the loan into arrears, for the money is missing. The bank tries again tomorrow."""
    overdue = sum(_left(r, row) for row in _due(r))
    if not overdue:
        # Somebody paid in between.
        return Refusal("nothing_due", RULES["nothing_due"].meaning)
    data = msgspec.structs.replace(r.data, overdue=r.text(overdue, r.data.asset))
    body = joined(
        say("{money} are due and could not be collected.", money=f"{data.overdue} {data.asset}"),
        say("We try again tomorrow."),
    )
    return Step(data=data, due_at=_tomorrow(r), notice=_told(r, "error", say("Loan in arrears"), body))


def repay(r: Request[Loan], part: Repayment) -> Step | Refusal:
    """Pay what is due and, with what is left, the principal."""
    asset = r.data.asset
    due = _due(r)
    interest_due = sum(_left_interest(r, row) for row in due)
    most = stored(r, r.data.owed, asset) + interest_due + _accrued(r)
    amount = amount_of(r, part.amount, asset) if part.amount else most
    if isinstance(amount, Refusal):
        return amount
    if amount > most:
        return Refusal("exceeds_loan", RULES["exceeds_loan"].meaning, {"owed": r.text(most, asset)})
    return _paid(r, amount, "Loan repayment", say("Loan repayment received"), _tomorrow(r))


def _paid(r: Request[Loan], amount: int, reason: str, title: Said, again_at: int) -> Step:
    """Settle ``amount``: first what is due, then the interest that has accrued since, then the principal.

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
    # If anything is left of the payment here, nothing overdue is unpaid.
    accrued = min(_accrued(r), left)
    if accrued:
        index = next(index for index, row in enumerate(rows) if _moment(row.due) > r.now)
        paid = stored(r, rows[index].paid, asset) + accrued
        rows[index] = msgspec.structs.replace(rows[index], paid=r.text(paid, asset))
        interest, left = interest + accrued, left - accrued
    owed = stored(r, data.owed, asset) - principal - left
    principal += left
    if left:
        later = [row for row in rows if _moment(row.due) > r.now]
        rows = rows[: len(rows) - len(later)]
        rows += _reckoned(r, later[0], owed) if owed else []
    overdue = sum(_left(r, row) for row in rows if _moment(row.due) <= r.now)
    unpaid = [row for row in rows if _left(r, row)]
    data = msgspec.structs.replace(
        data, schedule=tuple(rows), owed=r.text(owed, asset), overdue=r.text(overdue, asset),
        interest_paid=r.text(stored(r, data.interest_paid, asset) + interest, asset),
        next=unpaid[0].due if unpaid else "",
    )  # fmt: skip
    parts = ((LOANS, principal), (INTEREST, interest))
    rest = say("Still owed: {money}.", money=f"{data.owed} {asset}")
    body = joined(f"{r.text(amount, asset)} {asset}.", rest)
    to = "paid_off" if not unpaid else "arrears" if overdue else "active"
    return Step(
        to,
        money=tuple(Pay(r.owner, place, units, asset) for place, units in parts if units),
        data=data,
        due_at=None if not unpaid else again_at if overdue else _moment(data.next),
        notice=_told(r, "success", say("Loan paid off") if to == "paid_off" else title, body),
        reason=reason,
    )


def correct(r: Request[Loan], correction: Correction) -> Step | Refusal:
    """Give back what the borrower paid: principal first, which is owed again from today on, then interest."""
    data, asset = r.data, r.data.asset
    owed, paid = stored(r, data.owed, asset), stored(r, data.interest_paid, asset)
    repaid = stored(r, data.principal, asset) - owed
    if not repaid + paid:
        return Refusal(
            "nothing_to_correct", "Nothing was paid back yet. The loan itself comes back by repayments."
        )
    amount = repaid + paid
    if correction.amount:
        wanted = correction_units(r, correction.amount, {asset: amount})
        if isinstance(wanted, Refusal):
            return wanted
        amount = wanted[asset]
    principal = min(amount, repaid)
    rows = list(data.schedule)
    if principal:
        due, later = _due(r), [row for row in rows if _moment(row.due) > r.now]
        still = sum(stored(r, row.principal, asset) for row in later)
        running = later[0] if later else _month_of(r)
        rows = [*due, *_reckoned(r, running, still + principal, _accrued(r))]
    unpaid = [row for row in rows if _left(r, row)]
    overdue = any(_moment(row.due) <= r.now for row in unpaid)
    data = msgspec.structs.replace(
        data, schedule=tuple(rows), owed=r.text(owed + principal, asset), next=unpaid[0].due if unpaid else "",
        interest_paid=r.text(paid - (amount - principal), asset),
    )  # fmt: skip
    parts = ((LOANS, principal), (INTEREST, amount - principal))
    return Step(
        "paid_off" if not unpaid else "arrears" if overdue else "active",
        money=tuple(Pay(place, r.owner, units, asset) for place, units in parts if units),
        data=data,
        due_at=None if not unpaid else _tomorrow(r) if overdue else _moment(data.next),
        notice=_told(
            r, "warning", say("Loan corrected"), Said(f"{r.text(amount, asset)} {asset}. {correction.reason}")
        ),
    )


def _month_of(r: Request[Loan]) -> Instalment:
    """Return the running month of a loan whose schedule has ended: its number, and the day on which it ends."""
    begin, number = read_day(r.data.start), 1
    assert begin is not None
    while moment_of(add_months(begin, number)) <= r.now:
        number += 1
    nothing = r.text(0, r.data.asset)
    return Instalment(
        number=number, due=add_months(begin, number).isoformat(),
        payment=nothing, interest=nothing, principal=nothing, balance=nothing,
    )  # fmt: skip


def _accrued(r: Request[Loan]) -> int:
    """Return the interest of the running month up to today that is not paid yet, in smallest units."""
    later = [row for row in r.data.schedule if _moment(row.due) > r.now]
    if not later:
        return 0
    asset = r.data.asset
    of_month = stored(r, later[0].interest, asset) - stored(r, later[0].paid, asset)
    principal = sum(stored(r, row.principal, asset) for row in later)
    return max(of_month - _to_come(r, later[0], principal), 0)


def _to_come(r: Request[Loan], row: Instalment, principal: int) -> int:
    """Return the interest of a principal from today to the day of the running month's instalment."""
    begin, due = read_day(r.data.start), read_day(row.due)
    assert begin is not None
    assert due is not None
    days, left = (due - add_months(begin, row.number - 1)).days, (due - day_of(r.now)).days
    return interest_to_come(principal, period_rate(r.data.rate), days, min(left, days))


def _reckoned(r: Request[Loan], running: Instalment, owed: int, accrued: int = 0) -> list[Instalment]:
    """Return the coming instalments, recomputed from what is owed now.

    The running month's instalment keeps the interest that was paid, and what has ``accrued`` without being paid.
    """
    data, asset = r.data, r.data.asset
    to_come, months = _to_come(r, running, owed) + accrued, max(data.months - running.number + 1, 1)
    first, *others = _rows(r, owed, months, running.number, data.start, data.rate, to_come)
    paid = stored(r, running.paid, asset)
    if paid:
        first = msgspec.structs.replace(
            first,
            paid=running.paid,
            interest=r.text(stored(r, first.interest, asset) + paid, asset),
            payment=r.text(stored(r, first.payment, asset) + paid, asset),
        )
    return [first, *others]


def _rows(
    r: Request[Loan],
    principal: int,
    months: int,
    first: int,
    start: str,
    rate: str,
    to_come: int | None = None,
) -> tuple[Instalment, ...]:
    """Return the instalments of what is owed, from number ``first`` on, each due so many months after ``start``."""
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
        for row in schedule(principal, period_rate(rate), months, first, to_come)
    )


def _due(r: Request[Loan]) -> list[Instalment]:
    return [row for row in r.data.schedule if _moment(row.due) <= r.now]


def _left(r: Request[Loan], row: Instalment) -> int:
    return stored(r, row.payment, r.data.asset) - stored(r, row.paid, r.data.asset)


def _left_interest(r: Request[Loan], row: Instalment) -> int:
    return max(stored(r, row.interest, r.data.asset) - stored(r, row.paid, r.data.asset), 0)


def _tomorrow(r: Request[Any]) -> int:
    """Return the moment at which tomorrow begins (UTC): a small payment puts off the next collection by no more."""
    return moment_of(day_of(r.now)) + DAY_US


def _moment(day: str) -> int:
    found = read_day(day)
    assert found is not None
    return moment_of(found)


def books(r: Request[Loan]) -> Books:
    """Return the books from the payout on: what was lent less what was paid back of it, and the interest paid."""
    if r.state not in ("active", "arrears", "paid_off"):
        return Books()
    asset = r.data.asset
    owed, interest = stored(r, r.data.owed, asset), stored(r, r.data.interest_paid, asset)
    return Books(moved=(Pay(LOANS, r.owner, owed, asset), Pay(r.owner, INTEREST, interest, asset)))


RULES = {
    "terms_wrong": Rule(422, "Lend at most the amount asked for, at no more than 100 percent a year."),
    "nothing_due": Rule(409, "No instalment is due now."),
    "exceeds_loan": Rule(422, "The amount exceeds what is owed."),
    **AMOUNT_WRONG,
}

LOAN = Kind(
    "loan",
    title="Loan",
    description="Money lent, and paid back in monthly instalments.",
    data=Loan,
    form=Application,
    states=(
        State("pending", "Waiting for approval", waits=True, on_due="expire", tone="wait"),
        State("approved", "Approved", on_due="pay_out"),
        State("active", "Active", on_due="collect", tone="good"),
        State("arrears", "In arrears", on_due="collect", tone="bad"),
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
        Transition("pay_out", "Pay out", ("approved",), ("active",), (SYSTEM,), pay_out, on_refused="fail"),
        Transition("fail", "Fail", ("approved",), ("failed",), (SYSTEM,), fail),
        Transition("collect", "Collect", ("active", "arrears"), ("active", "arrears", "paid_off"), (SYSTEM,), collect,
                   on_refused="miss"),
        Transition("miss", "Miss", ("active", "arrears"), ("arrears",), (SYSTEM,), miss),
        Transition("repay", "Repay", ("active", "arrears"), ("active", "arrears", "paid_off"), (OWNER, SERVICE), repay,
                   Repayment, {"amount": "100.00"}),
        Transition("correct", "Correct", ("active", "arrears", "paid_off"), ("active", "arrears", "paid_off"), (ADMIN,),
                   correct, Correction, {"amount": "1.00", "reason": "Collected twice"}, confirms=True),
    ),
    example={"amount": "1200.00", "asset": "USD", "months": 12, "purpose": "A bicycle"},
    thresholds={"USD": "10000", "EUR": "10000"},
    refusals=RULES,
    books=books,
)  # fmt: skip
