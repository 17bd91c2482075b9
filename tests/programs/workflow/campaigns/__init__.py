"""A made-up program for more than one person: voucher campaigns of the house, which anybody redeems.

A campaign is the house's request, a redemption is somebody else's that belongs to it. Filing one reads and writes rows
of two tables, pays the voucher out, and files a gift that staff are to send.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from groat.ledger.book import Table
from groat.ledger.errors import Refusal, Rule
from groat.programs.program import Program
from groat.programs.workflow import (
    ADMIN,
    OWNER,
    SERVICE,
    SYSTEM,
    Books,
    File,
    Kind,
    Named,
    Nothing,
    Notice,
    Parent,
    Pay,
    Reason,
    Request,
    Rows,
    State,
    Step,
    Transition,
    Write,
)
from groat.store.extension import Extension

PROMO = "house:promo"
SECRET = "The margin pays for it"

BUDGET = Table("promo_budget", lock="lock_promo_budgets", write="write_promo_budgets", rank=1)
USE = Table("promo_use", lock="lock_promo_uses", write="write_promo_uses", rank=2)
CAMPAIGNS = Extension(
    "promo",
    Path(__file__).parent,
    checks=(("verify_promo_budgets", "each use of a campaign is a redemption"),),
)

REFUSALS = {
    "voucher_spent": Rule(409, "Nothing is left of the campaign's budget."),
    "voucher_used": Rule(409, "Everybody may redeem it once."),
    "gift_odd": Rule(422, "No gift is of this name."),
}


class Plain(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Data of a kind without surprises."""


class Campaign(Plain, frozen=True):
    """``budget`` and ``worth`` are in dollars; ``used`` counts the redemptions."""

    title: str
    budget: str
    worth: str
    note: str = SECRET
    gift: str = "Mug"
    used: int = 0


class Redemption(Plain, frozen=True):
    campaign: str
    worth: str = ""


class Gift(Plain, frozen=True):
    redemption: str
    what: str


class Announcement(Plain, frozen=True):
    people: tuple[str, ...]


class Other(Plain, frozen=True):
    other: str


def refused(code: str) -> Refusal:
    return Refusal(code, REFUSALS[code].meaning)


def units(r: Request[Any], table: Table, id: str) -> int:
    values = r.row(table, id)
    return values[1] if values else 0


# Campaigns


def approve(r: Request[Campaign], _: Any) -> Step:
    return Step(writes=(Write(BUDGET, r.id, (r.id, r.units(r.data.budget, "USD"))),))


def reject(_: Any, __: Reason) -> Step:
    return Step(notice=Notice("error", "Campaign rejected"))


def merge(r: Request[Campaign], given: Other) -> Step | Refusal:
    """Take over what is left of another campaign that has ended."""
    other = r.named["other"]
    if other.state != "ended":
        return Refusal("wrong_state", "Only the rest of a campaign that has ended.", {"state": other.state})
    both = units(r, BUDGET, r.id) + units(r, BUDGET, given.other)
    return Step(writes=(Write(BUDGET, r.id, (r.id, both)), Write(BUDGET, given.other, (given.other, 0))))


def announce(_: Any, given: Announcement) -> Step:
    notice = Notice("info", "A voucher for you")
    return Step(others=tuple((f"user:{user}", notice) for user in given.people), rest=("role:all", notice))


def end(*_: Any) -> Step:
    return Step(notice=Notice("info", "Campaign ended"))


CAMPAIGN = Kind(
    "campaign",
    title="Campaign",
    description="Vouchers that the house gives away.",
    data=Campaign,
    owners=("house:*",),
    states=(
        State("draft", "Draft", waits=True, tone="wait"),
        State("active", "Active", tone="good"),
        State("rejected", "Rejected", open=False, tone="bad"),
        State("ended", "Ended", open=False),
    ),
    transitions=(
        Transition("file", "Plan", (), ("draft",), (ADMIN, SERVICE, "marketing"), lambda *_: Step()),
        Transition("approve", "Approve", ("draft",), ("active",), ("marketing",), approve, decides=True,
                   approves=True, reads=(Rows(BUDGET, lambda r, _: (r.id,)),), writes=(BUDGET,)),
        Transition("reject", "Reject", ("draft",), ("rejected",), ("marketing",), reject, Reason, {"reason": "No"},
                   decides=True),
        Transition("merge", "Take over", ("active",), ("active",), ("marketing",), merge, Other,
                   reads=(Named("other", ("campaign",)), Rows(BUDGET, lambda r, given: (r.id, given.other))),
                   writes=(BUDGET,)),
        Transition("announce", "Announce", ("active",), ("active",), ("marketing",), announce, Announcement,
                   {"people": ["7"]}),
        Transition("end", "End", ("active",), ("ended",), ("marketing", SYSTEM), end),
    ),
    example={"title": "Spring", "budget": "10.00", "worth": "5.00"},
    uncorrectable="A campaign moves no money.",
)  # fmt: skip


# Redemptions


def redeem(r: Request[Redemption], _: Redemption) -> Step | Refusal:
    campaign, use = r.parent, f"{r.data.campaign}/{r.user}"
    assert campaign is not None
    worth = r.units(campaign.data.worth, "USD")
    left = units(r, BUDGET, campaign.id)
    if units(r, USE, use):
        return refused("voucher_used")
    if left < worth:
        return refused("voucher_spent")
    more = msgspec.structs.replace(campaign.data, used=campaign.data.used + 1)
    return Step(
        money=(Pay(campaign.owner, r.owner, worth, "USD"),),
        data=msgspec.structs.replace(r.data, worth=campaign.data.worth),
        parent=more,
        writes=(Write(BUDGET, campaign.id, (campaign.id, left - worth)), Write(USE, use, (use, 1))),
        files=(File("gift", Gift(r.id, campaign.data.gift)),),
        notice=Notice("success", "Voucher redeemed"),
    )


def books(r: Request[Redemption]) -> Books:
    return Books(moved=(Pay(PROMO, r.owner, r.units(r.data.worth, "USD"), "USD"),))


REDEMPTION = Kind(
    "redemption",
    title="Redemption",
    description="A voucher that somebody redeems.",
    data=Redemption,
    states=(State("redeemed", "Redeemed", open=False, tone="good"),),
    transitions=(
        Transition("file", "Redeem", (), ("redeemed",), (OWNER, SERVICE), redeem,
                   reads=(Rows(BUDGET, lambda r, _: (r.data.campaign,)),
                          Rows(USE, lambda r, _: (f"{r.data.campaign}/{r.user}",))),
                   writes=(BUDGET, USE), files=("gift",)),
    ),
    example={"campaign": ""},
    parent=Parent("campaign", ("campaign",), anybodys=True, states=("active",)),
    refusals=REFUSALS,
    books=books,
)  # fmt: skip


# Gifts


def give(r: Request[Gift], _: Gift) -> Step | Refusal:
    return refused("gift_odd") if r.data.what == "Nothing" else Step()


GIFT = Kind(
    "gift",
    title="Gift",
    description="What goes to whoever redeemed a voucher.",
    data=Gift,
    states=(State("pending", "Pending", waits=True, tone="wait"), State("sent", "Sent", open=False, tone="good")),
    transitions=(
        Transition("file", "Give", (), ("pending",), (SYSTEM,), give),
        Transition("send", "Send", ("pending",), ("sent",), (ADMIN,),
                   lambda *_: Step(notice=Notice("success", "Your gift is on its way")), Nothing, decides=True),
    ),
    example={"redemption": "", "what": "Mug"},
    parent=Parent("redemption", ("redemption",), states=("redeemed",)),
    refusals=REFUSALS,
)  # fmt: skip

KINDS = (CAMPAIGN, REDEMPTION, GIFT)
PROGRAM = Program("promo", kinds=KINDS, extension=CAMPAIGNS)
