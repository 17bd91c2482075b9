"""Answers of calls: bytes that are encoded once and sent as an ASGI application."""

from __future__ import annotations

import asyncio
import os
from contextlib import ExitStack, suppress
from typing import IO, TYPE_CHECKING, Any

import msgspec

from groat.api.attendance import CallerLeft, attended

if TYPE_CHECKING:
    from groat.asgi import Receive, Scope, Send

encode = msgspec.json.Encoder().encode

JSON = b"application/json"
TEXT = b"text/plain; charset=utf-8"
HTML = b"text/html; charset=utf-8"

# Answers hold people's money: no cache may keep them, and no browser may guess another type.
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
        """Return an answer with the JSON of a value that msgspec can encode."""
        return cls(encode(value), status, headers)

    def all_headers(self) -> list[tuple[bytes, bytes]]:
        """Return its own headers, those of all answers, and those of its body."""
        headers: list[tuple[bytes, bytes]] = [*_ALWAYS, *self.headers]
        if self.status not in (204, 304):
            headers.append((b"content-type", self.media_type))
            headers.append((b"content-length", b"%d" % len(self.body)))
        return headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer. Of an answer to HEAD the server sends the headers only (RFC 9110)."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.all_headers()})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


class Download:
    """A file, sent in pieces for as long as the caller stays. Then ``stack`` is closed, and with it the file."""

    PIECE_BYTES = 262_144

    def __init__(
        self, file: IO[bytes], media_type: bytes, headers: tuple[tuple[bytes, bytes], ...], stack: ExitStack
    ) -> None:
        self._file = file
        self._media_type = media_type
        self._headers = headers
        self._stack = stack

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file."""
        with self._stack:
            size = os.fstat(self._file.fileno()).st_size
            length = (b"content-length", b"%d" % size)
            headers = [*_ALWAYS, *self._headers, (b"content-type", self._media_type), length]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            with suppress(CallerLeft):
                await attended(receive, self._send(send))

    async def _send(self, send: Send) -> None:
        more = True
        while more:
            piece = await asyncio.to_thread(self._file.read, self.PIECE_BYTES)
            more = bool(piece)
            await send({"type": "http.response.body", "body": piece, "more_body": more})
