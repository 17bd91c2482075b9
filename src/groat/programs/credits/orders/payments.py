"""Payments as gateways tell of them: each message is kept as it came, and then acted on, whatever dies in between.

A message is first stored under its own id. Acting on it is one transition of its order, or one filed case for staff,
each under a key that follows from the payment. So a message that comes twice, or whose server died, has one effect, and
one that no server has acted on is acted on by the next one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from groat.ledger.errors import InvalidInput, Refusal
from groat.ledger.keys import derive
from groat.ledger.text import check_id
from groat.programs.credits.orders import order, payment_case
from groat.programs.program import Host
from groat.programs.workflow import SYSTEM, Workflow
from groat.programs.workflow.views import RequestView
from groat.programs.workflow.worker import repeat
from groat.store.flow import Flow, Query

BY = "system:payments"
SUCCEEDED, FAILED, REFUNDED = "payment.succeeded", "payment.failed", "payment.refunded"

WAIT_US = 5_000_000
"""Others act on a message after this time (microseconds); the server that took it in does so at once."""

EVERY_S = 5.0
AT_ONCE = 100

OUTCOMES: dict[str, str] = {
    "fulfilled": "The order was paid, and its credits are there.",
    "noted": "Staff had fulfilled the order before; the payment stands on it now.",
    "repeated": "The same was said of this payment before.",
    "failed": "The person was told that the payment failed.",
    "late": "The payment failed, but the order no longer waits for it.",
    "ignored": "Messages of this type mean nothing here.",
} | payment_case.PROBLEMS
"""The outcomes of messages. Those of :data:`payment_case.PROBLEMS` wait for staff."""

_PROBLEM_OF = {
    "request_not_found": "no_order",
    "payment_wrong_amount": "wrong_amount",
    "payment_wrong_currency": "wrong_currency",
    "payment_of_cancelled": "order_cancelled",
    "paid_before": "paid_twice",
    "key_reused": "differs",
}


class PaymentMessage(NamedTuple):
    """A message: its ``id`` (webhook-id), what it says, the ``body`` as it came, and its ``outcome``, "" for none yet.

    ``case`` is the id of the case that was filed for staff, "" for none; ``at`` is in microseconds.
    """

    id: str
    type: str
    payment: str
    order: str
    price: str
    currency: str
    reason: str
    body: str
    at: int
    outcome: str
    detail: str
    case: str


class PaymentOutcome(NamedTuple):
    """The outcome of a message, a detail for people, and the id of the case that was filed, "" for none."""

    outcome: str
    detail: str = ""
    case: str = ""


class Payments:
    """Acts on messages, with the workflow of a process."""

    def __init__(self, workflow: Workflow) -> None:
        self._workflow = workflow
        self._groat = workflow.groat

    async def take_in(self, message: PaymentMessage) -> tuple[PaymentMessage, bool]:
        """Keep a message and act on it; returns it as it stands, and whether it was settled before.

        Raises StoreError, and then it is kept at most: sent again, or found by the next :meth:`catch_up`, it goes on.
        """
        kept = await self._groat.write(_keep, message)
        if kept.outcome:
            return kept, True
        return await self.settle(kept), False

    async def settle(self, message: PaymentMessage) -> PaymentMessage:
        """Act on a message that was kept, and note the outcome. Raises StoreError."""
        settled = await self._act(message)
        return await self._groat.write(_settle, message.id, settled)

    async def catch_up(self) -> int:
        """Act on messages that nobody has acted on, the oldest first; returns how many. Raises StoreError."""
        found = await self._groat.read(_unsettled, WAIT_US, AT_ONCE)
        for message in found:
            await self.settle(message)
        return len(found)

    async def _act(self, message: PaymentMessage) -> PaymentOutcome:
        if message.type == REFUNDED:
            return await self._case(message, "refunded")
        if message.type not in (SUCCEEDED, FAILED):
            return PaymentOutcome("ignored")
        if message.type == FAILED:
            return await self._failed(message)
        said = await self._groat.read(_said_before, message.payment, message.id)
        if any(type_ == REFUNDED for type_, _ in said):
            return await self._case(message, "refunded_before")
        given = {"payment": message.payment, "amount": message.price, "currency": message.currency}
        answer = await self._take(message, "pay", given)
        if isinstance(answer, RequestView):
            if answer.replayed and (SUCCEEDED, True) in said:
                return PaymentOutcome("repeated")
            return PaymentOutcome(
                "fulfilled" if answer.transaction == answer.data["transaction"] else "noted"
            )
        if answer.code == "payment_repeated":
            return PaymentOutcome("repeated")
        if answer.code in _PROBLEM_OF:
            return await self._case(message, _PROBLEM_OF[answer.code])
        return await self._case(message, "not_fulfilled", answer.detail)

    async def _failed(self, message: PaymentMessage) -> PaymentOutcome:
        answer = await self._take(
            message, "payment_failed", {"payment": message.payment, "reason": message.reason}
        )
        if isinstance(answer, RequestView):
            return PaymentOutcome("failed")
        return PaymentOutcome("late" if answer.code == "wrong_state" else "ignored", answer.detail)

    async def _take(
        self, message: PaymentMessage, transition: str, given: dict[str, Any]
    ) -> RequestView | Refusal:
        try:
            id = check_id(message.order)
        except InvalidInput as error:
            return Refusal("request_not_found", error.detail)
        key = derive("credits", transition, message.payment)
        return await self._workflow.take(order.NAME, id, transition, given, by=BY, key=key, roles=[SYSTEM])

    async def _case(self, message: PaymentMessage, problem: str, detail: str = "") -> PaymentOutcome:
        """File a case, once for what was said of the payment, however often it is said."""
        said = (message.payment, message.order, message.price, message.currency)
        case = payment_case.PaymentCase(
            payment=message.payment, order=message.order, price=message.price, currency=message.currency,
            problem=problem, detail=detail[:500],
        )  # fmt: skip
        filed = await self._workflow.file(
            payment_case.NAME,
            case,
            owner=payment_case.HOUSE,
            key=derive("credits", "case", problem, *said),
            by=BY,
            roles=[SYSTEM],
        )
        if isinstance(filed, Refusal):
            return PaymentOutcome("repeated" if filed.code == "key_reused" else problem, filed.detail)
        return PaymentOutcome(problem, detail, filed.id)


@asynccontextmanager
async def taking_payments(host: Host) -> AsyncIterator[Payments]:
    """Act on messages as long as a server runs, those included whose server died meanwhile."""
    payments = Payments(host.services.part(Workflow))
    task = asyncio.create_task(repeat(payments.catch_up, EVERY_S), name="groat-credits-payments")
    try:
        yield payments
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _keep(message: PaymentMessage) -> Flow[PaymentMessage]:
    """Store a message unless one of its id is stored; returns the stored one."""
    (now,) = yield Query("read_now")
    yield Query("credits_keep_payment", (*message[:8], now))
    return PaymentMessage(*(yield Query("credits_find_payment", (message.id,))))


def _settle(id: str, settled: PaymentOutcome) -> Flow[PaymentMessage]:
    """Note the outcome; the first one that is noted stays."""
    yield Query("credits_settle_payment", (id, *settled))
    return PaymentMessage(*(yield Query("credits_find_payment", (id,))))


def _said_before(payment: str, id: str) -> Flow[set[tuple[str, bool]]]:
    """Return what other messages say of a payment: their types, and whether they were acted on."""
    return {(type_, outcome != "") for type_, outcome in (yield Query("credits_payment_said", (payment, id)))}


def _unsettled(wait: int, limit: int) -> Flow[list[PaymentMessage]]:
    (now,) = yield Query("read_now")
    return [PaymentMessage(*row) for row in (yield Query("credits_unsettled_payments", (now - wait, limit)))]


def page(
    order: str, payment: str, outcome: str, before: tuple[int, str], limit: int
) -> Flow[list[PaymentMessage]]:
    """List messages, the newest first: of an order, of a payment, with an outcome, or all ("")."""
    rows = yield Query("credits_page_payments", (order, payment, outcome, *before, limit))
    return [PaymentMessage(*row) for row in rows]
