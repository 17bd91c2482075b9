"""The same streams over plain HTTP: long-poll and `text/event-stream`, stateless and on the same positions.

Both join the hub like any connection, so a waiting request costs no polling, and what it is sent was encoded once for
all who wait. The route, the rights and the errors are the HTTP room's.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from groat.identity.model import Identity
from groat.ledger.accounts import check_stream
from groat.ledger.errors import InvalidInput
from groat.live import protocol
from groat.live.frames import EventStreamFormat, Format, ItemFormat

if TYPE_CHECKING:
    from groat.live.feeds import Subscription
    from groat.live.service import Live

WAIT_S_MAX: Final = 30.0
HEARTBEAT_S: Final = 15.0
RETRY_MS: Final = 2_000
_OFFSET_DIGITS_MAX: Final = 18
_HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    # nginx would collect the stream instead of passing it on.
    (b"x-accel-buffering", b"no"),
]


def parse_position(text: str | None) -> tuple[str | None, int]:
    """The epoch and offset of a position "epoch:offset"; (None, 0) for none.

    Raises InvalidInput ``invalid_position``.
    """
    if not text:
        return None, 0
    epoch, _, offset = text.rpartition(":")
    if not epoch or not (offset.isascii() and offset.isdigit()) or len(offset) > _OFFSET_DIGITS_MAX:
        raise InvalidInput("invalid_position")
    return epoch, int(offset)


class _Waiter:
    """A reader of one stream with a small buffer between the hub and whoever awaits `take`."""

    def __init__(self, live: Live) -> None:
        self.ended = False
        self._live = live
        self._subscription: Subscription | None = None
        self._chunks: list[bytes] = []
        self._size = 0
        self._news = asyncio.Event()
        self.choked = False

    def write(self, data: bytes) -> None:
        self._chunks.append(data)
        self._size += len(data)
        self._news.set()
        if self._size > self._live.limits.write_high_bytes and self._subscription is not None:
            self.choked = True
            self._live.stats.slow_drops += 1
            self._subscription.park()

    def close(self, why: protocol.Disconnect) -> None:
        self.ended = True
        self._news.set()

    def hold(self, subscription: Subscription) -> None:
        self._subscription = subscription

    def go(self) -> None:
        if self._subscription is not None:
            self._live.hub.release(self._subscription)

    def leave(self) -> None:
        if self._subscription is not None:
            self._live.hub.leave(self._subscription)

    async def take(self, wait_s: float) -> list[bytes]:
        """What has come, or comes first within the time (seconds); nothing when time is up or the stream ended."""
        if not self._chunks and not self.ended and wait_s > 0:
            try:
                async with asyncio.timeout(wait_s):
                    await self._news.wait()
            except TimeoutError:
                return []
        self._news.clear()
        chunks, self._chunks, self._size = self._chunks, [], 0
        if self.choked and self._subscription is not None:
            self.choked = False
            self._live.hub.release(self._subscription)
        return chunks


def _items(key: str) -> Format:
    return ItemFormat()


def _event_stream(key: str) -> Format:
    return EventStreamFormat()


async def long_poll(live: Live, identity: Identity, stream: str, after: str | None, wait_s: float) -> bytes:
    """The JSON answer to one long-poll: events, position, and a reset where going on is impossible.

    `wait_s` is how long to wait when there is nothing, at most WAIT_S_MAX. Raises InvalidInput, StoreError, Closed,
    Overloaded. Whether the identity may read the stream is checked before (`Live.may_read`).
    """
    epoch, offset = parse_position(after)
    check_stream(stream)
    waiter = _Waiter(live)
    with live.attending(waiter, identity):
        try:
            subscription, resume = await live.hub.join(
                stream, "items", _items, waiter, waiter.write, epoch, offset, live.limits.reply_bytes_max
            )
            waiter.hold(subscription)
            if resume.snapshot is not None:
                position = b"%b:%d" % (resume.epoch.encode(), resume.offset)
                return b'{"events":[],"position":"%b","reset":{"snapshot":%b}}' % (position, resume.snapshot)
            at = resume.offset
            if resume.events:
                first = at - len(resume.events) + 1
                encoded = ItemFormat().encode("", first, [event.data for event in resume.events])
                chunks = [data for _, data in encoded]
            else:
                waiter.go()
                chunks = await waiter.take(min(wait_s, WAIT_S_MAX))
                if chunks:
                    at = subscription.offset
            return b'{"events":[%b],"position":"%b:%d"}' % (b",".join(chunks), resume.epoch.encode(), at)
        finally:
            waiter.leave()


class EventStream:
    """An ASGI answer that is a `text/event-stream` of one stream, until the client or its rights end.

    `after` is the Last-Event-ID, or a position from the query. Raises InvalidInput when made.
    """

    def __init__(self, live: Live, identity: Identity, stream: str, after: str | None) -> None:
        self._live = live
        self._identity = identity
        self._stream = check_stream(stream)
        self._epoch, self._offset = parse_position(after)

    async def __call__(
        self, scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        """Serve the stream. Raises, before anything is sent, StoreError, Closed and Overloaded."""
        live = self._live
        waiter = _Waiter(live)
        with live.attending(waiter, self._identity):
            gone = asyncio.create_task(_until_gone(receive, waiter))
            try:
                subscription, resume = await live.hub.join(
                    self._stream,
                    "event-stream",
                    _event_stream,
                    waiter,
                    waiter.write,
                    self._epoch,
                    self._offset,
                    live.limits.reply_bytes_max,
                )
                waiter.hold(subscription)
                await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
                head = b"retry: %d\n\n" % RETRY_MS
                if resume.snapshot is not None:
                    head += b'id: %b:%d\nevent: reset\ndata: {"snapshot":%b}\n\n' % (
                        resume.epoch.encode(),
                        resume.offset,
                        resume.snapshot,
                    )
                elif resume.events:
                    first = resume.offset - len(resume.events) + 1
                    encoded = EventStreamFormat().encode(
                        resume.epoch, first, [event.data for event in resume.events]
                    )
                    head += b"".join(data for _, data in encoded)
                await send({"type": "http.response.body", "body": head, "more_body": True})
                waiter.go()
                await self._pump(waiter, send)
            finally:
                gone.cancel()
                waiter.leave()
                await asyncio.gather(gone, return_exceptions=True)

    async def _pump(self, waiter: _Waiter, send: Callable[[Any], Awaitable[None]]) -> None:
        expires_at = self._identity.expires_at
        # The end of the token is a moment of the calendar; from here on it is a duration, whatever is done to clocks.
        now = self._live.now
        ends_at = math.inf if expires_at is None else now() + expires_at - time.time()
        while not waiter.ended:
            left_s = ends_at - now()
            if left_s <= 0:
                break
            chunks = await waiter.take(min(HEARTBEAT_S, left_s))
            body = b"".join(chunks) or b": still here\n\n"
            if chunks or not waiter.ended:
                await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _until_gone(receive: Callable[[], Awaitable[Any]], waiter: _Waiter) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
    waiter.close(protocol.SHUTDOWN)
