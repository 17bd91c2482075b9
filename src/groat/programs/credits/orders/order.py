"""The kind ``credit_order``: a person orders a package, and gets its credits once it is paid or staff fulfil it."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from groat.ledger.amounts import parse_amount
from groat.ledger.errors import InvalidInput, Refusal, Rule
from groat.ledger.grants import Terms
from groat.programs.credits.orders.catalogue import PACKAGE, stored
from groat.programs.said import NOTHING, Said, joined, say
from groat.programs.words import Ledger
from groat.programs.workflow import (
    ADMIN,
    OWNER,
    SERVICE,
    SYSTEM,
    Books,
    Correction,
    Granted,
    Kind,
    Notice,
    Pay,
    Reason,
    Request,
    Requests,
    Rows,
    State,
    Step,
    TakeBack,
    Transition,
    correction_units,
)

NAME = "credit_order"
SALES = "house:sales"
"""The account that sold credits come from: below zero by what was sold and not taken back."""

CAUSE = "order"
TOP_UP = "top_up"

ORDER_RULES = {
    "package_not_found": Rule(404, "The catalogue has no package with this id; GET /v1/credits/packages."),
    "package_not_sold": Rule(409, "The package is not sold at present, or has no price yet."),
    "currency_needed": Rule(422, "Name one of the currencies in which the package has a price (currencies)."),
    "price_changed": Rule(409, "The price is another one by now (price). Show it, and order again."),
    "cause_not_yours": Rule(403, "People file their orders without a cause; only what files them for people has one."),
    "fulfilled_by_differs": Rule(
        403, "An order is fulfilled by whoever calls (fulfilled_by). Leave the field out, or send yourself."
    ),
    "cancel_reason_missing": Rule(422, "Say why you cancel somebody's order: they read the reason."),
    "refund_wrong": Rule(422, "Not an amount of the order's credits. Leave it empty for all that is left."),
    "payment_wrong_currency": Rule(422, "The payment is in another currency than the order (expected)."),
    "payment_wrong_amount": Rule(422, "The payment is not of the order's price (expected)."),
    "payment_of_cancelled": Rule(409, "The order was cancelled before the payment came. Reopen it, or pay it back."),
    "payment_repeated": Rule(409, "This payment has paid the order before."),
    "paid_before": Rule(409, "Another payment has paid the order before (payment). Pay this one back."),
}  # fmt: skip

_PAYMENT = Annotated[str, Meta(min_length=1, max_length=100, description="The payment's id at the gateway.")]


class OrderForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Order a package. ``price`` and ``currency`` are those that the person was shown; empty takes what holds now.

    ``cause`` says why an order was filed for somebody (``top_up``).
    """

    package: Annotated[str, Meta(min_length=1, max_length=64)]
    currency: Annotated[str, Meta(max_length=16, description="Needed where there are several.")] = ""
    price: Annotated[str, Meta(max_length=64, description="Refused where it is another one by now.")] = ""
    cause: Annotated[str, Meta(pattern="^[a-z_]{0,40}$")] = ""


class CreditOrder(OrderForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An order: the package as it was when it was filed (``amount`` credits of ``asset``), and what became of it.

    ``payment`` is the payment that paid it, ``fulfilled_by`` who fulfilled it. ``refunded`` credits were taken back,
    ``kept`` ones were not, and ``repay`` is the part of the price that these stand for.
    """

    user_id: str = ""
    name: str = ""
    amount: str = ""
    asset: str = ""
    cls: str = msgspec.field(name="class", default="paid")
    lasts_s: int | None = None
    priority: int = 100
    pay_within_s: int = 604_800
    fulfilled_by: str = ""
    payment: str = ""
    transaction: str = ""
    refunded: str = ""
    kept: str = ""
    repay: str = ""


class Fulfil(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fulfil it by hand. ``fulfilled_by`` may only be the caller, by id or as a principal."""

    fulfilled_by: Annotated[str, Meta(max_length=255)] = ""
    reason: Annotated[str, Meta(max_length=1_000)] = ""


class Paid(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The payment that came: its id, and what was paid."""

    payment: _PAYMENT
    amount: Annotated[str, Meta(max_length=64)]
    currency: Annotated[str, Meta(max_length=16)]


class PaymentFailed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The payment that failed, and why."""

    payment: _PAYMENT
    reason: Annotated[str, Meta(max_length=1_000)] = ""


class Cancel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The reason, which staff and services must give."""

    reason: Annotated[str, Meta(max_length=1_000)] = ""


class Refund(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The credits to take back (a decimal string), all that is left of the order's grant if empty, and why."""

    reason: Annotated[str, Meta(min_length=1, max_length=1_000)]
    amount: Annotated[str, Meta(max_length=64, description="All that is left, if empty.")] = ""


def _told(r: Request[CreditOrder], level: str, title: Said, more: Said = NOTHING) -> Notice:
    return _notice(level, title, r.data, r.id, more)


def _notice(level: str, title: Said, data: CreditOrder, id: str, more: Said = NOTHING) -> Notice:
    return Notice(level, title, joined(f"{data.name}: {data.amount} {data.asset}.", more), "credits", id)


def _refuse(code: str, **fields: str) -> Refusal:
    return Refusal(code, ORDER_RULES[code].meaning, fields)


def file(r: Request[OrderForm], form: OrderForm) -> Step | Refusal:
    """Keep the package as it is now, and wait for the payment."""
    if form.cause and r.actor == r.owner:
        return _refuse("cause_not_yours")
    values = r.row(PACKAGE, form.package)
    if values is None:
        return _refuse("package_not_found", package=form.package)
    package = stored(values).package
    prices = package.prices_at(r.now)
    if not prices or not package.is_sold(r.now):
        return _refuse("package_not_sold", package=form.package)
    currency = form.currency or (next(iter(prices)) if len(prices) == 1 else "")
    if currency not in prices:
        return _refuse("currency_needed", currencies=", ".join(sorted(prices)))
    price = prices[currency]
    r.units(package.credits, package.asset)
    if form.price and not _equals(r, form.price, price.amount, currency):
        return _refuse("price_changed", price=price.amount, currency=currency)
    data = CreditOrder(
        package=form.package, currency=currency, price=price.amount, cause=form.cause, user_id=r.user,
        name=package.name, amount=package.credits, asset=package.asset, cls=package.cls, lasts_s=package.lasts_s,
        priority=package.priority, pay_within_s=package.pay_within_s,
    )  # fmt: skip
    return Step(
        data=data,
        due_at=r.now + package.pay_within_s * 1_000_000,
        notice=_notice("info", say("Order placed"), data, r.id, Said(f"{price.amount} {currency}.")),
        reason=f"Order of {package.name}",
    )


def _equals(r: Request[Any], text: str, price: str, currency: str) -> bool:
    try:
        return r.units(text, currency) == r.units(price, currency)
    except InvalidInput:
        return False


def caller_of(principal: str) -> str:
    """Return a person's id, or the whole principal of a service."""
    return principal.removeprefix("user:")


def fulfil(r: Request[CreditOrder], given: Fulfil) -> Step | Refusal:
    """Give the credits, on the word of whoever calls."""
    caller = caller_of(r.actor)
    if given.fulfilled_by not in ("", caller, r.actor):
        return _refuse("fulfilled_by_differs", fulfilled_by=caller)
    return _give(r, caller, r.data.payment)


def _give(r: Request[CreditOrder], by: str, payment: str) -> Step:
    data = r.data
    lasts = None if data.lasts_s is None else data.lasts_s * 1_000_000
    terms = Terms(data.cls, None, lasts, data.priority, f"{CAUSE}:{r.id}", data.name)
    return Step(
        "fulfilled",
        money=(Pay(SALES, r.owner, r.units(data.amount, data.asset), data.asset, grant=terms),),
        data=msgspec.structs.replace(data, fulfilled_by=by, payment=payment, transaction=r.transaction),
        notice=_told(r, "success", say("Credits added")),
        reason=f"Order of {data.name}",
    )


def pay(r: Request[CreditOrder], paid: Paid) -> Step | Refusal:
    """Give the credits for a payment, also after the time for it; note it on an order that staff fulfilled before."""
    data = r.data
    if paid.payment == data.payment:
        return _refuse("payment_repeated", payment=paid.payment)
    if paid.currency != data.currency:
        return _refuse("payment_wrong_currency", expected=data.currency)
    if not _equals(r, paid.amount, data.price, data.currency):
        return _refuse("payment_wrong_amount", expected=f"{data.price} {data.currency}")
    if r.state == "cancelled":
        return _refuse("payment_of_cancelled")
    if r.state in ("pending", "expired"):
        return _give(r, caller_of(r.actor), paid.payment)
    if data.payment or r.state != "fulfilled":
        return _refuse("paid_before", payment=data.payment)
    return Step(
        "fulfilled",
        data=msgspec.structs.replace(data, payment=paid.payment),
        reason=f"Payment {paid.payment}",
    )


def payment_failed(r: Request[CreditOrder], failed: PaymentFailed) -> Step:
    """Tell the person, who may pay in another way; an order that was filed for them ends."""
    ends = bool(r.data.cause)
    return Step(
        "cancelled" if ends else "pending",
        notice=_told(r, "error", say("Payment failed"), Said(failed.reason)),
        reason=failed.reason or "Payment failed",
    )


def cancel(r: Request[CreditOrder], why: Cancel) -> Step | Refusal:
    """End the order before it is paid."""
    if r.actor != r.owner and not why.reason.strip():
        return _refuse("cancel_reason_missing")
    return Step(notice=_told(r, "info", say("Order cancelled"), Said(why.reason)), reason=why.reason)


def expire(r: Request[CreditOrder], _: msgspec.Struct) -> Step:
    """End the order, for nobody paid in time."""
    return Step(notice=_told(r, "warning", say("Order not paid in time"), say("Please order again.")))


def reopen(r: Request[CreditOrder], why: Reason) -> Step:
    """Wait for the payment again."""
    due_at = r.now + r.data.pay_within_s * 1_000_000
    return Step(due_at=due_at, notice=_told(r, "info", say("Order open again"), Said(why.reason)))


def refund(r: Request[CreditOrder], wanted: Refund) -> Step | Refusal:
    """Take back what is left of the order's own grant, or a part of that, and say what is not taken back."""
    data, whole, before = r.data, *_amounts(r)
    left = min(r.granted["transaction"], whole - before)
    amount = left
    if wanted.amount:
        try:
            amount = r.units(wanted.amount, data.asset)
        except InvalidInput as error:
            return Refusal(
                "refund_wrong", error.detail, {"amount": wanted.amount, "left": r.text(left, data.asset)}
            )
    if amount > left or not left:
        rest = r.text(left, data.asset)
        detail = f"{rest} {data.asset} are left of the order's credits: the others are spent, held or over."
        return Refusal("grant_spent", detail, {"left": rest, "asset": data.asset})
    return _taken_back(
        r, amount, f"Refund of {data.name}: {wanted.reason}", say("Order refunded"), spend=False
    )


def correct(r: Request[CreditOrder], correction: Correction) -> Step | Refusal:
    """Take back what two of the staff agree on, out of the person's balance where the order's own credits are spent."""
    whole, before = _amounts(r)
    amount = whole - before
    if correction.amount:
        wanted = correction_units(r, correction.amount, {r.data.asset: amount})
        if isinstance(wanted, Refusal):
            return wanted
        amount = wanted[r.data.asset]
    return _taken_back(
        r, amount, f"Correction of {r.data.name}: {correction.reason}", say("Order corrected"), spend=True
    )


def _amounts(r: Request[CreditOrder]) -> tuple[int, int]:
    """Return the credits of the order, and how many of them were taken back, in smallest units."""
    asset = r.assets[r.data.asset]
    return parse_amount(r.data.amount, asset), parse_amount(r.data.refunded or "0", asset, signed=True)


def _taken_back(r: Request[CreditOrder], amount: int, reason: str, title: Said, *, spend: bool) -> Step:
    data, whole, before = r.data, *_amounts(r)
    taken = before + amount
    price = r.units(data.price, data.currency)
    after = msgspec.structs.replace(
        data,
        refunded=r.text(taken, data.asset),
        kept=r.text(whole - taken, data.asset),
        repay=r.text(price * taken // whole, data.currency),
    )
    more = say("{money} were taken back.", money=f"{r.text(amount, data.asset)} {data.asset}")
    return Step(
        "refunded" if taken == whole else "partly_refunded",
        money=(TakeBack(data.transaction, amount, data.asset, spend),),
        data=after,
        notice=_told(r, "warning", title, more),
        reason=reason[:1_000],
    )


def books(r: Request[CreditOrder]) -> Books:
    """Return the books: the credits, less what was taken back, once it is fulfilled."""
    if r.state not in ("fulfilled", "partly_refunded", "refunded"):
        return Books()
    whole, taken = _amounts(r)
    return Books(moved=(Pay(SALES, r.owner, whole - taken, r.data.asset),))


_GIVES = (ADMIN, SERVICE)
_GRANT = Granted("transaction")
_ENDED = ("cancelled", "expired", "fulfilled", "partly_refunded", "refunded")

CREDIT_ORDER = Kind(
    NAME,
    title="Order of credits",
    description="A package of credits that somebody buys.",
    data=CreditOrder,
    form=OrderForm,
    states=(
        State("pending", "Waiting for payment", waits=True, on_due="expire", tone="wait"),
        State("fulfilled", "Fulfilled", open=False, tone="good"),
        State("cancelled", "Cancelled", open=False),
        State("expired", "Not paid in time", open=False, tone="bad"),
        State("partly_refunded", "Partly refunded", open=False),
        State("refunded", "Refunded", open=False),
    ),
    transitions=(
        Transition("file", "Order", (), ("pending",), (OWNER, ADMIN, SERVICE, SYSTEM), file,
                   reads=(Rows(PACKAGE, lambda r, _: (r.data.package,)),)),
        Transition("fulfil", "Fulfill", ("pending", "expired"), ("fulfilled",), _GIVES, fulfil, Fulfil, {},
                   decides=True, by_filer=True),
        Transition("pay", "Paid", ("pending", *_ENDED), ("fulfilled",), (SYSTEM, SERVICE), pay, Paid,
                   {"payment": "pay_3f9a", "amount": "9.00", "currency": "USD"}, decides=True, by_filer=True),
        Transition("payment_failed", "Payment failed", ("pending",), ("pending", "cancelled"), (SYSTEM, SERVICE),
                   payment_failed, PaymentFailed, {"payment": "pay_3f9a", "reason": "The card was declined"}),
        Transition("cancel", "Cancel order", ("pending",), ("cancelled",), (OWNER, *_GIVES), cancel, Cancel,
                   {"reason": "Ordered twice"}),
        Transition("expire", "Expire", ("pending",), ("expired",), (SYSTEM,), expire),
        Transition("reopen", "Reopen", ("cancelled", "expired"), ("pending",), _GIVES, reopen, Reason,
                   {"reason": "Cancelled by mistake"}),
        Transition("refund", "Refund credits", ("fulfilled", "partly_refunded"), ("partly_refunded", "refunded"),
                   _GIVES, refund, Refund, {"reason": "Paid by mistake"}, reads=(_GRANT,)),
        Transition("correct", "Correct", ("fulfilled", "partly_refunded"), ("partly_refunded", "refunded"), (ADMIN,),
                   correct, Correction, {"amount": "50", "reason": "Chargeback"}, confirms=True, reads=(_GRANT,)),
    ),
    example={"package": "starter"},
    refusals=ORDER_RULES,
    books=books,
)  # fmt: skip


class CreditOrders(Requests[Ledger, OrderForm]):
    """The words of orders: ``groat.program(CreditOrders).file(OrderForm(package="starter"), user="42", key=...)``."""

    kind = CREDIT_ORDER
