"""Durable transactions per second over HTTP: one server process, 256 connections, token and key in each call.

On SQLite and on a private PostgreSQL. Baselines in the same run: the same server's ``GET /health/live`` (routing and an
answer, no work), and the same body posted to a bare FastAPI app that parses it and answers JSON. Trials alternate, and
the median of the rounds counts. The load comes from wrk, which takes part of the same machine.

    python benchmarks/http_api.py [--store both] [--seconds 6] [--rounds 3] [--connections 256] [--bulk-items 10000]
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
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from groat import Groat
from groat.identity import Identities
from groat.logs import configure
from groat.settings import Settings
from tests.live.crowd import cpu_s
from tests.servers import free_port, postgres

SECRET = "only for this measurement, on a database that goes away"  # noqa: S105
ACCOUNTS = 10_000
POSTGRES_SETTINGS = {"shared_buffers": "1GB", "max_wal_size": "4GB"}
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
from typing import Any
from fastapi import FastAPI
app = FastAPI(openapi_url=None)
@app.post("/v1/transactions")
async def answer(data: dict[str, Any]) -> dict[str, Any]:
    return data
"""


class Running(NamedTuple):
    """A server process and where it listens."""

    address: str
    pid: int


@contextmanager
def running(command: list[str], port: int, directory: Path, **environ: str) -> Iterator[Running]:
    """A server process until the end."""
    process = subprocess.Popen(command, env={**os.environ, **environ}, cwd=directory)
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
        yield Running(f"http://127.0.0.1:{port}", process.pid)
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
    headers = {
        "Authorization": f"Bearer {token}",
        "Idempotency-Key": f"bulk-{round_number}",
        "Content-Type": "application/json",
    }
    sent = json.dumps(body).encode()
    connection = HTTPConnection(address.removeprefix("http://"), timeout=60)
    started = time.perf_counter()
    connection.request("POST", "/v1/transactions/bulk", sent, headers)
    received = connection.getresponse().read()
    seconds = time.perf_counter() - started
    connection.close()
    verdicts = json.loads(received)
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
    parser.add_argument("--store", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--seconds", type=int, default=6, help="length of one trial")
    parser.add_argument("--rounds", type=int, default=3, help="trials of each kind; the median counts")
    parser.add_argument("--connections", type=int, default=256, help="connections of wrk")
    parser.add_argument("--bulk-items", type=int, default=10_000, help="transactions in one bulk")
    given = parser.parse_args()
    if which("wrk") is None:
        raise SystemExit("this needs wrk: apt-get install wrk")
    configure(Settings(log_level="warning"))
    for store in ("sqlite", "postgres") if given.store == "both" else (given.store,):
        with ExitStack() as stack:
            directory = Path(stack.enter_context(TemporaryDirectory()))
            if store == "sqlite":
                database = f"sqlite:///{directory / 'groat.db'}"
            else:
                database = stack.enter_context(postgres(**POSTGRES_SETTINGS)).dsn
            measure(given, store, database, directory)


def measure(given: argparse.Namespace, store: str, database: str, directory: Path) -> None:
    """Alternate the trials over one server and one bare app."""
    settings = Settings(database=database, secret=SECRET, jwt_secret=SECRET)
    token = asyncio.run(prepare(settings))
    (directory / "post.lua").write_text(POST_SCRIPT.replace("ACCOUNTS", str(ACCOUNTS)))
    (directory / "bare.py").write_text(BARE_APP)
    port, bare_port = free_port(), free_port()
    serve = [sys.executable, "-m", "groat", "serve", "--port", str(port), "--log-level", "warning"]
    bare = [sys.executable, "-m", "uvicorn", "bare:app", "--port", str(bare_port)]
    bare += ["--log-level", "error", "--no-access-log"]
    secrets = {"GROAT_SECRET": SECRET, "GROAT_JWT_SECRET": SECRET, "GROAT_DATABASE": database}
    post, route = directory / "post.lua", "/v1/transactions"
    found: dict[str, list[dict[str, float]]] = {"post": [], "health": [], "bare": []}
    bulks: list[float] = []
    with (
        running(serve, port, directory, **secrets) as groat,
        running(bare, bare_port, directory) as fastapi,
    ):
        for number in range(given.rounds):
            for kind, server, path, script in (
                ("post", groat, route, post),
                ("health", groat, "/health/live", None),
                ("bare", fastapi, route, post),
            ):
                before = cpu_s(server.pid)
                trial = wrk(server.address, path, given.seconds, given.connections, script, token)
                trial["cpu_us"] = 1e6 * (cpu_s(server.pid) - before) / (trial["per_s"] * given.seconds)
                found[kind].append(trial)
            bulks.append(bulk(groat.address, token, given.bulk_items, number))
    load = round(os.getloadavg()[0], 1)
    for kind, what in (
        ("post", "POST /v1/transactions, durable"),
        ("health", "baseline: GET /health/live of the same server"),
        ("bare", "baseline: the same POST to a bare FastAPI app, no work"),
    ):
        trials = found[kind]
        tell(
            benchmark=what,
            store=store,
            connections=given.connections,
            per_s=round(statistics.median(trial["per_s"] for trial in trials)),
            rounds_per_s=[round(trial["per_s"]) for trial in trials],
            p50_ms=round(statistics.median(trial["p50_ms"] for trial in trials), 1),
            p99_ms=round(statistics.median(trial["p99_ms"] for trial in trials), 1),
            server_cpu_us_each=round(statistics.median(trial["cpu_us"] for trial in trials), 1),
            load=load,
        )
    tell(
        benchmark="POST /v1/transactions/bulk, independent, durable",
        store=store,
        items=given.bulk_items,
        items_per_s=round(statistics.median(bulks)),
        rounds_per_s=[round(rate) for rate in bulks],
        load=load,
    )
    with_post = statistics.median(trial["per_s"] for trial in found["post"])
    tell(
        ratio="of bare FastAPI",
        store=store,
        value=round(with_post / statistics.median(t["per_s"] for t in found["bare"]), 2),
    )


if __name__ == "__main__":
    main()
