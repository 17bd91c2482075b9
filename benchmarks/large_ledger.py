"""What `groat verify` and `groat archive` take on a large ledger, on SQLite and on a private PostgreSQL.

The ledger is made by `benchmarks/large/fill.py`, or kept from before with --sqlite FILE or --postgres DSN.
Verification: seconds, CPU, the largest resident memory of the process, and the most memory of their own that
PostgreSQL's processes for it had. Archiving half of its months: transactions a second, and what a commit beside it
waits, compared with one without. Prints JSON lines.

    python benchmarks/large_ledger.py [--store both] [--postings 1000000] [--directory DIR]
        [--sqlite FILE] [--postgres DSN]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.large.fill import BEGIN, fill
from groat import Groat
from groat.engine.tuning import tune_process
from groat.logs import configure
from groat.settings import Settings
from groat.store.opening import POSTGRES
from tests.servers import postgres

MONTHS = 24
BESIDE_S = 10.0
CALLERS = 20
LOOK_S = 0.2
SERVER = {"shared_buffers": "1GB", "max_wal_size": "4GB"}
_OWN = "SELECT pid FROM pg_stat_activity WHERE application_name = 'groat'"


def told(**facts: Any) -> None:
    """Print a line of results."""
    print(json.dumps({"bench": "large_ledger", "load": round(os.getloadavg()[0], 1), **facts}), flush=True)


def _own_bytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except FileNotFoundError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon:"))


class Watched:
    """The most memory of their own that PostgreSQL's processes for groat have while this lasts, in bytes."""

    def __init__(self, database: str) -> None:
        self.most = 0
        self._database = database
        self._ended = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._watch()))

    async def _watch(self) -> None:
        connection = await asyncpg.connect(self._database)
        while not self._ended.is_set():
            now = 0
            for (pid,) in await connection.fetch(_OWN):
                now += _own_bytes(pid)
            self.most = max(self.most, now)
            await asyncio.sleep(0.2)
        await connection.close()

    def __enter__(self) -> Watched:
        if self._database.startswith(POSTGRES):
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()


class Peak:
    """The largest resident memory of a process while this lasts, in KiB.

    What `wait4` tells of it begins with what this process had when it started the other one.
    """

    def __init__(self, pid: int) -> None:
        self.kib = 0
        self._status = Path(f"/proc/{pid}/status")
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        while not self._ended.wait(LOOK_S):
            for line in self._status.read_text().splitlines():
                if line.startswith("VmHWM"):
                    self.kib = int(line.split()[1])

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()


def verify(store: str, database: str, trial: str) -> None:
    """Run `groat verify` as its users do, and tell what it took."""
    begun = time.monotonic()
    with Watched(database) as server:
        process = subprocess.Popen(
            [sys.executable, "-m", "groat", "verify", "--database", database],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        with Peak(process.pid) as peak:
            out = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    told(
        store=store,
        trial=trial,
        right=process.returncode == 0,
        counted=out.splitlines()[0] if out else "",
        seconds=round(time.monotonic() - begun, 1),
        cpu_s=round(usage.ru_utime + usage.ru_stime, 1),
        memory_mb=round(peak.kib / 1024),
        server_memory_mb=round(server.most / 2**20) or None,
    )


async def archive(store: str, database: str, months: int) -> None:
    """Archive the first months while others post, and tell what both took."""
    async with Groat.open(database) as groat, Groat.open(database) as other:
        numbers, waits_s = count(), []
        run = f"bench-{time.time_ns()}"
        ended = asyncio.Event()

        async def post() -> None:
            while not ended.is_set():
                begun = time.perf_counter()
                number = next(numbers)
                user = f"user:{number % 1_000}"
                await other.post([("house:bench", user, "1", "CREDIT")], key=f"{run}-{number}")
                waits_s.append(time.perf_counter() - begun)

        def waited() -> dict[str, float]:
            times = sorted(waits_s)
            waits_s.clear()
            return {
                "per_second": round(len(times) / took_s),
                "p50_ms": round(statistics.median(times) * 1_000, 1),
                "p99_ms": round(times[len(times) * 99 // 100] * 1_000, 1),
                "max_ms": round(times[-1] * 1_000, 1),
            }

        posting = [asyncio.create_task(post()) for _ in range(CALLERS)]
        took_s = BESIDE_S
        await asyncio.sleep(took_s)
        alone = waited()
        begun = time.monotonic()
        year, month = divmod(BEGIN.year * 12 + BEGIN.month - 1 + months, 12)
        archived = await groat.archive(datetime(year, month + 1, 1, tzinfo=UTC))
        took_s = time.monotonic() - begun
        beside = waited()
        ended.set()
        await asyncio.gather(*posting)
    moved = sum(each.transactions for each in archived)
    told(
        store=store,
        trial=f"archive {months} of {MONTHS} months beside {CALLERS} callers that post",
        transactions=moved,
        seconds=round(took_s, 1),
        transactions_per_second=round(moved / took_s),
        posts_without=alone,
        posts_beside=beside,
    )


def measure(store: str, database: str) -> None:
    """All trials on one database."""
    verify(store, database, "verify")
    asyncio.run(archive(store, database, MONTHS // 2))
    verify(store, database, "verify, half of it archived")


def main() -> None:
    """Measure both stores, or one."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--store", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--postings", type=int, default=1_000_000)
    parser.add_argument("--directory")
    parser.add_argument("--sqlite", help="a file that is filled already")
    parser.add_argument("--postgres", help="a database that is filled already")
    given = parser.parse_args()
    configure(Settings(log_level="error"))
    tune_process()

    def filled(store: str, database: str) -> str:
        begun = time.monotonic()
        asyncio.run(fill(database, given.postings, months=MONTHS))
        told(store=store, trial="fill", postings=given.postings, seconds=round(time.monotonic() - begun, 1))
        return database

    with ExitStack() as stack:
        trials: list[tuple[str, Callable[[], str]]] = []
        if given.store != "postgres":
            place = stack.enter_context(TemporaryDirectory(prefix="groat-large-", dir=given.directory))
            trials.append(
                (
                    "sqlite",
                    lambda: (
                        f"sqlite:///{given.sqlite}"
                        if given.sqlite
                        else filled("sqlite", f"sqlite:///{place}/l.db")
                    ),
                )
            )
        if given.store != "sqlite":
            trials.append(
                (
                    "postgres",
                    lambda: given.postgres or filled("postgres", stack.enter_context(postgres(**SERVER)).dsn),
                )
            )
        for store, database in trials:
            measure(store, database())


if __name__ == "__main__":
    main()
