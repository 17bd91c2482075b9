"""The WebSocket transport for uvicorn: its `ws` setting takes this class.

uvicorn parses the HTTP request, makes a WebSocketProtocol and hands it the transport and the request. After the
handshake, bytes that the hub encoded once go straight to `transport.write`, the same for every reader: no task, no
queue, no copy per connection.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from groat.live import frames, origin, rfc6455
from groat.live.centrifuge import protocol
from groat.live.centrifuge.connection import Connection, ConnectionState
from groat.live.service import Live, live_of

if TYPE_CHECKING:
    from uvicorn.config import Config
    from uvicorn.server import ServerState

PATH: Final = b"/connection/websocket"
_REQUEST_BYTES_MAX: Final = 64 * 1024
_FAULT_CLOSE_S: Final = 1.0
_SLICE_BYTES: Final = 4 * 1024
_LATE_BYTES: Final = 16 * 1024
"""After the server has closed, it still reads this many bytes, for the client's own close frame."""
_DEAF_BYTES: Final = 4 * 1024 * 1024
_STATUS: Final = {
    400: b"Bad Request",
    403: b"Forbidden",
    404: b"Not Found",
    405: b"Method Not Allowed",
    426: b"Upgrade Required",
    503: b"Service Unavailable",
}


_CODES: Final = {
    400: "invalid_request",
    403: "origin_refused",
    404: "not_found",
    405: "method_not_allowed",
    426: "upgrade_required",
    503: "closed",
}


class _HandshakeRefused(Exception):
    """The handshake fails with this HTTP status."""

    def __init__(self, status: int, detail: str, *headers: bytes) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers

    def problem(self) -> dict[str, str | int]:
        """Return the problem details (RFC 9457) of the answer."""
        code = _CODES[self.status]
        title = code.replace("_", " ").capitalize()
        return {
            "type": f"urn:groat:{code}", "title": title, "status": self.status, "code": code, "detail": self.detail
        }  # fmt: skip


class WebSocketProtocol(asyncio.Protocol):
    """One client's socket: a handshake, then frames in both directions. It is the transport of a Connection."""

    __slots__ = (
        "_close_timer",
        "_closing",
        "_connection",
        "_deaf",
        "_held",
        "_late",
        "_live",
        "_part_timer",
        "_peers",
        "_reader",
        "_transport",
        "on_gone",
        "write",
    )

    def __init__(self, config: Config, server_state: ServerState, app_state: dict[str, Any]) -> None:
        self._live = live_of(config.loaded_app)
        self._peers = server_state.connections
        self._transport: asyncio.Transport
        self._reader: rfc6455.FrameReader | None = None
        self._connection: Connection | None = None
        self._close_timer: asyncio.TimerHandle | None = None
        self._closing = False
        self._deaf = False
        self._held = b""
        self._late = 0
        self._part_timer: asyncio.TimerHandle | None = None
        self.on_gone: Callable[[], None] | None = None
        """Called once, when the socket is gone: the HTTP protocol counts its connections."""

    # Called by the event loop and by uvicorn.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take over the transport."""
        self._transport = cast(asyncio.Transport, transport)
        self.write = self._transport.write
        # uvicorn waits at its shutdown for all of these to go, after having called their `shutdown`.
        cast(set[Any], self._peers).add(self)
        # uvicorn's HTTP protocol and its parser refer to each other, 3 KB a connection, which only the garbage
        # collector would free. After the handshake nothing needs them.
        http = self._transport.get_protocol()
        if hasattr(http, "parser"):
            asyncio.get_running_loop().call_soon(setattr, http, "parser", None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Clean up: the socket is gone."""
        cast(set[Any], self._peers).discard(self)
        self._closing = True
        if self.on_gone is not None:
            self.on_gone()
            self.on_gone = None
        self._held = b""
        for timer in (self._close_timer, self._part_timer):
            if timer is not None:
                timer.cancel()
        self._part_timer = None
        if self._connection is not None:
            self._connection.lost()
            self._connection = None

    def shutdown(self) -> None:
        """Begin to close, for uvicorn stops: each connection gets a moment within the drain window."""
        if self._live is not None and self._connection is not None:
            self._live.begin_drain()
        else:
            self._transport.close()

    def give_way(self) -> bool:
        """End the connection of a client that has not said who it is. Returns False if it has."""
        if self._connection is not None and self._connection.state is ConnectionState.CONNECTED:
            return False
        if self._connection is not None:
            self._connection.close(protocol.STALE)
        else:
            self._transport.close()
        return True

    def pause_writing(self) -> None:
        """Choke the connection: the transport's buffer is full."""
        if self._connection is not None:
            self._connection.choke()

    def resume_writing(self) -> None:
        """Let the connection write again: the transport's buffer has drained."""
        if self._connection is not None:
            self._connection.drain()

    def eof_received(self) -> bool | None:
        """The client will send no more: the loop closes the transport."""
        return None

    def data_received(self, data: bytes) -> None:
        """Take bytes from the client: first the request, as uvicorn puts it together again, then frames."""
        if self._reader is None:
            if not self._closing:
                self._shake_hands(data)
            return
        if self._closing:
            # Read on although these bytes hardly matter. Otherwise the kernel would reset the connection and the
            # client might never see why it was closed.
            self._late += len(data)
            self._deaf = self._deaf or self._late > _LATE_BYTES
            if self._late > _DEAF_BYTES:
                self._transport.abort()
        if self._deaf:
            return
        if self._held:
            self._held += data
        elif len(data) <= _SLICE_BYTES:
            self._feed(self._reader, data)
        else:
            self._work(data)

    def _work(self, data: bytes) -> None:
        """Work off a slice of the bytes that were read. Later turns of the event loop take the rest."""
        assert self._reader is not None
        self._feed(self._reader, data[:_SLICE_BYTES])
        rest = data[_SLICE_BYTES:]
        if self._deaf or not rest:
            return
        self._held = rest
        self.pause_reading()
        asyncio.get_running_loop().call_soon(self._go_on)

    def _go_on(self) -> None:
        if self._connection is not None and self._connection.choked:
            # Hold these bytes until the client has read, like those it still sends.
            return
        held, self._held = self._held, b""
        if held and not self._deaf:
            self._work(held)
        if not self._held:
            self.resume_reading()

    def _feed(self, reader: rfc6455.FrameReader, data: bytes) -> None:
        heard = whole = False
        try:
            for message in reader.feed(data):
                heard = True
                whole = whole or message.opcode == rfc6455.TEXT
                self._take(message)
                if self._deaf:
                    return
        except rfc6455.Fault as fault:
            self._deaf = True
            if self._connection is not None:
                self._connection.lost()
            self.hang_up(fault.code, fault.reason)
            return
        if not heard and self._connection is not None:
            self._connection.receive_piece()
        if self._part_timer is not None and (whole or not reader.is_within):
            self._part_timer.cancel()
            self._part_timer = None
        if reader.is_within and self._part_timer is None and self._live is not None and not self._closing:
            loop = asyncio.get_running_loop()
            self._part_timer = loop.call_later(self._live.limits.message_s, self._give_up)

    def _give_up(self) -> None:
        """Close: a message that began did not end in time."""
        self._part_timer = None
        if self._connection is not None:
            self._connection.close(protocol.SLOW)

    def _take(self, message: rfc6455.Message) -> None:
        connection = self._connection
        if message.opcode == rfc6455.CLOSE:
            if connection is not None:
                connection.lost()
            code = rfc6455.close_code(message.payload)
            # A close frame without code is answered by one without code (5.5.1, 7.4.1).
            reply = frames.close(code) if message.payload else frames.frame(frames.CLOSE, b"")
            if not self._closing:
                self._closing = True
                self.write(reply)
            self._transport.close()
        elif self._closing or connection is None:
            return
        elif message.opcode == rfc6455.CONTINUATION:
            connection.receive_control()
        elif message.opcode == rfc6455.TEXT:
            connection.receive(message.payload)
        elif connection.receive_control() and message.opcode == rfc6455.PING:
            self.write(frames.frame(frames.PONG, message.payload))

    # Calls from the connection (see connection.Transport; `write` is the transport's own).

    def hang_up(self, code: int, reason: str) -> None:
        """Send a close frame and wait a while for the client's before cutting the line."""
        if self._closing or self._live is None:
            return
        self._closing = True
        # Do not listen to a client that sent too much any more, not even for a close frame.
        self._deaf = self._deaf or code == protocol.TOO_MANY_REQUESTS.code
        self.write(frames.close(code, reason))
        self.resume_reading()
        wait_s = _FAULT_CLOSE_S if self._deaf else self._live.limits.close_s
        self._close_timer = asyncio.get_running_loop().call_later(wait_s, self._transport.abort)

    def backlog(self) -> int:
        """Return the number of bytes in the transport's buffer."""
        return self._transport.get_write_buffer_size()

    def pause_reading(self) -> None:
        """Stop reading: the network buffers what the client sends."""
        if not self._transport.is_closing():
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Read on, once all held bytes are worked off."""
        if self._held:
            asyncio.get_running_loop().call_soon(self._go_on)
        elif not self._transport.is_closing():
            self._transport.resume_reading()

    # The handshake (RFC 6455, 4.2).

    def _shake_hands(self, request: bytes) -> None:
        try:
            key, subprotocol, live = self._checked(request)
        except _HandshakeRefused as refused:
            self._closing = True
            body = msgspec.json.encode(refused.problem())
            self.write(
                b"HTTP/1.1 %d %b\r\n%bcontent-type: application/problem+json\r\ncontent-length: %d\r\n"
                b"connection: close\r\n\r\n%b"
                % (
                    refused.status,
                    _STATUS[refused.status],
                    b"".join(header + b"\r\n" for header in refused.headers),
                    len(body),
                    body,
                )
            )
            self._transport.close()
            return
        self.write(
            b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
            b"sec-websocket-accept: %b\r\n%b\r\n"
            % (rfc6455.accept(key), b"sec-websocket-protocol: %b\r\n" % subprotocol if subprotocol else b"")
        )
        limits = live.limits
        self._transport.set_write_buffer_limits(limits.write_high_bytes, limits.write_low_bytes)
        sock = self._transport.get_extra_info("socket")
        if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
            # Without this the kernel buffers megabytes for a reader that stopped, before our own buffer holds a byte.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, limits.unsent_bytes_max)
        self._reader = rfc6455.FrameReader(limits.inbound_bytes_max)
        self._connection = Connection(live, self)

    def _checked(self, request: bytes) -> tuple[bytes, bytes, Live]:
        """Return the key and subprotocol to answer with. Raises _HandshakeRefused."""
        if len(request) > _REQUEST_BYTES_MAX:
            raise _HandshakeRefused(400, "request too large")
        line, *lines = request.split(b"\r\n\r\n", 1)[0].split(b"\r\n")
        method, _, rest = line.partition(b" ")
        headers: dict[bytes, bytes] = {}
        for header in lines:
            name, _, value = header.partition(b":")
            name, value = name.strip().lower(), value.strip()
            headers[name] = headers[name] + b"," + value if name in headers else value
        if rest.split(b" ", 1)[0].split(b"?", 1)[0] != PATH:
            raise _HandshakeRefused(404, "no such WebSocket endpoint")
        if method != b"GET":
            raise _HandshakeRefused(405, "a WebSocket begins with GET", b"allow: GET")
        if headers.get(b"sec-websocket-version") != b"13":
            raise _HandshakeRefused(426, "WebSocket version 13 is spoken here", b"sec-websocket-version: 13")
        key = headers.get(b"sec-websocket-key", b"")
        try:
            if len(base64.b64decode(key, validate=True)) != 16:
                raise _HandshakeRefused(400, "bad Sec-WebSocket-Key")
        except binascii.Error:
            raise _HandshakeRefused(400, "bad Sec-WebSocket-Key") from None
        live = self._live
        if live is None or not live.running or live.draining:
            raise _HandshakeRefused(503, "not serving live connections now", b"retry-after: 1")
        page = headers[b"origin"].decode("latin-1") if b"origin" in headers else None
        host = headers.get(b"host", b"").decode("latin-1")
        if not origin.is_allowed(page, host, live.limits.origins):
            origin.tell(page, host)
            raise _HandshakeRefused(
                403, "this origin may not connect: the server's setting origins does not name it"
            )
        offered = [each.strip() for each in headers.get(b"sec-websocket-protocol", b"").split(b",")]
        if b"centrifuge-protobuf" in offered:
            raise _HandshakeRefused(400, "only the JSON protocol is spoken here")
        return key, b"centrifuge-json" if b"centrifuge-json" in offered else b"", live
