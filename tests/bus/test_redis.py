"""Hints over Redis between two ledgers on one PostgreSQL."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from redis import Redis as Client
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from groat import Groat
from groat.bus.redis import EVENTS_MAX, SHARDS, RedisBus, shard_of
from groat.store.inside import LATER
from groat.store.postgres import PostgresStore
from tests.bus.two import Node, known, two_nodes
from tests.helpers.databases import PostgresDatabase
from tests.live.python_client import Sdk
from tests.live.serving import serving
from tests.live.waiting import until
from tests.servers import Postgres, Redis, free_port, redis


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
        joined = {int(name.rpartition(b":")[2]) for name in channels(mortal)}
        # Every worker hears of what rooms are still to be told.
        assert joined == {shard_of("user:42"), shard_of(LATER.stream)}
        elsewhere = next(f"n{n}" for n in range(100) if shard_of(f"user:n{n}") not in joined)
        await first.credit(elsewhere)
        heard = len(second.heard)
        await first.credit("42")
        await until(lambda: len(second.heard) > heard)
        assert second.of(elsewhere) == []
        second.groat.bus.unfollow("user:42")
        await until(lambda: len(channels(mortal)) == 1)


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
                client.spublish(name, b"x" * 99)
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


def ask(client: Client, *words: Any) -> Any:
    return client.execute_command("CLUSTER", *words)  # type: ignore[no-untyped-call]


@pytest.fixture
def halves(tmp_path: Path) -> Iterator[list[str]]:
    """The URLs of a Redis Cluster's two nodes; each owns half of the slots."""
    processes = []
    clients = []
    try:
        buses = [free_port(), free_port()]
        for bus, slots in zip(buses, ((0, 8191), (8192, 16383)), strict=True):
            port = free_port()
            home = tmp_path / str(port)
            home.mkdir()
            words = f"--port {port} --bind 127.0.0.1 --cluster-enabled yes --cluster-port {bus} --dir {home}"
            processes.append(
                subprocess.Popen(["redis-server", *words.split(), "--save", ""], stdout=subprocess.DEVNULL)
            )
            clients.append(Client(port=port, retry=Retry(ConstantBackoff(0.05), 200)))
            ask(clients[-1], "ADDSLOTSRANGE", *slots)
        port = clients[1].connection_pool.connection_kwargs["port"]
        ask(clients[0], "MEET", "127.0.0.1", port, buses[1])
        deadline = time.monotonic() + 30
        while any(b"cluster_state:ok" not in ask(each, "INFO") for each in clients):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield [f"redis://127.0.0.1:{each.connection_pool.connection_kwargs['port']}" for each in clients]
    finally:
        for client in clients:
            client.close()
        for process in processes:
            process.kill()
            process.wait()


async def test_in_a_cluster_the_owner_of_the_channels_is_found_from_any_node(
    place: PostgresDatabase, halves: list[str]
) -> None:
    async with (
        Groat.open(place.url, redis=halves[0]) as one,
        Groat.open(place.url, redis=halves[1]) as other,
    ):
        await one.add_asset("CREDIT", 0)
        first, second = Node(one), Node(other)
        first.groat.bus.follow("user:43")
        await known(first, second, "42")
        await known(second, first, "43")
        # One of the two was led elsewhere, and both stay where all the channels are.
        owners = []
        for url in halves:
            with Client.from_url(url) as client:
                owners.append(len(client.pubsub_shardchannels()))
        followed = ("user:42", "user:43", LATER.stream)
        assert sorted(owners) == [0, len({shard_of(stream) for stream in followed})]
        assert sum(each.bus.traffic.losses for each in (one, other)) <= 1
