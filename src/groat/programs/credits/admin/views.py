"""Updates of people's credits on the wire: amounts are decimal strings, times RFC 3339 in UTC."""

from __future__ import annotations

import msgspec


class CreditUpdate(msgspec.Struct):
    """A change of a person's balance, with what it was ``before`` and ``after``, and how far it was told.

    ``sent`` counts the devices of the person that got it, at once or when they came back, and ``seen`` those that have
    shown it, also newer ones; ``sent_at`` and ``seen_at`` are the first of these moments. ``reverses`` is the
    transaction that it undid, and ``reversed`` says whether it was undone, wholly or in part. ``cause`` is what alone
    may undo it, such as a request.
    """

    transaction: str
    at: str
    kind: str
    user: str
    account: str
    asset: str
    delta: str
    before: str
    after: str
    actor: str
    principal: str
    reason: str
    cause: str | None
    reverses: str | None
    reversed: bool
    sent: int
    seen: int
    sent_at: str | None
    seen_at: str | None


class CreditUpdatePage(msgspec.Struct):
    """A page of updates, newest first; ``cursor`` leads to the next one, null on the last."""

    items: list[CreditUpdate]
    cursor: str | None


class DeviceView(msgspec.Struct):
    """A device that was sent an update, or has shown it: when; null for not."""

    device: str
    sent_at: str | None
    seen_at: str | None


class DevicePage(msgspec.Struct):
    """The devices of a person that an update reached, in the order in which they got it."""

    items: list[DeviceView]
