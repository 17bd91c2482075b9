"""Servers of handlers over an Engine, for the official suites and for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import uvicorn

from groat.http.gate import Gate
from groat.http.protocol import Protocol
from groat.live import asgi
from groat.live.socketio import engine_http
from groat.live.socketio.engine import Engine, EngineHandler, EngineLimits
from groat.live.socketio.sids import Owner, Sids, new_name
from groat.live.websocket import WebSocketProtocol

SUITE = EngineLimits(heartbeat_s=0.3, pong_s=0.2, inbound_bytes_max=1_000_000, messages_per_second=1_000)
"""The official suites expect these times, and this size."""
TICK_S = 0.01


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


async def serve(path: str, make_handler: Callable[[], EngineHandler], port: int) -> None:
    """Serve handlers on this port, until a signal."""
    loop = asyncio.get_running_loop()
    engine = Engine(make_handler, SUITE, make_sids(), loop.time)
    gate = Gate()

    def protocol(**arguments: Any) -> Protocol:
        return Protocol(gate=gate, **arguments)

    config = uvicorn.Config(
        EngineApp(path, engine),
        port=port,
        http=cast(Any, protocol),
        ws=WebSocketProtocol,
        lifespan="off",
        log_config=None,
    )

    async def keep_time() -> None:
        while True:
            engine.tick(loop.time())
            await asyncio.sleep(TICK_S)

    keeper = asyncio.create_task(keep_time())
    await uvicorn.Server(config).serve()
    keeper.cancel()
