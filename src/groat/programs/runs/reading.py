"""Read and write drafts and runs: the flows, and the views that they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from groat.ledger.amounts import Asset, format_amount
from groat.ledger.rows import Account, TransactionRow
from groat.ledger.text import format_time
from groat.programs.runs.approving import Approvals
from groat.programs.runs.checking import read_given
from groat.programs.runs.errors import RunError
from groat.programs.runs.kind import RunData
from groat.programs.runs.people import find_accounts
from groat.programs.runs.posting import PostedRow
from groat.programs.runs.rows import (
    ATOMIC_MAX,
    CHUNK_ROWS,
    SET,
    CheckedRow,
    RunRow,
    StoredDraft,
    transaction_of,
)
from groat.programs.runs.views import (
    Counts,
    DraftChoices,
    DraftReading,
    DraftSummary,
    Outcome,
    Posted,
    RunChunks,
    RunDraft,
    RunOrigin,
    RunProblem,
    RunRepeat,
    RunRowPage,
    RunRowView,
    RunView,
    StoppedAt,
)
from groat.store.flow import Flow, Query
from groat.store.rows import load_transactions

TALLIED = 5_000
"""Rows are counted so many at a time."""

Assets = dict[str, Asset]
Undoing = list[tuple[str, str, int]]
"""The runs that undo one: id, state, rows posted."""


def now() -> Flow[tuple[int]]:
    """Read the database's clock (microseconds)."""
    row: tuple[int] = yield Query("read_now")
    return row


# Drafts


def insert_draft(stored: StoredDraft) -> Flow[bool]:
    """Store a draft whose rows are still to come; returns False if there is one of its id."""
    return (yield Query("insert_run_draft", tuple(stored.values()))) is not None


def find_draft(id: str) -> Flow[StoredDraft | None]:
    """Find a draft."""
    values = yield Query("find_run_draft", (id,))
    return None if values is None else StoredDraft(*values)


def page_drafts(before: str, limit: int) -> Flow[list[StoredDraft]]:
    """Read the next drafts before an id that nobody has filed, the newest first."""
    return [StoredDraft(*values) for values in (yield Query("page_run_drafts", (before, limit)))]


def find_repeats(digest: str, id: str) -> Flow[list[RunRepeat]]:
    """Find the runs of other drafts of the same file."""
    rows = yield Query("find_repeats", (digest, id))
    return [RunRepeat(run, format_time(at), by, state) for run, at, by, state in rows]


def begin_draft(id: str, version: int) -> Flow[int | None]:
    """Begin to change a draft of this version; returns the next one, None if it is no longer so."""
    row = yield Query("begin_run_draft", (id, version))
    return None if row is None else row[0]


def end_draft(stored: StoredDraft) -> Flow[bool]:
    """End a change; returns False if somebody else has begun one."""
    args = (
        stored.id, stored.version, stored.edition, stored.digest, stored.choices, stored.reading, stored.summary,
        stored.filing,
    )  # fmt: skip
    return (yield Query("end_run_draft", args)) is not None


def _hold(id: str, version: int) -> Flow[None]:
    """Keep others from changing or filing the draft. Raises RunError ``draft_changed``."""
    if (yield Query("hold_run_draft", (id, version))) is None:
        raise RunError("draft_changed")


def write_rows(id: str, version: int, edition: int, rows: Sequence[CheckedRow]) -> Flow[None]:
    """Store checked rows of a draft that this version changes. Raises RunError ``draft_changed``."""
    yield from _hold(id, version)
    if rows:
        yield Query("write_run_rows", ([(id, edition, *row.values()) for row in rows],))


def select_numbers(id: str, version: int, edition: int, numbers: list[int], selected: int) -> Flow[None]:
    """Select rows by their numbers, or leave them out. Raises RunError ``draft_changed``."""
    yield from _hold(id, version)
    yield Query("select_run_numbers", ([(id, edition, number, selected) for number in numbers],))


def select_rows(
    id: str, version: int, edition: int, show: str, start: int, end: int, selected: int
) -> Flow[None]:
    """Select rows of one sort behind a number up to another, or leave them out. Raises RunError ``draft_changed``."""
    yield from _hold(id, version)
    yield Query("select_run_rows", (id, edition, show, start, end, selected))


def insert_pieces(pieces: list[tuple[str, int, bytes]]) -> Flow[None]:
    """Store pieces of a file: (draft, number, bytes)."""
    yield Query("insert_run_pieces", (pieces,))


def read_piece(id: str, piece: int) -> Flow[bytes | None]:
    """Read a piece of a draft's file, None behind the last one."""
    row = yield Query("read_run_piece", (id, piece))
    return None if row is None else bytes(row[0])


def drop_draft(id: str) -> Flow[None]:
    """Forget a draft that nobody has filed, with its file. Raises RunError ``draft_changed`` if it was filed."""
    if (yield Query("drop_run_draft", (id,))) is None:
        raise RunError("draft_changed")
    yield Query("drop_run_file", (id,))


def drop_unready_draft(id: str, version: int) -> Flow[None]:
    """Forget a draft that this version makes, with its file. Raises RunError ``draft_changed``."""
    yield from _hold(id, version)
    yield from drop_draft(id)


def drop_rows(id: str, edition: int, start: int, end: int) -> Flow[None]:
    """Forget rows of an edition of a draft behind a number up to another."""
    yield Query("drop_run_rows", (id, edition, start, end))


def tally(id: str, edition: int, after: int) -> Flow[list[Any]]:
    """Read what is counted of the next rows: number, posts, moves, selected, bad, first, known, over."""
    rows: list[Any] = yield Query("tally_run_rows", (id, edition, after, TALLIED))
    return rows


def next_rows(id: str, edition: int, after: int, limit: int) -> Flow[list[CheckedRow]]:
    """Read the next rows behind a number."""
    return [CheckedRow(*values) for values in (yield Query("read_run_rows", (id, edition, after, limit)))]


def rows_by_number(id: str, edition: int, numbers: list[int]) -> Flow[list[CheckedRow]]:
    """Read rows by their numbers."""
    return [CheckedRow(*values) for values in (yield Query("find_run_rows", (numbers, id, edition)))]


def draft_view(
    stored: StoredDraft,
    assets: Mapping[str, Asset],
    repeats: list[RunRepeat],
    kept: int,
    approvals: Approvals,
) -> RunDraft:
    """Make the view of a draft, which is kept for so many microseconds unless it is filed.

    One that is not filed yet needs approval by the ``approvals`` of now, as it will when it is filed.
    """
    choices = msgspec.json.decode(stored.choices, type=DraftChoices)
    counts = msgspec.json.decode(stored.summary, type=Counts)
    asset = assets[choices.asset]
    scale = asset.scale
    if stored.run is None:
        approval = approvals.why(counts.moves, counts.selected, asset)
    else:
        approval = msgspec.json.decode(stored.filing, type=RunData).approval
    atomic = counts.selected <= ATOMIC_MAX
    return RunDraft(
        id=stored.id,
        version=stored.version,
        ready=bool(stored.ready),
        origin=_origin(stored.what, choices.name, choices.operation, stored.digest),
        asset=choices.asset,
        mode=choices.mode,
        reason=choices.reason,
        source=choices.source,
        by=stored.made_by,
        made_at=format_time(stored.made_at),
        expires_at=None if stored.kept else format_time(stored.made_at + kept),
        closed=bool(stored.closed),
        duplicates=choices.duplicates,
        short=choices.short,
        amount=choices.amount,
        run=stored.run,
        undoes=choices.undoes,
        reading=msgspec.json.decode(stored.reading, type=DraftReading | None),
        summary=DraftSummary(
            rows=counts.rows,
            good=counts.good,
            bad=counts.rows - counts.good,
            selected=counts.selected,
            unselected=counts.postable - counts.selected,
            people=counts.selected,
            duplicates=counts.duplicates,
            new_people=counts.new_people,
            over_limit=counts.over_limit,
            total=format_amount(counts.total, scale),
            biggest=format_amount(counts.biggest, scale),
            spent=format_amount(counts.spent, scale),
            problems=counts.problems,
        ),
        source_problem=RunProblem(counts.source_code, counts.source_detail) if counts.source_code else None,
        atomic=atomic,
        chunks=1 if atomic else -(-counts.selected // CHUNK_ROWS),
        needs_approval=bool(approval),
        approval=approval,
        repeats=repeats,
    )


def _origin(what: Any, name: str, operation: str, digest: str) -> RunOrigin:
    return RunOrigin(what, name, operation, digest or None)


def page_rows(stored: StoredDraft, show: str, start: int, limit: int, assets: Assets) -> Flow[RunRowPage]:
    """Read rows of a draft of one sort: ``limit`` of those behind the first ``start``."""
    rows, total = yield from rows_of(stored, show, start, limit)
    choices = msgspec.json.decode(stored.choices, type=DraftChoices)
    asset = assets[choices.asset]
    people = yield from find_accounts([row.person for row in rows if row.person], asset)
    items = [_row_view(row, choices, asset, people.get(row.person)) for row in rows]
    return RunRowPage(items, start, total)


def rows_of(stored: StoredDraft, show: str, start: int, limit: int) -> Flow[tuple[list[CheckedRow], int]]:
    """Read rows of a draft of one sort, ``limit`` of those behind the first ``start``, and how many there are."""
    id, edition = stored.id, stored.edition
    if show == "all":
        counts = msgspec.json.decode(stored.summary, type=Counts)
        return (yield from next_rows(id, edition, start, limit)), counts.rows
    found = yield Query("page_run_rows", (id, edition, show, limit, start))
    (total,) = yield Query("count_run_rows", (id, edition, show))
    return [CheckedRow(*values) for values in found], total


def line_of(row: CheckedRow) -> int:
    """Return the place of a row in its file, or in its list."""
    return read_given(row.given).line or row.number


def _row_view(row: CheckedRow, choices: DraftChoices, asset: Asset, account: Account | None) -> RunRowView:
    given, scale = read_given(row.given), asset.scale
    units = row.posts if row.posts is not None else row.units
    balance = 0 if account is None else account.balance
    after = None
    if row.posts is not None:
        gives = given.gives if choices.mode == "undo" else True
        after = row.posts if choices.mode == SET else balance + (row.posts if gives else -row.posts)
    return RunRowView(
        number=row.number,
        line=given.line or row.number,
        user=row.person,
        amount=given.amount if units is None else format_amount(units, scale),
        reason=row.reason or choices.reason,
        known=bool(row.known),
        matched=given.matched,
        email=given.email,
        name=given.name,
        balance=None if account is None else format_amount(balance, scale),
        after=None if after is None else format_amount(after, scale),
        raw=given.raw,
        problem=RunProblem(row.bad, row.detail) if row.bad else None,
        duplicate_of=row.first,
        selected=bool(row.selected),
    )


# Runs


class StoredRun(NamedTuple):
    """A run with what its request and its draft say of it."""

    run: RunRow
    version: int
    state: str
    filed_by: str
    filed_at: int
    changed_at: int
    decided_by: str | None
    decided_at: int | None
    waits: int
    data: RunData
    digest: str


_RUN_COLUMNS = len(RunRow.__struct_fields__)


def _stored_run(values: Sequence[Any]) -> StoredRun:
    *of_request, filing, digest = values[_RUN_COLUMNS:]
    data = msgspec.json.decode(filing, type=RunData)
    parts: list[Any] = [RunRow(*values[:_RUN_COLUMNS]), *of_request, data, digest]
    return StoredRun(*parts)


def find_run(id: str) -> Flow[tuple[StoredRun, Undoing] | None]:
    """Find a run, and the runs that undo it: (id, state, posted)."""
    values = yield Query("find_run", (id,))
    if values is None:
        return None
    undoing = yield Query("find_undoing_runs", (id,))
    return _stored_run(values), [tuple(row) for row in undoing]


def page_runs(before: str, state: str, limit: int) -> Flow[list[tuple[StoredRun, Undoing]]]:
    """Read the next runs before an id, the newest first, in a ``state``, "" for any."""
    found = []
    for values in (yield Query("page_runs", (before, state, limit))):
        undoing = yield Query("find_undoing_runs", (values[0],))
        found.append((_stored_run(values), [tuple(row) for row in undoing]))
    return found


def running_runs() -> Flow[list[RunRow]]:
    """Read the runs that are being posted, the oldest first."""
    return [RunRow(*values) for values in (yield Query("running_runs"))]


def pick_rows(run: RunRow) -> Flow[list[PostedRow]]:
    """Read the next rows that a run posts in one command."""
    args = (run.draft, run.edition, run.after, run.id, run.chunk_rows)
    return list(map(PostedRow._make, (yield Query("pick_run_rows", args))))


def run_view(stored: StoredRun, undoing: Undoing, assets: Mapping[str, Asset], may: list[str]) -> RunView:
    """Make the view of a run."""
    run, data = stored.run, stored.data
    scale = assets[run.asset].scale
    chunks = data.chunks
    undone = sum(posted for _, _, posted in undoing)
    problem = msgspec.json.decode(run.problem, type=StoppedAt) if run.problem else None
    return RunView(
        id=run.id,
        version=stored.version,
        state=stored.state,  # type: ignore[arg-type]
        draft=run.draft,
        origin=_origin(data.what, data.name, data.operation, stored.digest),
        asset=run.asset,
        mode=data.mode,  # type: ignore[arg-type]
        reason=run.reason,
        source=run.source,
        by=stored.filed_by,
        filed_at=format_time(stored.filed_at),
        changed_at=format_time(stored.changed_at),
        decided_by=stored.decided_by,
        decided_at=None if stored.decided_at is None else format_time(stored.decided_at),
        rows=run.size,
        people=data.people,
        total=data.amount,
        posted=Posted(run.posted, format_amount(run.moved, scale)),
        idle=run.idle,
        skipped=run.skipped,
        atomic=data.atomic,
        chunks=RunChunks(chunks if run.is_over else min(run.chunk, chunks), chunks),
        problem=problem,
        short=run.short or None,  # type: ignore[arg-type]
        undoes=run.undoes,
        undone="no" if not undone else "whole" if undone >= run.posted else "part",
        undone_by=[id for id, _, _ in undoing],
        approval=data.approval,
        may=may,
    )


class RowFate(NamedTuple):
    """The fate of a row of a run: its transaction, if it made one, and whether that was undone."""

    outcome: Outcome
    id: str | None
    transaction: TransactionRow | None
    undone: bool


def page_run_rows(
    run: RunRow, stored: StoredDraft, show: str, start: int, limit: int, assets: Assets
) -> Flow[RunRowPage]:
    """Read rows of a run of one sort, with what became of them."""
    rows, total = yield from rows_of(stored, show, start, limit)
    choices = msgspec.json.decode(stored.choices, type=DraftChoices)
    asset = assets[choices.asset]
    people = yield from find_accounts([row.person for row in rows if row.person], asset)
    fates = yield from read_fates(run, rows, assets)
    items = []
    for row in rows:
        view = _row_view(row, choices, asset, people.get(row.person))
        fate = fates[row.number]
        view.outcome, view.transaction, view.undone = fate.outcome, fate.id, fate.undone
        if fate.transaction is not None:
            view.balance, view.after = (
                format_amount(units, asset.scale) for units in balances_of(fate.transaction, row.person)
            )
        elif fate.outcome not in ("waiting", "left_out"):
            view.after = view.balance
        items.append(view)
    return RunRowPage(items, start, total)


def read_fates(run: RunRow, rows: Sequence[CheckedRow], assets: Assets) -> Flow[dict[int, RowFate]]:
    """Read what became of rows, by number."""
    if not rows:
        return {}
    skips = dict((yield Query("list_run_skips", (run.id, rows[0].number, rows[-1].number))))
    ids = yield from transactions_of(run, rows)
    wanted = [ids[row.number] for row in rows if row.number in ids and row.selected]
    loaded = (yield from load_transactions(wanted, assets)) if wanted else {}
    undone = (
        {id for id, _, amount in (yield Query("find_reversed", (wanted,))) if amount} if wanted else set()
    )
    return {row.number: _fate(row, run, ids.get(row.number), skips, loaded, undone) for row in rows}


def transactions_of(run: RunRow, rows: Sequence[CheckedRow]) -> Flow[dict[int, str]]:
    """Find the ids of the transactions of rows whose chunks are posted, by number; one that moved nothing has none."""
    ids: dict[int, str] = {}
    for base, first, last, _ in (yield Query("find_run_chunks", (run.id, rows[0].number, rows[-1].number))):
        ids |= {row.number: transaction_of(base, row.number) for row in rows if first <= row.number <= last}
    return ids


def _fate(
    row: CheckedRow,
    run: RunRow,
    id: str | None,
    skips: Mapping[int, str],
    loaded: Mapping[str, TransactionRow],
    undone: set[str],
) -> RowFate:
    if not row.selected:
        return RowFate("left_out", None, None, False)
    if row.number in skips:
        return RowFate("skipped", None, None, False)
    if id is None:
        ended = run.state in ("cancelled", "rejected")
        return RowFate("left_out" if ended else "waiting", None, None, False)
    made = loaded.get(id)
    return RowFate("posted" if made else "nothing", id if made else None, made, id in undone)


def balances_of(row: TransactionRow, person: str) -> tuple[int, int]:
    """Return a person's balance before and after a transaction that posts to them."""
    path = f"user:{person}"
    before = after = 0
    for leg in row.legs:
        if leg.destination.path == path:
            before, after = leg.destination_balance - leg.amount, leg.destination_balance
        elif leg.source.path == path:
            before, after = leg.source_balance + leg.amount, leg.source_balance
    return before, after
