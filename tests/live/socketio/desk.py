"""groat's door on a desk: an Engine and a Live over streams in memory, a clock that is moved by hand, and clients.

A client does on the wire what the stock ones do: it keeps `pid` and `offset` by their rules and sends them when it
comes back. Nothing here opens a port.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

from groat import Groat
from groat.live import Live, LiveLimits, frames
from groat.live.boards import Board
from groat.live.doors import HttpRequest, Receiver
from groat.live.socketio.door import Names, SocketDoor
from groat.live.socketio.engine import Engine, EngineLimits
from groat.live.socketio.sids import Owner, Sids, new_name
from groat.settings import Settings
from tests.live.fakes import FakeGroat, FakeIdentities
from tests.live.hand_clock import HandClock

SECRET = "a secret of the tests, long enough for all"


class FakeNames:
    """Each event is told by two packets, to see that they stay together; each snapshot by two as well."""

    def packets(self, stream: str, event: bytes) -> list[bytes]:
        n = json.loads(event)["n"]
        return [
            b'["balance_updated",{"id":"%b/%d"}]' % (stream.encode(), n),
            b'["notification",{"n":%d}]' % n,
        ]

    def snapshot_packets(self, stream: str, snapshot: bytes) -> list[bytes]:
        told = {"stream": stream, "snapshot": json.loads(snapshot)}
        return [
            json.dumps(["snapshot", told]).encode(),
            b'["balance_updated",{"snapshot":true,"stream":"%b"}]' % stream.encode(),
        ]


class FakeWire:
    """A WebSocket whose client reads what it is sent, unless `full` keeps it in the buffer."""

    def __init__(self) -> None:
        self.receiver: Receiver | None = None
        self.writes: list[list[bytes]] = []
        self.hung_up: tuple[int, str] | None = None
        self.turns: list[str] = []
        self.full = 0

    def write(self, framed: bytes) -> None:
        assert self.hung_up is None, "nothing is written after the end"
        self.writes.append([payload for _, payload in frames.messages_of(framed)])

    def hang_up(self, code: int, reason: str, *, deaf: bool = False) -> None:
        self.hung_up = (code, reason)

    def backlog(self) -> int:
        return self.full

    def pause_reading(self) -> None:
        self.turns.append("pause")

    def resume_reading(self) -> None:
        self.turns.append("resume")


class Client:
    """A stock client in one namespace. `events` are what its handlers were called with, markers left out.

    `pid` and `offset` are kept by the rules of socket.io-client 4.8 (lib/socket.ts: onconnect, emitEvent).
    """

    def __init__(self, desk: Desk, token: Any = None, namespace: str = "/", **auth: Any) -> None:
        self.desk = desk
        desk.clients.append(self)
        self.auth = {"token": token} | auth if token is not None else auth
        self.namespace = namespace
        self.pid: Any = None
        self.offset: Any = None
        self.sid = ""
        self.recovered = False
        self.events: list[list[Any]] = []
        self.marks: list[str] = []
        self.error: dict[str, Any] | None = None
        self.disconnected = False
        self.acks: dict[int, list[Any]] = {}
        self.wire = FakeWire()
        self._read = 0
        self._prefix = "" if namespace == "/" else f"{namespace},"

    def closed(self) -> bool:
        """Whether the server closed the transport."""
        return self.wire.hung_up is not None

    def open(self, headers: dict[str, str] | None = None, query: str = "") -> None:
        """Open a transport."""
        self.wire = FakeWire()
        self._read = 0
        heads = {name.encode(): value.encode() for name, value in (headers or {}).items()}
        request = HttpRequest(
            "/socket.io/", f"EIO=4&transport=websocket{query}".encode(), heads, "198.51.100.7"
        )
        self.wire.receiver = self.desk.engine.open(cast(Any, self.wire), request)

    async def connect(self, headers: dict[str, str] | None = None, query: str = "", **more: Any) -> None:
        """Open a transport and connect, with what is kept of the last connection."""
        self.open(headers, query)
        await self.join(**more)

    async def join(self, **more: Any) -> None:
        """Connect to the namespace over the open transport."""
        self.error, self.sid, self.disconnected = None, "", False
        kept = {"pid": self.pid, "offset": self.offset} if self.pid is not None else {}
        auth = {name: value for name, value in (kept | self.auth | more).items() if value is not None}
        self.say(f"0{self._prefix}{json.dumps(auth)}")
        await self.desk.settle()
        self.read()

    def say(self, packet: str) -> None:
        assert self.wire.receiver is not None
        self.wire.receiver.receive(b"4" + packet.encode())

    def answer(self) -> None:
        """Answer a ping."""
        assert self.wire.receiver is not None
        self.wire.receiver.receive(b"3")

    def emit(self, *args: Any, id: int | str = "") -> None:
        self.say(f"2{self._prefix}{id}{json.dumps(args)}")

    def lose(self) -> None:
        """Lose the transport."""
        self.read()
        assert self.wire.receiver is not None
        self.wire.receiver.lost()

    def read(self, writes: int | None = None, packets: int | None = None) -> list[list[Any]]:
        """Handle what came: of the next so many writes, of the last of them only so many packets. Returns events."""
        fresh = self.wire.writes[self._read :][:writes]
        self._read += len(fresh)
        if packets is not None and fresh:
            fresh[-1] = fresh[-1][:packets]
        before = len(self.events)
        for payload in [payload.decode() for write in fresh for payload in write]:
            if payload[0] == "4":
                self._take(payload[1:])
        return self.events[before:]

    def _take(self, packet: str) -> None:
        kind, rest = packet[0], packet[1:]
        if rest.startswith("/"):
            namespace, _, rest = rest.partition(",")
            if namespace != self.namespace:
                return
        elif self.namespace != "/":
            return
        digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
        data = json.loads(rest[len(digits) :] or "null")
        if kind == "0":
            self.sid = data["sid"]
            self.recovered = self.pid is not None and data.get("pid") == self.pid
            self.pid = data.get("pid")
        elif kind == "1":
            self.disconnected = True
        elif kind == "2":
            assert digits == "", "durable events ask for no acknowledgement"
            if data[0] == "groat:position":
                assert len(data) == 2
                self.marks.append(data[1])
            else:
                assert isinstance(data[-1], dict), "all other events end in an object"
                self.events.append(data)
            if isinstance(data[-1], str):
                self.offset = data[-1]
        elif kind == "3":
            self.acks[int(digits)] = data
        else:
            assert kind == "4"
            self.error = data


class Desk:
    """A door, with what a test moves behind it."""

    def __init__(self, groat: Any, live: Live, door: SocketDoor, engine: Engine, clock: HandClock) -> None:
        self.groat = cast(FakeGroat, groat)
        self.live = live
        self.door = door
        self.engine = engine
        self.clock = clock
        self.identities = cast(FakeIdentities, live.identities)
        self.clients: list[Client] = []

    async def settle(self) -> None:
        """Let everything that is under way come to rest."""
        for _ in range(60):
            await asyncio.sleep(0)

    async def move(self, seconds: float) -> None:
        """Let time pass, with all that is due in it; the clients answer pings."""
        for _ in range(int(seconds)):
            await self.clock.pass_s(1.0)
            self.engine.tick(self.clock.at)
            for client in self.clients:
                if client.wire.writes and client.wire.writes[-1] == [b"2"] and not client.closed():
                    client.answer()
            await self.settle()

    def client(self, user: str, *roles: str, namespace: str = "/") -> Client:
        """A client of a person, with a token that is let in."""
        return Client(self, self.identities.let_in(f"token of {user}", user, *roles), namespace)

    async def connected(self, user: str, *roles: str, namespace: str = "/") -> Client:
        """A client that is connected, and has read its beginning."""
        client = self.client(user, *roles, namespace=namespace)
        await client.connect()
        assert client.sid
        client.events.clear()
        return client


@asynccontextmanager
async def on_desk(
    groat: Any = None,
    limits: LiveLimits | None = None,
    names: Names | None = None,
    boards: Sequence[Board] = (),
    **settings: Any,
) -> AsyncIterator[Desk]:
    """Put a door on the desk; limits of rates are wide unless given."""
    groat = FakeGroat() if groat is None else groat
    clock = HandClock()
    told = Settings(secret=SECRET, **settings)
    limits = limits or LiveLimits(connects_per_minute=1_000, messages_per_second=1_000)
    live = Live(cast(Groat, groat), FakeIdentities(), told, limits, clock, boards)
    await live.start()
    door = SocketDoor(live, names or FakeNames(), told)
    engine_limits = EngineLimits(messages_per_second=limits.messages_per_second)
    engine = Engine(door.server.make_handler, engine_limits, Sids("", Owner(new_name(), new_name())), clock)
    try:
        yield Desk(groat, live, door, engine, clock)
    finally:
        engine.stop()
        await live.stop()


def told(stream: str, *offsets: int) -> list[list[Any]]:
    """The events of a stream's offsets, as the fake names tell them."""
    return [
        event
        for n in offsets
        for event in (["balance_updated", {"id": f"{stream}/{n}"}], ["notification", {"n": n}])
    ]


def snapshots(**totals: int) -> list[list[Any]]:
    """The events of snapshots: streams with their heads, `_` for `:`."""
    return [
        event
        for stream, total in ((name.replace("_", ":"), total) for name, total in totals.items())
        for event in (
            ["snapshot", {"stream": stream, "snapshot": {"total": total}}],
            ["balance_updated", {"snapshot": True, "stream": stream}],
        )
    ]
