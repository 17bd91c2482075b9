"""Shared accounts: who their members are, and what these may do."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, field

from groat.api.answer import Answer
from groat.api.bodies import Body, Reason
from groat.api.call import Call
from groat.api.money import ledger_of
from groat.api.operations import DRY_RUN, Operations
from groat.api.problems import problem
from groat.api.rights import Right
from groat.api.sharing import check_may_read
from groat.ledger.accounts import check_path
from groat.ledger.book import refuse
from groat.ledger.errors import Refusal
from groat.ledger.members import SetMember, check_shareable
from groat.store.members import MemberView

operations = Operations()

_Rights = Annotated[
    list[Literal["read", "spend", "manage"]],
    Meta(description="What they may do; with any of these they may read. None removes them.", max_length=3),
]


class MemberInput(Body):
    """The rights of a member from now on. With none they are a member no more."""

    rights: _Rights = field(default_factory=list)
    reason: Reason = ""


class MemberList(msgspec.Struct):
    """The members of a shared account, by their ids."""

    account: str
    items: list[MemberView]


class MemberChanged(msgspec.Struct):
    """A member as they are now, without rights if they were removed; ``transaction`` is null for a dry run."""

    account: str
    user: str
    rights: list[str]
    transaction: str | None
    replayed: bool = False
    dry_run: bool | msgspec.UnsetType = msgspec.UNSET


@operations.declare(
    "listMembers",
    "GET /v1/accounts/{account}/members",
    Right.SIGNED_IN,
    "accounts",
    "List the members of a shared account",
    answer=MemberList,
    codes=("invalid_account",),
    answer_example={"account": "team:acme", "items": [{"user": "42", "rights": ["read", "manage"]}]},
)
async def list_members(call: Call) -> Answer:
    """Lists who shares an account, and what each of them may do. Its members read this, staff and services."""
    path = check_path(call.params["account"])
    await check_may_read(call, path)
    return Answer.of(MemberList(path, await call.groat.members(path)))


@operations.declare(
    "setMember",
    "PUT /v1/accounts/{account}/members/{user}",
    Right.SIGNED_IN,
    "accounts",
    "Set a member of a shared account",
    body=MemberInput,
    answer=MemberChanged,
    query=(DRY_RUN,),
    keyed=True,
    codes=(
        "key_reused", "not_a_manager", "member_not_found", "too_many_members", "forbidden", "invalid_account",
        "invalid_member", "text_too_long", "older_nodes",
    ),
    example={"rights": ["spend"], "reason": "New in the team"},
    answer_example={
        "account": "team:acme",
        "user": "42",
        "rights": ["read", "spend"],
        "transaction": "01a22c38-47cb-7000-8000-000000000000",
        "replayed": False,
    },
)  # fmt: skip
async def set_member(call: Call) -> Answer:
    """Adds a person to a shared account, changes what they may do, or removes them (no rights). Admins and services do
    it, and members who manage. The change holds at once: the person hears of it, and of the account from then on.
    """
    identity = call.identity
    is_staff = identity.is_admin or identity.is_service
    account = check_shareable(call.params["account"])
    if not is_staff and "manage" not in await call.groat.rights_on(account, identity.user or ""):
        # The command decides by the same rule. Nobody else's costs a lock.
        return problem(refuse("not_a_manager", account=account))
    body = await call.body(MemberInput)
    command = SetMember(
        principal=identity.principal,
        key=call.key(),
        reason=body.reason,
        account=account,
        user=call.params["user"],
        rights=tuple(body.rights),
        is_staff=is_staff,
    )
    verdict = await ledger_of(call).execute(command)
    if isinstance(verdict, Refusal):
        return problem(verdict, dry_run=call.dry_run)
    made = None if call.dry_run else verdict.transactions[0].id
    view = MemberChanged(**verdict.extra, transaction=made, replayed=verdict.replayed)
    if call.dry_run:
        view.dry_run = True
    return Answer.of(view)
