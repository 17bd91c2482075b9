"""Tests made from a declaration: every transition as every role, from every state that can be reached.

``await walk(groat, kind)`` files the kind's example, takes each transition by which a state can be reached, and in each
state tries every transition as every caller: what is declared must go through, everything else must be refused and
leave the request as it was, and after each step no money may have come or gone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from typing import Any, NamedTuple

from groat.engine.groat import Groat
from groat.ledger.errors import Refusal
from groat.programs.workflow.kinds import Kind
from groat.programs.workflow.states import CORRECT, DROP, FILE, OWNER, SERVICE, SYSTEM, Transition
from groat.programs.workflow.views import ApprovalView, RequestView
from groat.programs.workflow.workflow import Workflow

USER = "walker"
DEPTH_MAX = 8
"""A request is walked up to so many steps from its filing."""

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
    """Walk a kind; raises AssertionError where it does not keep what it declares.

    ``prepare`` is called before each filing; ``inputs`` make a transition's input where its example does not do;
    ``kinds`` are others that it needs. A declared transition may still be refused by the kind's own codes or the
    ledger's, but each must go through at least once from some state.
    """
    workflow = Workflow(groat, [kind, *kinds])
    walker = _Walker(groat, workflow, kind, prepare, inputs or {})
    await walker.run()
    missing = (
        {t.name for t in kind.transitions.values()} - {name for _, name, _ in walker.taken} - {FILE, DROP}
    )
    if walker.uncorrected == {"nothing_to_correct"}:
        missing -= {CORRECT}
    assert not missing, f"{kind.name}: never taken: {sorted(missing)}"
    reached = {state for state, _, _ in walker.taken} | walker.reached
    assert reached >= kind.states.keys(), (
        f"{kind.name}: never reached: {sorted(kind.states.keys() - reached)}"
    )
    return Walked(walker.taken, walker.refused)


class _Walker:
    def __init__(
        self,
        groat: Groat,
        workflow: Workflow,
        kind: Kind[Any],
        prepare: Prepare | None,
        inputs: Mapping[str, Callable[[RequestView], Mapping[str, Any]]],
    ) -> None:
        self._groat = groat
        self._workflow = workflow
        self._kind = kind
        self._prepare = prepare
        self._inputs = inputs
        self.taken: set[tuple[str, str, str]] = set()
        self.reached: set[str] = set()
        self.uncorrected: set[str] = set()
        self.refused = 0

    async def run(self) -> None:
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
        filing = self._kind.transitions[FILE]
        more = await self._prepare(self._groat, self._workflow) if self._prepare else {}
        filer = next(c for c in callers(self._kind) if self._is_declared(filing, c, f"user:{USER}"))
        request = await self._workflow.file(
            self._kind.name,
            {**self._kind.example, **more},
            user=USER,
            key=_key(),
            by=filer.principal,
            roles=filer.roles,
        )
        assert isinstance(request, RequestView), f"{self._kind.name}: the example is refused: {request}"
        self.taken.add(("", FILE, filer.principal))
        for name, caller in path:
            moved = await self._take(request, self._kind.transitions[name], caller)
            assert isinstance(moved, RequestView), f"{self._kind.name}.{name}: {moved}"
            request = moved
        return request

    async def _try(self, before: RequestView, transition: Transition, caller: Caller) -> RequestView | None:
        if transition.name == FILE:
            return None
        answer = await self._take(before, transition, caller)
        where = f"{self._kind.name}: {transition.name} from {before.state} as {caller.principal}"
        await self._check_money(where)
        declared = before.state in transition.sources and self._is_declared(
            transition, caller, f"user:{before.user}"
        )
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
        own = transition.decides and caller.principal in (f"user:{before.user}", before.filed_by)
        if declared and transition.name == CORRECT:
            self.uncorrected.add(answer.code)
        if declared and not own:
            general = {"request_not_found", "not_allowed", "wrong_state", "already_decided", "own_request"}
            assert answer.code not in general, f"{where}: {answer.code}"
        return None

    def _is_declared(self, transition: Transition, caller: Caller, owner: str) -> bool:
        mine = OWNER in transition.by and caller.principal == owner
        return mine or not caller.roles.isdisjoint(set(transition.by) - {OWNER})

    async def _take(
        self, request: RequestView, transition: Transition, caller: Caller
    ) -> RequestView | Refusal:
        make = self._inputs.get(transition.name)
        given = make(request) if make else transition.example or {}
        answer = await self._workflow.take(
            self._kind.name,
            request.id,
            transition.name,
            given,
            by=caller.principal,
            key=_key(),
            roles=caller.roles,
        )
        proposed = isinstance(answer, RequestView) and isinstance(answer.correction, ApprovalView)
        is_first = transition.approves and isinstance(answer, RequestView) and answer.state == request.state
        if is_first or (proposed and transition.confirms and not caller.principal.endswith("-2")):
            # The first of two approvals, or a proposal; the second comes from somebody else.
            other = Caller(f"{caller.principal}-2", caller.roles)
            return await self._take(request, transition, other)
        return answer

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


def _key() -> str:
    return f"walk/{next(_numbers)}"
