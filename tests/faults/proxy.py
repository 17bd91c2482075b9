"""The network between two programs, as far as a test can make it fail: a TCP proxy on the loopback."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from itertools import count

from tests.servers import free_port

# How PostgreSQL tells that a transaction is committed (CommandComplete).
COMMITTED = b"C\x00\x00\x00\x0bCOMMIT\x00"
CHUNK_BYTES = 65_536


class Proxy:
    """Passes connections on to the next of ``targets`` (ports) that takes them, in turn.

    ``delay_s`` holds up what passes, in both directions. ``lose_commits``: the answer to a COMMIT is lost with its
    connection, if these bytes have gone to the server over it since they were told; ``lost`` counts those.
    """

    def __init__(self, targets: list[int]) -> None:
        self.targets = targets
        self.delay_s = 0.0
        self.lose_commits: bytes | None = None
        self.lost = 0
        self.cuts = 0
        self.port = free_port()
        self._turn = count()
        self._open = asyncio.Event()
        self._open.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        self.heal()
        self.cut()

    def cut(self) -> None:
        """Break all connections; ``cuts`` counts how often."""
        self.cuts += 1
        for writer in self._writers:
            writer.transport.abort()

    def swallow(self) -> None:
        """Become a black hole: connections stay, but nothing passes any more, and nobody is told."""
        self._open.clear()

    def heal(self) -> None:
        """Pass everything on again, beginning with what was held up."""
        self._open.set()
        self.delay_s = 0.0
        self.lose_commits = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            far_reader, far_writer = await self._connect()
        except OSError:
            writer.transport.abort()
            self._writers.discard(writer)
            return
        self._writers.add(far_writer)
        try:
            told = asyncio.Event()
            await asyncio.gather(
                self._pump(reader, far_writer, told, answers=False),
                self._pump(far_reader, writer, told, answers=True),
            )
        finally:
            for each in (writer, far_writer):
                each.transport.abort()
                self._writers.discard(each)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        first = next(self._turn)
        for number in range(len(self.targets)):
            target = self.targets[(first + number) % len(self.targets)]
            with suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", target)
        raise ConnectionRefusedError

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        told: asyncio.Event,
        *,
        answers: bool,
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK_BYTES):
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                await self._open.wait()
                if self.lose_commits is not None:
                    if not answers and self.lose_commits in data:
                        told.set()
                    if answers and told.is_set() and COMMITTED in data:
                        self.lost += 1
                        break
                writer.write(data)
                await writer.drain()
        # The other direction ends with this one.
        writer.transport.abort()
