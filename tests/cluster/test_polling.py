"""Long-polling on two nodes of two workers each, behind a proxy that spreads each request anew: no sticky sessions."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.nodes import Cluster, Writers, figure
from tests.cluster.test_workers import workers_of
from tests.crash.server import DEADLINE_S, Server, token
from tests.helpers.databases import PostgresDatabase
from tests.live.waiting import until
from tests.servers import Postgres

USERS = ["u0", "u1", "u2"]
SCRIPT = Path(__file__).parents[1] / "live" / "node" / "polling.mjs"
CLIENTS = 12


class Client:
    """One of the stock clients, with what it told."""

    def __init__(self, user: str) -> None:
        self.user = user
        self.connects: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.errors: list[dict[str, Any]] = []

    def check(self, head: int) -> None:
        """It got each change once and in order, and no snapshot in place of what it missed."""
        changes = [event for event in self.events if not event.get("snapshot")]
        assert [event["version"] for event in changes] == list(range(1, head + 1)), self.user
        assert {event["account"] for event in changes} == {f"user:{self.user}"}
        assert {event["delta"] for event in changes} == {"1"}
        assert len({event["id"] for event in changes}) == head
        assert all(connect["recovered"] for connect in self.connects[1:]), self.connects


@asynccontextmanager
async def polling(address: str, users: list[str]) -> AsyncIterator[list[Client]]:
    """Stock clients in Node, one for each of these users."""
    clients = [Client(user) for user in users]
    tokens = json.dumps([token(user) for user in users])
    process = await asyncio.create_subprocess_exec(
        "node", str(SCRIPT), address, tokens, stdin=PIPE, stdout=PIPE, limit=2**24
    )

    async def listen() -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            told = json.loads(line)
            client = clients[told["client"]]
            if told["on"] == "balance":
                assert told["more"] == 0
                client.events.append(told["event"])
            elif told["on"] == "connect":
                client.connects.append(told)
            else:
                client.errors.append(told)

    listening = asyncio.create_task(listen())
    try:
        yield clients
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await asyncio.wait_for(process.wait(), DEADLINE_S)
        await listening


@pytest.fixture
async def cluster(tmp_path: Path, postgres_server: Postgres) -> AsyncIterator[Cluster]:
    cluster = Cluster(tmp_path, PostgresDatabase(postgres_server), 2, GROAT_WORKERS="2")
    try:
        await cluster.start()
        yield cluster
    finally:
        for node in cluster.nodes:
            cut_off(node)
        cluster.bury()


def cut_off(node: Server) -> None:
    """Kill a node's supervisor and all its workers, as when its machine fails."""
    workers = workers_of(node)
    if node.process.poll() is None:
        node.process.kill()
    for pid in workers:
        os.kill(pid, signal.SIGKILL)


async def test_polls_land_anywhere_and_a_node_is_killed(cluster: Cluster) -> None:
    first, second = cluster.nodes
    with cluster.proxy():
        users = [USERS[number % len(USERS)] for number in range(CLIENTS)]
        async with polling(cluster.address, users) as clients:
            await until(lambda: all(client.connects for client in clients), DEADLINE_S)
            writers = Writers(cluster.address, USERS, 3, seed=1)
            try:
                await writers.more(60)
                for node in cluster.nodes:
                    # Requests went both ways between nodes, and between the workers of each.
                    assert await figure(node, "groat_relayed_total") > 0
                    assert await figure(node, "groat_live_connections") > 0
                assert [client.errors for client in clients] == [[]] * CLIENTS
                assert all(len(client.connects) == 1 for client in clients)

                await asyncio.to_thread(cut_off, first)
                await writers.more(40)
                await until(lambda: any(len(client.connects) > 1 for client in clients), DEADLINE_S)
                await writers.more(20)
                await writers.stop()
                heads: Counter[str] = writers.acknowledged
                await until(
                    lambda: all(
                        client.events and client.events[-1]["version"] >= heads[client.user]
                        for client in clients
                    ),
                    DEADLINE_S,
                )
                for client in clients:
                    client.check(heads[client.user])
            finally:
                writers.stopping = True
    await second.verify()
