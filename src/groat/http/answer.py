"""What a call answers: ready-made bytes, as an ASGI application of two messages."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import msgspec
from litestar.types import Receive, Scope, Send

encode = msgspec.json.Encoder().encode

JSON = b"application/json"
TEXT = b"text/plain; charset=utf-8"
HTML = b"text/html; charset=utf-8"

# Answers hold people's money: nothing in between keeps them, and no browser takes them for anything but data.
_ALWAYS = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))


class Answer:
    """A status, headers and a body; ``await answer(scope, receive, send)`` sends it."""

    __slots__ = ("body", "headers", "media_type", "status")

    def __init__(
        self,
        body: bytes,
        status: int = 200,
        headers: tuple[tuple[bytes, bytes], ...] = (),
        media_type: bytes = JSON,
    ) -> None:
        self.body = body
        self.status = status
        self.headers = headers
        self.media_type = media_type

    @classmethod
    def of(cls, value: Any, status: int = 200, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Answer:
        """The JSON of a value that msgspec can encode."""
        return cls(encode(value), status, headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer; one to HEAD keeps its body, as RFC 9110 asks."""
        headers: list[tuple[bytes, bytes]] = [*_ALWAYS, *self.headers]
        if self.status not in (204, 304):
            headers.append((b"content-type", self.media_type))
            headers.append((b"content-length", b"%d" % len(self.body)))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


class Download:
    """A file that is made while it is sent: ``chunks`` are taken one by one, in a thread, for making them may wait."""

    def __init__(
        self, chunks: Iterator[bytes], media_type: bytes, headers: tuple[tuple[bytes, bytes], ...]
    ) -> None:
        self._chunks = chunks
        self._media_type = media_type
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it chunk by chunk."""
        headers = [*_ALWAYS, *self._headers, (b"content-type", self._media_type)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        more = True
        while more:
            chunk = await asyncio.to_thread(next, self._chunks, None)
            more = chunk is not None
            await send({"type": "http.response.body", "body": chunk or b"", "more_body": more})
