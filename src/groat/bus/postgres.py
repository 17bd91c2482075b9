"""Hints by NOTIFY, for workers that share a PostgreSQL and have no Redis.

The notification is sent after the COMMIT on a connection of its own: inside the transaction it would take a lock on the
whole database cluster at COMMIT. All that gathers while one notification is under way goes out with the next one.
"""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import msgspec
import structlog
from asyncpg import exceptions

from groat.bus.interface import Publish
from groat.store.batch import Published

log = structlog.get_logger("groat.bus")

CHANNEL = "groat"
# PostgreSQL takes less than 8,000 bytes of payload.
PAYLOAD_MAX = 7_900
RETRY_S = 1.0
WAITING_MAX = 50_000

_encode = msgspec.json.encode


class PostgresBus:
    """One connection that listens and notifies; when it is lost, hints are missed until it is back."""

    def __init__(self, dsn: str, worker: str, publish: Publish) -> None:
        self.connected = False
        self._dsn = dsn
        self._worker = worker
        self._publish = publish
        self._waiting: list[Published] = []
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen."""
        connection = await self._connect()
        self._task = asyncio.create_task(self._run(connection), name="groat-bus")

    async def stop(self) -> None:
        """Stop listening."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def announce(self, published: list[Published]) -> None:
        """Notify other workers soon; beyond a bound hints are dropped, and the periodic check finds what they told."""
        if len(self._waiting) < WAITING_MAX:
            self._waiting += published
            self._wake.set()

    async def _connect(self) -> Any:
        connection = await asyncpg.connect(
            self._dsn, timeout=5, server_settings={"application_name": "groat-bus"}
        )
        await connection.add_listener(CHANNEL, self._hear)
        self.connected = True
        return connection

    async def _run(self, connection: Any) -> None:
        try:
            while True:
                try:
                    await self._send(connection)
                except (exceptions.PostgresError, exceptions.InterfaceError, OSError, TimeoutError) as error:
                    self.connected = False
                    log.warning("bus_failed", detail=str(error))
                    await connection.close(timeout=1)
                    connection = await self._reconnect()
        finally:
            connection.terminate()

    async def _send(self, connection: Any) -> None:
        await self._wake.wait()
        self._wake.clear()
        waiting, self._waiting = self._waiting, []
        for payload in self._payloads(waiting):
            await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, payload)

    async def _reconnect(self) -> Any:
        while True:
            await asyncio.sleep(RETRY_S)
            try:
                return await self._connect()
            except (exceptions.PostgresError, OSError, TimeoutError) as error:
                log.warning("bus_away", detail=str(error))

    def _payloads(self, published: list[Published]) -> list[str]:
        payloads: list[str] = []
        parts: list[str] = []
        size = len(self._worker) + 8
        for p in published:
            part = _encode([p.stream, p.epoch, p.first, p.last]).decode()
            if parts and size + len(part) + 1 > PAYLOAD_MAX:
                payloads.append(self._payload(parts))
                parts, size = [], len(self._worker) + 8
            parts.append(part)
            size += len(part) + 1
        if parts:
            payloads.append(self._payload(parts))
        return payloads

    def _payload(self, parts: list[str]) -> str:
        return f'["{self._worker}",{",".join(parts)}]'

    def _hear(self, connection: Any, pid: int, channel: str, payload: str) -> None:
        worker, *ranges = msgspec.json.decode(payload)
        if worker != self._worker:
            self._publish(
                [Published(stream, epoch, first, last, None) for stream, epoch, first, last in ranges]
            )
