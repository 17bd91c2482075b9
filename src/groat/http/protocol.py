"""The HTTP/1.1 protocol of the server: uvicorn's, over httptools, with bounds of its own.

The parser is fed so that no callback of the event loop does more than a slice of work, that no more than a few
requests wait for an answer, and that a head or a body is refused before it is kept. A connection has no timers: it has
deadlines, and the server sweeps all connections once a second. A refusal is answered as a problem, and ends the
connection; it is read on for a moment, or the kernel would reset it and the client might never see why.
"""

from __future__ import annotations

import asyncio
import math
import socket
import struct
import urllib.parse
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from groat.api.problems import HttpError, problem
from groat.http.cycle import Cycle, write_head
from groat.http.gate import Gate, counted_as
from groat.http.hosts import is_this_machine
from groat.live.socketio.engine_http import MAY_GIVE_WAY
from groat.live.socketio.seals import HEADER as RELAY_HEADER

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application
    from uvicorn.config import Config
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle
    from uvicorn.server import ServerState

SLICE_BYTES: Final = 4 * 1024
PIPELINE_MAX: Final = 8
"""Requests of one connection that may wait for the answer to the one before."""
BODY_BYTES_PER_S: Final = 16 * 1024
"""A body gets one more second for each this many bytes."""
FRAMING_BYTES: Final = 16 * 1024
"""Chunk sizes, extensions and trailers may take this many bytes more than the body itself."""
LINGER_S: Final = 2.0
LINGER_BYTES: Final = 32 * 1024 * 1024
LINGER_BYTES_PER_S: Final = 1024 * 1024
"""A client that still sends after its last answer gets one more second for each this many bytes."""
UNSENT_BYTES: Final = 64 * 1024
_NO_LINGER: Final = struct.pack("ii", 1, 0)
_END: Final = b"\r\n\r\n"
_NEVER: Final = math.inf
# Counts of what has arrived of a request. Plain numbers, for they are read some ten times a request.
_NOTHING, _HEAD, _BODY = range(3)


class _Flow(FlowControl):
    """Flow control that reads on only when all bytes that were read are worked off."""

    holding = False

    def resume_reading(self) -> None:
        """Read on, unless something is held."""
        if not self.holding:
            super().resume_reading()


class Protocol(HttpToolsProtocol):
    """One client's connection."""

    flow: _Flow

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        gate: Gate,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.gate = gate
        self.deadline = _NEVER
        self.unread_until = _NEVER
        self._limits = gate.limits
        self._address = ""
        self._held = b""
        self._deaf = False
        self._last: HttpError | None = None
        self._is_served: Callable[[], bool] | None = None
        self._running: RequestResponseCycle | None = None
        # Of the request that is being read.
        self._stage = _NOTHING
        self._fault: HttpError | None = None
        self._uncounted = False
        self._seen = 0
        self._left = 0
        self._chunked = False
        self._is_upgrade = False
        self._successor: asyncio.Protocol | None = None

    # The connection.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let the client in, or answer that there is no room."""
        super().connection_made(cast(asyncio.Transport, transport))
        self.flow = _Flow(self.transport)
        self._address = counted_as(self.client[0] if self.client else "")
        sock = self.transport.get_extra_info("socket")
        if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
            # Without it the kernel takes megabytes for a client that does not read.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
        self.deadline = self.loop.time() + self._limits.head_s
        refusal = self.gate.enter(self._address)
        self.gate.timed.add(self)
        if refusal is not None:
            self._end_with(refusal)
        else:
            self.gate.waiting[self] = self._address

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        super().connection_lost(exc)
        self._forget()
        self.gate.leave(self._address, self)
        self.pipeline.clear()

    def _forget(self) -> None:
        self.gate.timed.discard(self)
        self.gate.waiting.pop(self, None)
        self._held = b""
        self._deaf = True

    def give_way(self) -> bool:
        """End a connection that waits for its client, for the sake of another one."""
        if self._is_served is not None:
            if self._is_served():
                return False
            self.transport.close()
        elif self._stage == _NOTHING and self.cycle is not None:
            # It was answered, and sends whatever comes next on another connection.
            self.transport.close()
            self._deaf = True
        else:
            self._refuse(HttpError("server_full", _GAVE_WAY))
        return True

    def may_give_way(self, is_served: Callable[[], bool]) -> None:
        """Let the connection give way although its request waits for an answer, unless it is served by then."""
        self._is_served = is_served
        self.gate.waiting[self] = self._address

    def overdue(self, now: float) -> None:
        """End the connection if the client let a deadline pass. If the server is late, set another one."""
        if self._deaf or self.transport.is_closing() or self.unread_until <= now:
            self._cut()
        elif self.flow.read_paused:
            # The server is late, not the client.
            self.deadline = now + self._limits.body_s
        elif self._stage == _NOTHING:
            # Nothing was asked, so there is nothing to answer.
            if self.transport.get_write_buffer_size():
                self._cut()
            else:
                self.transport.close()
        else:
            self._refuse(HttpError("request_timeout"))

    def _cut(self) -> None:
        """End the connection at once. The kernel drops what the client has not read, too."""
        sock = self.transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self.transport.abort()

    def hang_up(self) -> None:
        """Send what is written and no more. Read on for a moment, and ignore what comes."""
        self._deaf = True
        self._seen = 0
        self._held = b""
        self.gate.waiting.pop(self, None)
        if self.transport.is_closing():
            return
        if self.gate.is_crowded or not self.transport.can_write_eof():
            self.transport.close()
            return
        self.deadline = self.loop.time() + LINGER_S
        self.flow.holding = False
        self.flow.resume_reading()
        self.transport.write_eof()

    # Reading.

    def data_received(self, data: bytes) -> None:
        """Bytes from the client."""
        if self._deaf:
            self._seen += len(data)
            self.deadline += len(data) / LINGER_BYTES_PER_S
            if self._seen > LINGER_BYTES:
                self.transport.abort()
            return
        if self._held:
            self._held += data
        elif len(data) <= SLICE_BYTES and data.count(_END) + len(self.pipeline) <= PIPELINE_MAX:
            self._feed(data)
        else:
            self._work(data)

    def _work(self, data: bytes) -> None:
        """Parse a slice, and keep the rest for later."""
        room = PIPELINE_MAX - len(self.pipeline)
        end = 0
        if self._left and not self._chunked:
            # The length of this body is known, so it is not examined.
            end = min(len(data), self._left)
        elif room > 0:
            end = min(len(data), SLICE_BYTES)
            # Each request has one end of a head or of chunks, whatever its body is.
            at = 0
            for _ in range(room):
                at = data.find(_END, at, end) + len(_END)
                if at < len(_END):
                    break
            else:
                end = at
        if end:
            self._feed(data[:end])
        if end == len(data):
            return
        if self._successor is not None:
            self._successor.data_received(data[end:])
        if self._deaf:
            return
        self._held = data[end:]
        self.flow.pause_reading()
        self.flow.holding = True
        if end:
            self.loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        """Work off more of what is held."""
        held, self._held = self._held, b""
        self.flow.holding = False
        if not held or self._deaf:
            return
        self._work(held)
        full = self.pipeline or (self._stage == _BODY and len(self.cycle.body) > HIGH_WATER_LIMIT)
        if not (full or self._held or self._deaf):
            self.flow.resume_reading()

    def _feed(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            if self._should_upgrade():
                self._upgrade(data[upgrade.args[0] :])
            elif self.cycle is not None:
                # The parser takes the following bytes for another protocol's; the request itself is answered.
                self.cycle.keep_alive = False
            return
        except httptools.HttpParserError:
            self._refuse(self._fault or HttpError("invalid_request"))
            return
        if self._uncounted:
            # A request began or ended within these bytes: they are a slice at most, or a body.
            self._uncounted = False
            return
        self._seen += len(data)
        if self._stage != _BODY:
            if self._seen > self._limits.head_max or len(self.headers or ()) > self._limits.headers_max:
                self._refuse(HttpError("head_too_large"))
        elif self._chunked and self._seen - self._left > FRAMING_BYTES:
            self._refuse(HttpError("invalid_request", "The framing of the chunks is larger than the body."))

    # The parser's callbacks. All of them run for each request, so each line counts.

    def on_message_begin(self) -> None:
        """A request begins."""
        self.url = b""
        self.headers = []
        self.expect_100_continue = False
        self._stage = _HEAD
        self._uncounted = True
        self._seen = 0
        self.deadline = self.loop.time() + self._limits.head_s

    def on_url(self, url: bytes) -> None:
        """A part of the request's target."""
        self.url += url
        if len(self.url) > self._limits.line_max:
            raise self._wrong("line_too_long")

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer."""
        self.headers.append((name.lower(), value))

    def _wrong(self, code: str) -> HttpError:
        self._fault = HttpError(code)
        return self._fault

    def on_headers_complete(self) -> None:
        """The head is there: begin to answer, or queue the request behind those before it."""
        if self._is_too_large():
            raise self._wrong("head_too_large")
        if self._limits.demo and not self._asks_this_machine():
            raise self._wrong("host_refused")
        parser, headers = self.parser, self.headers
        self._is_upgrade = parser.should_upgrade() and self._should_upgrade()
        if self._is_upgrade:
            return
        target = httptools.parse_url(self.url)
        path = target.path.decode("ascii")
        version = parser.get_http_version()
        scope: Any = {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": version,
            "server": self.server,
            "client": self.client,
            "scheme": cast(Any, self.scheme),
            "root_path": "",
            "headers": headers,
            "state": self.app_state.copy(),
            "method": parser.get_method().decode("ascii"),
            "raw_path": target.path,
            "path": urllib.parse.unquote(path) if "%" in path else path,
            "query_string": target.query or b"",
            MAY_GIVE_WAY: self.may_give_way,
        }
        self.scope = scope
        self._expect_body()
        before = self.cycle
        keep_alive = version != "1.0" and parser.should_keep_alive()
        self.cycle = cycle = Cycle(self, scope, keep_alive)
        if before is None or before.response_complete:
            self._start_asgi_task(cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, self.app))

    def _is_too_large(self) -> bool:
        limits, headers = self._limits, self.headers
        if len(headers) > limits.headers_max:
            return True
        # A head that came within a slice is smaller than that.
        if self._uncounted and limits.head_max >= SLICE_BYTES:
            return False
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in headers) > limits.head_max

    def _asks_this_machine(self) -> bool:
        """Return whether the Host is local: a page elsewhere can point a name at this machine (DNS rebinding)."""
        return is_this_machine(next((value for name, value in self.headers if name == b"host"), b""))

    def _expect_body(self) -> None:
        self._stage = _BODY
        self._seen = self._left = 0
        for name, value in self.headers:
            if name == b"content-length":
                self._left = int(value)
            elif name == b"transfer-encoding":
                self._chunked = True
            elif name == b"expect":
                self.expect_100_continue = value.lower() == b"100-continue"
            elif name == RELAY_HEADER:
                self._adopt(value)
        if self._chunked:
            # Trailers are ignored.
            self.headers = []
        if self._left or self._chunked:
            self.deadline = self.loop.time() + self._limits.body_s

    def _adopt(self, value: bytes) -> None:
        """Count the connection as the cluster's own if a node passes a request on: it stands for many clients."""
        is_node = self.gate.is_node
        if is_node is not None and is_node(value, self.parser.get_method(), self.url):
            self._address = self.gate.adopt(self._address)

    def on_body(self, body: bytes) -> None:
        """A part of a body."""
        cycle = self.cycle
        if self._is_upgrade or cycle.response_complete:
            return
        cycle.body += body
        if len(cycle.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        cycle.message_event.set()
        self.deadline += len(body) / BODY_BYTES_PER_S
        # Of a body in chunks, twice its bytes are what its framing may take at most, beside a fixed part.
        self._left += 2 * len(body) if self._chunked else -len(body)

    def on_message_complete(self) -> None:
        """The request is there in full."""
        if not self._is_upgrade and not self.cycle.response_complete:
            self.cycle.more_body = False
            self.cycle.message_event.set()
        self._stage = _NOTHING
        self._uncounted = True
        self._seen = self._left = 0
        self._chunked = False
        self.deadline = _NEVER
        self.gate.waiting.pop(self, None)

    # Answers.

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        task = self.loop.create_task(cycle.run_asgi(app))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    def on_response_complete(self) -> None:
        """An answer is written: go on with the next request, or wait for one."""
        self.server_state.total_requests += 1
        self._running = self._is_served = None
        if self.transport.is_closing():
            self.deadline = self.loop.time() + self._limits.answer_s
            self._deaf = True
            self._held = b""
            return
        if self._deaf and self._last is None:
            return
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
        elif self._last is not None:
            self._end_with(self._last)
            return
        else:
            if self._stage == _NOTHING:
                self.deadline = self.loop.time() + self._limits.idle_s
            self.gate.waiting[self] = self._address
        if self._held:
            self.loop.call_soon(self._go_on)
        else:
            self.flow.resume_reading()

    def pause_writing(self) -> None:
        """Pause the answer: the client reads more slowly than it is answered."""
        super().pause_writing()
        self.unread_until = self.loop.time() + self._limits.answer_s

    def resume_writing(self) -> None:
        """Resume the answer: the client has read."""
        super().resume_writing()
        self.unread_until = _NEVER

    def shutdown(self) -> None:
        """The server stops."""
        if self._deaf:
            self.transport.abort()
        else:
            super().shutdown()

    def _refuse(self, error: HttpError) -> None:
        """Answer the request that is being read with a problem, after those before it, and end the connection."""
        self.gate.log.warning(
            "request_refused", error.code, code=error.code, detail=error.detail, address=self._address
        )
        broken = self.cycle if self._stage == _BODY else None
        if broken is not None and not broken.response_complete:
            if broken.response_started:
                self.transport.abort()
                return
            broken.disconnected = True
            broken.message_event.set()
            if self._running is broken:
                self._running = None
            elif self.pipeline:
                self.pipeline.popleft()
        if self._running is not None:
            self._deaf = True
            self._last = error
            self.gate.waiting.pop(self, None)
            self.deadline = _NEVER
        else:
            self._end_with(error)

    def _end_with(self, error: HttpError) -> None:
        answer = problem(error)
        headers = (*self.server_state.default_headers, *answer.all_headers(), (b"connection", b"close"))
        self.transport.write(write_head(answer.status, headers) + answer.body)
        self.hang_up()

    def _upgrade(self, rest: bytes) -> None:
        """Hand the connection over to the WebSocket protocol, with what it has sent since."""
        self.connections.discard(self)
        transport, gate = self.transport, self.gate
        self._forget()
        lines = [self.parser.get_method(), b" ", self.url, b" HTTP/1.1\r\n"]
        for name, value in self.headers:
            lines += [name, b": ", value, b"\r\n"]
            if name == RELAY_HEADER:
                self._adopt(value)
        lines.append(b"\r\n")
        address = self._address
        protocol: Any = cast(Any, self.ws_protocol_class)(
            config=self.config, server_state=self.server_state, app_state=self.app_state
        )
        protocol.on_gone = partial(gate.leave, address, protocol)
        gate.waiting[protocol] = address
        protocol.connection_made(transport)
        protocol.data_received(b"".join(lines))
        transport.set_protocol(protocol)
        self._successor = protocol
        if rest:
            protocol.data_received(rest)


_GAVE_WAY = "This connection had no request for a while, and another one needed its place."
