"""Cards: people apply for them, the card network's gateway issues them, and their holders freeze and close them.

Of a card only the last four digits and the expiry are kept. Spending counts by calendar month (UTC), from the
authorisation on.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from groat.ledger.errors import Refusal, Rule
from groat.programs.bank.accounts import AMOUNT_WRONG, amount_of, no_money, stored
from groat.programs.days import month_of
from groat.programs.said import NOTHING, Said, joined, say
from groat.programs.workflow import (
    ADMIN,
    OWNER,
    SERVICE,
    SYSTEM,
    Kind,
    Notice,
    Reason,
    Request,
    State,
    Step,
    Transition,
)


class Application(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An application for a card: the name on it, the asset it spends, and the most it spends in a month."""

    holder: Annotated[str, Meta(min_length=1, max_length=40)]
    asset: str
    limit: str


class Card(Application, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A card. ``spent`` is the amount authorised in ``month`` ("2026-01"); ``expiry`` is a month, too."""

    last4: str = ""
    expiry: str = ""
    month: str = ""
    spent: str = ""


class Issued(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The network's description of the card that it made."""

    last4: Annotated[str, Meta(pattern=r"^\d{4}$")]
    expiry: Annotated[str, Meta(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new monthly limit."""

    limit: str


def _told(r: Request[Card], level: str, title: Said, more: Said = NOTHING) -> Notice:
    card = (
        say("The card •••• {last4}.", last4=r.data.last4)
        if r.data.last4
        else say("The card for {holder}.", holder=r.data.holder)
    )
    return Notice(level, title, joined(card, more), "cards", r.id)


def file(r: Request[Application], _: Application) -> Step | Refusal:
    """Apply for a card."""
    limit = amount_of(r, r.data.limit, r.data.asset)
    if isinstance(limit, Refusal):
        return limit
    return Step(data=Card(holder=r.data.holder, asset=r.data.asset, limit=r.text(limit, r.data.asset)))


def approve(r: Request[Card], _: msgspec.Struct) -> Step:
    """Approve the card, which the bank then orders from the network."""
    return Step(notice=_told(r, "success", say("Card approved"), say("It is being made.")))


def reject(r: Request[Card], why: Reason) -> Step:
    """Refuse the card, and say why."""
    return Step(notice=_told(r, "error", say("Card rejected"), Said(why.reason)))


def create(r: Request[Card], issued: Issued) -> Step:
    """Keep the network's description of the card that it made."""
    data = msgspec.structs.replace(r.data, last4=issued.last4, expiry=issued.expiry)
    return Step(
        data=data,
        notice=_told(r, "success", say("Card ready"), say("It ends in {last4}.", last4=issued.last4)),
    )


def freeze(r: Request[Card], _: msgspec.Struct) -> Step:
    """Stop further authorisations. Payments already authorised go through."""
    return Step(notice=_told(r, "warning", say("Card frozen"), say("Nothing can be paid with it.")))


def unfreeze(r: Request[Card], _: msgspec.Struct) -> Step:
    """Let the card pay again."""
    return Step(notice=_told(r, "success", say("Card unfrozen"), say("It can be used again.")))


def set_limit(r: Request[Card], new: Limit) -> Step | Refusal:
    """Change the monthly limit from now on. The holder may only lower it."""
    limit = amount_of(r, new.limit, r.data.asset)
    if isinstance(limit, Refusal):
        return limit
    if r.actor == r.owner and limit > stored(r, r.data.limit, r.data.asset):
        return Refusal("limit_not_lower", RULES["limit_not_lower"].meaning, {"limit": r.data.limit})
    data = msgspec.structs.replace(r.data, limit=r.text(limit, r.data.asset))
    notice = _told(
        r,
        "info",
        say("Card limit changed"),
        say("{limit} {asset} a month.", limit=data.limit, asset=data.asset),
    )
    return Step(r.state, data=data, notice=notice)


def close(r: Request[Card], _: msgspec.Struct) -> Step:
    """Close the card for good."""
    return Step(notice=_told(r, "info", say("Card closed")))


def cancel(r: Request[Card], _: msgspec.Struct) -> Step:
    """Withdraw the application."""
    return Step()


def with_spent(r: Request[Card], change: int) -> Card | Refusal:
    """Return the card with ``change`` smallest units more (or less) spent this month, or the refusal ``card_limit``."""
    card, month = r.data, month_of(r.now)
    before = stored(r, card.spent, card.asset) if card.month == month else 0
    limit, spent = stored(r, card.limit, card.asset), before + change
    if change > 0 and spent > limit:
        left = r.text(max(limit - before, 0), card.asset)
        return Refusal("card_limit", f"{left} {card.asset} are left of this month's limit.", {"left": left})
    return msgspec.structs.replace(card, month=month, spent=r.text(spent, card.asset))


RULES = {
    "limit_not_lower": Rule(422, "The holder may only lower the limit; staff can raise it."),
    "card_frozen": Rule(409, "The card is frozen."),
    "card_inactive": Rule(409, "The card has not been issued yet, or is closed."),
    "card_asset": Rule(422, "The card pays in another asset."),
    "card_limit": Rule(422, "The payment exceeds what is left of the card's limit for this month."),
    **AMOUNT_WRONG,
}

CARD = Kind(
    "card",
    title="Card",
    description="A payment card with a monthly limit.",
    data=Card,
    form=Application,
    states=(
        State("pending", "Waiting for approval", waits=True, tone="wait"),
        State("approved", "Being made"),
        State("active", "Active", tone="good"),
        State("frozen", "Frozen", tone="bad"),
        State("closed", "Closed", open=False),
        State("rejected", "Rejected", open=False, tone="bad"),
        State("cancelled", "Cancelled", open=False),
    ),
    transitions=(
        Transition("file", "Apply", (), ("pending",), (OWNER, SERVICE, ADMIN), file),
        Transition("approve", "Approve", ("pending",), ("approved",), (ADMIN,), approve, decides=True, approves=True),
        Transition("reject", "Reject", ("pending",), ("rejected",), (ADMIN,), reject, Reason,
                   {"reason": "Too many cards already"}, decides=True),
        Transition("cancel", "Cancel", ("pending",), ("cancelled",), (OWNER,), cancel),
        Transition("create", "Make", ("approved",), ("active",), (SYSTEM, SERVICE), create, Issued,
                   {"last4": "4242", "expiry": "2030-01"}),
        Transition("freeze", "Freeze", ("active",), ("frozen",), (OWNER, ADMIN), freeze),
        Transition("unfreeze", "Unfreeze", ("frozen",), ("active",), (OWNER, ADMIN), unfreeze),
        Transition("set_limit", "Change limit", ("active", "frozen"), ("active", "frozen"), (OWNER, ADMIN), set_limit,
                   Limit, {"limit": "500.00"}),
        Transition("close", "Close", ("approved", "active", "frozen"), ("closed",), (OWNER, ADMIN), close),
    ),
    example={"holder": "Ursula Lang", "asset": "USD", "limit": "1000.00"},
    refusals=RULES,
    books=no_money,
    uncorrectable="A card moves no money itself. Correct the payment that was made with it.",
)  # fmt: skip
