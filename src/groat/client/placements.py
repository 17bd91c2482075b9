"""The operations of the program placements as methods, for servers on which it is turned on.

Made by `make types` from the server's OpenAPI document: do not edit.
"""

from __future__ import annotations

from typing import Literal

from groat.client import answers, table
from groat.client.client import AsyncMoreCalls, MoreCalls
from groat.client.paging import AsyncPaged, Paged


class Placements(MoreCalls):
    """The operations of the program placements."""

    def create_placement(
        self,
        *,
        title: str,
        note: str = "",
        id: str | None = None,
        asset: str | None = None,
        reason: str = "",
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.PlacementView:
        """``POST /v1/placements``: Make a placement. A placement has files of candidates. An app that knows
        it by an id of its own gives that. For admins and services.
        """
        return self._call(
            table.CREATE_PLACEMENT,
            body={"title": title, "note": note, "id": id, "asset": asset, "reason": reason},
            key=key,
            timeout_s=timeout_s,
        )

    def list_placements(
        self,
        *,
        archived: bool | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> Paged[answers.PlacementView, answers.PlacementPage]:
        """``GET /v1/placements``: List placements. Placements, the newest first, each with how many files
        and candidates it has. For admins, support and services.
        """
        return self._list(
            table.LIST_PLACEMENTS,
            query={"archived": archived, "cursor": cursor, "limit": limit},
            timeout_s=timeout_s,
        )

    def get_placement(self, placement: str, *, timeout_s: float | None = None) -> answers.PlacementView:
        """``GET /v1/placements/{placement}``: Read a placement. A placement, with how many files and
        candidates it has. For admins, support and services.
        """
        return self._call(table.GET_PLACEMENT, path={"placement": placement}, timeout_s=timeout_s)

    def change_placement(
        self,
        placement: str,
        *,
        title: str | None = None,
        note: str | None = None,
        archived: bool | None = None,
        version: int | None = None,
        reason: str = "",
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.PlacementView:
        """``PATCH /v1/placements/{placement}``: Change or archive a placement. Its candidates' screens show
        the change. A placement in the archive takes no files, candidates or credits. For admins and
        services.
        """
        return self._call(
            table.CHANGE_PLACEMENT,
            path={"placement": placement},
            body={"title": title, "note": note, "archived": archived, "version": version, "reason": reason},
            key=key,
            timeout_s=timeout_s,
        )

    def list_placement_candidates(
        self,
        placement: str,
        *,
        q: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> Paged[answers.PlacementMember, answers.PlacementMemberPage]:
        """``GET /v1/placements/{placement}/candidates``: List a placement's candidates. Everybody who is
        placed there, by a file or without one, with what they have now. For admins, support and
        services.
        """
        return self._list(
            table.LIST_PLACEMENT_CANDIDATES,
            path={"placement": placement},
            query={"q": q, "cursor": cursor, "limit": limit},
            timeout_s=timeout_s,
        )

    def place_candidate(
        self,
        placement: str,
        user: str,
        *,
        email: str = "",
        name: str = "",
        reason: str = "",
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.CandidateView:
        """``PUT /v1/placements/{placement}/candidates/{user}``: Place a candidate. Places somebody without
        a file. Their screens show the placement at once. For admins and services.
        """
        return self._call(
            table.PLACE_CANDIDATE,
            path={"placement": placement, "user": user},
            body={"email": email, "name": name, "reason": reason},
            key=key,
            timeout_s=timeout_s,
        )

    def list_candidates(
        self,
        *,
        q: str | None = None,
        which: Literal["placed", "regular", "legacy"] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> Paged[answers.CandidateView, answers.CandidatePage]:
        """``GET /v1/candidates``: List candidates. All candidates in order of their ids, with what they
        have now. For admins, support and services.
        """
        return self._list(
            table.LIST_CANDIDATES,
            query={"q": q, "which": which, "cursor": cursor, "limit": limit},
            timeout_s=timeout_s,
        )

    def get_candidate(self, user: str, *, timeout_s: float | None = None) -> answers.CandidateView:
        """``GET /v1/candidates/{user}``: Read a candidate. A candidate, with what they have now. For
        admins, support and services.
        """
        return self._call(table.GET_CANDIDATE, path={"user": user}, timeout_s=timeout_s)

    def keep_candidate(
        self,
        user: str,
        *,
        email: str = "",
        name: str = "",
        origin: Literal["legacy", "regular"] = "regular",
        reason: str = "",
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.CandidateView:
        """``PUT /v1/candidates/{user}``: Keep a candidate's record. Tells groat of somebody without a
        placement: a regular candidate, or one of an older app. Files that name their id or their e-mail
        address reach them. For admins and services.
        """
        return self._call(
            table.KEEP_CANDIDATE,
            path={"user": user},
            body={"email": email, "name": name, "origin": origin, "reason": reason},
            key=key,
            timeout_s=timeout_s,
        )

    def get_candidate_dashboard(
        self, user: str, *, timeout_s: float | None = None
    ) -> answers.CandidateDashboard:
        """``GET /v1/candidates/{user}/dashboard``: Read a candidate's dashboard. A candidate's credits,
        their month, and where they are placed. People read their own, staff and services everybody's.
        Read it again after each event of the person's stream. For whoever is signed in; people get only
        what is theirs.
        """
        return self._call(table.GET_CANDIDATE_DASHBOARD, path={"user": user}, timeout_s=timeout_s)

    def attach_placement_file(
        self, placement: str, *, draft: str, key: str | None = None, timeout_s: float | None = None
    ) -> answers.PlacementFileView:
        """``POST /v1/placements/{placement}/files``: Attach an uploaded file. Uploading takes two calls:
        `POST /v1/runs/drafts` reads the file and checks its rows, and this one says to which placement
        it belongs. Until the file is processed, its draft can be corrected: columns, formats, chosen
        rows. For admins and services.
        """
        return self._call(
            table.ATTACH_PLACEMENT_FILE,
            path={"placement": placement},
            body={"draft": draft},
            key=key,
            timeout_s=timeout_s,
        )

    def list_placement_files(
        self,
        placement: str,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> Paged[answers.PlacementFileView, answers.PlacementFilePage]:
        """``GET /v1/placements/{placement}/files``: List a placement's files. The files of a placement, the
        newest first, with what stands in them and whom they placed. For admins, support and services.
        """
        return self._list(
            table.LIST_PLACEMENT_FILES,
            path={"placement": placement},
            query={"cursor": cursor, "limit": limit},
            timeout_s=timeout_s,
        )

    def list_file_candidates(
        self,
        placement: str,
        file: str,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> Paged[answers.FileCandidate, answers.FileCandidatePage]:
        """``GET /v1/placements/{placement}/files/{file}/candidates``: List a file's candidates. Candidates
        whom the file placed, in the order of its lines. There are none before it is processed. For
        admins, support and services.
        """
        return self._list(
            table.LIST_FILE_CANDIDATES,
            path={"placement": placement, "file": file},
            query={"cursor": cursor, "limit": limit},
            timeout_s=timeout_s,
        )

    def list_placement_acts(
        self,
        placement: str,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> Paged[answers.PlacementActView, answers.PlacementActPage]:
        """``GET /v1/placements/{placement}/acts``: List what gave credits. The acts that gave credits in a
        placement, the newest first, each with its run: there are its progress, the receipts of its
        people, and its undoing. For admins, support and services.
        """
        return self._list(
            table.LIST_PLACEMENT_ACTS,
            path={"placement": placement},
            query={"cursor": cursor, "limit": limit},
            timeout_s=timeout_s,
        )

    def process_placement_file(
        self,
        placement: str,
        file: str,
        *,
        reason: str = "",
        leave_out: bool = False,
        dry_run: bool = False,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.CreditsGiven:
        """``POST /v1/placements/{placement}/files/{file}/process``: Process a file. Turns the rows into
        candidates, those who are not known yet too, and gives each what their row says: in one run,
        which waits for another person where it is large. People are found by id, then by e-mail address.
        For admins and services.
        """
        return self._call(
            table.PROCESS_PLACEMENT_FILE,
            path={"placement": placement, "file": file},
            body={"reason": reason, "leave_out": leave_out, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def update_file_credits(
        self,
        placement: str,
        file: str,
        *,
        credits: str,
        mode: Literal["add", "set"] = "add",
        reason: str = "",
        leave_out: bool = False,
        dry_run: bool = False,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.CreditsGiven:
        """``POST /v1/placements/{placement}/files/{file}/credits``: Give credits to a file's candidates.
        Everybody whom the file names gets `credits`, or has them afterwards (`set`), in one run. Before
        the file is processed its rows say whom it means: regular and legacy candidates are found by id,
        then by e-mail address. For admins and services.
        """
        return self._call(
            table.UPDATE_FILE_CREDITS,
            path={"placement": placement, "file": file},
            body={
                "credits": credits,
                "mode": mode,
                "reason": reason,
                "leave_out": leave_out,
                "dry_run": dry_run,
            },
            key=key,
            timeout_s=timeout_s,
        )

    def assign_bulk_file_credits(
        self,
        placement: str,
        *,
        credits: str,
        mode: Literal["add", "set"] = "add",
        reason: str = "",
        leave_out: bool = False,
        dry_run: bool = False,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.CreditsGiven:
        """``POST /v1/placements/{placement}/files/credits``: Give credits to the candidates of all files.
        As `updateFileCredits`, for all files of the placement together: who stands in several gets it
        once. For admins and services.
        """
        return self._call(
            table.ASSIGN_BULK_FILE_CREDITS,
            path={"placement": placement},
            body={
                "credits": credits,
                "mode": mode,
                "reason": reason,
                "leave_out": leave_out,
                "dry_run": dry_run,
            },
            key=key,
            timeout_s=timeout_s,
        )

    def assign_placement_credits(
        self,
        placement: str,
        *,
        credits: str,
        mode: Literal["add", "set"] = "add",
        reason: str = "",
        leave_out: bool = False,
        dry_run: bool = False,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.CreditsGiven:
        """``POST /v1/placements/{placement}/credits``: Give credits to everybody of a placement. As
        `assignBulkFileCredits`, and also for those who were placed without a file. For admins and
        services.
        """
        return self._call(
            table.ASSIGN_PLACEMENT_CREDITS,
            path={"placement": placement},
            body={
                "credits": credits,
                "mode": mode,
                "reason": reason,
                "leave_out": leave_out,
                "dry_run": dry_run,
            },
            key=key,
            timeout_s=timeout_s,
        )


class AsyncPlacements(AsyncMoreCalls):
    """The operations of the program placements."""

    async def create_placement(
        self,
        *,
        title: str,
        note: str = "",
        id: str | None = None,
        asset: str | None = None,
        reason: str = "",
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.PlacementView:
        """``POST /v1/placements``: Make a placement. A placement has files of candidates. An app that knows
        it by an id of its own gives that. For admins and services.
        """
        return await self._call(
            table.CREATE_PLACEMENT,
            body={"title": title, "note": note, "id": id, "asset": asset, "reason": reason},
            key=key,
            timeout_s=timeout_s,
        )

    def list_placements(
        self,
        *,
        archived: bool | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> AsyncPaged[answers.PlacementView, answers.PlacementPage]:
        """``GET /v1/placements``: List placements. Placements, the newest first, each with how many files
        and candidates it has. For admins, support and services.
        """
        return self._list(
            table.LIST_PLACEMENTS,
            query={"archived": archived, "cursor": cursor, "limit": limit},
            timeout_s=timeout_s,
        )

    async def get_placement(self, placement: str, *, timeout_s: float | None = None) -> answers.PlacementView:
        """``GET /v1/placements/{placement}``: Read a placement. A placement, with how many files and
        candidates it has. For admins, support and services.
        """
        return await self._call(table.GET_PLACEMENT, path={"placement": placement}, timeout_s=timeout_s)

    async def change_placement(
        self,
        placement: str,
        *,
        title: str | None = None,
        note: str | None = None,
        archived: bool | None = None,
        version: int | None = None,
        reason: str = "",
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.PlacementView:
        """``PATCH /v1/placements/{placement}``: Change or archive a placement. Its candidates' screens show
        the change. A placement in the archive takes no files, candidates or credits. For admins and
        services.
        """
        return await self._call(
            table.CHANGE_PLACEMENT,
            path={"placement": placement},
            body={"title": title, "note": note, "archived": archived, "version": version, "reason": reason},
            key=key,
            timeout_s=timeout_s,
        )

    def list_placement_candidates(
        self,
        placement: str,
        *,
        q: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> AsyncPaged[answers.PlacementMember, answers.PlacementMemberPage]:
        """``GET /v1/placements/{placement}/candidates``: List a placement's candidates. Everybody who is
        placed there, by a file or without one, with what they have now. For admins, support and
        services.
        """
        return self._list(
            table.LIST_PLACEMENT_CANDIDATES,
            path={"placement": placement},
            query={"q": q, "cursor": cursor, "limit": limit},
            timeout_s=timeout_s,
        )

    async def place_candidate(
        self,
        placement: str,
        user: str,
        *,
        email: str = "",
        name: str = "",
        reason: str = "",
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.CandidateView:
        """``PUT /v1/placements/{placement}/candidates/{user}``: Place a candidate. Places somebody without
        a file. Their screens show the placement at once. For admins and services.
        """
        return await self._call(
            table.PLACE_CANDIDATE,
            path={"placement": placement, "user": user},
            body={"email": email, "name": name, "reason": reason},
            key=key,
            timeout_s=timeout_s,
        )

    def list_candidates(
        self,
        *,
        q: str | None = None,
        which: Literal["placed", "regular", "legacy"] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> AsyncPaged[answers.CandidateView, answers.CandidatePage]:
        """``GET /v1/candidates``: List candidates. All candidates in order of their ids, with what they
        have now. For admins, support and services.
        """
        return self._list(
            table.LIST_CANDIDATES,
            query={"q": q, "which": which, "cursor": cursor, "limit": limit},
            timeout_s=timeout_s,
        )

    async def get_candidate(self, user: str, *, timeout_s: float | None = None) -> answers.CandidateView:
        """``GET /v1/candidates/{user}``: Read a candidate. A candidate, with what they have now. For
        admins, support and services.
        """
        return await self._call(table.GET_CANDIDATE, path={"user": user}, timeout_s=timeout_s)

    async def keep_candidate(
        self,
        user: str,
        *,
        email: str = "",
        name: str = "",
        origin: Literal["legacy", "regular"] = "regular",
        reason: str = "",
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.CandidateView:
        """``PUT /v1/candidates/{user}``: Keep a candidate's record. Tells groat of somebody without a
        placement: a regular candidate, or one of an older app. Files that name their id or their e-mail
        address reach them. For admins and services.
        """
        return await self._call(
            table.KEEP_CANDIDATE,
            path={"user": user},
            body={"email": email, "name": name, "origin": origin, "reason": reason},
            key=key,
            timeout_s=timeout_s,
        )

    async def get_candidate_dashboard(
        self, user: str, *, timeout_s: float | None = None
    ) -> answers.CandidateDashboard:
        """``GET /v1/candidates/{user}/dashboard``: Read a candidate's dashboard. A candidate's credits,
        their month, and where they are placed. People read their own, staff and services everybody's.
        Read it again after each event of the person's stream. For whoever is signed in; people get only
        what is theirs.
        """
        return await self._call(table.GET_CANDIDATE_DASHBOARD, path={"user": user}, timeout_s=timeout_s)

    async def attach_placement_file(
        self, placement: str, *, draft: str, key: str | None = None, timeout_s: float | None = None
    ) -> answers.PlacementFileView:
        """``POST /v1/placements/{placement}/files``: Attach an uploaded file. Uploading takes two calls:
        `POST /v1/runs/drafts` reads the file and checks its rows, and this one says to which placement
        it belongs. Until the file is processed, its draft can be corrected: columns, formats, chosen
        rows. For admins and services.
        """
        return await self._call(
            table.ATTACH_PLACEMENT_FILE,
            path={"placement": placement},
            body={"draft": draft},
            key=key,
            timeout_s=timeout_s,
        )

    def list_placement_files(
        self,
        placement: str,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> AsyncPaged[answers.PlacementFileView, answers.PlacementFilePage]:
        """``GET /v1/placements/{placement}/files``: List a placement's files. The files of a placement, the
        newest first, with what stands in them and whom they placed. For admins, support and services.
        """
        return self._list(
            table.LIST_PLACEMENT_FILES,
            path={"placement": placement},
            query={"cursor": cursor, "limit": limit},
            timeout_s=timeout_s,
        )

    def list_file_candidates(
        self,
        placement: str,
        file: str,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> AsyncPaged[answers.FileCandidate, answers.FileCandidatePage]:
        """``GET /v1/placements/{placement}/files/{file}/candidates``: List a file's candidates. Candidates
        whom the file placed, in the order of its lines. There are none before it is processed. For
        admins, support and services.
        """
        return self._list(
            table.LIST_FILE_CANDIDATES,
            path={"placement": placement, "file": file},
            query={"cursor": cursor, "limit": limit},
            timeout_s=timeout_s,
        )

    def list_placement_acts(
        self,
        placement: str,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> AsyncPaged[answers.PlacementActView, answers.PlacementActPage]:
        """``GET /v1/placements/{placement}/acts``: List what gave credits. The acts that gave credits in a
        placement, the newest first, each with its run: there are its progress, the receipts of its
        people, and its undoing. For admins, support and services.
        """
        return self._list(
            table.LIST_PLACEMENT_ACTS,
            path={"placement": placement},
            query={"cursor": cursor, "limit": limit},
            timeout_s=timeout_s,
        )

    async def process_placement_file(
        self,
        placement: str,
        file: str,
        *,
        reason: str = "",
        leave_out: bool = False,
        dry_run: bool = False,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.CreditsGiven:
        """``POST /v1/placements/{placement}/files/{file}/process``: Process a file. Turns the rows into
        candidates, those who are not known yet too, and gives each what their row says: in one run,
        which waits for another person where it is large. People are found by id, then by e-mail address.
        For admins and services.
        """
        return await self._call(
            table.PROCESS_PLACEMENT_FILE,
            path={"placement": placement, "file": file},
            body={"reason": reason, "leave_out": leave_out, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def update_file_credits(
        self,
        placement: str,
        file: str,
        *,
        credits: str,
        mode: Literal["add", "set"] = "add",
        reason: str = "",
        leave_out: bool = False,
        dry_run: bool = False,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.CreditsGiven:
        """``POST /v1/placements/{placement}/files/{file}/credits``: Give credits to a file's candidates.
        Everybody whom the file names gets `credits`, or has them afterwards (`set`), in one run. Before
        the file is processed its rows say whom it means: regular and legacy candidates are found by id,
        then by e-mail address. For admins and services.
        """
        return await self._call(
            table.UPDATE_FILE_CREDITS,
            path={"placement": placement, "file": file},
            body={
                "credits": credits,
                "mode": mode,
                "reason": reason,
                "leave_out": leave_out,
                "dry_run": dry_run,
            },
            key=key,
            timeout_s=timeout_s,
        )

    async def assign_bulk_file_credits(
        self,
        placement: str,
        *,
        credits: str,
        mode: Literal["add", "set"] = "add",
        reason: str = "",
        leave_out: bool = False,
        dry_run: bool = False,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.CreditsGiven:
        """``POST /v1/placements/{placement}/files/credits``: Give credits to the candidates of all files.
        As `updateFileCredits`, for all files of the placement together: who stands in several gets it
        once. For admins and services.
        """
        return await self._call(
            table.ASSIGN_BULK_FILE_CREDITS,
            path={"placement": placement},
            body={
                "credits": credits,
                "mode": mode,
                "reason": reason,
                "leave_out": leave_out,
                "dry_run": dry_run,
            },
            key=key,
            timeout_s=timeout_s,
        )

    async def assign_placement_credits(
        self,
        placement: str,
        *,
        credits: str,
        mode: Literal["add", "set"] = "add",
        reason: str = "",
        leave_out: bool = False,
        dry_run: bool = False,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.CreditsGiven:
        """``POST /v1/placements/{placement}/credits``: Give credits to everybody of a placement. As
        `assignBulkFileCredits`, and also for those who were placed without a file. For admins and
        services.
        """
        return await self._call(
            table.ASSIGN_PLACEMENT_CREDITS,
            path={"placement": placement},
            body={
                "credits": credits,
                "mode": mode,
                "reason": reason,
                "leave_out": leave_out,
                "dry_run": dry_run,
            },
            key=key,
            timeout_s=timeout_s,
        )
