"""The operations of bulk runs: drafts of lists, their rows, and what became of runs."""

from __future__ import annotations

from typing import Any

from groat.api.answer import Answer
from groat.api.call import Call
from groat.api.examples import AT, ID
from groat.api.forms import BESIDE_MAX, MULTIPART
from groat.api.money import check_below_floor
from groat.api.operations import CURSOR, LIMIT, Operations, Parameter
from groat.api.problems import HttpError
from groat.api.rights import Right
from groat.ledger.text import check_id
from groat.programs.runs import reading
from groat.programs.runs.bodies import DraftInput, PostRunInput, RunUndo, SelectionInput
from groat.programs.runs.changing import DraftChange, corrects
from groat.programs.runs.drafts import ROWS_MAX
from groat.programs.runs.errors import RunError
from groat.programs.runs.files import draft_of_file, read_again
from groat.programs.runs.kind import NAME
from groat.programs.runs.views import RunDraft, RunDraftPage, RunPage, RunRowPage, RunView
from groat.programs.runs.words import Runs
from groat.programs.workflow import Workflow
from groat.programs.workflow.operations import roles_of
from groat.programs.workflow.views import may_take
from groat.sandbox.pool import SANDBOX_ERRORS
from groat.sheets import FILE_BYTES_MAX, SHEET_ERRORS
from groat.store.reading import LAST_ID

operations = Operations()

VALUES_MAX = 8 * ROWS_MAX
SHOWS = ("all", "bad", "duplicates", "new", "over_limit", "unselected", "selected")
STATES = ("pending", "running", "paused", "stopped", "done", "cancelled", "rejected")

_SUMMARY: dict[str, Any] = {
    "rows": 2, "good": 2, "bad": 0, "selected": 2, "unselected": 0, "people": 2, "duplicates": 0, "new_people": 1,
    "over_limit": 0, "total": "70", "biggest": "50", "spent": "0", "problems": {},
}  # fmt: skip
_ORIGIN: dict[str, Any] = {
    "what": "list", "name": "October bonus", "operation": "", "digest": "6d1f0c3e5a7b9d2f4e6a8c0b1d3f5a7c",
}  # fmt: skip
DRAFT: dict[str, Any] = {
    "id": ID, "version": 1, "ready": True, "origin": _ORIGIN, "asset": "CREDIT", "mode": "add", "reason": "Bonus",
    "source": "house:bonus", "by": "user:ada", "made_at": AT, "expires_at": "2026-11-27T18:59:50.123456Z",
    "closed": False, "duplicates": "ask", "short": None, "amount": None, "run": None, "undoes": None, "reading": None,
    "summary": _SUMMARY, "source_problem": None, "atomic": True, "chunks": 1, "needs_approval": False, "approval": "",
    "repeats": [],
}  # fmt: skip
ROW: dict[str, Any] = {
    "number": 1, "line": 1, "user": "42", "amount": "50", "reason": "Bonus", "known": True, "matched": "id",
    "email": "", "name": "", "balance": "100", "after": "150", "raw": {}, "problem": None, "duplicate_of": None,
    "selected": True,
}  # fmt: skip
RUN: dict[str, Any] = {
    "id": ID, "version": 2, "state": "done", "draft": ID, "origin": _ORIGIN, "asset": "CREDIT", "mode": "add",
    "reason": "Bonus", "source": "house:bonus", "by": "user:ada", "filed_at": AT, "changed_at": AT,
    "decided_by": None, "decided_at": None, "rows": 2, "people": 2, "total": "70",
    "posted": {"rows": 2, "amount": "70"}, "idle": 0, "skipped": 0, "atomic": True, "chunks": {"done": 1, "of": 1},
    "problem": None, "short": None, "undoes": None, "undone": "no", "undone_by": [], "approval": "", "may": [],
    "replayed": False,
}  # fmt: skip
CHOICE_CODES = (
    "run_mode_wrong", "run_rows_wrong", "unknown_asset", "invalid_amount", "too_many_digits", "amount_not_positive",
    "amount_overflow", "invalid_account", "invalid_text", "text_too_long",
)  # fmt: skip
FILE_CODES = ("invalid_file", *SHEET_ERRORS, *SANDBOX_ERRORS)
FROM = Parameter(
    "from",
    {"type": "integer", "minimum": 0, "maximum": ROWS_MAX, "default": 0},
    "How many rows of this sort come before.",
)
SHOW = Parameter("show", {"enum": list(SHOWS), "default": "all"}, "Only rows of this sort.")


@operations.declare(
    "createRunDraft",
    "POST /v1/runs/drafts",
    Right.POST,
    "bulk runs",
    "Check rows",
    body=DraftInput,
    answer=RunDraft,
    status=201,
    body_max=None,
    form_max=FILE_BYTES_MAX + BESIDE_MAX,
    values_max=VALUES_MAX,
    codes=(*CHOICE_CODES, *FILE_CODES),
    example={
        "rows": [{"user": "42", "amount": "50"}, {"user": "43", "amount": "20"}],
        "asset": "CREDIT",
        "reason": "Bonus",
        "name": "October bonus",
    },
    answer_example=DRAFT,
)
async def create_run_draft(call: Call) -> Answer:
    """Every row is checked, and nothing is posted: look at the rows, choose, and file the draft as a request of the
    kind `run`. A draft that nobody files is kept for 7 days. A file comes as `multipart/form-data`: the field `file`
    (CSV, TSV, XLSX, XLS, ODS), the fields of the body but for the people, and choices about the reading.
    """
    if call.headers.get(b"content-type", b"").lower().startswith(MULTIPART):
        return Answer.of(await draft_of_file(call), 201)
    body = await call.body(DraftInput)
    if body.selection is not None:
        draft = await _select(call, body, body.selection)
        return Answer.of(draft, 201)
    draft = await call.services.groat.program(Runs).draft(
        body.as_rows(),
        by=call.identity.principal,
        asset=body.asset,
        mode=body.mode,
        reason=body.reason,
        name=body.name,
        source=body.source or "",
        duplicates=body.duplicates,
        amount=body.amount,
    )
    return Answer.of(draft, 201)


async def _select(call: Call, body: DraftInput, selection: SelectionInput) -> RunDraft:
    if body.rows is not None or body.people is not None or body.amount is None:
        raise RunError("run_rows_wrong")
    return await call.services.groat.program(Runs).select(
        body.amount,
        by=call.identity.principal,
        asset=body.asset,
        q=selection.q,
        role=selection.role or "",
        mode=body.mode,
        reason=body.reason,
        name=body.name,
        source=body.source or "",
    )


@operations.declare(
    "listRunDrafts",
    "GET /v1/runs/drafts",
    Right.READ,
    "bulk runs",
    "List drafts",
    answer=RunDraftPage,
    query=(CURSOR, LIMIT),
    codes=("invalid_cursor",),
    answer_example={"items": [DRAFT], "cursor": None},
)
async def list_run_drafts(call: Call) -> Answer:
    """Drafts that nobody has filed and that are not kept as a file, the newest first."""
    limit = call.limit()
    found = await call.groat.read(reading.page_drafts, call.id_cursor(LAST_ID), limit)
    drafts = call.services.groat.program(Runs).drafts
    items = [await drafts.view(stored) for stored in found]
    return Answer.of(RunDraftPage(items, call.to_cursor(found[-1].id) if len(found) == limit else None))


@operations.declare(
    "getRunDraft",
    "GET /v1/runs/drafts/{id}",
    Right.READ,
    "bulk runs",
    "Read a draft",
    answer=RunDraft,
    codes=("draft_not_found", "invalid_id"),
    answer_example=DRAFT,
)
async def get_run_draft(call: Call) -> Answer:
    """A draft with its counts. While `ready` is false, somebody is changing it."""
    return Answer.of(await call.services.groat.program(Runs).read(call.params["id"]))


@operations.declare(
    "changeRunDraft",
    "PATCH /v1/runs/drafts/{id}",
    Right.POST,
    "bulk runs",
    "Change a draft",
    body=DraftChange,
    answer=RunDraft,
    values_max=50_000,
    body_max=512 * 1024,
    codes=(
        "draft_not_found",
        "draft_filed",
        "draft_closed",
        "draft_changed",
        "run_choice_wrong",
        "invalid_id",
        *CHOICE_CODES,
    ),
    example={"version": 1, "duplicates": "sum", "unselect": {"numbers": [3]}},
    answer_example={**DRAFT, "version": 2, "duplicates": "sum"},
)
async def change_run_draft(call: Call) -> Answer:
    """All rows are checked again by the choices as they are then. What was left out stays so."""
    change = await call.body(DraftChange)
    runs = call.services.groat.program(Runs)
    check_below_floor(call, change.short == "below_floor")
    stored = await runs.drafts.find(call.params["id"])
    if stored.what == "file" and corrects(stored, change):
        return Answer.of(await read_again(call, stored, change))
    return Answer.of(await runs.change(call.params["id"], change))


@operations.declare(
    "deleteRunDraft",
    "DELETE /v1/runs/drafts/{id}",
    Right.POST,
    "bulk runs",
    "Forget a draft",
    status=204,
    codes=("draft_not_found", "draft_filed", "draft_kept", "draft_changed", "invalid_id"),
)
async def delete_run_draft(call: Call) -> Answer:
    """Only one that nobody has filed and that is not kept as a file."""
    await call.services.groat.program(Runs).discard(call.params["id"])
    return Answer(b"", 204)


@operations.declare(
    "listDraftRows",
    "GET /v1/runs/drafts/{id}/rows",
    Right.READ,
    "bulk runs",
    "Read rows of a draft",
    answer=RunRowPage,
    query=(SHOW, FROM, LIMIT),
    codes=("draft_not_found", "invalid_id"),
    answer_example={"items": [ROW], "from": 0, "total": 1},
)
async def list_draft_rows(call: Call) -> Answer:
    """Rows in their order, from any place on, with present balances."""
    show, start, limit = window(call)
    return Answer.of(
        await call.services.groat.program(Runs).rows(call.params["id"], show=show, start=start, limit=limit)
    )


@operations.declare(
    "postRun",
    "POST /v1/runs",
    Right.POST,
    "bulk runs",
    "Post a bulk run",
    body=PostRunInput,
    answer=RunView,
    status=201,
    statuses={200: "The key was used before for this very run: the run as it is now."},
    keyed=True,
    body_max=None,
    values_max=VALUES_MAX,
    codes=(
        "key_reused",
        "run_rows_bad",
        "draft_changed",
        "draft_filed",
        "run_changes_nothing",
        *CHOICE_CODES,
    ),
    example={"people": ["42", "43"], "amount": "50", "asset": "CREDIT", "reason": "Bonus"},
    answer_example={**RUN, "state": "running", "posted": {"rows": 0, "amount": "0"}},
)
async def post_run(call: Call) -> Answer:
    """Checks the rows and files the run, all or none. It is posted at once, unless another person must approve it. The
    answer comes before it is posted: read the run, or listen to `house:runs`.
    """
    key = call.key()
    body = await call.body(PostRunInput)
    identity = call.identity
    run = await call.services.groat.program(Runs).post(
        body.as_rows(),
        by=identity.principal,
        roles=roles_of(identity),
        key=key,
        asset=body.asset,
        reason=body.reason,
        mode=body.mode,
        source=body.source or "",
        name=body.name,
        amount=body.amount,
    )
    run.may = await _may(call, run.id)
    return Answer.of(run, 200 if run.replayed else 201)


@operations.declare(
    "listRuns",
    "GET /v1/runs",
    Right.READ,
    "bulk runs",
    "List bulk runs",
    answer=RunPage,
    query=(Parameter("state", {"enum": list(STATES)}, "Only in this state."), CURSOR, LIMIT),
    codes=("invalid_cursor",),
    answer_example={"items": [RUN], "cursor": None},
)
async def list_runs(call: Call) -> Answer:
    """Runs, the newest first."""
    limit, state = call.limit(), call.query.get("state", "")
    if state and state not in STATES:
        raise HttpError("invalid_query", f"state is one of {', '.join(STATES)}.")
    assets = await call.groat.assets()
    found = await call.groat.read(reading.page_runs, call.id_cursor(LAST_ID), state, limit)
    items = [
        reading.run_view(stored, undoing, assets, await _may(call, stored.run.id))
        for stored, undoing in found
    ]
    return Answer.of(RunPage(items, call.to_cursor(items[-1].id) if len(items) == limit else None))


@operations.declare(
    "getRun",
    "GET /v1/runs/{id}",
    Right.READ,
    "bulk runs",
    "Read a bulk run",
    answer=RunView,
    codes=("run_not_found", "invalid_id"),
    answer_example=RUN,
)
async def get_run(call: Call) -> Answer:
    """Says how far it is, and what the caller may do with it: POST /v1/requests/run/{id}/{transition}."""
    run = await call.services.groat.program(Runs).get(call.params["id"])
    if run is None:
        raise RunError("run_not_found")
    run.may = await _may(call, run.id)
    return Answer.of(run)


@operations.declare(
    "listRunRows",
    "GET /v1/runs/{id}/rows",
    Right.READ,
    "bulk runs",
    "Read rows of a run",
    answer=RunRowPage,
    query=(SHOW, FROM, LIMIT),
    codes=("run_not_found", "invalid_id"),
    answer_example={
        "items": [{**ROW, "outcome": "posted", "transaction": ID, "undone": False}], "from": 0, "total": 1,
    },
)  # fmt: skip
async def list_run_rows(call: Call) -> Answer:
    """Rows in their order, from any place on, with what became of each."""
    show, start, limit = window(call)
    groat = call.groat
    found = await groat.read(reading.find_run, check_id(call.params["id"]))
    if found is None:
        raise RunError("run_not_found")
    run = found[0].run
    stored = await call.services.groat.program(Runs).drafts.find(run.draft)
    return Answer.of(
        await groat.read(reading.page_run_rows, run, stored, show, start, limit, await groat.assets())
    )


@operations.declare(
    "undoRun",
    "POST /v1/runs/{id}/undo",
    Right.POST,
    "bulk runs",
    "Check what undoing a run takes back",
    body=RunUndo,
    answer=RunDraft,
    status=201,
    body_max=512 * 1024,
    values_max=50_000,
    codes=(
        "run_not_found", "run_is_undo", "run_nothing_to_undo", "invalid_id", "reason_required", "invalid_text",
        "text_too_long",
    ),
    example={"reason": "The wrong file", "short": "take_what_is_left"},
    answer_example={
        **DRAFT, "origin": {**_ORIGIN, "what": "undo", "digest": None}, "mode": "undo", "short": "take_what_is_left",
        "undoes": ID,
    },
)  # fmt: skip
async def undo_run(call: Call) -> Answer:
    """Makes a draft of the reversals, all or those of some rows, and says what cannot be taken back. File it as any
    other: nothing is taken back before.
    """
    body = await call.body(RunUndo)
    check_below_floor(call, body.short == "below_floor")
    draft = await call.services.groat.program(Runs).undo(
        call.params["id"],
        by=call.identity.principal,
        reason=body.reason,
        numbers=body.numbers,
        short=body.short,
    )
    return Answer.of(draft, 201)


async def _may(call: Call, id: str) -> list[str]:
    workflow, identity = call.services.part(Workflow), call.identity
    stored = await workflow.find_stored(id)
    if stored is None:
        return []
    kind = workflow.kinds[NAME]
    may = may_take(kind, await workflow.view(stored), identity.principal, roles_of(identity))
    return [name for name in may if identity.may_decide or not kind.transitions[name].decides]


def window(call: Call) -> tuple[str, int, int]:
    """Return the sort of rows that are asked for, how many of it come before, and how many to read."""
    show, text = call.query.get("show", "all"), call.query.get("from", "0")
    if show not in SHOWS:
        raise HttpError("invalid_query", f"show is one of {', '.join(SHOWS)}.")
    if not (text.isascii() and text.isdigit() and len(text) < 7 and int(text) <= ROWS_MAX):
        raise HttpError("invalid_query", f"from is a number from 0 to {ROWS_MAX}.")
    return show, int(text), call.limit()
