"""The operations of orders: the catalogue, fulfilling, and what payment gateways send."""

from __future__ import annotations

from typing import Any

import msgspec

from groat.api.answer import Answer
from groat.api.call import Call
from groat.api.money import optional_time
from groat.api.operations import CURSOR, LIMIT, Operations, Parameter
from groat.api.problems import HttpError, problem
from groat.api.rights import Right, sees_everything
from groat.api.signatures import StandardWebhook
from groat.ledger.amounts import AMOUNT_MAX, format_amount
from groat.ledger.errors import Refusal
from groat.ledger.text import check_id, check_text
from groat.programs.credits.errors import CreditError
from groat.programs.credits.orders import order, payments
from groat.programs.credits.orders.catalogue import (
    CATALOGUE_RULES,
    Package,
    Price,
    PutPackage,
    StoredPackage,
    check_package,
    list_packages,
)
from groat.programs.credits.orders.order import Fulfil
from groat.programs.credits.orders.payments import PaymentMessage, Payments
from groat.programs.credits.orders.views import (
    FulfillInput,
    PackageInput,
    PackageList,
    PackageView,
    PaymentMessageInput,
    PaymentPage,
    PaymentTaken,
    package_view,
    payment_view,
    taken_view,
)
from groat.programs.workflow.operations import REQUEST, check_may_decide, take_and_answer
from groat.programs.workflow.views import RequestView
from groat.store.flow import Flow, Query

operations = Operations()

_AT = "2026-11-20T18:59:50.123456Z"
_ORDER = "01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f"
_PACKAGE: dict[str, Any] = {
    "id": "starter", "name": "Starter", "description": "For a start", "credits": "500", "asset": "CREDIT",
    "class": "paid", "lasts_s": 31_536_000, "priority": 100,
    "prices": [{"amount": "9.00", "currency": "USD", "from": _AT}], "active_from": None, "active_to": None,
    "pay_within_s": 604_800, "place": 10, "sold": True, "version": 1, "changed_at": _AT, "changed_by": "user:admin",
}  # fmt: skip
_INPUT: dict[str, Any] = {
    "name": "Starter", "description": "For a start", "credits": "500", "lasts_s": 31_536_000, "place": 10,
    "prices": [{"amount": "9.00", "currency": "USD"}], "version": 0, "reason": "New package",
}  # fmt: skip
_MESSAGE: dict[str, Any] = {
    "type": "payment.succeeded", "timestamp": _AT,
    "data": {"payment": "pay_3f9a", "order": _ORDER, "amount": "9.00", "currency": "USD"},
}  # fmt: skip
_TAKEN: dict[str, Any] = {
    "id": "msg_2Lh9", "outcome": "fulfilled", "detail": "The order was paid, and its credits are there.",
    "order": _ORDER, "case": None, "replayed": False,
}  # fmt: skip
_FULFILLED: dict[str, Any] = {
    **REQUEST, "id": _ORDER, "kind": "credit_order", "state": "fulfilled", "version": 2, "amount": "500",
    "asset": "CREDIT",
    "data": {
        "package": "starter", "currency": "USD", "price": "9.00", "cause": "", "user_id": "42", "name": "Starter",
        "amount": "500", "asset": "CREDIT", "class": "paid", "lasts_s": None, "priority": 100, "pay_within_s": 604_800,
        "fulfilled_by": "admin", "payment": "", "transaction": _ORDER, "refunded": "", "kept": "", "repay": "",
    },
    "decided_by": "user:admin", "decided_at": _AT, "due_at": None, "open": False, "waits": False, "may": ["refund"],
}  # fmt: skip

_PACKAGE_ID = Parameter(
    "package",
    {"type": "string", "pattern": "^[a-z0-9][a-z0-9._-]{0,63}$"},
    "The package's id: a word of your own.",
)


@operations.declare(
    "listCreditPackages",
    "GET /v1/credits/packages",
    Right.SIGNED_IN,
    "credit orders",
    "List the packages of credits",
    answer=PackageList,
    query=(
        Parameter(
            "all", {"type": "boolean", "default": False},
            "For staff and services: also those that are not sold now, with all prices of each.",
        ),
    ),
    codes=("forbidden",),
    answer_example={"items": [_PACKAGE]},
)  # fmt: skip
async def list_credit_packages(call: Call) -> Answer:
    """The packages that are sold now, with the prices that hold, in the order of the catalogue."""
    text = call.query.get("all", "false")
    if text not in ("true", "false"):
        raise HttpError("invalid_query", "all is true or false.")
    whole = text == "true"
    if whole and not sees_everything(call.identity):
        raise HttpError("forbidden")
    found, now = await call.groat.read(_listed)
    views = [package_view(each, now, whole) for each in found]
    return Answer.of(PackageList([view for view in views if whole or view.sold]))


@operations.declare(
    "putCreditPackage",
    "PUT /v1/credits/packages/{package}",
    Right.ADMIN,
    "credit orders",
    "Make or change a package",
    params=(_PACKAGE_ID,),
    body=PackageInput,
    answer=PackageView,
    keyed=True,
    codes=(
        "key_reused", "package_wrong", *CATALOGUE_RULES, "unknown_asset", "invalid_amount", "too_many_digits",
        "amount_not_positive", "amount_overflow", "invalid_grant", "invalid_time", "invalid_id", "invalid_text",
        "text_too_long",
    ),
    example=_INPUT,
    answer_example={**_PACKAGE, "replayed": False},
)  # fmt: skip
async def put_credit_package(call: Call) -> Answer:
    """Replaces all of the package, and makes it if there is none. Orders that were filed keep their price and credits.
    To end its sale, give it an `active_to`.
    """
    key, body, groat = call.key(), await call.body(PackageInput), call.groat
    credits = await groat.amount(body.credits, body.asset)
    prices = []
    for price in body.prices:
        units = await groat.amount(price.amount, price.currency)
        amount = format_amount(units, (await groat.asset(price.currency)).scale)
        since = optional_time(price.since)
        prices.append(Price(amount, price.currency, -1 if since is None else since))
    wanted = Package(
        name=body.name,
        description=body.description,
        credits=format_amount(credits, (await groat.asset(body.asset)).scale),
        asset=body.asset,
        cls=body.class_,
        lasts_s=body.lasts_s,
        priority=body.priority,
        prices=tuple(prices),
        active_from=optional_time(body.active_from),
        active_to=optional_time(body.active_to),
        pay_within_s=body.pay_within_s,
        place=body.place,
    )
    try:
        check_package(wanted)
    except ValueError as error:
        raise CreditError("package_wrong", str(error)) from None
    command = PutPackage(
        principal=call.identity.principal,
        key=key,
        reason=body.reason,
        package=call.params["package"],
        wanted=wanted,
        version=body.version,
    )
    verdict = await groat.execute(command)
    if isinstance(verdict, Refusal):
        return problem(verdict)
    stored = msgspec.convert(verdict.extra, StoredPackage)
    view = package_view(stored, await groat.read(_now), whole=True)
    view.replayed = verdict.replayed
    return Answer.of(view)


@operations.declare(
    "fulfillCreditOrder",
    "POST /v1/credits/orders/{id}/fulfill",
    Right.POST,
    "credit orders",
    "Fulfill an order",
    body=FulfillInput,
    empty_body=True,
    answer=RequestView,
    status=201,
    statuses={200: "The key was used before for this very order: its first answer again."},
    keyed=True,
    codes=(
        "fulfilled_by_differs", "request_not_found", "already_decided", "wrong_state", "own_request",
        "too_new_to_decide", "was_corrected", "key_reused", "invalid_id", "invalid_text", "text_too_long",
        "invalid_metadata", "account_frozen", "account_closing", "account_closed", "ceiling_exceeded",
        "balance_overflow", "insufficient_funds", "too_many_grants", "older_nodes",
    ),
    example={"fulfilled_by": "admin"},
    answer_example=_FULFILLED,
)  # fmt: skip
async def fulfill_credit_order(call: Call) -> Answer:
    """Gives the buyer the credits of an order that waits, whether it was paid or not: the same as its transition
    `fulfil`. `fulfilled_by` is whoever calls; naming somebody else is refused.
    """
    key, id = call.key(), check_id(call.params["id"])
    check_may_decide(call, order.CREDIT_ORDER.transitions["fulfil"])
    body = await call.body(FulfillInput)
    return await take_and_answer(call, order.NAME, id, "fulfil", Fulfil(body.fulfilled_by, body.reason), key)


@operations.declare(
    "receiveCreditPayment",
    "POST /v1/credits/payments",
    Right.SIGNED,
    "credit orders",
    "Take in what a payment gateway says",
    body=PaymentMessageInput,
    answer=PaymentTaken,
    signature=StandardWebhook("credits", "payment_secrets"),
    codes=("message_differs", "invalid_text", "text_too_long"),
    example=_MESSAGE,
    answer_example=_TAKEN,
)
async def receive_credit_payment(call: Call) -> Answer:
    """A Standard Webhook, signed with a secret of the setting `payment_secrets`. It is kept as it came. A payment that
    fits an order that waits fulfils it; one that fits none waits for staff as a request of the kind `credit_payment`.
    The same message, or the same payment in another one, does nothing more.
    """
    body = await call.body(PaymentMessageInput)
    data, id = body.data, call.headers[b"webhook-id"].decode("latin-1")
    for text in (id, body.type, data.payment, data.order, data.amount, data.currency, data.reason):
        check_text(text)
    raw = (await call.read()).decode()
    message = PaymentMessage(
        id,
        body.type,
        data.payment,
        data.order.lower(),
        data.amount,
        data.currency,
        data.reason,
        raw,
        0,
        "",
        "",
        "",
    )
    taken, before = await call.services.part(Payments).take_in(message)
    if taken.body != raw:
        raise CreditError("message_differs")
    return Answer.of(taken_view(taken, before))


@operations.declare(
    "listCreditPayments",
    "GET /v1/credits/payments",
    Right.STAFF,
    "credit orders",
    "List what payment gateways said",
    answer=PaymentPage,
    query=(
        Parameter("order", {"type": "string", "format": "uuid"}, "Only of this order."),
        Parameter("payment", {"type": "string", "maxLength": 100}, "Only of this payment."),
        Parameter(
            "outcome", {"type": "string", "enum": sorted(payments.OUTCOMES)}, "Only with this outcome."
        ),
        CURSOR,
        LIMIT,
    ),
    codes=("invalid_cursor", "invalid_id"),
    answer_example={
        "items": [
            {
                "id": "msg_2Lh9", "type": "payment.succeeded", "payment": "pay_3f9a", "order": _ORDER,
                "amount": "9.00", "currency": "USD", "reason": "", "at": _AT, "outcome": "fulfilled",
                "detail": "The order was paid, and its credits are there.", "case": None, "body": "{}",
            }
        ],
        "cursor": None,
    },
)  # fmt: skip
async def list_credit_payments(call: Call) -> Answer:
    """Every message about a payment as it came, the newest first, with what it led to."""
    query, limit, cursor = call.query, call.limit(), call.cursor()
    wanted = check_id(query["order"]) if "order" in query else ""
    if query.get("outcome", "failed") not in payments.OUTCOMES:
        raise HttpError("invalid_query", f"outcome is one of {', '.join(sorted(payments.OUTCOMES))}.")
    place = (AMOUNT_MAX, "") if cursor is None else _place(cursor)
    page = await call.groat.read(
        payments.page, wanted, query.get("payment", ""), query.get("outcome", ""), place, limit
    )
    following = call.to_cursor(f"{page[-1].at} {page[-1].id}") if len(page) == limit else None
    return Answer.of(PaymentPage([payment_view(each) for each in page], following))


def _place(cursor: str) -> tuple[int, str]:
    at, _, id = cursor.partition(" ")
    if not (at.isascii() and at.isdigit() and len(at) < 19 and id):
        raise HttpError("invalid_cursor")
    return int(at), id


def _listed() -> Flow[tuple[list[StoredPackage], int]]:
    (now,) = yield Query("read_now")
    return (yield from list_packages()), now


def _now() -> Flow[int]:
    (now,) = yield Query("read_now")
    return int(now)
