"""Hints of other processes' commits on SQLite: poll the file's data version, then read the newest batches."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec
import structlog

from groat.bus.interface import Bus
from groat.ledger.errors import StoreError
from groat.store.batch import Published
from groat.store.sqlite import SqliteStore
from groat.store.streams import last_batch, read_batches

log = structlog.get_logger("groat.bus")

POLL_S = 0.05
BATCHES_MAX = 500


class SqliteBus(Bus):
    """Watches the file. ``publish`` gets the ranges of other workers' batches, a moment after their commits.

    ``changed`` is called whenever anybody committed anything, batches or not.
    """

    kind = "sqlite"
    has_nodes = False
    tells_boards = False

    def __init__(
        self,
        store: SqliteStore,
        worker: str,
        publish: Callable[[list[Published]], None],
        changed: Callable[[], None],
    ) -> None:
        super().__init__()
        self._store = store
        self._worker = worker
        self._publish = publish
        self._changed = changed
        self._task: asyncio.Task[None] | None = None

    def announce(self, published: list[Published]) -> None:
        """Do nothing: the other workers watch the file."""

    async def start(self) -> None:
        """Note where the batches end, and begin to watch in a task of its own."""
        version = await self._store.data_version()
        after = await self._store.read(last_batch)
        self._task = asyncio.create_task(self._watch(version, after), name="groat-bus")
        self.connected = True

    async def stop(self) -> None:
        """Stop watching."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _watch(self, version: int, after: int) -> None:
        while True:
            await asyncio.sleep(POLL_S)
            try:
                current = await self._store.data_version()
                if current == version:
                    continue
                after = await self._catch_up(after)
                version = current
            except StoreError as error:
                # Nothing is lost: the periodic check of the heads finds what this misses.
                self.traffic.losses += self.connected
                self.connected = False
                log.warning("bus_failed", code=error.code, detail=error.detail)
                continue
            except Exception:
                self.traffic.losses += self.connected
                self.connected = False
                log.exception("bus_broke", kind=self.kind)
                continue
            self.connected = True
            self._changed()

    async def _catch_up(self, after: int) -> int:
        while True:
            batches = await self._store.read(read_batches, after, self._worker, BATCHES_MAX)
            ranges = [
                Published(stream, epoch, first, last, None)
                for _, streams in batches
                for stream, epoch, first, last in msgspec.json.decode(streams)
            ]
            if ranges:
                self.traffic.heard += len(ranges)
                self._publish(ranges)
            if batches:
                after = batches[-1][0]
            if len(batches) < BATCHES_MAX:
                return after
