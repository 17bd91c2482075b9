"""Standing orders: a transfer that the bank files again and again, until a day or until it is ended.

When its day has come an order is ``due``, and the bank's job (:mod:`groat.programs.bank.jobs`) files the transfer.
The key is made of the order and its number, so that there is one transfer for each day, whichever server files it and
after whichever crash.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

import msgspec

from groat.ledger.errors import Refusal
from groat.programs.bank.accounts import no_money
from groat.programs.bank.recipients import RULES, know
from groat.programs.bank.transfers import DAY_RULE, DAYS_AHEAD_MAX, Day, Payment, with_recipient
from groat.programs.days import add_months, day_of, moment_of, read_day
from groat.programs.said import Said, joined, say
from groat.programs.workflow import (
    ADMIN,
    OWNER,
    SERVICE,
    SYSTEM,
    Kind,
    Notice,
    Parent,
    Reason,
    Request,
    State,
    Step,
    Transition,
)


class Plan(Payment, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A payment every week or month from the ``first`` day (UTC) to the day ``until``, or until it is ended."""

    first: Day
    every: Literal["week", "month"] = "month"
    until: Day = ""


class StandingOrder(Plan, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An order: ``next`` is the day of the coming transfer, ``count`` how many were filed, ``last`` the latest id."""

    next: str = ""
    count: int = 0
    last: str = ""


class Ran(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The transfer that was filed."""

    transfer: str


def day_number(plan: Plan, number: int) -> date:
    """Return the day of the transfer with this number, from 0.

    An order for the 31st takes a shorter month's last day.
    """
    first = read_day(plan.first)
    assert first is not None
    return first + timedelta(weeks=number) if plan.every == "week" else add_months(first, number)


def _told(r: Request[StandingOrder], level: str, title: Said, more: Said) -> Notice:
    return Notice(
        level,
        title,
        joined(say("{money} to {shown}.", money=r.money(), shown=r.data.shown), more),
        "transfers",
        r.id,
    )


def file(r: Request[Plan], _: Plan) -> Step | Refusal:
    """Wait for the first day, which may be today."""
    plan = with_recipient(r)
    if isinstance(plan, Refusal):
        return plan
    first, until, today = read_day(plan.first), read_day(plan.until), day_of(r.now)
    if first is None or first < today or (first - today).days > DAYS_AHEAD_MAX:
        return Refusal("day_wrong", DAY_RULE["day_wrong"].meaning, {"first": plan.first})
    if plan.until and (until is None or until < first):
        return Refusal("day_wrong", "It ends before it begins.", {"until": plan.until})
    data = StandingOrder(**msgspec.structs.asdict(plan), next=plan.first)
    return Step(data=data, due_at=moment_of(first))


def run(r: Request[StandingOrder], _: msgspec.Struct) -> Step:
    """Mark the order as due, for its day has come. The job files the transfer."""
    return Step()


def ran(r: Request[StandingOrder], filed: Ran) -> Step:
    """Keep the filed transfer's id, and wait for the next day if there is one."""
    count = r.data.count + 1
    if r.state == "ending":
        return Step("ended", data=msgspec.structs.replace(r.data, count=count, last=filed.transfer, next=""))
    following, until = day_number(r.data, count), read_day(r.data.until)
    data = msgspec.structs.replace(r.data, count=count, last=filed.transfer, next=following.isoformat())
    if until is not None and following > until:
        notice = _told(r, "info", say("Standing order completed"), say("That was its last transfer."))
        return Step("completed", data=msgspec.structs.replace(data, next=""), notice=notice)
    return Step("active", data=data, due_at=moment_of(following))


def stop(r: Request[StandingOrder], why: Reason) -> Step:
    """Stop the order, for its transfer could not even be filed."""
    return Step(notice=_told(r, "error", say("Standing order stopped"), Said(why.reason)))


def end(r: Request[StandingOrder], _: msgspec.Struct) -> Step:
    """End the order. Filed transfers go on, and so does the one that is being filed."""
    if r.state == "due":
        return Step("ending")
    return Step("ended", data=msgspec.structs.replace(r.data, next=""))


STANDING_ORDER = Kind(
    "standing_order",
    title="Standing order",
    description="A transfer that is filed again every week or month.",
    data=StandingOrder,
    form=Plan,
    states=(
        State("active", "Active", on_due="run", tone="good"),
        State("due", "Being carried out"),
        State("ending", "Ending with this transfer"),
        State("completed", "Completed", open=False, tone="good"),
        State("ended", "Ended", open=False),
        State("failed", "Stopped", open=False, tone="bad"),
    ),
    transitions=(
        Transition("file", "Set up", (), ("active",), (OWNER, SERVICE, ADMIN), file),
        Transition("run", "Carry out", ("active",), ("due",), (SYSTEM,), run),
        Transition("ran", "Go on", ("due", "ending"), ("active", "completed", "ended"), (SYSTEM,), ran, Ran,
                   {"transfer": ""}),
        Transition(
            "stop", "Stop", ("due", "ending"), ("failed",), (SYSTEM,), stop, Reason, {"reason": "No such asset"}
        ),
        Transition("end", "End", ("active", "due"), ("ended", "ending"), (OWNER,), end),
    ),
    example={"amount": "25.00", "asset": "USD", "user": "7", "reference": "Club", "first": "2030-01-31"},
    parent=Parent("beneficiary", ("beneficiary",)),
    refusals={**RULES, **DAY_RULE},
    resolve=know,
    books=no_money,
    uncorrectable="A standing order moves no money itself. Correct the transfers that it filed.",
)  # fmt: skip
