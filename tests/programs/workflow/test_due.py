"""What becomes due: taken once, of the version that was due, and never kept from its turn by what cannot be taken."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from groat import Groat, Refusal
from groat.programs.workflow import OWNER, SYSTEM, Kind, Request, State, Step, Transition, Workflow
from groat.programs.workflow import workflow as clockwork
from groat.programs.workflow.steps import Decide
from groat.programs.workflow.views import RequestView
from tests.helpers.clock import Clock
from tests.programs.workflow.pliant import Task, nothing, pliant

HOUR_S = 3_600


def due(after_us: int = 0) -> Any:
    """A step after which the request is due so much later."""
    return lambda r, _: Step(due_at=r.now + after_us)


def no(*_: Any) -> Refusal:
    return Refusal("wrong_day", "Not today.")


async def filed(workflow: Workflow, key: str = "f") -> RequestView:
    answer = await workflow.file("task", {}, user="42", key=key)
    assert isinstance(answer, RequestView), answer
    return answer


async def look(workflow: Workflow, request: RequestView) -> RequestView:
    found = await workflow.find(request.kind, request.id)
    assert found is not None
    return found


async def reaches(workflow: Workflow, request: RequestView, version: int) -> None:
    """Wait until the clock brought a request to a version."""
    async with asyncio.timeout(10):
        while (await look(workflow, request)).version < version:  # noqa: ASYNC110 (only there to see)
            await asyncio.sleep(0.01)


async def test_what_was_taken_because_it_was_due_is_not_due_again(groat: Groat) -> None:
    workflow = Workflow(groat, [pliant(file=due())])
    request = await filed(workflow)
    assert await workflow.take_due() == 1
    assert await workflow.take_due() == 0
    found = await look(workflow, request)
    assert (found.state, found.version, found.due_at) == ("open", 2, None)


async def test_what_the_system_takes_instead_ends_it_too(groat: Groat) -> None:
    workflow = Workflow(groat, [pliant(file=due(), tick=no, on_refused="lapse")])
    request = await filed(workflow)
    assert await workflow.take_due() == 1
    assert await workflow.take_due() == 0
    assert (await look(workflow, request)).due_at is None


async def test_an_edit_meanwhile_keeps_the_time(groat: Groat) -> None:
    workflow = Workflow(groat, [pliant(file=due(60_000_000))])
    request = await filed(workflow)
    answer = await workflow.take("task", request.id, "edit", {}, by="user:42", key="e")
    assert isinstance(answer, RequestView)
    assert answer.due_at == request.due_at is not None


async def test_what_changed_after_it_was_found_due_is_let_be(groat: Groat) -> None:
    workflow = Workflow(groat, [pliant(file=due(), edit=due(HOUR_S * 1_000_000))])
    request = await filed(workflow)

    class Late:
        """A ledger whose reader is so slow that the owner is quicker."""

        def __getattr__(self, name: str) -> Any:
            return getattr(groat, name)

        async def read(self, flow: Any, *args: Any) -> Any:
            found = await groat.read(flow, *args)
            if flow.__name__ == "due" and found:
                await workflow.take("task", request.id, "edit", {}, by="user:42", key="e")
            return found

    late: Any = Late()
    await Workflow(late, list(workflow.kinds.values())).take_due()
    found = await look(workflow, request)
    assert isinstance(found.history, list)
    assert [step.transition for step in found.history] == ["file", "edit"]


async def test_what_cannot_be_taken_does_not_stand_in_the_way(
    groat: Groat, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setattr(clockwork, "DUE_MAX", 2)

    def tick(r: Request[Task], _: Any) -> Step | Refusal:
        if r.user == "7":
            raise RuntimeError("a fault of the program")
        return no() if r.data.note == "no" else Step()

    workflow = Workflow(groat, [pliant(file=due(), tick=tick)])
    for number in range(3):
        for user in ("42", "7"):
            answer = await workflow.file("task", {"note": "no"}, user=user, key=str(number))
            assert isinstance(answer, RequestView)
        clock.advance(0.000_001)
    last = await filed(workflow, "last")
    await workflow.take_due()
    assert (await look(workflow, last)).version == 2
    # And what was refused is not asked again at once.
    assert await workflow.take_due() == 0


async def test_what_was_refused_is_tried_again_every_hour(groat: Groat, clock: Clock) -> None:
    steps: list[Decide] = [no]
    workflow = Workflow(groat, [pliant(file=due(), tick=lambda r, i: steps[-1](r, i))])
    request = await filed(workflow)
    await workflow.take_due()
    steps.append(nothing)
    await workflow.take_due()
    assert (await look(workflow, request)).version == 1
    clock.advance(HOUR_S)
    # Another node, at about the same moment.
    for each in (workflow, Workflow(groat, workflow.kinds.values())):
        await each.take_due()
    assert (await look(workflow, request)).version == 2


async def test_kinds_of_other_nodes_are_theirs(groat: Groat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clockwork, "DUE_MAX", 1)
    other = Kind(
        "other", title="Other", description="", data=Task,
        states=(State("here", "Here", on_due="tick"),),
        transitions=(
            Transition("file", "File", (), ("here",), (OWNER,), due()),
            Transition("tick", "Tick", ("here",), ("here",), (SYSTEM,), nothing),
        ),
        example={},
    )  # fmt: skip
    await Workflow(groat, [other]).file("other", {}, user="42", key="o")
    workflow = Workflow(groat, [pliant(file=due())])
    request = await filed(workflow)
    await workflow.take_due()
    assert (await look(workflow, request)).version == 2


async def test_a_state_that_this_version_does_not_know_ends_nothing(groat: Groat) -> None:
    newer = Kind(
        "task", title="Task", description="", data=Task,
        states=(State("brand_new", "New", on_due="tick"),),
        transitions=(
            Transition("file", "File", (), ("brand_new",), (OWNER,), due()),
            Transition("tick", "Tick", ("brand_new",), ("brand_new",), (SYSTEM,), nothing),
        ),
        example={},
    )  # fmt: skip
    await Workflow(groat, [newer]).file("task", {}, user="42", key="n")
    workflow = Workflow(groat, [pliant(file=due())])
    workflow.start()
    try:
        request = await filed(workflow)
        await reaches(workflow, request, 2)
    finally:
        await workflow.stop()


async def test_a_time_out_needs_something_to_do(groat: Groat) -> None:
    workflow = Workflow(groat, [pliant(go=due())])
    request = await filed(workflow)
    with pytest.raises(Exception, match="has nothing to do when it is due"):
        await workflow.take("task", request.id, "go", {}, by="user:42", key="g")
    assert (await look(workflow, request)).state == "open"


async def test_only_what_is_due_at_once_wakes_the_clock(
    groat: Groat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clockwork, "POLL_S", 3_600.0)
    rounds = 0
    workflow = Workflow(groat, [pliant(file=due(60_000_000), edit=due())])
    take_due = workflow.take_due

    async def counted() -> int:
        nonlocal rounds
        rounds += 1
        return await take_due()

    monkeypatch.setattr(workflow, "take_due", counted)
    workflow.start()
    try:
        for number in range(20):
            request = await filed(workflow, f"f{number}")
        before = rounds
        await workflow.take("task", request.id, "edit", {}, by="user:42", key="e")
        await reaches(workflow, request, 3)
    finally:
        await workflow.stop()
    assert before <= 1
