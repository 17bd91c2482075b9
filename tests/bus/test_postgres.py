"""Hints by NOTIFY between two ledgers on one PostgreSQL."""

from __future__ import annotations

import msgspec
import pytest

from groat import Groat
from groat.bus.postgres import EVENTS_MAX
from tests.bus.two import Node, two_nodes
from tests.helpers.databases import PostgresDatabase
from tests.live.python_client import Sdk
from tests.live.serving import serving
from tests.live.waiting import until
from tests.servers import Postgres

BUSES = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'groat-bus'"


@pytest.fixture
def place(postgres_server: Postgres) -> PostgresDatabase:
    return PostgresDatabase(postgres_server)


async def test_each_hears_what_the_other_committed_and_itself_once(place: PostgresDatabase) -> None:
    async with two_nodes(place.url) as (first, second):
        await first.credit("42", reason="a gift")
        await second.credit("43")
        await until(lambda: second.of("42") and first.of("43"))
        (hint,) = second.of("42")
        assert (hint.first, hint.last) == (1, 1)
        assert hint.events is not None
        assert msgspec.json.decode(hint.events[0])["reason"] == "a gift"
        assert [first.offsets("42"), second.offsets("43")] == [[1], [1]]
        traffic = first.groat.bus.traffic
        await until(lambda: (traffic.sent, traffic.heard) == (1, 1))


async def test_who_is_alone_tells_nobody_until_somebody_comes(place: PostgresDatabase) -> None:
    async with Groat.open(place.url) as groat:
        first = Node(groat)
        await groat.add_asset("CREDIT", 0)
        await first.connected()
        await first.credit("42")
        async with Groat.open(place.url) as other:
            second = Node(other)
            await second.connected()
            await first.credit("42")
            await until(lambda: second.of("42"))
            assert second.offsets("42") == [2]
            # It is counted once the statement that told it has returned, which may be after it was heard.
            await until(lambda: groat.bus.traffic.sent == 1)


async def test_large_events_are_left_to_be_read(place: PostgresDatabase) -> None:
    async with two_nodes(place.url) as (first, second):
        items = [[("house:bonus", "user:42", "1", "CREDIT")] for _ in range(EVENTS_MAX // 1_000 + 1)]
        await first.groat.bulk(items, key="bulk", reason="x" * 1_000)
        await until(lambda: second.of("42"))
        (hint,) = second.of("42")
        assert (hint.first, hint.last, hint.events) == (1, len(items), None)
        assert [event.offset for event in await second.groat.streams.read("user:42", 0)] == [1, 2, 3]


async def test_a_large_batch_comes_in_several_notifications(place: PostgresDatabase) -> None:
    users = [f"u{n}" for n in range(500)]
    async with two_nodes(place.url) as (first, second):
        await first.groat.bulk([[("house:bonus", f"user:{u}", "1", "CREDIT")] for u in users], key="bulk")
        await until(lambda: len(second.heard) == len(users))
        assert {each.stream for each in second.heard} == {f"user:{u}" for u in users}


async def test_schemas_of_one_database_do_not_hear_each_other(postgres_server: Postgres) -> None:
    one, other = PostgresDatabase(postgres_server), PostgresDatabase(postgres_server)
    async with (
        two_nodes(one.url, other=other.url) as (first, stranger),
        two_nodes(one.url) as (_, neighbour),
    ):
        await first.credit("42")
        await until(lambda: neighbour.of("42"))
        assert stranger.heard == []


async def test_a_killed_connection_comes_back_and_nothing_is_lost(place: PostgresDatabase) -> None:
    async with two_nodes(place.url) as (first, second), serving(second.groat) as served:
        client = await Sdk(served.url, served.identities.let_in("t", "42")).connect()
        try:
            place.rows(BUSES)
            for _ in range(20):
                await first.credit("42")
            await until(lambda: client.offsets("user:42") == list(range(1, 21)))
            await until(lambda: [each.groat.bus.traffic.losses for each in (first, second)] == [1, 1])
            await first.connected()
            await second.connected()
            heard = second.groat.bus.traffic.heard
            await first.credit("42")
            await until(lambda: second.groat.bus.traffic.heard > heard)
            await until(lambda: client.offsets("user:42") == list(range(1, 22)))
        finally:
            await client.leave()
