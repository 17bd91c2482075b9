"""The words of runs, for programs and apps that have the ledger in their own process. Servers post what is filed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable
from typing import TYPE_CHECKING

import msgspec

from groat.ledger.errors import Refusal, Refused
from groat.ledger.text import check_id
from groat.programs.runs import reading
from groat.programs.runs.approving import approvals_of
from groat.programs.runs.changing import DraftChange, changed
from groat.programs.runs.checking import Given
from groat.programs.runs.drafts import PIECE, Drafts, digest_of
from groat.programs.runs.errors import RunError
from groat.programs.runs.kind import NAME, OWNER, RunFiling
from groat.programs.runs.own_settings import settings_of
from groat.programs.runs.people import select_people
from groat.programs.runs.undoing import undo_draft
from groat.programs.runs.views import (
    DraftChoices,
    Duplicates,
    Mode,
    RunDraft,
    RunRowPage,
    RunView,
    Short,
)
from groat.programs.words import Ledger, Words, word
from groat.programs.workflow.words import workflow_of

if TYPE_CHECKING:
    from groat.facade import Groat

SHOWN_BAD = 20


class DraftRow(msgspec.Struct):
    """A row of a list: whom it names (by id, e-mail address or name), and the amount as a decimal string.

    ``line`` is its place in a file and ``raw`` its texts there, if it comes out of one.
    """

    amount: str = ""
    user: str = ""
    email: str = ""
    name: str = ""
    reason: str = ""
    line: int = 0
    raw: dict[str, str] = {}

    def given(self) -> Given:
        """Return the row as drafts keep it."""
        return Given(self.line, self.user, self.amount, self.reason, self.email, self.name, raw=self.raw)


class Runs(Words[Ledger]):
    """Drafts and runs. ``by`` is a principal (``user:ada``, ``service:shop``); amounts are decimal strings.

    ``operation`` names what asked for the run: it stands in its origin. All words raise InvalidInput, RunError,
    StoreError; those that file also Refused.
    """

    @property
    def drafts(self) -> Drafts:
        """The drafts of the ledger."""
        return drafts_of(self.groat)

    @word
    async def draft(
        self,
        rows: Iterable[DraftRow],
        *,
        by: str,
        asset: str,
        mode: Mode = "add",
        reason: str = "",
        name: str = "",
        source: str = "",
        duplicates: Duplicates = "ask",
        operation: str = "",
        amount: str | None = None,
        digest: str | None = None,
        key: str | None = None,
    ) -> RunDraft:
        """Check rows and keep them as a draft; ``amount`` is the one of all rows, if they have none of their own.

        With a ``key`` the same rows again bring the draft that was made of them, and other rows are refused with
        ``key_reused``.
        """
        given = [row.given() for row in rows]
        choices = DraftChoices(asset, mode, reason, source, name, operation, duplicates, amount)
        if key is not None:
            return await self.drafts.keyed(given, choices, by=by, key=key)
        return await self.drafts.make(
            given, choices, what="list", by=by, digest=digest_of(given, choices) if digest is None else digest
        )

    @word
    async def select(
        self, amount: str, *, by: str, asset: str, q: str = "", role: str = "", mode: Mode = "add", reason: str = "",
        name: str = "", source: str = "",
    ) -> RunDraft:  # fmt: skip
        """Check and keep a draft of all people with this text in id, name or e-mail address, and with this role."""
        choices = DraftChoices(asset, mode, reason, source, name, amount=amount)
        return await self.drafts.make(self._selected(q, role), choices, what="selection", by=by)

    async def _selected(self, q: str, role: str) -> AsyncIterator[list[Given]]:
        after = ""
        while found := await self.groat.read(select_people, q, role, after, PIECE):
            after = found[-1]
            yield [Given(user=user) for user in found]

    @word
    async def read(self, draft: str) -> RunDraft:
        """Read a draft. Raises RunError ``draft_not_found``."""
        return await self.drafts.read(draft)

    @word
    async def rows(self, draft: str, *, show: str = "all", start: int = 0, limit: int = 100) -> RunRowPage:
        """Read rows of a draft of one sort: ``limit`` of those behind the first ``start``."""
        stored = await self.drafts.find(draft)
        return await self.groat.read(reading.page_rows, stored, show, start, limit, await self.groat.assets())

    @word
    async def change(self, draft: str, change: DraftChange) -> RunDraft:
        """Change a draft, and check its rows again. Raises RunError ``draft_changed``, ``draft_filed``."""
        return await changed(self.drafts, await self.drafts.find(draft), change)

    @word
    async def discard(self, draft: str) -> None:
        """Forget a draft that nobody has filed."""
        await self.drafts.discard(draft)

    @word
    async def file(
        self: Runs[Groat], draft: str, version: int, *, by: str, roles: Iterable[str], key: str
    ) -> RunView:
        """File a draft in the version that was looked at; ``roles`` are the caller's. Returns the run."""
        answer = await workflow_of(self.groat).file(
            NAME, RunFiling(draft, version), owner=OWNER, key=key, by=by, roles=roles
        )
        if isinstance(answer, Refusal):
            raise Refused(answer)
        found = await self.get(answer.id)
        assert found is not None
        found.replayed = bool(answer.replayed)
        return found

    @word
    async def post(
        self: Runs[Groat],
        rows: Iterable[DraftRow],
        *,
        by: str,
        roles: Iterable[str],
        key: str,
        asset: str,
        reason: str = "",
        mode: Mode = "add",
        source: str = "",
        name: str = "",
        operation: str = "",
        amount: str | None = None,
    ) -> RunView:
        """Check rows and file them at once, all or none. Raises RunError ``run_rows_bad`` if one cannot be posted.

        The same key and rows again bring the first run again; other rows are refused with ``key_reused``.
        """
        given = [row.given() for row in rows]
        choices = DraftChoices(asset, mode, reason, source, name, operation, "ask", amount)
        draft = await self.drafts.keyed(given, choices, by=by, key=key)
        if draft.run is not None:
            run = await self.get(draft.run)
            assert run is not None
            run.replayed = True
            return run
        if draft.summary.bad or not draft.summary.rows:
            page = await self.rows(draft.id, show="bad", limit=SHOWN_BAD)
            await self.drafts.discard(draft.id)
            if not draft.summary.bad:
                raise RunError("run_rows_wrong")
            raise RunError("run_rows_bad", bad=draft.summary.bad, rows=msgspec.to_builtins(page.items))
        return await self.file(draft.id, draft.version, by=by, roles=roles, key=key)

    @word
    async def undo(
        self,
        run: str,
        *,
        by: str,
        reason: str,
        numbers: Collection[int] | None = None,
        short: Short = "refuse",
        operation: str = "",
    ) -> RunDraft:
        """Make a draft that takes a run back, all of it or rows by their numbers; file it as any other.

        ``short`` says what happens where a person has spent some: such rows are bad (``refuse``), what is left is taken
        (``take_what_is_left``), or balances fall below their floors (``below_floor``), which is a right. Raises
        RunError ``run_not_found``, ``run_is_undo``, ``run_nothing_to_undo``.
        """
        return await undo_draft(
            self.groat,
            self.drafts,
            run,
            by=by,
            reason=reason,
            numbers=numbers,
            short=short,
            operation=operation,
        )

    @word
    async def get(self, run: str) -> RunView | None:
        """Read a run, None if there is none."""
        found = await self.groat.read(reading.find_run, check_id(run))
        return None if found is None else reading.run_view(*found, await self.groat.assets(), [])


def drafts_of(groat: Groat) -> Drafts:
    """Return the drafts of a ledger."""
    return groat.once(_make_drafts)


def _make_drafts(groat: Groat) -> Drafts:
    return Drafts(groat, settings_of(groat.settings), approvals_of(groat.settings))
