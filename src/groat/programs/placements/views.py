"""Placements on the wire: amounts are decimal strings, times RFC 3339 in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from groat.ledger.amounts import Asset, format_amount
from groat.ledger.text import format_time
from groat.programs.placements.rows import PlacementRow

FileState = Literal["uploaded", "processed"]
Origin = Literal["file", "regular", "legacy"]


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


class MemberPage(msgspec.Struct):
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


class DashboardView(msgspec.Struct):
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
