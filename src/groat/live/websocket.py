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

from groat.live import doors, frames, rfc6455
from groat.live.clock import LoopClock, Timer
from groat.live.doors import Door, HandshakeRefused, HttpRequest, Passage, Receiver, doors_of
from groat.live.limits import LiveLimits

if TYPE_CHECKING:
    from uvicorn.config import Config
    from uvicorn.server import ServerState

_REQUEST_BYTES_MAX: Final = 64 * 1024
_SLICE_BYTES: Final = 4 * 1024
_LATE_BYTES: Final = 16 * 1024
"""After the server has closed, it still reads this many bytes, for the client's own close frame."""
_LINGER_BYTES: Final = 4 * 1024 * 1024
"""So many bytes that come after its end are dropped. Then the connection is reset."""
_STATUS: Final = {
    400: b"Bad Request",
    403: b"Forbidden",
    404: b"Not Found",
    405: b"Method Not Allowed",
    426: b"Upgrade Required",
    503: b"Service Unavailable",
}


class WebSocketProtocol(asyncio.Protocol):
    """One client's socket: a handshake, then frames in both directions. It is the Wire of a Receiver."""

    __slots__ = (
        "_close_timer",
        "_closing",
        "_deaf",
        "_door",
        "_doors",
        "_held",
        "_late",
        "_part_timer",
        "_passage",
        "_peers",
        "_reader",
        "_transport",
        "on_gone",
        "receiver",
        "write",
    )

    def __init__(self, config: Config, server_state: ServerState, app_state: dict[str, Any]) -> None:
        self._doors = doors_of(config.loaded_app)
        self._door: Door | None = None
        self._passage: Passage | None = None
        self._peers = server_state.connections
        self._transport: asyncio.Transport
        self._reader: rfc6455.FrameReader | None = None
        self.receiver: Receiver | None = None
        self._close_timer: Timer | None = None
        self._closing = False
        self._deaf = False
        self._held = b""
        self._late = 0
        self._part_timer: Timer | None = None
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
        if self.receiver is not None:
            self.receiver.lost()
            self.receiver = None
        if self._passage is not None:
            self._passage.lost()
            self._passage = None

    def shutdown(self) -> None:
        """Begin to close, for uvicorn stops: each connection gets a moment within the drain window."""
        if self._deaf:
            self._transport.close()
        elif self._door is not None and self.receiver is not None:
            self._door.shut()
        elif self._door is not None and self._passage is not None:
            self._passage.shut(self._door.limits.drain_s)
        else:
            self._transport.close()

    def give_way(self) -> bool:
        """End the connection of a client that has not said who it is. Returns False if it has."""
        if self._deaf:
            self._transport.abort()
            return True
        if self._passage is not None or (self.receiver is not None and self.receiver.is_known):
            return False
        if self.receiver is not None:
            self.receiver.give_way()
        else:
            self._transport.close()
        return True

    def pause_writing(self) -> None:
        """Choke the connection: the transport's buffer is full."""
        if self.receiver is not None:
            self.receiver.choke()
        elif self._passage is not None:
            self._passage.choke()

    def resume_writing(self) -> None:
        """Let the connection write again: the transport's buffer has drained."""
        if self.receiver is not None:
            self.receiver.drain()
        elif self._passage is not None:
            self._passage.drain()

    def eof_received(self) -> bool | None:
        """End: the client will send no more. The loop closes the transport when everything is sent."""
        if self._transport.get_write_buffer_size():
            self._lose()
            self._linger()
        return None

    def data_received(self, data: bytes) -> None:
        """Take bytes from the client: first the request, as uvicorn puts it together again, then frames."""
        if self._closing:
            self._late += len(data)
            self._deaf = self._deaf or self._late > _LATE_BYTES
            if self._late > _LINGER_BYTES:
                self._transport.abort()
        if self._deaf:
            return
        if self._reader is None:
            if self._passage is not None:
                self._passage.feed(data)
            else:
                self._shake_hands(data)
        elif self._held:
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
        if self.receiver is not None and self.receiver.choked:
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
                whole = whole or message.opcode in (rfc6455.TEXT, rfc6455.BINARY)
                self._take(message)
                if self._deaf:
                    return
        except rfc6455.Fault as fault:
            self._end(frames.close(fault.code, fault.reason))
            return
        if not heard and self.receiver is not None:
            self.receiver.receive_piece()
        if self._part_timer is not None and (whole or not reader.is_within):
            self._part_timer.cancel()
            self._part_timer = None
        if reader.is_within and self._part_timer is None and self._door is not None and not self._closing:
            self._part_timer = self._door.clock.call_later(self._door.limits.message_s, self._give_up)

    def _give_up(self) -> None:
        """Close: a message that began did not end in time."""
        self._part_timer = None
        if self.receiver is not None:
            self.receiver.too_slow()

    def _take(self, message: rfc6455.Message) -> None:
        receiver = self.receiver
        if message.opcode == rfc6455.CLOSE:
            code = rfc6455.close_code(message.payload)
            # A close frame without code is answered by one without code (5.5.1, 7.4.1).
            self._end(frames.close(code) if message.payload else frames.frame(frames.CLOSE, b""))
        elif self._closing or receiver is None:
            return
        elif message.opcode == rfc6455.CONTINUATION:
            receiver.receive_control()
        elif message.opcode == rfc6455.TEXT:
            receiver.receive(message.payload)
        elif message.opcode == rfc6455.BINARY:
            receiver.receive_binary(message.payload)
        elif receiver.receive_control() and message.opcode == rfc6455.PING:
            self.write(frames.frame(frames.PONG, message.payload))

    # Ends.

    def _lose(self) -> None:
        if self.receiver is not None:
            self.receiver.lost()

    def _end(self, close: bytes) -> None:
        """Send this close frame, unless one was sent before, and let the client go."""
        self._lose()
        if not self._closing:
            self.write(close)
        self._linger()

    def _linger(self) -> None:
        """Send what was written and no more. Drop what comes until the client ends, too, or for a while at most.

        A socket that is closed while bytes are still coming is reset, and the client may never see the close frame.
        """
        self._closing = self._deaf = True
        self._held = b""
        self._cut_later()
        if not self._transport.is_closing():
            self._transport.resume_reading()
            if self._transport.can_write_eof():
                self._transport.write_eof()

    def _cut_later(self) -> None:
        limits, clock = (
            (LiveLimits(), LoopClock()) if self._door is None else (self._door.limits, self._door.clock)
        )
        if self._close_timer is not None:
            self._close_timer.cancel()
        self._close_timer = clock.call_later(limits.close_s, self._transport.abort)

    # Calls from the receiver (see doors.Wire; `write` is the transport's own).

    def hang_up(self, code: int, reason: str, *, deaf: bool = False) -> None:
        """Send a close frame and wait a while for the client's before cutting the line."""
        if self._closing or self._door is None:
            return
        self._closing = True
        self.write(frames.close(code, reason))
        if deaf:
            self._linger()
        else:
            self.resume_reading()
            self._cut_later()

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

    def _shake_hands(self, head: bytes) -> None:
        try:
            request, target, key = _read(head, self._transport)
            door = self._doors.get(request.path)
            if door is None:
                raise HandshakeRefused.problem(404, "no such WebSocket endpoint")
            self._door = door
            led = door.lead(request, target)
            if not isinstance(led, HttpRequest):
                self._passage = led
                led.begin(self._transport, head, self._linger)
                return
            request = led
            subprotocol = doors.check(door, request)
        except HandshakeRefused as refused:
            self.write(
                b"HTTP/1.1 %d %b\r\n%bcontent-length: %d\r\nconnection: close\r\n\r\n%b"
                % (
                    refused.status,
                    _STATUS[refused.status],
                    b"".join(b"%b: %b\r\n" % header for header in refused.headers),
                    len(refused.body),
                    refused.body,
                )
            )
            self._linger()
            return
        self.write(
            b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
            b"sec-websocket-accept: %b\r\n%b\r\n"
            % (
                rfc6455.accept(key),
                b"sec-websocket-protocol: %b\r\n" % subprotocol.encode() if subprotocol else b"",
            )
        )
        limits = door.limits
        self._transport.set_write_buffer_limits(limits.write_high_bytes, limits.write_low_bytes)
        sock = self._transport.get_extra_info("socket")
        if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
            # Without this the kernel buffers megabytes for a reader that stopped, before our own buffer holds a byte.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, limits.unsent_bytes_max)
        self._reader = rfc6455.FrameReader(limits.inbound_bytes_max, binary=door.binary)
        self.receiver = door.open(self, request)


def _read(head: bytes, transport: asyncio.Transport) -> tuple[HttpRequest, bytes, bytes]:
    """Return the request for a WebSocket, its target as it came, and its key. Raises HandshakeRefused."""
    if len(head) > _REQUEST_BYTES_MAX:
        raise HandshakeRefused.problem(400, "request too large")
    line, *lines = head.split(b"\r\n\r\n", 1)[0].split(b"\r\n")
    method, _, rest = line.partition(b" ")
    headers: dict[bytes, bytes] = {}
    for header in lines:
        name, _, value = header.partition(b":")
        name, value = name.strip().lower(), value.strip()
        headers[name] = headers[name] + b"," + value if name in headers else value
    target = rest.split(b" ", 1)[0]
    path, _, query = target.partition(b"?")
    peer = transport.get_extra_info("peername")
    request = HttpRequest(path.decode("latin-1"), query, headers, peer[0] if isinstance(peer, tuple) else "")
    if method != b"GET":
        raise HandshakeRefused.problem(405, "a WebSocket begins with GET", (b"allow", b"GET"))
    if headers.get(b"sec-websocket-version") != b"13":
        raise HandshakeRefused.problem(
            426, "WebSocket version 13 is spoken here", (b"sec-websocket-version", b"13")
        )
    key = headers.get(b"sec-websocket-key", b"")
    try:
        if len(base64.b64decode(key, validate=True)) != 16:
            raise HandshakeRefused.problem(400, "bad Sec-WebSocket-Key")
    except binascii.Error:
        raise HandshakeRefused.problem(400, "bad Sec-WebSocket-Key") from None
    return request, target, key
