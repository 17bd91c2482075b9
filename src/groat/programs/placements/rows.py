"""Placements as they are stored: their tables, and the rows of these."""

from __future__ import annotations

from typing import Any

import msgspec

from groat.ledger.book import Book, Table

# The lock on a placement guards its files and its candidates' places.
NAME = Table("placement_name", lock="lock_placement_names", write="", rank=1, leads=False)
"""Guards the id of a placement that does not exist yet."""
PLACEMENT = Table("placement", lock="lock_placements", write="write_placements", rank=2, leads=False)
FILE = Table(
    "placement_file", lock="lock_placement_files", write="write_placement_files", rank=3, leads=False
)
CANDIDATE = Table(
    "placement_candidate",
    lock="lock_placement_candidates",
    write="write_placement_candidates",
    rank=4,
    leads=False,
)
MEMBER = Table(
    "placement_member", lock="lock_placement_members", write="write_placement_members", rank=5, leads=False
)
ACT = Table("placement_act", lock="", write="write_placement_acts", rank=5, leads=False)


class _PlacementsRow(msgspec.Struct):
    """A row, its fields in the order of its columns."""

    def values(self) -> list[Any]:
        """Return the values that the row's statement takes."""
        return list(msgspec.structs.astuple(self))


class PlacementRow(_PlacementsRow):
    """A row of ``groat_placement``: times in microseconds since 1970."""

    id: str
    title: str
    note: str
    asset: str
    version: int
    created_by: str
    created_at: int
    archived_by: str | None = None
    archived_at: int | None = None


class PlacementFile(_PlacementsRow):
    """A row of ``groat_placement_file``: ``draft`` has its rows, ``given`` is the draft of the run that gave them."""

    id: str
    placement: str
    name: str
    digest: str
    draft: str
    uploaded_by: str
    uploaded_at: int
    processed_by: str | None = None
    processed_at: int | None = None
    given: str | None = None


class CandidateRow(_PlacementsRow):
    """A row of ``groat_placement_candidate``; ``id`` is the user's, ``email`` in lower case, '' for none."""

    id: str
    email: str
    name: str
    origin: str
    made_at: int


class MemberRow(_PlacementsRow):
    """A row of ``groat_placement_member``: a candidate's place, ``file`` '' where no file links them.

    ``amount`` is what the file gives (smallest units), ``fresh`` 1 where the file made the candidate.
    """

    id: str
    placement: str
    file: str
    candidate: str
    line: int
    amount: int
    fresh: int
    at: int


class ActRow(_PlacementsRow):
    """A row of ``groat_placement_act``: what the operation ``act`` gave by the run of a ``draft``.

    ``file`` is '' where it is of several. ``people`` got ``total`` in all (smallest units), ``amount`` each; that is
    None where each person's stands in the file. ``call`` names whose call it was, and under which key.
    It is ``pending`` until its candidates are placed and its run is filed.
    """

    id: str
    placement: str
    file: str
    act: str
    draft: str
    amount: int | None
    mode: str
    people: int
    total: int
    reason: str
    by: str
    at: int
    call: str
    pending: int = 1


def call_of(principal: str, key: str) -> str:
    """Name the call of an act: a principal's key."""
    return f"{principal} {key}"


def caller_of(call: str) -> tuple[str, str]:
    """Return the principal and the key of such a call."""
    principal, _, key = call.partition(" ")
    return principal, key


def placement_of(book: Book, id: str) -> PlacementRow | None:
    """Return a locked placement, None if there is none."""
    values = book.row(PLACEMENT, id)
    return None if values is None else PlacementRow(*values)


def member_id(placement: str, file: str, candidate: str) -> str:
    """Make the id of a candidate's place."""
    return f"{placement} {file} {candidate}"
