"""Servers of handlers over an Engine, for the official suites and for tests."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, cast

import uvicorn
from uvicorn.server import ServerState

from groat.http.gate import Gate, HttpLimits
from groat.http.protocol import Protocol
from groat.live import asgi
from groat.live.clock import LoopClock
from groat.live.socketio import engine_http
from groat.live.socketio.engine import Engine, EngineHandler, EngineLimits
from groat.live.socketio.sids import Owner, Sids, new_name
from groat.live.websocket import WebSocketProtocol
from tests.live.hand_clock import HandClock
from tests.live.waiting import until

SUITE = EngineLimits(heartbeat_s=0.3, pong_s=0.2, inbound_bytes_max=1_000_000, messages_per_second=1_000)
"""The official suites expect these times, and this size."""
TICK_S = 0.01
PATH = "/engine.io/"


class EngineApp:
    """The least ASGI app that mounts an Engine at a path."""

    def __init__(self, path: str, engine: Engine) -> None:
        self.engine = engine
        self.groat_doors = {path: engine}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await asgi.serve(self.groat_doors, scope, receive, send)
        else:
            await engine_http.serve(self.engine, scope, receive, send)


def make_sids() -> Sids:
    return Sids("", Owner(new_name(), new_name()))


class Served:
    """A running server: its engine, its gate, and its clock, which stands still."""

    def __init__(self, engine: Engine, gate: Gate, clock: HandClock, port: int) -> None:
        self.engine = engine
        self.gate = gate
        self.clock = clock
        self.port = port
        self.handlers: list[Any] = []
        self.http = f"http://127.0.0.1:{port}"
        self.ws = f"ws://127.0.0.1:{port}{PATH}?EIO=4&transport=websocket"

    def pass_s(self, seconds: float) -> None:
        """Let this time pass at once, and tick."""
        self.clock.at += seconds
        self.engine.tick(self.clock.at)


@asynccontextmanager
async def serving(
    make_handler: Callable[[], EngineHandler],
    limits: EngineLimits | None = None,
    http_limits: HttpLimits | None = None,
    *,
    plain_asgi: bool = False,
) -> AsyncIterator[Served]:
    """Serve handlers at PATH by groat's own protocols, or by those of uvicorn over plain ASGI."""
    clock = HandClock()
    made: list[EngineHandler] = []

    def make() -> EngineHandler:
        made.append(make_handler())
        return made[-1]

    engine = Engine(make, limits or EngineLimits(messages_per_second=1_000), make_sids(), clock)
    gate = Gate(http_limits)
    config = uvicorn.Config(
        EngineApp(PATH, engine),
        lifespan="off",
        log_config=None,
        http="httptools" if plain_asgi else cast(Any, partial(Protocol, gate=gate)),
        ws="websockets-sansio" if plain_asgi else WebSocketProtocol,
    )
    config.load()
    state = ServerState()
    listener = await asyncio.get_running_loop().create_server(
        lambda: cast(Any, config.http_protocol_class)(config=config, server_state=state, app_state={}),
        "127.0.0.1",
        0,
    )
    served = Served(engine, gate, clock, listener.sockets[0].getsockname()[1])
    served.handlers = made
    try:
        yield served
    finally:
        engine.stop()
        served.pass_s(engine.limits.close_s)
        listener.close()
        for connection in list(state.connections):
            cast(Any, connection).shutdown()
        await until(lambda: not state.connections and not state.tasks)
        await listener.wait_closed()
        assert not engine.sockets
        assert not engine.newcomers
        assert not engine.probes


async def serve(path: str, make_handler: Callable[[], EngineHandler], port: int) -> None:
    """Serve handlers on this port, until a signal. A line on standard output says when it listens."""
    engine = Engine(make_handler, SUITE, make_sids(), LoopClock())
    gate = Gate()

    config = uvicorn.Config(
        EngineApp(path, engine),
        port=port,
        http=cast(Any, partial(Protocol, gate=gate)),
        ws=WebSocketProtocol,
        lifespan="off",
        log_config=None,
    )

    async def keep_time() -> None:
        while True:
            engine.tick(engine.now())
            await asyncio.sleep(TICK_S)

    keeper = asyncio.create_task(keep_time())
    config.load()
    with socket.create_server(("127.0.0.1", port)) as listener:
        print("listening", flush=True)
        await uvicorn.Server(config).serve([listener])
    keeper.cancel()
