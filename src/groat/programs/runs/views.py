"""Drafts and runs on the wire: amounts are decimal strings, times RFC 3339 in UTC."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

Mode = Literal["add", "set", "undo"]
What = Literal["file", "list", "selection", "undo"]
Duplicates = Literal["ask", "sum", "first"]
Short = Literal["refuse", "take_what_is_left", "below_floor"]
RunState = Literal["pending", "running", "paused", "stopped", "done", "cancelled", "rejected"]
Outcome = Literal["waiting", "posted", "nothing", "skipped", "left_out"]


class RunOrigin(msgspec.Struct):
    """The origin of a draft's rows.

    ``name`` is a file's, or what the caller gave; ``operation`` asked for it, empty for nothing but a draft.
    ``digest`` stands for the file or list, null for a selection.
    """

    what: What
    name: str
    operation: str
    digest: str | None


class RunRepeat(msgspec.Struct):
    """A run that was filed of the same file or list before."""

    run: str
    filed_at: str
    by: str
    state: RunState


class RunProblem(msgspec.Struct):
    """The fault of a row: a stable ``code``, and a ``detail`` that says what to do."""

    code: str
    detail: str


class DraftSummary(msgspec.Struct):
    """The rows of a draft, counted.

    ``good`` rows can be posted, ``bad`` ones cannot, and ``selected`` ones will be. ``duplicates`` name a person who is
    named before, ``new_people`` are selected ones of whom nobody knows, ``over_limit`` ones against which a limit
    stands. ``total`` is what is posted in all, ``biggest`` the largest amount. ``spent`` is how much an undo cannot
    take back. ``problems`` counts bad rows by code.
    """

    rows: int
    good: int
    bad: int
    selected: int
    unselected: int
    people: int
    duplicates: int
    new_people: int
    over_limit: int
    total: str
    biggest: str
    spent: str
    problems: dict[str, int]


class ReadColumn(msgspec.Struct):
    """A column of a file that may be chosen: its number from 1, its header's words, and the first text below."""

    number: int
    name: str
    sample: str


class ReadSheet(msgspec.Struct):
    """A sheet of a workbook that may be chosen."""

    name: str
    hidden: bool


class ReadRemark(msgspec.Struct):
    """Something in a file that a person should look at, with the line that it is about."""

    code: str
    detail: str
    line: int | None = None


class DraftReading(msgspec.Struct):
    """The reading of a file: which column means what, how it was written, and what may be chosen instead."""

    columns: dict[str, str] = {}
    places: dict[str, int] = {}
    header_line: int = 0
    sheet: str | None = None
    sheets: list[ReadSheet] = []
    found: list[ReadColumn] = []
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    date_order: str | None = None
    warnings: list[ReadRemark] = []
    count: int = 0


class RunDraft(msgspec.Struct):
    """Rows that were read and checked and are not posted yet. Nothing of it is money before it is filed.

    ``expires_at`` is null where it is kept as a file; a ``closed`` one was given by another run. ``run`` is the request
    that it became, ``undoes`` the run that it takes back. ``reading`` is null unless it is of a file.
    ``source_problem`` says why the account that pays could not pay all of it now. A run is one ``atomic`` commit, or
    has so many ``chunks``. ``approval`` says why another person must approve it, empty where nobody must. ``repeats``
    are runs of the same file before. ``short`` says what an undo does about people who have spent some.
    """

    id: str
    version: int
    ready: bool
    origin: RunOrigin
    asset: str
    mode: Mode
    reason: str
    source: str
    by: str
    made_at: str
    expires_at: str | None
    closed: bool
    duplicates: Duplicates
    short: Short | None
    amount: str | None
    run: str | None
    undoes: str | None
    reading: DraftReading | None
    summary: DraftSummary
    source_problem: RunProblem | None
    atomic: bool
    chunks: int
    needs_approval: bool
    approval: str
    repeats: list[RunRepeat]


class RunDraftPage(msgspec.Struct):
    """A page of drafts that nobody has filed, newest first."""

    items: list[RunDraft]
    cursor: str | None


class RunRowView(msgspec.Struct):
    """A row: whom it names, and what it gives.

    ``number`` counts the rows from 1, ``line`` is its place in the file. ``matched`` says by what the person was found:
    id, email or name; empty for somebody of whom nobody knows. ``balance`` is the present one, and ``after`` what it
    would be; of a row that was posted these are the ones before and after. ``raw`` has the texts as they were sent.
    ``duplicate_of`` is the number of the first row of the same person. ``outcome``, ``transaction`` and ``undone`` come
    with the rows of a run.
    """

    number: int
    line: int
    user: str
    amount: str
    reason: str
    known: bool
    matched: str
    email: str
    name: str
    balance: str | None
    after: str | None
    raw: dict[str, str]
    problem: RunProblem | None
    duplicate_of: int | None
    selected: bool
    outcome: Outcome | UnsetType = UNSET
    transaction: str | UnsetType | None = UNSET
    undone: bool | UnsetType = UNSET


class RunRowPage(msgspec.Struct):
    """Rows of one sort: those behind the first ``from`` of ``total``."""

    items: list[RunRowView]
    start: int = msgspec.field(name="from")
    total: int


class Posted(msgspec.Struct):
    """The part of a run that is posted: rows, and what these moved in all."""

    rows: int
    amount: str


class RunChunks(msgspec.Struct):
    """The chunks of a run: how many are posted, of how many."""

    done: int
    of: int


class StoppedAt(msgspec.Struct):
    """The row at which a run stopped, and why."""

    number: int
    user: str
    code: str
    detail: str


class RunView(msgspec.Struct):
    """A run: a draft that was filed.

    ``rows`` people get or give ``total`` in all; of these ``posted`` are done, ``skipped`` ones were left out after
    they were refused, and ``idle`` ones had nothing to do. ``problem`` is the row at which it stopped. ``undone`` says
    how far other runs (``undone_by``) took it back; ``undoes`` is the run that it takes back itself. ``may`` are the
    transitions that the caller may take: POST /v1/requests/run/{id}/{transition}.
    """

    id: str
    version: int
    state: RunState
    draft: str
    origin: RunOrigin
    asset: str
    mode: Mode
    reason: str
    source: str
    by: str
    filed_at: str
    changed_at: str
    decided_by: str | None
    decided_at: str | None
    rows: int
    people: int
    total: str
    posted: Posted
    idle: int
    skipped: int
    atomic: bool
    chunks: RunChunks
    problem: StoppedAt | None
    short: Short | None
    undoes: str | None
    undone: Literal["no", "part", "whole"]
    undone_by: list[str]
    approval: str
    may: list[str] = []
    replayed: bool = False


class RunProgress(msgspec.Struct):
    """The part of a run that changes: what the board ``run:<id>`` shows. The fields are those of :class:`RunView`."""

    id: str
    version: int
    state: RunState
    changed_at: str
    rows: int
    posted: Posted
    idle: int
    skipped: int
    chunks: RunChunks
    problem: StoppedAt | None
    undone: Literal["no", "part", "whole"]
    undone_by: list[str]


class RunsMoving(msgspec.Struct):
    """The runs that are being posted, the newest first, at most 50: what the board ``runs:running`` shows."""

    items: list[RunProgress]


class RunPage(msgspec.Struct):
    """A page of runs, newest first."""

    items: list[RunView]
    cursor: str | None


class Counts(msgspec.Struct):
    """The counters of a draft as they are stored: :class:`DraftSummary` in smallest units.

    ``postable`` rows can be selected; ``moves`` is what a run would move in all, ``last`` the number of the last
    selected row.
    """

    rows: int = 0
    good: int = 0
    postable: int = 0
    selected: int = 0
    duplicates: int = 0
    new_people: int = 0
    over_limit: int = 0
    total: int = 0
    moves: int = 0
    biggest: int = 0
    spent: int = 0
    last: int = 0
    problems: dict[str, int] = {}
    source_code: str = ""
    source_detail: str = ""


class DraftChoices(msgspec.Struct, omit_defaults=True):
    """The wishes of a person about a draft as they are stored. ``reader`` has the choices about a file; ``body``
    stands for the call that made it under a key."""

    asset: str
    mode: Mode = "add"
    reason: str = ""
    source: str = ""
    name: str = ""
    operation: str = ""
    duplicates: Duplicates = "ask"
    amount: str | None = None
    short: Short | None = None
    undoes: str | None = None
    reader: dict[str, str] = {}
    body: str = ""
