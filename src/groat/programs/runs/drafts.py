"""Drafts: rows are checked and stored piece by piece, and counted, before anybody files them."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from time import monotonic
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from groat.engine.groat import Groat
from groat.engine.ids import new_id
from groat.ledger.accounts import ADJUSTMENTS, Policy, check_path
from groat.ledger.amounts import AMOUNT_MAX, Asset, format_amount, parse_amount
from groat.ledger.book import refuse
from groat.ledger.commands import Post, Posting
from groat.ledger.errors import GroatError, InvalidInput, Refusal, Refused, StoreError
from groat.ledger.text import check_id, check_text
from groat.programs.runs import reading
from groat.programs.runs.approving import Approvals
from groat.programs.runs.checking import Checker, Given, read_given
from groat.programs.runs.errors import RunError
from groat.programs.runs.kind import RunData
from groat.programs.runs.own_settings import RunsSettings
from groat.programs.runs.people import find_people
from groat.programs.runs.rows import ADD, ATOMIC_MAX, CHUNK_ROWS, SET, UNDO, CheckedRow, StoredDraft
from groat.programs.runs.views import Counts, DraftChoices, DraftReading, RunDraft

PIECE = 500
"""Rows are looked up and stored so many at a time, so that nobody waits long for the database's writer."""
ROWS_MAX = 100_000
FILE_PIECE = 1 << 20
SELECTED_AT_ONCE = 10_000
PATIENCE_S = 5.0
PAUSE_S = 0.05
NAME_MAX = 200
KEPT_US = 7 * 86_400_000_000
"""A draft that nobody files is kept for 7 days."""

T = TypeVar("T")

Rows = Iterable[Given] | AsyncIterator[Sequence[Given]]
"""Rows to check, one after the other or piece by piece."""
Sheet = Callable[[], DraftReading]
"""Tells how a file was read, when its rows have ended."""

_encode = msgspec.json.encode


class Drafts:
    """Makes, changes and reads the drafts of a ledger. ``approvals`` say which runs another person must approve."""

    def __init__(self, groat: Groat, settings: RunsSettings, approvals: Approvals) -> None:
        self._groat = groat
        self._settings = settings
        self._approvals = approvals

    # Making

    async def make(
        self,
        rows: Rows,
        choices: DraftChoices,
        *,
        what: str,
        by: str,
        digest: str = "",
        sheet: Sheet | None = None,
        file: bytes = b"",
    ) -> RunDraft:
        """Check rows and store them as a new draft, or nothing if ``rows`` raises an error.

        Raises InvalidInput, RunError ``run_mode_wrong``, ``run_rows_wrong``, StoreError.
        """
        made = await self._make(new_id(), rows, choices, what, by, digest, sheet, file)
        assert made is not None
        return made

    async def keyed(self, rows: Sequence[Given], choices: DraftChoices, *, by: str, key: str) -> RunDraft:
        """Make the draft of a principal's key, or find the one that was made of it, filed or not.

        Raises Refused ``key_reused`` if that was of other rows or choices, and as :meth:`make`.
        """
        id, choices.body = _id_of(by, key), _digest([_encode(choices), *map(_encode, rows)])
        deadline = monotonic() + PATIENCE_S
        while True:
            stored = await self._groat.read(reading.find_draft, id)
            if stored is None:
                made = await self._make(id, rows, choices, "list", by, digest_of(rows, choices), None, b"")
                if made is not None:
                    return made
                continue
            if msgspec.json.decode(stored.choices, type=DraftChoices).body != choices.body:
                raise Refused(refuse("key_reused"))
            if stored.ready:
                return await self.view(stored)
            if monotonic() > deadline:
                # Whoever began it has died.
                return await self.change(stored, choices, rows)
            await asyncio.sleep(PAUSE_S)

    async def _make(
        self, id: str, rows: Rows, choices: DraftChoices, what: str, by: str, digest: str, sheet: Sheet | None,
        file: bytes,
    ) -> RunDraft | None:  # fmt: skip
        """Make a draft of this id; None if somebody else does so."""
        choices = await self._checked(choices)
        (now,) = await self._groat.read(reading.now)
        stored = StoredDraft(
            id, 1, 1, 0, None, what, digest, by, now, _text(choices), _text(None), _text(Counts()), ""
        )
        if not await self._groat.write(reading.insert_draft, stored):
            return None
        for number, piece in enumerate(file[at : at + FILE_PIECE] for at in range(0, len(file), FILE_PIECE)):
            await self._groat.write(reading.insert_pieces, [(id, number, piece)])
        try:
            return await self._fill(stored, choices, rows, frozenset(), sheet)
        except (GroatError, asyncio.CancelledError) as error:
            if not isinstance(error, StoreError):
                await asyncio.shield(self._give_up(stored))
            raise

    async def change(
        self,
        stored: StoredDraft,
        choices: DraftChoices,
        rows: Rows | None = None,
        sheet: Sheet | None = None,
    ) -> RunDraft:
        """Check the rows of a draft again, by other choices: those given, or those that it has.

        Rows that somebody left out stay so, unless others are given. Raises as :meth:`make`, and RunError
        ``draft_filed``, ``draft_closed``, ``draft_changed``.
        """
        choices = await self._checked(choices)
        await self._begin(stored)
        unselected: frozenset[int] = frozenset()
        former = stored.edition
        if rows is None:
            unselected = await self._unselected(stored)
            rows = self._stored_rows(stored.id, former)
        else:
            stored.reading = _text(None)
        stored.edition = stored.version
        return await self._fill(stored, choices, rows, unselected, sheet, former)

    async def select(
        self, stored: StoredDraft, *, selected: bool, numbers: Sequence[int] = (), show: str = ""
    ) -> StoredDraft:
        """Select rows that can be posted by their numbers or their sort, or leave them out; the draft stays begun."""
        edition = stored.edition
        if numbers:
            await self._groat.write(
                reading.select_numbers, stored.id, stored.version, edition, list(numbers), int(selected)
            )
        if show:
            rows = msgspec.json.decode(stored.summary, type=Counts).rows
            for start in range(0, rows, SELECTED_AT_ONCE):
                await self._groat.write(
                    reading.select_rows, stored.id, stored.version, edition, show, start, start + SELECTED_AT_ONCE,
                    int(selected),
                )  # fmt: skip
        return stored

    async def begin(self, stored: StoredDraft) -> None:
        """Begin to change a draft, which nobody files meanwhile. Raises RunError."""
        await self._begin(stored)

    async def end(self, stored: StoredDraft) -> RunDraft:
        """End a change of what is selected: count anew. Raises RunError ``draft_changed``."""
        choices = msgspec.json.decode(stored.choices, type=DraftChoices)
        before = msgspec.json.decode(stored.summary, type=Counts)
        return await self._end(stored, choices, before.spent)

    async def discard(self, id: str) -> None:
        """Forget a draft that nobody filed. Raises RunError ``draft_not_found``, ``draft_filed``, ``draft_kept``."""
        stored = await self.find(id)
        if stored.run is not None:
            raise RunError("draft_filed", run=stored.run)
        if stored.kept:
            raise RunError("draft_kept")
        await self._groat.write(reading.drop_draft, stored.id)
        await self._forget_rows(stored.id, stored.edition)

    async def _give_up(self, stored: StoredDraft) -> None:
        """Forget a draft that is not ready, unless somebody else has begun to change it."""
        with suppress(RunError):
            await self._groat.write(reading.drop_unready_draft, stored.id, stored.version)
            await self._forget_rows(stored.id, stored.edition)

    # Reading

    async def find(self, id: str) -> StoredDraft:
        """Read a draft as it is stored. Raises RunError ``draft_not_found``, InvalidInput ``invalid_id``."""
        found = await self._groat.read(reading.find_draft, check_id(id))
        if found is None:
            raise RunError("draft_not_found", draft=id)
        return found

    async def read(self, id: str) -> RunDraft:
        """Read a draft. Raises as :meth:`find`."""
        return await self.view(await self.find(id))

    async def view(self, stored: StoredDraft) -> RunDraft:
        """Make the view of a stored draft."""
        repeats = (
            await self._groat.read(reading.find_repeats, stored.digest, stored.id) if stored.digest else []
        )
        return reading.draft_view(stored, await self._groat.assets(), repeats, KEPT_US, self._approvals)

    # Inside

    async def _checked(self, choices: DraftChoices) -> DraftChoices:
        """Check the choices and fill in what they leave open. Raises InvalidInput, RunError ``run_mode_wrong``."""
        asset = await self._groat.asset(choices.asset)
        check_text(choices.reason)
        check_text(choices.name, NAME_MAX)
        mode = choices.mode
        if mode == SET and (choices.source not in ("", ADJUSTMENTS) or choices.duplicates == "sum"):
            raise RunError("run_mode_wrong")
        if mode == ADD:
            choices.source = check_path(choices.source or self._settings.source)
        elif mode == SET:
            choices.source = ADJUSTMENTS
        if choices.source.startswith("user:") and mode == ADD:
            raise InvalidInput(
                "invalid_account", "An account of the house pays a run.", account=choices.source
            )
        if mode == UNDO and not choices.reason.strip():
            raise InvalidInput("reason_required")
        if choices.amount is not None:
            parse_amount(choices.amount, asset, signed=mode == SET)
        return choices

    async def _begin(self, stored: StoredDraft) -> None:
        version = await self._groat.write(reading.begin_draft, stored.id, stored.version)
        if version is None:
            await self._overtaken(stored.id)
        stored.version += 1

    async def _overtaken(self, id: str) -> None:
        found = await self.find(id)
        if found.run is not None:
            raise RunError("draft_filed", run=found.run)
        if found.closed:
            raise RunError("draft_closed")
        raise RunError("draft_changed", version=str(found.version))

    async def _fill(
        self,
        stored: StoredDraft,
        choices: DraftChoices,
        rows: Rows,
        unselected: frozenset[int],
        sheet: Sheet | None = None,
        former: int = 0,
    ) -> RunDraft:
        groat, edition = self._groat, stored.edition
        asset = await groat.asset(choices.asset)
        checker = Checker(choices, asset, self._policy, stored.made_at, unselected)
        await self._store(stored, checker, rows, asset)
        for numbers in _batches(checker.repeated, PIECE):
            amended = await groat.read(reading.rows_by_number, stored.id, edition, numbers)
            found = await groat.read(find_people, [_named(row) for row in amended], asset)
            for row in amended:
                checker.amend(row, found)
            await groat.write(reading.write_rows, stored.id, stored.version, edition, amended)
        stored.choices = _text(choices)
        if sheet is not None:
            stored.reading = _text(sheet())
        made = await self._end(stored, choices, checker.spent)
        if former and former != edition:
            await self._forget_rows(stored.id, former)
        return made

    async def _store(self, stored: StoredDraft, checker: Checker, rows: Rows, asset: Asset) -> None:
        """Check rows and store them, each piece while the people of the next one are looked up."""
        storing: asyncio.Task[None] | None = None
        try:
            async for piece in _pieces(rows):
                found = await self._groat.read(find_people, piece, asset)
                if checker.number + len(piece) > ROWS_MAX:
                    raise RunError("run_rows_wrong")
                checked = checker.check(piece, found)
                if storing is not None:
                    await storing
                storing = asyncio.create_task(
                    self._groat.write(reading.write_rows, stored.id, stored.version, stored.edition, checked)
                )
            if storing is not None:
                await storing
        finally:
            if storing is not None:
                await asyncio.gather(storing, return_exceptions=True)

    @property
    def _policy(self) -> Policy:
        return self._groat.policy

    async def _end(self, stored: StoredDraft, choices: DraftChoices, spent: int) -> RunDraft:
        counts = await self._count(stored, choices)
        counts.spent = spent
        assets = await self._groat.assets()
        await self._ask_source(stored, choices, counts)
        stored.summary = _text(counts)
        stored.filing = self._filing(stored, choices, counts, assets[choices.asset])
        stored.ready = 1
        if not await self._groat.write(reading.end_draft, stored):
            await self._overtaken(stored.id)
        return await self.view(stored)

    async def _count(self, stored: StoredDraft, choices: DraftChoices) -> Counts:
        counts, after = Counts(), 0
        while True:
            page = await self._groat.read(reading.tally, stored.id, stored.edition, after)
            for number, posts, moves, selected, bad, first, known, over in page:
                after = number
                counts.rows += 1
                counts.duplicates += first is not None
                counts.over_limit += over
                if bad:
                    counts.problems[bad] = counts.problems.get(bad, 0) + 1
                else:
                    counts.good += 1
                    counts.postable += posts is not None
                if selected:
                    counts.selected += 1
                    counts.new_people += not known
                    counts.total += posts if choices.mode == SET else moves
                    counts.moves += moves
                    counts.biggest = max(counts.biggest, posts)
                    counts.last = number
            if len(page) < reading.TALLIED:
                return counts

    async def _ask_source(self, stored: StoredDraft, choices: DraftChoices, counts: Counts) -> None:
        """Let the ledger say whether the account that pays could pay all of it now."""
        if choices.mode != ADD or not counts.selected:
            return
        if counts.moves > AMOUNT_MAX:
            counts.source_code, counts.source_detail = (
                "balance_overflow",
                "This is more than an amount can be.",
            )
            return
        verdict = await self._groat.dry_run.execute(
            Post(
                principal=stored.made_by,
                key=f"runs/{stored.id}/{stored.version}",
                postings=(Posting(choices.source, SOURCE_TRIAL, counts.moves, choices.asset),),
            )
        )
        if isinstance(verdict, Refusal):
            counts.source_code, counts.source_detail = verdict.code, verdict.detail

    def _filing(self, stored: StoredDraft, choices: DraftChoices, counts: Counts, asset: Asset) -> str:
        if not counts.selected or counts.moves > AMOUNT_MAX:
            return ""
        atomic = counts.selected <= ATOMIC_MAX
        return _text(
            RunData(
                draft=stored.id,
                what=stored.what,
                name=choices.name,
                mode=choices.mode,
                amount=format_amount(counts.moves, asset.scale),
                asset=asset.code,
                rows=counts.selected,
                people=counts.selected,
                atomic=atomic,
                chunks=chunks_of(counts.selected),
                source=choices.source,
                operation=choices.operation,
                short=choices.short or "",
                undoes=choices.undoes or "",
                text=choices.reason,
                last=counts.last,
            )
        )

    async def _unselected(self, stored: StoredDraft) -> frozenset[int]:
        found: set[int] = set()
        after = 0
        while True:
            page = await self._groat.read(reading.tally, stored.id, stored.edition, after)
            found.update(row[0] for row in page if row[1] is not None and not row[3])
            if len(page) < reading.TALLIED:
                return frozenset(found)
            after = page[-1][0]

    async def _stored_rows(self, id: str, edition: int) -> AsyncIterator[Sequence[Given]]:
        after = 0
        while page := await self._groat.read(reading.next_rows, id, edition, after, PIECE):
            after = page[-1].number
            yield [_fresh(row) for row in page]

    async def _forget_rows(self, id: str, edition: int) -> None:
        for start in range(0, ROWS_MAX, SELECTED_AT_ONCE):
            await self._groat.write(reading.drop_rows, id, edition, start, start + SELECTED_AT_ONCE)


SOURCE_TRIAL = "house:runs"
"""The other side of the trial that asks whether an account can pay. Nothing is ever posted there."""


def chunks_of(rows: int) -> int:
    """Return in how many commits so many rows are posted."""
    return 1 if rows <= ATOMIC_MAX else -(-rows // CHUNK_ROWS)


def digest_of(rows: Sequence[Given], choices: DraftChoices) -> str:
    """Return 32 hex digits that stand for a list and what it is for."""
    head = f"{choices.asset} {choices.mode} {choices.amount}".encode()
    return _digest([head, *(_encode([row.user, row.email, row.name, row.amount]) for row in rows)])


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(b"%d " % len(part) + part)
    return digest.hexdigest()


def _id_of(by: str, key: str) -> str:
    """Return the id of the draft that belongs to a principal's key."""
    return str(UUID(hex=_digest([by.encode(), key.encode()])))


async def _pieces(rows: Rows) -> AsyncIterator[Sequence[Given]]:
    if isinstance(rows, AsyncIterator):
        async for piece in rows:
            yield piece
    else:
        for piece in _batches(rows, PIECE):
            yield piece


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    left = iter(items)
    while batch := list(islice(left, size)):
        yield batch


def _named(row: CheckedRow) -> Given:
    return Given(user=row.person)


def _fresh(row: CheckedRow) -> Given:
    given = read_given(row.given)
    given.matched = ""
    return given


def _text(value: Any) -> str:
    return _encode(value).decode()
