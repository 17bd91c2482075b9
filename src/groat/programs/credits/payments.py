"""The payment door: charges go out to it, at least once and in order, and its answers come back as signed webhooks.

A command puts a charge into the outbox in the commit that files the order. A node posts it to the door's address,
signed as Standard Webhooks has it, with the charge's id as ``webhook-id``: the door charges once for an id, however
often it comes. What became of it the door tells by ``POST /v1/credits/payments``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from http.client import HTTPException
from typing import Any, Final
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

import msgspec

from groat.api.services import Services
from groat.api.signatures import read_secret, sign
from groat.engine.groat import Groat
from groat.ledger.book import Book
from groat.ledger.errors import GroatError
from groat.ledger.keys import derive
from groat.programs.credits.door_simulator import DoorSimulator
from groat.programs.credits.orders import CREDIT_ORDER
from groat.programs.credits.own_settings import SIMULATOR, CreditsSettings
from groat.programs.outbox import Channel, Delivery, Entry, EntryOutcome, put
from groat.programs.workflow import SYSTEM, Workflow
from groat.settings import Settings, SettingsError

CHANNEL: Final = "credit_payments"
BY: Final = "system:payments"
TIMEOUT_S: Final = 15.0
AGAIN: Final = frozenset({408, 409, 423, 425, 429})
"""Answers of a door, beside those from 500 on, after which a charge is sent again."""


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """A charge for an order: ``amount`` of ``currency``, to be paid by the ``owner`` of the order (``user:42``)."""

    order: str
    owner: str
    amount: str
    currency: str
    package: str
    cause: str


def charge(book: Book, id: str, wanted: Charge) -> None:
    """Put a charge into the outbox, in the commit of the command that decides; ``id`` is a UUID of its own."""
    put(book, id, CHANNEL, wanted.owner, msgspec.to_builtins(wanted))


async def _deliver(delivery: Delivery) -> Sequence[EntryOutcome]:
    return await asyncio.gather(*(_send(delivery.services, entry) for entry in delivery.entries))


async def _send(services: Services, entry: Entry) -> EntryOutcome:
    """Send a charge whose order still waits for it. An order whose charge the door refuses for good fails."""
    door, workflow = services.part(CreditsSettings).payment_door, services.part(Workflow)
    assert door is not None
    url = services.part(DoorSimulator).url if door.url == SIMULATOR else door.url
    try:
        order = await workflow.whole(entry.body["order"])
        if order is None or not order.open:
            return EntryOutcome(entry, "dropped", "the order does not wait for a payment any more")
        refused = await asyncio.to_thread(_post, url, door.secret, entry)
        if not refused:
            return EntryOutcome(entry, "sent")
        await workflow.take(
            CREDIT_ORDER.name, order.id, "payment_failed", {"payment": entry.id, "reason": refused},
            by=BY, key=derive("credits", "refused_charge", entry.id), roles=[SYSTEM],
        )  # fmt: skip
    except (OSError, GroatError) as error:
        return EntryOutcome(entry, "waiting", f"{type(error).__name__}: {error}")
    return EntryOutcome(entry, "failed", refused)


def _post(url: str, secret: str, entry: Entry) -> str:
    """Post a charge to the door; returns why it refuses it for good, "" if it takes it. Raises OSError."""
    body = msgspec.json.encode({"type": "charge.requested", "data": {"payment": entry.id, **entry.body}})
    headers = sign(read_secret(secret), entry.id, int(time.time()), body)
    headers["content-type"] = "application/json"
    request = Request(url, body, headers, method="POST")  # noqa: S310  (the settings allow http and https alone)
    try:
        with _opener.open(request, timeout=TIMEOUT_S):
            return ""
    except HTTPError as error:
        with error:
            if error.code >= 500 or error.code in AGAIN or error.code < 400:
                raise OSError(f"the payment door answered {error.code}") from None
            return f"The payment door refused the charge ({error.code})."
    except HTTPException as error:
        raise OSError(f"the payment door does not speak HTTP: {type(error).__name__}") from None


class _NoRedirects(HTTPRedirectHandler):
    """A redirected charge would be a GET without its body, and the signature is for the door that was declared."""

    def redirect_request(self, *_: Any) -> None:
        """Follow none."""


_opener = build_opener(_NoRedirects)


def refuse_to_charge(groat: Groat, settings: CreditsSettings) -> None:
    """Refuse a payment door that charges real money for a sandbox. Raises SettingsError ``setting_invalid``."""
    door = settings.payment_door
    if door is not None and door.charges_money and groat.is_sandbox:
        name = "options.credits.payment_door"
        raise SettingsError(
            "setting_invalid",
            f'{name}: this ledger is a sandbox, and must not charge real money. Give url = "{SIMULATOR}", say'
            " test = true where nothing real is paid through the door, or leave it out",
            setting=name,
        )


def _has_door(settings: Settings) -> bool:
    return bool(settings.options.get("credits", {}).get("payment_door"))


PAYMENTS = Channel(CHANNEL, _deliver, _has_door, retry_s=2.0, retry_s_max=300.0, lease_s=120.0)
