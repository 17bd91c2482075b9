"""Holds: amounts that are reserved, then captured or released."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import field

from groat.api.answer import Answer
from groat.api.bodies import (
    AccountPath,
    Amount,
    AmountOrNone,
    AssetCode,
    Body,
    Metadata,
    Reason,
    Seconds,
    Time,
)
from groat.api.call import Call
from groat.api.examples import AFTER, AT, ID, POSTED
from groat.api.money import STATE_CODES, check_below_floor, commit, optional_time
from groat.api.operations import DRY_RUN, Operations
from groat.api.problems import HttpError, problem
from groat.api.rights import Right, owns, sees_everything
from groat.ledger.commands import Capture, Extend, Hold, Release
from groat.ledger.errors import Refusal
from groat.ledger.settling import SettleHold
from groat.ledger.text import check_id
from groat.ledger.views import HoldView, TransactionView

operations = Operations()


class HoldInput(Body):
    """An amount to reserve, until ``expires_at`` or for ``expires_in`` seconds or until it is captured or released.

    With ``at_most`` it reserves what there is of the amount; nothing at all is no refusal.
    """

    source: AccountPath
    destination: AccountPath
    amount: Amount
    asset: AssetCode
    expires_at: Time | None = None
    expires_in: Seconds | None = None
    at_most: bool = False
    reason: Reason = ""
    metadata: Metadata = field(default_factory=dict)


class ExtendInput(Body):
    """When the hold is to end: at ``expires_at``, or ``expires_in`` seconds from now. One of them is given."""

    expires_at: Time | None = None
    expires_in: Seconds | None = None
    reason: Reason = ""
    metadata: Metadata = field(default_factory=dict)


class CaptureInput(Body):
    """The amount of the hold to post (all that is left by default); ``final`` releases the rest.

    With ``at_most`` no more is posted than is left.
    """

    amount: Amount | None = None
    final: bool = True
    at_most: bool = False
    reason: Reason = ""
    metadata: Metadata = field(default_factory=dict)


class SettleInput(Body):
    """The amount that was used in all, be it less or more than was held; "0" gives the hold back.

    What goes beyond the hold is an ordinary spend from the same source. If the source has too little for it, then with
    ``excess`` ``refuse`` nothing of it is spent, with ``available`` what there is, and with ``overdraft`` so much that
    the source falls below its floor by at most the amount ``overdraft``: for whoever may let accounts fall below it.
    """

    actual: AmountOrNone
    excess: Literal["refuse", "available", "overdraft"] = "refuse"
    overdraft: Amount | None = None
    reason: Reason = ""
    metadata: Metadata = field(default_factory=dict)


class ReleaseInput(Body):
    """The reason for giving the hold back."""

    reason: Reason = ""
    metadata: Metadata = field(default_factory=dict)


HOLD: dict[str, Any] = {
    "id": ID,
    "source": "user:42",
    "destination": "house:sales",
    "asset": "CREDIT",
    "amount": "5",
    "captured": "0",
    "released": "0",
    "remaining": "5",
    "state": "open",
    "expires_at": "2026-11-20T19:14:50.123456Z",
    "created_at": AT,
}


HELD: dict[str, Any] = {
    **POSTED,
    "kind": "hold",
    "postings": [{"source": "user:42", "destination": "house:sales", "amount": "5", "asset": "CREDIT"}],
    "reason": "Server for a month",
    "hold": HOLD,
    "balances": [{**AFTER, "available": "145", "held": "5"}],
}


_TEXT_CODES = ("text_too_long", "invalid_metadata", "metadata_too_large")
_RESOLVE_CODES = (
    "key_reused",
    *STATE_CODES,
    "hold_not_found",
    "belongs_to_request",
    "hold_expired",
    "hold_resolved",
    "invalid_id",
    *_TEXT_CODES,
)


@operations.declare(
    "createHold",
    "POST /v1/holds",
    Right.POST,
    "holds",
    "Hold an amount",
    body=HoldInput,
    answer=TransactionView,
    status=201,
    statuses={200: "Replayed; or there was nothing to hold at most: then `id` is null."},
    query=(DRY_RUN,),
    keyed=True,
    codes=(
        "key_reused", *STATE_CODES, "insufficient_funds", "ceiling_exceeded", "budget_exceeded",
        "balance_overflow", "expires_in_past",
        "invalid_amount", "too_many_digits", "amount_not_positive", "amount_overflow", "unknown_asset",
        "invalid_account", "same_account", "invalid_time", *_TEXT_CODES,
    ),
    example={
        "source": "user:42", "destination": "house:sales", "amount": "5", "asset": "CREDIT", "expires_in": 900,
        "reason": "Server for a month",
    },
    answer_example=HELD,
)  # fmt: skip
async def create_hold(call: Call) -> Answer:
    """Reserves an amount: it leaves what is available, not the balance. The id of the hold is in `hold.id`."""
    key = call.key()
    body = await call.body(HoldInput)
    if body.expires_at is not None and body.expires_in is not None:
        raise HttpError("invalid_body", "Give expires_at or expires_in, not both.")
    command = Hold(
        principal=call.identity.principal,
        key=key,
        reason=body.reason,
        metadata=body.metadata,
        source=body.source,
        destination=body.destination,
        amount=await call.groat.amount(body.amount, body.asset),
        asset=body.asset,
        expires_at=optional_time(body.expires_at),
        lasts=_lasts(body.expires_in),
        at_most=body.at_most,
    )
    return await commit(call, command)


def _lasts(seconds: int | None) -> int | None:
    return None if seconds is None else seconds * 1_000_000


@operations.declare(
    "getHold",
    "GET /v1/holds/{id}",
    Right.SIGNED_IN,
    "holds",
    "Read a hold",
    answer=HoldView,
    codes=("hold_not_found", "invalid_id"),
    answer_example=HOLD,
)
async def get_hold(call: Call) -> Answer:
    """The hold as it stands. People see holds on their own accounts; any other one is `hold_not_found` to them."""
    hold = await call.groat.held(check_id(call.params["id"]))
    identity = call.identity
    if hold is None or not (owns(identity, hold.source) or sees_everything(identity)):
        return problem(Refusal("hold_not_found", "There is no hold with this id."))
    return Answer.of(hold)


@operations.declare(
    "captureHold",
    "POST /v1/holds/{id}/capture",
    Right.POST,
    "holds",
    "Capture a hold",
    body=CaptureInput,
    answer=TransactionView,
    status=201,
    statuses={200: "The key was used before for this very capture: its first answer again."},
    query=(DRY_RUN,),
    keyed=True,
    empty_body=True,
    codes=(
        *_RESOLVE_CODES, "exceeds_hold", "invalid_amount", "too_many_digits", "amount_not_positive", "amount_overflow",
    ),
    example={"amount": "5", "final": True, "reason": "Server is up"},
    answer_example={
        **POSTED,
        "kind": "capture",
        "hold": {**HOLD, "state": "captured", "captured": "5", "remaining": "0"},
    },
)  # fmt: skip
async def capture_hold(call: Call) -> Answer:
    """Posts what was held, whole or a part. The rest is released unless `final` is false."""
    key = call.key()
    id = check_id(call.params["id"])
    body = await call.body(CaptureInput)
    amount = None
    if body.amount is not None:
        hold = await call.groat.held(id)
        if hold is None:
            return problem(Refusal("hold_not_found", "There is no hold with this id.", {"hold": id}))
        amount = await call.groat.amount(body.amount, hold.asset)
    command = Capture(
        principal=call.identity.principal,
        key=key,
        reason=body.reason,
        metadata=body.metadata,
        hold=id,
        amount=amount,
        final=body.final,
        at_most=body.at_most,
    )
    return await commit(call, command)


@operations.declare(
    "settleHold",
    "POST /v1/holds/{id}/settle",
    Right.POST,
    "holds",
    "Settle a hold",
    body=SettleInput,
    answer=TransactionView,
    status=201,
    statuses={200: "Replayed; or nothing was used of a hold that had ended: then `id` is null."},
    query=(DRY_RUN,),
    keyed=True,
    codes=(
        "key_reused", *STATE_CODES, "hold_not_found", "belongs_to_request", "hold_resolved", "insufficient_funds",
        "ceiling_exceeded", "balance_overflow", "too_many_grants", "forbidden", "invalid_id", "invalid_excess",
        "invalid_amount", "too_many_digits", "amount_not_positive", "amount_overflow", *_TEXT_CODES,
    ),
    example={"actual": "7", "excess": "available", "reason": "3,512 tokens"},
    answer_example={
        **POSTED,
        "kind": "settle",
        "postings": [
            {"source": "user:42", "destination": "house:sales", "amount": "5", "asset": "CREDIT"},
            {"source": "user:42", "destination": "house:sales", "amount": "2", "asset": "CREDIT"},
        ],
        "reason": "3,512 tokens",
        "hold": {**HOLD, "state": "captured", "captured": "5", "remaining": "0"},
        "settled": {"captured": "5", "spent": "2", "freed": "0", "shortfall": "0"},
    },
)  # fmt: skip
async def settle_hold(call: Call) -> Answer:
    """Posts what was really used, once the work is done: up to what is left of the hold in any case, the rest is freed.
    `settled` says what became of it; a `shortfall` was used and is not paid. A hold that expired or was released
    reserves nothing any more, so all of it is spent like the excess, and `refuse` refuses if the source has too little.
    """
    key = call.key()
    id = check_id(call.params["id"])
    body = await call.body(SettleInput)
    check_below_floor(call, body.excess == "overdraft")
    hold = await call.groat.held(id)
    if hold is None:
        return problem(Refusal("hold_not_found", "There is no hold with this id.", {"hold": id}))
    command = SettleHold(
        principal=call.identity.principal,
        key=key,
        reason=body.reason,
        metadata=body.metadata,
        hold=id,
        actual=await call.groat.amount(body.actual, hold.asset, signed=True),
        excess=body.excess,
        overdraft=0 if body.overdraft is None else await call.groat.amount(body.overdraft, hold.asset),
    )
    return await commit(call, command)


@operations.declare(
    "extendHold",
    "POST /v1/holds/{id}/extend",
    Right.POST,
    "holds",
    "Extend a hold",
    body=ExtendInput,
    answer=TransactionView,
    status=201,
    statuses={
        200: "Replayed, or the hold lasted as long already: then `id` is null and nothing changed.",
    },
    query=(DRY_RUN,),
    keyed=True,
    codes=(*_RESOLVE_CODES, "expires_in_past", "invalid_time"),
    example={"expires_in": 60, "reason": "Still running"},
    answer_example={
        **HELD,
        "kind": "extend",
        "postings": [{"source": "user:42", "destination": "house:sales", "amount": "0", "asset": "CREDIT"}],
        "reason": "Still running",
    },
)
async def extend_hold(call: Call) -> Answer:
    """Lets an open hold end later, as a sign of life of what it is held for. It never ends earlier by this: a hold that
    lasts as long already, or has no end, stays as it is.
    """
    key = call.key()
    id = check_id(call.params["id"])
    body = await call.body(ExtendInput)
    if (body.expires_at is None) == (body.expires_in is None):
        raise HttpError("invalid_body", "Give one of expires_at and expires_in.")
    command = Extend(
        principal=call.identity.principal,
        key=key,
        reason=body.reason,
        metadata=body.metadata,
        hold=id,
        expires_at=optional_time(body.expires_at),
        lasts=_lasts(body.expires_in),
    )
    return await commit(call, command)


@operations.declare(
    "releaseHold",
    "POST /v1/holds/{id}/release",
    Right.POST,
    "holds",
    "Release a hold",
    body=ReleaseInput,
    answer=TransactionView,
    status=201,
    statuses={200: "The key was used before for this very release: its first answer again."},
    query=(DRY_RUN,),
    keyed=True,
    empty_body=True,
    codes=_RESOLVE_CODES,
    example={"reason": "Provisioning failed"},
    answer_example={
        **HELD,
        "kind": "release",
        "hold": {**HOLD, "state": "released", "released": "5", "remaining": "0"},
    },
)
async def release_hold(call: Call) -> Answer:
    """Gives back what is left of the hold."""
    key = call.key()
    id = check_id(call.params["id"])
    body = await call.body(ReleaseInput)
    command = Release(
        principal=call.identity.principal, key=key, reason=body.reason, metadata=body.metadata, hold=id
    )
    return await commit(call, command)
