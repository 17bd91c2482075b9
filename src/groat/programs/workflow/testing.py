"""Tests made from a declaration: every transition as every role, from every state that can be reached.

``await walk(groat, kind)`` files the kind's example, takes each transition by which a state can be reached, and in each
state tries every transition as every caller: what is declared must go through, everything else must be refused and
leave the request and the rows that its step read as they were, and after each step no money may have come or gone. A
step that is taken again under its key must do nothing more, and file nothing else. What a transition declares and
never does (reads, writes, files) fails the walk, too.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from copy import copy
from itertools import count
from typing import Any, NamedTuple

from groat.engine.groat import Groat
from groat.engine.ids import new_id
from groat.ledger.book import Table
from groat.ledger.errors import Refusal
from groat.programs.notifications.notices import is_person
from groat.programs.workflow.codes import RequestError
from groat.programs.workflow.kinds import Kind
from groat.programs.workflow.states import CORRECT, DROP, FILE, OWNER, SERVICE, SYSTEM, Transition
from groat.programs.workflow.steps import Request, Step
from groat.programs.workflow.views import ApprovalView, RequestView
from groat.programs.workflow.workflow import Workflow
from groat.store.flow import Flow, Query

USER = "walker"
DEPTH_MAX = 8
"""A request is walked at most this many steps from its filing."""

Prepare = Callable[[Groat, Workflow], Awaitable[Mapping[str, Any]]]
"""Makes what the kind's example needs (money, a parent); returns the fields of the data that are to be replaced."""

_numbers = count(1)


class Caller(NamedTuple):
    """Somebody to try as: a principal and its roles."""

    principal: str
    roles: frozenset[str]


class Walked(NamedTuple):
    """The result of a walk: the transitions taken, as (state, transition, caller), and the number refused."""

    taken: set[tuple[str, str, str]]
    refused: int


def callers(kind: Kind[Any]) -> list[Caller]:
    """The owner, another person, support, one of each staff role that the kind names, a service, and the system."""
    return [
        Caller(f"user:{USER}", frozenset()),
        Caller("user:stranger", frozenset()),
        Caller("user:support", frozenset({"support"})),
        *(Caller(f"user:a-{role}", frozenset({role})) for role in sorted(kind.named_roles)),
        Caller("service:shop", frozenset({SERVICE})),
        Caller("system:workflow", frozenset({SYSTEM})),
    ]


async def walk(
    groat: Groat,
    kind: Kind[Any],
    prepare: Prepare | None = None,
    inputs: Mapping[str, Callable[[RequestView], Mapping[str, Any]]] | None = None,
    kinds: tuple[Kind[Any], ...] = (),
) -> Walked:
    """Walk a kind; raises AssertionError if it does not do what it declares.

    The requests belong to the kind's first owner; where that is any person, to the user who walks. ``prepare`` is
    called before each filing. ``inputs`` make the input of a transition whose example is not enough. ``kinds`` are all
    others that it names. A declared transition may still be refused by the kind's own codes or the ledger's, but each
    must go through at least once from some state.
    """
    seen: list[tuple[str, Request[Any], Step | Refusal]] = []
    workflow = Workflow(groat, [_watched(kind, seen), *kinds])
    walker = _Walker(groat, workflow, kind, prepare, inputs or {}, seen)
    await walker.try_filings()
    await walker.run()
    missing = (
        {t.name for t in kind.transitions.values()} - {name for _, name, _ in walker.taken} - {FILE, DROP}
    )
    if walker.uncorrected == {"nothing_to_correct"}:
        missing -= {CORRECT}
    assert not missing, f"{kind.name}: never taken: {sorted(missing)}"
    undone = {each for t in kind.transitions.values() for each in _declared(t)} - walker.done
    assert not undone, f"{kind.name}: declared and never done: {sorted(undone)}"
    reached = {state for state, _, _ in walker.taken} | walker.reached
    assert reached >= kind.states.keys(), (
        f"{kind.name}: never reached: {sorted(kind.states.keys() - reached)}"
    )
    return Walked(walker.taken, walker.refused)


def _watched(kind: Kind[Any], seen: list[tuple[str, Request[Any], Step | Refusal]]) -> Kind[Any]:
    """The kind with steps that note what they were shown and what they said."""

    def watch(t: Transition) -> Transition:
        def step(request: Any, given: Any) -> Step | Refusal:
            """Take the step, and note it."""
            said = t.step(request, given)
            seen.append((t.name, request, said))
            return said

        return t._replace(step=step)

    watched = copy(kind)
    watched.transitions = {name: watch(t) for name, t in kind.transitions.items()}
    return watched


def _declared(t: Transition) -> set[tuple[str, str, str]]:
    """List what a transition declares that it reads, writes and files."""
    return {
        *((t.name, "reads", rows.table.name) for rows in t.rows),
        *((t.name, "reads", named.field) for named in t.named),
        *((t.name, "writes", table.name) for table in t.writes),
        *((t.name, "files", kind) for kind in t.files),
    }


def _rows_of(table: Table, ids: Sequence[str]) -> Flow[dict[str, tuple[Any, ...]]]:
    """Read rows as a step does."""
    return {values[0]: tuple(values) for values in (yield Query(table.lock, (sorted(ids),)))}


class _Walker:
    def __init__(
        self,
        groat: Groat,
        workflow: Workflow,
        kind: Kind[Any],
        prepare: Prepare | None,
        inputs: Mapping[str, Callable[[RequestView], Mapping[str, Any]]],
        seen: list[tuple[str, Request[Any], Step | Refusal]],
    ) -> None:
        self._groat = groat
        self._workflow = workflow
        self._kind = kind
        self._prepare = prepare
        self._inputs = inputs
        self._seen = seen
        self._owner = kind.owners[0].replace("*", USER)
        self.done: set[tuple[str, str, str]] = set()
        self.taken: set[tuple[str, str, str]] = set()
        self.reached: set[str] = set()
        self.uncorrected: set[str] = set()
        self.refused = 0

    async def try_filings(self) -> None:
        """File as everybody, for owners that the kind does not take, and for parents that it may not have."""
        filing, name = self._kind.transitions[FILE], self._kind.name
        for caller in callers(self._kind):
            answer = await self._file(await self._data(), caller)
            if self._is_declared(filing, caller, self._owner):
                assert not isinstance(answer, Refusal) or answer.code != "not_allowed", f"{name}: {answer}"
            else:
                assert isinstance(answer, Refusal), (
                    f"{name}: filed as {caller.principal}, which is not declared"
                )
                assert answer.code == "not_allowed", f"{name}: {answer}"
            await self._check_money(f"{name}: filed as {caller.principal}")
        for owner in ("user:somebody", "house:somebody"):
            if not self._kind.takes(owner):
                code = ""
                try:
                    await self._file(await self._data(), self._filer(), owner)
                except RequestError as error:
                    code = error.code
                assert code == "owner_not_taken", (
                    f"{name}: filed for {owner}, whose requests it does not take"
                )
        links = {each.field: "named_not_found" for each in filing.named}
        if self._kind.parent is not None:
            links[self._kind.parent.field] = "parent_not_found"
        for field, code in links.items():
            nowhere = await self._file(await self._data() | {field: new_id()}, self._filer())
            assert isinstance(nowhere, Refusal), f"{name}: filed with a {field} that does not exist"
            # A parent is looked at first.
            assert nowhere.code in (code, "parent_not_found"), f"{name}: {nowhere}"
        await self._try_somebody_elses_parent()

    async def _try_somebody_elses_parent(self) -> None:
        parent, other = self._kind.parent, self._kind.owners[0].replace("*", "stranger")
        data = await self._data()
        if parent is None or not data.get(parent.field) or other == self._owner:
            return
        filing = self._kind.transitions[FILE]
        for caller in callers(self._kind):
            if self._is_declared(filing, caller, other):
                answer = await self._file(data, caller, other)
                refused = isinstance(answer, Refusal) and answer.code == "parent_not_found"
                assert refused is not parent.anybodys, f"{self._kind.name}: for another's parent: {answer}"

    async def run(self) -> None:
        """Go to every state, and try everything there."""
        seen: set[str] = set()
        paths: deque[tuple[tuple[str, Caller], ...]] = deque([()])
        while paths:
            path = paths.popleft()
            request = await self._follow(path)
            if request.state in seen:
                continue
            seen.add(request.state)
            self.reached.add(request.state)
            for transition in self._kind.transitions.values():
                for caller in callers(self._kind):
                    after = await self._try(request, transition, caller)
                    if after is None:
                        continue
                    # The request moved on: the others are tried on a fresh one.
                    request = await self._follow(path)
                    if after.state not in seen and len(path) < DEPTH_MAX:
                        paths.append((*path, (transition.name, caller)))

    async def _follow(self, path: tuple[tuple[str, Caller], ...]) -> RequestView:
        """A new request, brought along the path."""
        filer = self._filer()
        request = await self._file(await self._data(), filer)
        assert isinstance(request, RequestView), f"{self._kind.name}: the example is refused: {request}"
        await self._check_step(self._kind.transitions[FILE], request)
        self.taken.add(("", FILE, filer.principal))
        for name, caller in path:
            moved = await self._take(request, self._kind.transitions[name], caller)
            assert isinstance(moved, RequestView), f"{self._kind.name}.{name}: {moved}"
            request = moved
        return request

    async def _try(self, before: RequestView, transition: Transition, caller: Caller) -> RequestView | None:
        if transition.name == FILE:
            return None
        self._seen.clear()
        answer = await self._take(before, transition, caller)
        where = f"{self._kind.name}: {transition.name} from {before.state} as {caller.principal}"
        await self._check_money(where)
        await self._check_step(transition, answer)
        declared = before.state in transition.sources and self._is_declared(transition, caller, before.owner)
        if isinstance(answer, RequestView):
            assert declared, f"{where} went through, though it is not declared"
            assert answer.state in transition.to or answer.state == before.state, (
                f"{where} led to {answer.state}"
            )
            steps = 2 if transition.confirms else 1
            assert answer.version == before.version + steps, where
            self.taken.add((before.state, transition.name, caller.principal))
            return answer
        self.refused += 1
        after = await self._workflow.find(self._kind.name, before.id)
        assert after is not None, where
        assert (after.state, after.version, after.hold) == (before.state, before.version, before.hold), where
        own = transition.decides and caller.principal in (before.owner, before.filed_by)
        if declared and transition.name == CORRECT:
            self.uncorrected.add(answer.code)
        if declared and not own:
            general = {"request_not_found", "not_allowed", "wrong_state", "already_decided", "own_request"}
            assert answer.code not in general, f"{where}: {answer.code}"
        return None

    def _is_declared(self, transition: Transition, caller: Caller, owner: str) -> bool:
        mine = OWNER in transition.by and caller.principal == owner and is_person(owner)
        return mine or not caller.roles.isdisjoint(set(transition.by) - {OWNER})

    async def _take(
        self, request: RequestView, transition: Transition, caller: Caller
    ) -> RequestView | Refusal:
        make = self._inputs.get(transition.name)
        given = make(request) if make else transition.example or {}
        key = _key()

        async def take() -> RequestView | Refusal:
            """Take it under the one key."""
            return await self._workflow.take(
                self._kind.name,
                request.id,
                transition.name,
                given,
                by=caller.principal,
                key=key,
                roles=caller.roles,
            )

        answer = await self._twice(take)
        proposed = isinstance(answer, RequestView) and isinstance(answer.correction, ApprovalView)
        is_first = transition.approves and isinstance(answer, RequestView) and answer.state == request.state
        if is_first or (proposed and transition.confirms and not caller.principal.endswith("-2")):
            # The first of two approvals, or a proposal; the second comes from somebody else.
            other = Caller(f"{caller.principal}-2", caller.roles)
            return await self._take(request, transition, other)
        return answer

    def _filer(self) -> Caller:
        """Return a caller who may file. If that is staff, it is another person than the one who decides later."""
        filing = self._kind.transitions[FILE]
        filer = next(c for c in callers(self._kind) if self._is_declared(filing, c, self._owner))
        return filer._replace(principal=f"{filer.principal}-filer") if filer.roles else filer

    async def _data(self) -> dict[str, Any]:
        more = await self._prepare(self._groat, self._workflow) if self._prepare else {}
        return {**self._kind.example, **more}

    async def _file(self, data: Mapping[str, Any], caller: Caller, owner: str = "") -> RequestView | Refusal:
        key = _key()

        async def file() -> RequestView | Refusal:
            """File it under the one key."""
            return await self._workflow.file(
                self._kind.name,
                data,
                owner=owner or self._owner,
                key=key,
                by=caller.principal,
                roles=caller.roles,
            )

        self._seen.clear()
        return await self._twice(file)

    async def _twice(self, call: Callable[[], Awaitable[RequestView | Refusal]]) -> RequestView | Refusal:
        """Call twice. The second answer must be the first one, with the same filed requests."""
        first, again = await call(), await call()
        if isinstance(first, Refusal):
            assert isinstance(again, Refusal), f"{first} and then {again}"
            assert again.code == first.code, f"{first} and then {again}"
            return first
        assert isinstance(again, RequestView), f"{first} and then {again}"
        assert again.replayed, f"{self._kind.name}: the same key had an effect again: {again}"
        assert (again.id, again.version, again.transaction, again.filed) == (
            first.id, first.version, first.transaction, first.filed,
        )  # fmt: skip
        if isinstance(first.changed_parent, RequestView):
            assert first.changed_parent.owner == first.owner, f"{self._kind.name}: it shows another's parent"
        return first

    async def _check_step(self, transition: Transition, answer: RequestView | Refusal) -> None:
        """Check that the last step wrote and filed what it returned, and that a refused one changed nothing."""
        taken = [(request, said) for name, request, said in self._seen if name == transition.name]
        if not taken:
            return
        request, said = taken[-1]
        kept = isinstance(answer, RequestView) and answer.version > request.version
        rows = dict(request.rows)
        if isinstance(said, Step) and kept and not _waits(answer):
            for write in said.writes:
                rows[write.table, write.id] = write.values
            filed = answer.filed if isinstance(answer, RequestView) and answer.filed else []
            assert [each.kind for each in filed] == [file.kind for file in said.files], f"{answer}"
            for each in filed:
                assert await self._workflow.find(each.kind, each.id) is not None, f"{each} was not filed"
            self.done |= {(transition.name, "reads", table.name) for table, _ in request.rows}
            self.done |= {(transition.name, "reads", field) for field in request.named}
            self.done |= {(transition.name, "writes", write.table.name) for write in said.writes}
            self.done |= {(transition.name, "files", file.kind) for file in said.files}
        for table, id in rows:
            found = await self._groat.write(_rows_of, table, [id])
            assert found.get(id) == rows[table, id], f"{self._kind.name}.{transition.name}: {table.name} {id}"

    async def _check_money(self, where: str) -> None:
        totals: dict[str, int] = {}
        report = await self._groat.verify()
        assert report.ok, f"{where}: {report.problems}"
        for account in await self._groat.accounts(limit=500):
            for balance in account.balances:
                scale = (await self._groat.asset(balance.asset)).scale
                units = int(balance.balance.replace(".", "")) if scale else int(balance.balance)
                totals[balance.asset] = totals.get(balance.asset, 0) + units
        assert not any(totals.values()), f"{where}: money came or went: {totals}"


def _waits(answer: RequestView | Refusal) -> bool:
    """Return whether a proposal waits for another person, so that the step is still to be taken."""
    return isinstance(answer, RequestView) and isinstance(answer.correction, ApprovalView)


def _key() -> str:
    return f"walk/{next(_numbers)}"
