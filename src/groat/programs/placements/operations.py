"""The operations of placements and their candidates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from groat.api.answer import Answer
from groat.api.call import Call
from groat.api.operations import CURSOR, LIMIT, Operations, Parameter
from groat.api.problems import HttpError, problem
from groat.api.rights import Right, sees_everything
from groat.engine.ids import new_id
from groat.identity.model import check_user
from groat.ledger.amounts import Asset
from groat.ledger.commands import Command
from groat.ledger.errors import Refusal
from groat.ledger.keys import Key, derive
from groat.programs.placements import reading
from groat.programs.placements.bodies import CandidateInput, PlaceInput, PlacementChange, PlacementInput
from groat.programs.placements.commands import (
    ChangePlacement,
    CreatePlacement,
    KeepCandidate,
    PlaceCandidates,
    Placing,
    TellCandidates,
)
from groat.programs.placements.errors import PlacementError
from groat.programs.placements.own_settings import PlacementsSettings
from groat.programs.placements.reading import Spot
from groat.programs.placements.views import (
    CandidateDashboard,
    CandidatePage,
    CandidateView,
    PlacementMemberPage,
    PlacementPage,
    PlacementView,
    UpdateView,
)
from groat.store.batch import Done

operations = Operations()


class HasRecord(Protocol):
    """Somebody with what is known of them, "" for nothing."""

    user: str
    email: str
    name: str


SOUGHT_MAX = 100
WHICH = ("placed", "regular", "legacy")

ID = "01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e50"
AT = "2026-11-20T18:59:50.123456Z"
PLACEMENT: dict[str, Any] = {
    "id": "spring-intake", "title": "Spring intake", "note": "", "asset": "CREDIT", "version": 1,
    "created_by": "user:ada", "created_at": AT, "archived_by": None, "archived_at": None, "files": 2,
    "candidates": 120,
}  # fmt: skip
CANDIDATE: dict[str, Any] = {
    "user": "42", "email": "ursula@example.com", "name": "Ursula Lang", "origin": "regular", "since": AT,
    "balance": "150", "placements": 1,
}  # fmt: skip
_MEMBER: dict[str, Any] = {
    "user": "42", "email": "ursula@example.com", "name": "Ursula Lang", "origin": "file", "since": AT,
    "balance": "150", "files": 1, "fresh": True,
}  # fmt: skip
PLACEMENT_ID = Parameter("placement", {"type": "string", "maxLength": 64}, "The placement's id.")
_USER = Parameter("user", {"type": "string", "maxLength": 64}, "The candidate's id, which is the user's.")
_SOUGHT = Parameter(
    "q",
    {"type": "string", "maxLength": SOUGHT_MAX},
    "Only those with this text in id, name or e-mail address, whatever its case.",
)
_TEXTS = ("invalid_text", "text_too_long", "key_reused")


@operations.declare(
    "createPlacement",
    "POST /v1/placements",
    Right.POST,
    "placements",
    "Make a placement",
    body=PlacementInput,
    answer=PlacementView,
    status=201,
    statuses={200: "The key was used before for this very act: the placement as it is now."},
    keyed=True,
    codes=(*_TEXTS, "placement_title_wrong", "placement_exists", "unknown_asset", "invalid_user"),
    example={"title": "Spring intake", "id": "spring-intake"},
    answer_example={**PLACEMENT, "files": 0, "candidates": 0},
)
async def create_placement(call: Call) -> Answer:
    """A placement has files of candidates. An app that knows it by an id of its own gives that."""
    key = call.key()
    body = await call.body(PlacementInput)
    command = CreatePlacement(
        principal=call.identity.principal,
        key=key,
        reason=body.reason,
        placement=new_id() if body.id is None else check_user(body.id),
        named=body.id is not None,
        title=body.title.strip(),
        note_text=body.note,
        asset=body.asset or call.services.part(PlacementsSettings).asset,
    )
    done = await execute(call, command)
    if isinstance(done, Answer):
        return done
    return Answer.of(await find(call, done.extra["placement"]), 200 if done.replayed else 201)


@operations.declare(
    "listPlacements",
    "GET /v1/placements",
    Right.READ,
    "placements",
    "List placements",
    answer=PlacementPage,
    query=(
        Parameter("archived", {"type": "boolean", "default": False}, "Those in the archive, not the others."),
        CURSOR,
        LIMIT,
    ),
    codes=("invalid_cursor",),
    answer_example={"items": [PLACEMENT], "cursor": None},
)
async def list_placements(call: Call) -> Answer:
    """Placements, the newest first, each with how many files and candidates it has."""
    archived = call.query.get("archived", "false")
    if archived not in ("true", "false"):
        raise HttpError("invalid_query", "archived is true or false.")
    items, last = await call.groat.read(
        reading.page_placements, _spot(call), archived == "true", call.limit()
    )
    return Answer.of(PlacementPage(items, None if last is None else call.to_cursor(f"{last.at} {last.id}")))


@operations.declare(
    "getPlacement",
    "GET /v1/placements/{placement}",
    Right.READ,
    "placements",
    "Read a placement",
    answer=PlacementView,
    params=(PLACEMENT_ID,),
    codes=("placement_not_found",),
    answer_example=PLACEMENT,
)
async def get_placement(call: Call) -> Answer:
    """A placement, with how many files and candidates it has."""
    return Answer.of(await find(call))


@operations.declare(
    "changePlacement",
    "PATCH /v1/placements/{placement}",
    Right.POST,
    "placements",
    "Change or archive a placement",
    body=PlacementChange,
    answer=PlacementView,
    params=(PLACEMENT_ID,),
    keyed=True,
    codes=(*_TEXTS, "placement_title_wrong", "placement_not_found", "placement_changed"),
    example={"archived": True, "version": 1},
    answer_example={**PLACEMENT, "version": 2, "archived_by": "user:ada", "archived_at": AT},
)
async def change_placement(call: Call) -> Answer:
    """Its candidates' screens show the change. A placement in the archive takes no files, candidates or credits."""
    key = call.key()
    body = await call.body(PlacementChange)
    placement = call.params["placement"]
    command = ChangePlacement(
        principal=call.identity.principal,
        key=key,
        reason=body.reason,
        placement=placement,
        title=None if body.title is None else body.title.strip(),
        note_text=body.note,
        archived=body.archived,
        version=body.version,
    )
    done = await execute(call, command)
    if isinstance(done, Answer):
        return done
    if done.extra["changed"]:
        await _tell(call, placement, key)
    return Answer.of(await find(call, placement))


@operations.declare(
    "listPlacementCandidates",
    "GET /v1/placements/{placement}/candidates",
    Right.READ,
    "placements",
    "List a placement's candidates",
    answer=PlacementMemberPage,
    params=(PLACEMENT_ID,),
    query=(_SOUGHT, CURSOR, LIMIT),
    codes=("placement_not_found", "invalid_cursor"),
    answer_example={"items": [_MEMBER], "asset": "CREDIT", "cursor": None},
)
async def list_placement_candidates(call: Call) -> Answer:
    """Everybody who is placed there, by a file or without one, with what they have now."""
    placement = await find(call)
    asset, limit = await call.groat.asset(placement.asset), call.limit()
    items = await call.groat.read(
        reading.page_members, placement.id, call.cursor() or "", limit, _sought(call), asset
    )
    await with_records(call, items)
    return Answer.of(
        PlacementMemberPage(
            items, asset.code, call.to_cursor(items[-1].user) if len(items) == limit else None
        )
    )


@operations.declare(
    "placeCandidate",
    "PUT /v1/placements/{placement}/candidates/{user}",
    Right.POST,
    "placements",
    "Place a candidate",
    body=PlaceInput,
    answer=CandidateView,
    params=(PLACEMENT_ID, _USER),
    keyed=True,
    empty_body=True,
    codes=(*_TEXTS, "placement_not_found", "placement_archived", "candidate_wrong", "invalid_user"),
    example={"email": "ursula@example.com", "name": "Ursula Lang"},
    answer_example=CANDIDATE,
)
async def place_candidate(call: Call) -> Answer:
    """Places somebody without a file. Their screens show the placement at once."""
    key = call.key()
    body = await call.body(PlaceInput)
    user = check_user(call.params["user"])
    command = PlaceCandidates(
        principal=call.identity.principal,
        key=key,
        reason=body.reason,
        placement=call.params["placement"],
        people=(Placing(user, body.email.strip(), body.name.strip(), origin="regular"),),
    )
    done = await execute(call, command)
    return done if isinstance(done, Answer) else await _candidate(call, user)


@operations.declare(
    "listCandidates",
    "GET /v1/candidates",
    Right.READ,
    "placements",
    "List candidates",
    answer=CandidatePage,
    query=(
        _SOUGHT,
        Parameter(
            "which",
            {"enum": list(WHICH)},
            "`placed`: with a placement; `regular` and `legacy`: without one, by origin.",
        ),
        CURSOR,
        LIMIT,
    ),
    codes=("invalid_cursor",),
    answer_example={"items": [CANDIDATE], "asset": "CREDIT", "cursor": None},
)
async def list_candidates(call: Call) -> Answer:
    """All candidates in order of their ids, with what they have now."""
    which = call.query.get("which", "")
    if which and which not in WHICH:
        raise HttpError("invalid_query", f"which is one of {', '.join(WHICH)}.")
    asset, limit = await asset_of(call), call.limit()
    items = await call.groat.read(
        reading.page_candidates, call.cursor() or "", limit, _sought(call), which, asset
    )
    await with_records(call, items)
    return Answer.of(
        CandidatePage(items, asset.code, call.to_cursor(items[-1].user) if len(items) == limit else None)
    )


@operations.declare(
    "getCandidate",
    "GET /v1/candidates/{user}",
    Right.READ,
    "placements",
    "Read a candidate",
    answer=CandidateView,
    params=(_USER,),
    codes=("candidate_not_found", "invalid_user"),
    answer_example=CANDIDATE,
)
async def get_candidate(call: Call) -> Answer:
    """A candidate, with what they have now."""
    return await _candidate(call, check_user(call.params["user"]))


@operations.declare(
    "keepCandidate",
    "PUT /v1/candidates/{user}",
    Right.POST,
    "placements",
    "Keep a candidate's record",
    body=CandidateInput,
    answer=CandidateView,
    params=(_USER,),
    keyed=True,
    empty_body=True,
    codes=(*_TEXTS, "candidate_wrong", "invalid_user"),
    example={"email": "ursula@example.com", "name": "Ursula Lang", "origin": "legacy"},
    answer_example={**CANDIDATE, "origin": "legacy", "placements": 0},
)
async def keep_candidate(call: Call) -> Answer:
    """Tells groat of somebody without a placement: a regular candidate, or one of an older app. Files that name their
    id or their e-mail address reach them.
    """
    key = call.key()
    body = await call.body(CandidateInput)
    user = check_user(call.params["user"])
    command = KeepCandidate(
        principal=call.identity.principal,
        key=key,
        reason=body.reason,
        person=Placing(user, body.email.strip(), body.name.strip(), origin=body.origin),
    )
    done = await execute(call, command)
    return done if isinstance(done, Answer) else await _candidate(call, user)


@operations.declare(
    "getCandidateDashboard",
    "GET /v1/candidates/{user}/dashboard",
    Right.SIGNED_IN,
    "placements",
    "Read a candidate's dashboard",
    answer=CandidateDashboard,
    params=(_USER,),
    codes=("invalid_user",),
    answer_example={
        "user": "42", "email": "ursula@example.com", "name": "Ursula Lang", "asset": "CREDIT", "credits": "150",
        "held": "0", "month": "2026-11", "granted": "50", "spent": "0", "updates": 1,
        "last_update": {"at": AT, "delta": "50", "balance": "150", "reason": "Bonus", "kind": "run.post"},
        "placements": [{"id": "spring-intake", "title": "Spring intake", "archived": False, "since": AT, "files": 1}],
    },
)  # fmt: skip
async def get_candidate_dashboard(call: Call) -> Answer:
    """A candidate's credits, their month, and where they are placed. People read their own,
    staff and services everybody's. Read it again after each event of the person's stream.
    """
    user = check_user(call.params["user"])
    if not (user == call.identity.user or sees_everything(call.identity)):
        raise HttpError("forbidden")
    asset = await asset_of(call)
    view = await call.groat.read(reading.read_dashboard, user, asset)
    last = await call.groat.entries(f"user:{user}", asset.code, limit=1)
    if last:
        entry = last[0]
        view.last_update = UpdateView(entry.recorded_at, entry.delta, entry.balance, entry.reason, entry.kind)
    await with_records(call, [view])
    return Answer.of(view)


async def asset_of(call: Call) -> Asset:
    """Return the asset of candidates' credits. Raises InvalidInput ``unknown_asset``."""
    return await call.groat.asset(call.services.part(PlacementsSettings).asset)


async def find(call: Call, id: str = "") -> PlacementView:
    """Find a placement, that of the path unless one is named. Raises PlacementError ``placement_not_found``."""
    id = id or call.params["placement"]
    found = await call.groat.read(reading.find_placement, id)
    if found is None:
        raise PlacementError("placement_not_found", placement=id)
    return found


async def with_records(call: Call, items: Sequence[HasRecord]) -> None:
    """Fill in names and e-mail addresses that only people's accounts have."""
    wanting = [each.user for each in items if not (each.name and each.email)]
    found = await call.identities.people(wanting) if wanting else {}
    for each in items:
        record = found.get(each.user)
        if record is not None:
            each.name, each.email = each.name or record.name, each.email or record.email or ""


async def execute(call: Call, command: Command) -> Done | Answer:
    """Execute a command; return what it did, or the answer of its refusal."""
    verdict = await call.groat.execute(command)
    return problem(verdict) if isinstance(verdict, Refusal) else verdict


async def _tell(call: Call, placement: str, key: Key) -> None:
    """Tell all candidates of a placement that it changed, a thousand at once."""
    after, part = "", 0
    while users := await call.groat.read(reading.page_member_ids, placement, "", after):
        told = TellCandidates(
            principal=call.identity.principal, key=derive(key, "tell", part), placement=placement, users=tuple(users)
        )  # fmt: skip
        await call.groat.execute(told)
        after, part = users[-1], part + 1


async def _candidate(call: Call, user: str) -> Answer:
    found = await call.groat.read(reading.find_candidate, user, await asset_of(call))
    if found is None:
        raise PlacementError("candidate_not_found", user=user)
    await with_records(call, [found])
    return Answer.of(found)


def _sought(call: Call) -> str:
    sought = call.query.get("q", "")
    if len(sought) > SOUGHT_MAX:
        raise HttpError("invalid_query", f"q has at most {SOUGHT_MAX} characters.")
    return sought


def _spot(call: Call) -> Spot:
    cursor = call.cursor()
    if cursor is None:
        return Spot()
    at, _, id = cursor.partition(" ")
    if not (at.isascii() and at.isdigit() and len(at) < 19):
        raise HttpError("invalid_cursor")
    return Spot(int(at), id)
