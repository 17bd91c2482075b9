"""Two `groat serve` on one PostgreSQL, with nginx before them, and those who write and watch through it."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import httpx
from centrifuge import ConnectingContext

from deploy.cluster import nginx
from tests.crash.server import ADMIN, DEADLINE_S, Server, bearing, token
from tests.helpers.databases import PostgresDatabase
from tests.live.python_client import Sdk
from tests.live.waiting import until
from tests.servers import Postgres, free_port

SHUTDOWN = 3001
# What a client of ours tries again under the same key: no answer, a proxy without a node, a node that cannot.
AGAIN = (502, 503, 504)


class Cluster:
    """Nodes on one database; ``address`` and ``websocket`` are the proxy's."""

    def __init__(self, directory: Path, place: PostgresDatabase, count: int, **settings: str) -> None:
        self.place = place
        self.nodes = []
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.websocket = f"ws://127.0.0.1:{self.port}/connection/websocket"
        for number in range(count):
            home = directory / f"node{number}"
            home.mkdir()
            # What a killed supervisor leaves behind goes with the test.
            node = Server(home, GROAT_CONNECTS_PER_MINUTE="1000", TMPDIR=str(home), **settings)
            node.database = place.url
            self.nodes.append(node)

    @classmethod
    @asynccontextmanager
    async def running(
        cls, directory: Path, server: Postgres, count: int, **settings: str
    ) -> AsyncIterator[Cluster]:
        """Nodes that run on a new database of the server; whatever happens, none is left behind."""
        cluster = cls(directory, PostgresDatabase(server), count, **settings)
        try:
            await cluster.start()
            yield cluster
        finally:
            cluster.bury()

    async def start(self) -> None:
        """Start all nodes together, each migrating the same empty database."""
        for node in self.nodes:
            node.spawn()
        await asyncio.gather(*(node.ready() for node in self.nodes))
        async with self.http() as http:
            answer = await http.post("/v1/assets", json={"code": "CREDIT", "scale": 0})
            assert answer.status_code == 201, answer.text

    @contextmanager
    def proxy(self) -> Iterator[None]:
        """nginx before the nodes."""
        with nginx(self.port, [node.port for node in self.nodes]):
            yield

    def http(self, node: Server | None = None) -> httpx.AsyncClient:
        """An admin's client to a node, the first unless told."""
        return httpx.AsyncClient(
            base_url=(node or self.nodes[0]).address,
            headers=bearing(ADMIN),
            trust_env=False,
            timeout=DEADLINE_S,
        )

    def bury(self) -> None:
        for node in self.nodes:
            cut_off(node)


def workers_of(server: Server) -> list[int]:
    """The processes of a node's workers; none for a node of one process."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    return [int(pid) for pid in children.read_text().split()] if children.exists() else []


def cut_off(node: Server) -> None:
    """Kill a node and all its workers, as when its machine fails."""
    workers = workers_of(node)
    node.bury()
    for pid in workers:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


async def credit(http: httpx.AsyncClient, user: str, key: str) -> httpx.Response:
    """Post one CREDIT to a user."""
    body = {
        "postings": [
            {"source": "house:bonus", "destination": f"user:{user}", "amount": "1", "asset": "CREDIT"}
        ]
    }
    return await http.post("/v1/transactions", json=body, headers={"idempotency-key": key})


async def figure(node: Server, name: str) -> float:
    """One of a node's metrics, summed over its workers."""
    async with httpx.AsyncClient(trust_env=False, timeout=DEADLINE_S) as http:
        text = (await http.get(f"{node.address}/metrics")).text
    lines = [line for line in text.splitlines() if line.partition(" ")[0].partition("{")[0] == name]
    assert lines, name
    return sum(float(line.rpartition(" ")[2]) for line in lines)


class Watcher(Sdk):
    """A stock client that notes when it was told to go elsewhere."""

    def __init__(self, url: str, user: str) -> None:
        super().__init__(url, token(user), (0.05, 0.5))
        self.user = user
        self.stream = f"user:{user}"
        self.sent_away: list[float] = []

    async def on_connecting(self, ctx: ConnectingContext) -> None:
        await super().on_connecting(ctx)
        if ctx.code == SHUTDOWN:
            self.sent_away.append(time.monotonic())

    def check(self, head: int) -> None:
        """It got each event once, in order, and was never given a snapshot instead of what it missed."""
        first, *others = self.subscribed[self.stream]
        start = first.stream_position.offset
        assert self.offsets(self.stream) == list(range(start + 1, head + 1)), self.user
        assert all(other.recovered for other in others), self.user


class Writers:
    """Callers that post one CREDIT after the other to random users, each again under its key until it is answered."""

    def __init__(self, address: str, users: list[str], count: int, seed: int) -> None:
        self.acknowledged: Counter[str] = Counter()
        self.tried_again: Counter[str] = Counter()
        self.stopping = False
        self._address = address
        self._users = users
        self._tasks = [asyncio.create_task(self._write(number, seed)) for number in range(count)]

    async def _write(self, number: int, seed: int) -> None:
        dice = random.Random(seed * 1_000 + number)
        async with httpx.AsyncClient(
            base_url=self._address, headers=bearing(ADMIN), trust_env=False, timeout=DEADLINE_S
        ) as http:
            turn = 0
            while not self.stopping:
                turn += 1
                await self._settle(http, dice.choice(self._users), f"{number}/{turn}")

    async def _settle(self, http: httpx.AsyncClient, user: str, key: str) -> None:
        while True:
            try:
                answer = await credit(http, user, key)
            except httpx.TransportError as error:
                self.tried_again[type(error).__name__] += 1
                continue
            if answer.status_code in AGAIN:
                self.tried_again[str(answer.status_code)] += 1
                await asyncio.sleep(0.05)
                continue
            assert answer.status_code in (200, 201), answer.text
            self.acknowledged[user] += 1
            return

    async def more(self, count: int) -> None:
        """Wait until so many more writes are acknowledged."""
        wanted = self.acknowledged.total() + count
        await until(lambda: self.acknowledged.total() >= wanted or self.failed, DEADLINE_S)
        if self.failed:
            await self.stop()

    @property
    def failed(self) -> bool:
        return any(task.done() for task in self._tasks) and not self.stopping

    async def stop(self) -> None:
        """Let each finish what it began; raises what broke one."""
        self.stopping = True
        await asyncio.gather(*self._tasks)
