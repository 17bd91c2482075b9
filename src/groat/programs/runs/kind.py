"""The kind of requests ``run``: a draft that was filed, from its approval to its end."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from groat.ledger.book import refuse
from groat.ledger.errors import Refusal
from groat.programs.runs.approving import Approvals, approvals_of
from groat.programs.runs.errors import RUN_REFUSALS
from groat.programs.runs.rows import (
    AMONG,
    CANCELLED,
    DONE,
    DRAFT,
    PAUSED,
    PENDING,
    REJECTED,
    RUN,
    RUNNING,
    SKIP,
    STOPPED,
    LockedDraft,
    Problem,
    RunRow,
    skip_id,
)
from groat.programs.said import Said, say
from groat.programs.workflow import (
    ADMIN,
    FILE,
    SERVICE,
    SYSTEM,
    Kind,
    Nothing,
    Notice,
    Reason,
    Request,
    Rows,
    State,
    Step,
    Transition,
    Write,
)

NAME = "run"
OWNER = "house:runs"
"""The stream whose requests runs are."""
STAFF = (ADMIN, SERVICE)


class RunFiling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The draft to file, in the version that was looked at."""

    draft: Annotated[str, Meta(min_length=36, max_length=36)]
    version: Annotated[int, Meta(ge=1, le=2**31 - 1)]


class RunData(msgspec.Struct, omit_defaults=True):
    """A run as its request has it: ``amount`` is what it moves in all, ``people`` and ``rows`` how many it posts.

    ``what`` says where its rows come from: a file, a list, a selection, or the run that it ``undoes``. ``operation`` is
    what asked for it. ``source`` pays; ``short`` says what happens to people who have spent what is taken back.
    ``atomic`` is one commit for all; else there are ``chunks`` of them. ``approval`` says why another person must
    approve it, empty where nobody must.
    """

    draft: str
    what: str
    name: str
    mode: str
    amount: str
    asset: str
    rows: int
    people: int
    atomic: bool
    chunks: int
    source: str = ""
    operation: str = ""
    short: str = ""
    undoes: str = ""
    approval: str = ""
    text: str = msgspec.field(default="", name="reason")
    last: int = msgspec.field(default=0, name="_last")


class SkipInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Leave out the row at which the run stopped, or with ``every`` whatever is refused from here on."""

    reason: Annotated[str, Meta(max_length=1_000)] = ""
    every: bool = False


class MaybeReason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reason, for people, if there is one."""

    reason: Annotated[str, Meta(max_length=1_000)] = ""


def _file(request: Request[Any], _: Any) -> Step | Refusal:
    filing: RunFiling = request.data
    values = request.row(DRAFT, filing.draft)
    if values is None:
        return refuse("draft_not_found", draft=filing.draft)
    draft = LockedDraft(*values)
    if draft.run is not None:
        return refuse("draft_filed", draft=draft.id, run=draft.run)
    if draft.closed:
        return refuse("draft_closed", draft=draft.id)
    if not draft.ready or draft.version != filing.version:
        return refuse("draft_changed", draft=draft.id, version=str(draft.version))
    if not draft.filing:
        return refuse("draft_empty", draft=draft.id)
    data = msgspec.json.decode(draft.filing, type=RunData)
    if data.amount.strip("0.") == "":
        return refuse("run_changes_nothing", draft=draft.id)
    approvals: Approvals = request.terms
    moved = request.units(data.amount, data.asset)
    data.approval = approvals.why(moved, data.people, request.assets[data.asset])
    to = PENDING if data.approval else RUNNING
    run = RunRow(
        request.id, to, draft.id, draft.edition, data.mode, data.asset, data.source, data.short, request.actor,
        data.text, data.undoes or None, data.last, data.rows,
    )  # fmt: skip
    draft.run, draft.filing = request.id, msgspec.json.encode(data).decode()
    notice = Notice(
        "info",
        say("A run waits for approval"),
        say("{name}: {people} people", name=data.name or data.what, people=data.people),
        "runs",
    )
    return Step(
        to=to,
        data=data,
        reason=data.text,
        writes=(Write(DRAFT, draft.id, tuple(draft.values())), Write(RUN, run.id, tuple(run.values()))),
        notice=notice if data.approval else None,
    )


def _row(request: Request[RunData]) -> RunRow:
    values = request.row(RUN, request.id)
    assert values is not None
    return RunRow(*values)


def _to(request: Request[RunData], run: RunRow, state: str) -> Step:
    run.state = state
    return Step(writes=(Write(RUN, run.id, tuple(run.values())),))


def _among(request: Request[RunData]) -> list[str]:
    """Name the rows that say whether the run posts something to whoever approves it, under any of their ids."""
    principals = sorted({request.actor, *request.aliases})
    return [f"{request.data.draft} {principal.removeprefix('user:')}" for principal in principals]


def _approve(request: Request[RunData], _: Nothing) -> Step | Refusal:
    if any(request.row(AMONG, id) is not None for id in _among(request)):
        return refuse("own_request")
    return _to(request, _row(request), RUNNING)


def _reject(request: Request[RunData], _: Reason) -> Step:
    return _to(request, _row(request), REJECTED)


def _pause(request: Request[RunData], _: MaybeReason) -> Step | Refusal:
    run = _row(request)
    return refuse("run_posted", run=run.id) if run.is_over else _to(request, run, PAUSED)


def _resume(request: Request[RunData], _: Nothing) -> Step:
    run = _row(request)
    # A refusal stands for ever under the key of the last attempt, so the next attempt has its own.
    run.attempt += 1
    run.problem = ""
    return _to(request, run, RUNNING)


def _skip(request: Request[RunData], given: SkipInput) -> Step:
    run = _row(request)
    problem = msgspec.json.decode(run.problem, type=Problem)
    run.attempt += 1
    run.problem = ""
    run.lenient = int(given.every or bool(run.lenient))
    step = _to(request, run, RUNNING)
    id = skip_id(run.id, problem.number)
    if given.every or not problem.number:
        return step
    run.skipped += 1
    writes = (
        Write(RUN, run.id, tuple(run.values())),
        Write(SKIP, id, (id, run.id, problem.number, problem.code)),
    )
    return step._replace(writes=writes)


def _cancel(request: Request[RunData], _: Reason) -> Step | Refusal:
    run = _row(request)
    return refuse("run_posted", run=run.id) if run.is_over else _to(request, run, CANCELLED)


def _stop(request: Request[RunData], given: Problem) -> Step:
    run = _row(request)
    run.problem = msgspec.json.encode(given).decode()
    notice = Notice("error", say("A run stopped"), Said(f"{given.user}: {given.detail}"[:1_000]), "runs")
    return _to(request, run, STOPPED)._replace(reason=given.detail[:1_000], notice=notice)


def _finish(request: Request[RunData], _: Nothing) -> Step:
    run = _row(request)
    if not run.is_over:
        raise ValueError(f"the run {run.id} has rows to post")
    text = say("{name}: {people} people", name=request.data.name or request.data.what, people=run.posted)
    return _to(request, run, DONE)._replace(notice=Notice("success", say("A run is done"), text, "runs"))


def _skipped(request: Request[RunData], _: SkipInput) -> list[str]:
    run = _row(request)
    number = msgspec.json.decode(run.problem, type=Problem).number if run.problem else 0
    return [skip_id(run.id, number)]


_OWN = Rows(RUN, lambda request, _: (request.id,))


def _moves(
    name: str, title: str, sources: tuple[str, ...], to: str, by: tuple[str, ...], step: Any, **more: Any
) -> Transition:
    """Declare a transition that reads and writes the run's own row."""
    more.setdefault("reads", (_OWN,))
    more.setdefault("writes", (RUN,))
    return Transition(name, title, sources, (to,), by, step, **more)


RUN_KIND = Kind(
    NAME,
    title="Bulk run",
    description="Rows of a file, a list or a selection that are posted to many people; undone as one.",
    owners=(OWNER,),
    form=RunFiling,
    data=RunData,
    states=(
        State(PENDING, "Waiting for another person", waits=True, tone="wait"),
        State(RUNNING, "Being posted", tone="neutral"),
        State(PAUSED, "Paused", tone="wait"),
        State(STOPPED, "Stopped at a row", tone="bad"),
        State(DONE, "Done", open=False, tone="good"),
        State(CANCELLED, "Cancelled", open=False, tone="bad"),
        State(REJECTED, "Rejected", open=False, tone="bad"),
    ),
    transitions=(
        Transition(
            FILE,
            "File",
            (),
            (PENDING, RUNNING),
            STAFF,
            _file,
            reads=(
                Rows(DRAFT, lambda request, _: (request.data.draft,)),
                Rows(RUN, lambda request, _: (request.id,)),
            ),
            writes=(DRAFT, RUN),
        ),
        _moves(
            "approve", "Approve", (PENDING,), RUNNING, (ADMIN,), _approve, decides=True, approves=True,
            reads=(
                _OWN,
                Rows(AMONG, lambda request, _: _among(request)),
            ),
        ),
        _moves(
            "reject", "Reject", (PENDING,), REJECTED, (ADMIN,), _reject, decides=True, input=Reason,
            example={"reason": "These are last month's people"},
        ),
        _moves("pause", "Pause", (RUNNING,), PAUSED, STAFF, _pause, input=MaybeReason),
        _moves("resume", "Go on", (PAUSED, STOPPED), RUNNING, STAFF, _resume),
        _moves(
            "skip", "Leave out the row", (STOPPED,), RUNNING, STAFF, _skip, input=SkipInput,
            reads=(_OWN, Rows(SKIP, _skipped)), writes=(RUN, SKIP),
        ),
        _moves(
            "cancel", "Cancel", (PENDING, RUNNING, PAUSED, STOPPED), CANCELLED, STAFF, _cancel, input=Reason,
            example={"reason": "The wrong file"},
        ),
        _moves("stop", "Stop", (RUNNING,), STOPPED, (SYSTEM,), _stop, input=Problem),
        _moves("finish", "Finish", (RUNNING,), DONE, (SYSTEM,), _finish),
    ),
    refusals=RUN_REFUSALS,
    terms=approvals_of,
    uncorrectable="A run is taken back by another run: POST /v1/runs/{id}/undo.",
    example={"draft": "01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f", "version": 1},
)  # fmt: skip
