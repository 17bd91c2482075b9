"""Approvals over HTTP with admins watching the inbox: one server process, on PostgreSQL.

Two trials on requests filed before. First as many approvals a second as 32 connections get, by wrk. Then approvals
offered at a steady rate, and for each the time from sending it until the inbox of every watching admin has it. The
baseline in the same run is ``POST /v1/transactions`` offered to the same server at full speed.

    python benchmarks/approvals.py [--program bank] [--kind transfer] [--admins 20] [--rate 500] [--seconds 10]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import time
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any

import websockets

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from http_api import POST_SCRIPT, POSTGRES_SETTINGS, SECRET, Running, running, tell, wrk

from groat import Groat, Refusal
from groat.identity import Identities
from groat.logs import configure
from groat.programs import find_programs
from groat.programs.workflow import ADMIN, Workflow
from groat.settings import Settings
from tests.live.crowd import cpu_s
from tests.servers import free_port, postgres

CONNECTIONS = 32
USERS = 1_000
FILED_AT_ONCE = 1_000
PATIENCE_S = 30.0

APPROVE_SCRIPT = """
local ids = {}
for line in io.lines(os.getenv("IDS")) do ids[#ids + 1] = line end
local count = 0
function request()
  count = count + 1
  wrk.headers["Idempotency-Key"] = "wrk-" .. count
  return wrk.format("POST", os.getenv("ROUTE") .. ids[(count - 1) % #ids + 1] .. os.getenv("STEP"), nil, "{}")
end
"""


class Inbox:
    """An admin's live connection, and when it heard of each request's decision.

    ``parsed`` is shared: the server sends all admins the same bytes, and parsing them once leaves the server its core.
    """

    def __init__(self, parsed: dict[str, list[str]]) -> None:
        self.heard: dict[str, float] = {}
        self.joined = asyncio.Event()
        self._parsed = parsed

    async def watch(self, address: str, token: str) -> None:
        """Read until cancelled."""
        url = address.replace("http", "ws", 1) + "/connection/websocket"
        async with websockets.connect(url, max_size=None, ping_interval=None, compression=None) as socket:
            await socket.send(json.dumps({"id": 1, "connect": {"token": token}}))
            async for frame in socket:
                now = time.perf_counter()
                self.joined.set()
                for line in str(frame).splitlines():
                    if line == "{}":
                        await socket.send("{}")
                    else:
                        for id in self._decided(line):
                            self.heard.setdefault(id, now)

    def _decided(self, line: str) -> list[str]:
        if line not in self._parsed:
            event = json.loads(line).get("push", {}).get("pub", {}).get("data", {})
            items = event["data"]["items"] if event.get("type") == "requests_updated" else []
            self._parsed[line] = [item["id"] for item in items if not item["waits"]]
        return self._parsed[line]


class Caller:
    """One kept connection that sends ready-made requests; a general client would take more CPU than the server."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, key: str, token: str) -> int:
        """The status of the answer."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n"
            "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}".encode()
        )
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]))
        return int(head[9:12])


async def prepare(settings: Settings, given: argparse.Namespace, count: int) -> tuple[list[str], list[str]]:
    """A database with that many filed requests; their ids, and tokens of admins."""
    (program,) = find_programs([given.program])
    kind = next(kind for kind in program.kinds if kind.name == given.kind)
    async with Groat.open(settings.database, policy=settings.policy(), queue_max=10**6) as groat:
        for code, scale in (("CREDIT", 0), ("USD", 2)):
            await groat.add_asset(code, scale)
        await groat.bulk(
            [[("house:bank", f"user:p{n}", "1000000", "USD")] for n in range(USERS)], key="start"
        )
        workflow = Workflow(groat, program.kinds)
        ids: list[str] = []
        while len(ids) < count:
            filed = await asyncio.gather(
                *(
                    workflow.file(kind.name, kind.example, user=f"p{n % USERS}", key=f"file/{n}")
                    for n in range(len(ids), len(ids) + FILED_AT_ONCE)
                )
            )
            refused = [answer for answer in filed if isinstance(answer, Refusal)]
            if refused:
                raise SystemExit(f"filing is refused: {refused[0]}")
            ids += [answer.id for answer in filed if not isinstance(answer, Refusal)]
        identities = Identities(groat, settings)
        tokens = [
            (await identities.issue_token(f"admin{n}", (ADMIN,), 86_400))[0] for n in range(given.admins + 1)
        ]
        identities.close()
        return ids, tokens


async def offered(
    given: argparse.Namespace, port: int, ids: list[str], token: str, inboxes: list[Inbox]
) -> dict[str, Any]:
    """Approve at a steady rate while the admins watch; milliseconds until the answer, and until all of them know."""
    sent: dict[str, float] = {}
    answers: list[float] = []
    free: asyncio.Queue[Caller] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        free.put_nowait(Caller(port))

    async def approve(id: str, due: float) -> None:
        # Waiting for a free connection counts: who clicks does not know of it.
        sent[id] = due
        caller = await free.get()
        status = await caller.post(f"/v1/requests/{given.kind}/{id}/{given.step}", f"offered-{id}", token)
        free.put_nowait(caller)
        answers.append(time.perf_counter() - due)
        if status != 201:
            raise SystemExit(f"an approval was answered {status}")

    begun = time.perf_counter()
    tasks = []
    for number, id in enumerate(ids):
        due = begun + number / given.rate
        if due > time.perf_counter():
            await asyncio.sleep(due - time.perf_counter())
        tasks.append(asyncio.create_task(approve(id, due)))
    await asyncio.gather(*tasks)
    seconds = time.perf_counter() - begun
    async with asyncio.timeout(PATIENCE_S):
        while any(len(inbox.heard) < len(ids) for inbox in inboxes):  # noqa: ASYNC110  (another process is waited for)
            await asyncio.sleep(0.1)
    seen = [max(inbox.heard[id] for inbox in inboxes) - sent[id] for id in ids]
    return {
        "approvals_per_s": round(len(ids) / seconds),
        "answer_ms": _percentiles(answers),
        "all_inboxes_ms": _percentiles(seen),
    }


def _percentiles(values: list[float]) -> dict[str, float]:
    cut = statistics.quantiles(values, n=100)
    return {"p50": round(1e3 * cut[49], 1), "p99": round(1e3 * cut[98], 1)}


async def trials(
    given: argparse.Namespace, groat: Running, port: int, directory: Path, ids: list[str], tokens: list[str]
) -> tuple[dict[str, Any], dict[str, float], dict[str, float], float]:
    """The steady trial, full speed, the baseline, and the server's CPU (ms) for each approval of the first."""
    parsed: dict[str, list[str]] = {}
    inboxes = [Inbox(parsed) for _ in tokens[1:]]
    watching = [
        asyncio.create_task(inbox.watch(groat.address, token))
        for inbox, token in zip(inboxes, tokens[1:], strict=True)
    ]
    await asyncio.gather(*(inbox.joined.wait() for inbox in inboxes))
    before = cpu_s(groat.pid)
    steady = await offered(given, port, ids, tokens[0], inboxes)
    cpu_ms = 1e3 * (cpu_s(groat.pid) - before) / len(ids)
    fast, post = [
        await asyncio.to_thread(
            wrk, groat.address, path, given.seconds, CONNECTIONS, directory / script, tokens[0]
        )
        for path, script in (("/", "approve.lua"), ("/v1/transactions", "post.lua"))
    ]
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    return steady, fast, post, cpu_ms


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--program", default="bank")
    parser.add_argument("--kind", default="transfer")
    parser.add_argument("--step", default="approve", help="the transition that decides")
    parser.add_argument("--admins", type=int, default=20, help="how many watch the inbox")
    parser.add_argument(
        "--rate", type=int, default=500, help="approvals a second offered in the second trial"
    )
    parser.add_argument("--seconds", type=int, default=10, help="length of a trial")
    given = parser.parse_args()
    if which("wrk") is None:
        raise SystemExit("this needs wrk: apt-get install wrk")
    configure(Settings(log_level="warning"))
    with TemporaryDirectory() as place, postgres(**POSTGRES_SETTINGS) as server:
        measure(given, server.dsn, Path(place))


def measure(given: argparse.Namespace, database: str, directory: Path) -> None:
    """Both trials and the baseline over one server."""
    settings = Settings(database=database, secret=SECRET, jwt_secret=SECRET)
    offered_count, most = given.rate * given.seconds, 3_000 * given.seconds
    ids, tokens = asyncio.run(prepare(settings, given, offered_count + most))
    port = free_port()
    serve = [sys.executable, "-m", "groat", "serve", "--port", str(port), "--log-level", "warning"]
    serve += ["--programs", given.program]
    (directory / "approve.lua").write_text(APPROVE_SCRIPT)
    (directory / "post.lua").write_text(POST_SCRIPT.replace("ACCOUNTS", str(USERS)))
    (directory / "ids").write_text("\n".join(ids[offered_count:]))
    os.environ |= {
        "IDS": str(directory / "ids"),
        "ROUTE": f"/v1/requests/{given.kind}/",
        "STEP": f"/{given.step}",
    }
    secrets = {"GROAT_SECRET": SECRET, "GROAT_JWT_SECRET": SECRET, "GROAT_DATABASE": database}
    with running(serve, port, directory, **secrets) as groat:
        steady, fast, post, cpu_ms = asyncio.run(
            trials(given, groat, port, directory, ids[:offered_count], tokens)
        )
    common = {"kind": given.kind, "load": round(os.getloadavg()[0], 1)}
    tell(
        benchmark="approvals offered at a steady rate", offered_per_s=given.rate, admins=given.admins,
        server_cpu_ms_each=round(cpu_ms, 2), **steady, **common,
    )  # fmt: skip
    tell(benchmark="approvals at full speed", connections=CONNECTIONS, **fast, **common)
    tell(benchmark="baseline: POST /v1/transactions", connections=CONNECTIONS, **post, **common)
    tell(ratio="of POST /v1/transactions", value=round(fast["per_s"] / post["per_s"], 2))


if __name__ == "__main__":
    main()
