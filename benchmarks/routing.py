"""Measure finding the operation of a request: groat's table of routes beside Starlette's router and Litestar's.

All have the paths of a server with the bank, and an endpoint that answers nothing. Litestar is the baseline: it was
groat's router, with ``POST /v1/transactions`` past it ("bypass", measured too). They answer the same requests in turns,
over ASGI without a network. Prints a JSON line for each kind of request: microseconds a request, and the ratio to the
baseline, both the median of the rounds. The peers are installed from PyPI into benchmarks/peers/installed, which git
ignores.

    python benchmarks/routing.py [--requests 5000] [--rounds 15]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from groat.http.catalogue import Catalogue
from groat.http.core import CORE
from groat.http.routes import Routes
from groat.programs import find_programs
from groat.programs.standing import STANDING

PEERS = Path(__file__).resolve().parent / "peers" / "installed" / "routers"
REQUESTS = {
    "a posting": ("POST", "/v1/transactions"),
    "a path without names": ("GET", "/v1/me"),
    "a path with a name": ("GET", "/v1/accounts/user:42/entries"),
    "many different names": ("GET", "/v1/accounts/user:{}/entries"),
    "a page of the console": ("GET", "/people/42"),
    "not found": ("GET", "/v1/nothing"),
}
App = Callable[[Any, Any, Any], Awaitable[None]]
START = {"type": "http.response.start", "status": 204, "headers": []}
BODY = {"type": "http.response.body", "body": b"", "more_body": False}


def install() -> None:
    """Install the peers if they are not there, and let them be imported."""
    if not PEERS.exists():
        wanted = ["litestar>=2.15,<3", "starlette"]
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(PEERS), *wanted]
        subprocess.run(command, check=True, stdout=sys.stderr)
    sys.path.append(str(PEERS))


async def nothing(scope: Any, receive: Any, send: Any) -> None:
    """Answer nothing."""
    await send(START)
    await send(BODY)


def by_path() -> dict[str, list[str]]:
    """The methods of each path of a server with the bank."""
    found: dict[str, list[str]] = {}
    for operation in Catalogue(CORE, (*STANDING, *find_programs(("bank",)))).operations.values():
        found.setdefault(operation.path, []).append(operation.method)
    return found


def with_table() -> App:
    """Groat's own."""
    routes: Routes[App] = Routes()
    for path, methods in by_path().items():
        for method in methods:
            routes.add(method, path, nothing)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        endpoints, values = routes.find(scope["path"])
        if scope["method"] in endpoints:
            endpoint, names = endpoints[scope["method"]]
            scope["path_params"] = dict(zip(names, values, strict=True))
            await endpoint(scope, receive, send)
        else:
            await nothing(scope, receive, send)

    return app


def with_starlette() -> App:
    """Starlette's router, with endpoints that are ASGI applications."""
    from starlette.routing import Route, Router

    class Nothing:
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await nothing(scope, receive, send)

    routes = [Route(path, Nothing(), methods=methods) for path, methods in by_path().items()]
    return Router([*routes, Route("/{path:path}", Nothing(), methods=["GET"])], redirect_slashes=False)


def with_litestar() -> App:
    """Litestar, as groat used it."""
    from litestar import Litestar
    from litestar.handlers import HTTPRouteHandler

    def handler(paths: list[str], methods: Any) -> Any:
        def respond() -> Any:
            return nothing

        return HTTPRouteHandler(paths, http_method=methods, status_code=200, sync_to_thread=False)(respond)

    handlers = [
        handler([re.sub(r"{(\w+)}", r"{\1:str}", path)], methods) for path, methods in by_path().items()
    ]
    console = handler(["/", "/{path:path}"], ["GET"])
    return Litestar([*handlers, console], openapi_config=None, logging_config=None)


def with_bypass() -> App:
    """One dictionary of one operation."""
    hot = {("POST", "/v1/transactions"): nothing}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        operation = hot.get((scope["method"], scope["path"]))
        if operation is not None:
            await operation(scope, receive, send)

    return app


async def trial(app: App, method: str, path: str, requests: int) -> float:
    """Microseconds a request."""

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        pass

    headers = [
        (b"host", b"groat.test"),
        (b"authorization", b"Bearer x"),
        (b"content-type", b"application/json"),
    ]
    scopes = [
        {
            "type": "http", "method": method, "path": path.format(number), "raw_path": path.encode(), "root_path": "",
            "query_string": b"", "headers": headers, "scheme": "http", "http_version": "1.1", "client": ("a", 1),
            "server": ("a", 1), "state": {}, "asgi": {"version": "3.0"},
        }
        for number in range(requests)
    ]  # fmt: skip
    started = time.perf_counter()
    for scope in scopes:
        await app(scope, receive, send)
    return 1e6 * (time.perf_counter() - started) / requests


async def measure(requests: int, rounds: int) -> None:
    """Alternate the routers over each kind of request."""
    apps = {"litestar": with_litestar(), "starlette": with_starlette(), "table": with_table()}
    for what, (method, path) in REQUESTS.items():
        turns = {**apps, "bypass": with_bypass()} if path == "/v1/transactions" else apps
        found: dict[str, list[float]] = {name: [] for name in turns}
        for number in range(rounds):
            # Each round begins with another one, so that none is always the first or the last.
            names = [*turns][number % len(turns) :] + [*turns][: number % len(turns)]
            for name in names:
                found[name].append(await trial(turns[name], method, path, requests))
        ratios = {
            name: [a / b for a, b in zip(times, found["litestar"], strict=True)]
            for name, times in found.items()
            if name != "litestar"
        }
        line = {
            "benchmark": f"routing: {what}",
            "baseline": "litestar",
            "us_each": {name: round(statistics.median(times), 2) for name, times in found.items()},
            "of_baseline": {name: round(statistics.median(each), 3) for name, each in ratios.items()},
            "requests": requests,
            "rounds": rounds,
            "load": round(os.getloadavg()[0], 1),
        }
        print(json.dumps(line), flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=5_000, help="requests of one trial")
    parser.add_argument("--rounds", type=int, default=15, help="trials of each router; the median counts")
    given = parser.parse_args()
    install()
    asyncio.run(measure(given.requests, given.rounds))


if __name__ == "__main__":
    main()
