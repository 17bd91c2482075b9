"""People, for staff: their records, balances and rights; and the audit log."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

from groat.api.answer import Answer
from groat.api.bodies import Body, Name, Reason
from groat.api.call import Call
from groat.api.examples import AT, BALANCE, ID
from groat.api.operations import CURSOR, LIMIT, STALE, Operations, Parameter
from groat.api.problems import HttpError
from groat.api.rights import Right
from groat.identity import Change, IdentityError, Person
from groat.identity.model import check_user
from groat.ledger.text import check_text
from groat.ledger.views import AuditView, BalanceView
from groat.store.reading import LAST_ID

operations = Operations()


class UserInput(Body):
    """A new person. Without a password they sign in elsewhere; roles null leaves their roles to their tokens."""

    user: Name
    name: Annotated[str, Meta(max_length=200)] = ""
    email: Annotated[str, Meta(max_length=254)] | None = None
    password: Annotated[str, Meta(extra_json_schema={"minLength": 8, "maxLength": 256})] | None = None
    roles: list[Name] | None = field(default_factory=list)


class UserPatch(Body):
    """Changes of a person. A field that is not named stays. A new password signs them out everywhere."""

    name: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    email: Annotated[str, Meta(max_length=254)] | UnsetType | None = UNSET
    password: Annotated[str, Meta(extra_json_schema={"minLength": 8, "maxLength": 256})] | UnsetType = UNSET
    roles: list[Name] | UnsetType | None = UNSET
    disabled: bool | UnsetType = UNSET
    reason: Reason = ""


class RevokeInput(Body):
    """The reason for signing somebody out, for the audit."""

    reason: Reason = ""


class AuditPage(msgspec.Struct):
    """A page of the audit log, newest first."""

    items: list[AuditView]
    cursor: str | None


class UserView(msgspec.Struct):
    """A person with their balances; ``roles`` null where their token's roles count."""

    user: str
    name: str
    email: str | None
    roles: list[str] | None
    disabled: bool
    balances: list[BalanceView]


class UserPage(msgspec.Struct):
    """A page of people by user id."""

    items: list[UserView]
    cursor: str | None


PERSON: dict[str, Any] = {
    "user": "42",
    "name": "Ada",
    "email": "ada@example.com",
    "roles": [],
    "disabled": False,
    "balances": [BALANCE],
}


AUDIT: dict[str, Any] = {
    "id": ID,
    "at": AT,
    "actor": "user:admin",
    "principal": "user:admin",
    "kind": "change_user",
    "target": "user:42",
    "reason": "Joined the support desk",
    "key": "",
    "before": {"roles": []},
    "after": {"roles": ["support"]},
    "details": None,
}


_FORM_CODES = (
    "invalid_user",
    "invalid_role",
    "invalid_email",
    "weak_password",
    "user_exists",
    "invalid_text",
)


@operations.declare(
    "listUsers",
    "GET /v1/users",
    Right.STAFF,
    "people",
    "List people",
    answer=UserPage,
    query=(
        Parameter("q", {"type": "string", "maxLength": 100}, "Only whose id, name or e-mail contains this."),
        CURSOR,
        LIMIT,
    ),
    codes=("invalid_cursor",),
    answer_example={"items": [PERSON], "cursor": None},
)
async def list_users(call: Call) -> Answer:
    """Lists everybody with a record here or a stream of events, by user id, with all balances."""
    q, limit = call.query.get("q", ""), call.limit()
    if len(q) > 100:
        raise HttpError("invalid_query", "q has at most 100 characters.")
    users = await call.identities.list_users(q, call.cursor() or "", limit)
    cursor = call.to_cursor(users[-1]) if len(users) == limit else None
    return Answer.of(UserPage(await _views(call, users), cursor))


@operations.declare(
    "getUser",
    "GET /v1/users/{user}",
    Right.STAFF,
    "people",
    "Read a person",
    answer=UserView,
    codes=("user_not_found", "invalid_user"),
    answer_example=PERSON,
)
async def get_user(call: Call) -> Answer:
    """One person with all balances."""
    user = check_user(call.params["user"])
    if not await call.identities.knows(user):
        raise IdentityError("user_not_found")
    return Answer.of((await _views(call, [user]))[0])


@operations.declare(
    "addUser",
    "POST /v1/users",
    Right.ADMIN,
    "people",
    "Add a person",
    body=UserInput,
    answer=UserView,
    status=201,
    codes=("own_rights", *_FORM_CODES),
    example={
        "user": "42",
        "name": "Ada",
        "email": "ada@example.com",
        "password": "correct horse",
        "roles": [],
    },
    answer_example=PERSON,
)
async def add_user(call: Call) -> Answer:
    """A record with which somebody may sign in here, or whose roles win over those of their tokens. New staff decide on
    requests only after the time of the setting `new_staff_wait_s`.
    """
    body = await call.body(UserInput)
    if body.user == call.identity.user:
        # A record's roles win over the token's, so this would change the caller's own rights.
        raise HttpError("own_rights")
    person = await call.identities.add_user(
        body.user,
        name=body.name,
        email=body.email,
        password=body.password,
        roles=None if body.roles is None else tuple(body.roles),
        by_staff=True,
    )
    await _keep(call, "add_user", person.user, after=person.facts())
    return Answer.of((await _views(call, [person.user]))[0], 201)


@operations.declare(
    "changeUser",
    "PATCH /v1/users/{user}",
    Right.ADMIN,
    "people",
    "Change a person",
    body=UserPatch,
    answer=UserView,
    codes=("user_not_found", "nothing_to_change", "own_rights", "text_too_long", *_FORM_CODES),
    example={"roles": ["support"], "reason": "Joined the support desk"},
    answer_example={**PERSON, "roles": ["support"]},
)
async def change_user(call: Call) -> Answer:
    """Roles and `disabled` act on open connections within seconds. A person who only has a token gets a record.

    Whoever is given roles or a password by somebody else decides on requests only after the time of the setting
    `new_staff_wait_s`.
    """
    user = check_user(call.params["user"])
    body = await call.body(UserPatch)
    check_text(body.reason)
    touches_rights = body.roles is not UNSET or body.disabled is not UNSET
    if all(getattr(body, name) is UNSET for name in body.__struct_fields__ if name != "reason"):
        raise HttpError("nothing_to_change")
    if touches_rights and user == call.identity.user:
        raise HttpError("own_rights")
    if not await call.identities.knows(user):
        raise IdentityError("user_not_found")
    roles = tuple(body.roles) if isinstance(body.roles, list) else body.roles
    wanted = Change(name=body.name, email=body.email, roles=roles, disabled=body.disabled)
    password = None if body.password is UNSET else body.password
    before, after = await call.identities.change_user(
        user, wanted, password=password, by_staff=user != call.identity.user
    )
    await _keep(call, "change_user", user, body.reason, before.facts(), after.facts())
    return Answer.of((await _views(call, [user]))[0])


@operations.declare(
    "revokeUser",
    "POST /v1/users/{user}/revoke",
    Right.ADMIN,
    "people",
    "Sign a person out everywhere",
    body=RevokeInput,
    status=204,
    empty_body=True,
    codes=("user_not_found", "invalid_user", "text_too_long"),
    example={"reason": "Lost phone"},
)
async def revoke_user(call: Call) -> Answer:
    """Their sessions end, their tokens are refused, and their connections close within 5 s."""
    user = check_user(call.params["user"])
    body = await call.body(RevokeInput)
    check_text(body.reason)
    if not await call.identities.knows(user):
        raise IdentityError("user_not_found")
    await call.identities.revoke(user)
    await _keep(call, "revoke_user", user, body.reason)
    return Answer(b"", 204)


@operations.declare(
    "listAudit",
    "GET /v1/audit",
    Right.STAFF,
    "people",
    "Read the audit log",
    answer=AuditPage,
    query=(
        Parameter("actor", {"type": "string"}, "Only what this principal did."),
        Parameter("target", {"type": "string"}, "Only what was done to this principal or account."),
        CURSOR,
        LIMIT,
        STALE,
    ),
    codes=("invalid_cursor",),
    answer_example={"items": [AUDIT], "cursor": None},
)
async def list_audit(call: Call) -> Answer:
    """The audit log, newest first: all transactions, and acts that moved no money, with actor and reason."""
    limit = call.limit()
    found = await call.lookup().audit(
        before=call.cursor() or LAST_ID,
        limit=limit,
        actor=call.query.get("actor", ""),
        target=call.query.get("target", ""),
    )
    return Answer.of(AuditPage(found, call.to_cursor(found[-1].id) if len(found) == limit else None))


async def _views(call: Call, users: list[str]) -> list[UserView]:
    records = await call.identities.people(users)
    balances = await call.identities.balances_of(users)
    views = []
    for user in users:
        person = records.get(user) or Person(user, "", None, None, disabled=False)
        own: list[BalanceView] = balances.get(user, [])
        views.append(
            UserView(user, person.name, person.email, list(person.roles or ()), person.disabled, own)
        )
    return views


async def _keep(
    call: Call, kind: str, user: str, reason: str = "", before: object = None, after: object = None
) -> None:
    """Write to the audit log what staff did to a person's record."""
    actor = call.identity.principal
    await call.groat.act(kind, actor=actor, target=f"user:{user}", reason=reason, before=before, after=after)
