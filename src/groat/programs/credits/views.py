"""Grants on the wire: amounts are decimal strings, times RFC 3339 in UTC."""

from __future__ import annotations

from typing import Literal

import msgspec

GrantClass = Literal["paid", "promotional"]
GrantState = Literal["live", "spent", "expired", "voided"]


class GrantView(msgspec.Struct):
    """A grant as it is now.

    Of its ``amount``, ``spent`` left the account, ``expired`` was lost, ``voided`` was taken back, and ``remaining`` is
    left; ``held`` of that is reserved by holds, and ``available`` can be spent. ``transaction`` granted it out of the
    account ``source``; ``parent`` is the grant that it was made of. ``state`` is live, spent, expired or voided.
    """

    id: str
    account: str
    asset: str
    state: GrantState
    class_: GrantClass = msgspec.field(name="class")
    cause: str
    note: str
    amount: str
    remaining: str
    available: str
    held: str
    spent: str
    expired: str
    voided: str
    priority: int
    expires_at: str | None
    source: str
    transaction: str
    parent: str | None
    created_at: str
    voided_at: str | None


class GrantPage(msgspec.Struct):
    """A page of grants; ``cursor`` leads to the next one, null on the last."""

    items: list[GrantView]
    cursor: str | None


class GrantHold(msgspec.Struct):
    """A hold that reserves ``amount`` of a grant for the account ``destination``."""

    hold: str
    amount: str
    destination: str
    expires_at: str | None
    created_at: str


class GrantDetail(msgspec.Struct):
    """A grant, the grants that were made of it, and the holds that reserve parts of it."""

    grant: GrantView
    children: list[GrantView]
    holds: list[GrantHold]


class GrantMove(msgspec.Struct):
    """A change of a grant by one posting: ``amount`` of what remains and ``held`` of what is held, with their signs.

    ``counterparty`` is the account on the other side of the posting.
    """

    transaction: str
    kind: str
    amount: str
    held: str
    counterparty: str
    reason: str
    actor: str
    at: str
    hold: str | None
    reverses: str | None


class GrantMovePage(msgspec.Struct):
    """A page of a grant's changes, newest first."""

    items: list[GrantMove]
    cursor: str | None


class ForecastDay(msgspec.Struct):
    """The rest at the end of a day if nothing is spent, of ``paid`` and ``promotional`` grants; ``expires`` is what
    is lost on that day.
    """

    day: str
    paid: str
    promotional: str
    expires: str


class ForecastView(msgspec.Struct):
    """The worth of an account's grants day by day; ``now`` is what they are worth today before anything expires.

    ``other`` is what else is available there, which does not expire.
    """

    account: str
    asset: str
    zone: str
    now: str
    other: str
    days: list[ForecastDay]


class LiabilityRow(msgspec.Struct):
    """The ``amount`` of an asset that is outstanding in one class, at so many ``accounts``; ``held`` of it is reserved.

    The class ``other`` is what people have that is no grant.
    """

    asset: str
    class_: Literal["paid", "promotional", "other"] = msgspec.field(name="class")
    grants: int
    accounts: int
    amount: str
    held: str


class MonthRow(msgspec.Struct):
    """A month's ``amount`` of an asset in one class, in so many grants or transactions (``count``).

    ``month`` is a month in UTC, such as 2026-12; "" stands for never.
    """

    month: str
    asset: str
    class_: GrantClass = msgspec.field(name="class")
    count: int
    amount: str


class LiabilityReport(msgspec.Struct):
    """The worth of people's credits, by asset and class."""

    at: str
    items: list[LiabilityRow]


class MonthReport(msgspec.Struct):
    """Amounts by month, asset and class."""

    at: str
    items: list[MonthRow]
