"""Actions of people with their own money: only those that the server declares (setting ``actions``)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from groat.api.answer import Answer
from groat.api.bodies import Amount, AssetCode, Body, Metadata, Name, Reason
from groat.api.call import Call
from groat.api.examples import BALANCE, POSTED
from groat.api.money import STATE_CODES, commit
from groat.api.operations import DRY_RUN, Operations, Parameter
from groat.api.problems import HttpError
from groat.api.rights import Right
from groat.identity.model import check_user
from groat.ledger.commands import CappedPosting, Post, Posting
from groat.ledger.views import TransactionView

operations = Operations()


class ActionInput(Body):
    """A call of an action that the server declares, with a person's own money.

    With ``at_most`` it moves what may move of the amount; nothing at all is no refusal.
    """

    amount: Amount
    asset: AssetCode | None = None
    at_most: bool = False
    to: Annotated[Name, Meta(description="The other person, where the action has one.")] | None = None
    reason: Reason = ""
    metadata: Metadata = field(default_factory=dict)


_SPENT = {"source": "user:42", "destination": "house:sales", "amount": "5", "asset": "CREDIT"}


@operations.declare(
    "callAction",
    "POST /v1/actions/{name}",
    Right.PERSON,
    "actions",
    "Do something with one's own money",
    body=ActionInput,
    answer=TransactionView,
    params=(
        Parameter(
            "name",
            {"type": "string", "pattern": "^[a-z][a-z0-9_-]{0,63}$"},
            "The action's name in the settings.",
        ),
    ),
    status=201,
    statuses={200: "The key was used before for this very action: its first answer again."},
    query=(DRY_RUN,),
    keyed=True,
    codes=(
        "action_not_declared", "asset_not_allowed", "action_limit", "key_reused", *STATE_CODES, "insufficient_funds",
        "budget_exceeded",
        "ceiling_exceeded", "balance_overflow", "invalid_amount", "too_many_digits", "amount_not_positive",
        "amount_overflow", "unknown_asset", "invalid_account", "same_account", "invalid_user", "text_too_long",
        "invalid_metadata", "metadata_too_large",
    ),
    example={"amount": "5", "asset": "CREDIT", "reason": "Server for a month"},
    answer_example={
        **POSTED,
        "postings": [_SPENT],
        "reason": "Server for a month",
        "metadata": {},
        "actor": "user:42",
        "principal": "user:42",
        "key": "buy-7f3a",
        "balances": [{**BALANCE, "balance": "145", "available": "145", "version": 8}],
        "positions": {"user:42": "3f9c01aa:8"},
    },
)  # fmt: skip
async def call_action(call: Call) -> Answer:
    """The server declares from where to where the money goes, in which assets, and how much at most. The answer shows
    only the caller's own balances and positions.
    """
    key = call.key()
    name = call.params["name"]
    action = call.settings.actions.get(name)
    if action is None:
        shown = name[:64].encode("ascii", "backslashreplace").decode()
        raise HttpError(
            "action_not_declared",
            f"This server declares no action {shown!r}: its settings have no [actions.{shown}].",
            action=shown,
            setting=f"actions.{shown}",
        )
    body = await call.body(ActionInput)
    identity = call.identity
    names = {"{user}": identity.user or ""}
    if "{to}" in action.source + action.destination:
        if body.to is None:
            raise HttpError("invalid_body", "This action needs `to`, the other person's user id.")
        names["{to}"] = check_user(body.to)
    elif body.to is not None:
        raise HttpError("invalid_body", "This action takes no `to`.")
    asset = body.asset or (action.assets[0] if len(action.assets) == 1 else None)
    if asset is None:
        raise HttpError("invalid_body", "Name the asset.")
    if action.assets and asset not in action.assets:
        raise HttpError("asset_not_allowed", assets=list(action.assets))
    amount = await call.groat.amount(body.amount, asset)
    if action.max is not None and amount > await call.groat.amount(action.max, asset):
        raise HttpError("action_limit", max=action.max)
    kind = CappedPosting if body.at_most else Posting
    command = Post(
        principal=identity.principal,
        key=key,
        reason=body.reason or action.reason,
        metadata=body.metadata,
        postings=(kind(_fill(action.source, names), _fill(action.destination, names), amount, asset),),
    )
    return await commit(call, command)


def _fill(template: str, names: dict[str, str]) -> str:
    for name, value in names.items():
        template = template.replace(name, value)
    return template
