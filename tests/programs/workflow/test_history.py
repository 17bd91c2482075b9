"""A request's history however long: the newest steps come with it, the others in pages."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from groat import Groat
from groat.programs.workflow import OWNER, Kind, State, Step, Transition, Workflow
from groat.programs.workflow.reading import STEPS_MAX
from groat.programs.workflow.views import RequestView
from tests.programs.workflow.pliant import pliant

LONGER = 2 * STEPS_MAX + 7


async def edited(groat: Groat, steps: int) -> tuple[Workflow, RequestView]:
    """A request with so many steps, the first of which filed it."""
    workflow = Workflow(groat, [pliant()])
    request = await workflow.file("task", {}, user="42", key="f")
    assert isinstance(request, RequestView)
    edits = (
        workflow.take("task", request.id, "edit", {"note": str(n)}, by="user:42", key=str(n))
        for n in range(2, steps + 1)
    )
    assert all(isinstance(answer, RequestView) for answer in await asyncio.gather(*edits))
    return workflow, request


async def read(workflow: Workflow, request: RequestView, **wanted: int) -> tuple[list[int], bool]:
    """The versions of the steps that come, and whether there are more before them."""
    view = await workflow.find("task", request.id, **wanted)
    assert view is not None
    assert isinstance(view.history, list)
    assert isinstance(view.history_more, bool)
    return [step.version for step in view.history], view.history_more


async def test_only_the_newest_steps_come_with_a_request(groat: Groat) -> None:
    workflow, request = await edited(groat, LONGER)
    assert await read(workflow, request) == (list(range(LONGER - STEPS_MAX + 1, LONGER + 1)), True)
    found: list[int] = []
    before, more = LONGER + 1, True
    while more:
        page, more = await read(workflow, request, before=before, limit=20)
        assert len(page) == 20 or not more
        found, before = page + found, page[0]
    assert found == list(range(1, LONGER + 1))


@pytest.mark.parametrize(("steps", "more"), [(STEPS_MAX, False), (STEPS_MAX + 1, True)])
async def test_there_are_more_only_where_there_are(groat: Groat, steps: int, more: bool) -> None:
    workflow, request = await edited(groat, steps)
    versions, known = await read(workflow, request)
    assert (versions, known) == (list(range(steps - STEPS_MAX + 1, steps + 1)), more)


def test_no_transition_takes_the_place_of_the_history() -> None:
    with pytest.raises(ValueError, match="'history'"):
        Kind(
            "book", title="Book", description="", data=msgspec.Struct, states=(State("open", "Open"),),
            transitions=(
                Transition("file", "File", (), ("open",), (OWNER,), lambda *_: Step()),
                Transition("history", "History", ("open",), ("open",), (OWNER,), lambda *_: Step()),
            ),
            example={},
        )  # fmt: skip
