"""Nodes find each other in the database, and say what is missing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from groat import Groat
from groat.live.socketio import nodes as noting
from groat.live.socketio.nodes import Nodes
from groat.store.flow import Flow, Query
from tests.live.waiting import until

HERE, THERE = "http://10.0.0.11:8000", "http://[2001:db8::12]:8000"


@pytest.fixture
async def groat(tmp_path: Path) -> AsyncIterator[Groat]:
    async with Groat.open(f"sqlite:///{tmp_path / 'groat.db'}") as groat:
        yield groat


def rows() -> Flow[list[tuple[str, str, int, int]]]:
    found: list[tuple[str, str, int, int]] = yield Query("list_nodes")
    return found


async def names(groat: Groat) -> set[str]:
    return {row[0] for row in await groat.read(rows)}


async def noted(groat: Groat, wanted: set[str]) -> None:
    while await names(groat) != wanted:  # noqa: ASYNC110 (the database tells nobody)
        await asyncio.sleep(0.01)


async def test_a_node_that_has_just_come_is_found_at_once(groat: Groat) -> None:
    here, there = Nodes(groat, "a", HERE), Nodes(groat, "b", THERE)
    await here.start()
    await noted(groat, {"a"})
    await there.start()
    await noted(groat, {"a", "b"})
    # `here` looked a moment ago, and looks again for a name that it does not know.
    assert await asyncio.gather(*(here.address("b") for _ in range(20))) == [THERE] * 20
    assert await there.address("a") == HERE
    assert await here.address("nobody") == ""
    assert abs(here.now() - time.time()) < 1
    await there.stop()
    assert await names(groat) == {"a"}
    await here.stop()


async def test_a_node_that_was_killed_is_forgotten(groat: Groat, monkeypatch: pytest.MonkeyPatch) -> None:
    here, gone = Nodes(groat, "a", HERE), Nodes(groat, "b", THERE)
    await gone.start()
    await noted(groat, {"b"})
    await here.start()
    assert await here.address("b") == THERE
    await here.stop()
    monkeypatch.setattr(noting, "ALIVE_S", 0.0)
    late = Nodes(groat, "c", HERE)
    await late.start()
    assert await late.address("b") == ""
    await late.stop()
    await gone.stop()


async def test_a_node_that_nobody_reaches_says_so_once(groat: Groat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noting, "LOOK_S", 0.01)
    with capture_logs() as logs:
        alone = Nodes(groat, "a", "")
        await alone.start()
        await noted(groat, {"a"})
        assert logs == []
        other = Nodes(groat, "b", HERE)
        await other.start()
        await until(lambda: bool(logs))
        # Others know of a node without address, but not where it is.
        assert await other.address("a") == ""
        await other.stop()
        await alone.stop()
    (line,) = logs
    assert (line["event"], line["setting"]) == ("node_address_missing", "node_address")
    assert "sticky sessions" in line["hint"]
    assert "GROAT_NODE_ADDRESS" in line["hint"]
    assert 'GROAT["NODE_ADDRESS"]' in line["hint"]
