"""Engine.IO 4: sessions over WebSocket and long-polling, which carry messages for whatever speaks over them.

An Engine keeps the sockets of one process. It knows nothing of Socket.IO, of tokens and of the ledger: a handler that
is made for each socket does. It has no timers: somebody calls `tick` often, with the present time.

A socket is OPEN, then CLOSED; over long-polling it is CLOSING between the two, until its client has fetched the rest.
"""

from __future__ import annotations

import asyncio
import base64
import math
from collections import OrderedDict
from collections.abc import Callable
from enum import IntEnum
from itertools import takewhile
from typing import TYPE_CHECKING, Final, Protocol

import structlog

from groat.live import frames, rfc6455
from groat.live.clock import Clock
from groat.live.doors import HttpRequest, Passage, Receiver, Wire
from groat.live.limits import BURST_S, Bucket, LiveLimits
from groat.live.socketio import engine_packets as packets
from groat.live.socketio.engine_errors import UNKNOWN_SID, EngineError, check_request
from groat.live.socketio.engine_polling import Polling
from groat.live.socketio.engine_upgrade import Probe
from groat.live.socketio.sids import Sids

if TYPE_CHECKING:
    from groat.live.socketio.relay import SessionRelay

PACKET_BYTES: Final = 4 * 1024
"""A packet counts as one message, and as one more for each this many bytes."""
PIECE_COST: Final = 0.25
"""The cost of a read that completes no message."""
OWN_FIRST: Final = 32
"""An address with this many newcomers loses one of its own before another address does."""
TICK_S: Final = 1.0
LATE_S: Final = 1.0
"""Ticks may be late by this much before it counts as the server's fault, in seconds."""

log = structlog.stdlib.get_logger("groat.live")


class EngineLimits(LiveLimits, frozen=True):
    """Bounds of an Engine. Clients are told `inbound_bytes_max` as the largest body and message."""

    heartbeat_s: float = 25.0
    pong_s: float = 20.0
    """A client must answer a ping within this many seconds."""
    settle_s: float = 45.0
    """A client that has not said who it is after this many seconds is let go."""
    upgrade_s: float = 10.0
    newcomers_max: int = 4_096
    """At most this many sockets wait for their clients to say who they are. The oldest gives way."""

    @property
    def packets_max(self) -> int:
        """A body has at most this many packets: as many as a client may send at once."""
        return self.messages_per_second * BURST_S


class EngineHandler(Protocol):
    """Speaks over one socket. None of these may wait; an exception that escapes closes the socket."""

    def opened(self, socket: EngineSocket, request: HttpRequest) -> None:
        """Begin; the open packet is sent. Keep of the request only what is needed: idle connections must stay small."""

    def message(self, data: str | bytes) -> None:
        """Take a message: text, or bytes if it is binary. None comes while the socket is choked or does not read."""

    def choke(self) -> None:
        """Write only what must not be lost: the client does not read what it was sent."""

    def drain(self) -> None:
        """Write again: the client has read."""

    def lost(self, reason: str) -> None:
        """End: the socket is gone, whoever closed it. Called once."""


class EngineState(IntEnum):
    """The states of a socket."""

    OPEN = 0
    CLOSING = 1
    CLOSED = 2


class EngineSocket:
    """One session of a client, over long-polling, a WebSocket, or first the one and then the other.

    `id` is its session id, a secret of its client. `write` sends ready WebSocket frames whose payloads are whole
    packets (b'4...'). An upgrade puts another `write` here, so look it up for each call.
    """

    __slots__ = (
        "_bucket",
        "_engine",
        "_heard",
        "_pinged",
        "_unread",
        "_wire",
        "choked",
        "deadline",
        "handler",
        "id",
        "is_known",
        "peer",
        "state",
        "text_only",
        "upgrading",
        "write",
    )

    def __init__(
        self, engine: Engine, sid: str, wire: Wire | Polling, request: HttpRequest, *, text_only: bool
    ) -> None:
        self._engine = engine
        self._bucket: Bucket | None = None
        self._heard = True
        self._pinged = False
        self._unread = math.inf
        self._wire = wire
        self.id = sid
        self.peer = request.peer
        self.text_only = text_only
        """The client wants bytes in base64, also over a WebSocket."""
        self.handler = engine.make_handler()
        self.state = EngineState.OPEN
        self.choked = False
        self.is_known = False
        self.upgrading: Probe | None = None
        """The WebSocket that may take the place of long-polling."""
        self.deadline = engine.now() + engine.limits.heartbeat_s
        self.write = wire.write

    # Calls from the handler.

    def send(self, data: str | bytes) -> None:
        """Send a message. Never waits; nothing is sent once the socket is closed."""
        if self.state is not EngineState.OPEN:
            return
        if isinstance(data, str):
            self.write(frames.text(b"4" + data.encode()))
        elif self.text_only:
            self.write(frames.text(b"b" + base64.b64encode(data)))
        else:
            self.write(frames.binary(data))

    def close(self, reason: str = "closed by the server", *, abrupt: bool = False) -> None:
        """Close the transport, after what was sent; the client comes back. Closing it again does nothing.

        An abrupt close drops what the client has not fetched, and does not listen to it any more.
        """
        if self.state is not EngineState.OPEN:
            return
        wire = self._wire
        if not isinstance(wire, Polling):
            wire.hang_up(rfc6455.POLICY if abrupt else rfc6455.NORMAL, reason, deaf=abrupt)
        elif abrupt:
            wire.finish(packets.CLOSE_BODY, reason)
        else:
            # The session ends when the client has fetched this, or does not come for it.
            wire.close()
            self.state = EngineState.CLOSING
            self.deadline = self._engine.now() + self._engine.limits.close_s
            self._engine.newcomers.remove(self)
            self.write = _drop
            self._tell(reason)
            return
        self._end(reason)

    def settle(self) -> None:
        """Note that the client has said who it is: it does not give way to newcomers any more."""
        self.is_known = True
        self._engine.newcomers.remove(self)

    def unsettle(self) -> None:
        """Note that the client is nobody any more: it has `settle_s` to say again who it is, or gives way."""
        if self.is_known and self.state is EngineState.OPEN:
            self.is_known = False
            self._engine.newcomers.add(self, self._engine.now())

    def backlog(self) -> int:
        """Return how many bytes were written and not yet taken by the network or, over long-polling, fetched."""
        return self._wire.backlog()

    def pause_reading(self) -> None:
        """Take no more messages from the client."""
        self._wire.pause_reading()

    def resume_reading(self) -> None:
        """Take messages again."""
        self._wire.resume_reading()

    # Calls from the transports (see doors.Receiver).

    def receive(self, message: bytes) -> None:
        """Take a packet. One that is malformed, or one too many, closes the socket."""
        if self.state is not EngineState.OPEN or not self._charge(1 + len(message) // PACKET_BYTES):
            return
        self._heard = True
        kind = message[0] if message else 0
        if kind in (packets.MESSAGE, packets.BASE64):
            try:
                data = packets.message_data(message)
            except packets.BadPacket as error:
                self.fail(str(error))
            else:
                self._hand(data)
        elif kind == packets.CLOSE:
            self._closed_by_client()
        elif kind not in (packets.PONG, packets.NOOP):
            self.fail("a client sends no such packet")

    def receive_binary(self, message: bytes) -> None:
        """Take a message of bytes."""
        if self.state is EngineState.OPEN and self._charge(1 + len(message) // PACKET_BYTES):
            self._heard = True
            self._hand(message)

    def _hand(self, data: str | bytes) -> None:
        try:
            self.handler.message(data)
        except Exception:
            log.exception("engine_handler_failed")
            self.close("a fault of the server")

    def receive_control(self) -> bool:
        """Charge for a ping or pong of the transport's own, or a part of a message."""
        return self._charge(1)

    def receive_piece(self) -> None:
        """Charge for bytes that complete no message."""
        self._charge(PIECE_COST)

    def _charge(self, count: float) -> bool:
        now = self._engine.now()
        if self._bucket is None:
            rate = self._engine.limits.messages_per_second
            self._bucket = Bucket(rate * BURST_S, rate, now)
        if self._bucket.take(now, count):
            return True
        self.close("too many messages", abrupt=True)
        return False

    def too_slow(self) -> None:
        """Close: a message that began did not end in time."""
        self.close("a message did not end in time")

    def give_way(self) -> None:
        """Close for the sake of another connection, at once: nothing was said yet that could be lost."""
        self.close("gave way to a newcomer", abrupt=isinstance(self._wire, Polling))

    def choke(self) -> None:
        """Tell the handler that the client does not read."""
        if not self.choked and self.state is EngineState.OPEN:
            self.choked = True
            self._unread = math.inf
            self._wire.pause_reading()
            self.handler.choke()

    def drain(self) -> None:
        """Tell the handler that the client has read."""
        if self.choked and self.state is EngineState.OPEN:
            self.choked = False
            self._wire.resume_reading()
            self.handler.drain()

    def lost(self) -> None:
        """End: the transport is gone."""
        self._end("transport closed")

    def _closed_by_client(self) -> None:
        if isinstance(self._wire, Polling):
            self._wire.finish(packets.NOOP_BODY)
        else:
            self._wire.hang_up(rfc6455.NORMAL, "")
        self._end("closed by the client")

    def fail(self, reason: str) -> None:
        """End: the client broke the protocol, or does not answer."""
        if isinstance(self._wire, Polling):
            self._wire.finish(packets.CLOSE_BODY, reason)
        else:
            self._wire.hang_up(rfc6455.POLICY, reason)
        self._end(reason)

    # Long-polling, and the upgrade from it.

    @property
    def polling(self) -> Polling | None:
        """The session's long-polling, None once it is over a WebSocket."""
        return self._wire if isinstance(self._wire, Polling) else None

    def move_to(self, wire: Wire) -> None:
        """Go on over a WebSocket: what the client has not fetched goes there."""
        polling = self._wire
        assert isinstance(polling, Polling)
        rest = polling.leave()
        self.upgrading = None
        self._wire, wire.receiver = wire, self
        if rest:
            wire.write(rest)
        if self.state is EngineState.CLOSING:
            wire.hang_up(rfc6455.NORMAL, "")
            self._end("closed by the server")
            return
        self.write = wire.write
        if self.choked and wire.backlog() <= self._engine.limits.write_high_bytes:
            self.drain()

    def fetched(self) -> None:
        """Go on, for the client has fetched all there was; or end, if that was the last."""
        if self.state is EngineState.CLOSING:
            self._end("closed by the server")
        else:
            self.drain()

    # The clock.

    def tick(self, now: float) -> None:
        """Do what is due: ping, or close a client that does not answer or does not read."""
        if now < self.deadline or self.state is EngineState.CLOSED:
            return
        limits = self._engine.limits
        # When the server is late, the client gets its time nevertheless.
        due = max(self.deadline, now - LATE_S)
        if self.state is EngineState.CLOSING:
            self._end("closed by the server")
        elif not self._pinged:
            self._pinged, self._heard = True, False
            self.write(packets.PING_PACKET)
            if self.choked:
                self._unread = self._wire.backlog()
            self.deadline = due + limits.pong_s
        elif self._heard or self._reads():
            self._pinged = False
            self.deadline = due + max(0.0, limits.heartbeat_s - limits.pong_s)
        else:
            self.fail("ping timeout")

    def _reads(self) -> bool:
        """Return whether a choked client, which cannot have read the last ping yet, goes on reading."""
        return self.choked and not isinstance(self._wire, Polling) and self._wire.backlog() < self._unread

    # The end.

    def _end(self, reason: str) -> None:
        if self.state is EngineState.CLOSED:
            return
        was_open = self.state is EngineState.OPEN
        self.state = EngineState.CLOSED
        self.write = _drop
        self._engine.forget(self)
        if isinstance(self._wire, Polling):
            self._wire.finish(packets.CLOSE_BODY)
        if self.upgrading is not None:
            self.upgrading.end()
            self.upgrading = None
        if was_open:
            self._tell(reason)

    def _tell(self, reason: str) -> None:
        try:
            self.handler.lost(reason)
        except Exception:
            log.exception("engine_handler_failed")


def _drop(framed: bytes) -> None:
    """Send nothing: the socket is closed."""


class Newcomers:
    """The sockets whose clients have not said who they are, the oldest first."""

    def __init__(self) -> None:
        self._since: OrderedDict[EngineSocket, float] = OrderedDict()
        self._of_peer: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._since)

    def __contains__(self, socket: EngineSocket) -> bool:
        return socket in self._since

    def add(self, socket: EngineSocket, now: float) -> None:
        """Keep a socket, which is none of these yet."""
        self._since[socket] = now
        self._of_peer[socket.peer] = self._of_peer.get(socket.peer, 0) + 1

    def remove(self, socket: EngineSocket) -> None:
        """Keep it no longer, if it is one of these."""
        if self._since.pop(socket, None) is not None:
            left = self._of_peer.pop(socket.peer) - 1
            if left:
                self._of_peer[socket.peer] = left

    def next_to_go(self, peer: str) -> EngineSocket:
        """Return the one that gives way to a newcomer: the oldest, of the same address if that has many."""
        own = self._of_peer.get(peer, 0) >= OWN_FIRST
        return next(each for each in self._since if not own or each.peer == peer)

    def since(self, moment: float) -> list[EngineSocket]:
        """Return those who were here at this moment."""
        return [each for each, _ in takewhile(lambda each: each[1] <= moment, self._since.items())]


class Engine:
    """The sockets of one process. It is the door for their WebSockets; `engine_http` answers their requests.

    `make_handler` makes a handler for each socket. `clock` tells the time; `tick` is to be called often.
    `is_serving` tells whether new sockets are taken. `relay` passes on the requests of other processes' sessions, where
    there are others.
    """

    binary: Final = True

    def __init__(
        self,
        make_handler: Callable[[], EngineHandler],
        limits: EngineLimits,
        sids: Sids,
        clock: Clock,
        is_serving: Callable[[], bool] = lambda: True,
        relay: SessionRelay | None = None,
    ) -> None:
        self.make_handler = make_handler
        self.limits = limits
        self.sids = sids
        self.clock = clock
        self.now = clock.now
        self.relay = relay
        self.sockets: dict[str, EngineSocket] = {}
        self.newcomers = Newcomers()
        self.probes: set[Probe] = set()
        self._is_serving = is_serving
        self._is_shut = False

    @property
    def is_open(self) -> bool:
        """Return whether new sockets are taken."""
        return not self._is_shut and self._is_serving()

    async def keep_time(self) -> None:
        """Tick for ever."""
        while True:
            await asyncio.sleep(TICK_S)
            try:
                self.tick(self.now())
            except Exception:
                log.exception("engine_tick_failed")

    def begin_polling(self, request: HttpRequest) -> Polling:
        """Open a session over long-polling."""
        polling = Polling(self.limits.write_high_bytes)
        self._begin(polling, request, ["websocket"])
        return polling

    def _begin(self, wire: Wire | Polling, request: HttpRequest, upgrades: list[str]) -> EngineSocket:
        """Open a session, whose first packet goes over this transport."""
        limits = self.limits
        if len(self.newcomers) >= limits.newcomers_max:
            self.newcomers.next_to_go(request.peer).give_way()
        text_only = request.fields().get("b64") == "1"
        socket = EngineSocket(self, self.sids.make(), wire, request, text_only=text_only)
        if isinstance(wire, Polling):
            wire.socket = socket
        self.sockets[socket.id] = socket
        self.newcomers.add(socket, self.now())
        opening = packets.open_packet(
            socket.id, upgrades, limits.heartbeat_s, limits.pong_s, limits.inbound_bytes_max
        )
        socket.write(frames.text(opening))
        try:
            socket.handler.opened(socket, request)
        except Exception:
            log.exception("engine_handler_failed")
            socket.close("a fault of the server")
        return socket

    def forget(self, socket: EngineSocket) -> None:
        """Keep a socket no longer: it is closed."""
        self.newcomers.remove(socket)
        self.sockets.pop(socket.id, None)

    def tick(self, now: float) -> None:
        """Do what is due on all sockets."""
        for socket in [each for each in self.sockets.values() if each.deadline <= now]:
            socket.tick(now)
        for socket in self.newcomers.since(now - self.limits.settle_s):
            socket.close("did not say who it is")
        for probe in [each for each in self.probes if each.deadline <= now]:
            probe.end()

    def shut(self) -> None:
        """Take no more clients, and let those go that have not said who they are. The handlers close the others."""
        self._is_shut = True
        for socket in self.newcomers.since(math.inf):
            socket.close("the server stops")

    def stop(self) -> None:
        """Close all sockets."""
        self.shut()
        for socket in list(self.sockets.values()):
            socket.close("the server stops")

    # The door (see doors.Door).

    def lead(self, request: HttpRequest, target: bytes) -> HttpRequest | Passage:
        """Return the request, or the passage to the worker that keeps its session. Raises HandshakeRefused."""
        return request if self.relay is None else self.relay.lead(request, target)

    def check(self, request: HttpRequest, offered: list[str]) -> str:
        """Check the request for a WebSocket. Raises HandshakeRefused."""
        try:
            sid = check_request(request, "websocket")
            if sid and sid not in self.sockets:
                raise EngineError(UNKNOWN_SID)
        except EngineError as error:
            raise error.refused() from None
        return ""

    def open(self, wire: Wire, request: HttpRequest) -> Receiver:
        """Begin a session over a WebSocket, or probe one that may take the place of long-polling."""
        sid = request.fields().get("sid")
        return Probe(self, self.sockets.get(sid), wire) if sid else self._begin(wire, request, [])
