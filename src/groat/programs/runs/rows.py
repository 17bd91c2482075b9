"""Drafts and runs as they are stored: their tables, and the translation of rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from groat.ledger.book import Book, Table

MOVING_BOARD = "runs:running"
"""The board of the runs that are being posted."""


def _shows(values: Sequence[Any]) -> list[str]:
    """Name the boards of a run: its own, that of the run that it takes back, and that of all that are being posted."""
    run = RunRow(*values)
    return [f"run:{run.id}", *([f"run:{run.undoes}"] if run.undoes else []), MOVING_BOARD]


# Filing finds its draft first, then makes the run. A chunk needs the run alone.
DRAFT = Table("run_draft", lock="lock_run_drafts", write="write_run_drafts", rank=1)
RUN = Table("run", lock="lock_runs", write="write_runs", rank=2, shows=_shows)
SKIP = Table("run_skip", lock="lock_run_skips", write="write_run_skips", rank=3, leads=False)
CHUNK = Table("run_chunk", lock="", write="write_run_chunks", rank=3, leads=False)
AMONG = Table("run_among", lock="find_among_run", write="", rank=4, leads=False)
"""Tells whether a draft posts something to a person: the id is the draft's and the user's, with a space between."""

PENDING, RUNNING, PAUSED, STOPPED = "pending", "running", "paused", "stopped"
DONE, CANCELLED, REJECTED = "done", "cancelled", "rejected"
ADD, SET, UNDO = "add", "set", "undo"

ATOMIC_MAX = 10_000
"""A run of at most so many rows is one atomic command."""
CHUNK_ROWS = 1_000
"""A larger run posts so many rows at a time."""


class StoredRow(msgspec.Struct):
    """A row, its fields in the order of its columns."""

    def values(self) -> list[Any]:
        """Return the values that the row's statement takes."""
        return list(msgspec.structs.astuple(self))


class LockedDraft(StoredRow):
    """The part of a draft that commands read: ``run`` is the request that it became, ``filing`` JSON of that's data.

    One that is ``kept`` is not forgotten; one that is ``closed`` is neither changed nor filed any more.
    """

    id: str
    version: int
    edition: int
    ready: int
    run: str | None
    filing: str
    kept: int = 0
    closed: int = 0


class StoredDraft(StoredRow):
    """A row of ``groat_run_draft``; ``choices``, ``reading``, ``summary`` and ``filing`` are JSON."""

    id: str
    version: int
    edition: int
    ready: int
    run: str | None
    what: str
    digest: str
    made_by: str
    made_at: int
    choices: str
    reading: str
    summary: str
    filing: str
    kept: int = 0
    closed: int = 0


class CheckedRow(StoredRow):
    """A row of a draft after its check; amounts in smallest units, ``given`` is JSON."""

    number: int
    person: str
    units: int | None
    posts: int | None
    moves: int
    reason: str
    selected: int
    bad: str
    detail: str
    first: int | None
    known: int
    over: int
    original: str | None
    given: str


class RunRow(StoredRow):
    """A row of ``groat_run``: the rows up to the number ``after`` are done, of ``size`` rows up to ``last``."""

    id: str
    state: str
    draft: str
    edition: int
    mode: str
    asset: str
    source: str
    short: str
    actor: str
    reason: str
    undoes: str | None
    last: int
    size: int
    after: int = 0
    chunk: int = 0
    attempt: int = 0
    posted: int = 0
    idle: int = 0
    skipped: int = 0
    moved: int = 0
    lenient: int = 0
    problem: str = ""

    @property
    def is_over(self) -> bool:
        """Return whether all of its rows are posted or left out."""
        return self.after >= self.last

    @property
    def chunk_rows(self) -> int:
        """Return how many rows one of its commands posts."""
        return ATOMIC_MAX if self.size <= ATOMIC_MAX else CHUNK_ROWS


class ChunkRow(StoredRow):
    """A row of ``groat_run_chunk``."""

    id: str
    run: str
    base: str
    first: int
    last: int
    at: int


class Problem(msgspec.Struct):
    """The row at which a run stopped: its number, whom it names, and why it was refused."""

    number: int
    user: str
    code: str
    detail: str


def run_of(book: Book, id: str) -> RunRow | None:
    """Return a locked run, None if there is none."""
    values = book.row(RUN, id)
    return None if values is None else RunRow(*values)


def draft_of(book: Book, id: str) -> LockedDraft | None:
    """Return a locked draft, None if there is none."""
    values = book.row(DRAFT, id)
    return None if values is None else LockedDraft(*values)


def skip_id(run: str, number: int) -> str:
    """Make the id of the row that says that a run leaves out a row."""
    return f"{run} {number}"


def transaction_of(base: str, number: int) -> str:
    """Make the id of the transaction that posts a row, of the id that its chunk was given.

    The last eight digits of such an id are random, and the rest is no other id's.
    """
    return f"{base[:28]}{number:08x}"
