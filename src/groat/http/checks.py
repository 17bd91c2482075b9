"""Check what somebody may spend: whether, how much, until when, and how long it lasts."""

from __future__ import annotations

from groat.api.answer import Answer
from groat.api.call import Call
from groat.api.operations import ASSET, Operations, Parameter
from groat.api.problems import HttpError
from groat.api.rights import Right, sees_everything
from groat.api.sharing import check_may_read
from groat.http.budgets import EXAMPLE
from groat.ledger.accounts import check_path
from groat.ledger.check_views import CheckView
from groat.ledger.text import check_principal

operations = Operations()


@operations.declare(
    "checkSpend",
    "GET /v1/accounts/{account}/check",
    Right.SIGNED_IN,
    "accounts",
    "Check what may be spent",
    answer=CheckView,
    query=(
        Parameter(ASSET.name, ASSET.schema, "Which balance.", required=True),
        Parameter("amount", {"type": "string"}, "Whether this amount may be spent; without it, whether any."),
        Parameter(
            "of", {"type": "string"}, "Who would spend (a principal), for budgets: the caller unless given."
        ),
    ),
    codes=(
        "invalid_account", "unknown_asset", "invalid_amount", "too_many_digits", "amount_not_positive",
        "amount_overflow", "invalid_principal", "forbidden",
    ),
    answer_example={
        "account": "user:42",
        "asset": "CREDIT",
        "of": "service:shop",
        "amount": "400",
        "allowed": False,
        "refusal": "budget_exceeded",
        "detail": "More is to be spent than a budget has left (left). More is left at resets_at, or once it is raised.",
        "most": "380",
        "available": "2000",
        "floor": "0",
        "grants": {"paid": "1500", "promotional": "500", "plain": "0"},
        "budget": EXAMPLE,
        "pace": {"hour": "20", "day": "120", "lasts_at_hour_s": 68400, "lasts_at_day_s": 273600},
    },
)  # fmt: skip
async def check_spend(call: Call) -> Answer:
    """Says whether an amount may be spent from an account now, by the very decision that a posting would meet: what is
    available above the floor, which grants may pay, which budget has the least left and when it resets, and how long
    that lasts at the pace of the last hour and the last day. It reserves nothing. People check their own accounts,
    and those that they share.
    """
    identity = call.identity
    account = check_path(call.params["account"])
    await check_may_read(call, account)
    of = check_principal(call.query.get("of", identity.principal))
    if of != identity.principal and not sees_everything(identity):
        raise HttpError("forbidden")
    return Answer.of(await call.groat.check(account, call.query["asset"], call.query.get("amount"), of=of))
