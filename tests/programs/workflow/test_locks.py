"""In which order batches lock the rows of programs, whatever they hold together."""

from __future__ import annotations

import asyncio

from groat import Groat
from groat.programs.workflow import Pay, Request, Step, Workflow
from groat.programs.workflow.views import RequestView
from groat.store.flow import Query
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.programs.workflow.pliant import Task, hold, pliant


async def test_requests_are_locked_before_all_boxes(database: Database, clock: Clock) -> None:
    """Also where a batch has commands that need boxes alone, or two nodes would wait for each other."""
    asked: list[str] = []

    def note(query: Query) -> None:
        asked.append(query.name)

    store = database.store(clock, before_query=note, extensions=Groat.standing)
    async with Groat.open(database.url, store=store) as groat:
        await groat.add_asset("USD", 2)
        workflow = Workflow(groat, [pliant()])
        await groat.notify("user:7", "First", key="first")
        asked.clear()
        await asyncio.gather(
            groat.notify("user:7", "News", key="n"), workflow.file("task", {}, user="42", key="f")
        )
    assert asked.count("begin_batch") == 1
    locks = [name for name in asked if name in ("lock_requests", "lock_notification_boxes")]
    assert locks == ["lock_requests", "lock_notification_boxes"]


async def test_steps_that_name_other_accounts_when_it_counts_are_answered(groat: Groat) -> None:
    """They ask for another batch each time: one of them would do so for ever if it is never alone in one."""

    def odd(r: Request[Task], _: object) -> Step:
        # What is left of a hold is known only once all is locked.
        return Step(money=(Pay(r.owner, "house:fees", 1, "USD"),) if r.held else ())

    workflow = Workflow(groat, [pliant(file=hold, edit=odd)])
    requests = [await workflow.file("task", {}, user=user, key="f") for user in ("42", "7")]
    taken = [
        workflow.take("task", request.id, "edit", {}, by=f"user:{request.user}", key="e")
        for request in requests
        if isinstance(request, RequestView)
    ]
    async with asyncio.timeout(10):
        answers = await asyncio.gather(*taken, return_exceptions=True)
    assert [str(answer) for answer in answers] == ["command_failed: request: NotLocked()"] * 2
