"""Placements on the wire: amounts are decimal strings, times RFC 3339 in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from groat.ledger.amounts import Asset, format_amount
from groat.ledger.text import format_time
from groat.programs.placements.rows import ActRow, PlacementFile, PlacementRow
from groat.programs.runs.views import RunDraft, RunView

FileState = Literal["uploaded", "processed"]
Origin = Literal["file", "regular", "legacy"]
Mode = Literal["add", "set"]


class PlacementView(msgspec.Struct):
    """A placement, with how many ``files`` it has, and how many ``candidates`` are placed there.

    Credits there are of the ``asset``. ``archived_at`` and ``archived_by`` are None as long as it goes on.
    """

    id: str
    title: str
    note: str
    asset: str
    version: int
    created_by: str
    created_at: str
    archived_by: str | None
    archived_at: str | None
    files: int
    candidates: int


class PlacementPage(msgspec.Struct):
    """Placements, the newest first."""

    items: list[PlacementView]
    cursor: str | None


class CandidateView(msgspec.Struct):
    """A candidate: ``user`` is their id, ``balance`` what they have of the asset, a decimal string.

    ``origin`` tells whether a file made them, or the app did: a ``regular`` one, or one of an older app (``legacy``).
    ``placements`` counts where they are placed.
    """

    user: str
    email: str
    name: str
    origin: Origin
    since: str
    balance: str
    placements: int


class CandidatePage(msgspec.Struct):
    """Candidates in order of their ids; balances are of ``asset``."""

    items: list[CandidateView]
    asset: str
    cursor: str | None


class PlacementMember(msgspec.Struct):
    """A candidate of a placement, placed there by ``files`` files; ``fresh`` says whether one of these made them."""

    user: str
    email: str
    name: str
    origin: Origin
    since: str
    balance: str
    files: int
    fresh: bool


class PlacementMemberPage(msgspec.Struct):
    """Candidates of a placement in order of their ids; balances are of ``asset``."""

    items: list[PlacementMember]
    asset: str
    cursor: str | None


class PlaceView(msgspec.Struct):
    """A placement of a candidate: since when, and how many of its ``files`` name them."""

    id: str
    title: str
    archived: bool
    since: str
    files: int


class UpdateView(msgspec.Struct):
    """The latest change of a candidate's credits: when, by how much, what they were after it, and why."""

    at: str
    delta: str
    balance: str
    reason: str
    kind: str


class CandidateDashboard(msgspec.Struct):
    """All that a candidate's dashboard shows. Amounts are of ``asset``, ``month`` is this one (UTC).

    ``credits`` can be spent, ``held`` is reserved. ``granted`` arrived this month, less what was taken back of it;
    ``spent`` left this month, less what came back; ``updates`` counts the month's changes. ``last_update`` is None
    where nothing ever happened.
    """

    user: str
    email: str
    name: str
    asset: str
    credits: str
    held: str
    month: str
    granted: str
    spent: str
    updates: int
    last_update: UpdateView | None
    placements: list[PlaceView]


class PlacementFileView(msgspec.Struct):
    """A file of a placement: uploaded, or ``processed`` into candidates, who got the credits in it by the ``run``.

    ``draft`` has its rows, ``rows`` of them: ``bad`` ones cannot be posted, ``selected`` ones are to be, and come to
    ``total``. ``candidates`` are placed by it, of whom it made ``new_candidates``. ``expired`` says that its rows
    were forgotten before it was processed, after long in the archive: upload it again.
    """

    id: str
    placement: str
    name: str
    state: FileState
    draft: str
    uploaded_by: str
    uploaded_at: str
    processed_by: str | None
    processed_at: str | None
    run: str | None
    expired: bool
    rows: int
    bad: int
    selected: int
    total: str
    candidates: int
    new_candidates: int


class PlacementFilePage(msgspec.Struct):
    """Files of a placement, the newest first; amounts are of ``asset``."""

    items: list[PlacementFileView]
    asset: str
    cursor: str | None


class FileCandidate(msgspec.Struct):
    """A candidate whom a file placed: the ``line`` that names them, and what it gives them."""

    user: str
    email: str
    name: str
    origin: Origin
    line: int
    amount: str
    balance: str
    fresh: bool


class FileCandidatePage(msgspec.Struct):
    """Candidates of a file in the order of its lines; amounts are of ``asset``."""

    items: list[FileCandidate]
    asset: str
    cursor: str | None


class PlacementActView(msgspec.Struct):
    """An operation (``act``) that gave credits by a ``run``, whose ``state`` is None until it is filed.

    ``people`` get ``total`` in all, ``credits`` each; that is None where each person's stands in the file. ``file`` and
    ``file_name`` are None where it is of several.
    """

    id: str
    act: str
    file: str | None
    file_name: str | None
    credits: str | None
    mode: Mode
    reason: str
    people: int
    total: str
    by: str
    at: str
    draft: str
    run: str | None
    state: str | None


class PlacementActPage(msgspec.Struct):
    """Acts that gave credits in a placement, the newest first; amounts are of ``asset``."""

    items: list[PlacementActView]
    asset: str
    cursor: str | None


class CreditsGiven(msgspec.Struct):
    """The result of an operation (``act``) that gives credits, or with ``dry_run`` its preview: a ``draft``.

    ``people`` are reached and get ``total`` in all; ``new_people`` of them were not known. ``left_out`` rows cannot be
    posted, and the ``ambiguous`` e-mail addresses (the first 20) belong to several candidates. The ``run`` posts the
    rest; it is null in a preview. ``draft`` has the rows: who gets what.
    """

    act: str
    placement: str
    file: str | None
    dry_run: bool
    people: int
    new_people: int
    total: str
    left_out: int
    ambiguous: list[str]
    draft: RunDraft
    run: RunView | None


class PlacementTold(msgspec.Struct):
    """A placement of a candidate's that changed, or to which they came; "" where their own record did."""

    placement: str
    title: str
    archived: bool


class PlacementLine(msgspec.Struct):
    """A placement that changed, "" for a candidate without one."""

    placement: str


class PlacementNews(msgspec.Struct):
    """The placements that a batch changed: read them again. ``more`` further lines are left out."""

    items: list[PlacementLine]
    more: Annotated[int, Meta(ge=0)]


def time_or_none(at: int | None) -> str | None:
    """Format a moment that may not have come."""
    return None if at is None else format_time(at)


def placement_view(values: list[Any]) -> PlacementView:
    """Return the view of a placement's row, behind which its counts stand."""
    row, (files, candidates) = PlacementRow(*values[:-2]), values[-2:]
    return PlacementView(
        id=row.id,
        title=row.title,
        note=row.note,
        asset=row.asset,
        version=row.version,
        created_by=row.created_by,
        created_at=format_time(row.created_at),
        archived_by=row.archived_by,
        archived_at=time_or_none(row.archived_at),
        files=files,
        candidates=candidates,
    )


def amount_of(units: Mapping[str, int], path: str, asset: Asset) -> str:
    """Format what an account has, nothing where it is not known."""
    return format_amount(units.get(path, 0), asset.scale)


def act_view(values: list[Any], asset: Asset) -> PlacementActView:
    """Return the view of an act's row, behind which the file's name, its run and the state of this stand."""
    row, (file_name, run, state) = ActRow(*values[:-3]), values[-3:]
    return PlacementActView(
        id=row.id,
        act=row.act,
        file=row.file or None,
        file_name=file_name,
        credits=None if row.amount is None else format_amount(row.amount, asset.scale),
        mode=row.mode,  # type: ignore[arg-type]
        reason=row.reason,
        people=row.people,
        total=format_amount(row.total, asset.scale),
        by=row.by,
        at=format_time(row.at),
        draft=row.draft,
        run=run,
        state=state,
    )


def file_view(
    row: PlacementFile, draft: RunDraft | None, run: str | None, placed: int, fresh: int
) -> PlacementFileView:
    """Return the view of a file; its ``draft`` is None once it is forgotten."""
    summary = None if draft is None else draft.summary
    return PlacementFileView(
        id=row.id,
        placement=row.placement,
        name=row.name,
        state="uploaded" if row.processed_at is None else "processed",
        draft=row.draft,
        uploaded_by=row.uploaded_by,
        uploaded_at=format_time(row.uploaded_at),
        processed_by=row.processed_by,
        processed_at=time_or_none(row.processed_at),
        run=run,
        expired=summary is None and row.processed_at is None,
        rows=0 if summary is None else summary.rows,
        bad=0 if summary is None else summary.bad,
        selected=0 if summary is None else summary.selected,
        total="0" if summary is None else summary.total,
        candidates=placed,
        new_candidates=fresh,
    )
