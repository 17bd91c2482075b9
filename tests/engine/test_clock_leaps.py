"""A database's clock that leaps ahead makes nothing due until staff confirm it; what people do goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from groat import Groat
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.money import refused, standing

HOUR = 3_600


class Monotonic:
    """A clock that nobody sets: it follows the database's but for its leaps."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.leapt = 0.0

    def __call__(self) -> float:
        """The seconds so far."""
        return self._clock() / 1_000_000 - self.leapt

    def leap(self, seconds: float) -> None:
        """Let the database's clock leap (below zero: fall back), and this one go on."""
        self._clock.advance(seconds)
        self.leapt += seconds


@pytest.fixture
def monotonic(clock: Clock) -> Monotonic:
    """The clock of the test's servers."""
    return Monotonic(clock)


Node = Callable[..., Any]


@pytest.fixture
def node(database: Database, clock: Clock, monotonic: Monotonic) -> Node:
    """Open the ledger as one more server."""

    @asynccontextmanager
    async def node(**options: Any) -> AsyncIterator[Groat]:
        async with Groat.open(
            database.url, store=database.store(clock), monotonic=monotonic, **options
        ) as groat:
            await groat.add_asset("CREDIT", 0)
            yield groat

    return node


async def test_nothing_falls_due_until_staff_confirm(node: Node, clock: Clock, monotonic: Monotonic) -> None:
    async with node() as groat, node() as other:
        await groat.post([("house:b", "user:a", 50, "CREDIT")], key="p")
        await groat.grant("user:a", 100, "CREDIT", key="g", lasts=timedelta(hours=1))
        hold = await groat.hold("user:a", "house:s", 20, "CREDIT", key="h", expires_in=HOUR)
        for each in (groat, other):
            assert await each.time_moves()
        monotonic.leap(2 * HOUR)
        for each in (groat, other):
            await each.expire_due()
            assert not await each.time_moves()
            assert each.clock_watch.known is not None
            assert each.clock_watch.known.leapt == 2 * HOUR * 1_000_000
        assert (await groat.clock()).now == "2026-01-01T12:00:00.000000Z"
        # Posts go on, also on accounts with what would be due, and take nothing away.
        spent = await other.post([("user:a", "house:s", 10, "CREDIT")], key="s")
        assert spent.recorded_at == "2026-01-01T12:00:00.000000Z"
        assert await standing(groat, "user:a") == ("140", "20", "120", 4)
        assert (await groat.held(str(hold.id))).state == "open"
        clock.advance(60)
        assert (await groat.clock()).now == "2026-01-01T12:01:00.000000Z"
        told = await groat.confirm_clock(key="ok", reason="The machine slept", principal="user:ada")
        assert told == {"now": "2026-01-01T14:01:00.000000Z", "leapt_s": 2.0 * HOUR}
        for each in (groat, other):
            assert await each.time_moves()
        await groat.expire_due()
        assert (await groat.held(str(hold.id))).state == "expired"
        assert (await standing(groat, "user:a"))[:3] == ("50", "0", "50")
        assert [entry.kind for entry in await groat.audit(target="time")] == ["confirm_clock", "clock_leapt"]
        assert (await refused(groat.confirm_clock(key="again", reason="x"))).code == "clock_steady"
        assert (await groat.verify()).ok


async def test_a_callers_batch_that_meets_the_leap_first_makes_nothing_due(
    node: Node, monotonic: Monotonic
) -> None:
    async with node() as groat:
        await groat.grant("user:a", 100, "CREDIT", key="g", lasts=timedelta(hours=1))
        monotonic.leap(2 * HOUR)
        await groat.post([("user:a", "house:s", 1, "CREDIT")], key="s")
        assert await standing(groat, "user:a") == ("99", "0", "99", 2)
        assert not await groat.time_moves()


async def test_a_clock_that_is_set_right_again_holds_nothing_back(
    node: Node, clock: Clock, monotonic: Monotonic
) -> None:
    async with node() as groat:
        assert await groat.time_moves()
        monotonic.leap(2 * HOUR)
        assert not await groat.time_moves()
        monotonic.leap(-2 * HOUR)
        clock.advance(5)
        # The alarm stays, and the time is right.
        assert not await groat.time_moves()
        assert (await groat.clock()).now == "2026-01-01T12:00:05.000000Z"
        await groat.confirm_clock(key="ok", reason="Set right")
        assert await groat.time_moves()
        assert (await groat.clock()).now == "2026-01-01T12:00:05.000000Z"


async def test_what_is_no_leap(node: Node, clock: Clock, monotonic: Monotonic) -> None:
    async with node(sandbox=True) as groat:
        assert await groat.time_moves()
        # A long pause, a small step of the clock, one back, and a sandbox set forward.
        clock.advance(30 * 86_400)
        assert await groat.time_moves()
        monotonic.leap(59)
        assert await groat.time_moves()
        monotonic.leap(-HOUR)
        assert await groat.time_moves()
        await groat.forward_clock(timedelta(days=30), key="f")
        assert await groat.time_moves()
        monotonic.leap(61)
        assert not await groat.time_moves()


async def test_a_second_leap_adds_to_the_first(node: Node, monotonic: Monotonic) -> None:
    async with node() as groat:
        assert await groat.time_moves()
        for leap in (HOUR, 2 * HOUR):
            monotonic.leap(leap)
            assert not await groat.time_moves()
        assert (await groat.clock()).leap.by_s == 3 * HOUR
        assert (await groat.clock()).now == "2026-01-01T12:00:00.000000Z"
