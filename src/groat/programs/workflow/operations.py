"""Requests of all kinds: filed by people, decided by staff. What each kind takes is in `GET /v1/kinds`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from groat.api.answer import Answer
from groat.api.call import Call
from groat.api.examples import AT, ID
from groat.api.money import STATE_CODES
from groat.api.operations import CURSOR, DRY_RUN, LIMIT, Operations, Parameter
from groat.api.people import Directory
from groat.api.problems import HttpError, problem
from groat.api.rights import Right, owns, sees_everything
from groat.identity import IdentityError
from groat.identity.model import check_user
from groat.ledger.accounts import check_stream
from groat.ledger.amounts import AMOUNT_MAX
from groat.ledger.errors import Refusal
from groat.ledger.text import check_id, format_time
from groat.programs.notifications.notices import is_person
from groat.programs.workflow import FILE, OWNER, SERVICE, SYSTEM, Kind, Transition, Workflow
from groat.programs.workflow.codes import RULES, RequestError
from groat.programs.workflow.reading import LATEST
from groat.programs.workflow.views import (
    KindView,
    LookView,
    RequestView,
    StepView,
    is_role_of,
    kind_view,
    may_take,
)
from groat.programs.workflow.workflow import SORTS, check_owner

if TYPE_CHECKING:
    from groat.identity import Identity
    from groat.ledger.keys import Key

operations = Operations()


class KindList(msgspec.Struct):
    """The kinds of requests that this server knows."""

    items: list[KindView]


class RequestPage(msgspec.Struct):
    """A page of requests; ``waiting`` counts by kind what waits for a decision."""

    items: list[RequestView]
    cursor: str | None
    waiting: dict[str, int] | msgspec.UnsetType = msgspec.UNSET


class StepPage(msgspec.Struct):
    """A page of a request's history, newest first."""

    items: list[StepView]
    cursor: str | None


class LookAnswer(msgspec.Struct):
    """The people who look at a request."""

    viewers: list[LookView]


class LookItem(msgspec.Struct):
    """A request, and who is looking at it."""

    request: str
    viewers: list[LookView]


class LookList(msgspec.Struct):
    """The requests that somebody is looking at."""

    items: list[LookItem]


REQUEST: dict[str, Any] = {
    "id": ID,
    "kind": "expense",
    "state": "pending",
    "version": 1,
    "user": "42",
    "data": {"amount": "42.50", "asset": "USD", "purpose": "Train to the fair", "receipt": ""},
    "amount": "42.50",
    "asset": "USD",
    "owner": "user:42",
    "filed_by": "user:42",
    "filed_at": AT,
    "changed_at": AT,
    "due_at": "2026-12-20T18:59:50.123456Z",
    "approvals": {"needed": 1, "given": []},
    "decided_by": None,
    "decided_at": None,
    "reason": "",
    "parent": None,
    "hold": None,
    "open": True,
    "waits": True,
    "may": ["withdraw"],
}


STEP: dict[str, Any] = {
    "version": 1,
    "transition": "file",
    "from": "",
    "to": "pending",
    "by": "user:42",
    "at": AT,
    "reason": "",
    "input": {},
    "transaction": ID,
}


KIND: dict[str, Any] = {
    "name": "expense",
    "title": "Expense claim",
    "description": "What somebody paid for the house and wants back.",
    "states": [
        {"name": "pending", "title": "Waiting", "open": True, "waits": True, "tone": "wait", "due": "lapse"},
        {"name": "paid", "title": "Paid", "open": False, "waits": False, "tone": "good", "due": ""},
    ],
    "transitions": [
        {
            "name": "pay",
            "title": "Pay",
            "from": ["pending"],
            "to": ["paid"],
            "by": ["admin"],
            "decides": True,
            "approves": True,
            "confirms": False,
            "schema": {"type": "object", "properties": {}, "required": [], "additionalProperties": False},
        }
    ],
    "schema": {
        "type": "object",
        "properties": {
            "amount": {"type": "string"},
            "asset": {"type": "string"},
            "purpose": {"type": "string"},
        },
        "required": ["amount", "asset", "purpose"],
        "additionalProperties": False,
    },
    "thresholds": {"USD": "1000"},
    "parent": None,
    "parents": [],
    "owners": ["user:*"],
}


_MONEY_CODES = (*STATE_CODES,
    "insufficient_funds", "ceiling_exceeded", "budget_exceeded",
    "balance_overflow", "exceeds_hold", "hold_resolved", "invalid_amount",
    "too_many_digits", "amount_not_positive", "amount_overflow", "unknown_asset", "invalid_account", "same_account",
    "metadata_too_large", "invalid_metadata", "invalid_data",
)  # fmt: skip
_KIND = Parameter(
    "kind", {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,39}$"}, "The kind of request, as listed."
)
_TRANSITION = Parameter(
    "transition",
    {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,39}$"},
    "The transition, as the kind lists it.",
)
VERSION_MAX = 2**31 - 1
_VERSION = Parameter(
    "version",
    {"type": "integer", "minimum": 1, "maximum": VERSION_MAX},
    "The version of the request that was looked at. One that changed since is left as it is: `wrong_state`.",
)
_USER = Parameter(
    "user", {"type": "string", "maxLength": 64}, "Whose request it is; people file only their own."
)
_OWNER = Parameter(
    "owner",
    {"type": "string", "maxLength": 255},
    "The stream of whose request it is, in place of a person: one that the kind takes, such as `house:promo`.",
)


@operations.declare(
    "listKinds",
    "GET /v1/kinds",
    Right.SIGNED_IN,
    "requests",
    "List the kinds of requests",
    answer=KindList,
    answer_example={"items": [KIND]},
)
async def list_kinds(call: Call) -> Answer:
    """The kinds of requests on this server, with states, transitions, and JSON schemas of data and inputs."""
    return Answer.of(KindList([kind_view(kind) for kind in call.services.part(Workflow).kinds.values()]))


@operations.declare(
    "listRequests",
    "GET /v1/requests",
    Right.SIGNED_IN,
    "requests",
    "List requests",
    answer=RequestPage,
    query=(
        Parameter("kind", {"type": "string", "maxLength": 40}, "Only this kind."),
        Parameter("state", {"type": "string", "maxLength": 40}, "Only in this state."),
        Parameter("waits", {"type": "boolean"}, "Only those that wait for a decision: the approval inbox."),
        Parameter("parent", {"type": "string", "format": "uuid"}, "Only those that belong to this request."),
        Parameter("user", {"type": "string", "maxLength": 64}, "Only this person's."),
        Parameter(
            "owner",
            {"type": "string", "maxLength": 255},
            "Only those of this stream, such as `house:promo`. With `kind`, whoever decides it may list these.",
        ),
        Parameter(
            "sort",
            {"enum": list(SORTS), "default": "newest"},
            "Which come first; largest only with `waits`, by smallest units.",
        ),
        CURSOR,
        LIMIT,
    ),
    codes=("invalid_cursor", "invalid_id", "forbidden", "invalid_user", "invalid_stream"),
    answer_example={"items": [REQUEST], "cursor": None, "waiting": {"expense": 1}},
)
async def list_requests(call: Call) -> Answer:
    """The newest first, unless sorted otherwise. People get their own.

    To staff and services the answer for `waits` also counts what waits.
    """
    workflow, query, identity = call.services.part(Workflow), call.query, call.identity
    waits, sort = query.get("waits") == "true", query.get("sort", "newest")
    if (
        query.get("waits", "true") not in ("true", "false")
        or sort not in SORTS
        or (sort == "largest" and not waits)
    ):
        raise HttpError(
            "invalid_query", f"waits is true or false; sort is one of {', '.join(SORTS)}, largest with waits."
        )
    owner = _owner(call) or ""
    if not sees_everything(identity):
        kind = workflow.kinds.get(query.get("kind", ""))
        if not (kind is not None and owner and _works_on(identity, kind, owner)):
            if owner not in ("", identity.principal) or waits:
                raise HttpError("forbidden")
            owner = f"user:{identity.user or ''}"
    wanted = {"owner": owner, "kind": query.get("kind", ""), "state": query.get("state", "")}
    limit, after = call.limit(), call.cursor() or ""
    if waits:
        if "parent" in query:
            raise HttpError("invalid_query", "parent and waits do not go together.")
        page = await workflow.waiting(**wanted, sort=sort, after=_after(after), limit=limit)
    else:
        parent = query.get("parent", "")
        page = await workflow.page(
            **wanted,
            sort="oldest" if sort == "oldest" else "newest",
            parent=parent,
            after=after and check_id(after),
            limit=limit,
        )
    answer = RequestPage([_seen_by(call, await workflow.view(row)) for row in page.rows], None)
    if page.last is not None:
        id, amount = page.last
        answer.cursor = call.to_cursor(f"{id} {amount}" if waits else id)
    if waits and sees_everything(identity):
        answer.waiting = await workflow.counts()
    return Answer.of(answer)


@operations.declare(
    "fileRequest",
    "POST /v1/requests/{kind}",
    Right.SIGNED_IN,
    "requests",
    "File a request",
    params=(_KIND,),
    body=dict,
    answer=RequestView,
    status=201,
    statuses={200: "The key was used before for this very request: its first answer again."},
    query=(_USER, _OWNER, DRY_RUN),
    keyed=True,
    codes=(
        "kind_not_found",
        "forbidden",
        "key_reused",
        "parent_not_found",
        "too_many_open",
        "invalid_id",
        "invalid_user",
        "invalid_stream",
        "owner_not_taken",
        *_MONEY_CODES,
    ),
    example={"amount": "42.50", "asset": "USD", "purpose": "Train to the fair"},
    answer_example=REQUEST,
)
async def file_request(call: Call) -> Answer:
    """The body is the kind's data. Whatever money its filing holds is held by the same commit that tells of it."""
    key, kind, identity = call.key(), _kind(call), call.identity
    owner = _owner(call) or (identity.user and identity.principal)
    if not owner:
        raise HttpError("invalid_query", "Name the person with ?user=, or another owner with ?owner=.")
    check_owner(kind, owner)
    filing = kind.transitions[FILE]
    mine = identity.user is not None and owner == identity.principal and OWNER in filing.by
    if not mine and not is_role_of(filing, roles_of(identity)):
        raise HttpError("forbidden")
    data = await call.body(kind.form)
    if kind.resolve is not None:
        data = await kind.resolve(Directory(call), data)
    answer = await _flow(call).file(
        kind.name, data, owner=owner, key=key, by=identity.principal, roles=roles_of(identity)
    )
    return _written(call, answer)


@operations.declare(
    "getRequest",
    "GET /v1/requests/{kind}/{id}",
    Right.SIGNED_IN,
    "requests",
    "Read a request",
    params=(_KIND,),
    answer=RequestView,
    codes=("kind_not_found", "request_not_found", "invalid_id"),
    answer_example=REQUEST,
)
async def get_request(call: Call) -> Answer:
    """With the newest 50 steps of its history, the oldest of them first, and whether there are more; for staff with who
    is looking at it. People read their own; others are not found.
    """
    kind, id = _kind(call), check_id(call.params["id"])
    workflow = call.services.part(Workflow)
    view = await workflow.find(kind.name, id)
    if view is None or not _may_read(call, view):
        return _not_found(id)
    if sees_everything(call.identity):
        view.viewers = (await workflow.presence()).get(id, [])
    return Answer.of(_seen_by(call, view))


@operations.declare(
    "listSteps",
    "GET /v1/requests/{kind}/{id}/history",
    Right.SIGNED_IN,
    "requests",
    "Read a request's history",
    params=(_KIND,),
    answer=StepPage,
    query=(CURSOR, LIMIT),
    codes=("kind_not_found", "request_not_found", "invalid_id", "invalid_cursor"),
    answer_example={"items": [STEP], "cursor": None},
)
async def list_steps(call: Call) -> Answer:
    """Every step, the newest first. People read those of their own requests; others are not found."""
    kind, id = _kind(call), check_id(call.params["id"])
    cursor, limit = call.cursor(), call.limit()
    if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
        raise HttpError("invalid_cursor")
    before = LATEST if cursor is None else int(cursor)
    view = await call.services.part(Workflow).find(kind.name, id, before=before, limit=limit)
    if view is None or not _may_read(call, view):
        return _not_found(id)
    steps = view.history or []
    following = call.to_cursor(str(steps[0].version)) if view.history_more is True else None
    return Answer.of(StepPage(steps[::-1], following))


@operations.declare(
    "takeTransition",
    "POST /v1/requests/{kind}/{id}/{transition}",
    Right.SIGNED_IN,
    "requests",
    "Take a transition of a request",
    params=(_KIND, _TRANSITION),
    body=dict,
    empty_body=True,
    answer=RequestView,
    status=201,
    statuses={200: "The key was used before for this very transition: its first answer again."},
    query=(_VERSION, DRY_RUN),
    keyed=True,
    codes=(
        "kind_not_found",
        "transition_not_found",
        "too_new_to_decide",
        "key_reused",
        "invalid_id",
        *(code for code in RULES if code != "too_many_open"),
        *_MONEY_CODES,
    ),
    example={"reason": "Please add the receipt"},
    answer_example=REQUEST,
)
async def take_transition(call: Call) -> Answer:
    """The body is the transition's input. Money, state, history, events, notifications and the audit entry are one
    commit. Of two who decide at once the first wins; the other is told who decided.
    """
    key, kind = call.key(), _kind(call)
    id, name = check_id(call.params["id"]), call.params["transition"]
    transition = kind.transitions.get(name)
    if transition is None or name == FILE:
        raise RequestError("transition_not_found", transitions=sorted(kind.transitions.keys() - {FILE}))
    check_may_decide(call, transition)
    given, version = await call.body(transition.input), _version(call)
    return await take_and_answer(call, kind.name, id, name, given, key, version)


@operations.declare(
    "lookAtRequest",
    "PUT /v1/looks/{id}",
    Right.STAFF,
    "requests",
    "Say that one is looking at a request",
    answer=LookAnswer,
    codes=("invalid_id",),
    answer_example={"viewers": [{"by": "user:admin", "until": "2026-11-20T19:00:05.123456Z"}]},
)
async def look_at_request(call: Call) -> Answer:
    """For 15 seconds from now, so repeat it while it is on the screen. The answer says who else is looking."""
    viewers = await call.services.part(Workflow).mark_present(
        check_id(call.params["id"]), call.identity.principal
    )
    return Answer.of(LookAnswer(viewers))


@operations.declare(
    "listLooks",
    "GET /v1/looks",
    Right.STAFF,
    "requests",
    "Who is looking at which request",
    answer=LookList,
    answer_example={
        "items": [
            {
                "request": REQUEST["id"],
                "viewers": [{"by": "user:admin", "until": "2026-11-20T19:00:05.123456Z"}],
            }
        ]
    },
)
async def list_looks(call: Call) -> Answer:
    """So that two people do not work on the same request."""
    found = await call.services.part(Workflow).presence()
    return Answer.of(LookList([LookItem(id, viewers) for id, viewers in found.items()]))


def check_may_decide(call: Call, transition: Transition) -> None:
    """Raise IdentityError ``too_new_to_decide`` where the caller may not decide yet."""
    identity = call.identity
    if (transition.decides or transition.confirms) and not identity.may_decide:
        since = format_time(identity.decides_after * 1_000_000)
        raise IdentityError("too_new_to_decide", f"You may decide from {since} on.", decides_after=since)


async def take_and_answer(
    call: Call, kind: str, id: str, name: str, given: msgspec.Struct, key: Key, version: int | None = None
) -> Answer:
    """Take a transition of a request as the caller, and answer with the request as the caller may see it."""
    identity, workflow = call.identity, _flow(call)
    answer = await workflow.take(
        kind,
        id,
        name,
        given,
        by=identity.principal,
        key=key,
        roles=roles_of(identity),
        version=version,
        aliases=await workflow.aliases_of(identity.principal, kind, name),
    )
    return _written(call, answer)


def roles_of(identity: Identity) -> frozenset[str]:
    """The caller's roles as transitions name them. A token's claim cannot make anybody the system or a service."""
    roles = identity.roles - {OWNER, SERVICE, SYSTEM}
    return roles | {SERVICE} if identity.is_service else roles


def _kind(call: Call) -> Kind[Any]:
    kinds = call.services.part(Workflow).kinds
    kind = kinds.get(call.params["kind"])
    if kind is None:
        raise RequestError("kind_not_found", kinds=sorted(kinds))
    return kind


def _owner(call: Call) -> str | None:
    """The owner that the call names, by ``user`` or ``owner``. Raises HttpError, IdentityError, InvalidInput."""
    user, owner = call.query.get("user"), call.query.get("owner")
    if user is not None and owner is not None:
        raise HttpError("invalid_query", "user and owner do not go together.")
    return f"user:{check_user(user)}" if user is not None else owner and check_stream(owner)


def _works_on(identity: Identity, kind: Kind[Any], owner: str) -> bool:
    """Return whether a request of the house is the caller's to work on, who may not see everything."""
    return not is_person(owner) and not identity.roles.isdisjoint(kind.roles)


def _may_read(call: Call, view: RequestView) -> bool:
    identity, kind = call.identity, call.services.part(Workflow).kinds.get(view.kind)
    mine = identity.user is not None and view.owner == identity.principal
    return mine or sees_everything(identity) or (kind is not None and _works_on(identity, kind, view.owner))


def _version(call: Call) -> int | None:
    text = call.query.get("version")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 11 and 1 <= int(text) <= VERSION_MAX):
        raise HttpError("invalid_query", "version is the whole number that the request was read with.")
    return int(text)


def _not_found(id: str) -> Answer:
    return problem(Refusal("request_not_found", RULES["request_not_found"].meaning, {"request": id}))


def _after(text: str) -> tuple[str, int] | None:
    if not text:
        return None
    id, _, amount = text.partition(" ")
    if not (amount.isascii() and amount.isdigit() and len(amount) < 20 and int(amount) <= AMOUNT_MAX):
        raise HttpError("invalid_cursor")
    return check_id(id), int(amount)


def _seen_by(call: Call, view: RequestView) -> RequestView:
    kind, identity = call.services.part(Workflow).kinds.get(view.kind), call.identity
    may = may_take(kind, view, identity.principal, roles_of(identity)) if kind is not None else []
    if kind is not None and not identity.may_decide:
        may = [name for name in may if not kind.transitions[name].decides]
    view.may = may
    return view


def _flow(call: Call) -> Workflow:
    workflow = call.services.part(Workflow)
    return workflow.dry_run() if call.dry_run else workflow


def _written(call: Call, answer: RequestView | Refusal) -> Answer:
    if isinstance(answer, Refusal):
        return problem(answer, dry_run=call.dry_run)
    identity = call.identity
    if not sees_everything(identity):
        answer.balances = [b for b in answer.balances or () if owns(identity, b.account)]
        answer.positions = {s: p for s, p in (answer.positions or {}).items() if s == identity.principal}
        answer.filed = [
            each for each in answer.filed or () if each.owner == identity.principal
        ] or msgspec.UNSET
    return Answer(
        msgspec.json.encode(_seen_by(call, answer)), 200 if answer.replayed or call.dry_run else 201
    )
