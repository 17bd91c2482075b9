"""Freezing and closing of accounts, by admins: a path with all of its assets, and those to come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from groat.api.answer import Answer
from groat.api.bodies import AccountPath, Body
from groat.api.call import Call
from groat.api.money import ledger_of
from groat.api.operations import DRY_RUN, Function, Operations
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


Act = Literal["freeze", "unfreeze", "close", "reopen"]

_CODES = ("key_reused", "wrong_account_state", "invalid_account", "invalid_text", "text_too_long")
_FROZEN = {
    "account": "user:42",
    "state": "frozen",
    "rest_to": "",
    "transaction": "01a22c38-47cb-7000-8000-000000000000",
    "replayed": False,
}


async def _set_state(call: Call, act: Act, reason: str, rest_to: str = "") -> Answer:
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


def _declare(
    id: str,
    act: Act,
    summary: str,
    example: dict[str, str],
    becomes: AccountState,
    body: type[Body] = StateInput,
    codes: tuple[str, ...] = _CODES,
) -> Callable[[Function], Function]:
    """Declare the operation of an act, with an example of its body and the state in which that leaves the account."""
    shown: dict[str, Any] = {**_FROZEN, "state": becomes, "rest_to": example.get("rest_to", "")}
    return operations.declare(
        id,
        f"POST /v1/accounts/{{account}}/{act}",
        Right.ADMIN,
        "accounts",
        summary,
        body=body,
        answer=AccountStateView,
        query=(DRY_RUN,),
        keyed=True,
        codes=codes,
        example=example,
        answer_example=shown,
    )


@_declare("freezeAccount", "freeze", "Freeze an account", {"reason": "Order of a court"}, "frozen")
async def freeze_account(call: Call) -> Answer:
    """Nobody moves or holds anything on it any more, in any asset, until it is unfrozen. What is due still happens."""
    body = await call.body(StateInput)
    return await _set_state(call, "freeze", body.reason)


@_declare("unfreezeAccount", "unfreeze", "Unfreeze an account", {"reason": "The order was lifted"}, "open")
async def unfreeze_account(call: Call) -> Answer:
    """Opens a frozen account again."""
    body = await call.body(StateInput)
    return await _set_state(call, "unfreeze", body.reason)


@_declare(
    "closeAccount",
    "close",
    "Close an account",
    {"reason": "The customer left", "rest_to": "house:unclaimed"},
    "closing",
    CloseInput,
    (*_CODES, "same_account"),
)
async def close_account(call: Call) -> Answer:
    """Takes no new movements and holds; holds may still end, and reversals are taken. As soon as nothing is held, the
    rest goes to the named account, and the state is `closed`, by itself.
    """
    body = await call.body(CloseInput)
    return await _set_state(call, "close", body.reason, body.rest_to)


@_declare(
    "reopenAccount", "reopen", "Open a closed account again", {"reason": "The customer came back"}, "open"
)
async def reopen_account(call: Call) -> Answer:
    """Opens an account again that is closing or closed. What went to another account stays there."""
    body = await call.body(StateInput)
    return await _set_state(call, "reopen", body.reason)
