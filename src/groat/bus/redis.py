"""Hints over Redis, for workers on several machines: sharded pub/sub on channels that they join as they need.

Each stream belongs to one of 64 channels by its hash. A worker publishes one message per flush and channel, with the
events themselves while they fit, and subscribes only to the channels of streams that somebody follows there. All
channels of a database share a hash tag, so in a Redis Cluster one node carries them, and one redirection finds it.

Redis stores nothing and may vanish at any moment: the periodic check of the streams' heads finds what no hint told.
"""

from __future__ import annotations

import asyncio
import random
from binascii import crc32
from typing import Any

import msgspec
import structlog
from redis.asyncio import ConnectionPool
from redis.exceptions import MovedError, RedisError

from groat.bus.interface import WAITING_MAX, Bus, Publish
from groat.store.batch import Published
from groat.store.postgres import PostgresStore

log = structlog.get_logger("groat.bus")

SHARDS = 64
EVENTS_MAX = 64 * 1024
"""Bytes of events that travel in one message. Further ranges go without events; their readers ask the database."""
PROBE_S = 5.0
CONNECT_S = 2.0
ANSWER_S = 2.0
SILENCE_S = 3 * PROBE_S
RETRY_S = 0.1
RETRY_S_MAX = 5.0

_encode = msgspec.msgpack.encode
_decode = msgspec.msgpack.Decoder(list[tuple[str, str, int, int, tuple[bytes, ...] | None]]).decode


async def check(url: str) -> None:
    """Check that hints can be published at an address. Raises ValueError for one that is none, RedisError, OSError."""
    pool = ConnectionPool.from_url(
        url,
        protocol=2,
        client_name="groat-doctor",
        socket_connect_timeout=CONNECT_S,
        socket_timeout=ANSWER_S,
    )
    connection: Any = pool.connection_class(**pool.connection_kwargs)
    try:
        await connection.connect()
        for command in (("PING",), ("SPUBLISH", "groat:{doctor}:0", "")):
            await connection.send_packed_command(connection.pack_commands([command]), check_health=False)
            await connection.read_response(disable_decoding=True)
    finally:
        await connection.disconnect(nowait=True)


def shard_of(stream: str) -> int:
    """Return the channel of a stream, 0 to 63."""
    return crc32(stream.encode()) % SHARDS


class RedisBus(Bus):
    """Two connections, one that publishes and one that listens; when either breaks, both are made anew.

    ``url`` is redis://, rediss:// or unix://, as redis-py reads it. Raises ValueError for any other.
    """

    kind = "redis"

    def __init__(self, url: str, store: PostgresStore, worker: str, publish: Publish) -> None:
        super().__init__()
        self._pool = ConnectionPool.from_url(
            url, protocol=2, client_name="groat", socket_connect_timeout=CONNECT_S
        )
        self._store = store
        # Each message begins with this, so that a worker recognises its own messages without decoding them.
        self._me = worker.encode()
        self._publish = publish
        self._prefix = ""
        self._owner: tuple[str, int] | None = None
        self._followed = [0] * SHARDS
        self._joined: set[int] = set()
        self._turn = asyncio.Event()
        self._waiting: list[Published] = []
        self._wake = asyncio.Event()
        self._delay_s = RETRY_S
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to connect; a Redis that is away delays nothing."""
        # Databases that share a Redis must not hear each other.
        self._prefix = prefix_of(self._store.place)
        self._task = asyncio.create_task(self._run(), name="groat-bus")

    async def stop(self) -> None:
        """Stop listening."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def announce(self, published: list[Published]) -> None:
        """Publish soon; while Redis is away or too slow the hints are dropped."""
        if self.connected and len(self._waiting) < WAITING_MAX:
            self._waiting += published
            self._wake.set()
        else:
            self.traffic.dropped += len(published)

    def follow(self, stream: str) -> None:
        """Join the stream's channel, if it is not joined yet."""
        shard = shard_of(stream)
        self._followed[shard] += 1
        if self._followed[shard] == 1:
            self._turn.set()

    def unfollow(self, stream: str) -> None:
        """Leave the channel when it was the last of its streams."""
        shard = shard_of(stream)
        self._followed[shard] -= 1
        if not self._followed[shard]:
            self._turn.set()

    # Connections.

    async def _run(self) -> None:
        while True:
            try:
                await self._connect()
            except (RedisError, OSError, TimeoutError) as error:
                if self.connected:
                    self.traffic.losses += 1
                log.warning("bus_away", kind=self.kind, detail=f"{type(error).__name__}: {error}")
                # Connect to the owner of our channels if a cluster named one; after any other failure ask again.
                self._owner = (error.host, error.port) if isinstance(error, MovedError) else None
            except Exception:
                # After any failure, hints must flow again.
                if self.connected:
                    self.traffic.losses += 1
                self._owner = None
                log.exception("bus_broke", kind=self.kind)
            finally:
                self.connected = False
            # Workers that lost the same Redis should not all return at once.
            await asyncio.sleep(self._delay_s * random.uniform(0.5, 1.0))  # noqa: S311
            self._delay_s = min(2 * self._delay_s, RETRY_S_MAX)

    async def _connect(self) -> None:
        """Connect, and carry hints until something breaks. Raises the error that broke it."""
        speaker, listener = self._connection(ANSWER_S), self._connection(SILENCE_S)
        try:
            await speaker.connect()
            await listener.connect()
            self._waiting.clear()
            self._joined.clear()
            self._turn.set()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._speak(speaker))
                tasks.create_task(self._listen(listener))
                tasks.create_task(self._join(listener))
        except ExceptionGroup as group:
            raise group.exceptions[0] from None
        finally:
            for connection in (speaker, listener):
                await connection.disconnect(nowait=True)

    def _connection(self, timeout_s: float) -> Any:
        kwargs = {**self._pool.connection_kwargs, "socket_timeout": timeout_s}
        if self._owner is not None:
            kwargs["host"], kwargs["port"] = self._owner
        return self._pool.connection_class(**kwargs)

    # Sending.

    async def _speak(self, connection: Any) -> None:
        await self._ask(connection, [("PING",)])
        self.connected = True
        while True:
            try:
                async with asyncio.timeout(PROBE_S):
                    await self._wake.wait()
            except TimeoutError:
                await self._ask(connection, [("PING",)])
                continue
            self._wake.clear()
            # Hints that gather while one flush is under way go out together in the next.
            waiting, self._waiting = self._waiting, []
            await self._ask(connection, messages_of(self._me, self._prefix, waiting))
            self.traffic.sent += len(waiting)
            self._delay_s = RETRY_S

    async def _ask(self, connection: Any, commands: list[tuple[str | bytes, ...]]) -> None:
        await connection.send_packed_command(connection.pack_commands(commands), check_health=False)
        for _ in commands:
            await connection.read_response(disable_decoding=True)

    # Receiving.

    async def _join(self, connection: Any) -> None:
        """Keep the subscriptions up to date, and the connection from falling silent."""
        while True:
            # Clear the flag first: a stream that is followed while this is being sent then asks for another turn.
            self._turn.clear()
            wanted = {shard for shard, count in enumerate(self._followed) if count}
            for word, shards in (
                ("SSUBSCRIBE", wanted - self._joined),
                ("SUNSUBSCRIBE", self._joined - wanted),
            ):
                if shards:
                    await connection.send_command(
                        word, *(f"{self._prefix}{n}" for n in sorted(shards)), check_health=False
                    )
            self._joined = wanted
            try:
                async with asyncio.timeout(PROBE_S):
                    await self._turn.wait()
            except TimeoutError:
                await connection.send_command("PING", check_health=False)

    async def _listen(self, connection: Any) -> None:
        while True:
            answer = await connection.read_response(disable_decoding=True)
            if isinstance(answer, list) and answer[0] == b"smessage":
                self._hear(answer[2])

    def _hear(self, message: bytes) -> None:
        if message.startswith(self._me):
            return
        try:
            ranges = _decode(message[len(self._me) :])
        except msgspec.MsgspecError as error:
            log.warning("hint_unreadable", kind=self.kind, detail=str(error))
            return
        self.traffic.heard += len(ranges)
        self._publish([Published(*each) for each in ranges])


def prefix_of(place: str) -> str:
    """Return how the names of a database's channels begin, by the name of its place."""
    return f"groat:{{{place}}}:"


def messages_of(worker: bytes, prefix: str, published: list[Published]) -> list[tuple[str | bytes, ...]]:
    """Write hints of a worker as Redis commands, one for each channel."""
    shards: dict[int, list[Published]] = {}
    for each in published:
        shards.setdefault(shard_of(each.stream), []).append(each)
    return [("SPUBLISH", f"{prefix}{n}", _message(worker, each)) for n, each in shards.items()]


def _message(worker: bytes, published: list[Published]) -> bytes:
    room = EVENTS_MAX
    ranges = []
    for each in published:
        size = sum(map(len, each.events or ()))
        if size > room:
            each = each._replace(events=None)
        else:
            room -= size
        ranges.append(each)
    return worker + _encode(ranges)
