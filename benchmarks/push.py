"""What pushing costs: CPU per delivered message, memory per idle connection, and the time from commit to receipt.

Prints JSON lines. The server side (uvicorn's httptools, uvloop, groat's own WebSocket class, the hub) runs here; the
clients are plain sockets in a process of their own. They speak groat's WebSocket protocol or, as many more, what stock
Socket.IO clients do; one event to the latter is a packet and the marker of their position. The floor, measured in the
same run and in turns with ours, is a bare uvloop transport that writes the same ready-made frame as our WebSocket:
there is nothing left to save but the kernel's send. The floor of Socket.IO is what its clients got for one event,
written again to the same connections: all of ours but the hub and the making of messages.

    python benchmarks/push.py [--clients 1000] [--rounds 5] [--seconds 10] [--cpu]
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import random
import resource
import select
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import cache, partial
from operator import truediv
from pathlib import Path
from typing import Any, TypeVar, cast

import uvicorn
import uvloop
from uvicorn.server import ServerState

from groat import Groat
from groat.engine.tuning import tune_process
from groat.http.catalogue import Catalogue
from groat.http.core import CORE
from groat.identity import Identity
from groat.live import Live, LiveLimits
from groat.live.centrifuge import door
from groat.live.centrifuge.channels import ChannelFormat
from groat.live.socketio.door import SocketDoor
from groat.live.socketio.engine import Engine, EngineLimits
from groat.live.socketio.events import Translator
from groat.live.socketio.sids import Owner, Sids, new_name
from groat.live.websocket import WebSocketProtocol
from groat.logs import configure
from groat.programs.bank import BANK
from groat.programs.standing import STANDING
from groat.settings import Settings
from groat.store.batch import Published
from groat.store.streams import Head

EVENT = (
    b'{"type":"balance_updated","transaction":"01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f","kind":"post",'
    b'"reason":"Welcome bonus","at":"2026-11-20T18:59:50.123456Z","recorded_at":"2026-11-20T18:59:50.123456Z",'
    b'"changes":[{"account":"user:42","asset":"CREDIT","delta":"50","balance":"150","available":"150","held":"0",'
    b'"version":7}]}'
)
MARK = b'"version":7'
PUSHES = 100
STOCK_FIRST = 1_000_000
"""Socket.IO clients are users from this number on, for they have streams of their own."""
ONE_PACKET = {"credit-updated": ""}
"""Names with which an event about a person's credits is one packet, as with the peers. Without it, there are two."""
T = TypeVar("T")


# The clients: a process that does what it reads from stdin, line by line.


class Clients:
    """Many plain sockets read by one loop."""

    def __init__(self) -> None:
        self._sockets: dict[int, socket.socket] = {}
        self._poll = select.epoll()
        self._buffers: dict[int, bytearray] = {}

    def connect(self, port: int, count: int, users: int, first: int) -> None:
        """Open WebSockets; connection n is user (first + n) modulo users."""
        for number in range(count):
            hello = b'{"id":1,"connect":{"token":"%d"}}' % ((first + number) % users)
            self._shake_hands(port, b"/connection/websocket", hello, b"}}}}")

    def connect_stock(self, port: int, count: int, users: int, first: int) -> None:
        """Open WebSockets as stock Socket.IO clients do; connection n is user first + (n modulo users)."""
        for number in range(count):
            hello = b'40{"token":"%d"}' % (first + number % users)
            self._shake_hands(port, b"/socket.io/?EIO=4&transport=websocket", hello, b"groat:position")

    def _shake_hands(self, port: int, path: bytes, hello: bytes, answer: bytes) -> None:
        sock = socket.create_connection(("127.0.0.1", port))
        sock.sendall(
            b"GET %b HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
            b"sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" % path
        )
        _read_until(sock, b"\r\n\r\n")
        sock.sendall(b"\x81" + bytes([0x80 | len(hello)]) + bytes(4) + hello)
        _read_until(sock, answer)
        self._add(sock)

    def connect_bare(self, port: int, count: int) -> None:
        """Open TCP connections and nothing else."""
        for _ in range(count):
            self._add(socket.create_connection(("127.0.0.1", port)))

    def _add(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._sockets[sock.fileno()] = sock
        self._buffers[sock.fileno()] = bytearray()
        self._poll.register(sock, select.EPOLLIN)

    def weigh(self, wanted: int) -> int:
        """Read until so many events have come and nothing more does; return the number of bytes."""
        got = seen = 0
        while found := self._poll.poll(10 if seen < wanted else 0.3):
            for fd, _ in found:
                data = self._sockets[fd].recv(1 << 20)
                got, seen = got + len(data), seen + data.count(MARK)
        return got

    def count(self, wanted: int) -> None:
        """Read until so many bytes have come."""
        got = 0
        while got < wanted:
            for fd, _ in self._poll.poll(10):
                data = self._sockets[fd].recv(1 << 20)
                if not data:
                    raise SystemExit("the server closed a connection")
                got += len(data)
        if got != wanted:
            raise SystemExit(f"{got - wanted} bytes too many")

    def stamp(self, wanted: int) -> list[tuple[str, int, float, float]]:
        """Read until so many publications have come: channel, offset, wall clock and monotonic time of receipt."""
        stamps: list[tuple[str, int, float, float]] = []
        while len(stamps) < wanted:
            for fd, _ in self._poll.poll(10):
                buffer = self._buffers[fd]
                buffer += self._sockets[fd].recv(1 << 20)
                wall, monotonic = time.time(), time.monotonic()
                for line in _messages(buffer):
                    push = json.loads(line).get("push")
                    if push is not None:
                        stamps.append((push["channel"], push["pub"]["offset"], wall, monotonic))
        return stamps

    def close(self) -> None:
        """Close all connections."""
        for sock in self._sockets.values():
            sock.close()
        self.__init__()  # type: ignore[misc]


def _read_until(sock: socket.socket, end: bytes) -> bytes:
    data = b""
    while end not in data:
        more = sock.recv(65_536)
        if not more:
            raise SystemExit(f"closed: {data!r}")
        data += more
    return data


def _messages(buffer: bytearray) -> list[bytes]:
    lines: list[bytes] = []
    while len(buffer) >= 2:
        size, start = buffer[1], 2
        if size >= 126:
            width = 2 if size == 126 else 8
            size, start = int.from_bytes(buffer[2 : 2 + width], "big"), 2 + width
        if len(buffer) < start + size:
            break
        lines += bytes(buffer[start : start + size]).split(b"\n")
        del buffer[: start + size]
    return lines


def be_clients() -> None:
    """Read calls as JSON lists from stdin; answer each with its result as one line."""
    _allow_sockets()
    clients = Clients()
    for line in sys.stdin:
        name, *args = json.loads(line)
        result = getattr(clients, name)(*args)
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()


# The server.


class Bearer:
    """Identities for which a token is just the user's id."""

    async def authenticate_token(self, token: str) -> Identity:
        """The user named by the token."""
        return Identity(f"user:{token}", token)

    async def changes(self, after_rev: int) -> tuple[int, list[str]]:
        """Nobody's rights change."""
        return 0, []

    async def unchanged(self, identities: Sequence[Identity]) -> set[Identity]:
        """All of them."""
        return set(identities)

    def listen(self, changed: Callable[[], None]) -> None:
        """Nothing of anybody changes, so nobody is called back."""


class Agreeing:
    """Streams that stand where the hub believes: the events of the CPU measurement are in no database."""

    def __init__(self, live: Live) -> None:
        self._feeds = live.hub._feeds

    async def heads(self, streams: list[str]) -> dict[str, Head]:
        """The hub's own offsets."""
        return {name: Head(self._feeds[name].epoch, self._feeds[name].offset, 1) for name in streams}


def translator(**settings: Any) -> Translator:
    """The names of Socket.IO events, as `groat serve` has them with these settings and the program `bank`."""
    catalogue = Catalogue(CORE, (*STANDING, BANK))
    return Translator(catalogue.events, catalogue.event_fields, Settings(**settings))


class App:
    """The ASGI app uvicorn wants; nothing asks it anything."""

    def __init__(self, live: Live, names: dict[str, str]) -> None:
        stock = SocketDoor(live, translator(socketio_names=names), Settings())
        self.engine = Engine(
            stock.server.make_handler,
            EngineLimits(drain_s=0),
            Sids("", Owner(new_name(), new_name())),
            live.clock,
        )
        self.groat_doors = {door.PATH: door.CentrifugeDoor(live), "/socket.io/": self.engine}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Never called."""


class Bare(asyncio.Protocol):
    """The floor: a transport and nothing around it."""

    transports: list[asyncio.Transport] = []  # noqa: RUF012  (all connections of the one floor there is)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transports.append(cast(asyncio.Transport, transport))


class Bench:
    """The server side and its client process."""

    def __init__(
        self, groat: Groat, live: Live, engine: Engine, port: int, bare_port: int, clients: Call
    ) -> None:
        self.groat = groat
        self.live = live
        self.engine = engine
        self.port = port
        self.bare_port = bare_port
        self.clients = clients

    async def cpu_us(
        self,
        clients: Call,
        size: int,
        readers: int,
        news: Sequence[Callable[[], T]],
        push: Callable[[T], None],
    ) -> float:
        """CPU of this process per delivered message, in microseconds; `size` is the bytes of one push to all.

        Each of `news` makes what a commit hands over, outside the measured time and just before, as the committer does.
        """
        counting = asyncio.ensure_future(clients("count", size * len(news)))
        await asyncio.sleep(0.05)
        gc.collect()
        used = 0.0
        for make in news:
            batch = make()
            before = time.process_time()
            push(batch)
            # The loop's own turn, in which uvloop sends what was written.
            await asyncio.sleep(0)
            used += time.process_time() - before
        await counting
        return used / (len(news) * readers) * 1e6


Call = Callable[..., Awaitable[Any]]
"""Calls a client process: the name of a method of Clients, and its arguments."""


@asynccontextmanager
async def _client_process() -> AsyncIterator[Call]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        __file__,
        "--be-clients",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        limit=1 << 28,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    stdin, stdout = process.stdin, process.stdout

    async def call(name: str, *args: Any) -> Any:
        stdin.write(json.dumps([name, *args]).encode() + b"\n")
        async with asyncio.timeout(120):
            return json.loads(await stdout.readline())

    try:
        yield call
    finally:
        stdin.close()
        await process.wait()


@asynccontextmanager
async def running(names: dict[str, str] = ONE_PACKET) -> AsyncIterator[Bench]:
    """Ledger, live service, both listeners and the client process."""
    limits = LiveLimits(connections_per_user=10_000, connects_per_minute=1_000_000, ping_s=3_600, drain_s=0)
    with tempfile.TemporaryDirectory() as folder:
        async with Groat.open(f"sqlite:///{folder}/push.db") as groat:
            await groat.add_asset("CREDIT", 0)
            live = Live(groat, Bearer(), Settings(), limits)
            await live.start()
            app = App(live, names)
            config = uvicorn.Config(
                app, lifespan="off", log_config=None, http="httptools", ws=WebSocketProtocol
            )
            config.load()
            state = ServerState()
            http = cast(Any, config.http_protocol_class)
            loop = asyncio.get_running_loop()
            listener = await loop.create_server(
                lambda: http(config=config, server_state=state, app_state={}), "127.0.0.1", 0, backlog=4_096
            )
            bare = await loop.create_server(Bare, "127.0.0.1", 0, backlog=4_096)
            try:
                async with _client_process() as clients:
                    yield Bench(
                        groat,
                        live,
                        app.engine,
                        listener.sockets[0].getsockname()[1],
                        bare.sockets[0].getsockname()[1],
                        clients,
                    )
            finally:
                listener.close()
                bare.close()
                await live.stop()


async def cpu(bench: Bench, streams: int, readers: int, rounds: int) -> dict[str, Any]:
    """One event to every reader, many times, both of ours and the floor in turns; the medians of the rounds."""
    names = [f"user:{n}" for n in range(streams)]
    stock_names = [f"user:{STOCK_FIRST + n}" for n in range(streams)]
    await bench.clients("connect", bench.port, readers, streams, 0)
    await bench.clients("connect_bare", bench.bare_port, readers)
    await _until(lambda: len(Bare.transports) == readers)
    async with _client_process() as stock:
        await stock("connect_stock", bench.port, readers, streams, STOCK_FIRST)
        heads = await bench.groat.streams.heads(names + stock_names)
        at = 1_000_000
        real, bench.live.hub._streams = bench.live.hub._streams, cast(Any, Agreeing(bench.live))
        for feed in bench.live.hub._feeds.values():
            feed.offset = feed.head = at - 1
        frames = [ChannelFormat(name).one("", at, event_of(name)) for name in names]
        size = sum(map(len, frames)) * readers // streams
        with _noting(bench.engine) as noted:
            bench.live.hub.hear(_published(stock_names, heads, at))
        stock_size = await stock("weigh", readers)
        for feed in bench.live.hub._feeds.values():
            feed.offset = feed.head = at
        transports = Bare.transports

        def write_all(_: object) -> None:
            if streams == 1:
                frame = frames[0]
                for transport in transports:
                    transport.write(frame)
            else:
                for transport, frame in zip(transports, frames, strict=True):
                    transport.write(frame)

        def write_noted(_: object) -> None:
            for write, message in noted:
                write(message)

        pushes = PUSHES * 1_000 // readers
        measured: dict[str, list[float]] = {"floor": [], "ours": [], "socketio": [], "socketio_floor": []}
        hear = bench.live.hub.hear
        first = at + 1
        for _ in range(rounds):
            ours, theirs = (
                [partial(_published, those, heads, offset) for offset in range(first, first + pushes)]
                for those in (names, stock_names)
            )
            first += pushes
            nothing = [lambda: None] * pushes
            measured["floor"].append(await bench.cpu_us(bench.clients, size, readers, nothing, write_all))
            measured["ours"].append(await bench.cpu_us(bench.clients, size, readers, ours, hear))
            measured["socketio"].append(await bench.cpu_us(stock, stock_size, readers, theirs, hear))
            measured["socketio_floor"].append(
                await bench.cpu_us(stock, stock_size, readers, nothing, write_noted)
            )
        await stock("close")
    await bench.clients("close")
    Bare.transports = []
    await _until(lambda: bench.live.stats.connections == 0)
    bench.live.hub._streams = real
    us = {name: statistics.median(values) for name, values in measured.items()}
    return {
        "bench": "push cpu",
        "streams": streams,
        "clients": readers,
        "message_bytes": size // readers,
        "us_per_message": round(us["ours"], 2),
        "floor_us_per_message": round(us["floor"], 2),
        "ratio": _median_ratio(measured["ours"], measured["floor"]),
        "socketio_bytes": stock_size // readers,
        "socketio_us_per_message": round(us["socketio"], 2),
        "socketio_floor_us_per_message": round(us["socketio_floor"], 2),
        "socketio_ratio": _median_ratio(measured["socketio"], measured["ours"]),
        "rounds": rounds,
    }


def _median_ratio(upper: list[float], lower: list[float]) -> float:
    return round(statistics.median(map(truediv, upper, lower)), 2)


Written = tuple[Callable[[bytes], None], bytes]
"""The function that writes to a connection, and a message to its client."""


@contextmanager
def _noting(engine: Engine) -> Iterator[list[Written]]:
    """Note what is written to the Socket.IO clients meanwhile."""
    noted: list[Written] = []
    writes = [(each, each.write) for each in engine.sockets.values()]

    def note(write: Callable[[bytes], None], message: bytes) -> None:
        noted.append((write, message))
        write(message)

    for each, write in writes:
        each.write = partial(note, write)
    yield noted
    for each, write in writes:
        each.write = write


@cache
def event_of(stream: str) -> bytes:
    """The event about a change of the stream's own account."""
    return EVENT.replace(b"user:42", stream.encode())


def _published(names: list[str], heads: dict[str, Head], offset: int) -> list[Published]:
    return [Published(name, heads[name].epoch, offset, offset, (event_of(name),)) for name in names]


async def memory(bench: Bench, kind: str, readers: int) -> dict[str, Any]:
    """Resident memory per connection with nothing to do; in a process of its own, for memory is used again."""
    # Make before the measurement all that is made once.
    await bench.clients("connect", bench.port, 10, 10, 0)
    await bench.clients("connect_stock", bench.port, 10, 10, 0)
    await bench.clients("connect_bare", bench.bare_port, 10)
    gc.collect()
    before = _resident_bytes()
    if kind == "floor":
        await bench.clients("connect_bare", bench.bare_port, readers)
    elif kind == "socket.io":
        await bench.clients("connect_stock", bench.port, readers, readers, STOCK_FIRST)
    else:
        streams = readers if kind == "own stream each" else 1
        await bench.clients("connect", bench.port, readers, streams, 1_000_000)
    await _until(lambda: len(Bare.transports) + bench.live.stats.connections == readers + 30)
    gc.collect()
    used = _resident_bytes() - before
    return {
        "bench": "push memory",
        "kind": kind,
        "connections": readers,
        "bytes_per_connection": used // readers,
    }


async def latency(bench: Bench, readers: int, per_second: int, seconds: float) -> dict[str, Any]:
    """Random people are credited at a steady rate through the ledger; each has one open connection."""
    await bench.clients("connect", bench.port, readers, readers, 0)
    told: dict[tuple[str, int], float] = {}

    def note(batch: list[Published]) -> None:
        now = time.monotonic()
        for news in batch:
            for offset in range(news.first, news.last + 1):
                told[news.stream, offset] = now

    unlisten = bench.groat.listen(note)
    count = int(per_second * seconds)
    dice = random.Random(7)
    called: dict[tuple[str, int], float] = {}
    durable: dict[tuple[str, int], float] = {}

    async def credit(number: int) -> None:
        user = f"user:{dice.randrange(readers)}"
        start = time.monotonic()
        done = await bench.groat.post([("house:bonus", user, "1", "CREDIT")], key=f"push-{number}")
        key = (user, int(done.positions[user].rpartition(":")[2]))
        called[key], durable[key] = start, time.monotonic()

    stamping = asyncio.ensure_future(bench.clients("stamp", count))
    begin = time.monotonic() + 0.1
    posts = []
    before = time.process_time()
    for number in range(count):
        wait = begin + number / per_second - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        posts.append(asyncio.create_task(credit(number)))
    await asyncio.gather(*posts)
    stamps = await stamping
    used = time.process_time() - before
    unlisten()
    await bench.clients("close")
    await _until(lambda: bench.live.stats.connections == 0)
    received = {(channel, offset): at for channel, offset, _, at in stamps}
    assert received.keys() == told.keys() == called.keys(), "every event arrived once"
    return {
        "bench": "push latency",
        "clients": readers,
        "writes_per_second": per_second,
        "events": count,
        "commit_to_receipt_ms": _quantiles([received[key] - told[key] for key in received]),
        "call_to_receipt_ms": _quantiles([received[key] - called[key] for key in received]),
        "call_to_answer_ms": _quantiles([durable[key] - called[key] for key in received]),
        "server_cpu_percent": round(100 * used / (time.monotonic() - begin)),
    }


def _quantiles(seconds: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(seconds, n=100)
    return {
        "p50": round(cuts[49] * 1e3, 2),
        "p99": round(cuts[98] * 1e3, 2),
        "max": round(max(seconds) * 1e3, 2),
    }


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def _allow_sockets() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


MEMORY_KINDS = ("floor", "own stream each", "one stream", "socket.io")


async def measure(options: argparse.Namespace) -> None:
    """Run what is asked for, or everything, and print a JSON line for each result."""
    async with running() as bench:
        if options.memory:
            print(json.dumps(await memory(bench, options.memory, 2 * options.clients)), flush=True)
            return
        for streams in (1, options.clients):
            print(json.dumps(await cpu(bench, streams, options.clients, options.rounds)), flush=True)
        if options.cpu:
            return
        print(json.dumps(await latency(bench, options.clients, 500, options.seconds)), flush=True)


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--clients", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--cpu", action="store_true", help="only the CPU per message")
    parser.add_argument("--memory", choices=MEMORY_KINDS, help=argparse.SUPPRESS)
    parser.add_argument("--be-clients", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.be_clients:
        be_clients()
        return
    _allow_sockets()
    # As groat.http.server does.
    tune_process()
    configure(Settings(log_level="warning"))
    if not options.memory and not options.cpu:
        for kind in MEMORY_KINDS:
            again = [sys.executable, __file__, "--clients", str(options.clients), "--memory", kind]
            subprocess.run(again, check=True)
    uvloop.run(measure(options))


if __name__ == "__main__":
    main()
