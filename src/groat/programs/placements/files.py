"""The operations of a placement's files, and those that give credits to its candidates."""

from __future__ import annotations

from typing import Any

from groat.api.answer import Answer
from groat.api.call import Call
from groat.api.operations import CURSOR, LIMIT, Operations, Parameter
from groat.api.problems import HttpError
from groat.api.rights import Right
from groat.ledger.text import check_id
from groat.programs.placements import giving, reading
from groat.programs.placements.bodies import AttachInput, CreditsInput, ProcessInput
from groat.programs.placements.commands import FILE_NAME_MAX, PROCESS, AttachFile
from groat.programs.placements.errors import PlacementError
from groat.programs.placements.giving import BY_FILE, BY_FILES, BY_PLACEMENT, Giver, Wish
from groat.programs.placements.operations import AT, ID, PLACEMENT_ID, execute, find, with_records
from groat.programs.placements.rows import PlacementFile
from groat.programs.placements.views import (
    CreditsGiven,
    FileCandidatePage,
    PlacementActPage,
    PlacementFilePage,
    PlacementFileView,
    file_view,
)
from groat.programs.runs.errors import RunError
from groat.programs.runs.views import RunDraft
from groat.programs.runs.words import Runs
from groat.store.reading import LAST_ID

operations = Operations()

_FILE_ID = Parameter("file", {"type": "string", "format": "uuid"}, "The file's id.")
_FILE: dict[str, Any] = {
    "id": ID, "placement": "spring-intake", "name": "april.csv", "state": "uploaded", "draft": ID,
    "uploaded_by": "user:ada", "uploaded_at": AT, "processed_by": None, "processed_at": None, "run": None,
    "expired": False, "rows": 120, "bad": 2, "selected": 118, "total": "5900", "candidates": 0, "new_candidates": 0,
}  # fmt: skip
_ACT: dict[str, Any] = {
    "id": ID, "act": BY_FILE, "file": ID, "file_name": "april.csv", "credits": "50", "mode": "add",
    "reason": "Bonus", "people": 118, "total": "5900", "by": "user:ada", "at": AT, "draft": ID, "run": ID,
    "state": "done",
}  # fmt: skip
_DRAFT: dict[str, Any] = {
    "id": ID, "version": 1, "ready": True,
    "origin": {"what": "list", "name": "april.csv", "operation": BY_FILE, "digest": None},
    "asset": "CREDIT", "mode": "add", "reason": "Bonus", "source": "house:bonus", "by": "user:ada", "made_at": AT,
    "expires_at": AT, "closed": False, "duplicates": "ask", "short": None, "amount": None, "run": None, "undoes": None,
    "reading": None,
    "summary": {
        "rows": 118, "good": 118, "bad": 0, "selected": 118, "unselected": 0, "people": 118, "duplicates": 0,
        "new_people": 3, "over_limit": 0, "total": "5900", "biggest": "50", "spent": "0", "problems": {},
    },
    "source_problem": None, "atomic": True, "chunks": 1, "needs_approval": False, "approval": "", "repeats": [],
}  # fmt: skip
_GIVEN: dict[str, Any] = {
    "act": BY_FILE, "placement": "spring-intake", "file": ID, "dry_run": True, "people": 118, "new_people": 3,
    "total": "5900", "left_out": 0, "ambiguous": [], "draft": _DRAFT, "run": None,
}  # fmt: skip
_GIVE_CODES = (
    "placement_not_found", "placement_archived", "nobody_reached", "credits_rows_bad", "candidates_ambiguous",
    "file_expired", "draft_not_found", "invalid_amount", "too_many_digits", "amount_not_positive",
    "amount_overflow", "invalid_text", "text_too_long", "key_reused", "draft_empty", "run_changes_nothing",
    "unknown_asset", "draft_changed",
)  # fmt: skip
_BODY = {"credits": "50", "reason": "Bonus"}


@operations.declare(
    "attachPlacementFile",
    "POST /v1/placements/{placement}/files",
    Right.POST,
    "placements",
    "Attach an uploaded file",
    body=AttachInput,
    answer=PlacementFileView,
    status=201,
    statuses={200: "The key was used before for this very act: the file as it is now."},
    params=(PLACEMENT_ID,),
    keyed=True,
    codes=(
        "placement_not_found", "placement_archived", "draft_not_found", "draft_attached", "draft_not_file",
        "invalid_id", "key_reused",
    ),
    example={"draft": ID},
    answer_example=_FILE,
)  # fmt: skip
async def attach_placement_file(call: Call) -> Answer:
    """Uploading takes two calls: `POST /v1/runs/drafts` reads the file and checks its rows, and this one says to which
    placement it belongs. Until the file is processed, its draft can be corrected: columns, formats, chosen rows.
    """
    key = call.key()
    body = await call.body(AttachInput)
    placement = await find(call)
    draft = await call.services.groat.program(Runs).read(check_id(body.draft))
    is_file = draft.origin.what in ("file", "list") and draft.mode == "add" and draft.run is None
    if not is_file or draft.asset != placement.asset:
        raise PlacementError("draft_not_file", draft=draft.id)
    attached = await call.groat.read(reading.find_file_of_draft, draft.id)
    command = AttachFile(
        principal=call.identity.principal,
        key=key,
        placement=placement.id,
        name=draft.origin.name[:FILE_NAME_MAX] or draft.origin.what,
        digest=draft.origin.digest or "",
        draft=draft.id,
    )
    if attached is not None and attached.placement != placement.id:
        raise PlacementError("draft_attached", placement=attached.placement)
    if attached is not None:
        return Answer.of(file_view(attached, draft, draft.run, 0, 0))
    done = await execute(call, command)
    if isinstance(done, Answer):
        return done
    row = await call.groat.read(reading.find_file, done.extra["file"])
    assert row is not None
    return Answer.of(file_view(row, draft, draft.run, 0, 0), 200 if done.replayed else 201)


@operations.declare(
    "listPlacementFiles",
    "GET /v1/placements/{placement}/files",
    Right.READ,
    "placements",
    "List a placement's files",
    answer=PlacementFilePage,
    params=(PLACEMENT_ID,),
    query=(CURSOR, LIMIT),
    codes=("placement_not_found", "invalid_cursor"),
    answer_example={"items": [_FILE], "asset": "CREDIT", "cursor": None},
)
async def list_placement_files(call: Call) -> Answer:
    """The files of a placement, the newest first, with what stands in them and whom they placed."""
    placement, limit = await find(call), call.limit()
    items = []
    for row, placed, fresh in await call.groat.read(
        reading.page_files, placement.id, call.id_cursor(LAST_ID), limit
    ):
        draft = await _draft(call, row.draft)
        given = draft if row.given in (None, row.draft) else await _draft(call, row.given or "")
        items.append(file_view(row, draft, None if given is None else given.run, placed, fresh))
    more = call.to_cursor(items[-1].id) if len(items) == limit else None
    return Answer.of(PlacementFilePage(items, placement.asset, more))


@operations.declare(
    "listFileCandidates",
    "GET /v1/placements/{placement}/files/{file}/candidates",
    Right.READ,
    "placements",
    "List a file's candidates",
    answer=FileCandidatePage,
    params=(PLACEMENT_ID, _FILE_ID),
    query=(CURSOR, LIMIT),
    codes=("placement_not_found", "file_not_found", "invalid_cursor", "invalid_id"),
    answer_example={
        "items": [
            {
                "user": "42", "email": "ursula@example.com", "name": "Ursula Lang", "origin": "file", "line": 2,
                "amount": "50", "balance": "150", "fresh": True,
            }
        ],
        "asset": "CREDIT",
        "cursor": None,
    },
)  # fmt: skip
async def list_file_candidates(call: Call) -> Answer:
    """Candidates whom the file placed, in the order of its lines. There are none before it is processed."""
    placement = await find(call)
    file = await _find_file(call)
    asset, limit, cursor = await call.groat.asset(placement.asset), call.limit(), call.cursor()
    if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
        raise HttpError("invalid_cursor")
    after = -1 if cursor is None else int(cursor)
    items = await call.groat.read(reading.page_file_candidates, file.id, after, limit, asset)
    await with_records(call, items)
    more = call.to_cursor(str(items[-1].line)) if len(items) == limit else None
    return Answer.of(FileCandidatePage(items, asset.code, more))


@operations.declare(
    "listPlacementActs",
    "GET /v1/placements/{placement}/acts",
    Right.READ,
    "placements",
    "List what gave credits",
    answer=PlacementActPage,
    params=(PLACEMENT_ID,),
    query=(CURSOR, LIMIT),
    codes=("placement_not_found", "invalid_cursor"),
    answer_example={"items": [_ACT], "asset": "CREDIT", "cursor": None},
)
async def list_placement_acts(call: Call) -> Answer:
    """The acts that gave credits in a placement, the newest first, each with its run: there are its progress,
    the receipts of its people, and its undoing.
    """
    placement = await find(call)
    asset, limit = await call.groat.asset(placement.asset), call.limit()
    items = await call.groat.read(reading.page_acts, placement.id, call.id_cursor(LAST_ID), limit, asset)
    more = call.to_cursor(items[-1].id) if len(items) == limit else None
    return Answer.of(PlacementActPage(items, asset.code, more))


@operations.declare(
    "processPlacementFile",
    "POST /v1/placements/{placement}/files/{file}/process",
    Right.POST,
    "placements",
    "Process a file",
    body=ProcessInput,
    answer=CreditsGiven,
    status=201,
    statuses={200: "The key was used before for this very act, or nothing was done (`dry_run`)."},
    params=(PLACEMENT_ID, _FILE_ID),
    keyed=True,
    empty_body=True,
    codes=(*_GIVE_CODES, "file_not_found", "file_processed", "invalid_id"),
    example={"reason": "April intake"},
    answer_example={**_GIVEN, "act": PROCESS},
)
async def process_placement_file(call: Call) -> Answer:
    """Turns the rows into candidates, those who are not known yet too, and gives each what their row says: in one run,
    which waits for another person where it is large. People are found by id, then by e-mail address.
    """
    key = call.key()
    body = await call.body(ProcessInput)
    wish = Wish(
        PROCESS,
        call.params["placement"],
        check_id(call.params["file"]),
        None,
        "add",
        body.reason,
        body.leave_out,
    )
    return await _given(call, wish, body.dry_run, key)


@operations.declare(
    "updateFileCredits",
    "POST /v1/placements/{placement}/files/{file}/credits",
    Right.POST,
    "placements",
    "Give credits to a file's candidates",
    body=CreditsInput,
    answer=CreditsGiven,
    status=201,
    statuses={200: "The key was used before for this very act, or nothing was done (`dry_run`)."},
    params=(PLACEMENT_ID, _FILE_ID),
    keyed=True,
    codes=(*_GIVE_CODES, "file_not_found", "invalid_id"),
    example=_BODY,
    answer_example=_GIVEN,
)
async def update_file_credits(call: Call) -> Answer:
    """Everybody whom the file names gets `credits`, or has them afterwards (`set`), in one run. Before the file is
    processed its rows say whom it means: regular and legacy candidates are found by id, then by e-mail address.
    """
    return await _credits(call, BY_FILE, check_id(call.params["file"]))


@operations.declare(
    "assignBulkFileCredits",
    "POST /v1/placements/{placement}/files/credits",
    Right.POST,
    "placements",
    "Give credits to the candidates of all files",
    body=CreditsInput,
    answer=CreditsGiven,
    status=201,
    statuses={200: "The key was used before for this very act, or nothing was done (`dry_run`)."},
    params=(PLACEMENT_ID,),
    keyed=True,
    codes=_GIVE_CODES,
    example=_BODY,
    answer_example={**_GIVEN, "act": BY_FILES, "file": None},
)
async def assign_bulk_file_credits(call: Call) -> Answer:
    """As `updateFileCredits`, for all files of the placement together: who stands in several gets it once."""
    return await _credits(call, BY_FILES, "")


@operations.declare(
    "assignPlacementCredits",
    "POST /v1/placements/{placement}/credits",
    Right.POST,
    "placements",
    "Give credits to everybody of a placement",
    body=CreditsInput,
    answer=CreditsGiven,
    status=201,
    statuses={200: "The key was used before for this very act, or nothing was done (`dry_run`)."},
    params=(PLACEMENT_ID,),
    keyed=True,
    codes=_GIVE_CODES,
    example=_BODY,
    answer_example={**_GIVEN, "act": BY_PLACEMENT, "file": None},
)
async def assign_placement_credits(call: Call) -> Answer:
    """As `assignBulkFileCredits`, and also for those who were placed without a file."""
    return await _credits(call, BY_PLACEMENT, "")


async def _credits(call: Call, act: str, file: str) -> Answer:
    key = call.key()
    body = await call.body(CreditsInput)
    wish = Wish(act, call.params["placement"], file, body.credits, body.mode, body.reason, body.leave_out)
    return await _given(call, wish, body.dry_run, key)


async def _given(call: Call, wish: Wish, dry_run: bool, key: Any) -> Answer:
    giver = Giver(call.identity.principal, frozenset(call.identity.roles), key)
    if dry_run:
        return Answer.of(await giving.preview(call.services.groat, wish, giver), 200)
    given = await giving.give(call.services.groat, wish, giver)
    return Answer.of(given, 200 if given.run is not None and given.run.replayed else 201)


async def _find_file(call: Call) -> PlacementFile:
    id = check_id(call.params["file"])
    found = await call.groat.read(reading.find_file, id)
    if found is None or found.placement != call.params["placement"]:
        raise PlacementError("file_not_found", file=id)
    return found


async def _draft(call: Call, id: str) -> RunDraft | None:
    """Read a draft; None for one that was forgotten."""
    try:
        return await call.services.groat.program(Runs).read(id)
    except RunError as error:
        if error.code != "draft_not_found":
            raise
        return None
