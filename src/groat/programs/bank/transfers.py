"""Transfers: filing one holds the money; once staff approve, it leaves through the clearing account, and arrives.

A transfer for a later day holds nothing until that day. One that nobody decides on within a week is given back.
"""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from groat.ledger.errors import Refusal, Rule
from groat.programs.bank.accounts import CLEARING, money_of
from groat.programs.bank.recipients import RULES, To, know, recipient_refusal
from groat.programs.days import DAY_US, day_of, moment_of, read_day
from groat.programs.said import NOTHING, Said, joined, say
from groat.programs.workflow import (
    ADMIN,
    OWNER,
    SERVICE,
    SYSTEM,
    Books,
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

PATIENCE_US = 7 * DAY_US
DAYS_AHEAD_MAX = 731

Day = Annotated[str, Meta(pattern=r"^$|^\d{4}-\d{2}-\d{2}$")]
DAY_RULE = {"day_wrong": Rule(422, "Not a date, in the past, or more than two years ahead.")}


class Payment(To, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A payment. With ``beneficiary``, the id of a saved recipient, it keeps that recipient's account."""

    amount: str
    asset: str
    beneficiary: Annotated[str, Meta(description="The id of a saved recipient")] = ""
    reference: Annotated[str, Meta(max_length=140)] = ""


class Transfer(Payment, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A payment ``on`` a day (UTC), or at once."""

    on: Day = ""


T = TypeVar("T", bound=Payment)


def about(data: Payment) -> str:
    """Return the text for statements: "Transfer to Mei Tanaka: dinner"."""
    return f"Transfer to {data.shown}" + (f": {data.reference}" if data.reference else "")


def with_recipient(r: Request[T]) -> T | Refusal:
    """Return the data to file, with the saved recipient's account where one is named."""
    data = r.data
    if r.parent is not None:
        if data.user or data.external:
            return Refusal("recipient_missing", "Name a saved recipient or another one, not both.")
        if r.parent.state != "active":
            return Refusal("recipient_removed", RULES["recipient_removed"].meaning)
        saved: To = r.parent.data
        data = msgspec.structs.replace(data, user=saved.user, external=saved.external, name=saved.name)
    return recipient_refusal(r.user, data) or data


def _told(
    r: Request[Transfer], level: str, title: Said, more: Said = NOTHING, to: To | None = None
) -> Notice:
    body = say("{money} to {shown}.", money=r.money(), shown=(to or r.data).shown)
    return Notice(level, title, joined(body, more), "transfers", r.id)


def file(r: Request[Transfer], _: Transfer) -> Step | Refusal:
    """Hold the money, or wait for the day."""
    data = with_recipient(r)
    if isinstance(data, Refusal):
        return data
    if data.on:
        # The bank files a standing order's transfer for its day, and may come late to it.
        by_bank = r.actor.startswith("system:")
        day, today = read_day(data.on), day_of(r.now)
        if day is None or (day < today and not by_bank) or (day - today).days > DAYS_AHEAD_MAX:
            return Refusal("day_wrong", DAY_RULE["day_wrong"].meaning, {"on": data.on})
        if day > today or by_bank:
            return Step("scheduled", data=data, due_at=moment_of(day), reason=about(data))
    return _hold(r, data)


def begin(r: Request[Transfer], _: msgspec.Struct) -> Step | Refusal:
    """Hold the money, for the day has come."""
    return _hold(r, r.data)


def _hold(r: Request[Transfer], data: Transfer) -> Step:
    return Step(
        "pending",
        money=(Reserve(r.owner, CLEARING, *money_of(r)),),
        data=data,
        due_at=r.now + PATIENCE_US,
        notice=_told(r, "info", say("Transfer filed"), say("It waits for approval."), to=data),
        reason=about(data),
    )


def approve(r: Request[Transfer], _: msgspec.Struct) -> Step:
    """Take the money off the account. The system sends it on at once."""
    return Step(
        money=(Settle(),),
        due_at=r.now,
        notice=_told(r, "info", say("Transfer approved")),
        reason=about(r.data),
    )


def complete(r: Request[Transfer], _: msgspec.Struct) -> Step:
    """Credit the recipient, and tell them, too."""
    from_whom = joined(say("{money} from {user}.", money=r.money(), user=r.user), r.data.reference)
    return Step(
        money=(Pay(CLEARING, r.data.account, *money_of(r)),),
        notice=_told(r, "success", say("Transfer completed")),
        others=((r.data.account, Notice("success", say("Money received"), from_whom, "transfers")),)
        if r.data.user
        else (),
        reason=about(r.data),
    )


def bounce(r: Request[Transfer], _: msgspec.Struct) -> Step:
    """Return the money, for the recipient's account cannot take it."""
    return Step(
        money=(Pay(CLEARING, r.owner, *money_of(r)),),
        notice=_told(
            r,
            "error",
            say("Transfer failed"),
            say("The recipient's account cannot take it; you have it back."),
        ),
        reason=f"{about(r.data)}, returned",
    )


def reject(r: Request[Transfer], why: Reason) -> Step:
    """Free the money, and tell the payer why."""
    return Step(money=(Unreserve(),), notice=_told(r, "error", say("Transfer rejected"), Said(why.reason)))


def cancel(r: Request[Transfer], _: msgspec.Struct) -> Step:
    """Free the money, for the payer withdrew the transfer."""
    return Step(money=(Unreserve(),) if r.held else (), notice=_told(r, "info", say("Transfer cancelled")))


def expire(r: Request[Transfer], _: msgspec.Struct) -> Step:
    """Free the money, for nobody decided in time."""
    notice = _told(r, "warning", say("Transfer not approved in time"), say("Please file it again."))
    return Step(money=(Unreserve(),), notice=notice)


def fail(r: Request[Transfer], _: msgspec.Struct) -> Step:
    """End the transfer, for on its day the money was missing."""
    return Step(
        notice=_told(
            r,
            "error",
            say("Transfer failed"),
            say("On {on} there was not enough money for it.", on=r.data.on),
        )
    )


def books(r: Request[Transfer]) -> Books:
    """Return the books: held until it is decided, in the clearing account until it arrives, or nothing."""
    amount, asset = money_of(r)
    if r.state == "pending":
        return Books(held=amount)
    places = {"approved": CLEARING, "completed": r.data.account}
    return Books(moved=(Pay(r.owner, places[r.state], amount, asset),)) if r.state in places else Books()


TRANSFER = Kind(
    "transfer",
    title="Transfer",
    description="Money to a user of the system or to an account at another bank.",
    data=Transfer,
    states=(
        State("scheduled", "Scheduled", on_due="begin"),
        State("pending", "Waiting for approval", waits=True, on_due="expire", tone="wait"),
        State("approved", "Approved", on_due="complete"),
        State("completed", "Completed", open=False, tone="good"),
        State("rejected", "Rejected", open=False, tone="bad"),
        State("cancelled", "Cancelled", open=False),
        State("expired", "Not approved in time", open=False, tone="bad"),
        State("failed", "Failed", open=False, tone="bad"),
    ),
    transitions=(
        Transition("file", "Send money", (), ("scheduled", "pending"), (OWNER, SERVICE, ADMIN, SYSTEM), file),
        Transition("begin", "Begin", ("scheduled",), ("pending",), (SYSTEM,), begin, on_refused="fail"),
        Transition("fail", "Fail", ("scheduled",), ("failed",), (SYSTEM,), fail),
        Transition("approve", "Approve", ("pending",), ("approved",), (ADMIN,), approve, decides=True, approves=True),
        Transition("reject", "Reject", ("pending",), ("rejected",), (ADMIN,), reject, Reason,
                   {"reason": "Please call us first"}, decides=True),
        Transition("cancel", "Cancel", ("scheduled", "pending"), ("cancelled",), (OWNER,), cancel),
        Transition("expire", "Expire", ("pending",), ("expired",), (SYSTEM,), expire),
        Transition("complete", "Complete", ("approved",), ("completed",), (SYSTEM,), complete, on_refused="bounce"),
        Transition("bounce", "Return", ("approved",), ("failed",), (SYSTEM,), bounce),
    ),
    example={"amount": "25.00", "asset": "USD", "user": "7", "reference": "Dinner"},
    parent=Parent("beneficiary", ("beneficiary",)),
    recipient="user",
    thresholds={"USD": "10000", "EUR": "10000", "BTC": "0.25"},
    refusals={**RULES, **DAY_RULE},
    resolve=know,
    books=books,
)  # fmt: skip
