"""Freezing and closing of accounts, by admins: a path with all of its assets, and those to come."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from groat.api.answer import Answer
from groat.api.bodies import AccountPath, Body
from groat.api.call import Call
from groat.api.money import ledger_of
from groat.api.operations import DRY_RUN, Operations
from groat.api.problems import problem
from groat.api.rights import Right
from groat.ledger.accounts import check_path
from groat.ledger.errors import Refusal
from groat.ledger.states import SetState
from groat.ledger.views import AccountState

operations = Operations()

_Why = Annotated[str, Meta(description="Why, for the audit log.", min_length=1, max_length=1_000)]


class StateInput(Body):
    """The reason for which the account's state is changed."""

    reason: _Why


class CloseInput(Body):
    """The reason for which the account is closed, and the account that gets what is left."""

    reason: _Why
    rest_to: AccountPath


class AccountStateView(msgspec.Struct):
    """The state of an account. ``rest_to`` is the account that gets the rest of one that is closed, "" for the others.

    ``transaction`` is null for a dry run.
    """

    account: str
    state: AccountState
    rest_to: str
    transaction: str | None
    replayed: bool = False
    dry_run: bool | msgspec.UnsetType = msgspec.UNSET


_CODES = ("key_reused", "wrong_account_state", "invalid_account", "invalid_text", "text_too_long")
_FROZEN = {
    "account": "user:42",
    "state": "frozen",
    "rest_to": "",
    "transaction": "01a22c38-47cb-7000-8000-000000000000",
    "replayed": False,
}


async def _set_state(
    call: Call, act: Literal["freeze", "unfreeze", "close", "reopen"], reason: str, rest_to: str = ""
) -> Answer:
    command = SetState(
        principal=call.identity.principal,
        key=call.key(),
        reason=reason,
        account=check_path(call.params["account"]),
        act=act,
        rest_to=rest_to,
    )
    verdict = await ledger_of(call).execute(command)
    if isinstance(verdict, Refusal):
        return problem(verdict, dry_run=call.dry_run)
    dry = call.dry_run
    made = verdict.transactions[0].id if verdict.transactions else None
    view = AccountStateView(**verdict.extra, transaction=None if dry else made, replayed=verdict.replayed)
    if dry:
        view.dry_run = True
    return Answer.of(view)


@operations.declare(
    "freezeAccount",
    "POST /v1/accounts/{account}/freeze",
    Right.ADMIN,
    "accounts",
    "Freeze an account",
    body=StateInput,
    answer=AccountStateView,
    query=(DRY_RUN,),
    keyed=True,
    codes=_CODES,
    example={"reason": "Order of a court"},
    answer_example=_FROZEN,
)
async def freeze_account(call: Call) -> Answer:
    """Nobody moves or holds anything on it any more, in any asset, until it is unfrozen. What is due still happens."""
    body = await call.body(StateInput)
    return await _set_state(call, "freeze", body.reason)


@operations.declare(
    "unfreezeAccount",
    "POST /v1/accounts/{account}/unfreeze",
    Right.ADMIN,
    "accounts",
    "Unfreeze an account",
    body=StateInput,
    answer=AccountStateView,
    query=(DRY_RUN,),
    keyed=True,
    codes=_CODES,
    example={"reason": "The order was lifted"},
    answer_example={**_FROZEN, "state": "open"},
)
async def unfreeze_account(call: Call) -> Answer:
    """Opens a frozen account again."""
    body = await call.body(StateInput)
    return await _set_state(call, "unfreeze", body.reason)


@operations.declare(
    "closeAccount",
    "POST /v1/accounts/{account}/close",
    Right.ADMIN,
    "accounts",
    "Close an account",
    body=CloseInput,
    answer=AccountStateView,
    query=(DRY_RUN,),
    keyed=True,
    codes=(*_CODES, "same_account"),
    example={"reason": "The customer left", "rest_to": "house:unclaimed"},
    answer_example={**_FROZEN, "state": "closing", "rest_to": "house:unclaimed"},
)
async def close_account(call: Call) -> Answer:
    """Takes no new movements and holds; holds may still end, and reversals are taken. As soon as nothing is held, the
    rest goes to the named account, and the state is `closed`, by itself.
    """
    body = await call.body(CloseInput)
    return await _set_state(call, "close", body.reason, body.rest_to)


@operations.declare(
    "reopenAccount",
    "POST /v1/accounts/{account}/reopen",
    Right.ADMIN,
    "accounts",
    "Open a closed account again",
    body=StateInput,
    answer=AccountStateView,
    query=(DRY_RUN,),
    keyed=True,
    codes=_CODES,
    example={"reason": "The customer came back"},
    answer_example={**_FROZEN, "state": "open"},
)
async def reopen_account(call: Call) -> Answer:
    """Opens an account again that is closing or closed. What went to another account stays there."""
    body = await call.body(StateInput)
    return await _set_state(call, "reopen", body.reason)
