"""Hints over Redis between two ledgers on one PostgreSQL."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import msgspec
import pytest
from redis import Redis as Client

from groat import Groat
from groat.bus.redis import EVENTS_MAX, SHARDS, RedisBus, shard_of
from groat.store.postgres import PostgresStore
from tests.bus.two import Node, known, two_nodes
from tests.helpers.databases import PostgresDatabase
from tests.live.python_client import Sdk
from tests.live.serving import serving
from tests.live.waiting import until
from tests.servers import Postgres, Redis, redis


@pytest.fixture
def place(postgres_server: Postgres) -> PostgresDatabase:
    return PostgresDatabase(postgres_server)


@pytest.fixture
def mortal() -> Iterator[Redis]:
    """A Redis that the test may kill."""
    with redis() as server:
        yield server


def channels(server: Redis) -> set[bytes]:
    with Client.from_url(server.url) as client:
        return set(client.pubsub_shardchannels())


def test_streams_spread_over_the_channels() -> None:
    assert {shard_of(f"user:{n}") for n in range(2_000)} == set(range(SHARDS))


async def test_each_hears_what_the_other_committed_and_itself_once(
    place: PostgresDatabase, redis_server: Redis
) -> None:
    async with two_nodes(place.url, redis_server.url) as (first, second):
        await known(first, second, "42")
        await known(second, first, "43")
        before = len(second.of("42"))
        await first.credit("42", reason="a gift")
        await until(lambda: len(second.of("42")) > before)
        events = second.of("42")[-1].events
        assert events is not None
        assert msgspec.json.decode(events[-1])["reason"] == "a gift"
        # Its own commits it knows from itself, not from Redis.
        assert first.offsets("42") == list(range(1, len(first.offsets("42")) + 1))


async def test_a_worker_joins_only_the_channels_it_follows(place: PostgresDatabase, mortal: Redis) -> None:
    async with two_nodes(place.url, mortal.url) as (first, second):
        await known(first, second, "42")
        assert [int(name.rpartition(b":")[2]) for name in channels(mortal)] == [shard_of("user:42")]
        elsewhere = next(f"n{n}" for n in range(100) if shard_of(f"user:n{n}") != shard_of("user:42"))
        await first.credit(elsewhere)
        heard = len(second.heard)
        await first.credit("42")
        await until(lambda: len(second.heard) > heard)
        assert second.of(elsewhere) == []
        second.groat.bus.unfollow("user:42")
        await until(lambda: not channels(mortal))


async def test_events_beyond_the_bound_are_left_to_be_read(
    place: PostgresDatabase, redis_server: Redis
) -> None:
    async with two_nodes(place.url, redis_server.url) as (first, second):
        await known(first, second, "42")
        before = len(second.of("42"))
        count = EVENTS_MAX // 1_000
        items = [[("house:bonus", "user:42", "1", "CREDIT")] for _ in range(count)]
        await first.groat.bulk(items, key="bulk", reason="x" * 1_000)
        await until(lambda: len(second.of("42")) > before)
        hint = second.of("42")[-1]
        assert hint.events is None
        assert hint.last - hint.first + 1 == count


async def test_databases_that_share_a_redis_do_not_hear_each_other(
    postgres_server: Postgres, redis_server: Redis
) -> None:
    one, other = PostgresDatabase(postgres_server), PostgresDatabase(postgres_server)
    async with (
        two_nodes(one.url, redis_server.url, other=other.url) as (first, stranger),
        two_nodes(one.url, redis_server.url) as (_, neighbour),
    ):
        stranger.groat.bus.follow("user:42")
        await known(first, neighbour, "42")
        assert stranger.heard == []


async def test_what_is_no_hint_is_passed_over(place: PostgresDatabase, mortal: Redis) -> None:
    async with two_nodes(place.url, mortal.url) as (first, second):
        await known(first, second, "42")
        with Client.from_url(mortal.url) as client:
            for name in channels(mortal):
                client.execute_command("SPUBLISH", name, b"x" * 99)
        heard = len(second.of("42"))
        await first.credit("42")
        await until(lambda: len(second.of("42")) > heard)
        assert second.groat.bus.traffic.losses == 0


async def follow_through(first: Node, second: Node, mortal: Redis, fault: int) -> None:
    """Break Redis, post, mend it, post: a reader at the second node gets each event once, in order."""
    async with serving(second.groat) as served:
        client = await Sdk(served.url, served.identities.let_in("t", "42")).connect()
        try:
            await known(first, second, "42")
            assert mortal._process is not None
            os.kill(mortal._process.pid, fault)
            for _ in range(20):
                await first.credit("42")
            sent = first.offsets("42")[-1]
            await until(lambda: client.offsets("user:42") == list(range(1, sent + 1)))
            if fault == signal.SIGKILL:
                await until(lambda: not second.groat.bus.connected)
                mortal.stop()
                mortal.start()
            else:
                # One that answers nothing is given up after two seconds.
                await until(lambda: not first.groat.bus.connected)
                os.kill(mortal._process.pid, signal.SIGCONT)
            for node in (first, second):
                await node.connected()
            await known(first, second, "42")
            sent = first.offsets("42")[-1]
            await until(lambda: client.offsets("user:42") == list(range(1, sent + 1)))
            assert first.groat.bus.traffic.losses >= 1
        finally:
            await client.leave()


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP])
async def test_redis_breaks_and_comes_back_and_nothing_is_lost(
    place: PostgresDatabase, mortal: Redis, fault: signal.Signals
) -> None:
    async with two_nodes(place.url, mortal.url) as (first, second):
        await follow_through(first, second, mortal, fault)


async def test_a_redis_that_is_not_there_delays_nothing(place: PostgresDatabase) -> None:
    async with Groat.open(place.url, redis="redis://127.0.0.1:1") as groat:
        node = Node(groat)
        await groat.add_asset("CREDIT", 0)
        await node.credit("42")
        assert node.offsets("42") == [1]
        assert not groat.bus.connected
        assert groat.bus.traffic.dropped == 1


def test_only_redis_addresses() -> None:
    with pytest.raises(ValueError, match="scheme"):
        RedisBus("http://127.0.0.1", PostgresStore("postgresql://"), "w", lambda _: None)
