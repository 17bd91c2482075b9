"""The kind: a person asks for a payment back, and staff send it or say why not."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from groat.programs.workflow import (
    ADMIN,
    OWNER,
    Books,
    Kind,
    Notice,
    Pay,
    Reason,
    Request,
    Reserve,
    Settle,
    State,
    Step,
    Transition,
    Unreserve,
)
from top_ups.payments import PROVIDER


class Refund(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The payment, how much of it, and why."""

    payment: Annotated[str, Meta(min_length=1, max_length=64)]
    amount: str
    asset: str
    why: Annotated[str, Meta(max_length=200)] = ""


def file(request: Request[Refund], _: Refund) -> Step:
    """Hold the money until somebody decides."""
    assert request.amount is not None
    assert request.asset is not None
    return Step(money=(Reserve(request.owner, PROVIDER, request.amount, request.asset),))


def send(request: Request[Refund], _: msgspec.Struct) -> Step:
    """Give the money to the provider, who pays it back."""
    body = f"{request.money()} of {request.data.payment} is on its way back"
    return Step(money=(Settle(),), notice=Notice("success", "Refund sent", body, "topups", request.id))


def reject(request: Request[Refund], why: Reason) -> Step:
    """Say no, and why."""
    return Step(
        money=(Unreserve(),), notice=Notice("warning", "Refund rejected", why.reason, "topups", request.id)
    )


def cancel(request: Request[Refund], _: msgspec.Struct) -> Step:
    """Give the money back to its owner, who thought better of it."""
    return Step(money=(Unreserve(),))


def books(request: Request[Refund]) -> Books:
    """Hold the money while the request waits; have moved it once it is sent."""
    assert request.amount is not None
    assert request.asset is not None
    if request.state == "waiting":
        return Books(held=request.amount)
    paid = Pay(request.owner, PROVIDER, request.amount, request.asset)
    return Books(moved=(paid,)) if request.state == "sent" else Books()


REFUND = Kind(
    "topup_refund",
    title="Refund",
    description="A top-up that somebody wants back.",
    data=Refund,
    states=(
        State("waiting", "Waiting for a decision", waits=True, tone="wait"),
        State("sent", "Sent", open=False, tone="good"),
        State("rejected", "Rejected", open=False, tone="bad"),
        State("cancelled", "Cancelled", open=False),
    ),
    transitions=(
        Transition("file", "Ask for a refund", (), ("waiting",), (OWNER,), file),
        Transition("send", "Send", ("waiting",), ("sent",), (ADMIN,), send, decides=True, approves=True),
        Transition(
            "reject", "Reject", ("waiting",), ("rejected",), (ADMIN,), reject, Reason,
            {"reason": "It was spent"}, decides=True,
        ),
        Transition("cancel", "Cancel", ("waiting",), ("cancelled",), (OWNER,), cancel),
    ),
    example={"payment": "pay_7", "amount": "12.50", "asset": "USD", "why": "Paid twice"},
    books=books,
)  # fmt: skip
