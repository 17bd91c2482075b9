"""Durable transactions per second through the committer on SQLite, and where their time goes.

Baseline: the same flow and tables with one command in each COMMIT, in the same run. Trials alternate with the
baseline, for other work on the machine disturbs both alike; the median of the rounds counts.

    python benchmarks/ledger.py [--seconds 5] [--rounds 3] [--callers 1000] [--directory DIR]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
from collections import Counter
from collections.abc import Callable
from tempfile import TemporaryDirectory
from typing import Any

from groat import Groat
from groat.engine.tuning import tune_process
from groat.ledger.commands import Post, Posting
from groat.logs import configure
from groat.settings import Settings
from groat.store.sqlite import SqliteStore
from groat.store.statements import Statement

ACCOUNTS = 10_000
HOUSES = 1_000

Pair = Callable[[int], tuple[str, str]]

SHAPES: dict[str, Pair] = {
    "uniform over 10,000 accounts": lambda n: (f"house:{n % HOUSES}", f"user:{n * 104_729 % ACCOUNTS}"),
    "out of one house account": lambda n: ("house:bonus", f"user:{n * 104_729 % ACCOUNTS}"),
}


class TimedStore(SqliteStore):
    """Adds up the seconds of each statement, and of whole transactions."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.statement_s: Counter[str] = Counter()
        self.write_s = 0.0

    def _execute(self, connection: Any, statement: Statement, args: tuple[Any, ...]) -> Any:
        started = time.perf_counter()
        try:
            return super()._execute(connection, statement, args)
        finally:
            self.statement_s[statement.name] += time.perf_counter() - started

    def _write(self, flow: Any) -> Any:
        started = time.perf_counter()
        try:
            return super()._write(flow)
        finally:
            self.write_s += time.perf_counter() - started


async def trial(
    path: str, pair: Pair, batch_max: int, callers: int, seconds: float, timed: bool
) -> dict[str, Any]:
    """Post from ``callers`` tasks, each waiting for its answer, for ``seconds``."""
    store = (TimedStore if timed else SqliteStore)(path)
    async with Groat.open("", store=store, batch_max=batch_max) as groat:
        await groat.add_asset("CREDIT", 0)
        done = 0
        end = time.perf_counter() + seconds

        async def caller(number: int) -> None:
            nonlocal done
            turn = 0
            while time.perf_counter() < end:
                turn += 1
                source, destination = pair(number * 7_919 + turn)
                posting = Posting(source, destination, 5, "CREDIT")
                await groat.execute(
                    Post(
                        principal="service:bench", key=f"{number}-{turn}", reason="bench", postings=(posting,)
                    )
                )
                done += 1

        started, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(caller(number) for number in range(callers)))
        took, cpu = time.perf_counter() - started, time.process_time() - cpu
        stats = groat.committer.stats
        answer: dict[str, Any] = {
            "per_second": round(done / took),
            "cpu_us_each": round(cpu / done * 1e6, 1),
            "batch_mean": round(done / stats.batches, 1),
        }
        if isinstance(store, TimedStore):
            sql = {name: round(s / done * 1e6, 2) for name, s in store.statement_s.most_common(12)}
            inside = sum(store.statement_s.values())
            answer["where_us_each"] = {
                "statements": sql,
                "all statements": round(inside / done * 1e6, 1),
                "deciding, encoding and COMMIT": round((store.write_s - inside) / done * 1e6, 1),
                "outside the writer thread": round((took - store.write_s) / done * 1e6, 1),
            }
        return answer


def main() -> None:
    """Print a JSON line for each trial and one with the ratio for each shape."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--callers", type=int, default=1_000)
    parser.add_argument(
        "--directory", default=None, help="where the databases are made: that disk is measured"
    )
    options = parser.parse_args()
    configure(Settings(log_level="warning"))
    tune_process()
    for shape, pair in SHAPES.items():
        rates: dict[str, list[int]] = {"batched": [], "one a commit": []}
        for number in range(options.rounds):
            for name, batch_max, seconds in (
                ("one a commit", 1, options.seconds / 2),
                ("batched", 2_000, options.seconds),
            ):
                with TemporaryDirectory(prefix="groat-bench-", dir=options.directory) as place:
                    answer = asyncio.run(
                        trial(f"{place}/bench.db", pair, batch_max, options.callers, seconds, timed=False)
                    )
                rates[name].append(answer["per_second"])
                print(
                    json.dumps({"bench": "ledger", "shape": shape, "trial": name, "round": number, **answer})
                )
        with TemporaryDirectory(prefix="groat-bench-", dir=options.directory) as place:
            answer = asyncio.run(
                trial(f"{place}/bench.db", pair, 2_000, options.callers, options.seconds, timed=True)
            )
        print(json.dumps({"bench": "ledger", "shape": shape, "trial": "profile", **answer}))
        batched, single = (statistics.median(rates[name]) for name in ("batched", "one a commit"))
        line = {"bench": "ledger", "shape": shape, "per_second": batched, "baseline": "one a commit"}
        print(json.dumps({**line, "baseline_per_second": single, "ratio": round(batched / single, 2)}))


if __name__ == "__main__":
    main()
