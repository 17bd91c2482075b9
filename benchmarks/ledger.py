"""Durable transactions per second through the committer, on SQLite and on a private PostgreSQL, and where they go.

Baseline: the same flow and tables with one command in each COMMIT, on PostgreSQL over 16 connections at a time, in
the same run. Trials alternate with the baseline, for other work on the machine disturbs both alike; the median of the
rounds counts. PostgreSQL keeps its defaults for all that makes a COMMIT durable; its CPU is that of all its processes.

    python benchmarks/ledger.py [--store both] [--seconds 5] [--rounds 3] [--callers 4000] [--directory DIR]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from asyncio import gather
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from groat import Groat
from groat.engine import committer
from groat.engine.tuning import tune_process
from groat.ledger.commands import Post, Posting
from groat.logs import configure
from groat.settings import Settings
from groat.store import postgres as postgres_store
from groat.store.opening import POSTGRES, sqlite_path
from groat.store.postgres import PostgresStore
from groat.store.sqlite import SqliteStore
from groat.store.sqlite_statements import SqliteStatements
from groat.store.statements import Statement
from tests.servers import Postgres, postgres

ACCOUNTS = 10_000
HOUSES = 1_000
BATCH_MAX = 2_000
SINGLE_CONNECTIONS = 16
SINGLE_CALLERS = 500
POSTGRES_SETTINGS = {"shared_buffers": "1GB", "max_wal_size": "2GB", "min_wal_size": "2GB"}
LOG_FILES = 64

Pair = Callable[[int], tuple[str, str]]

SHAPES: dict[str, Pair] = {
    "uniform over 10,000 accounts": lambda n: (f"house:{n % HOUSES}", f"user:{n * 104_729 % ACCOUNTS}"),
    "out of one house account": lambda n: ("house:bonus", f"user:{n * 104_729 % ACCOUNTS}"),
}


class TimedStatements(SqliteStatements):
    """Adds up the seconds of each statement."""

    def __init__(self) -> None:
        super().__init__(())
        self.statement_s: Counter[str] = Counter()

    def _execute(self, connection: Any, statement: Any, args: tuple[Any, ...]) -> Any:
        started = time.perf_counter()
        try:
            return super()._execute(connection, statement, args)
        finally:
            self.statement_s[statement.name] += time.perf_counter() - started


class TimedSqlite(SqliteStore):
    """Adds up the seconds of each statement, and of whole transactions."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._statements = timed = TimedStatements()
        self.statement_s = timed.statement_s
        self.write_s = 0.0

    def _write(self, flow: Any) -> Any:
        started = time.perf_counter()
        try:
            return super()._write(flow)
        finally:
            self.write_s += time.perf_counter() - started


class TimedPostgres(PostgresStore):
    """Adds up the seconds from each statement to its answer, and of whole transactions; two run at a time."""

    def __init__(self, dsn: str) -> None:
        super().__init__(dsn)
        self.statement_s: Counter[str] = Counter()
        self.write_s = 0.0

    async def _execute(self, connection: Any, statement: Statement, args: tuple[Any, ...]) -> Any:
        started = time.perf_counter()
        try:
            return await super()._execute(connection, statement, args)
        finally:
            self.statement_s[statement.name] += time.perf_counter() - started

    async def write(self, flow: Any, *args: Any, **kwargs: Any) -> Any:
        """See :meth:`PostgresStore.write`."""
        started = time.perf_counter()
        try:
            return await super().write(flow, *args, **kwargs)
        finally:
            self.write_s += time.perf_counter() - started


class Place:
    """Where databases are made, and the server behind them."""

    def __init__(self, new: Callable[[], str], server: Postgres | None) -> None:
        self.new = new
        self._server = server

    def cpu_s(self) -> float:
        """CPU that PostgreSQL has used so far, in seconds; 0 for SQLite, which works in our own process."""
        if self._server is None:
            return 0.0
        first = self._server.pid
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        # The first process knows what those used that have ended.
        ticks = _ticks(first, 4) + sum(_ticks(int(child), 2) for child in children)
        return ticks / os.sysconf("SC_CLK_TCK")


def _ticks(pid: int, fields: int) -> int:
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0
    return sum(map(int, words[11 : 11 + fields]))


@contextmanager
def place_of(kind: str, directory: str | None) -> Iterator[Place]:
    """A place for databases of this kind until the end."""
    numbers = count()
    with ExitStack() as stack:
        if kind == "sqlite":
            folder = stack.enter_context(TemporaryDirectory(prefix="groat-bench-", dir=directory))
            yield Place(lambda: f"sqlite:///{folder}/{next(numbers)}.db", None)
        else:
            server = stack.enter_context(postgres(**POSTGRES_SETTINGS))
            uvloop.run(make_log(server.dsn))
            yield Place(lambda: server.new_database(f"trial{next(numbers)}"), server)


async def make_log(dsn: str) -> None:
    """Let PostgreSQL have files for its log to use again, as one that has run for a while has: making them is dear."""
    connection = await asyncpg.connect(dsn)
    for _ in range(LOG_FILES):
        await connection.execute("SELECT pg_logical_emit_message(false, 'groat', '')")
        await connection.execute("SELECT pg_switch_wal()")
    await connection.execute("CHECKPOINT")
    await connection.close()


def store_at(database: str, *, timed: bool) -> SqliteStore | PostgresStore:
    """The store at an address."""
    if database.startswith(POSTGRES):
        return (TimedPostgres if timed else PostgresStore)(database)
    return (TimedSqlite if timed else SqliteStore)(sqlite_path(database) or "")


async def trial(
    place: Place, pair: Pair, callers: int, seconds: float, *, single: bool = False, timed: bool = False
) -> dict[str, Any]:
    """Post from ``callers`` tasks, each waiting for its answer, for ``seconds``; ``single``: one in each COMMIT."""
    database = place.new()
    async with Groat.open(database, batch_max=BATCH_MAX) as groat:
        await groat.add_asset("CREDIT", 0)
        await open_accounts(groat, pair)
    store = store_at(database, timed=timed)
    async with Groat.open("", store=store, batch_max=1 if single else BATCH_MAX) as groat:
        done = 0

        async def caller(number: int, end: float) -> None:
            nonlocal done
            turn = 0
            while time.perf_counter() < end:
                turn += 1
                source, destination = pair(number * 7_919 + turn)
                postings = (Posting(source, destination, 5, "CREDIT"),)
                key = f"{number}-{turn}"
                await groat.execute(
                    Post(principal="service:bench", key=key, reason="bench", postings=postings)
                )
                done += 1

        started, cpu, database_cpu = time.perf_counter(), time.process_time(), place.cpu_s()
        await gather(*(caller(number, started + seconds) for number in range(callers)))
        took, cpu = time.perf_counter() - started, time.process_time() - cpu
        database_cpu = place.cpu_s() - database_cpu
        stats = groat.committer.stats
        answer: dict[str, Any] = {
            "per_second": round(done / took),
            "cpu_us_each": round(cpu / done * 1e6, 1),
            "database_cpu_us_each": round(database_cpu / done * 1e6, 1),
            "batch_mean": round(done / stats.batches, 1),
            "failed_batches": stats.failed_batches,
            "load": round(os.getloadavg()[0], 1),
        }
        if isinstance(store, TimedSqlite | TimedPostgres):
            inside = sum(store.statement_s.values())
            answer["where_us_each"] = {
                "statements": {
                    name: round(s / done * 1e6, 2) for name, s in store.statement_s.most_common(14)
                },
                "all statements": round(inside / done * 1e6, 1),
                "the rest of the transaction": round((store.write_s - inside) / done * 1e6, 1),
                "all": round(took / done * 1e6, 1),
            }
        return answer


async def open_accounts(groat: Groat, pair: Pair) -> None:
    """Move something on every account that the pairs name."""
    opened = {pair(number) for number in range(ACCOUNTS)}
    for at in range(0, ACCOUNTS, BATCH_MAX):
        postings = [(Posting(*legs, 5, "CREDIT"),) for legs in sorted(opened)[at : at + BATCH_MAX]]
        await groat.execute_many(
            [
                Post(principal="service:bench", key=f"open-{at}-{number}", postings=legs)
                for number, legs in enumerate(postings)
            ]
        )


def tell(**line: Any) -> None:
    """One JSON line of results."""
    print(json.dumps({"bench": "ledger", **line}), flush=True)


def measure(place: Place, kind: str, shape: str, options: argparse.Namespace) -> None:
    """Trials of a shape in turns with the baseline, a profile, and the ratio."""
    pair = SHAPES[shape]
    rates: dict[str, list[int]] = {"one a commit": [], "batched": []}
    lanes, writers, turn_s = committer.LANES, postgres_store.WRITERS, postgres_store.TURN_S
    for number in range(options.rounds):
        # Single transactions have nothing to take turns for: they wait for the rows of others, and for nothing else.
        committer.LANES = postgres_store.WRITERS = SINGLE_CONNECTIONS
        postgres_store.TURN_S = 0.0
        single = uvloop.run(trial(place, pair, SINGLE_CALLERS, options.seconds / 2, single=True))
        committer.LANES, postgres_store.WRITERS, postgres_store.TURN_S = lanes, writers, turn_s
        batched = uvloop.run(trial(place, pair, options.callers, options.seconds))
        for name, answer in (("one a commit", single), ("batched", batched)):
            rates[name].append(answer["per_second"])
            tell(store=kind, shape=shape, trial=name, round=number, **answer)
    profile = uvloop.run(trial(place, pair, options.callers, options.seconds, timed=True))
    tell(store=kind, shape=shape, trial="profile", **profile)
    of_one, of_many = (statistics.median(rates[name]) for name in rates)
    tell(
        store=kind,
        shape=shape,
        per_second=of_many,
        best=max(rates["batched"]),
        baseline="one a commit",
        baseline_per_second=of_one,
        ratio=round(of_many / of_one, 1),
    )


def main() -> None:
    """Print a JSON line for each trial and one with the ratio for each store and shape."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--store", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--seconds", type=float, default=5.0, help="length of a trial; half for the baseline")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--callers", type=int, default=4_000)
    parser.add_argument(
        "--directory", default=None, help="where SQLite's databases are made: that disk is measured"
    )
    options = parser.parse_args()
    configure(Settings(log_level="warning"))
    tune_process()
    for kind in ("sqlite", "postgres") if options.store == "both" else (options.store,):
        for shape in SHAPES:
            # On a server of its own: what one shape has written would be copied back under the next.
            with place_of(kind, options.directory) as place:
                measure(place, kind, shape, options)


if __name__ == "__main__":
    main()
