"""Many live connections while money moves: commit-to-receipt, memory and CPU.

`groat serve` with its own PostgreSQL, clients in other processes over several loopback addresses, and a
writer that is no server: each of its events reaches its reader over the hints between processes. The commit's time is
taken in the writer right after its COMMIT is answered, the receipt's in the client after `recv`; both on one clock.
Prints a JSON line.

    python benchmarks/connections.py [--clients 15000] [--workers 1] [--writes 1000] [--seconds 10] [--bus notify|redis]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from groat import Groat
from groat.engine.tuning import tune_process
from groat.ledger.commands import Post, Posting
from groat.ledger.errors import StoreError
from groat.store.batch import Published
from tests.live.crowd import Crowd, allow_sockets, cpu_s
from tests.servers import free_port, postgres, redis

SECRET = "only for this measurement, on a database that goes away"  # noqa: S105
OPENED_AT_ONCE = 1_000
CONNECT_S = 300.0
RECEIPT_S = 60.0
STEP_S = 0.002


class Nodes:
    """A running `groat serve` and what it uses."""

    def __init__(self, process: subprocess.Popen[bytes], workers: int) -> None:
        self._process = process
        self._workers = workers

    def pids(self) -> list[int]:
        """The processes that serve."""
        if self._workers == 1:
            return [self._process.pid]
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def cpu_s(self) -> float:
        """CPU all have used, in seconds."""
        return sum(map(cpu_s, self.pids()))

    def resident_bytes(self) -> int:
        """Memory of all."""
        page = os.sysconf("SC_PAGE_SIZE")
        return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * page for pid in self.pids())


@contextmanager
def serving(dsn: str, port: int, workers: int, redis_url: str) -> Iterator[Nodes]:
    """`groat serve` until the end."""
    settings = {
        "DATABASE": dsn,
        "REDIS": redis_url,
        "PORT": str(port),
        "WORKERS": str(workers),
        "SECRET": SECRET,
        "JWT_SECRET": SECRET,
        "CONSOLE": "false",
        "LOG_LEVEL": "warning",
        "DRAIN_S": "1",
    }
    environ = os.environ | {f"GROAT_{name}": value for name, value in settings.items() if value}
    process = subprocess.Popen([sys.executable, "-m", "groat", "serve"], env=environ, stdout=sys.stderr)
    try:
        yield Nodes(process, workers)
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def bonus(user: str, key: str) -> Post:
    """One credit for a person."""
    posting = Posting("house:bonus", f"user:{user}", 1, "CREDIT")
    return Post(principal="service:bank", key=key, reason="Welcome bonus", postings=(posting,))


async def write(groat: Groat, users: list[str], per_second: int, seconds: float) -> tuple[float, int, int]:
    """Credit random people at a steady rate.

    How long it took until all was answered, how many were credited, and how many of these had to be tried again.
    """
    dice = random.Random(7)
    retried = 0

    async def credit(command: Post) -> None:
        nonlocal retried
        while True:
            try:
                await groat.execute(command)
            except StoreError as error:
                if error.code != "busy":
                    raise
                retried += 1
            else:
                return

    begin = time.monotonic()
    sent = 0
    under_way: set[asyncio.Task[Any]] = set()
    while sent < per_second * seconds:
        due = min(int((time.monotonic() - begin) * per_second) + 1, int(per_second * seconds))
        for number in range(sent, due):
            task = asyncio.create_task(credit(bonus(dice.choice(users), f"live/{number}")))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        sent = due
        await asyncio.sleep(STEP_S)
    if under_way:
        await asyncio.gather(*under_way)
    return time.monotonic() - begin, sent, retried


async def measure(
    options: argparse.Namespace, dsn: str, redis_url: str, port: int, nodes: Nodes
) -> dict[str, Any]:
    """Connect everybody, move money, compare what was committed with what came."""
    users = [f"u{number}" for number in range(options.clients)]
    async with Groat.open(dsn, redis=redis_url) as groat, Crowd(options.crowds) as crowd:
        await groat.add_asset("CREDIT", 0)
        for at in range(0, len(users), OPENED_AT_ONCE):
            await groat.execute_many(
                [bonus(user, f"first/{user}") for user in users[at : at + OPENED_AT_ONCE]]
            )
        await crowd.join(users[: 10 * options.workers], [("127.0.0.1", port)], SECRET)
        await crowd.until("connected", 10 * options.workers, CONNECT_S)
        before_bytes, before_s = nodes.resident_bytes(), nodes.cpu_s()
        await crowd.join(users[10 * options.workers :], [("127.0.0.1", port)], SECRET)
        connecting_s = await crowd.until("connected", len(users), CONNECT_S)
        connect_cpu_s = nodes.cpu_s() - before_s
        used_bytes = nodes.resident_bytes() - before_bytes
        idle_s = nodes.cpu_s()
        await asyncio.sleep(options.idle)
        idle_cpu = (nodes.cpu_s() - idle_s) / options.idle
        committed: dict[tuple[str, int], float] = {}

        def note(batch: list[Published]) -> None:
            now = time.monotonic()
            for news in batch:
                for offset in range(news.first, news.last + 1):
                    committed.setdefault((news.stream, offset), now)

        unlisten = groat.listen(note)
        before_s, crowd_before_s = nodes.cpu_s(), await crowd.cpu_s()
        took_s, count, retried = await write(groat, users, options.writes, options.seconds)
        load = os.getloadavg()[0]
        await crowd.until("events", count, RECEIPT_S)
        cpu, crowd_cpu = nodes.cpu_s() - before_s, await crowd.cpu_s() - crowd_before_s
        unlisten()
        received = await crowd.stamps()
        counts = await crowd.count()
    # The writer hears of nothing but its own commits here, for nobody else writes.
    assert received.keys() == committed.keys(), "every event arrived"
    assert counts["wrong"] == 0, "in order, each once"
    return {
        "bench": options.name,
        "clients": options.clients,
        "workers": options.workers,
        "store": dsn.partition(":")[0],
        "bus": options.bus,
        "writes_per_second": round(count / took_s),
        "offered_per_second": options.writes,
        "events": count,
        "retried": retried,
        "commit_to_receipt_ms": quantiles([received[key] - at for key, at in committed.items()]),
        "connects_per_second": round(len(users) / max(connecting_s, 0.1)),
        "connect_cpu_us": round(1e6 * connect_cpu_s / len(users)),
        "bytes_per_connection": used_bytes // len(users),
        "server_cpu_idle": round(idle_cpu, 2),
        "server_cpu": round(cpu / took_s, 2),
        "clients_cpu": round(crowd_cpu / took_s, 2),
        "losses": {name: n for name, n in counts.items() if name not in KNOWN},
        "load": round(load, 1),
    }


KNOWN = ("connected", "resumed", "snapshots", "events", "wrong")


def quantiles(seconds: list[float]) -> dict[str, float]:
    """p50, p99 and the largest, in milliseconds."""
    cuts = statistics.quantiles(seconds, n=100)
    return {
        "p50": round(cuts[49] * 1e3, 1),
        "p99": round(cuts[98] * 1e3, 1),
        "max": round(max(seconds) * 1e3, 1),
    }


async def ready(port: int) -> None:
    """Wait until the server listens."""
    deadline = time.monotonic() + CONNECT_S
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return


def main(
    name: str = "live connections", more: Callable[[argparse.ArgumentParser], None] | None = None
) -> None:
    """Read the options and measure; `more` changes their defaults."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--clients", type=int, default=15_000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--crowds", type=int, default=2, help="processes of clients")
    parser.add_argument("--writes", type=int, default=1_000, help="a second")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--idle", type=float, default=5.0, help="seconds of nothing before")
    parser.add_argument("--bus", choices=("notify", "redis"), default="notify")
    parser.set_defaults(name=name)
    if more is not None:
        more(parser)
    options = parser.parse_args()
    allow_sockets()
    tune_process()
    with ExitStack() as stack:
        dsn = stack.enter_context(postgres()).dsn
        url = stack.enter_context(redis()).url if options.bus == "redis" else ""
        port = free_port()
        nodes = stack.enter_context(serving(dsn, port, options.workers, url))

        async def run() -> dict[str, Any]:
            await ready(port)
            return await measure(options, dsn, url, port, nodes)

        print(json.dumps(uvloop.run(run())), flush=True)


if __name__ == "__main__":
    main()
