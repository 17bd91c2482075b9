"""Packages and payment messages on the wire."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from groat.api.bodies import Amount, AssetCode, Body, Reason, Time
from groat.ledger.text import format_time
from groat.programs.credits.orders.catalogue import StoredPackage
from groat.programs.credits.orders.payments import OUTCOMES, PaymentMessage

Class = Literal["paid", "promotional"]


class PriceInput(Body):
    """A price: a decimal string of an asset, ``from`` a moment on; from now on unless given."""

    amount: Amount
    currency: AssetCode
    since: Time | None = msgspec.field(name="from", default=None)


class PackageInput(Body):
    """A package: its ``credits`` arrive as a grant of this class, which lasts so long and has this priority.

    ``prices`` are all of its prices, with those that hold or held as they are. ``version`` is the one that was read, 0
    to make a new package; without it whatever there is is replaced.
    """

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    credits: Amount
    prices: Annotated[list[PriceInput], Meta(min_length=1, max_length=100)]
    asset: AssetCode = "CREDIT"
    description: Annotated[str, Meta(max_length=500)] = ""
    class_: Class = msgspec.field(default="paid", name="class")
    lasts_s: Annotated[int, Meta(ge=1, le=3_153_600_000, description="Seconds from the purchase.")] | None = (
        None
    )
    priority: Annotated[int, Meta(ge=-1_000_000, le=1_000_000)] = 100
    active_from: Time | None = None
    active_to: Time | None = None
    pay_within_s: Annotated[int, Meta(ge=1, le=7_776_000, description="How long an order waits.")] = 604_800
    place: Annotated[int, Meta(ge=0, le=1_000_000, description="Sorts the catalogue.")] = 0
    version: Annotated[int, Meta(ge=0, le=2**31 - 1)] | None = None
    reason: Reason = ""


class PriceView(msgspec.Struct):
    """A price, and the moment from which it holds."""

    amount: str
    currency: str
    since: str = msgspec.field(name="from")


class PackageView(msgspec.Struct):
    """A package of credits. ``sold`` says whether it can be ordered now.

    People see the packages that are sold, each with the ``prices`` that hold; staff and services see all.
    """

    id: str
    name: str
    description: str
    credits: str
    asset: str
    class_: str = msgspec.field(name="class")
    lasts_s: int | None
    priority: int
    prices: list[PriceView]
    active_from: str | None
    active_to: str | None
    pay_within_s: int
    place: int
    sold: bool
    version: int
    changed_at: str
    changed_by: str | msgspec.UnsetType = msgspec.UNSET
    replayed: bool | msgspec.UnsetType = msgspec.UNSET


class PackageList(msgspec.Struct):
    """The packages, in the order of the catalogue."""

    items: list[PackageView]


class FulfillInput(Body):
    """``fulfilled_by`` may only be the caller: a person's id, or a principal. The reason stands in the history."""

    fulfilled_by: Annotated[str, Meta(max_length=255)] = ""
    reason: Reason = ""


_Text = Annotated[str, Meta(max_length=200)]


class PaymentInput(msgspec.Struct, kw_only=True):
    """A payment, as its gateway tells of it. ``order`` is the id of the order, ``reason`` why it failed."""

    payment: Annotated[str, Meta(min_length=1, max_length=100)]
    order: _Text = ""
    amount: Annotated[str, Meta(max_length=64, description="A decimal string.")] = ""
    currency: Annotated[str, Meta(max_length=16)] = ""
    reason: Annotated[str, Meta(max_length=1_000)] = ""


class PaymentMessageInput(msgspec.Struct, kw_only=True):
    """A message of a gateway: ``payment.succeeded``, ``payment.failed`` or ``payment.refunded``.

    Other types are kept and mean nothing. Fields that are not listed are kept, too.
    """

    type: Annotated[str, Meta(min_length=1, max_length=100)]
    data: PaymentInput
    timestamp: _Text = ""


class PaymentTaken(msgspec.Struct):
    """The outcome of a message. ``case`` is the request for staff that it led to, null for none."""

    id: str
    outcome: Annotated[str, Meta(extra_json_schema={"enum": sorted(OUTCOMES)})]
    detail: str
    order: str | None
    case: str | None
    replayed: bool


class PaymentView(msgspec.Struct):
    """A message about a payment as it came (``body``, its JSON text), and its outcome, "" while there is none."""

    id: str
    type: str
    payment: str
    order: str | None
    amount: str
    currency: str
    reason: str
    at: str
    outcome: str
    detail: str
    case: str | None
    body: str


class PaymentPage(msgspec.Struct):
    """A page of messages, the newest first."""

    items: list[PaymentView]
    cursor: str | None


def package_view(found: StoredPackage, now: int, whole: bool) -> PackageView:
    """Return a package as people see it, or the ``whole`` of it, at the moment ``now`` (microseconds)."""
    package = found.package
    prices = package.prices if whole else sorted(package.prices_at(now).values(), key=lambda p: p.currency)
    view = PackageView(
        found.id, package.name, package.description, package.credits, package.asset, package.cls, package.lasts_s,
        package.priority, [PriceView(p.amount, p.currency, format_time(p.since)) for p in prices],
        _time(package.active_from), _time(package.active_to), package.pay_within_s, package.place,
        package.is_sold(now) and bool(package.prices_at(now)), found.version, format_time(found.changed_at),
    )  # fmt: skip
    if whole:
        view.changed_by = found.changed_by
    return view


def taken_view(message: PaymentMessage, replayed: bool) -> PaymentTaken:
    """Return the answer to a gateway."""
    detail = message.detail or OUTCOMES.get(message.outcome, "")
    return PaymentTaken(
        message.id, message.outcome, detail, message.order or None, message.case or None, replayed
    )


def payment_view(message: PaymentMessage) -> PaymentView:
    """Return a message as staff see it."""
    return PaymentView(
        message.id, message.type, message.payment, message.order or None, message.price, message.currency,
        message.reason, format_time(message.at), message.outcome, message.detail or OUTCOMES.get(message.outcome, ""),
        message.case or None, message.body,
    )  # fmt: skip


def _time(at: int | None) -> str | None:
    return None if at is None else format_time(at)
