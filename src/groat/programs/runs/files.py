"""Drafts of files: a child of the sandbox reads one, and its rows are checked and stored as they come."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import IO

import msgspec

from groat.api.call import Call
from groat.api.forms import read_form, text_field
from groat.api.problems import HttpError
from groat.facade import Groat
from groat.ledger.amounts import parse_amount
from groat.ledger.errors import InvalidInput
from groat.ledger.text import check_text
from groat.programs.runs import reading
from groat.programs.runs.changing import DraftChange, with_changes
from groat.programs.runs.checking import Given
from groat.programs.runs.errors import RunError
from groat.programs.runs.rows import SET, StoredDraft
from groat.programs.runs.views import DraftChoices, DraftReading, RunDraft
from groat.programs.runs.words import Runs
from groat.sandbox.pool import Pool
from groat.sheets import DELIMITERS, ENCODINGS, Choices, ReadRow
from groat.sheets.answer import SheetAnswer, read_in_sandbox
from groat.sheets.order import SheetOrder

READER = tuple(name for name in Choices.__struct_fields__ if name != "date_column")
OWN = ("asset", "mode", "reason", "name", "source", "duplicates", "amount")
FIELDS = frozenset({"file", *OWN, *READER})
Attended = Callable[[Awaitable[IO[bytes]]], Awaitable[IO[bytes]]]

_ALLOWED = {
    "encoding": ENCODINGS,
    "delimiter": DELIMITERS,
    "decimal": (".", ","),
    "date_order": ("dmy", "mdy", "ymd"),
}


async def draft_of_file(call: Call) -> RunDraft:
    """Read the file of a call's form, check its rows, and keep them as a draft."""
    form = read_form(call.headers.get(b"content-type", b""), await call.read(), FIELDS)
    given = {name: text_field(form, name) for name in OWN if name in form}
    reader = {name: text_field(form, name) for name in READER if name in form}
    try:
        choices = msgspec.convert({"asset": "CREDIT", **given, "reader": reader}, DraftChoices)
    except msgspec.ValidationError as error:
        raise HttpError("invalid_file", f"{error}.") from None
    if choices.mode == "undo":
        raise RunError("run_mode_wrong")
    by = call.identity.principal
    return await draft_of_bytes(
        call.services.groat, call.services.sandbox, choices, form["file"], by=by, attended=call.attended
    )


async def draft_of_bytes(
    groat: Groat, pool: Pool, choices: DraftChoices, file: bytes, *, by: str, attended: Attended | None = None
) -> RunDraft:
    """Read a file, check its rows, and keep them as a draft.

    ``attended`` gives up when nobody waits any more. Raises SheetError, SandboxError, RunError, InvalidInput,
    StoreError.
    """
    drafts = groat.program(Runs).drafts
    digest = hashlib.blake2b(file, digest_size=16).hexdigest()
    async with _reading(groat, pool, by, choices, file, attended) as answer:
        return await drafts.make(
            _rows(answer), choices, what="file", by=by, digest=digest, sheet=lambda: _sheet(answer), file=file
        )


async def read_again(call: Call, stored: StoredDraft, change: DraftChange) -> RunDraft:
    """Read the file of a draft again by other choices, and check its rows. Raises RunError, SheetError."""
    if change.version is not None and change.version != stored.version:
        raise RunError("draft_changed", version=str(stored.version))
    choices = with_changes(msgspec.json.decode(stored.choices, type=DraftChoices), change)
    pieces: list[bytes] = []
    while (piece := await call.groat.read(reading.read_piece, stored.id, len(pieces))) is not None:
        pieces.append(piece)
    groat, person, file = call.services.groat, call.identity.principal, b"".join(pieces)
    async with _reading(groat, call.services.sandbox, person, choices, file, call.attended) as answer:
        # The draft stays as it is unless all of the file can be read so.
        await answer.ended()
        return await groat.program(Runs).drafts.change(stored, choices, _rows(answer), lambda: _sheet(answer))


@asynccontextmanager
async def _reading(
    groat: Groat, pool: Pool, person: str, choices: DraftChoices, file: bytes, attended: Attended | None
) -> AsyncIterator[SheetAnswer]:
    asset = (await groat.assets()).get(choices.asset)
    if asset is None:
        raise InvalidInput(
            "unknown_asset", asset=choices.asset[:32].encode("ascii", "backslashreplace").decode()
        )
    to_set = choices.mode == SET
    if choices.amount is not None:
        parse_amount(choices.amount, asset, signed=to_set)
    order = SheetOrder(asset, check_text(choices.reason), _choices(choices), to_set, choices.amount)
    with pool.holding(person):
        async with read_in_sandbox(pool, person, order, file, attended) as answer:
            yield answer


def _sheet(answer: SheetAnswer) -> DraftReading:
    return msgspec.convert(msgspec.to_builtins(answer.head), DraftReading)


def _choices(choices: DraftChoices) -> Choices:
    """Read the choices about a file. Raises HttpError ``invalid_file`` for one that does not exist."""
    for name, allowed in _ALLOWED.items():
        if name in choices.reader and choices.reader[name] not in allowed:
            raise HttpError("invalid_file", f"{name} is one of: {' '.join(map(repr, allowed))}.")
    # A run posts as of now, so dates of rows are not read.
    return msgspec.convert({**choices.reader, "date_column": ""}, Choices)


async def _rows(answer: SheetAnswer) -> AsyncIterator[Sequence[Given]]:
    async for batch in answer.batches():
        yield [_given(row) for row in batch]


def _given(row: ReadRow) -> Given:
    error = row.error
    return Given(
        row.line,
        row.user,
        row.amount,
        row.reason,
        row.email,
        row.name,
        "" if error is None else error.code,
        "" if error is None else error.detail,
        raw=row.raw,
    )
