"""One node with two workers on one port."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.cluster.nodes import Cluster, Watcher, Writers, figure, workers_of
from tests.crash.server import DEADLINE_S, Server, token
from tests.live.waiting import until
from tests.servers import Postgres

ROUNDS = int(os.environ.get("GROAT_SOAK_ROUNDS", "2"))
USERS = [f"u{number}" for number in range(4)]


@pytest.fixture
async def node(tmp_path: Path, postgres_server: Postgres) -> AsyncIterator[Cluster]:
    async with Cluster.running(tmp_path, postgres_server, 1, GROAT_WORKERS="2") as cluster:
        yield cluster


def lives(pid: int) -> bool:
    """Whether a process runs; one that ended may stay as a zombie of whoever inherited it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_a_worker_is_killed_and_comes_back(node: Cluster) -> None:
    (server,) = node.nodes
    watchers = [Watcher(server.websocket, USERS[number % len(USERS)]) for number in range(16)]
    await asyncio.gather(*(watcher.connect() for watcher in watchers))
    writers = Writers(server.address, USERS, 4, seed=1)
    try:
        await writers.more(20)
        # The kernel spreads connections over both, and either answers for both.
        async with asyncio.timeout(DEADLINE_S):
            while await figure(server, "groat_live_connections") != len(watchers):  # noqa: ASYNC110 (another process)
                await asyncio.sleep(0.1)
        before = workers_of(server)
        assert len(before) == 2
        os.kill(before[0], signal.SIGKILL)
        await until(lambda: len(set(workers_of(server)) - {before[0]}) == 2, DEADLINE_S)
        await writers.more(20)
        await until(lambda: all(each.connects >= 1 for each in watchers))
        await writers.stop()
        heads = writers.acknowledged
        await until(
            lambda: all((each.offsets(each.stream) or [0])[-1] >= heads[each.user] for each in watchers),
            DEADLINE_S,
        )
        for watcher in watchers:
            watcher.check(heads[watcher.user])
        assert await server.terminate() == 0, server.tail()
        assert {code for watcher in watchers for code in watcher.connecting} >= {3001}
    finally:
        writers.stopping = True
        await asyncio.gather(*(watcher.leave() for watcher in watchers))
    await server.verify()


async def test_workers_end_with_their_supervisor(node: Cluster) -> None:
    (server,) = node.nodes
    workers = workers_of(server)
    assert len(workers) == 2
    server.kill()
    await until(lambda: not any(map(lives, workers)), DEADLINE_S)


def readers_of(server: Server) -> list[int]:
    """The processes that the workers started: the foremen who read files, and their children."""
    found = [each for worker in workers_of(server) for each in below(worker)]
    return [*found, *(each for foreman in found for each in below(foreman))]


def below(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task")
    return [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
async def test_each_worker_has_files_read_and_leaves_nobody_behind(
    node: Cluster, number: signal.Signals
) -> None:
    (server,) = node.nodes
    headers = {"Authorization": f"Bearer {token('ada', 'admin')}"}

    async def preview() -> int:
        # A connection of its own each time, so that the kernel spreads them over the workers.
        async with httpx.AsyncClient(base_url=server.address, timeout=DEADLINE_S) as client:
            form = {"files": {"file": ("f.csv", b"user,amount\n42,5\n")}, "data": {"asset": "CREDIT"}}
            return (await client.post("/v1/sheets/preview", headers=headers, **form)).status_code  # type: ignore[arg-type]

    async with asyncio.timeout(DEADLINE_S):
        while len(left := readers_of(server)) < 2:
            assert await preview() == 200
    if number == signal.SIGTERM:
        assert await server.terminate() == 0, server.tail()
    else:
        workers = workers_of(server)
        os.kill(server.process.pid, number)
        for worker in workers:
            os.kill(worker, number)
    await until(lambda: not any(map(lives, left)), DEADLINE_S)


@pytest.mark.soak
@pytest.mark.skipif(ROUNDS <= 2, reason="it takes half a minute: make soak runs it")
async def test_a_worker_that_is_stuck_is_replaced(node: Cluster) -> None:
    (server,) = node.nodes
    before = workers_of(server)
    os.kill(before[0], signal.SIGSTOP)
    await until(lambda: len(set(workers_of(server)) - {before[0]}) == 2, DEADLINE_S)
    assert [line["event"] for line in server.alarms()] == ["worker_stuck", "worker_died"]
    assert await server.terminate() == 0, server.tail()
