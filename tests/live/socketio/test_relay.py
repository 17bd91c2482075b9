"""A request of another worker's session goes to that worker, as it came, and nobody else gets one passed on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
import uvicorn
from uvicorn.server import ServerState

from groat.http.gate import OURS, Gate, HttpLimits
from groat.http.protocol import Protocol
from groat.live.socketio import relay as relaying
from groat.live.socketio.engine_http import send_answer
from groat.live.socketio.nodes import Nodes
from groat.live.socketio.relay import Neighbours, SessionRelay
from groat.live.socketio.seals import FRESH_S, Seal, Seals, digest_of
from groat.live.socketio.sids import Owner, new_name
from tests.helpers.secrets import JWT_SECRET, SECRET
from tests.live.waiting import until

BODY_MAX = 100_000
UNKNOWN = {"code": 1, "message": "Session ID unknown"}


class FakeNodes:
    """Addresses of nodes, and the clock that they share."""

    def __init__(self) -> None:
        self.addresses: dict[str, str] = {}
        self.skew_s = 0.0

    async def address(self, name: str) -> str:
        return self.addresses.get(name, "")

    def now(self) -> float:
        return 1_800_000_000.0 + self.skew_s


class Worker:
    """A worker whose application tells what it was asked, or does what a test wants."""

    def __init__(self, owner: Owner, neighbours: Neighbours | None, nodes: FakeNodes, secret: str) -> None:
        self.owner = owner
        self.neighbours = neighbours
        self.nodes = nodes
        self.gate = Gate(HttpLimits())
        self.relay = SessionRelay(secret, owner, cast(Nodes, nodes), neighbours, self.gate)
        self.gate.is_node = self.relay.is_node
        self.asked: list[dict[str, Any]] = []
        self.left = asyncio.Event()
        self.does: Callable[[Any, Any], Awaitable[None]] | None = None
        self.port = 0
        self.sid = self.relay.sids.make()
        self.state = ServerState()
        self.listeners: list[asyncio.Server] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.relay.serve(self.app, BODY_MAX, scope, receive, send)

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        query = scope["query_string"].decode()
        self.asked.append({
            "method": scope["method"], "path": scope["path"], "query": query, "body": body.decode(),
            "client": scope["client"], "scheme": scope["scheme"],
            "headers": [(name.decode(), value.decode()) for name, value in scope["headers"]],
        })  # fmt: skip
        if self.sid not in query:
            await send_answer(send, 400, json.dumps(UNKNOWN).encode(), b"application/json")
        elif self.does is not None:
            await self.does(receive, send)
        else:
            await send_answer(send, 200, b"4" + body, b"text/plain")

    async def serve(self) -> None:
        config = uvicorn.Config(self, lifespan="off", log_config=None, proxy_headers=False)
        config.load()
        make = partial(Protocol, config=config, server_state=self.state, app_state={}, gate=self.gate)
        loop = asyncio.get_running_loop()
        for host in ("127.0.0.1", "::1"):
            listener = await loop.create_server(lambda: cast(Any, make)(), host, self.port)
            self.port = listener.sockets[0].getsockname()[1]
            self.listeners.append(listener)
        if self.neighbours is not None:
            sock = self.neighbours.listen(self.owner.worker)
            self.listeners.append(await loop.create_server(lambda: cast(Any, make)(), sock=sock))

    async def stop(self) -> None:
        for listener in self.listeners:
            listener.close()
        for connection in list(self.state.connections):
            cast(Any, connection).transport.abort()
        await until(lambda: not self.state.tasks)

    def http(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", trust_env=False, timeout=30)


def poll(sid: str) -> str:
    return f"/socket.io/?EIO=4&transport=polling&sid={sid}"


class Cluster:
    """Two nodes of two workers each."""

    def __init__(self, directory: Path) -> None:
        self.nodes = FakeNodes()
        self.workers: list[Worker] = []
        self.neighbours: list[Neighbours] = []
        for number in range(2):
            home = directory / str(number)
            home.mkdir()
            self.neighbours.append(Neighbours(home))
            node = new_name()
            self.workers += [
                Worker(Owner(node, new_name()), self.neighbours[-1], self.nodes, SECRET) for _ in range(2)
            ]

    async def start(self) -> None:
        for worker in self.workers:
            await worker.serve()
        for worker in self.workers[::2]:
            self.nodes.addresses[worker.owner.node] = f"http://127.0.0.1:{worker.port}"

    async def stop(self) -> None:
        for worker in self.workers:
            await worker.stop()
        for each in self.neighbours:
            each.close()


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    cluster = Cluster(tmp_path)
    await cluster.start()
    yield cluster
    await cluster.stop()


@pytest.mark.parametrize("asked", range(4))
@pytest.mark.parametrize("owner", range(4))
async def test_any_worker_answers_for_any_session(cluster: Cluster, asked: int, owner: int) -> None:
    theirs = cluster.workers[owner]
    headers = {"authorization": "Bearer t", "origin": "https://app.example", "host": "shop.example:8443"}
    async with cluster.workers[asked].http() as http:
        answer = await http.post(poll(theirs.sid) + "&t=%C3%A9%2B", content="é", headers=headers)
        port = cast(Any, answer.extensions["network_stream"]).get_extra_info("socket").getsockname()[1]
    assert (answer.status_code, answer.text) == (200, "4é")
    (seen,) = theirs.asked
    assert (seen["method"], seen["path"], seen["body"]) == ("POST", "/socket.io/", "é")
    assert seen["query"].endswith("&t=%C3%A9%2B")
    assert seen["client"] == (("127.0.0.1", port) if asked == owner else ("127.0.0.1", 0))
    assert headers.items() <= dict(seen["headers"]).items()
    assert [each.asked for each in cluster.workers if each is not theirs] == [[]] * 3


async def test_an_answer_comes_with_its_status_and_headers(cluster: Cluster) -> None:
    mine, theirs = cluster.workers[:2]

    async def answer(_: Any, send: Any) -> None:
        headers = [(b"content-type", b"text/x"), (b"x-own", b"1"), (b"content-length", b"3")]
        await send({"type": "http.response.start", "status": 418, "headers": headers})
        await send({"type": "http.response.body", "body": b"abc"})

    theirs.does = answer
    async with mine.http() as http:
        got = await http.get(poll(theirs.sid))
        assert (got.status_code, got.text, got.headers["x-own"]) == (418, "abc", "1")
        # The client's connection stays open.
        assert "connection" not in got.headers
        assert (await http.get(poll(theirs.sid))).status_code == 418


@pytest.mark.parametrize("owner", [1, 3])
async def test_the_owner_hears_that_the_client_left(cluster: Cluster, owner: int) -> None:
    mine, theirs = cluster.workers[0], cluster.workers[owner]
    polled = asyncio.Event()

    async def wait(receive: Any, _: Any) -> None:
        polled.set()
        assert (await receive())["type"] == "http.disconnect"
        theirs.left.set()

    theirs.does = wait
    async with mine.http() as http:
        polling = asyncio.create_task(http.get(poll(theirs.sid)))
        await polled.wait()
        assert mine.relay.stats.open == 1
        polling.cancel()
    await asyncio.wait_for(theirs.left.wait(), 10)
    await until(lambda: all(each.relay.stats.open == 0 for each in cluster.workers))


@pytest.mark.parametrize("owner", [1, 3])
async def test_a_worker_that_dies_while_it_is_polled_leaves_its_sessions_unknown(
    cluster: Cluster, owner: int
) -> None:
    mine, theirs = cluster.workers[0], cluster.workers[owner]

    async def die(_: Any, __: Any) -> None:
        for connection in list(theirs.state.connections):
            cast(Any, connection).transport.abort()

    theirs.does = die
    async with mine.http() as http:
        answer = await http.get(poll(theirs.sid))
        assert (answer.status_code, answer.json()) == (400, UNKNOWN)
        await theirs.stop()
        answer = await http.get(poll(theirs.sid))
        assert (answer.status_code, answer.json()) == (400, UNKNOWN)
    assert theirs.asked[1:] == []
    # Once it broke off, and once it was not there.
    assert sum(each.relay.stats.unreachable for each in cluster.workers) == 2


async def test_a_session_of_a_worker_before_or_of_a_node_unknown_is_unknown(cluster: Cluster) -> None:
    mine = cluster.workers[0]
    for owner in (Owner(mine.owner.node, new_name()), Owner(new_name(), mine.owner.worker)):
        sid = SessionRelay(SECRET, owner, cast(Nodes, cluster.nodes)).sids.make()
        async with mine.http() as http:
            answer = await http.get(poll(sid))
        assert (answer.status_code, answer.json()) == (400, UNKNOWN)


async def test_a_forged_id_is_answered_like_an_unknown_one(cluster: Cluster) -> None:
    mine, theirs = cluster.workers[0], cluster.workers[3]
    forged = [
        SessionRelay(JWT_SECRET, theirs.owner, cast(Nodes, cluster.nodes)).sids.make(),
        theirs.sid[:-1] + ("A" if theirs.sid[-1] != "A" else "B"),
        "../../../etc/passwd", "%2e%2e", "",
    ]  # fmt: skip
    async with mine.http() as http:
        answers = [await http.get(poll(sid)) for sid in forged]
    assert {(each.status_code, each.text) for each in answers} == {(400, json.dumps(UNKNOWN))}
    assert theirs.asked == []
    assert mine.relay.stats.to_nodes == mine.relay.stats.to_workers == 0


def header(
    target: str,
    body: bytes = b"",
    *,
    secret: str = SECRET,
    at: float = FakeNodes().now(),
    final: bool = False,
) -> dict[str, str]:
    """The header with which a node says that it passes on a POST for the client 203.0.113.9."""
    seal = Seal(at, "203.0.113.9", "https", digest_of(body), final)
    return {"groat-relay": Seals(secret).close(seal, b"POST", target.encode()).decode()}


async def test_a_node_tells_who_asked_it(cluster: Cluster) -> None:
    mine = cluster.workers[0]
    target = poll(mine.sid)
    async with mine.http() as http:
        assert (await http.post(target, content=b"x", headers=header(target, b"x"))).text == "4x"
    assert mine.asked[-1]["client"] == ("203.0.113.9", 0)
    assert mine.asked[-1]["scheme"] == "https"


@pytest.mark.parametrize(
    "value",
    [
        "", "x", "é".encode().decode("latin-1"), "A" * 10_000, "AAAA",
        header(poll("other"), b"x")["groat-relay"],
        header("TARGET", b"another body")["groat-relay"],
    ],
)  # fmt: skip
async def test_nobody_outside_can_say_so(cluster: Cluster, value: str) -> None:
    mine = cluster.workers[0]
    target = poll(mine.sid)
    for headers in (
        {"groat-relay": value.encode("latin-1")},
        header(target, b"y"),
        header(target, b"x", secret=JWT_SECRET),
        header(target, b"x", at=mine.nodes.now() - FRESH_S - 1),
        header(target, b"x", at=mine.nodes.now() + FRESH_S + 1),
    ):
        async with mine.http() as http:
            answer = await http.post(target, content=b"x", headers=cast(Any, headers))
        assert (answer.status_code, answer.json()) == (400, UNKNOWN)
    assert mine.asked == []


async def test_a_passed_on_request_does_not_go_in_circles(cluster: Cluster) -> None:
    mine, neighbour, far, _ = cluster.workers
    async with mine.http() as http:
        for theirs, final in ((neighbour, True), (far, False), (far, True)):
            target = poll(theirs.sid)
            answer = await http.post(target, content=b"x", headers=header(target, b"x", final=final))
            assert (answer.status_code, answer.json()) == (400, UNKNOWN)
            assert theirs.asked == []
        target = poll(neighbour.sid)
        assert (await http.post(target, content=b"x", headers=header(target, b"x"))).text == "4x"
        # An address that leads back to the node itself ends there, too.
        cluster.nodes.addresses[far.owner.node] = cluster.nodes.addresses[mine.owner.node]
        assert (await http.get(poll(far.sid))).json() == UNKNOWN
    assert mine.relay.stats.to_nodes == 1


async def test_nodes_reach_each_other_by_ipv6(cluster: Cluster) -> None:
    mine, far = cluster.workers[0], cluster.workers[2]
    cluster.nodes.addresses[far.owner.node] = f"http://[::1]:{far.port}"
    async with mine.http() as http:
        assert (await http.post(poll(far.sid), content=b"6")).text == "46"


async def test_nodes_whose_clocks_differ_refuse_each_other(cluster: Cluster) -> None:
    mine, far = cluster.workers[0], cluster.workers[2]
    late = FakeNodes()
    late.addresses, late.skew_s = cluster.nodes.addresses, -FRESH_S - 5
    cast(Any, mine.relay)._nodes = late
    async with mine.http() as http:
        assert (await http.get(poll(far.sid))).json() == UNKNOWN
    assert far.relay.stats.refused == 1
    assert far.asked == []


async def test_a_body_that_is_too_large_is_not_passed_on(cluster: Cluster) -> None:
    mine, theirs = cluster.workers[:2]
    async with mine.http() as http:
        assert (await http.post(poll(theirs.sid), content=b"x" * (BODY_MAX + 1))).status_code == 413
        assert (await http.post(poll(theirs.sid), content=b"x" * BODY_MAX)).status_code == 200


async def test_a_client_that_does_not_read_makes_its_worker_wait(cluster: Cluster) -> None:
    mine, theirs = cluster.workers[:2]
    sent = 0

    async def pour(_: Any, send: Any) -> None:
        nonlocal sent
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _number in range(200):
            await send({"type": "http.response.body", "body": b"x" * 65_536, "more_body": True})
            sent += 65_536
        await send({"type": "http.response.body", "body": b""})

    theirs.does = pour
    reader, writer = await asyncio.open_connection("127.0.0.1", mine.port, limit=1_024)
    writer.write(f"GET {poll(theirs.sid)} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".encode())
    read = 0
    while data := await reader.read(65_536):
        read += data.count(b"x")
        for _ in range(20):
            await asyncio.sleep(0)
        assert sent - read < 6_000_000
    assert read == sent == 200 * 65_536
    writer.close()


async def test_only_so_many_requests_are_passed_on_at_once(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, _, between, theirs = cluster.workers
    monkeypatch.setattr(relaying, "PASSED_MAX", 40)
    # A node stands for many clients, so it has no bound as one address has. (This machine has none in any case.)
    monkeypatch.setattr(Gate, "_is_exempt", lambda _, address: address == OURS)
    for each in (between, theirs):
        each.gate.limits = HttpLimits(connections_per_address=20)
    release = asyncio.Event()

    async def wait(_: Any, send: Any) -> None:
        await release.wait()
        await send_answer(send, 200, b"late", b"text/plain")

    theirs.does = wait
    limits = httpx.Limits(max_connections=None)
    base = f"http://127.0.0.1:{mine.port}"
    async with httpx.AsyncClient(base_url=base, trust_env=False, timeout=30, limits=limits) as http:
        polls: list[asyncio.Task[httpx.Response]] = []

        def settled() -> bool:
            return len(theirs.asked) + sum(each.done() for each in polls) == len(polls)

        for _ in range(6):
            polls += [asyncio.create_task(http.get(poll(theirs.sid))) for _ in range(10)]
            await until(settled)
        assert len(theirs.asked) == 40
        release.set()
        answers = [await each for each in polls]
    assert sorted(each.status_code for each in answers) == [200] * 40 + [503] * 20
    assert {each.headers.get("retry-after") for each in answers if each.status_code == 503} == {"1"}
    await until(lambda: all(each.relay.stats.open == 0 for each in cluster.workers))
    assert mine.relay.stats.turned_away == 20


async def test_what_fills_the_process_turns_requests_away(cluster: Cluster) -> None:
    mine, theirs = cluster.workers[:2]
    async with mine.http() as http:
        assert (await http.get(poll(theirs.sid))).status_code == 200
        mine.gate.count_max = 1
        assert (await http.get(poll(theirs.sid))).status_code == 503
        mine.gate.count_max = 100
        assert (await http.get(poll(theirs.sid))).status_code == 200
    await until(lambda: mine.gate.count == 0)
