"""Several nodes on one PostgreSQL, each reaching it through a network of its own, behind one address."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg
import httpx

from tests.crash.server import START_S, Server
from tests.faults.proxy import Proxy
from tests.servers import Missing, Postgres, Redis

FAKETIME = "/usr/lib/*-linux-gnu/faketime/libfaketime.so.1"
# Trouble comes every second here: clients come back more often than any person's would.
SETTINGS = {"GROAT_CONNECTS_PER_MINUTE": "10000"}


def faketime() -> str:
    """The library that skews a process's clock; raises Missing."""
    found = sorted(Path("/").glob(FAKETIME[1:]))
    if not found:
        raise Missing("a clock that can be skewed is needed: apt-get install faketime")
    return str(found[0])


class Node(Server):
    """One node: a `groat serve` that is started again whenever it ends, as a service manager does.

    ``network`` lies between it and the database, unless ``dsn`` says where that is. Its clock can be set off by `skew`.
    """

    def __init__(self, directory: Path, database: Postgres, dsn: str = "", **settings: str) -> None:
        directory.mkdir()
        self._clock = directory / "clock"
        self.skew(0)
        super().__init__(
            directory,
            **SETTINGS,
            **settings,
            LD_PRELOAD=faketime(),
            FAKETIME_TIMESTAMP_FILE=str(self._clock),
            FAKETIME_CACHE_DURATION="1",
            FAKETIME_DONT_FAKE_MONOTONIC="1",
        )
        self.network = Proxy([database.port])
        self.database = dsn or f"postgresql://postgres@127.0.0.1:{self.network.port}/postgres"
        self.deaths = 0
        self._keeper: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Start it and keep it running."""
        await self.network.start()
        self.spawn()
        self._keeper = asyncio.create_task(self._keep())

    async def close(self) -> None:
        """End it in order; fails when it does not end well."""
        if self._keeper is not None:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper
        try:
            if self.process.poll() is None:
                assert await self.terminate() == 0, self.tail()
        finally:
            self.bury()
            await self.network.stop()

    async def _keep(self) -> None:
        while True:
            if self.process.poll() is not None:
                self.deaths += 1
                self.spawn()
            await asyncio.sleep(0.1)

    async def is_ready(self) -> bool:
        """Whether it says that it is."""
        async with httpx.AsyncClient(base_url=self.address, trust_env=False) as http:
            try:
                return (await http.get("/health/ready")).status_code == 200
            except httpx.TransportError:
                return False

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def skew(self, seconds: int) -> None:
        """Set its clock off from the true one, within a second."""
        self._clock.write_text(f"{seconds:+d}\n")


class Cluster:
    """The nodes, their database, and the address at which whoever calls reaches any of them.

    To senders and clients it is what a `Server` is: ``port``, ``address``, ``websocket``.
    """

    def __init__(
        self,
        directory: Path,
        database: Postgres,
        nodes: int,
        *,
        redis: Redis | None = None,
        dsn: str = "",
        **settings: str,
    ) -> None:
        if redis:
            settings["GROAT_REDIS"] = redis.url
        self.database = database
        self.redis = redis
        self.nodes = [Node(directory / f"node-{n}", database, dsn, **settings) for n in range(nodes)]
        self.door = Proxy([node.port for node in self.nodes])
        self.port = self.door.port
        self.address = f"http://127.0.0.1:{self.port}"
        self.websocket = f"ws://127.0.0.1:{self.port}/connection/websocket"
        # What `Senders` count: this server has one life.
        self.lives = 1
        self.up = asyncio.Event()

    async def open(self) -> None:
        """Start everything and wait until every node is ready."""
        await self.door.start()
        for node in self.nodes:
            await node.open()
        await self.ready()
        self.up.set()

    async def close(self) -> None:
        try:
            await asyncio.gather(*(node.close() for node in self.nodes))
        finally:
            await self.door.stop()

    async def ready(self) -> None:
        """Wait until every node is ready."""
        # Nodes that were killed start at once, all of them together with what else the machine does.
        deadline = time.monotonic() + START_S
        for node in self.nodes:
            while not await node.is_ready():
                assert time.monotonic() < deadline, f"not ready in {START_S:.0f} s: {node.tail()}"
                await asyncio.sleep(0.05)

    async def heal(self) -> None:
        """End all trouble there may be."""
        self.database.empty_disk()
        if not self.database.running:
            await asyncio.to_thread(self.database.start)
        if self.redis and not self.redis.running:
            await asyncio.to_thread(self.redis.start)
        for node in self.nodes:
            node.thaw()
            node.skew(0)
            node.network.heal()
        await self.ready()

    @asynccontextmanager
    async def look(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection to the database that no fault of the network reaches."""
        connection = await asyncpg.connect(self.database.dsn)
        try:
            yield connection
        finally:
            await connection.close()
