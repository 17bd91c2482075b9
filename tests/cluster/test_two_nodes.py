"""Any node answers for anybody: what one commits, the other's readers see, and readers move between them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.cluster.nodes import Cluster, Watcher, credit, figure
from tests.crash.server import DEADLINE_S, bearing, token
from tests.helpers.databases import PostgresDatabase
from tests.live.python_client import Sdk
from tests.live.waiting import until
from tests.servers import Postgres


@pytest.fixture(scope="module", params=["notify", "redis"])
def cluster(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres_server: Postgres
) -> Iterator[Cluster]:
    """Two nodes for all tests here, with and without Redis: each test has people of its own."""
    redis = request.getfixturevalue("redis_server").url if request.param == "redis" else ""
    settings = {"GROAT_REDIS": redis} if redis else {}
    cluster = Cluster(tmp_path_factory.mktemp("cluster"), PostgresDatabase(postgres_server), 2, **settings)
    try:
        asyncio.run(cluster.start())
        yield cluster
    finally:
        cluster.bury()


async def test_a_reader_on_one_node_sees_what_the_other_commits(cluster: Cluster) -> None:
    first, second = cluster.nodes
    watcher = Watcher(first.websocket, "42")
    await watcher.connect()
    try:
        async with cluster.http(second) as http:
            for number in range(10):
                answer = await credit(http, "42", f"k{number}")
                assert answer.status_code == 201
                # The answer names the event's place; the reader at the other node is given just that event.
                offset = int(answer.json()["positions"]["user:42"].rpartition(":")[2])
                await until(lambda offset=offset: watcher.offsets("user:42")[-1:] == [offset])  # type: ignore[misc]
        watcher.check(10)
        # It was a hint that told, not the check every two seconds.
        assert await figure(first, "groat_hints_heard_total") >= 9
        assert await figure(first, "groat_hints_connected") == 1
    finally:
        await watcher.leave()


async def test_a_change_of_role_reaches_the_other_node(cluster: Cluster) -> None:
    first, second = cluster.nodes
    support = token("99", "support")
    async with (
        cluster.http(first) as admin,
        httpx.AsyncClient(base_url=second.address, headers=bearing(support), trust_env=False) as http,
    ):
        assert (await http.get("/v1/users")).status_code == 200
        answer = await admin.post("/v1/users", json={"user": "99", "name": "Sam", "roles": []})
        assert answer.status_code == 201, answer.text

        # Within 5 s, says the design; a busy machine may take longer.
        deadline = time.monotonic() + 30
        while (status := (await http.get("/v1/users")).status_code) == 200:
            assert time.monotonic() < deadline
        assert status == 403


async def test_signing_out_at_one_node_ends_the_sessions_tokens_at_the_other(cluster: Cluster) -> None:
    first, second = cluster.nodes
    login = {"user": "98", "password": "correct horse"}
    async with cluster.http(first) as admin:
        answer = await admin.post(
            "/v1/users", json={"user": "98", "roles": [], "password": login["password"]}
        )
        assert answer.status_code == 201, answer.text
    sessions = []
    for _ in range(2):
        async with httpx.AsyncClient(base_url=first.address, trust_env=False, timeout=DEADLINE_S) as http:
            answer = await http.post("/v1/auth/login", json=login)
            sessions.append((answer.json()["token"], answer.headers["set-cookie"].partition(";")[0]))
    (ended, cookie), (other, _) = sessions
    watchers = {name: Sdk(second.websocket, name, (0.05, 0.5)) for name in (ended, other)}
    try:
        for watcher in watchers.values():
            await watcher.connect()
        async with httpx.AsyncClient(base_url=second.address, trust_env=False, timeout=DEADLINE_S) as http:
            assert (await http.get("/v1/me", headers=bearing(ended))).status_code == 200
            out = await http.post(f"{first.address}/v1/auth/logout", headers={"cookie": cookie})
            assert out.status_code == 204
            # Within 5 s, says the promise; a busy machine may take longer.
            await until(lambda: 3014 in watchers[ended].connecting, 30)
            deadline = time.monotonic() + 30
            while (answer := await http.get("/v1/me", headers=bearing(ended))).status_code == 200:
                assert time.monotonic() < deadline
            assert answer.json()["code"] == "token_revoked"
            assert (await http.get("/v1/me", headers=bearing(other))).status_code == 200
        await until(lambda: watchers[ended].errors.count(109) >= 1, 30)
        assert watchers[other].connecting == [0]
    finally:
        for watcher in watchers.values():
            await watcher.leave()


async def test_a_reader_moves_to_the_other_node_and_resumes_exactly(cluster: Cluster) -> None:
    """One node ends here, so this is the last test of each cluster."""
    for node in cluster.nodes:
        # The watchers of before have gone.
        while await figure(node, "groat_live_connections"):  # noqa: ASYNC110 (seen only over HTTP)
            await asyncio.sleep(0.05)
    with cluster.proxy():
        watcher = Watcher(cluster.websocket, "43")
        await watcher.connect()
        try:
            here, there = cluster.nodes
            if await figure(here, "groat_live_connections") == 0:
                here, there = there, here
            async with cluster.http(there) as http:
                for number in range(5):
                    await credit(http, "43", f"before{number}")
                await until(lambda: len(watcher.offsets("user:43")) == 5)
                assert await here.terminate() == 0, here.tail()
                for number in range(5):
                    await credit(http, "43", f"after{number}")
            await until(lambda: len(watcher.offsets("user:43")) == 10)
            watcher.check(10)
            assert len(watcher.sent_away) == 1
            assert await figure(there, "groat_live_connections") == 1
        finally:
            await watcher.leave()
