"""Random walks: whatever happens in whatever order, a client gets what was sent, in order and once."""

from __future__ import annotations

import asyncio
import base64
import random
from typing import Any

import pytest

from groat.live import frames
from groat.live.doors import HttpRequest, Receiver
from groat.live.socketio import engine_http
from groat.live.socketio.engine import Engine, EngineLimits, EngineSocket
from tests.live.hand_clock import HandClock
from tests.live.socketio.server import PATH, make_sids

LIMITS = EngineLimits(write_high_bytes=60, write_low_bytes=20, messages_per_second=10_000)


class Counter:
    """Sends 0, 1, 2, ... as long as the client reads, and keeps what it gets."""

    def __init__(self) -> None:
        self.sent = 0
        self.got: list[str | bytes] = []
        self.is_choked = False
        self.lost_for = ""
        self.socket: EngineSocket

    def opened(self, socket: EngineSocket, request: HttpRequest) -> None:
        self.socket = socket
        socket.settle()

    def send(self) -> None:
        if not self.is_choked:
            data = str(self.sent)
            self.socket.send(data if self.sent % 3 else data.encode())
            self.sent += 1

    def message(self, data: str | bytes) -> None:
        assert not self.is_choked
        self.got.append(data)

    def choke(self) -> None:
        assert not self.is_choked
        self.is_choked = True

    def drain(self) -> None:
        assert self.is_choked
        self.is_choked = False

    def lost(self, reason: str) -> None:
        assert not self.lost_for
        self.lost_for = reason


class Wire:
    """A WebSocket in memory, which the client reads a message at a time."""

    def __init__(self) -> None:
        self.receiver: Receiver | None = None
        self.unread: list[tuple[int, bytes]] = []
        self.is_paused = False
        self.is_closed = False

    def write(self, framed: bytes) -> None:
        assert not self.is_closed
        self.unread += frames.messages_of(framed)
        if self.backlog() > LIMITS.write_high_bytes and self.receiver is not None:
            self.receiver.choke()

    def read(self) -> bytes | None:
        """Take the next message, binary ones in base64's place with a b before them."""
        if not self.unread:
            return None
        opcode, payload = self.unread.pop(0)
        if self.backlog() <= LIMITS.write_low_bytes and self.receiver is not None:
            self.receiver.drain()
        return payload if opcode == frames.TEXT else b"b" + payload

    def hang_up(self, code: int, reason: str, *, deaf: bool = False) -> None:
        self.is_closed = True

    def backlog(self) -> int:
        return sum(len(payload) for _, payload in self.unread)

    def pause_reading(self) -> None:
        self.is_paused = True

    def resume_reading(self) -> None:
        self.is_paused = False


class Client:
    """A client that does nothing the protocol forbids, and asks for everything at any time."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.clock = HandClock()
        self.handler = Counter()
        self.engine = Engine(lambda: self.handler, LIMITS, make_sids(), self.clock)
        self.sid = ""
        self.wire: Wire | None = None
        self.got: list[int] = []
        self.said = 0
        self.fetching: asyncio.Task[bytes] | None = None
        self.pushing: asyncio.Task[bytes] | None = None
        self.is_probed = False
        self.is_upgraded = False

    async def ask(self, method: str, body: bytes = b"") -> bytes:
        told: list[Any] = []
        asked = False

        async def receive() -> dict[str, Any]:
            nonlocal asked
            if asked:
                await asyncio.Event().wait()
            asked = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            told.append(message)

        query = f"EIO=4&transport=polling{'&sid=' + self.sid if self.sid else ''}"
        scope = {
            "type": "http", "method": method, "path": PATH, "query_string": query.encode(), "headers": [],
        }  # fmt: skip
        await engine_http.serve(self.engine, scope, receive, send)
        assert told[0]["status"] == 200, told
        answer: bytes = told[1]["body"]
        return answer

    def hear(self, packet: bytes, *, is_base64: bool) -> None:
        if packet.startswith(b"4"):
            self.got.append(int(packet[1:]))
        elif packet.startswith(b"b"):
            self.got.append(int(base64.b64decode(packet[1:]) if is_base64 else packet[1:]))
        elif packet == b"3probe":
            self.is_probed = True
        elif packet == b"2":
            self.say(b"3")
        else:
            assert packet == b"6"

    def say(self, packet: bytes) -> None:
        """Send a packet over the transport in use."""
        if self.is_upgraded:
            assert self.wire is not None
            assert self.wire.receiver is not None
            self.wire.receiver.receive(packet)
        elif self.pushing is None:
            self.pushing = asyncio.create_task(self.ask("POST", packet))

    async def settle(self) -> None:
        """Let what is under way get on, and take the answers there are."""
        for _ in range(5):
            await asyncio.sleep(0)
        if self.fetching is not None and self.fetching.done():
            body, self.fetching = self.fetching.result(), None
            for packet in body.split(b"\x1e"):
                self.hear(packet, is_base64=True)
        if self.pushing is not None and self.pushing.done():
            assert self.pushing.result() == b"ok"
            self.pushing = None

    async def step(self) -> None:
        match self.rng.randrange(8):
            case 0 | 1:
                self.handler.send()
            case 2 if not self.is_upgraded and not self.is_probed and self.fetching is None:
                self.fetching = asyncio.create_task(self.ask("GET"))
            case 3 if not self.is_upgraded and not self.is_probed and self.pushing is None:
                self.say(b"4%d" % self.said)
                self.said += 1
            case 3 if self.is_upgraded and self.wire is not None and not self.wire.is_paused:
                self.say(b"4%d" % self.said)
                self.said += 1
            case 4 if self.wire is None and self.rng.random() < 0.3:
                self.wire = Wire()
                query = f"EIO=4&transport=websocket&sid={self.sid}".encode()
                request = HttpRequest(PATH, query, {}, "")
                assert self.engine.check(request, []) == ""
                self.wire.receiver = self.engine.open(self.wire, request)
                self.wire.receiver.receive(b"2probe")
            case 5 if self.is_probed and not self.is_upgraded:
                # The client upgrades once nothing is under way over the other transport.
                if self.fetching is None and self.pushing is None:
                    assert self.wire is not None
                    assert self.wire.receiver is not None
                    self.wire.receiver.receive(b"5")
                    self.is_upgraded = True
            case 6 if self.wire is not None:
                packet = self.wire.read()
                if packet is not None:
                    self.hear(packet, is_base64=False)
            case 7:
                self.clock.at += 1
                self.engine.tick(self.clock.at)
            case _:
                pass
        await self.settle()

    async def finish(self) -> None:
        """Fetch and read what is left."""
        while self.handler.socket.backlog() or self.fetching or self.pushing:
            if self.is_upgraded:
                assert self.wire is not None
                packet = self.wire.read()
                assert packet is not None
                self.hear(packet, is_base64=False)
            elif self.fetching is None:
                self.fetching = asyncio.create_task(self.ask("GET"))
            else:
                self.handler.send()
            await self.settle()


@pytest.mark.parametrize("seed", range(300))
async def test_a_walk(seed: int) -> None:
    client = Client(random.Random(seed))
    opening = (await client.ask("GET")).decode()
    client.sid = opening.split('"sid":"')[1].split('"')[0]
    for _ in range(120):
        await client.step()
        assert client.handler.socket.backlog() <= LIMITS.write_high_bytes + 20
    assert not client.handler.lost_for
    await client.finish()
    assert client.got == list(range(client.handler.sent))
    assert client.handler.got == [str(n) for n in range(client.said)]
    client.engine.stop()
    assert client.handler.lost_for
