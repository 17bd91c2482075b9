"""A WebSocket of another worker's session goes to that worker, byte for byte, both ways."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
import uvicorn
from uvicorn.server import ServerState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from groat.http.gate import Gate
from groat.http.protocol import Protocol
from groat.live.clock import LoopClock
from groat.live.doors import HttpRequest
from groat.live.socketio import relay as relaying
from groat.live.socketio.engine import Engine, EngineHandler, EngineLimits, EngineSocket
from groat.live.socketio.nodes import Nodes
from groat.live.socketio.relay import Neighbours, SessionRelay
from groat.live.socketio.sids import Owner, new_name
from groat.live.websocket import WebSocketProtocol
from tests.helpers.secrets import SECRET
from tests.live.socketio.server import EngineApp
from tests.live.socketio.test_relay import FakeNodes
from tests.live.waiting import until
from tests.live.wire import frame, shake_hands, socket_to

PATH = "/socket.io/"
LIMITS = EngineLimits(inbound_bytes_max=1_000_000, messages_per_second=100_000, close_s=0.5, drain_s=0.2)


class Echo(EngineHandler):
    """Sends back what it gets, and notes what its sockets do."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def opened(self, socket: EngineSocket, request: HttpRequest) -> None:
        self.socket = socket
        self._worker.opened.append((request.peer, socket))

    def message(self, data: str | bytes) -> None:
        self._worker.got += 1
        self.socket.send(data)

    def choke(self) -> None:
        self._worker.choked += 1

    def drain(self) -> None: ...

    def lost(self, reason: str) -> None:
        self._worker.lost.append(reason)


class Worker:
    """A worker with a real Engine."""

    def __init__(self, owner: Owner, neighbours: Neighbours, nodes: FakeNodes) -> None:
        self.owner = owner
        self.neighbours = neighbours
        self.opened: list[tuple[str, EngineSocket]] = []
        self.got = self.choked = 0
        self.lost: list[str] = []
        self.gate = Gate()
        self.relay = SessionRelay(SECRET, owner, cast(Nodes, nodes), neighbours, self.gate)
        self.gate.is_node = self.relay.is_node
        self.engine = Engine(partial(Echo, self), LIMITS, self.relay.sids, LoopClock(), relay=self.relay)
        self.state = ServerState()
        self.port = 0
        self.listeners: list[asyncio.Server] = []

    async def serve(self) -> None:
        config = uvicorn.Config(
            EngineApp(PATH, self.engine), lifespan="off", log_config=None, proxy_headers=False,
            ws=WebSocketProtocol,
        )  # fmt: skip
        config.load()
        make = partial(Protocol, config=config, server_state=self.state, app_state={}, gate=self.gate)
        loop = asyncio.get_running_loop()
        listener = await loop.create_server(lambda: cast(Any, make)(), "127.0.0.1", 0)
        self.port = listener.sockets[0].getsockname()[1]
        sock = self.neighbours.listen(self.owner.worker)
        self.listeners = [listener, await loop.create_server(lambda: cast(Any, make)(), sock=sock)]

    def die(self) -> None:
        for listener in self.listeners:
            listener.close()
        for connection in list(self.state.connections):
            transport = getattr(connection, "transport", None) or cast(Any, connection)._transport
            transport.abort()

    async def poll(self, sid: str = "", content: str | None = None) -> str:
        query = f"?EIO=4&transport=polling{f'&sid={sid}' if sid else ''}"
        address = f"http://127.0.0.1:{self.port}{PATH}{query}"
        async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
            answer = await (http.get(address) if content is None else http.post(address, content=content))
        assert answer.status_code == 200, answer.text
        return answer.text

    async def begin(self) -> str:
        sid: str = json.loads((await self.poll())[1:])["sid"]
        return sid

    def websocket(self, sid: str) -> connect:
        address = f"ws://127.0.0.1:{self.port}{PATH}?EIO=4&transport=websocket&sid={sid}"
        return connect(address, proxy=None, compression=None, max_size=None, ping_interval=None)


async def upgrade(socket: ClientConnection) -> None:
    await socket.send("2probe")
    assert await socket.recv() == "3probe"
    await socket.send("5")


@pytest.fixture
async def workers(tmp_path: Path) -> AsyncIterator[list[Worker]]:
    """Two nodes of two workers each."""
    nodes = FakeNodes()
    workers: list[Worker] = []
    neighbours = []
    for number in range(2):
        home = tmp_path / str(number)
        home.mkdir()
        neighbours.append(Neighbours(home))
        node = new_name()
        workers += [Worker(Owner(node, new_name()), neighbours[-1], nodes) for _ in range(2)]
        for worker in workers[-2:]:
            await worker.serve()
        nodes.addresses[node] = f"http://127.0.0.1:{workers[-2].port}"
    yield workers
    for worker in workers:
        worker.die()
    await until(lambda: not any(worker.state.connections or worker.gate.count for worker in workers))
    assert [worker.relay.stats.open for worker in workers] == [0] * 4
    for each in neighbours:
        each.close()


@pytest.mark.parametrize("owner", [1, 3])
async def test_a_session_upgrades_at_another_worker(workers: list[Worker], owner: int) -> None:
    asked, theirs = workers[0], workers[owner]
    sid = await theirs.begin()
    assert await asked.poll(sid, "4over polling") == "ok"
    assert await workers[2].poll(sid) == "4over polling"
    async with asked.websocket(sid) as socket:
        await upgrade(socket)
        assert asked.relay.stats.open == 1
        for message in ("4x", "4" + "é" * 100_000):
            await socket.send(message)
            assert await socket.recv() == message
        await socket.send(b"\0" * 200_000)
        assert await socket.recv() == b"\0" * 200_000
        assert asked.got == 0
        assert not theirs.lost
    await until(lambda: bool(theirs.lost))
    assert [peer for peer, _ in theirs.opened] == ["127.0.0.1"]


@pytest.mark.parametrize("content", [None, "4x"])
async def test_a_proxy_that_asks_again_what_was_answered_ends_the_session(
    workers: list[Worker], content: str | None
) -> None:
    """A node dies with an answer, and nginx asks another one: what the answer had would be missing."""
    asked, other, theirs, _ = workers
    sid = await theirs.begin()
    assert await asked.poll(f"{sid}&t=1732942742", "4a") == "ok"
    # Clients that count seconds repeat them.
    assert await asked.poll(f"{sid}&t=1732942742", "4b") == "ok"
    if content is None:
        assert await asked.poll(f"{sid}&t=1ab") == "4a\x1e4b"
    else:
        assert await asked.poll(f"{sid}&t=1ab", content) == "ok"
    with pytest.raises(AssertionError, match="answered before"):
        await other.poll(f"{sid}&t=1ab", content)
    assert theirs.lost == ["a proxy asked again what was answered"]
    with pytest.raises(AssertionError, match="Session ID unknown"):
        await other.poll(sid)


async def test_a_close_of_the_owner_reaches_the_client(workers: list[Worker]) -> None:
    asked, theirs = workers[0], workers[3]
    sid = await theirs.begin()
    async with asked.websocket(sid) as socket:
        await upgrade(socket)
        await until(lambda: theirs.opened[0][1].polling is None)
        theirs.opened[0][1].close()
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1000


@pytest.mark.parametrize("owner", [1, 3])
async def test_a_fault_ends_a_passed_on_socket_without_a_reset(workers: list[Worker], owner: int) -> None:
    asked, theirs = workers[0], workers[owner]
    sid = await theirs.begin()
    async with socket_to(asked) as wire:
        assert (await shake_hands(asked, wire, f"{PATH}?EIO=4&transport=websocket&sid={sid}"))[0] == 101
        wire.send(frame("2probe", 11))
        assert await wire.closed() == 1002
        assert await wire.is_ended()
        # The client sends on, and the bytes are dropped here.
        wire.send(frame(b"x" * 60_000) * 8)
        await wire.writer.drain()
        assert (asked.gate.count, asked.relay.stats.open) == (1, 0)
        wire.writer.write_eof()
        await until(lambda: asked.gate.count == 0)


async def test_an_owner_that_dies_takes_the_socket_along(workers: list[Worker]) -> None:
    asked, theirs = workers[0], workers[1]
    sid = await theirs.begin()
    async with asked.websocket(sid) as socket:
        await upgrade(socket)
        theirs.die()
        with pytest.raises(ConnectionClosed):
            await socket.recv()
    with pytest.raises(InvalidStatus) as refused:
        async with asked.websocket(sid):
            pass
    assert refused.value.response.status_code == 400
    assert b"Session ID unknown" in refused.value.response.body


async def test_a_passed_on_socket_is_not_passed_on_without_a_seal(workers: list[Worker]) -> None:
    asked, theirs = workers[0], workers[1]
    sid = await theirs.begin()
    socket = asked.websocket(sid)
    socket.additional_headers = {"Groat-Relay": "forged"}
    with pytest.raises(InvalidStatus) as refused:
        async with socket:
            pass
    assert b"Session ID unknown" in refused.value.response.body
    assert asked.relay.stats.refused == 1
    assert asked.relay.stats.to_workers == 0


@pytest.mark.parametrize("owner", [1, 3])
async def test_a_client_that_does_not_read_chokes_the_owner(workers: list[Worker], owner: int) -> None:
    asked, theirs = workers[0], workers[owner]
    sid = await theirs.begin()
    async with asked.websocket(sid) as socket:
        await upgrade(socket)
        await until(lambda: theirs.opened[0][1].polling is None)
        handle = theirs.opened[0][1]
        sent = 0
        while not theirs.choked:
            handle.send("x" * 100_000)
            sent += 1
            await asyncio.sleep(0)
            assert sent < 200
        for _ in range(sent):
            assert await socket.recv() == "4" + "x" * 100_000


async def test_passages_are_bounded(workers: list[Worker], monkeypatch: pytest.MonkeyPatch) -> None:
    asked, theirs = workers[0], workers[1]
    monkeypatch.setattr(relaying, "PASSED_MAX", 0)
    sid = await theirs.begin()
    with pytest.raises(InvalidStatus) as refused:
        async with asked.websocket(sid):
            pass
    assert refused.value.response.status_code == 503
    assert asked.relay.stats.turned_away == 1


async def test_a_worker_that_stops_ends_its_passages(workers: list[Worker]) -> None:
    asked, theirs = workers[0], workers[1]
    sid = await theirs.begin()
    async with asked.websocket(sid) as socket:
        await upgrade(socket)
        for connection in list(asked.state.connections):
            cast(Any, connection).shutdown()
        with pytest.raises(ConnectionClosed):
            await socket.recv()
    await until(lambda: bool(theirs.lost))
