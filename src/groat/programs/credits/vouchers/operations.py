"""The operations of vouchers for people: redeem a code, see what it gives, and what one redeemed."""

from __future__ import annotations

from typing import Any

import msgspec

from groat.api.answer import Answer
from groat.api.call import Call
from groat.api.money import STATE_CODES, check_below_floor, seen_by
from groat.api.operations import CURSOR, DRY_RUN, LIMIT, Operations, Parameter
from groat.api.problems import HttpError, problem
from groat.api.rights import Right, sees_everything
from groat.engine.ids import new_id
from groat.identity import Identity
from groat.identity.model import check_user
from groat.ledger.errors import Refusal
from groat.ledger.text import check_id
from groat.programs.credits.vouchers import reading
from groat.programs.credits.vouchers.bodies import PreviewInput, RedeemInput, UndoInput
from groat.programs.credits.vouchers.desk import Desk
from groat.programs.credits.vouchers.redeeming import UndoRedemption
from groat.programs.credits.vouchers.views import (
    RedeemedView,
    RedemptionPage,
    RedemptionView,
    VoucherPreview,
)
from groat.store.batch import Done
from groat.store.reading import LAST_ID

operations = Operations()

_ID = "01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f"
_AT = "2026-11-20T18:59:50.123456Z"
CODE = "7KQ2-M9XD-4T8W-P3HC-2VYB"
REDEMPTION: dict[str, Any] = {
    "id": _ID, "campaign": "01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e50", "name": "Spring", "user": "42", "state": "redeemed",
    "amount": "100", "asset": "CREDIT", "number": 1, "code_number": 17, "at": _AT, "undone_at": None,
    "undone_by": None, "reversal": None, "reason": "",
}  # fmt: skip
GRANT: dict[str, Any] = {
    "class": "promotional",
    "expires_at": None,
    "lasts_s": 2_592_000,
    "priority": 100,
    "note": "Spring",
}
_TRANSACTION: dict[str, Any] = {
    "id": _ID, "kind": "voucher", "reason": "Spring", "actor": "user:42", "at": _AT, "recorded_at": _AT,
    "metadata": {},
    "postings": [
        {"source": "house:promotions", "destination": "user:42", "amount": "100", "asset": "CREDIT"}
    ],
    "balances": [
        {"account": "user:42", "asset": "CREDIT", "balance": "100", "held": "0", "available": "100", "version": 1}
    ],
    "positions": {"user:42": "01938c5d:7"}, "key": "redeem-7", "principal": "user:42", "replayed": False,
    "reverses": None, "hold": None, "cause": f"voucher:redemption:{_ID}",
}  # fmt: skip
_CODES = (
    "voucher_not_found", "voucher_mistyped", "voucher_throttled", "invalid_user", "invalid_text",
)  # fmt: skip
_REFUSED = (
    "voucher_stopped", "voucher_not_yet", "voucher_over", "voucher_void", "voucher_redeemed", "voucher_used_up",
    "voucher_yours_used_up", "voucher_first_purchase", "voucher_budget_used_up",
)  # fmt: skip
_PAYING = (
    *STATE_CODES, "expires_in_past", "insufficient_funds", "balance_overflow", "ceiling_exceeded", "too_many_grants",
    "older_nodes",
)  # fmt: skip


@operations.declare(
    "redeemVoucher",
    "POST /v1/vouchers/redeem",
    Right.SIGNED_IN,
    "vouchers",
    "Redeem a code",
    body=RedeemInput,
    answer=RedeemedView,
    status=201,
    statuses={200: "The key was used before for this very code, or nothing was done (`dry_run`)."},
    keyed=True,
    query=(DRY_RUN,),
    codes=("key_reused", *_CODES, *_REFUSED, *_PAYING),
    example={"code": CODE},
    answer_example={"redemption": REDEMPTION, "transaction": _TRANSACTION},
)
async def redeem_voucher(call: Call) -> Answer:
    """Pays what the campaign gives, once per rule, in the commit that counts the use. Wrong codes are counted by person
    and by address, on all nodes together; after too many nothing is tried until the time in `Retry-After` is over.
    """
    key = call.key()
    body = await call.body(RedeemInput)
    identity = call.identity
    person = _person(identity, body.user, identity.is_admin or identity.is_service)
    verdict = await call.services.part(Desk).redeem(
        body.code, person, address=_address(call), principal=identity.principal, key=key, dry_run=call.dry_run
    )
    return _answer(call, verdict)


@operations.declare(
    "previewVoucher",
    "POST /v1/vouchers/preview",
    Right.SIGNED_IN,
    "vouchers",
    "See what a code gives",
    body=PreviewInput,
    answer=VoucherPreview,
    codes=_CODES,
    example={"code": CODE},
    answer_example={
        "name": "Spring", "amount": "100", "asset": "CREDIT", "grant": GRANT, "ends_at": None, "redeemable": True,
        "code": "", "detail": "",
    },
)  # fmt: skip
async def preview_voucher(call: Call) -> Answer:
    """Tells what the code would give the person now, or why it would not. Nothing is redeemed. Wrong codes count as if
    they had been redeemed.
    """
    body = await call.body(PreviewInput)
    person = _person(call.identity, body.user, sees_everything(call.identity))
    return Answer.of(
        await call.services.part(Desk).preview(
            body.code, person, address=_address(call), principal=call.identity.principal, key=new_id()
        )
    )


@operations.declare(
    "listRedemptions",
    "GET /v1/vouchers/redemptions",
    Right.SIGNED_IN,
    "vouchers",
    "List redemptions",
    answer=RedemptionPage,
    query=(
        Parameter("user", {"type": "string", "maxLength": 64}, "Only those of this person."),
        Parameter("campaign", {"type": "string", "format": "uuid"}, "Only those of this campaign."),
        CURSOR,
        LIMIT,
    ),
    codes=("invalid_user", "invalid_id", "invalid_cursor"),
    answer_example={"items": [REDEMPTION], "cursor": None},
)
async def list_redemptions(call: Call) -> Answer:
    """Redemptions, the newest first. People see their own, staff and services everybody's."""
    identity, query = call.identity, call.query
    user = query.get("user")
    everybody = user is None and sees_everything(identity)
    person = "" if everybody else _person(identity, user, sees_everything(identity))
    campaign = check_id(query["campaign"]) if "campaign" in query else ""
    before, limit = call.id_cursor(LAST_ID), call.limit()
    items = await call.groat.read(
        reading.page_redemptions, campaign, person, before, limit, await call.groat.assets()
    )
    return Answer.of(RedemptionPage(items, call.to_cursor(items[-1].id) if len(items) == limit else None))


@operations.declare(
    "undoRedemption",
    "POST /v1/vouchers/redemptions/{id}/undo",
    Right.POST,
    "vouchers",
    "Undo a redemption",
    body=UndoInput,
    answer=RedeemedView,
    status=201,
    statuses={200: "The key was used before for this very act, or nothing was done (`dry_run`)."},
    keyed=True,
    query=(DRY_RUN,),
    codes=(
        "key_reused", "redemption_not_found", "redemption_undone", "invalid_id", "reason_required", "text_too_long",
        "grant_spent", "exceeds_transaction", *_PAYING,
    ),
    example={"reason": "Sent to the wrong person"},
    answer_example={
        "redemption": {**REDEMPTION, "state": "undone", "undone_at": _AT, "undone_by": "user:ada"},
        "transaction": {**_TRANSACTION, "kind": "voucher_undo", "reverses": _ID},
    },
)  # fmt: skip
async def undo_redemption(call: Call) -> Answer:
    """Takes back what it paid, and frees the use: the code can be redeemed again. What is spent of it is refused, or
    becomes debt.
    """
    key = call.key()
    body = await call.body(UndoInput)
    check_below_floor(call, body.short == "debt")
    command = UndoRedemption(
        principal=call.identity.principal,
        key=key,
        reason=body.reason,
        transaction=check_id(call.params["id"]),
        short=body.short,
    )
    groat = call.groat.dry_run if call.dry_run else call.groat
    return _answer(call, await groat.execute(command))


def _person(identity: Identity, user: str | None, others: bool) -> str:
    """Return whose redemption it is: the caller's own, or that of whom the caller names and ``others`` allows."""
    if user is None:
        if identity.user is None:
            raise HttpError("invalid_request", "Say whose code it is: user.")
        return f"user:{identity.user}"
    if user != identity.user and not others:
        raise HttpError("forbidden")
    return f"user:{check_user(user)}"


def _address(call: Call) -> str:
    # The address of a service is that of all its people.
    return "" if call.identity.is_service else call.own_address


def _answer(call: Call, verdict: Done | Refusal) -> Answer:
    if isinstance(verdict, Refusal):
        return problem(verdict, dry_run=call.dry_run)
    view = RedeemedView(
        msgspec.convert(verdict.extra, RedemptionView), seen_by(call.identity, verdict.view())
    )
    return Answer.of(view, 200 if verdict.replayed or call.dry_run else 201)
