"""Work on requests in a state: by one node at a time, again after a failure, and one fault holds up nothing else."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from groat import Groat
from groat.programs.workflow import (
    OWNER,
    SYSTEM,
    Kind,
    Request,
    State,
    Step,
    Transition,
    Work,
    Worker,
    Workflow,
    repeat,
)
from groat.programs.workflow.views import RequestView
from tests.helpers.clock import Clock
from tests.helpers.databases import Database


class Wish(msgspec.Struct, frozen=True):
    """Something to make outside."""

    name: str


def step(request: Request[Wish], _: msgspec.Struct) -> Step:
    """Nothing moves."""
    return Step()


WISH = Kind(
    "wish",
    title="Wish",
    description="Something to make outside.",
    data=Wish,
    states=(State("asked", "Asked"), State("made", "Made", open=False)),
    transitions=(
        Transition("file", "Ask", (), ("asked",), (OWNER,), step),
        Transition("change", "Change", ("asked",), ("asked",), (OWNER,), step),
        Transition("make", "Make", ("asked",), ("made",), (SYSTEM,), step),
    ),
    example={"name": "a"},
)


class Away(Exception):
    """The workshop is closed."""


class Workshop:
    """Makes wishes; each node has a hand of its own."""

    def __init__(self, groat: Groat, **more: Any) -> None:
        self.tried: list[str] = []
        self.faults: dict[str, Exception] = {}
        self.working = 0
        self.most = 0
        self.workflow = Workflow(groat, [WISH])
        self.worker = Worker(
            self.workflow, "wishes", [Work("wish", "asked", self.make)], away=(Away,), **more
        )

    async def make(self, wish: RequestView) -> None:
        """Make one, or fail."""
        self.tried.append(wish.data["name"])
        self.working += 1
        self.most = max(self.most, self.working)
        await asyncio.sleep(0)
        self.working -= 1
        if wish.data["name"] in self.faults:
            raise self.faults[wish.data["name"]]
        await self.worker.take(wish, "make", {})

    async def ask(self, name: str) -> RequestView:
        """File a wish."""
        view = await self.workflow.file("wish", Wish(name), user="42", key=name)
        assert isinstance(view, RequestView)
        return view

    async def made(self) -> list[str]:
        """The names of what was made."""
        rows = (await self.workflow.page(state="made", limit=500)).rows
        return sorted([(await self.workflow.view(row)).data["name"] for row in rows])


async def test_all_that_wait_are_worked_on_in_bounded_numbers(groat: Groat) -> None:
    shop = Workshop(groat, at_once=3)
    names = [f"{number:02}" for number in range(10)]
    for name in names:
        await shop.ask(name)
    assert await shop.worker.round() == 10
    assert await shop.worker.round() == 0
    assert (sorted(shop.tried), await shop.made()) == (names, names)
    assert shop.most <= 3


async def test_nodes_share_the_work(groat: Groat, database: Database, clock: Clock) -> None:
    store = database.store(clock, extensions=Groat.standing)
    async with Groat.open(database.url, store=store) as other:
        shops = [Workshop(node, at_once=4) for node in (groat, other)]
        names = [f"{number:02}" for number in range(20)]
        for name in names:
            await shops[0].ask(name)
        await asyncio.gather(*(shop.worker.round() for shop in shops))
        assert sorted(shops[0].tried + shops[1].tried) == names
        assert await shops[0].made() == names
    assert database.rows("SELECT count(*) FROM groat_request_lease") == [(0,)]


async def test_a_failure_is_tried_again_later_each_time_and_holds_up_no_other(
    groat: Groat, clock: Clock
) -> None:
    shop = Workshop(groat, retry_s=2, retry_s_max=10)
    shop.faults["a"] = ZeroDivisionError()
    for name in "abc":
        await shop.ask(name)
    await shop.worker.round()
    assert await shop.made() == ["b", "c"]
    tried = [0]
    for second in range(1, 50):
        clock.advance(1)
        if await shop.worker.round():
            tried.append(second)
    assert [after - before for before, after in pairwise(tried)] == [2, 4, 8, 10, 10, 10]
    shop.faults.clear()
    clock.advance(10)
    await shop.worker.round()
    assert await shop.made() == ["a", "b", "c"]


async def test_a_request_that_changes_is_worked_on_at_once(groat: Groat) -> None:
    shop = Workshop(groat, retry_s=1_000)
    shop.faults["a"] = ZeroDivisionError()
    wish = await shop.ask("a")
    await shop.worker.round()
    shop.faults.clear()
    assert await shop.worker.round() == 0
    await shop.workflow.take("wish", wish.id, "change", by="user:42", key="change")
    assert await shop.worker.round() == 1
    assert await shop.made() == ["a"]


async def test_a_node_that_died_is_replaced_after_its_lease(groat: Groat, clock: Clock) -> None:
    dead, shop = Workshop(groat, lease_s=60), Workshop(groat, lease_s=60)
    await shop.ask("a")
    hanging = asyncio.Event()

    async def hang(wish: RequestView) -> None:
        hanging.set()
        await asyncio.Event().wait()

    dead.worker = Worker(dead.workflow, "wishes", [Work("wish", "asked", hang)], lease_s=60)
    task = asyncio.create_task(dead.worker.round())
    await hanging.wait()
    assert await shop.worker.round() == 0
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    clock.advance(59)
    assert await shop.worker.round() == 0
    clock.advance(2)
    assert await shop.worker.round() == 1
    assert await shop.made() == ["a"]


async def test_what_is_away_is_no_requests_fault(groat: Groat) -> None:
    shop = Workshop(groat, retry_s=1_000)
    shop.faults["a"] = Away()
    await shop.ask("a")
    await shop.ask("b")
    with pytest.raises(Away):
        await shop.worker.round()
    assert await shop.made() == ["b"]
    shop.faults.clear()
    assert await shop.worker.round() == 1
    assert await shop.made() == ["a", "b"]


async def test_a_job_goes_on_whatever_it_raises(groat: Groat) -> None:
    raised: list[Exception] = [Away(), ZeroDivisionError()]
    rounds, enough = 0, asyncio.Event()

    async def job() -> None:
        nonlocal rounds
        rounds += 1
        if rounds > 4:
            enough.set()
        if raised:
            raise raised.pop()

    task = asyncio.create_task(repeat(job, 0.001, away=(Away,), away_s_max=0.002))
    await asyncio.wait_for(enough.wait(), 30)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_leases_of_dead_nodes_are_forgotten(groat: Groat, database: Database, clock: Clock) -> None:
    shop = Workshop(groat)
    shop.faults["a"] = ZeroDivisionError()
    await shop.ask("a")
    await shop.worker.round()
    await groat.prune()
    assert database.rows("SELECT attempts FROM groat_request_lease") == [(1,)]
    clock.advance(2 * 86_400)
    await groat.prune()
    assert database.rows("SELECT count(*) FROM groat_request_lease") == [(0,)]
