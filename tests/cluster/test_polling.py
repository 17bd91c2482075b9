"""Long-polling on two nodes of two workers each, behind a proxy that spreads each request anew: no sticky sessions."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.nodes import Cluster, Writers, cut_off, figure
from tests.crash.server import DEADLINE_S, token
from tests.live.node_client import NodeClient, running
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


class Clients(NodeClient):
    """Stock clients in one process of Node, one for each of these users."""

    def __init__(self, users: list[str]) -> None:
        super().__init__()
        self.each = [Client(user) for user in users]

    def hear(self, told: dict[str, Any]) -> None:
        client = self.each[told["client"]]
        if told["on"] == "balance":
            assert told["more"] == 0
            client.events.append(told["event"])
        elif told["on"] == "connect":
            client.connects.append(told)
        else:
            client.errors.append(told)


def polling(address: str, users: list[str]) -> AbstractAsyncContextManager[Clients]:
    tokens = json.dumps([token(user) for user in users])
    return running(Clients(users), "socket.io-client", SCRIPT, address, tokens)


@pytest.fixture
async def cluster(tmp_path: Path, postgres_server: Postgres, bus: dict[str, str]) -> AsyncIterator[Cluster]:
    async with Cluster.running(tmp_path, postgres_server, 2, GROAT_WORKERS="2", **bus) as cluster:
        yield cluster


async def test_polls_land_anywhere_and_a_node_is_killed(cluster: Cluster) -> None:
    first, second = cluster.nodes
    with cluster.proxy():
        users = [USERS[number % len(USERS)] for number in range(CLIENTS)]
        async with polling(cluster.address, users) as script:
            clients = script.each
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
