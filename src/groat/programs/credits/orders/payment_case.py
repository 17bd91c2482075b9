"""The kind ``credit_payment``: a payment that fits no order, until somebody of the staff has seen to it."""

from __future__ import annotations

from typing import Any

import msgspec

from groat.programs.said import NOTHING, Said, joined, say
from groat.programs.workflow import (
    ADMIN,
    SYSTEM,
    Books,
    Kind,
    Notice,
    Reason,
    Request,
    State,
    Step,
    Transition,
)

NAME = "credit_payment"
HOUSE = "house:payments"

PROBLEMS: dict[str, Said] = {
    "no_order": say("It names no order that there is."),
    "wrong_amount": say("The order has another price."),
    "wrong_currency": say("The order is in another currency."),
    "order_cancelled": say("The order was cancelled before the payment came."),
    "paid_twice": say("The order was paid by another payment, or is refunded."),
    "differs": say("The gateway said something else of this payment before."),
    "refunded": joined(
        say("The gateway paid it back."), say("Refund the order if its credits shall go, too.")
    ),
    "refunded_before": say("The gateway had paid it back before it said that it was paid."),
    "not_fulfilled": say("The ledger refused to give the credits."),
}
"""The reasons for which a payment waits for staff, by the outcome of its message."""


class PaymentCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A payment as the gateway told of it, and the ``problem`` with it. ``order`` is empty where it names none."""

    payment: str
    order: str = ""
    price: str = ""
    currency: str = ""
    problem: str
    detail: str = ""


def file(r: Request[PaymentCase], case: PaymentCase) -> Step:
    """Ask staff to look at it."""
    body = joined(
        f"{case.price} {case.currency}, {case.payment}.", PROBLEMS.get(case.problem, NOTHING), case.detail
    )
    return Step(
        notice=Notice("warning", say("A payment needs a decision"), body, "credits", r.id),
        reason=case.problem,
    )


def resolve(r: Request[PaymentCase], _: Reason) -> Step:
    """Note what was done about it."""
    return Step()


def books(_: Request[Any]) -> Books:
    """Return the empty books of a record, which moves no money."""
    return Books()


CREDIT_PAYMENT = Kind(
    NAME,
    title="Payment to look at",
    description="A payment that fits no order.",
    data=PaymentCase,
    states=(
        State("unmatched", "Needs a decision", waits=True, tone="wait"),
        State("resolved", "Resolved", open=False, tone="good"),
    ),
    transitions=(
        Transition("file", "Report", (), ("unmatched",), (SYSTEM,), file),
        Transition("resolve", "Resolve", ("unmatched",), ("resolved",), (ADMIN,), resolve, Reason,
                   {"reason": "Paid back at the gateway"}, decides=True),
    ),
    example={"payment": "pay_3f9a", "price": "9.00", "currency": "USD", "problem": "no_order"},
    owners=(HOUSE,),
    uncorrectable="A record of a payment moves no money. Refund or correct its order.",
    books=books,
)  # fmt: skip
