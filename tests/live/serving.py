"""A real uvicorn around a Live, on a port of its own, inside the test's event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import count as count_up
from typing import Any, cast
from urllib.parse import parse_qs

import uvicorn
from uvicorn.server import ServerState

from groat import Groat
from groat.identity import Identity
from groat.live import Live, LiveLimits, asgi
from groat.live.boards import Board, is_board
from groat.live.centrifuge import door
from groat.live.plain.streams import EventStream, EventStreams, long_poll, long_poll_many
from groat.live.websocket import WebSocketProtocol
from groat.settings import Settings
from tests.live.fakes import FakeGroat, FakeIdentities
from tests.live.hand_clock import HandClock
from tests.live.waiting import until


class App:
    """The least ASGI app that mounts the live room; its bearer tokens are the identities' fake ones."""

    def __init__(self, live: Live, identities: FakeIdentities) -> None:
        self.groat_live = live
        self.groat_doors = {door.PATH: door.CentrifugeDoor(live)}
        self.identities = identities

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await asgi.serve(self.groat_doors, scope, receive, send)
            return
        headers = {name: value.decode() for name, value in scope["headers"]}
        who: Identity = self.identities.tokens[headers[b"authorization"].removeprefix("Bearer ")]
        query = {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}
        opened = headers.get(b"accept") == "text/event-stream"
        after = headers.get(b"last-event-id") or query.get("after")
        wait_s = float(query.get("wait", "0"))
        if scope["path"] == "/v1/streams/events":
            streams = query["streams"].split(",")
            if opened:
                await EventStreams(self.groat_live, who, streams, after)(scope, receive, send)
                return
            await _answer(send, await long_poll_many(self.groat_live, who, streams, after, wait_s))
            return
        stream = scope["path"].removeprefix("/v1/streams/").removesuffix("/events")
        assert is_board(stream) or self.groat_live.may_read(who, stream)
        if opened:
            await EventStream(self.groat_live, who, stream, after)(scope, receive, send)
            return
        await _answer(send, await long_poll(self.groat_live, who, stream, after, wait_s))


async def _answer(send: Any, body: bytes) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


class Served:
    """What a test needs to know of a running server."""

    def __init__(
        self, live: Live, identities: FakeIdentities, groat: Any, port: int, clock: HandClock | None
    ) -> None:
        self.live = live
        self._clock = clock
        self.identities = identities
        self.groat = groat
        self.port = port
        self.url = f"ws://127.0.0.1:{self.port}/connection/websocket"
        self._keys = count_up()
        self.http = f"http://127.0.0.1:{self.port}"

    @property
    def clock(self) -> HandClock:
        """The clock that the test moves."""
        assert self._clock is not None
        return self._clock

    async def credit(self, user: str, count: int = 1) -> None:
        """Post `count` transactions of 1 CREDIT to a user, all told of by events."""
        groat = cast(Groat, self.groat)
        for start in range(0, count, 1_000):
            await asyncio.gather(
                *(
                    groat.post([("house:bonus", f"user:{user}", "1", "CREDIT")], key=str(next(self._keys)))
                    for _ in range(start, min(count, start + 1_000))
                )
            )


@asynccontextmanager
async def serving(
    groat: Groat | FakeGroat,
    limits: LiveLimits | None = None,
    *,
    plain_asgi: bool = False,
    clock: HandClock | None = None,
    boards: Sequence[Board] = (),
) -> AsyncIterator[Served]:
    """Serve a Live over a ledger; limits of rates are wide unless given. Its time is the loop's unless given."""
    identities = FakeIdentities()
    live = Live(
        cast(Groat, groat),
        identities,
        Settings(),
        limits or LiveLimits(connects_per_minute=1_000, messages_per_second=1_000, drain_s=0.2),
        clock,
        boards,
    )
    await live.start()
    config = uvicorn.Config(
        App(live, identities),
        lifespan="off",
        log_config=None,
        http="httptools",
        ws="websockets-sansio" if plain_asgi else WebSocketProtocol,
    )
    config.load()
    state = ServerState()
    protocol = cast(Any, config.http_protocol_class)
    # What uvicorn.Server does, without its signals and without the tenths of a second it sleeps.
    listener = await asyncio.get_running_loop().create_server(
        lambda: protocol(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    try:
        yield Served(live, identities, groat, listener.sockets[0].getsockname()[1], clock)
    finally:
        draining = asyncio.create_task(live.drain(0))
        while not draining.done():
            await (clock.pass_s(1) if clock is not None else asyncio.sleep(0.001))
        await draining
        listener.close()
        for connection in list(state.connections):
            cast(Any, connection).shutdown()
        await until(lambda: not state.connections and not state.tasks)
        await listener.wait_closed()
        await live.stop()
