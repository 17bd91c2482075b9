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
    ) -> Paged[answers.PlacementMember, answers.MemberPage]:
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

    def get_candidate_dashboard(self, user: str, *, timeout_s: float | None = None) -> answers.DashboardView:
        """``GET /v1/candidates/{user}/dashboard``: Read a candidate's dashboard. A candidate's credits,
        their month, and where they are placed. People read their own, staff and services everybody's.
        Read it again after each event of the person's stream. For whoever is signed in; people get only
        what is theirs.
        """
        return self._call(table.GET_CANDIDATE_DASHBOARD, path={"user": user}, timeout_s=timeout_s)


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
    ) -> AsyncPaged[answers.PlacementMember, answers.MemberPage]:
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
    ) -> answers.DashboardView:
        """``GET /v1/candidates/{user}/dashboard``: Read a candidate's dashboard. A candidate's credits,
        their month, and where they are placed. People read their own, staff and services everybody's.
        Read it again after each event of the person's stream. For whoever is signed in; people get only
        what is theirs.
        """
        return await self._call(table.GET_CANDIDATE_DASHBOARD, path={"user": user}, timeout_s=timeout_s)
