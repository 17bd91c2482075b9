"""Payments with a card: the network authorises (the money is held), captures what was really due, and refunds.

The network's messages arrive as calls. A request is filed by the authorisation, under the network's own message id as
its key. The adapter of a real network is a service with an API key; the demo simulates one.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from groat.ledger.errors import Refusal, Rule
from groat.programs.bank.accounts import AMOUNT_WRONG, CARDS, amount_of, money_of, stored
from groat.programs.bank.cards import RULES, with_spent
from groat.programs.days import DAY_US, month_of
from groat.programs.said import Said, say
from groat.programs.workflow import (
    ADMIN,
    SERVICE,
    SYSTEM,
    Books,
    Correction,
    Kind,
    Notice,
    Parent,
    Pay,
    Request,
    Reserve,
    Settle,
    State,
    Step,
    Transition,
    Unreserve,
    correction_units,
)

HELD_US = 7 * DAY_US
"""An authorisation that is not captured within a week lapses."""


class Authorisation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A merchant's demand: ``card`` is the id of the card's request."""

    card: Annotated[str, Meta(min_length=1)]
    amount: str
    asset: str
    merchant: Annotated[str, Meta(min_length=1, max_length=100)]


class CardPayment(Authorisation, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A payment. It counts against the limit of ``month``; ``captured`` and ``refunded`` are decimal strings."""

    month: str = ""
    captured: str = ""
    refunded: str = ""


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The part of the payment that is meant; an empty amount is all that is left."""

    amount: str = ""


def _told(r: Request[CardPayment], level: str, title: Said, money: str) -> Notice:
    return Notice(
        level, title, say("{money} at {merchant}.", money=money, merchant=r.data.merchant), "cards", r.id
    )


def file(r: Request[Authorisation], _: Authorisation) -> Step | Refusal:
    """Authorise the payment: hold the money, if the card allows it."""
    card = r.parent
    assert card is not None
    if card.state != "active":
        code = "card_frozen" if card.state == "frozen" else "card_inactive"
        return Refusal(code, RULES[code].meaning)
    if card.data.asset != r.data.asset:
        return Refusal("card_asset", RULES["card_asset"].meaning, {"asset": card.data.asset})
    spent = with_spent(card, money_of(r)[0])
    if isinstance(spent, Refusal):
        return spent
    return Step(
        money=(Reserve(r.owner, CARDS, *money_of(r)),),
        data=CardPayment(**msgspec.structs.asdict(r.data), month=month_of(r.now)),
        parent=spent,
        due_at=r.now + HELD_US,
        notice=Notice(
            "info",
            say("Card payment"),
            say("{money} at {merchant}.", money=r.money(), merchant=r.data.merchant),
            "cards",
            r.id,
        ),
        reason=r.data.merchant,
    )


def capture(r: Request[CardPayment], part: Part) -> Step | Refusal:
    """Take the amount that was really due, at most what is held, and free the rest."""
    amount = amount_of(r, part.amount, r.data.asset) if part.amount else r.held
    if isinstance(amount, Refusal):
        return amount
    if amount > r.held:
        return Refusal(
            "exceeds_payment", RULE["exceeds_payment"].meaning, {"left": r.text(r.held, r.data.asset)}
        )
    data = msgspec.structs.replace(r.data, captured=r.text(amount, r.data.asset))
    money = f"{data.captured} {data.asset}"
    return Step(
        money=(Settle(amount),),
        data=data,
        parent=_unspent(r, r.held - amount),
        notice=_told(r, "info", say("Card payment booked"), money),
        reason=r.data.merchant,
    )


def release(r: Request[CardPayment], _: msgspec.Struct) -> Step:
    """Free the money, for the merchant let go or never came back."""
    return Step(
        money=(Unreserve(),),
        parent=_unspent(r, r.held),
        notice=_told(r, "info", say("Card payment released"), r.money()),
        reason=r.data.merchant,
    )


def refund(r: Request[CardPayment], part: Part) -> Step | Refusal:
    """Give money back, in parts too. A refund does not raise what is left of the limit."""
    data, asset = r.data, r.data.asset
    before = stored(r, data.refunded, asset)
    left = stored(r, data.captured, asset) - before
    amount = amount_of(r, part.amount, asset) if part.amount else left
    if isinstance(amount, Refusal):
        return amount
    if amount > left:
        return Refusal("exceeds_payment", RULE["exceeds_payment"].meaning, {"left": r.text(left, asset)})
    return Step(
        "captured" if amount < left else "refunded",
        money=(Pay(CARDS, r.owner, amount, asset),),
        data=msgspec.structs.replace(data, refunded=r.text(before + amount, asset)),
        notice=_told(r, "success", say("Card payment refunded"), f"{r.text(amount, asset)} {asset}"),
        reason=f"{data.merchant}, refund",
    )


def correct(r: Request[CardPayment], correction: Correction) -> Step | Refusal:
    """Give back what was captured wrongly: a refund that two of the staff want, whatever the merchant says."""
    data, asset = r.data, r.data.asset
    before = stored(r, data.refunded, asset)
    left = stored(r, data.captured, asset) - before
    if not left:
        return Refusal("nothing_to_correct", "All of it was given back before.")
    amount = left
    if correction.amount:
        wanted = correction_units(r, correction.amount, {asset: left})
        if isinstance(wanted, Refusal):
            return wanted
        amount = wanted[asset]
    return Step(
        "captured" if amount < left else "refunded",
        money=(Pay(CARDS, r.owner, amount, asset),),
        data=msgspec.structs.replace(data, refunded=r.text(before + amount, asset)),
        notice=_told(r, "warning", say("Card payment corrected"), f"{r.text(amount, asset)} {asset}"),
        reason=f"{data.merchant}, correction: {correction.reason}",
    )


def _unspent(r: Request[CardPayment], amount: int) -> msgspec.Struct | None:
    """Return the card with the limit given back, if it is still the same month."""
    assert r.parent is not None
    if not amount or month_of(r.now) != r.data.month:
        return None
    card = with_spent(r.parent, -amount)
    assert not isinstance(card, Refusal)
    return card


def books(r: Request[CardPayment]) -> Books:
    """Return the books: held while it is authorised, then what was captured less what was refunded."""
    amount, asset = money_of(r)
    if r.state == "authorised":
        return Books(held=amount)
    paid = stored(r, r.data.captured, asset) - stored(r, r.data.refunded, asset)
    return Books(moved=(Pay(r.owner, CARDS, paid, asset),) if r.state in ("captured", "refunded") else ())


RULE = {"exceeds_payment": Rule(422, "The amount exceeds what is left of the payment.")}

CARD_PAYMENT = Kind(
    "card_payment",
    title="Card payment",
    description="What was paid with a card: authorised, captured, perhaps refunded.",
    data=CardPayment,
    form=Authorisation,
    states=(
        State("authorised", "Reserved", on_due="lapse", tone="wait"),
        State("captured", "Paid", open=False, tone="good"),
        State("refunded", "Refunded", open=False),
        State("voided", "Released", open=False),
        State("lapsed", "Lapsed", open=False),
    ),
    transitions=(
        Transition("file", "Authorise", (), ("authorised",), (SERVICE, ADMIN), file),
        Transition("capture", "Capture", ("authorised",), ("captured",), (SERVICE, ADMIN), capture, Part),
        Transition("void", "Release", ("authorised",), ("voided",), (SERVICE, ADMIN), release),
        Transition("lapse", "Lapse", ("authorised",), ("lapsed",), (SYSTEM,), release),
        Transition("refund", "Refund", ("captured",), ("captured", "refunded"), (SERVICE, ADMIN), refund, Part,
                   {"amount": "5.00"}),
        Transition("correct", "Correct", ("captured", "refunded"), ("captured", "refunded"), (ADMIN,), correct,
                   Correction, {"amount": "2.00", "reason": "Booked twice"}, confirms=True),
    ),
    example={"card": "", "amount": "12.50", "asset": "USD", "merchant": "Corner Bakery"},
    parent=Parent("card", ("card",)),
    refusals={**RULES, **RULE, **AMOUNT_WRONG},
    books=books,
)  # fmt: skip
