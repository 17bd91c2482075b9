"""A bulk run for a crowd, of whom a tenth watch by both kinds of clients, while a node is killed.

`make test` has a small crowd, `make soak` 10,000 candidates and 1,000 screens.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.nodes import Cluster
from tests.crash.conftest import ROUNDS
from tests.crash.server import ADMIN, DEADLINE_S, JWT_SECRET, Server
from tests.live.crowd import Crowd, allow_sockets
from tests.live.python_client import Sdk
from tests.live.waiting import until
from tests.servers import Postgres

PEOPLE = 10_000 if ROUNDS > 2 else 500
WATCHING = PEOPLE // 10
CHUNKED = 11_000
"""More people than one atomic command takes: the run is posted in chunks of 1,000."""
LEASE_S = 120.0


class Office:
    """The admin's side: runs that are posted at a node, and what an admin's page is told of them."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    async def give(self, node: Server, people: list[str], credits: int, key: str) -> dict[str, Any]:
        """Post a run; its answer."""
        body = {"people": people, "amount": str(credits), "asset": "CREDIT", "reason": "Spring bonus"}
        async with self.cluster.http(node) as http:
            answer = await http.post("/v1/runs", json=body, headers={"Idempotency-Key": key}, timeout=60)
            assert answer.status_code in (200, 201), answer.text
            run: dict[str, Any] = answer.json()
            return run

    async def done(self, node: Server, run: str) -> dict[str, Any]:
        """Wait until a run is done; the run."""
        async with self.cluster.http(node) as http:
            async with asyncio.timeout(LEASE_S):
                while (found := (await http.get(f"/v1/runs/{run}")).json())["state"] != "done":
                    assert found["state"] == "running", found
                    await asyncio.sleep(0.05)
        told: dict[str, Any] = found
        return told

    async def spent(self, node: Server) -> int:
        """Read how much the source has paid in all."""
        async with self.cluster.http(node) as http:
            (balance,) = (await http.get("/v1/accounts/house:bonus")).json()["balances"]
            return -int(balance["balance"])


@pytest.mark.soak
@pytest.mark.parametrize("count", [1, 2], ids=["one node", "two nodes"])
async def test_each_screen_is_right_and_told_once(
    tmp_path: Path, postgres_server: Postgres, count: int
) -> None:
    allow_sockets()
    people = [f"c{number}" for number in range(PEOPLE)]
    watching = people[::10]
    async with Cluster.running(tmp_path, postgres_server, count) as cluster, Crowd(2) as crowd:
        first, second = cluster.nodes[0], cluster.nodes[-1]
        office = Office(cluster)
        addresses = [("127.0.0.1", node.port) for node in cluster.nodes]
        await crowd.join(watching[::2], addresses, JWT_SECRET, "screen")
        await crowd.join(watching[1::2], addresses, JWT_SECRET, "socket.io screen")
        await crowd.until("connected", WATCHING, DEADLINE_S)
        admin = await Sdk(second.websocket, ADMIN).connect()
        try:
            run = await office.give(first, people, 50, "spring")
            finished = await office.done(second, run["id"])
            assert (finished["posted"]["rows"], finished["people"]) == (PEOPLE, PEOPLE)
            await crowd.show("50", 1, {*watching}, DEADLINE_S)
            # The page of another admin, on the last node, was told that it runs and that it is done.
            await until(lambda: states_told(admin, run["id"])[-1:] == ["done"], DEADLINE_S)

            again = await office.give(second, people, 50, "spring")
            assert again["id"] == run["id"]

            # A node dies as soon as it has taken a run. The other one goes on with it, or itself when it is back.
            many = people + [f"d{number}" for number in range(CHUNKED - PEOPLE)] if ROUNDS > 2 else people
            run = await office.give(first, many, 7, "summer")
            first.kill()
            if first is second:
                await first.start()
            else:
                await crowd.go_to(addresses[1:])
            finished = await office.done(second, run["id"])
            assert finished["posted"]["rows"] == len(many)
            await crowd.until("connected", WATCHING, DEADLINE_S)
            await crowd.show("57", 2, {*watching}, DEADLINE_S)
            assert (await office.give(second, many, 7, "summer"))["id"] == run["id"]
        finally:
            await admin.leave()
        assert await office.spent(second) == 50 * PEOPLE + 7 * len(many)
        counts = await crowd.count()
        assert (counts["wrong"], counts["twice"]) == (0, 0), counts
        assert second.alarms() == []
        await second.verify()


def states_told(admin: Sdk, run: str) -> list[str]:
    """The states of a run that an admin's page was told of."""
    return [
        item["state"]
        for _, event in admin.events.get("role:admin", [])
        if event["type"] == "requests_updated"
        for item in event["data"]["items"]
        if item["id"] == run
    ]
