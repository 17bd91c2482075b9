"""One request of a connection and its answer: uvicorn's, but the answer's head and body leave together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

if TYPE_CHECKING:
    from uvicorn._types import ASGISendEvent

    from groat.http.protocol import Protocol

_TEXT: Final = bytes({*range(256)} - {*range(32), 127} | {9})
"""The characters of headers. Any other one, such as the end of a line, could end a header and begin another."""


def write_head(status: int, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Write the head of an answer. Raises RuntimeError if a header has a control character."""
    lines = [name + b": " + value for name, value in headers]
    text = b"\r\n".join((*lines, b"", b""))
    if text.translate(None, _TEXT) != b"\r\n" * (len(lines) + 1):
        raise RuntimeError("A header has a control character.")
    return STATUS_LINE[status] + text


class Cycle(RequestResponseCycle):
    """Runs the application for one request, and writes its answer.

    ASGI lets a server keep the head of an answer until the body begins, so both go in one write: two are a system call
    and a packet more. An answer that comes before the body of its request has ended is the connection's last one.
    """

    # uvicorn's class sets each of these in every request.
    access_log = False
    disconnected = False
    more_body = True
    response_started = False
    response_complete = False
    chunked_encoding = None
    expected_content_length = 0
    _head = b""
    _is_early = False

    def __init__(self, protocol: Protocol, scope: Any, keep_alive: bool) -> None:
        self.scope = scope
        self.keep_alive = keep_alive
        self.body = bytearray()
        self.message_event = asyncio.Event()
        self.transport = protocol.transport
        self.flow = protocol.flow
        self.logger = protocol.logger
        self.on_response = protocol.on_response_complete
        self.waiting_for_100_continue = protocol.expect_100_continue
        self._protocol = protocol

    async def send(self, message: ASGISendEvent) -> None:
        """Take a message of the application. Raises RuntimeError if it is not its turn, or its headers are wrong."""
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        if message["type"] == "http.response.start" and not self.response_started:
            self._start(message["status"], message.get("headers", ()))
        elif message["type"] == "http.response.body" and self.response_started and not self.response_complete:
            self._write(message.get("body", b""), message.get("more_body", False))
        else:
            raise RuntimeError(f"The application sent {message['type']} out of turn.")

    def _start(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> None:
        self.response_started = True
        self.waiting_for_100_continue = False
        if self.more_body:
            self._is_early = True
            self.keep_alive = False
        lines = [*self._protocol.server_state.default_headers]
        says_close = False
        for name, value in headers:
            name = name.lower()
            if name == b"content-length" and self.chunked_encoding is None:
                self.expected_content_length = int(value)
                self.chunked_encoding = False
            elif name == b"transfer-encoding" and value.lower() == b"chunked":
                self.expected_content_length = 0
                self.chunked_encoding = True
            elif name == b"connection" and b"close" in [token.strip() for token in value.lower().split(b",")]:
                self.keep_alive = False
                says_close = True
            lines.append((name, value))
        if not (self.keep_alive or says_close):
            lines.append((b"connection", b"close"))
        if self.chunked_encoding is None and self.scope["method"] != "HEAD" and status not in (204, 304):
            self.chunked_encoding = True
            lines.append((b"transfer-encoding", b"chunked"))
        self._head = write_head(status, lines)

    def _write(self, body: bytes, more_body: bool) -> None:
        if self.scope["method"] == "HEAD":
            self.expected_content_length = 0
            body = b""
        elif self.chunked_encoding:
            if body:
                body = b"%x\r\n%b\r\n" % (len(body), body)
            if not more_body:
                body += b"0\r\n\r\n"
        else:
            self.expected_content_length -= len(body)
            if self.expected_content_length < 0:
                raise RuntimeError("The body is longer than its content-length.")
        if self._head:
            self.transport.writelines((self._head, body))
            self._head = b""
        else:
            self.transport.write(body)
        if more_body:
            return
        if self.expected_content_length:
            raise RuntimeError("The body is shorter than its content-length.")
        self.response_complete = True
        self.message_event.set()
        if self._is_early:
            self._protocol.hang_up()
        elif not self.keep_alive:
            self.transport.close()
        self.on_response()
