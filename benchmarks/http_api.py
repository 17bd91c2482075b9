"""Durable transactions per second over HTTP: one server process on SQLite, 256 connections, token and key in each call.

Baselines in the same run: the same server's ``GET /health/live`` (routing and an answer, no work), and the same body
posted to a bare Litestar app that parses it and answers JSON. Trials alternate, and the median of the rounds counts.
The load comes from wrk, which takes part of the same machine.

    python benchmarks/http_api.py [--seconds 6] [--rounds 3] [--connections 256] [--bulk-items 10000]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from groat import Groat
from groat.identity import Identities
from groat.settings import Settings

SECRET = "only for this measurement, on a database that goes away"  # noqa: S105
ACCOUNTS = 10_000
START_S = 60.0

POST_SCRIPT = """
local thread_number, count = 0, 0
function setup(thread) thread:set("id", thread_number); thread_number = thread_number + 1 end
function request()
  count = count + 1
  wrk.headers["Idempotency-Key"] = os.getenv("RUN") .. "-" .. id .. "-" .. count
  local user = count * 104729 % ACCOUNTS
  return wrk.format("POST", nil, nil, '{"postings":[{"source":"house:bonus","destination":"user:' .. user
    .. '","amount":"1","asset":"CREDIT"}],"reason":"Bonus"}')
end
"""

BARE_APP = """
import json
from typing import Any
from litestar import Litestar, post
@post("/v1/transactions")
async def answer(data: dict[str, Any]) -> dict[str, Any]:
    return data
app = Litestar([answer], openapi_config=None, logging_config=None)
"""


def free_port() -> int:
    """A port of the loopback that nobody listens on at present."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, path: str, directory: Path, **environ: str) -> Iterator[str]:
    """A server process that answers ``path``; its address."""
    process = subprocess.Popen(command, env={**os.environ, **environ}, cwd=directory)
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + START_S
    try:
        while True:
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"{command[0]} did not start") from None
                time.sleep(0.05)
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def wrk(
    address: str, path: str, seconds: int, connections: int, script: Path | None, token: str
) -> dict[str, float]:
    """Requests per second and latencies (ms) of one trial; raises SystemExit on any answer that is no success."""
    command = [
        "wrk",
        "-t1",
        "--timeout",
        "30s",
        f"-c{connections}",
        f"-d{seconds}s",
        "--latency",
        f"{address}{path}",
    ]
    command += ["-H", f"Authorization: Bearer {token}", "-H", "Content-Type: application/json"]
    if script is not None:
        command += ["-s", str(script)]
    run = f"{os.getpid()}-{time.monotonic_ns()}"
    said = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, "RUN": run}
    ).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit(said)
    return {
        "per_s": float(re.findall(r"Requests/sec:\s+([\d.]+)", said)[0]),
        "p50_ms": _ms(re.findall(r"\s50%\s+(\S+)", said)[0]),
        "p99_ms": _ms(re.findall(r"\s99%\s+(\S+)", said)[0]),
    }


def _ms(text: str) -> float:
    for unit, factor in (("us", 0.001), ("ms", 1.0), ("s", 1000.0)):
        if text.endswith(unit):
            return float(text.removesuffix(unit)) * factor
    raise ValueError(text)


def bulk(address: str, token: str, items: int, round_number: int) -> float:
    """Items per second of one independent bulk."""
    posting = {"source": "house:bonus", "amount": "1", "asset": "CREDIT"}
    body = {
        "mode": "independent",
        "items": [{"postings": [{**posting, "destination": f"user:{n % ACCOUNTS}"}]} for n in range(items)],
    }
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"bulk-{round_number}"}
    started = time.perf_counter()
    answer = httpx.post(f"{address}/v1/transactions/bulk", json=body, headers=headers, timeout=60)
    verdicts = answer.json()
    seconds = time.perf_counter() - started
    if verdicts["summary"]["committed"] != items:
        raise SystemExit(f"the bulk was refused: {verdicts['summary']}")
    return items / seconds


async def prepare(settings: Settings) -> str:
    """A database with CREDIT, and a token of an admin."""
    async with Groat.open(settings.database, policy=settings.policy()) as groat:
        await groat.add_asset("CREDIT", 0)
        identities = Identities(groat, settings)
        token, _ = await identities.issue_token("admin", ("admin",), 86_400)
        identities.close()
        return token


def tell(**line: Any) -> None:
    """One JSON line of results."""
    print(json.dumps(line), flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=int, default=6, help="length of one trial")
    parser.add_argument("--rounds", type=int, default=3, help="trials of each kind; the median counts")
    parser.add_argument("--connections", type=int, default=256, help="connections of wrk")
    parser.add_argument("--bulk-items", type=int, default=10_000, help="transactions in one bulk")
    given = parser.parse_args()
    if which("wrk") is None:
        raise SystemExit("this needs wrk: apt-get install wrk")
    with TemporaryDirectory() as name:
        measure(given, Path(name))


def measure(given: argparse.Namespace, directory: Path) -> None:
    """Alternate the trials over one server and one bare app."""
    settings = Settings(database=f"sqlite:///{directory / 'groat.db'}", secret=SECRET, jwt_secret=SECRET)
    token = asyncio.run(prepare(settings))
    (directory / "post.lua").write_text(POST_SCRIPT.replace("ACCOUNTS", str(ACCOUNTS)))
    (directory / "bare.py").write_text(BARE_APP)
    port, bare_port = free_port(), free_port()
    serve = [sys.executable, "-m", "groat", "serve", "--port", str(port), "--log-level", "warning"]
    bare = [
        sys.executable,
        "-m",
        "uvicorn",
        "bare:app",
        "--port",
        str(bare_port),
        "--log-level",
        "error",
        "--no-access-log",
    ]
    secrets = {"GROAT_SECRET": SECRET, "GROAT_JWT_SECRET": SECRET, "GROAT_DATABASE": settings.database}
    post, route = directory / "post.lua", "/v1/transactions"
    found: dict[str, list[dict[str, float]]] = {"post": [], "health": [], "bare": []}
    bulks: list[float] = []
    with (
        running(serve, port, "/health/live", directory, **secrets) as address,
        running(bare, bare_port, route, directory) as bare_address,
    ):
        for number in range(given.rounds):
            for kind, at, path, script in (
                ("post", address, route, post),
                ("health", address, "/health/live", None),
                ("bare", bare_address, route, post),
            ):
                found[kind].append(wrk(at, path, given.seconds, given.connections, script, token))
            bulks.append(bulk(address, token, given.bulk_items, number))
    for kind, what in (
        ("post", "POST /v1/transactions, durable"),
        ("health", "baseline: GET /health/live of the same server"),
        ("bare", "baseline: the same POST to a bare Litestar app, no work"),
    ):
        trials = found[kind]
        tell(
            benchmark=what,
            connections=given.connections,
            per_s=round(statistics.median(trial["per_s"] for trial in trials)),
            rounds_per_s=[round(trial["per_s"]) for trial in trials],
            p50_ms=round(statistics.median(trial["p50_ms"] for trial in trials), 1),
            p99_ms=round(statistics.median(trial["p99_ms"] for trial in trials), 1),
        )
    tell(
        benchmark="POST /v1/transactions/bulk, independent, durable",
        items=given.bulk_items,
        items_per_s=round(statistics.median(bulks)),
        rounds_per_s=[round(rate) for rate in bulks],
    )
    with_post = statistics.median(trial["per_s"] for trial in found["post"])
    tell(
        ratio="of bare Litestar",
        value=round(with_post / statistics.median(t["per_s"] for t in found["bare"]), 2),
    )


if __name__ == "__main__":
    main()
