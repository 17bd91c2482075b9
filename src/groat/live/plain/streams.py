"""The same streams over plain HTTP: long-poll and `text/event-stream`, stateless and on the same positions.

Both join the hub like any connection. So a waiting request costs no polling, and an event is encoded once for all who
wait. The room `http` has the route, the rights and the errors.

One request follows one stream, or several at once: a browser opens only six connections to a server that speaks
HTTP/1.1. The position in several streams is a vector: "user:42=e1:7,role:admin=e1:3".
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from groat.identity.model import Identity
from groat.live.boards import is_board
from groat.live.plain.formats import BOARD_RESET, EVENT_STREAM, ITEMS, BoardPage, named, page, position, reset
from groat.live.plain.waiter import Waiter
from groat.live.positions import parse_position, parse_vector

if TYPE_CHECKING:
    from groat.live.boards import BoardFormat
    from groat.live.formats import Format
    from groat.live.service import Live
    from groat.store.streams import Resume

WAIT_S_MAX: Final = 30.0
HEARTBEAT_S: Final = 15.0
RETRY_MS: Final = 2_000
STREAMS_MAX: Final = 128
"""One request follows at most this many streams.

They are one's own, those of one's roles, and as many as a connection may view.
"""
_HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    # Otherwise nginx would buffer the stream instead of passing it on.
    (b"x-accel-buffering", b"no"),
]


def _encoded(form: Format, resume: Resume) -> list[bytes]:
    """Encode the events that a reader missed."""
    first = resume.offset - len(resume.events) + 1
    return [data for _, data in form.encode(resume.epoch, first, [event.data for event in resume.events])]


def _page_of(stream: str) -> BoardFormat:
    return BoardPage(named(stream))


async def long_poll(live: Live, identity: Identity, stream: str, after: str | None, wait_s: float) -> bytes:
    """Answer one long-poll as JSON: events, position, and a reset where going on is impossible.

    Waits up to `wait_s` seconds, at most WAIT_S_MAX, while there is nothing. Raises InvalidInput, StoreError, Closed,
    TooManyReaders, BoardError. The caller must have checked the stream's name, and that the identity may read it.
    """
    positions = {stream: parse_position(after)}
    waiter = Waiter(live, ITEMS, lambda _: BoardPage())
    try:
        resume = (await waiter.join(identity, positions))[stream]
        if resume.snapshot is not None:
            return page(b"", [], position(resume.epoch, resume.offset), resume.snapshot)
        at = resume.offset
        chunks = _encoded(ITEMS, resume)
        if not chunks:
            waiter.session.release()
            chunks = [data for _, data in await waiter.take(min(wait_s, WAIT_S_MAX))]
            if chunks and is_board(stream):
                return chunks[0]
            if chunks:
                at = waiter.subscriptions[stream].offset
        return page(b"", chunks, position(resume.epoch, at))
    finally:
        waiter.leave()


class _PageMaker:
    """Makes the pages for a reader of several streams. Each page is of one stream, with the positions of all."""

    def __init__(self, waiter: Waiter, resumes: Mapping[str, Resume]) -> None:
        self._waiter = waiter
        self._epochs = {stream: resume.epoch for stream, resume in resumes.items()}
        self._at = {stream: resume.offset - len(resume.events) for stream, resume in resumes.items()}

    def first(self, resumes: Mapping[str, Resume]) -> list[tuple[bytes, bytes]]:
        """Make the pages of missed events, each with the vector after it."""
        return [
            self._page(stream, _encoded(ITEMS, resume), resume.offset, resume.snapshot)
            for stream, resume in resumes.items()
            if resume.snapshot is not None or resume.events
        ]

    def next(self, chunks: Sequence[tuple[str, bytes]]) -> list[tuple[bytes, bytes]]:
        """Make the pages of the events just taken from the waiter, each with the vector after it."""
        by_stream: dict[str, list[bytes]] = {}
        pages: list[tuple[bytes, bytes]] = []
        for stream, data in chunks:
            if is_board(stream):
                self._epochs[stream] = self._waiter.session.mark_of(stream)
                pages.append((data, self.vector()))
            else:
                by_stream.setdefault(stream, []).append(data)
        pages += [
            self._page(stream, parts, self._waiter.subscriptions[stream].offset)
            for stream, parts in by_stream.items()
        ]
        return pages

    def _page(
        self, stream: str, chunks: Sequence[bytes], at: int, snapshot: bytes | None = None
    ) -> tuple[bytes, bytes]:
        self._at[stream] = at
        return page(named(stream), chunks, position(self._epochs[stream], at), snapshot), self.vector()

    def vector(self) -> bytes:
        return b",".join(
            b"%b=%b" % (stream.encode(), position(self._epochs[stream], at))
            for stream, at in self._at.items()
        )


async def long_poll_many(
    live: Live, identity: Identity, streams: Sequence[str], after: str | None, wait_s: float
) -> bytes:
    """Answer one long-poll of several streams as JSON: a page of each that has news, and the vector after them.

    Otherwise like `long_poll`.
    """
    positions = parse_vector(after)
    waiter = Waiter(live, ITEMS, _page_of)
    try:
        resumes = await waiter.join(identity, {stream: positions.get(stream) for stream in streams})
        told = _PageMaker(waiter, resumes)
        pages = told.first(resumes)
        if not pages:
            waiter.session.release()
            pages = told.next(await waiter.take(min(wait_s, WAIT_S_MAX)))
        return b'{"pages":[%b],"position":"%b"}' % (b",".join(page for page, _ in pages), told.vector())
    finally:
        waiter.leave()


class EventStream:
    """An ASGI answer: a `text/event-stream` of one stream, which ends with the client or its rights.

    `after` is the Last-Event-ID, or a position from the query. The caller has checked name and rights, as for
    `long_poll`. Raises InvalidInput when made.
    """

    format: Format = EVENT_STREAM
    board_format: Callable[[str], BoardFormat] = staticmethod(lambda _: BOARD_RESET)

    def __init__(self, live: Live, identity: Identity, stream: str, after: str | None) -> None:
        self._live = live
        self._identity = identity
        self._positions = {stream: parse_position(after)}

    async def __call__(
        self, scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        """Serve the stream. Raises, before anything is sent, StoreError, Closed, TooManyReaders, BoardError."""
        waiter = Waiter(self._live, self.format, self.board_format)
        gone = asyncio.create_task(_until_gone(receive, waiter))
        try:
            head = self._head(await waiter.join(self._identity, self._positions), waiter)
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            body = b"retry: %d\n\n" % RETRY_MS + head
            await send({"type": "http.response.body", "body": body, "more_body": True})
            waiter.session.release()
            await self._pump(waiter, send)
        finally:
            gone.cancel()
            waiter.leave()
            await asyncio.gather(gone, return_exceptions=True)

    def _head(self, resumes: Mapping[str, Resume], waiter: Waiter) -> bytes:
        """Return what the reader gets first."""
        (resume,) = resumes.values()
        if resume.snapshot is None:
            return b"".join(_encoded(EVENT_STREAM, resume))
        return reset(position(resume.epoch, resume.offset), resume.snapshot)

    def _body(self, chunks: Sequence[tuple[str, bytes]]) -> bytes:
        return b"".join(data for _, data in chunks)

    async def _pump(self, waiter: Waiter, send: Callable[[Any], Awaitable[None]]) -> None:
        session = waiter.session
        while not session.ended:
            left_s = session.expires_at - self._live.now()
            if left_s <= 0:
                break
            chunks = await waiter.take(min(HEARTBEAT_S, left_s))
            body = self._body(chunks) or b": still here\n\n"
            if chunks or not session.ended:
                # If the client reads, this send does not wait.
                session.stalled = True
                await send({"type": "http.response.body", "body": body, "more_body": True})
                session.stalled = False
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class EventStreams(EventStream):
    """An ASGI answer: one `text/event-stream` of several streams. Each event is a page of one of them.

    The id of an event is the vector after it. Raises InvalidInput when made.
    """

    format = ITEMS
    board_format = staticmethod(_page_of)

    def __init__(self, live: Live, identity: Identity, streams: Sequence[str], after: str | None) -> None:
        self._live = live
        self._identity = identity
        positions = parse_vector(after)
        self._positions = {stream: positions.get(stream) for stream in streams}
        self._pages: _PageMaker

    def _head(self, resumes: Mapping[str, Resume], waiter: Waiter) -> bytes:
        self._pages = _PageMaker(waiter, resumes)
        return _events(self._pages.first(resumes))

    def _body(self, chunks: Sequence[tuple[str, bytes]]) -> bytes:
        return _events(self._pages.next(chunks))


def _events(pages: Sequence[tuple[bytes, bytes]]) -> bytes:
    return b"".join(b"id: %b\ndata: %b\n\n" % (vector, page) for page, vector in pages)


async def _until_gone(receive: Callable[[], Awaitable[Any]], waiter: Waiter) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
    waiter.leave()
