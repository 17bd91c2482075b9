"""The schedule of a loan: equal instalments by the annuity formula, in whole smallest units.

With a principal P, a rate r per period (a month) and n periods, the instalment is ``P * r / (1 - (1 + r) ** -n)``, or
``P / n`` without interest. It is computed as an exact fraction, rounded once, half to even, and is at least one unit.
The interest of a period is the principal still owed times r, rounded half to even; the rest of the instalment is
principal. The last instalment is the remaining principal with its interest, so it absorbs the rounding, and the
principal is paid back exactly. A tiny loan that rounding up pays back sooner has fewer instalments.

Somebody who pays principal back within a period owes the interest of that period up to the day, by its days. Of a
period of D days of which d are left, the interest to come is ``balance * r * d / D``, rounded half to even; the rest
of the period's interest has accrued. That is Actual/Actual by ICMA's rule 251 (accrued interest = the period's
interest times days accrued over days of the period), so a whole period is a twelfth of the year's rate however long
its month is. It is also what article 16 of directive 2008/48/EC leaves a lender: the interest for the remaining
duration falls away.

This module knows no dates. Paying late changes no interest.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

PERIODS_A_YEAR = 12


class ScheduledPayment(NamedTuple):
    """One payment, in smallest units: ``payment`` is ``interest`` and ``principal``; ``balance`` is owed after it."""

    number: int
    payment: int
    interest: int
    principal: int
    balance: int


def period_rate(percent: str) -> Fraction:
    """Return the rate of one month for a yearly rate in percent, the text of a decimal number: "6" gives 1/200."""
    return Fraction(Decimal(percent)) / 100 / PERIODS_A_YEAR


def annuity(principal: int, rate: Fraction, periods: int) -> int:
    """Return the equal instalment, in smallest units, at least 1."""
    exact = principal * rate / (1 - (1 + rate) ** -periods) if rate else Fraction(principal, periods)
    return max(round(exact), 1)


def interest_to_come(principal: int, rate: Fraction, days: int, left: int) -> int:
    """Return a principal's interest for the ``left`` days of a period of ``days``: its share by days, half to even."""
    return round(principal * rate * Fraction(left, days))


def schedule(
    principal: int, rate: Fraction, periods: int, first: int = 1, to_come: int | None = None
) -> list[ScheduledPayment]:
    """Return all instalments, numbered from ``first``; none where nothing is owed.

    ``to_come`` is the interest of the first one if its period has begun already. None is the interest of a whole
    period.
    """
    if not principal:
        return []
    equal = annuity(principal, rate, periods)
    instalments = []
    balance = principal
    for number in range(first, first + periods):
        interest = round(balance * rate) if to_come is None or number > first else to_come
        last = number == first + periods - 1
        paid = balance if last else min(equal - interest, balance)
        balance -= paid
        instalments.append(ScheduledPayment(number, paid + interest, interest, paid, balance))
        if not balance:
            break
    return instalments
