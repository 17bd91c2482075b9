"""A made-up kind that uses everything: a hold, two approvers, a time-out with an alternative, and a child kind."""

from __future__ import annotations

import msgspec

from groat.ledger.errors import Refusal, Rule
from groat.programs.workflow import (
    ADMIN,
    OWNER,
    SERVICE,
    SYSTEM,
    Kind,
    Notice,
    Parent,
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

CLEARING, WORLD, FEES = "house:clearing", "external:world", "house:fees"
DAY_US = 86_400_000_000


class Payout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    amount: str
    asset: str
    note: str = ""
    tips: int = 0


class Tip(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    amount: str
    asset: str
    payout: str


def file(r: Request[Payout], _: Payout) -> Step | Refusal:
    if r.data.note == "never":
        return Refusal("payout_odd", "Not with this note.")
    assert r.amount is not None
    assert r.asset is not None
    return Step(money=(Reserve(r.owner, CLEARING, r.amount, r.asset),), due_at=r.now + DAY_US)


def approve(r: Request[Payout], _: msgspec.Struct) -> Step:
    assert r.asset is not None
    # A fee of one unit goes with it, in the same transaction.
    return Step(
        money=(Settle(), Pay(CLEARING, FEES, 1, r.asset)),
        due_at=r.now,
        notice=Notice("success", "Approved", r.money()),
        others=(("user:auditor", Notice("info", "A payout was approved")),),
    )


def complete(r: Request[Payout], _: msgspec.Struct) -> Step | Refusal:
    assert r.amount is not None
    assert r.asset is not None
    if r.data.note == "stuck":
        return Refusal("payout_odd", "The world does not answer.")
    return Step(money=(Pay(CLEARING, WORLD, r.amount - 1, r.asset),), notice=Notice("success", "Completed"))


def give_back(r: Request[Payout], _: msgspec.Struct) -> Step:
    assert r.amount is not None
    assert r.asset is not None
    return Step(money=(Pay(CLEARING, r.owner, r.amount - 1, r.asset),), notice=Notice("error", "Failed"))


def release(r: Request[Payout], _: msgspec.Struct) -> Step:
    return Step(money=(Unreserve(),))


def tip(r: Request[Tip], _: Tip) -> Step | Refusal:
    assert r.parent is not None
    assert r.amount is not None
    assert r.asset is not None
    if r.parent.state == "rejected":
        return Refusal("payout_odd", "Nobody tips for what was rejected.")
    more = msgspec.structs.replace(r.parent.data, tips=r.parent.data.tips + r.amount)
    return Step(money=(Pay(r.owner, FEES, r.amount, r.asset),), parent=more)


PAYOUT = Kind(
    "payout",
    title="Payout",
    description="Money that leaves for the outside world.",
    data=Payout,
    states=(
        State("pending", "Pending", waits=True, on_due="lapse", tone="wait"),
        State("approved", "Approved", on_due="complete"),
        State("completed", "Completed", open=False, tone="good"),
        State("failed", "Failed", open=False, tone="bad"),
        State("rejected", "Rejected", open=False, tone="bad"),
        State("lapsed", "Lapsed", open=False),
    ),
    transitions=(
        Transition("file", "Pay out", (), ("pending",), (OWNER, SERVICE, ADMIN), file),
        Transition("approve", "Approve", ("pending",), ("approved",), (ADMIN, "teller"), approve, decides=True,
                   approves=True),
        Transition("reject", "Reject", ("pending",), ("rejected",), (ADMIN,), release, Reason, {"reason": "No"},
                   decides=True),
        Transition("cancel", "Cancel", ("pending",), ("rejected",), (OWNER,), release),
        Transition("lapse", "Lapse", ("pending",), ("lapsed",), (SYSTEM,), release),
        Transition("complete", "Complete", ("approved",), ("completed",), (SYSTEM,), complete, on_refused="fail"),
        Transition("fail", "Fail", ("approved",), ("failed",), (SYSTEM,), give_back),
    ),
    example={"amount": "20.00", "asset": "USD"},
    thresholds={"USD": "100"},
    refusals={"payout_odd": Rule(422, "There is something odd about this payout.")},
)  # fmt: skip

TIP = Kind(
    "tip",
    title="Tip",
    description="Something extra for a payout.",
    data=Tip,
    states=(State("given", "Given", open=False),),
    transitions=(Transition("file", "Give", (), ("given",), (OWNER,), tip),),
    example={"amount": "1.00", "asset": "USD", "payout": ""},
    parent=Parent("payout", ("payout",)),
)
