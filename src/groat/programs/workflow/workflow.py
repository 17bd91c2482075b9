"""The workflow of one process: requests filed, taken on, looked up, and what becomes due."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from copy import copy
from typing import Any

import msgspec
import structlog

from groat.engine.gather import Gather
from groat.engine.groat import Groat
from groat.ledger.amounts import Asset
from groat.ledger.errors import GroatError, Refusal
from groat.ledger.text import check_id, format_time
from groat.programs.workflow import reading
from groat.programs.workflow.commands import Take
from groat.programs.workflow.kinds import FILE, SYSTEM, Kind, Nothing, RequestError
from groat.programs.workflow.reading import Due, Page
from groat.programs.workflow.rows import RequestRow
from groat.programs.workflow.views import LookView, RequestView, request_view, step_view
from groat.store.batch import Done
from groat.store.reading import FIRST_ID, LAST_ID

POLL_S = 0.5
DUE_MAX = 500
LOOK_US = 15_000_000
CLOCK = "system:workflow"
MINUTE_US = 60_000_000
LARGEST = 2**63 - 1
NOTHING = Nothing()
SORTS = ("newest", "oldest", "largest")

log = structlog.get_logger("groat.workflow")


class Workflow:
    """The requests of some kinds in a ledger; :meth:`start` and :meth:`stop` run the clock of what becomes due.

    ``thresholds`` replace those of kinds: decimal amounts by kind and asset.
    """

    def __init__(
        self, groat: Groat, kinds: Iterable[Kind[Any]], thresholds: Mapping[str, dict[str, str]] | None = None
    ) -> None:
        self.kinds = {kind.name: kind for kind in kinds}
        for name in self.kinds.keys() & (thresholds or {}).keys():
            self.kinds[name] = kind = copy(self.kinds[name])
            kind.thresholds = (thresholds or {})[name]
        self._groat = groat
        self._assets: dict[str, Asset] = {}
        self._wake = asyncio.Event()
        self._parents = Gather(self._find_parents)
        self._task: asyncio.Task[None] | None = None

    # Writing

    async def file(
        self,
        kind: str,
        data: msgspec.Struct | Mapping[str, Any],
        *,
        user: str,
        key: str,
        by: str = "",
        roles: Iterable[str] = (),
    ) -> RequestView | Refusal:
        """File a request for a user (id); ``by`` is the principal who files it, the user unless given.

        The same key and data again bring the first answer again. Raises RequestError, InvalidInput, and what
        ``execute`` raises.
        """
        return await self._take(kind, FILE, "", data, f"user:{user}", key, by or f"user:{user}", roles)

    async def take(
        self,
        kind: str,
        id: str,
        transition: str,
        given: msgspec.Struct | Mapping[str, Any] = NOTHING,
        *,
        by: str,
        key: str,
        roles: Iterable[str] = (),
    ) -> RequestView | Refusal:
        """Take a transition of a request as the principal ``by``, who has these ``roles``."""
        return await self._take(kind, transition, check_id(id), given, "", key, by, roles)

    async def _take(
        self,
        kind: str,
        transition: str,
        id: str,
        given: msgspec.Struct | Mapping[str, Any],
        owner: str,
        key: str,
        by: str,
        roles: Iterable[str],
    ) -> RequestView | Refusal:
        declared = self.kinds[kind]
        type_ = declared.form if transition == FILE else declared.transitions[transition].input
        if not isinstance(given, type_):
            try:
                given = msgspec.convert(given, type_)
            except msgspec.ValidationError as error:
                raise RequestError("invalid_data", str(error)) from None
        command = Take(
            principal=by,
            key=key,
            declared=declared,
            transition=transition,
            request=id,
            owner=owner,
            input=given,
            parent=await self._parent_of(declared, id, given),
            roles=frozenset(roles),
        )
        verdict = await self._groat.execute(command)
        return verdict if isinstance(verdict, Refusal) else self._answer(verdict)

    async def _parent_of(self, kind: Kind[Any], id: str, given: msgspec.Struct) -> str | None:
        # Parents are locked with their children, so that all batches lock requests in one order; they never change.
        if kind.parent is None:
            return None
        if not id:
            named: str | None = getattr(given, kind.parent[0])
            return check_id(named) if named else None
        return await self._parents.ask(id)

    async def _find_parents(self, ids: Sequence[str]) -> dict[str, str | None]:
        return await self._groat.read(reading.find_parents, ids)

    def _answer(self, done: Done) -> RequestView:
        view: RequestView = msgspec.convert(done.extra, RequestView)
        made = done.view()
        view.transaction, view.balances, view.positions = made.id or "", made.balances, made.positions
        view.replayed = done.replayed
        if view.due_at is not None:
            self._wake.set()
        return view

    # Reading

    async def find(self, kind: str, id: str) -> RequestView | None:
        """A request with its history and who looks at it; None where this kind has none of the id."""
        found = await self._groat.read(reading.find_whole, check_id(id))
        if found is None or found[0].kind != kind:
            return None
        row, steps = found
        view = await self.view(row)
        view.history = [step_view(step) for step in steps]
        return view

    async def view(self, row: RequestRow) -> RequestView:
        """A stored request as it is shown."""
        if row.asset is not None and row.asset not in self._assets:
            self._assets[row.asset] = await self._groat.asset(row.asset)
        return request_view(row, self._assets)

    async def page(
        self, *, user: str = "", kind: str = "", state: str = "", after: str = "", limit: int = 50
    ) -> Page:
        """Requests, the newest first, behind the id ``after``: everybody's, or those of a user."""
        before = after or LAST_ID
        if user:
            return await self._groat.read(reading.page_of, f"user:{user}", kind, state, before, limit)
        return await self._groat.read(reading.page, kind, state, before, limit)

    async def in_state(self, kind: str, state: str, after: str = "", limit: int = 100) -> list[RequestView]:
        """A kind's requests in a state, the oldest first, behind the id ``after``: for jobs that work on them."""
        rows = await self._groat.read(reading.in_state, kind, state, after or FIRST_ID, limit)
        return [await self.view(row) for row in rows]

    async def children(self, parent: str, after: str = "", limit: int = 50) -> Page:
        """The requests that belong to another one, the newest first."""
        return await self._groat.read(reading.page_children, check_id(parent), after or LAST_ID, limit)

    async def waiting(
        self, *, sort: str = "newest", kind: str = "", after: tuple[str, int] | None = None, limit: int = 50
    ) -> Page:
        """Requests that wait for a decision, ``sort`` newest, oldest or largest (by smallest units) first."""
        begin = {"newest": (LAST_ID, 0), "oldest": (FIRST_ID, 0), "largest": (LAST_ID, LARGEST)}
        return await self._groat.read(reading.page_waiting, sort, kind, after or begin[sort], limit)

    async def counts(self) -> dict[str, int]:
        """How many requests of each kind wait for a decision."""
        return await self._groat.read(reading.count_waiting)

    async def look(self, id: str, viewer: str) -> list[LookView]:
        """Say that somebody looks at a request for the next 15 s; who does so at present."""
        found = await self._groat.write(reading.look, check_id(id), viewer, LOOK_US)
        return look_views(found.get(id, []))

    async def looks(self) -> dict[str, list[LookView]]:
        """Who looks at which request at present."""
        found = await self._groat.read(reading.looks)
        return {request: look_views(viewers) for request, viewers in found.items()}

    # What becomes due

    def start(self) -> None:
        """Begin to take the transitions of requests whose time has come."""
        self._task = asyncio.create_task(self._run(), name="groat-workflow")

    async def stop(self) -> None:
        """End the clock; what is due is done after the next start, or by another node."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            try:
                busy = await self.take_due() == DUE_MAX
            except GroatError as error:
                log.warning("due_requests_wait", code=error.code, detail=error.detail)
                busy = False
            if not busy:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), POLL_S)
                self._wake.clear()

    async def take_due(self) -> int:
        """Take what is due now; how many requests were. Several nodes may: the key lets only one have an effect."""
        found = [d for d in await self._groat.read(reading.due, DUE_MAX) if d.kind in self.kinds]
        await asyncio.gather(*(self._settle(each) for each in found))
        return len(found)

    async def _settle(self, due: Due) -> None:
        kind = self.kinds[due.kind]
        transition = kind.states[due.state].then
        refused = await self._take_due(due, transition, f"{due.id}/{due.version}")
        otherwise = kind.transitions[transition].otherwise
        if refused is not None and otherwise and refused.code != "wrong_state":
            refused = await self._take_due(due, otherwise, f"{due.id}/{due.version}/{otherwise}")
        if refused is not None and refused.code != "wrong_state":
            log.error(
                "due_request_refused", kind=due.kind, request=due.id, code=refused.code, detail=refused.detail
            )

    async def _take_due(self, due: Due, transition: str, key: str) -> Refusal | None:
        answer = await self.take(due.kind, due.id, transition, by=CLOCK, key=key, roles=[SYSTEM])
        return answer if isinstance(answer, Refusal) else None


def look_views(viewers: list[tuple[str, int]]) -> list[LookView]:
    """Who looks at a request, for people to read."""
    return [LookView(viewer, format_time(until)) for viewer, until in viewers]
