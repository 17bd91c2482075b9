"""The workflow of one process: it files requests, takes transitions, looks requests up, and takes what is due."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from copy import copy
from functools import partial
from typing import Any, Literal

import msgspec
import structlog

from groat.engine.gather import Gather
from groat.engine.groat import Groat
from groat.identity.flows import aliases
from groat.ledger.amounts import AMOUNT_MAX, Asset
from groat.ledger.errors import CommandFailed, GroatError, Refusal
from groat.ledger.text import check_id, format_time
from groat.programs.notifications.notices import is_person
from groat.programs.workflow import auditing, reading
from groat.programs.workflow.codes import RequestError
from groat.programs.workflow.commands import Take
from groat.programs.workflow.kinds import Kind, check_kinds
from groat.programs.workflow.reading import LATEST, STEPS_MAX, DueRequest, Page
from groat.programs.workflow.rows import RequestRow
from groat.programs.workflow.states import FILE, SYSTEM, Transition
from groat.programs.workflow.steps import Nothing
from groat.programs.workflow.views import LookView, RequestView, request_view, step_view
from groat.settings import SettingsError
from groat.store.batch import Done
from groat.store.reading import FIRST_ID, LAST_ID
from groat.store.verify import Audit

POLL_S = 0.5
DUE_MAX = 500
HOUR_US = 3_600_000_000
REFUSED_MAX = 10_000
PRESENCE_US = 15_000_000
CLOCK = "system:workflow"
NOTHING = Nothing()
SORTS = ("newest", "oldest", "largest")

_AMOUNT = re.compile(r"\d{1,19}(\.\d{1,18})?", re.ASCII)

log = structlog.get_logger("groat.workflow")


class Workflow:
    """The requests of some kinds in a ledger. Between :meth:`start` and :meth:`stop` it takes what is due, too.

    ``thresholds`` are decimal amounts by kind and asset; they replace those of the kinds, and assets that are not named
    keep theirs. ``open_max`` is the number of open requests up to which a person may file, 0 for any number; staff may
    file more. Raises SettingsError ``setting_invalid`` for thresholds of a kind that is not here, or that are no
    amounts; ValueError for kinds that do not fit together.
    """

    def __init__(
        self,
        groat: Groat,
        kinds: Iterable[Kind[Any]],
        thresholds: Mapping[str, dict[str, str]] | None = None,
        open_max: int = 0,
    ) -> None:
        self.kinds = {kind.name: kind for kind in kinds}
        check_kinds(self.kinds)
        for name, amounts in (thresholds or {}).items():
            # A mistake here would take away a second approver without anybody noticing.
            wrong = [text for text in amounts.values() if not _AMOUNT.fullmatch(text)]
            if wrong or name not in self.kinds:
                detail = f"thresholds.{name}: " + (
                    f"{wrong[0]!r} is no amount" if wrong else "no program here declares this kind of request"
                )
                raise SettingsError("setting_invalid", detail, setting="thresholds")
            self.kinds[name] = kind = copy(self.kinds[name])
            kind.thresholds = {**kind.thresholds, **amounts}
        for name, kind in self.kinds.items():
            read_terms = kind.read_terms
            if read_terms is not None:
                self.kinds[name] = kind = copy(kind)
                kind.terms = read_terms(groat.settings)
        groat.audits[auditing.CHECK] = Audit(
            auditing.CHECK, auditing.PROMISE, partial(auditing.audit, self.kinds)
        )
        self.groat = groat
        self._open_max = open_max
        self._assets: dict[str, Asset] = {}
        self._refused: dict[str, None] = {}
        self._wake = asyncio.Event()
        self._stored = Gather(self._find_stored)
        self._task: asyncio.Task[None] | None = None

    # Writing

    async def file(
        self,
        kind: str,
        data: msgspec.Struct | Mapping[str, Any],
        *,
        user: str = "",
        owner: str = "",
        key: str,
        by: str = "",
        roles: Iterable[str] = (),
    ) -> RequestView | Refusal:
        """File a request for a user (id), or for another ``owner`` (a stream, ``house:promo``).

        ``by`` is the principal who files it, the owner unless given. The same key and data again bring the first answer
        again. Raises RequestError, InvalidInput, and what ``execute`` raises.
        """
        owner = owner or f"user:{user}"
        check_owner(self.kinds[kind], owner)
        return await self._take(kind, FILE, "", data, owner, key, by or owner, roles)

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
        version: int | None = None,
        aliases: Iterable[str] = (),
    ) -> RequestView | Refusal:
        """Take a transition of a request as the principal ``by``, who has these ``roles``.

        With a ``version`` it is taken only while the request is at that version, and else refused (``wrong_state``).
        ``aliases`` are other principals of the same person (:meth:`aliases_of`), so that nobody counts as two.
        """
        return await self._take(kind, transition, check_id(id), given, "", key, by, roles, version, aliases)

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
        version: int | None = None,
        aliases: Iterable[str] = (),
    ) -> RequestView | Refusal:
        declared = self.kinds[kind]
        type_ = declared.form if transition == FILE else declared.transitions[transition].input
        if not isinstance(given, type_):
            try:
                given = msgspec.convert(given, type_)
            except msgspec.ValidationError as error:
                raise RequestError("invalid_data", str(error)) from None
        parent, named = await self._links(declared, declared.transitions[transition], id, given)
        command = Take(
            principal=by,
            key=key,
            declared=declared,
            transition=transition,
            request=id,
            owner=owner,
            input=given,
            parent=parent,
            named=named,
            kinds=self.kinds,
            # One text is one role, not its letters.
            roles=frozenset((roles,) if isinstance(roles, str) else roles or ()),
            version=version,
            open_max=self._open_max,
            aliases=frozenset(aliases),
        )
        verdict = await self.groat.execute(command)
        return verdict if isinstance(verdict, Refusal) else self._answer(verdict)

    async def _links(
        self, kind: Kind[Any], transition: Transition, id: str, given: msgspec.Struct
    ) -> tuple[str | None, dict[str, str]]:
        """Return the parent's id, and the ids of the requests that the transition reads, by field."""
        # They are locked together, so that all batches lock requests in one order. None of them ever changes.
        parent: str | None = None
        data: Any = given if transition.name == FILE else None
        if id and (
            kind.parent or any(each.field in kind.data.__struct_fields__ for each in transition.named)
        ):
            stored = await self.find_stored(id)
            if stored is not None and stored.kind == kind.name:
                parent, data = stored.parent, stored.read(kind) if transition.named else None
        elif kind.parent and not id:
            parent = getattr(given, kind.parent.field) or None
        named = {
            each.field: getattr(given if hasattr(given, each.field) else data, each.field, "")
            for each in transition.named
        }
        return parent and check_id(parent), {field: check_id(id) for field, id in named.items() if id}

    async def find_stored(self, id: str) -> RequestRow | None:
        """Find a request as it is stored; many who ask at once share a read."""
        return await self._stored.ask(id)

    async def _find_stored(self, ids: Sequence[str]) -> dict[str, RequestRow | None]:
        return await self.groat.read(reading.find_many, ids)

    def _answer(self, done: Done) -> RequestView:
        view: RequestView = msgspec.convert(done.extra, RequestView)
        made = done.view()
        view.transaction, view.balances, view.positions = made.id or "", made.balances, made.positions
        view.replayed = done.replayed
        if done.is_dry:
            view.dry_run = True
        if len(done.transactions) > 1:
            # The commit holds what the step filed, too. Where several moved an account, the last one tells.
            all_ = done.bulk_view().transactions
            view.balances = list({(b.account, b.asset): b for each in all_ for b in each.balances}.values())
            view.positions = {stream: at for each in all_ for stream, at in each.positions.items()}
        # The clock finds later requests in time without a wake-up. Times of one format compare as texts.
        if view.due_at is not None and view.due_at <= view.changed_at:
            self._wake.set()
        return view

    def dry_run(self) -> Workflow:
        """Return the workflow as a dry run: it says what it would do, and does nothing."""
        made = copy(self)
        made.groat = self.groat.dry_run  # type: ignore[assignment]
        return made

    # Reading

    async def aliases_of(self, by: str, kind: str, transition: str) -> list[str]:
        """Find the other principals of whoever takes a transition that decides: the directory knows their addresses."""
        taken = self.kinds[kind].transitions[transition]
        if not (taken.decides or taken.confirms) or not is_person(by):
            return []
        return await self.groat.read(aliases, by, by.removeprefix("user:"))

    async def find(
        self, kind: str, id: str, *, before: int = LATEST, limit: int = STEPS_MAX
    ) -> RequestView | None:
        """A request with its history, the oldest step first; None where this kind has none of the id.

        Of the history at most the ``limit`` newest steps below the version ``before``, and whether there are more.
        """
        found = await self.groat.read(reading.find_whole, check_id(id), before, limit + 1)
        if found is None or found[0].kind != kind:
            return None
        row, steps = found
        view = await self.view(row)
        view.history = [step_view(step) for step in reversed(steps[:limit])]
        view.history_more = len(steps) > limit
        return view

    async def view(self, row: RequestRow, whole: bool = False) -> RequestView:
        """A stored request as it is shown, or ``whole``, with the fields that are the server's own."""
        for asset in row.assets():
            if asset not in self._assets:
                self._assets[asset] = await self.groat.asset(asset)
        return request_view(row, self._assets, whole)

    async def page(
        self,
        *,
        sort: Literal["newest", "oldest"] = "newest",
        user: str = "",
        owner: str = "",
        kind: str = "",
        state: str = "",
        parent: str = "",
        after: str = "",
        limit: int = 50,
    ) -> Page:
        """Requests, ``sort`` newest or oldest first, behind the id ``after``: everybody's, or those of a user or of
        another ``owner``; ``parent`` is the request that they belong to.
        """
        after = after or {"newest": LAST_ID, "oldest": FIRST_ID}[sort]
        owner = owner or (user and f"user:{user}")
        if parent:
            return await self.groat.read(
                reading.page_children, sort, check_id(parent), owner, kind, state, after, limit
            )
        if owner:
            return await self.groat.read(reading.page_of, sort, owner, kind, state, after, limit)
        return await self.groat.read(reading.page, sort, kind, state, after, limit)

    async def whole(self, id: str) -> RequestView | None:
        """A request with the fields that are the server's own, None where there is none: for jobs."""
        row = await self.groat.read(reading.find, id)
        return None if row is None else await self.view(row, whole=True)

    async def in_state(self, kind: str, state: str, after: str = "", limit: int = 100) -> list[RequestView]:
        """A kind's requests in a state, whole, the oldest first, behind the id ``after``: for jobs."""
        rows = await self.groat.read(reading.in_state, kind, state, after or FIRST_ID, limit)
        return [await self.view(row, whole=True) for row in rows]

    async def waiting(
        self,
        *,
        sort: str = "newest",
        user: str = "",
        owner: str = "",
        kind: str = "",
        state: str = "",
        after: tuple[str, int] | None = None,
        limit: int = 50,
    ) -> Page:
        """Requests that wait for a decision, ``sort`` newest, oldest or largest (by smallest units) first."""
        owner = owner or (user and f"user:{user}")
        begin = {"newest": (LAST_ID, 0), "oldest": (FIRST_ID, 0), "largest": (LAST_ID, AMOUNT_MAX)}
        return await self.groat.read(
            reading.page_waiting, sort, owner, kind, state, after or begin[sort], limit
        )

    async def counts(self) -> dict[str, int]:
        """Count the requests of each kind that wait for a decision."""
        return await self.groat.read(reading.count_waiting)

    async def mark_present(self, id: str, viewer: str) -> list[LookView]:
        """Note that somebody views a request for the next 15 s. Returns its viewers at present."""
        found = await self.groat.write(reading.mark_present, check_id(id), viewer, PRESENCE_US)
        return presence_views(found.get(id, []))

    async def presence(self) -> dict[str, list[LookView]]:
        """List the present viewers of each request."""
        found = await self.groat.read(reading.presence)
        return {request: presence_views(viewers) for request, viewers in found.items()}

    # Due requests

    def start(self) -> None:
        """Begin to take the transitions of requests whose time has come."""
        self._task = asyncio.create_task(self._run(), name="groat-workflow")

    async def stop(self) -> None:
        """Take nothing more that is due; the next start, or another node, goes on."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            try:
                if await self.groat.time_moves():
                    await self.take_due()
            except GroatError as error:
                log.warning("due_requests_wait", code=error.code, detail=error.detail)
            except Exception:
                log.exception("due_requests_broke")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), POLL_S)
            self._wake.clear()

    async def take_due(self) -> int:
        """Take what is due now; returns how many requests were, without those that were refused within the hour.

        Several nodes may do so at once: for one version of a request, only one of them has an effect.
        """
        taken, after = 0, (0, "")
        while True:
            found = await self.groat.read(reading.due, list(self.kinds), after, DUE_MAX)
            # A refused transition would be refused again, and must not keep others from their turn.
            wanted = [due for due in found if _due_key(due) not in self._refused]
            results = await asyncio.gather(*(self._settle(due) for due in wanted), return_exceptions=True)
            for failed in (result for result in results if result is not None):
                if isinstance(failed, GroatError):
                    log.warning("due_request_waits", code=failed.code, detail=failed.detail)
                elif isinstance(failed, Exception):
                    # A kind's fault must not keep the requests behind this one from their turn.
                    log.error("due_request_broke", exc_info=failed)
                else:
                    raise failed
            taken += len(wanted)
            if len(found) < DUE_MAX:
                return taken
            after = (found[-1].due_at, found[-1].id)

    async def _settle(self, due: DueRequest) -> None:
        kind, key = self.kinds[due.kind], _due_key(due)
        state = kind.states.get(due.state)
        if state is None or not state.on_due:
            self._put_off(due, "unknown_state", f"There is nothing to do in the state {due.state}.")
            return
        transition = kind.transitions[state.on_due]
        try:
            refused = await self._take_due(due, transition.name, key)
            if refused is not None and transition.on_refused and refused.code != "wrong_state":
                refused = await self._take_due(due, transition.on_refused, f"{key}/{transition.on_refused}")
        except CommandFailed as error:
            self._put_off(due, error.code, error.detail)
            return
        if refused is not None and refused.code != "wrong_state":
            self._put_off(due, refused.code, refused.detail)

    def _put_off(self, due: DueRequest, code: str, detail: str) -> None:
        log.error("due_request_refused", kind=due.kind, request=due.id, code=code, detail=detail)
        while len(self._refused) >= REFUSED_MAX:
            del self._refused[next(iter(self._refused))]
        self._refused[_due_key(due)] = None

    async def _take_due(self, due: DueRequest, transition: str, key: str) -> Refusal | None:
        answer = await self.take(
            due.kind, due.id, transition, by=CLOCK, key=key, roles=[SYSTEM], version=due.version
        )
        return answer if isinstance(answer, Refusal) else None


def check_owner(kind: Kind[Any], owner: str) -> None:
    """Raise RequestError ``owner_not_taken`` unless requests of the kind may be of this stream."""
    if not kind.takes(owner):
        raise RequestError("owner_not_taken", owners=list(kind.owners))


def _due_key(due: DueRequest) -> str:
    """Make the key under which every node takes what is due. A refusal is frozen, so each hour has a key of its own."""
    hours = due.late // HOUR_US
    return f"{due.id}/{due.version}" + (f"/{hours}" if hours else "")


def presence_views(viewers: list[tuple[str, int]]) -> list[LookView]:
    """Translate the viewers of a request into views."""
    return [LookView(viewer, format_time(until)) for viewer, until in viewers]
