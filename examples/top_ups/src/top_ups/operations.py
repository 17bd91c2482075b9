"""The operations: the provider's webhook, and the list for staff."""

from __future__ import annotations

import msgspec

from groat.api.answer import Answer
from groat.api.bodies import Amount, AssetCode, Name
from groat.api.call import Call
from groat.api.operations import Operations, Parameter
from groat.api.problems import problem
from groat.api.rights import Right
from groat.api.signatures import StandardWebhook
from groat.identity.model import check_user
from groat.ledger.errors import GroatError, Refusal, Rule
from top_ups.own_settings import TopUpSettings
from top_ups.payments import TakeIn
from top_ups.words import TopUps, TopUpView

PRINCIPAL = "service:topups"
TOP_UP_ERRORS = {
    "topup_not_paid": Rule(422, "Only payments that were paid are taken in; send no other messages here."),
}
_VIEW = {"payment": "pay_7", "amount": "12.50", "asset": "USD"}

operations = Operations()


class TopUpError(GroatError):
    """A message that is no payment; codes of :data:`TOP_UP_ERRORS`."""

    rules = TOP_UP_ERRORS


class PaymentInput(msgspec.Struct):
    """A message of the provider. Fields beyond these are ignored."""

    type: str
    payment: Name
    user: Name
    amount: Amount
    asset: AssetCode


class TopUpList(msgspec.Struct):
    """A person's payments by their ids, the first 100."""

    items: list[TopUpView]


@operations.declare(
    "takeInPayment",
    "POST /v1/topups/webhook",
    Right.SIGNED,
    "top-ups",
    "Take in a payment",
    signature=StandardWebhook("topups"),
    body=PaymentInput,
    answer=TopUpView,
    status=201,
    statuses={200: "The payment was taken in before."},
    codes=(
        "topup_not_paid", "key_reused", "invalid_user", "unknown_asset", "invalid_amount", "too_many_digits",
        "amount_not_positive", "amount_overflow", "ceiling_exceeded", "balance_overflow",
    ),
    example={"type": "payment.paid", "payment": "pay_7", "user": "42", "amount": "12.50", "asset": "USD"},
    answer_example=_VIEW,
)  # fmt: skip
async def take_in_payment(call: Call) -> Answer:
    """For the payment provider, which signs what it sends. A message that comes twice has one effect."""
    body = await call.body(PaymentInput)
    if body.type != "payment.paid":
        raise TopUpError("topup_not_paid")
    command = TakeIn(
        principal=PRINCIPAL,
        key=f"topup/{body.payment}",
        reason="Top-up",
        payment=body.payment,
        owner=f"user:{check_user(body.user)}",
        amount=await call.groat.amount(body.amount, body.asset),
        asset=body.asset,
        receipt_to=call.services.part(TopUpSettings).receipts_url,
    )
    verdict = await call.groat.execute(command)
    if isinstance(verdict, Refusal):
        return problem(verdict)
    view = TopUpView(body.payment, body.amount, body.asset)
    return Answer.of(view, 200 if verdict.view().replayed else 201)


@operations.declare(
    "listTopUps",
    "GET /v1/topups",
    Right.STAFF,
    "top-ups",
    "List a person's payments",
    answer=TopUpList,
    query=(Parameter("user", {"type": "string", "maxLength": 64}, "The person's id.", required=True),),
    codes=("invalid_user",),
    answer_example={"items": [_VIEW]},
)
async def list_top_ups(call: Call) -> Answer:
    """Payments that were taken in for a person."""
    return Answer.of(TopUpList(await call.groat.program(TopUps).of(call.query["user"])))
