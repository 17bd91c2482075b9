"""The words of placements, for apps that have the ledger in their own process."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from groat.engine.budget_words import LOCAL
from groat.engine.ids import new_id
from groat.ledger.commands import Command
from groat.ledger.errors import Refusal, Refused
from groat.ledger.keys import as_key, derive
from groat.programs.placements import giving, reading
from groat.programs.placements.commands import (
    PROCESS,
    AttachFile,
    ChangePlacement,
    CreatePlacement,
    KeepCandidate,
    PlaceCandidates,
    Placing,
)
from groat.programs.placements.giving import BY_FILE, BY_FILES, BY_PLACEMENT, Giver, Wish
from groat.programs.placements.views import CreditsGiven
from groat.programs.runs.views import RunView
from groat.programs.runs.words import DraftRow, Runs
from groat.programs.words import Ledger, Words, word
from groat.store.batch import Done

SERVICE = frozenset({"service"})
Mode = Literal["add", "set"]


class Placements(Words[Ledger]):
    """Placements, their files, and the credits of their candidates. Servers post the runs that the words file.

    ``principal`` calls, with ``roles``. ``credits`` are decimal strings. With ``dry_run`` nothing is given: the result
    is the preview. All words raise InvalidInput, PlacementError, RunError and Refused.
    """

    @word
    async def create(
        self,
        title: str,
        *,
        key: str,
        id: str = "",
        note: str = "",
        asset: str = "CREDIT",
        principal: str = LOCAL,
    ) -> str:
        """Make a placement; returns its id, which is a new one unless it is given."""
        command = CreatePlacement(
            principal=principal,
            key=key,
            placement=id or new_id(),
            named=bool(id),
            title=title,
            note_text=note,
            asset=asset,
        )
        return str((await self._done(command)).extra["placement"])

    @word
    async def archive(self, placement: str, *, key: str, principal: str = LOCAL) -> None:
        """Put a placement into the archive."""
        await self._done(ChangePlacement(principal=principal, key=key, placement=placement, archived=True))

    @word
    async def keep(
        self,
        user: str,
        *,
        key: str,
        email: str = "",
        name: str = "",
        origin: Literal["regular", "legacy"] = "regular",
        principal: str = LOCAL,
    ) -> None:
        """Keep the record of a candidate who needs no placement."""
        person = Placing(user, email, name, origin=origin)
        await self._done(KeepCandidate(principal=principal, key=key, person=person))

    @word
    async def place(
        self, placement: str, user: str, *, key: str, email: str = "", name: str = "", principal: str = LOCAL
    ) -> None:
        """Place somebody without a file."""
        people = (Placing(user, email, name, origin="regular"),)
        await self._done(PlaceCandidates(principal=principal, key=key, placement=placement, people=people))

    @word
    async def attach(
        self, placement: str, name: str, rows: Iterable[DraftRow], *, key: str, principal: str = LOCAL
    ) -> str:
        """Check rows and attach them as a file; returns the file's id. The same key attaches one file."""
        found = await self.groat.read(reading.find_placement, placement)
        asset = "CREDIT" if found is None else found.asset
        draft = await self.groat.program(Runs).draft(
            rows, by=principal, asset=asset, name=name, key=derive(as_key(key), "draft")
        )
        command = AttachFile(
            principal=principal,
            key=key,
            placement=placement,
            name=name,
            digest=draft.origin.digest or "",
            draft=draft.id,
        )
        return str((await self._done(command)).extra["file"])

    @word
    async def process_file(
        self,
        placement: str,
        file: str,
        *,
        key: str,
        reason: str = "",
        leave_out: bool = False,
        dry_run: bool = False,
        principal: str = LOCAL,
        roles: Iterable[str] = SERVICE,
    ) -> CreditsGiven:
        """Make candidates of a file's rows, and give each what their row says."""
        wish = Wish(PROCESS, placement, file, None, "add", reason, leave_out)
        return await self._given(wish, principal, roles, key, dry_run)

    @word
    async def update_file_credits(
        self,
        placement: str,
        file: str,
        credits: str,
        *,
        key: str,
        mode: Mode = "add",
        reason: str = "",
        leave_out: bool = False,
        dry_run: bool = False,
        principal: str = LOCAL,
        roles: Iterable[str] = SERVICE,
    ) -> CreditsGiven:
        """Give everybody whom a file names the same credits, or set what they have."""
        wish = Wish(BY_FILE, placement, file, credits, mode, reason, leave_out)
        return await self._given(wish, principal, roles, key, dry_run)

    @word
    async def assign_bulk_file_credits(
        self,
        placement: str,
        credits: str,
        *,
        key: str,
        mode: Mode = "add",
        reason: str = "",
        leave_out: bool = False,
        dry_run: bool = False,
        principal: str = LOCAL,
        roles: Iterable[str] = SERVICE,
    ) -> CreditsGiven:
        """Give everybody whom any file of a placement names the same credits, or set what they have."""
        wish = Wish(BY_FILES, placement, "", credits, mode, reason, leave_out)
        return await self._given(wish, principal, roles, key, dry_run)

    @word
    async def assign_placement_credits(
        self,
        placement: str,
        credits: str,
        *,
        key: str,
        mode: Mode = "add",
        reason: str = "",
        leave_out: bool = False,
        dry_run: bool = False,
        principal: str = LOCAL,
        roles: Iterable[str] = SERVICE,
    ) -> CreditsGiven:
        """Give everybody of a placement the same credits, or set what they have."""
        wish = Wish(BY_PLACEMENT, placement, "", credits, mode, reason, leave_out)
        return await self._given(wish, principal, roles, key, dry_run)

    @word
    async def emitBulkCreditUpdate(  # noqa: N802 - apps know it by this name.
        self,
        candidate_ids: Iterable[int | str],
        credits: int | str,
        *,
        key: str,
        reason: str = "Admin update",
        asset: str = "CREDIT",
        mode: Mode = "add",
        principal: str = LOCAL,
        roles: Iterable[str] = SERVICE,
    ) -> RunView:
        """Give each of these people the same credits, or set what they have, as one run: all of them or nobody.

        Raises TypeError for ids that are no list.
        """
        if isinstance(candidate_ids, str):
            raise TypeError(
                f"candidate_ids is a list of ids, such as [{candidate_ids!r}], not {candidate_ids!r}"
            )
        return await self.groat.program(Runs).post(
            [DraftRow(user=str(each)) for each in candidate_ids], by=principal, roles=roles, key=as_key(key),
            asset=asset, reason=reason, mode=mode, amount=str(credits),
        )  # fmt: skip

    async def _given(
        self, wish: Wish, principal: str, roles: Iterable[str], key: str, dry_run: bool
    ) -> CreditsGiven:
        giver = Giver(principal, frozenset(roles), as_key(key))
        return await (giving.preview if dry_run else giving.give)(self.groat, wish, giver)

    async def _done(self, command: Command) -> Done:
        verdict = await self.groat.execute(command)
        if isinstance(verdict, Refusal):
            raise Refused(verdict)
        return verdict
