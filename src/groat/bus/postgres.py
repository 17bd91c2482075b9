"""Hints by NOTIFY, for workers that share a PostgreSQL and have no Redis.

The notification is sent after the COMMIT on a connection of its own: inside the transaction it would take a lock on
the whole database cluster at COMMIT. Hints that gather while one notification is under way go out together in the
next.
"""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Any

import asyncpg
import msgspec
import structlog
from asyncpg import exceptions

from groat.bus.interface import WAITING_MAX, Bus, Publish
from groat.store.batch import Published
from groat.store.postgres import PostgresStore

log = structlog.get_logger("groat.bus")

# PostgreSQL takes less than 8,000 bytes of payload. A stream's events travel along while they are small.
PAYLOAD_MAX = 7_900
EVENTS_MAX = 2_000
# Send this many notifications in one statement. It costs one round trip, and takes the lock that all notifiers share
# once.
PAYLOADS_MAX = 64
_NOTIFY = "SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload"
# Every listener first opens a connection by this name. Without one no hints are sent: they would cost a process that
# is alone a tenth of its throughput.
HAS_LISTENERS = """EXISTS (SELECT FROM pg_stat_activity
WHERE application_name = 'groat-bus' AND datname = current_database() AND pid <> pg_backend_pid())"""
OTHERS_S = 1.0
RETRY_S = 1.0
PROBE_S = 5.0
ANSWER_S = 5.0

_encode = msgspec.json.encode
_decode = msgspec.json.Decoder(tuple[str, list[tuple[str, str, int, int, list[msgspec.Raw] | None]]]).decode
_BROKEN = (exceptions.PostgresError, exceptions.InterfaceError, OSError, TimeoutError)


class PostgresBus(Bus):
    """One connection that listens and notifies; when it is lost, hints are missed until it is back."""

    kind = "notify"

    def __init__(self, store: PostgresStore, worker: str, publish: Publish) -> None:
        super().__init__()
        self._store = store
        self._worker = worker
        self._publish = publish
        self._channel = ""
        self._waiting: list[Published] = []
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._others_until = 0.0

    async def start(self) -> None:
        """Begin to listen, as soon as there is a connection."""
        # Schemas of one database share its notifications.
        self._channel = channel_of(self._store.place)
        self._task = asyncio.create_task(self._run(), name="groat-bus")

    async def stop(self) -> None:
        """Stop listening."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def announce(self, published: list[Published]) -> None:
        """Notify other workers soon. Beyond a bound hints are dropped, and the periodic check finds their events."""
        if len(self._waiting) < WAITING_MAX:
            self._waiting += published
            self._wake.set()
        else:
            self.traffic.dropped += len(published)

    async def _run(self) -> None:
        while True:
            connection = None
            try:
                connection = await asyncpg.connect(
                    self._store.dsn, timeout=ANSWER_S, server_settings={"application_name": "groat-bus"}
                )
                connection.add_termination_listener(lambda _: self._wake.set())
                await connection.add_listener(self._channel, self._hear)
                self.connected = True
                while True:
                    await self._send(connection)
            except _BROKEN as error:
                if self.connected:
                    self.traffic.losses += 1
                log.warning("bus_away", kind=self.kind, detail=str(error))
            except Exception:
                # After any failure, hints must flow again.
                if self.connected:
                    self.traffic.losses += 1
                log.exception("bus_broke", kind=self.kind)
            finally:
                self.connected = False
                if connection is not None:
                    connection.terminate()
            await asyncio.sleep(RETRY_S)

    async def _send(self, connection: Any) -> None:
        """Send the waiting hints. After a while without any, test the connection."""
        try:
            async with asyncio.timeout(PROBE_S):
                await self._wake.wait()
        except TimeoutError:
            await connection.execute("SELECT 1", timeout=ANSWER_S)
            return
        self._wake.clear()
        if connection.is_closed():
            raise exceptions.ConnectionDoesNotExistError("the server closed the connection")
        waiting, self._waiting = self._waiting, []
        if not await self._has_others(connection):
            return
        payloads = payloads_of(self._worker, waiting)
        for start in range(0, len(payloads), PAYLOADS_MAX):
            some = payloads[start : start + PAYLOADS_MAX]
            await connection.execute(_NOTIFY, self._channel, some, timeout=ANSWER_S)
        self.traffic.sent += len(waiting)

    async def _has_others(self, connection: Any) -> bool:
        """Return whether another process listens. A positive answer is believed for ``OTHERS_S``."""
        if monotonic() < self._others_until:
            return True
        found: bool = await connection.fetchval(f"SELECT {HAS_LISTENERS}", timeout=ANSWER_S)
        if found:
            self._others_until = monotonic() + OTHERS_S
        return found

    def _hear(self, connection: Any, pid: int, channel: str, payload: str) -> None:
        try:
            worker, ranges = _decode(payload)
        except msgspec.MsgspecError as error:
            log.warning("hint_unreadable", kind=self.kind, detail=str(error))
            return
        if worker == self._worker:
            return
        self.traffic.heard += len(ranges)
        self._publish(
            [
                Published(stream, epoch, first, last, None if events is None else tuple(map(bytes, events)))
                for stream, epoch, first, last, events in ranges
            ]
        )


def channel_of(place: str) -> str:
    """Return the channel of a database by the name of its place (:class:`~groat.store.history.Marks`)."""
    return f"groat_{place}"


def payloads_of(worker: str, published: list[Published]) -> list[str]:
    """Write hints of a worker as payloads, each short enough for one notification."""
    payloads: list[str] = []
    parts: list[bytes] = []
    room = PAYLOAD_MAX - len(worker) - 8
    size = 0
    for p in published:
        small = p.events is not None and sum(map(len, p.events)) <= EVENTS_MAX
        events = [msgspec.Raw(event) for event in p.events or ()] if small else None
        part = _encode((p.stream, p.epoch, p.first, p.last, events))
        if size + len(part) + 1 > room:
            payloads.append(_payload(worker, parts))
            parts, size = [], 0
        parts.append(part)
        size += len(part) + 1
    if parts:
        payloads.append(_payload(worker, parts))
    return payloads


def _payload(worker: str, parts: list[bytes]) -> str:
    return f'["{worker}",[{b",".join(parts).decode()}]]'
