"""Expense claims: people file what they paid for the house, an admin pays it back or says why not.

A kind of request in its own package. groat gives it storage, API, approval inbox, events, notifications, console pages
and audit; see docs/workflow.md for the words.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from groat.ledger.errors import Refusal, Rule
from groat.programs import Ledger, Program
from groat.programs.workflow import (
    ADMIN,
    OWNER,
    SYSTEM,
    Kind,
    Notice,
    Pay,
    Reason,
    Request,
    Requests,
    State,
    Step,
    Transition,
)

BUDGET = "house:expenses"
PATIENCE_US = 30 * 24 * 3600 * 1_000_000
"""A claim that nobody decides for 30 days lapses."""


class Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was paid, and what for."""

    amount: str
    asset: str
    purpose: Annotated[str, Meta(min_length=1, max_length=200)]
    receipt: Annotated[str, Meta(max_length=64)] = ""


def file(request: Request[Claim], _: Claim) -> Step | Refusal:
    """Nothing is held: the money is the house's until somebody says yes."""
    if not request.data.receipt and request.units("100", request.data.asset) < (request.amount or 0):
        return Refusal("receipt_missing", "Claims above 100 need the number of a receipt.")
    return Step(due_at=request.now + PATIENCE_US)


def pay(request: Request[Claim], _: msgspec.Struct) -> Step:
    """Pay the claim out of the budget."""
    assert request.amount is not None
    assert request.asset is not None
    money = Pay(BUDGET, request.owner, request.amount, request.asset)
    paid = f"{request.money()} for {request.data.purpose}"
    return Step(money=(money,), notice=Notice("success", "Expense paid", paid, "expenses", request.id))


def reject(request: Request[Claim], why: Reason) -> Step:
    """Say no, and why."""
    return Step(notice=Notice("warning", "Expense claim rejected", why.reason, "expenses", request.id))


def lapse(request: Request[Claim], _: msgspec.Struct) -> Step:
    """Nobody decided in time."""
    return Step(
        notice=Notice("warning", "Expense claim lapsed", "Please file it again.", "expenses", request.id)
    )


def withdraw(request: Request[Claim], _: msgspec.Struct) -> Step:
    """The filer thought better of it."""
    return Step()


EXPENSE = Kind(
    "expense",
    title="Expense claim",
    description="What somebody paid for the house and wants back.",
    data=Claim,
    states=(
        State("pending", "Waiting for a decision", waits=True, on_due="lapse", tone="wait"),
        State("paid", "Paid", open=False, tone="good"),
        State("rejected", "Rejected", open=False, tone="bad"),
        State("withdrawn", "Withdrawn", open=False),
        State("lapsed", "Lapsed", open=False, tone="bad"),
    ),
    transitions=(
        Transition("file", "Claim", (), ("pending",), (OWNER,), file),
        Transition("pay", "Pay", ("pending",), ("paid",), (ADMIN,), pay, decides=True, approves=True),
        Transition(
            "reject", "Reject", ("pending",), ("rejected",), (ADMIN,), reject, Reason,
            {"reason": "A private lunch"}, decides=True,
        ),
        Transition("withdraw", "Withdraw", ("pending",), ("withdrawn",), (OWNER,), withdraw),
        Transition("lapse", "Lapse", ("pending",), ("lapsed",), (SYSTEM,), lapse),
    ),
    example={"amount": "42.50", "asset": "USD", "purpose": "Train to the fair"},
    thresholds={"USD": "1000"},
    refusals={"receipt_missing": Rule(422, "A large claim needs the number of its receipt.")},
)  # fmt: skip


class ExpenseClaims(Requests[Ledger, Claim]):
    """``groat.program(ExpenseClaims).file(Claim(...), user="42", key="receipt-7")``, and take, get and page."""

    kind = EXPENSE


EXPENSES = Program("expenses", kinds=(EXPENSE,), facade=(ExpenseClaims,))
