"""Thousands of live clients in one process: plain sockets that connect, resume, check and time what they are sent.

A program of its own (`python -m tests.live.crowd`) that reads calls as JSON lists from standard input and answers each
with a line; `Crowd` is the other end. What a client is sent must follow its position without gap or repetition; what
does not is counted. Clients whose connection ends come back by themselves, to the next address, as SDKs do.
"""

from __future__ import annotations

import asyncio
import base64
import errno
import heapq
import json
import os
import random
import re
import resource
import select
import socket
import sys
import time
from collections import Counter, deque
from pathlib import Path
from typing import Any

import jwt

ROOT = Path(__file__).resolve().parents[2]
AT_ONCE = 256
ANSWER_S = 30.0
STOCK_NAMES = ("balance_updated", "credit-updated")
_OFFSET = re.compile(rb'"offset":(\d+)}}}$')
_PONG = b"\x81\x82\0\0\0\0{}"
_HANDSHAKE = (
    b"GET %b HTTP/1.1\r\nhost: groat\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
    b"sec-websocket-version: 13\r\nsec-websocket-key: " + base64.b64encode(bytes(16)) + b"\r\n\r\n"
)


def _masked(text: bytes) -> bytes:
    """A client's text frame; its mask is zero."""
    if len(text) < 126:
        return b"\x81" + bytes([0x80 | len(text)]) + bytes(4) + text
    return b"\x81\xfe" + len(text).to_bytes(2, "big") + bytes(4) + text


class Client:
    """One person's connection; `epoch` and `offset` are its position, None before the first."""

    path = b"/connection/websocket"
    __slots__ = ("address", "buffer", "epoch", "offset", "opened", "sock", "state", "token", "tries", "user")

    def __init__(self, user: str, token: str, address: int) -> None:
        self.user = user
        self.token = token
        self.address = address
        self.epoch: str | None = None
        self.offset = 0
        self.tries = 0
        self.opened = 0.0
        self.state = "away"
        self.sock: socket.socket | None = None
        self.buffer = b""

    def send(self, text: bytes) -> None:
        """Send a message."""
        assert self.sock is not None
        self.sock.send(_masked(text))

    def greet(self) -> None:
        """Say who it is, and where it stands."""
        subs = {}
        if self.epoch is not None:
            subs = {f"user:{self.user}": {"recover": True, "epoch": self.epoch, "offset": self.offset}}
        self.send(json.dumps({"id": 1, "connect": {"token": self.token, "subs": subs}}).encode())

    def take(self, loop: Loop, message: bytes, at: float) -> None:
        """Take a message, whose lines are replies and pushes."""
        for line in message.split(b"\n"):
            if line == b"{}":
                assert self.sock is not None
                self.sock.send(_PONG)
            elif line.startswith(b'{"push"'):
                found = _OFFSET.search(line)
                assert found, line
                loop.hear(self, int(found[1]), at)
            else:
                loop.joined(self, json.loads(line), at)
            if self.state == "away":
                return

    def wait_s(self) -> float:
        """Return the seconds that it waits before it comes back."""
        self.tries += 1
        return random.uniform(0.5, 1) * min(2.0, 0.2 * 2.0 ** (self.tries - 1))


class StockClient(Client):
    """A stock Socket.IO client. It keeps `pid` and `position` and checks the `id` and `version` of what it is sent."""

    path = b"/socket.io/?EIO=4&transport=websocket"
    __slots__ = ("ids", "pid", "position", "versions")

    def __init__(self, user: str, token: str, address: int) -> None:
        super().__init__(user, token, address)
        self.pid: str | None = None
        self.position: str | None = None
        self.ids: set[str] = set()
        self.versions: dict[str, int] = {}

    def greet(self) -> None:
        """Say nothing before the server's first packet."""

    def take(self, loop: Loop, message: bytes, at: float) -> None:
        """Take a packet of Engine.IO."""
        if message == b"2":
            self.send(b"3")
        elif message[:1] == b"0":
            self.tries = 0
            auth = {"token": self.token}
            if self.pid is not None:
                auth["pid"] = self.pid
                if self.position is not None:
                    auth["offset"] = self.position
            self.send(b"40" + json.dumps(auth).encode())
        elif message[:2] == b"40":
            pid = json.loads(message[2:])["pid"]
            loop.entered(self, recovered=pid == self.pid)
            self.pid = pid
        elif message[:2] == b"42":
            name, told = json.loads(message[2:])
            if isinstance(told, str):
                self.position = told
            elif name in STOCK_NAMES:
                self._check(loop, name, told, at)
        else:
            loop.lose(self, f"closed by {message[:2].decode()}")

    def _check(self, loop: Loop, name: str, told: dict[str, Any], at: float) -> None:
        version = told["version"]
        if "snapshot" not in told:
            if told["id"] in self.ids:
                loop.note("twice")
            if name in self.versions and version != self.versions[name] + 1:
                loop.note("wrong")
            self.ids.add(told["id"])
            if name == STOCK_NAMES[0]:
                loop.stamp(self.user, version, at)
        self.versions[name] = version

    def wait_s(self) -> float:
        """Return the seconds it waits before it comes back, as socket.io-client does: 1 to 5, half more or less."""
        self.tries += 1
        return min(5.0, 2.0 ** (self.tries - 1) * random.uniform(0.5, 1.5))


class Screen(Client):
    """A page that shows the credits of its person: ``shown``, and how many changes it was told of."""

    __slots__ = ("shown", "told")

    def __init__(self, user: str, token: str, address: int) -> None:
        super().__init__(user, token, address)
        self.shown: str | None = None
        self.told = 0

    def take(self, loop: Loop, message: bytes, at: float) -> None:
        """Take a message, and show what it tells."""
        for line in message.split(b"\n"):
            if line != b"{}":
                self._read(json.loads(line))
        super().take(loop, message, at)

    def _read(self, told: dict[str, Any]) -> None:
        if "push" in told:
            self._show(told["push"]["pub"]["data"])
            return
        sub = told.get("connect", {}).get("subs", {}).get(f"user:{self.user}", {})
        for balance in sub.get("data", {}).get("balances", ()):
            self.shown = balance["balance"]
        for publication in sub.get("publications", ()):
            self._show(publication["data"])

    def _show(self, event: dict[str, Any]) -> None:
        for change in event.get("changes", ()):
            self.shown = change["balance"]
            self.told += 1


class StockScreen(StockClient):
    """The same by ``credit-updated``, on a stock Socket.IO client."""

    __slots__ = ("shown", "told")

    def __init__(self, user: str, token: str, address: int) -> None:
        super().__init__(user, token, address)
        self.shown: str | None = None
        self.told = 0

    def _check(self, loop: Loop, name: str, told: dict[str, Any], at: float) -> None:
        super()._check(loop, name, told, at)
        if name == STOCK_NAMES[1]:
            self.shown = str(told["credits"])
            self.told += "snapshot" not in told


CLIENTS = {
    "centrifuge": Client,
    "socket.io": StockClient,
    "screen": Screen,
    "socket.io screen": StockScreen,
}


class Loop:
    """All clients of the process, driven by one epoll."""

    def __init__(self) -> None:
        self._poll = select.epoll()
        self._poll.register(sys.stdin.fileno(), select.EPOLLIN)
        self._by_fd: dict[int, Client] = {}
        self._due: list[tuple[float, int, Client]] = []
        self._ready: deque[Client] = deque()
        self._opening = 0
        self._addresses: list[tuple[str, int]] = []
        self._sources: list[str] = []
        self._counts: Counter[str] = Counter()
        self._stamps: list[tuple[str, int, float]] = []
        self._number = 0

    # Calls.

    def join(
        self, users: list[str], addresses: list[tuple[str, int]], sources: list[str], secret: str, kind: str
    ) -> None:
        """Begin to connect these people, spread over the addresses."""
        self._addresses = [(host, port) for host, port in addresses]
        self._sources = sources
        until = int(time.time()) + 7_200
        for number, user in enumerate(users):
            token = jwt.encode({"sub": user, "exp": until}, secret, algorithm="HS256")
            self._ready.append(CLIENTS[kind](user, token, number % len(addresses)))

    def go_to(self, addresses: list[tuple[str, int]]) -> None:
        """Whoever connects from now on does so here."""
        self._addresses = [(host, port) for host, port in addresses]
        for client in [*self._by_fd.values(), *self._ready, *(due[2] for due in self._due)]:
            client.address %= len(addresses)

    def count(self) -> dict[str, int]:
        """How many are connected, and how often what happened since the start."""
        connected = sum(client.state == "live" for client in self._by_fd.values())
        return {"connected": connected, **self._counts}

    def stamps(self) -> list[tuple[str, int, float]]:
        """Stream, offset and monotonic time of receipt of all events since the last call."""
        stamps, self._stamps = self._stamps, []
        return stamps

    def screens(self) -> dict[str, tuple[str | None, int]]:
        """Return what each connected screen shows and how many changes it was told of, by person."""
        return {
            client.user: (client.shown, client.told)
            for client in self._by_fd.values()
            if isinstance(client, Screen | StockScreen)
        }

    # The loop.

    def run(self) -> None:
        """Until standard input ends."""
        lines = b""
        while True:
            now = time.monotonic()
            while self._due and self._due[0][0] <= now:
                self._ready.append(heapq.heappop(self._due)[2])
            while self._ready and self._opening < AT_ONCE:
                self._open(self._ready.popleft())
            wait = min(0.5, max(0.0, self._due[0][0] - now)) if self._due else 0.5
            for fd, _ in self._poll.poll(wait):
                if fd == sys.stdin.fileno():
                    data = os.read(fd, 1 << 24)
                    if not data:
                        return
                    lines += data
                    *whole, lines = lines.split(b"\n")
                    for line in whole:
                        name, *args = json.loads(line)
                        sys.stdout.write(json.dumps(getattr(self, name)(*args)) + "\n")
                        sys.stdout.flush()
                elif fd in self._by_fd:
                    self._step(self._by_fd[fd])
            self._drop_late(now)

    def _open(self, client: Client) -> None:
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        sock.setsockopt(socket.IPPROTO_IP, getattr(socket, "IP_BIND_ADDRESS_NO_PORT", 24), 1)
        self._number += 1
        sock.bind((self._sources[self._number % len(self._sources)], 0))
        client.sock, client.buffer = sock, b""
        client.state, client.opened = "opening", time.monotonic()
        self._opening += 1
        self._by_fd[sock.fileno()] = client
        code = sock.connect_ex(self._addresses[client.address])
        if code not in (0, errno.EINPROGRESS):
            self.lose(client, "refused")
            return
        self._poll.register(sock.fileno(), select.EPOLLOUT)

    def _step(self, client: Client) -> None:
        assert client.sock is not None
        if client.state == "opening":
            if client.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                self.lose(client, "refused")
                return
            client.sock.send(_HANDSHAKE % client.path)
            client.state = "shaking"
            self._poll.modify(client.sock.fileno(), select.EPOLLIN)
            return
        try:
            data = client.sock.recv(1 << 18)
        except OSError:
            data = b""
        if not data:
            self.lose(client, "lost")
            return
        at = time.monotonic()
        client.buffer += data
        if client.state == "shaking":
            head, end, rest = client.buffer.partition(b"\r\n\r\n")
            if not end:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self.lose(client, f"handshake {head[9:12].decode()}")
                return
            client.buffer, client.state = rest, "joining"
            client.greet()
        self._read(client, at)

    def _read(self, client: Client, at: float) -> None:
        buffer, start = client.buffer, 0
        while len(buffer) - start >= 2:
            size, body = buffer[start + 1], start + 2
            if size >= 126:
                width = 2 if size == 126 else 8
                size, body = int.from_bytes(buffer[body : body + width], "big"), body + width
            if len(buffer) < body + size:
                break
            opcode, payload = buffer[start] & 0x0F, buffer[body : body + size]
            start = body + size
            if opcode == 8:
                self.lose(client, f"closed {int.from_bytes(payload[:2], 'big')}")
                return
            client.take(self, payload, at)
            if client.state == "away":
                return
        client.buffer = buffer[start:]

    # Calls from the clients.

    def joined(self, client: Client, reply: dict[str, Any], at: float) -> None:
        """Note the answer of groat's own protocol to a client that said who it is."""
        if "error" in reply:
            self.lose(client, f"error {reply['error']['code']}")
            return
        sub = reply["connect"]["subs"][f"user:{client.user}"]
        recovered = sub.get("recovered", False)
        if client.epoch is not None and recovered and sub["offset"] != client.offset:
            self._counts["wrong"] += 1
        client.epoch, client.offset = sub["epoch"], sub["offset"]
        client.tries = 0
        self.entered(client, recovered=recovered)
        for publication in sub.get("publications", ()):
            self.hear(client, publication["offset"], at)

    def entered(self, client: Client, *, recovered: bool) -> None:
        """Note that a client was let in, and whether it goes on where it was."""
        self._counts["resumed" if recovered else "snapshots"] += 1
        client.state = "live"
        self._opening -= 1

    def hear(self, client: Client, offset: int, at: float) -> None:
        """Note an event by its offset."""
        if offset != client.offset + 1:
            self._counts["wrong"] += 1
        client.offset = offset
        self.stamp(client.user, offset, at)

    def stamp(self, user: str, number: int, at: float) -> None:
        """Note an event and when it came."""
        self._counts["events"] += 1
        self._stamps.append((f"user:{user}", number, at))

    def note(self, what: str) -> None:
        """Count what happened."""
        self._counts[what] += 1

    def lose(self, client: Client, why: str) -> None:
        """Note that a client's connection is over. It comes back after a while."""
        assert client.sock is not None
        self._counts[why] += 1
        if client.state != "live":
            self._opening -= 1
        del self._by_fd[client.sock.fileno()]
        client.sock.close()
        client.sock, client.state = None, "away"
        client.address = (client.address + 1) % len(self._addresses)
        self._number += 1
        heapq.heappush(self._due, (time.monotonic() + client.wait_s(), self._number, client))

    def _drop_late(self, now: float) -> None:
        if self._opening:
            late = [c for c in self._by_fd.values() if c.state != "live" and now - c.opened > ANSWER_S]
            for client in late:
                self.lose(client, "no answer")


class Crowd:
    """The other end of the program: several processes of clients."""

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._running: list[asyncio.subprocess.Process] = []

    async def __aenter__(self) -> Crowd:
        for _ in range(self._processes):
            self._running.append(
                await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    "tests.live.crowd",
                    cwd=ROOT,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    limit=1 << 28,
                )
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        for process in self._running:
            assert process.stdin is not None
            process.stdin.close()
        for process in self._running:
            await process.wait()

    async def _call(self, process: asyncio.subprocess.Process, name: str, *args: Any) -> Any:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps([name, *args]).encode() + b"\n")
        async with asyncio.timeout(120):
            return json.loads(await process.stdout.readline())

    async def join(
        self, users: list[str], addresses: list[tuple[str, int]], secret: str, kind: str = "centrifuge"
    ) -> None:
        """Begin to connect these people, spread over the processes, the addresses and several source addresses."""
        share = -(-len(users) // len(self._running))
        for number, process in enumerate(self._running):
            sources = [f"127.0.{number + 1}.{n}" for n in range(1, 9)]
            await self._call(
                process,
                "join",
                users[number * share : (number + 1) * share],
                addresses,
                sources,
                secret,
                kind,
            )

    async def go_to(self, addresses: list[tuple[str, int]]) -> None:
        """Whoever connects from now on does so here."""
        for process in self._running:
            await self._call(process, "go_to", addresses)

    async def count(self) -> Counter[str]:
        """`connected` now, and what happened since the start: `resumed`, `snapshots`, `events`, `wrong`, losses."""
        counts: Counter[str] = Counter()
        for process in self._running:
            counts.update(await self._call(process, "count"))
        return counts

    async def until(self, name: str, wanted: int, deadline_s: float) -> float:
        """Wait until a count is reached; how long it took, in seconds. Fails when it takes longer."""
        begin = time.monotonic()
        while (counts := await self.count())[name] < wanted:
            assert time.monotonic() - begin < deadline_s, dict(counts)
            await asyncio.sleep(0.1)
        return time.monotonic() - begin

    async def stamps(self) -> dict[tuple[str, int], float]:
        """When each event since the last call was received, by stream and offset, in monotonic seconds."""
        found: dict[tuple[str, int], float] = {}
        for process in self._running:
            for stream, offset, at in await self._call(process, "stamps"):
                found[stream, offset] = at
        return found

    async def screens(self) -> dict[str, tuple[str | None, int]]:
        """Return what each connected screen shows and how many changes it was told of, by person."""
        found: dict[str, tuple[str | None, int]] = {}
        for process in self._running:
            for user, (shown, told) in (await self._call(process, "screens")).items():
                found[user] = shown, told
        return found

    async def show(self, credits: str, told: int, people: set[str], deadline_s: float) -> float:
        """Wait until the screens of all these people show this; how long it took, in seconds."""
        begin = time.monotonic()
        while True:
            screens = await self.screens()
            wrong = {user: screens.get(user) for user in people if screens.get(user) != (credits, told)}
            if not wrong:
                return time.monotonic() - begin
            assert time.monotonic() - begin < deadline_s, (
                len(wrong),
                [*wrong.items()][:3],
                await self.count(),
            )
            await asyncio.sleep(0.1)

    async def cpu_s(self) -> float:
        """CPU all processes have used, in seconds."""
        return sum(cpu_s(process.pid) for process in self._running)


def cpu_s(pid: int) -> float:
    """CPU a process has used, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def allow_sockets() -> None:
    """Raise this process's bound of open files, and its children's, as far as it goes."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


if __name__ == "__main__":
    allow_sockets()
    Loop().run()
