"""The same streams over plain HTTP: long-poll and `text/event-stream`, stateless and on the same positions.

Both join the hub like any connection. So a waiting request costs no polling, and an event is encoded once for all who
wait. The room `http` has the route, the rights and the errors.

One request follows one stream, or several at once: a browser opens only six connections to a server that speaks
HTTP/1.1. The position in several streams is a vector: "user:42=e1:7,role:admin=e1:3".
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from groat.identity.model import Identity
from groat.ledger.accounts import check_stream
from groat.ledger.errors import InvalidInput
from groat.live.centrifuge import protocol
from groat.live.formats import Format
from groat.live.plain.formats import EventStreamFormat, ItemFormat

if TYPE_CHECKING:
    from groat.live.feeds import Subscription
    from groat.live.service import Live
    from groat.store.streams import Resume

WAIT_S_MAX: Final = 30.0
HEARTBEAT_S: Final = 15.0
RETRY_MS: Final = 2_000
STREAMS_MAX: Final = 128
"""One request follows at most this many streams.

They are one's own, those of one's roles, and as many as a connection may view.
"""
_OFFSET_DIGITS_MAX: Final = 18
_HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    # Otherwise nginx would buffer the stream instead of passing it on.
    (b"x-accel-buffering", b"no"),
]


def parse_position(text: str | None) -> tuple[str | None, int]:
    """Return the epoch and offset of a position "epoch:offset"; (None, 0) for none.

    Raises InvalidInput ``invalid_position``.
    """
    if not text:
        return None, 0
    epoch, _, offset = text.rpartition(":")
    if not epoch or not (offset.isascii() and offset.isdigit()) or len(offset) > _OFFSET_DIGITS_MAX:
        raise InvalidInput("invalid_position")
    return epoch, int(offset)


def parse_vector(text: str | None) -> dict[str, str]:
    """Return the position of each stream in "user:42=e1:7,role:admin=e1:3"; an empty text has none.

    Raises InvalidInput ``invalid_position``.
    """
    found: dict[str, str] = {}
    for part in text.split(",") if text else ():
        stream, equals, position = part.partition("=")
        parse_position(position)
        if not stream or not equals or stream in found:
            raise InvalidInput("invalid_position")
        found[stream] = position
    return found


class _Waiter:
    """A reader of some streams, with a small buffer between the hub and whoever awaits `take`."""

    def __init__(self, live: Live) -> None:
        self.ended = False
        self.choked = False
        self.is_stuck = False
        self.subscriptions: list[Subscription] = []
        self._live = live
        self._chunks: list[tuple[int, bytes]] = []
        self._size = 0
        self._news = asyncio.Event()

    async def join(
        self, streams: Sequence[str], positions: Sequence[str | None], key: str, form: Callable[[str], Format]
    ) -> list[Resume]:
        """Subscribe to the streams from their positions. Their answers share the bytes that one reply may have.

        Raises InvalidInput, StoreError.
        """
        resumes: list[Resume] = []
        budget = self._live.limits.reply_bytes_max
        for index, (stream, position) in enumerate(zip(streams, positions, strict=True)):
            epoch, offset = parse_position(position)
            subscription, resume = await self._live.hub.join(
                stream,
                key,
                form,
                self,
                partial(self.write, index),
                epoch,
                offset,
                budget // (len(streams) - index),
            )
            self.subscriptions.append(subscription)
            resumes.append(resume)
            budget -= sum(len(event.data) for event in resume.events)
        return resumes

    def write(self, index: int, data: bytes) -> None:
        self._chunks.append((index, data))
        self._size += len(data)
        self._news.set()
        if self._size > self._live.limits.write_high_bytes and not self.choked:
            self.choked = True
            self._live.stats.slow_drops += 1
            for subscription in self.subscriptions:
                subscription.park()

    def close(self, why: protocol.Disconnect) -> None:
        self.ended = True
        self._news.set()

    def go(self) -> None:
        """Release the subscriptions, so that new events arrive."""
        for subscription in self.subscriptions:
            self._live.hub.release(subscription)

    def leave(self) -> None:
        for subscription in self.subscriptions:
            self._live.hub.leave(subscription)

    async def take(self, wait_s: float) -> list[tuple[int, bytes]]:
        """Wait up to `wait_s` seconds for news; return them with the index of each one's stream.

        Returns nothing when time is up or the stream ended.
        """
        if not self._chunks and not self.ended and wait_s > 0:
            try:
                async with asyncio.timeout(wait_s):
                    await self._news.wait()
            except TimeoutError:
                return []
        self._news.clear()
        chunks, self._chunks, self._size = self._chunks, [], 0
        if self.choked:
            self.choked = False
            self.go()
        return chunks


def _items(key: str) -> Format:
    return ItemFormat()


def _event_stream(key: str) -> Format:
    return EventStreamFormat()


def _encoded(form: Format, resume: Resume) -> list[bytes]:
    """Encode the events that a reader missed."""
    first = resume.offset - len(resume.events) + 1
    return [data for _, data in form.encode(resume.epoch, first, [event.data for event in resume.events])]


def _position(epoch: str, offset: int) -> bytes:
    return b"%b:%d" % (epoch.encode(), offset)


async def long_poll(live: Live, identity: Identity, stream: str, after: str | None, wait_s: float) -> bytes:
    """Answer one long-poll as JSON: events, position, and a reset where going on is impossible.

    Waits up to `wait_s` seconds, at most WAIT_S_MAX, while there is nothing. Raises InvalidInput, StoreError, Closed,
    TooManyReaders. The caller must have checked that the identity may read the stream (`Live.may_read`).
    """
    parse_position(after)
    waiter = _Waiter(live)
    with live.attending(waiter, identity):
        try:
            (resume,) = await waiter.join([check_stream(stream)], [after], "items", _items)
            if resume.snapshot is not None:
                return _page(b"", [], _position(resume.epoch, resume.offset), resume.snapshot)
            at = resume.offset
            chunks = _encoded(ItemFormat(), resume)
            if not chunks:
                waiter.go()
                chunks = [data for _, data in await waiter.take(min(wait_s, WAIT_S_MAX))]
                if chunks:
                    at = waiter.subscriptions[0].offset
            return _page(b"", chunks, _position(resume.epoch, at))
        finally:
            waiter.leave()


def _page(name: bytes, chunks: Sequence[bytes], position: bytes, snapshot: bytes | None = None) -> bytes:
    reset = b"" if snapshot is None else b',"reset":{"snapshot":%b}' % snapshot
    return b'{%b"events":[%b],"position":"%b"%b}' % (name, b",".join(chunks), position, reset)


class _PageMaker:
    """Makes the pages for a reader of several streams. Each page is of one stream, with the positions of all."""

    def __init__(self, streams: Sequence[str], waiter: _Waiter, resumes: Sequence[Resume]) -> None:
        self._streams = streams
        self._waiter = waiter
        self._epochs = [resume.epoch for resume in resumes]
        self._at = [resume.offset - len(resume.events) for resume in resumes]

    def first(self, resumes: Sequence[Resume]) -> list[tuple[bytes, bytes]]:
        """Make the pages of missed events, each with the vector after it."""
        pages: list[tuple[bytes, bytes]] = []
        for index, resume in enumerate(resumes):
            if resume.snapshot is not None or resume.events:
                chunks = _encoded(ItemFormat(), resume)
                pages.append(self._page(index, chunks, resume.offset, resume.snapshot))
        return pages

    def next(self, chunks: Sequence[tuple[int, bytes]]) -> list[tuple[bytes, bytes]]:
        """Make the pages of the events just taken from the waiter, each with the vector after it."""
        by_stream: dict[int, list[bytes]] = {}
        for index, data in chunks:
            by_stream.setdefault(index, []).append(data)
        return [
            self._page(index, parts, self._waiter.subscriptions[index].offset)
            for index, parts in by_stream.items()
        ]

    def _page(
        self, index: int, chunks: Sequence[bytes], at: int, snapshot: bytes | None = None
    ) -> tuple[bytes, bytes]:
        self._at[index] = at
        name = b'"stream":"%b",' % self._streams[index].encode()
        return _page(name, chunks, _position(self._epochs[index], at), snapshot), self.vector()

    def vector(self) -> bytes:
        return b",".join(
            b"%b=%b" % (stream.encode(), _position(epoch, at))
            for stream, epoch, at in zip(self._streams, self._epochs, self._at, strict=True)
        )


async def long_poll_many(
    live: Live, identity: Identity, streams: Sequence[str], after: str | None, wait_s: float
) -> bytes:
    """Answer one long-poll of several streams as JSON: a page of each that has news, and the vector after them.

    Otherwise like `long_poll`.
    """
    positions = parse_vector(after)
    waiter = _Waiter(live)
    with live.attending(waiter, identity):
        try:
            resumes = await waiter.join(
                streams, [positions.get(stream) for stream in streams], "items", _items
            )
            told = _PageMaker(streams, waiter, resumes)
            pages = told.first(resumes)
            if not pages:
                waiter.go()
                pages = told.next(await waiter.take(min(wait_s, WAIT_S_MAX)))
            return b'{"pages":[%b],"position":"%b"}' % (b",".join(page for page, _ in pages), told.vector())
        finally:
            waiter.leave()


class EventStream:
    """An ASGI answer: a `text/event-stream` of one stream, which ends with the client or its rights.

    `after` is the Last-Event-ID, or a position from the query. Raises InvalidInput when made.
    """

    def __init__(self, live: Live, identity: Identity, stream: str, after: str | None) -> None:
        self._live = live
        self._identity = identity
        self._stream = check_stream(stream)
        self._after = after
        parse_position(after)

    async def __call__(
        self, scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        """Serve the stream. Raises, before anything is sent, StoreError, Closed and TooManyReaders."""
        waiter = _Waiter(self._live)
        with self._live.attending(waiter, self._identity):
            gone = asyncio.create_task(_until_gone(receive, waiter))
            try:
                head = await self._join(waiter)
                await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
                body = b"retry: %d\n\n" % RETRY_MS + head
                await send({"type": "http.response.body", "body": body, "more_body": True})
                waiter.go()
                await self._pump(waiter, send)
            finally:
                gone.cancel()
                waiter.leave()
                await asyncio.gather(gone, return_exceptions=True)

    async def _join(self, waiter: _Waiter) -> bytes:
        """Subscribe. Returns what the reader gets first."""
        (resume,) = await waiter.join([self._stream], [self._after], "event-stream", _event_stream)
        if resume.snapshot is None:
            return b"".join(_encoded(EventStreamFormat(), resume))
        at = _position(resume.epoch, resume.offset)
        return b'id: %b\nevent: reset\ndata: {"snapshot":%b}\n\n' % (at, resume.snapshot)

    def _body(self, chunks: Sequence[tuple[int, bytes]]) -> bytes:
        return b"".join(data for _, data in chunks)

    async def _pump(self, waiter: _Waiter, send: Callable[[Any], Awaitable[None]]) -> None:
        expires_at = self._identity.expires_at
        # Turn the token's end into a duration here, so that setting the clock changes nothing.
        now = self._live.now
        ends_at = math.inf if expires_at is None else now() + expires_at - time.time()
        while not waiter.ended:
            left_s = ends_at - now()
            if left_s <= 0:
                break
            chunks = await waiter.take(min(HEARTBEAT_S, left_s))
            body = self._body(chunks) or b": still here\n\n"
            if chunks or not waiter.ended:
                # If the client reads, this send does not wait.
                waiter.is_stuck = True
                await send({"type": "http.response.body", "body": body, "more_body": True})
                waiter.is_stuck = False
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class EventStreams(EventStream):
    """An ASGI answer: one `text/event-stream` of several streams. Each event is a page of one of them.

    The id of an event is the vector after it. Raises InvalidInput when made.
    """

    def __init__(self, live: Live, identity: Identity, streams: Sequence[str], after: str | None) -> None:
        self._live = live
        self._identity = identity
        self._streams = streams
        self._positions = parse_vector(after)
        self._pages: _PageMaker

    async def _join(self, waiter: _Waiter) -> bytes:
        positions = [self._positions.get(stream) for stream in self._streams]
        resumes = await waiter.join(self._streams, positions, "items", _items)
        self._pages = _PageMaker(self._streams, waiter, resumes)
        return _events(self._pages.first(resumes))

    def _body(self, chunks: Sequence[tuple[int, bytes]]) -> bytes:
        return _events(self._pages.next(chunks))


def _events(pages: Sequence[tuple[bytes, bytes]]) -> bytes:
    return b"".join(b"id: %b\ndata: %b\n\n" % (vector, page) for page, vector in pages)


async def _until_gone(receive: Callable[[], Awaitable[Any]], waiter: _Waiter) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
    waiter.close(protocol.SHUTDOWN)
