"""Voiding of grants. They are given by the postings of transactions (``http/transactions.py``)."""

from __future__ import annotations

from msgspec import field

from groat.api.answer import Answer
from groat.api.bodies import Amount, Body, Metadata, Reason
from groat.api.call import Call
from groat.api.examples import POSTED
from groat.api.money import commit
from groat.api.operations import Operations
from groat.api.rights import Right
from groat.ledger.amounts import parse_amount
from groat.ledger.granting import VoidGrant
from groat.ledger.text import check_id
from groat.ledger.views import TransactionView

operations = Operations()


class VoidInput(Body):
    """The amount to take back of what is free of a grant: all of it by default, which ends the grant; and why."""

    reason: Reason
    amount: Amount | None = None
    metadata: Metadata = field(default_factory=dict)


@operations.declare(
    "voidGrant",
    "POST /v1/grants/{grant}/void",
    Right.POST,
    "grants",
    "Void a grant",
    body=VoidInput,
    answer=TransactionView,
    status=201,
    statuses={200: "The key was used before for this very act: its first answer again."},
    keyed=True,
    codes=(
        "key_reused", "grant_not_found", "grant_spent", "reason_required", "invalid_id", "invalid_amount",
        "too_many_digits", "amount_not_positive", "amount_overflow", "text_too_long", "invalid_metadata",
        "metadata_too_large",
    ),
    example={"reason": "Given twice"},
    answer_example={**POSTED, "kind": "void_grant", "reason": "Given twice"},
)  # fmt: skip
async def void_grant(call: Call) -> Answer:
    """Takes back what is free of a grant, for the account that gave it. What is held of it stays valid for its holds;
    what comes back of these later goes the same way.
    """
    key = call.key()
    id = check_id(call.params["grant"])
    body = await call.body(VoidInput)
    amount = None
    if body.amount is not None:
        asset = await call.groat.grant_asset(id)
        # Without a grant there is no asset to parse the amount by, and the verdict is grant_not_found anyway.
        amount = parse_amount(body.amount, await call.groat.asset(asset)) if asset else 1
    command = VoidGrant(
        principal=call.identity.principal,
        key=key,
        reason=body.reason,
        metadata=body.metadata,
        grant=id,
        amount=amount,
    )
    return await commit(call, command)
