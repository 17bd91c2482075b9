"""Python's side of benchmarks/peers.py: holds connections, and pushes when told to on standard input.

`python server.py KIND`, the name of a function here; prints a JSON line when it listens, and one for each push.
The peers are used as their documentation does, on uvloop; what is pushed is encoded as an app would.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import uvloop

BENCHMARKS = str(Path(__file__).resolve().parents[1])
Push = Callable[[Any, int], Awaitable[None]]


class Peer:
    """What a server offers: port, number of connections, a push to all and one to each in a room of its own."""

    def __init__(self, port: int, version: str, count: Callable[[], int], all_: Push, each: Push) -> None:
        self.port = port
        self.version = version
        self.count = count
        self.all = all_
        self.each = each


def push_of(channel: str, data: Any, offset: int) -> str:
    """The message of groat's protocol, encoded as an app does."""
    return json.dumps(
        {"push": {"channel": channel, "pub": {"data": data, "offset": offset}}}, separators=(",", ":")
    )


@asynccontextmanager
async def floor() -> AsyncIterator[Peer]:
    """Bare transports of uvloop, and ready-made frames."""
    from groat.live.frames import text

    transports: list[Any] = []

    class Bare(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            transports.append(transport)

    async def push_all(data: Any, offset: int) -> None:
        frame = text(push_of("user:0", data, offset).encode())
        for transport in transports:
            transport.write(frame)

    frames: list[bytes] = []

    async def push_each(data: Any, offset: int) -> None:
        if not frames:
            frames.extend(text(push_of(f"user:{n}", data, offset).encode()) for n in range(len(transports)))
        for transport, frame in zip(transports, frames, strict=True):
            transport.write(frame)

    server = await asyncio.get_running_loop().create_server(Bare, "127.0.0.1", 0, backlog=4_096)
    port = server.sockets[0].getsockname()[1]
    yield Peer(port, f"uvloop {version('uvloop')}", lambda: len(transports), push_all, push_each)


@asynccontextmanager
async def groat(both: bool = False) -> AsyncIterator[Peer]:
    """The hub and groat's WebSocket class under uvicorn, from where the committer hands over what it committed."""
    sys.path.insert(0, BENCHMARKS)
    from push import ONE_PACKET, Agreeing, event_of, running

    from groat.engine.tuning import tune_process
    from groat.logs import configure
    from groat.settings import Settings
    from groat.store.batch import Published

    tune_process()
    configure(Settings(log_level="warning"))
    async with running({} if both else ONE_PACKET) as bench:
        hub = bench.live.hub
        feeds: dict[str, Any] = {}

        async def push(data: Any, offset: int) -> None:
            if not feeds:
                # These events are in no database.
                hub._streams = Agreeing(bench.live)  # type: ignore[assignment]
                # The room of everybody is left alone: the peers have none, and each client is to get one message.
                feeds.update((name, feed) for name, feed in hub._feeds.items() if name.startswith("user:"))
                for feed in feeds.values():
                    feed.offset = offset - 1
            hub.hear([Published(n, feed.epoch, offset, offset, (event_of(n),)) for n, feed in feeds.items()])

        yield Peer(bench.port, version("groat"), lambda: bench.live.stats.connections, push, push)


groat_socketio = groat


def groat_socketio_both() -> AbstractAsyncContextManager[Peer]:
    """The same, and a change of credits is two packets of Socket.IO."""
    return groat(both=True)


@asynccontextmanager
async def websockets() -> AsyncIterator[Peer]:
    """The library websockets, with its `broadcast`."""
    from websockets.asyncio.server import ServerConnection, broadcast, serve

    sockets: list[ServerConnection] = []

    async def hold(socket: ServerConnection) -> None:
        sockets.append(socket)
        await socket.wait_closed()

    async def push_all(data: Any, offset: int) -> None:
        broadcast(sockets, push_of("user:0", data, offset))

    async def push_each(data: Any, offset: int) -> None:
        for n, socket in enumerate(sockets):
            broadcast([socket], push_of(f"user:{n}", data, offset))

    async with serve(hold, "127.0.0.1", 0, compression=None, ping_interval=None, backlog=4_096) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield Peer(port, version("websockets"), lambda: len(sockets), push_all, push_each)


@asynccontextmanager
async def _uvicorn(app: Any) -> AsyncIterator[int]:
    import uvicorn

    config = uvicorn.Config(
        app, port=0, log_config=None, lifespan="off", ws_ping_interval=None, ws_per_message_deflate=False
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  (uvicorn tells by this flag alone)
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await task


@asynccontextmanager
async def uvicorn() -> AsyncIterator[Peer]:
    """A plain ASGI app under uvicorn, with its own WebSockets."""
    sends: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        sends.append(send)
        while (await receive())["type"] != "websocket.disconnect":
            continue

    async def push_all(data: Any, offset: int) -> None:
        event = {"type": "websocket.send", "text": push_of("user:0", data, offset)}
        for send in sends:
            await send(event)

    async def push_each(data: Any, offset: int) -> None:
        for n, send in enumerate(sends):
            await send({"type": "websocket.send", "text": push_of(f"user:{n}", data, offset)})

    async with _uvicorn(app) as port:
        yield Peer(port, version("uvicorn"), lambda: len(sends), push_all, push_each)


@asynccontextmanager
async def socketio() -> AsyncIterator[Peer]:
    """python-socketio under uvicorn."""
    import socketio as library

    server = library.AsyncServer(async_mode="asgi", ping_interval=600, transports=["websocket"])
    joined: list[str] = []

    @server.event  # type: ignore[untyped-decorator]
    async def connect(sid: str, environ: Any) -> None:
        await server.enter_room(sid, "all")
        await server.enter_room(sid, f"user:{len(joined)}")
        joined.append(sid)

    async def push_all(data: Any, offset: int) -> None:
        await server.emit("balance_updated", data, to="all")

    async def push_each(data: Any, offset: int) -> None:
        for n in range(len(joined)):
            await server.emit("balance_updated", data, to=f"user:{n}")

    async with _uvicorn(library.ASGIApp(server)) as port:
        yield Peer(port, version("python-socketio"), lambda: len(joined), push_all, push_each)


async def main(kind: str) -> None:
    """Serve until standard input ends."""
    lines = asyncio.StreamReader(limit=1 << 20)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), sys.stdin.buffer
    )
    async with globals()[kind]() as peer:
        print(json.dumps({"port": peer.port, "version": peer.version}), flush=True)
        async for line in lines:
            told = json.loads(line)
            if told["call"] == "count":
                print(json.dumps({"count": peer.count()}), flush=True)
                continue
            push = peer.all if told["call"] == "all" else peer.each
            for n in range(told["times"]):
                await push(told["data"], told["first"] + n)
                await asyncio.sleep(0)
            print("{}", flush=True)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
