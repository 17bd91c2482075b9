"""Groat inside another ASGI application, under a prefix and between its middleware, on servers that are not its own."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, cast

import httpx
import msgspec
import pytest
import uvicorn
from fastapi import FastAPI
from flask import Flask
from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config as HypercornConfig
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from structlog.testing import capture_logs
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from groat.asgi import ASGIApp, Message
from groat.http.app import App, create_app
from groat.identity import Identities
from groat.ledger.errors import Closed
from groat.settings import Settings
from tests.http.conftest import SECRET, code, give

PREFIX = "/credits"
PASSWORD = "correct horse"
PAGE = "https://shop.example"


async def mark(request: Request, call_next: RequestResponseEndpoint) -> Response:
    """Middleware as apps write it: it wraps the receiving and the sending of each request."""
    answer = await call_next(request)
    answer.headers["x-host"] = "1"
    return answer


def usual() -> list[Middleware]:
    return [
        Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "shop.example"]),
        Middleware(CORSMiddleware, allow_origins=[PAGE], allow_methods=["*"], allow_headers=["*"]),
        Middleware(GZipMiddleware, minimum_size=100),
        Middleware(BaseHTTPMiddleware, dispatch=mark),
    ]


def in_fastapi(groat: App) -> ASGIApp:
    host = FastAPI(lifespan=groat.lifespan, middleware=usual())

    async def welcome(user: str) -> dict[str, Any]:
        given = await groat.groat.post(
            [("house:bonus", f"user:{user}", "50", "CREDIT")], key=f"welcome/{user}"
        )
        return {"replayed": given.replayed}

    host.add_api_route("/welcome/{user}", welcome, methods=["POST"])
    host.mount(PREFIX, cast(Any, groat))
    return cast(ASGIApp, host)


def in_starlette(groat: App) -> ASGIApp:
    async def welcome(request: Request) -> JSONResponse:
        user = request.path_params["user"]
        given = await groat.groat.post(
            [("house:bonus", f"user:{user}", "50", "CREDIT")], key=f"welcome/{user}"
        )
        return JSONResponse({"replayed": given.replayed})

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with groat.lifespan():
            yield

    routes = [Route("/welcome/{user}", welcome, methods=["POST"]), Mount(PREFIX, cast(Any, groat))]
    return cast(ASGIApp, Starlette(routes=routes, middleware=usual(), lifespan=lifespan))


def mounted_in(groat: App) -> ASGIApp:
    """By groat's own word, in an application with a lifespan of its own, which finds the ledger open."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await groat.groat.add_asset("POINT", 0)
        yield
        assert await groat.groat.assets()

    host = FastAPI(lifespan=lifespan, middleware=usual())

    async def welcome(user: str) -> dict[str, Any]:
        given = await groat.groat.post(
            [("house:bonus", f"user:{user}", "50", "CREDIT")], key=f"welcome/{user}"
        )
        return {"replayed": given.replayed}

    host.add_api_route("/welcome/{user}", welcome, methods=["POST"])
    groat.mount_in(host, PREFIX)
    return cast(ASGIApp, host)


class Quiet(uvicorn.Server):
    """A server that leaves the signals to pytest."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def on_uvicorn(app: ASGIApp) -> AsyncIterator[int]:
    """Serve as `uvicorn module:app` does, with uvicorn's own protocols."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Quiet(uvicorn.Config(cast(Any, app), log_config=None, timeout_graceful_shutdown=1))
    running = asyncio.create_task(server.serve([listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await running


@asynccontextmanager
async def on_hypercorn(app: ASGIApp) -> AsyncIterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    config = HypercornConfig()
    config.bind = [f"fd://{listener.detach()}"]
    config.graceful_timeout = 1
    end = asyncio.Event()
    running = asyncio.create_task(
        hypercorn_serve(cast(Any, app), config, shutdown_trigger=cast(Any, end.wait))
    )
    try:
        yield port
    finally:
        end.set()
        await running


class Served:
    """A server, a client of it, and tokens of ada (admin) and of 42."""

    def __init__(self, port: int, client: httpx.AsyncClient, tokens: dict[str, str], prefix: str) -> None:
        self.port = port
        self.client = client
        self.tokens = tokens
        self.prefix = prefix

    async def call(self, caller: str, route: str, json: Any = None, **headers: str) -> httpx.Response:
        method, _, path = route.partition(" ")
        if caller:
            headers["Authorization"] = f"Bearer {self.tokens[caller]}"
        return await self.client.request(method, self.prefix + path, json=json, headers=headers)

    async def give(self, amount: str) -> httpx.Response:
        return await self.call(
            "ada", "POST /v1/transactions", give("42", amount), **{"Idempotency-Key": amount}
        )


@asynccontextmanager
async def served(
    groat: App, app: ASGIApp, settings: Settings, prefix: str, server: Callable[[ASGIApp], Any] = on_uvicorn
) -> AsyncIterator[Served]:
    async with (
        server(app) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client,
    ):
        # The first answer comes when the application runs.
        await client.get(f"{prefix}/health/live")
        await groat.groat.add_asset("CREDIT", 0)
        identities = Identities(groat.groat, settings)
        tokens = {
            user: (await identities.issue_token(user, roles))[0]
            for user, roles in (("ada", ("admin",)), ("42", ()))
        }
        await identities.add_user("7", name="Lena", email="lena@example.com", password=PASSWORD)
        identities.close()
        yield Served(port, client, tokens, prefix)
        assert (await groat.groat.verify()).ok


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        secret=SECRET, jwt_secret=SECRET, database=f"sqlite:///{tmp_path / 'groat.db'}", origins=(PAGE,)
    )


@pytest.fixture(params=[in_fastapi, in_starlette, mounted_in], ids=["FastAPI", "Starlette", "mount_in"])
async def mounted(settings: Settings, request: pytest.FixtureRequest) -> AsyncIterator[Served]:
    groat = create_app(settings)
    async with served(groat, request.param(groat), settings, PREFIX) as found:
        yield found


async def test_operations_are_answered_under_the_prefix(mounted: Served) -> None:
    posted = await mounted.give("5")
    assert posted.status_code == 201
    assert posted.headers["x-host"] == "1"
    me = await mounted.call("42", "GET /v1/me")
    assert me.headers["content-encoding"] == "gzip"
    assert [each["balance"] for each in me.json()["balances"]] == ["5"]
    entries = await mounted.call("42", "GET /v1/accounts/user%3A42/entries/?asset=CREDIT")
    assert len(entries.json()["items"]) == 1


async def test_the_outer_application_shares_the_ledger(mounted: Served) -> None:
    answers = [(await mounted.client.post("/welcome/42")).json() for _ in range(2)]
    assert answers == [{"replayed": False}, {"replayed": True}]
    me = await mounted.call("42", "GET /v1/me")
    assert [each["balance"] for each in me.json()["balances"]] == ["50"]


async def test_only_what_is_below_the_prefix_is_groats(mounted: Served) -> None:
    for path in ("/v1/me", "/health/live", f"{PREFIX}x/v1/me", f"/x{PREFIX}/v1/me"):
        assert (await mounted.client.get(path)).status_code == 404
    assert code(await mounted.call("ada", "GET /v1/nothing")) == "not_found"
    refused = await mounted.call("ada", "DELETE /v1/me")
    assert (code(refused), refused.headers["allow"]) == ("method_not_allowed", "GET, OPTIONS")
    assert code(await mounted.call("ada", f"GET {PREFIX}/v1/me")) == "not_found"


async def test_the_console_says_that_it_is_not_there(mounted: Served) -> None:
    for path in ("/", "/people/42", "/assets/x.js"):
        answer = await mounted.call("", f"GET {path}")
        assert code(answer) == "not_found"
        assert "mounted" in answer.json()["detail"]


async def test_the_document_names_the_prefix(mounted: Served) -> None:
    document = (await mounted.call("", "GET /v1/openapi.json")).json()
    assert document["servers"] == [{"url": PREFIX}]
    assert "href=openapi.json" in (await mounted.call("", "GET /v1/docs")).text


async def test_a_session_lives_under_the_prefix(mounted: Served) -> None:
    login = await mounted.call("", "POST /v1/auth/login", {"user": "7", "password": PASSWORD})
    assert f"Path={PREFIX}/v1/auth;" in login.headers["set-cookie"]
    renewed = await mounted.call("", "POST /v1/auth/token")
    assert renewed.json()["user"] == "7"
    await mounted.call("", "POST /v1/auth/logout")
    assert code(await mounted.call("", "POST /v1/auth/token")) == "session_invalid"


async def hears_over_a_websocket(served: Served) -> None:
    address = f"ws://127.0.0.1:{served.port}{served.prefix}/connection/websocket"
    async with connect(address, subprotocols=[cast(Any, "centrifuge-json")]) as reader:
        assert reader.subprotocol == "centrifuge-json"
        await reader.send(json.dumps({"id": 1, "connect": {"token": served.tokens["42"]}}))
        assert "user:42" in json.loads(await reader.recv())["connect"]["subs"]
        await served.give("7")
        async for message in reader:
            pushed = json.loads(message).get("push", {})
            if "pub" in pushed:
                assert pushed["pub"]["data"]["changes"][0]["balance"] == "7"
                break


async def hears_over_an_event_stream(served: Served) -> None:
    headers = {"Authorization": f"Bearer {served.tokens['42']}", "Accept": "text/event-stream"}
    path = f"{served.prefix}/v1/streams/user:42/events"
    async with served.client.stream("GET", path, headers=headers) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        told = False
        async for line in stream.aiter_lines():
            if not told:
                # The snapshot is there, so the reader has joined.
                told = True
                await served.give("9")
            if line.startswith("data:") and '"changes"' in line and '"balance":"9"' in line.replace(" ", ""):
                break


async def hears_over_socketio(served: Served) -> None:
    """First over long-polling, then over a WebSocket."""
    path, query = f"{served.prefix}/socket.io/", {"EIO": "4", "transport": "polling"}
    query["sid"] = json.loads((await served.client.get(path, params=query)).text[1:])["sid"]

    async def fetch() -> str:
        return (await served.client.get(path, params=query)).text

    connected = f'40{{"token":"{served.tokens["42"]}"}}'
    assert (await served.client.post(path, params=query, content=connected)).text == "ok"
    assert (await fetch()).startswith('40{"sid":')
    fetching = asyncio.create_task(fetch())
    await served.give("7")
    assert '42["balance_updated",{' in await fetching
    address = f"ws://127.0.0.1:{served.port}{path}?EIO=4&transport=websocket&sid={query['sid']}"
    async with connect(address) as reader:
        await reader.send("2probe")
        assert await reader.recv() == "3probe"
        assert await fetch() == "6"
        await reader.send("5")
        await served.give("8")
        async for message in reader:
            if str(message).startswith('42["balance_updated",{'):
                assert '"balance":"15"' in str(message)
                break


async def test_balances_are_live_over_socketio(mounted: Served) -> None:
    await hears_over_socketio(mounted)


async def test_balances_are_live_over_a_websocket(mounted: Served) -> None:
    await hears_over_a_websocket(mounted)


async def test_balances_are_live_over_an_event_stream(mounted: Served) -> None:
    await hears_over_an_event_stream(mounted)


async def test_a_websocket_elsewhere_is_refused(mounted: Served) -> None:
    for path in (f"{PREFIX}/v1/me", f"{PREFIX}/connection", "/connection/websocket"):
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://127.0.0.1:{mounted.port}{path}")
        assert refused.value.response.status_code == 403


async def test_the_outer_middleware_counts(mounted: Served) -> None:
    asked = {
        "Origin": PAGE,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    preflight = await mounted.call("", "OPTIONS /v1/transactions", **asked)
    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (200, PAGE)
    assert (await mounted.call("42", "GET /v1/me", Host="evil.example")).status_code == 400


@pytest.mark.parametrize("server", [on_uvicorn, on_hypercorn], ids=["uvicorn", "hypercorn"])
@pytest.mark.parametrize("hear", [hears_over_a_websocket, hears_over_an_event_stream, hears_over_socketio])
async def test_any_asgi_server_serves_it_and_middleware_may_stand_around_it(
    settings: Settings, server: Callable[[ASGIApp], Any], hear: Callable[[Served], Any]
) -> None:
    groat = create_app(settings)
    wrapped = cast(ASGIApp, GZipMiddleware(cast(Any, groat), minimum_size=100))
    async with served(groat, wrapped, settings, "", server) as found:
        assert (await found.call("42", "GET /v1/me")).status_code == 200
        assert (await found.call("", "GET /")).headers["content-security-policy"]
        await hear(found)


@pytest.mark.parametrize(
    ("root", "path", "status"),
    [
        ("", "/v1/me", 401), ("/a", "/a/v1/me", 401), ("/a/", "/a/v1/me", 401), ("/a/b", "/a/b/v1/me", 401),
        ("/a", "/v1/me", 401), ("/a", "/ab/v1/me", 404), ("/a", "/a/a/v1/me", 404), ("/a", "/a", 404),
        ("/v1", "/v1/v1/me", 401),
    ],
)  # fmt: skip
async def test_a_server_may_leave_the_prefix_in_the_path_or_take_it_away(
    settings: Settings, root: str, path: str, status: int
) -> None:
    app = create_app(settings)
    async with app.running():
        transport = httpx.ASGITransport(cast(Any, app), root_path=root)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            assert (await client.get(path)).status_code == status


async def test_it_is_closed_before_the_outer_application_runs_and_after(settings: Settings) -> None:
    groat = create_app(settings)
    host = in_fastapi(groat)
    transport = httpx.ASGITransport(cast(Any, host))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        for _ in range(2):
            assert code(await client.get(f"{PREFIX}/v1/me")) == "closed"
            with pytest.raises(Closed):
                await groat.groat.add_asset("CREDIT", 0)
            with pytest.raises(ZeroDivisionError):
                await fail_within(groat, client)


async def fail_within(groat: App, client: httpx.AsyncClient) -> None:
    async with groat.lifespan():
        assert code(await client.get(f"{PREFIX}/v1/me")) == "unauthenticated"
        raise ZeroDivisionError


async def start(app: ASGIApp) -> str:
    """Start and stop an application as ASGI servers do; the text with which it failed, or nothing."""
    said: list[Message] = []
    todo = ["lifespan.startup", "lifespan.shutdown"]

    async def receive() -> Message:
        return {"type": todo.pop(0)}

    async def send(message: Message) -> None:
        said.append(message)

    try:
        await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)
    except Exception as error:  # noqa: BLE001
        # The framework raises it again, for the server's log.
        assert said[-1]["type"] == "lifespan.startup.failed"
        return str(error)
    assert [each["type"] for each in said] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    return ""


async def test_mounted_by_its_own_word_it_runs_as_long_as_the_application(settings: Settings) -> None:
    groat = create_app(settings)
    host = mounted_in(groat)
    for _ in range(2):
        assert await start(host) == ""
        with pytest.raises(Closed):
            await groat.groat.assets()


async def test_the_application_does_not_start_where_groat_cannot(settings: Settings) -> None:
    elsewhere = msgspec.structs.replace(settings, database="mysql://localhost/shop")
    assert "wrong_scheme" in await start(mounted_in(create_app(elsewhere)))
    groat = create_app(settings)
    host = FastAPI(lifespan=groat.lifespan)
    groat.mount_in(host, PREFIX)
    assert "groat runs already" in await start(cast(ASGIApp, host))


async def test_mounted_where_nobody_runs_it_it_says_what_to_do(settings: Settings) -> None:
    groat = create_app(settings)
    host = FastAPI()
    host.mount(PREFIX, cast(Any, groat))
    transport = httpx.ASGITransport(cast(Any, host))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        with capture_logs() as lines:
            await client.get(f"{PREFIX}/v1/me")
            await client.get(f"{PREFIX}/v1/me")
        assert [(line["event"], line["log_level"]) for line in lines] == [("not_started", "error")]
        for path in ("/v1/me", "/health/ready", "/socket.io/?EIO=4&transport=polling"):
            answer = await client.get(PREFIX + path)
            assert (answer.status_code, code(answer)) == (503, "closed")
            assert "groat.mount_in(app, prefix)" in answer.json()["detail"]
    with pytest.raises(Closed, match="mount_in"):
        await groat.groat.assets()


def test_it_is_mounted_only_where_it_can_be_run(settings: Settings) -> None:
    with pytest.raises(TypeError, match="not Flask"):
        create_app(settings).mount_in(Flask("shop"), PREFIX)
