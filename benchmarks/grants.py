"""Spending from accounts with 0, 1, 10 and 100 live grants, on SQLite and on a private PostgreSQL.

The trials alternate, for other work on the machine disturbs all alike; the median of the rounds counts. Each line of
the output is a JSON object; ``ratio`` is the time of a spend beside that of one from an account without grants.

    python benchmarks/grants.py [--store both] [--seconds 2] [--rounds 3] [--callers 1000] [--directory DIR]
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from asyncio import gather
from itertools import count
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.ledger import Place, place_of
from groat import Groat
from groat.engine.tuning import tune_process
from groat.ledger.commands import GrantPosting, Post, Posting
from groat.ledger.grants import Terms
from groat.logs import configure
from groat.settings import Settings

GRANTS = (0, 1, 10, 100)
ACCOUNTS = 300
AMOUNT = 1_000_000


async def give(groat: Groat, grants: int) -> None:
    """Give each account of a trial its money: so many grants, or none."""
    commands = []
    for number in range(ACCOUNTS):
        whole = AMOUNT * max(1, grants)
        path = f"user:{grants}-{number}"
        postings: list[Posting] = [
            GrantPosting("house:p", path, AMOUNT, "CREDIT", Terms(lasts=10**15))
        ] * grants
        plain = (Posting("house:p", path, whole, "CREDIT"),)
        commands.append(
            Post(principal="service:bench", key=f"give-{path}", postings=tuple(postings) or plain)
        )
    await groat.execute_many(commands)


async def spend(
    groat: Groat, grants: int, seconds: float, callers: int, numbers: count[int]
) -> tuple[int, float]:
    """Spend for so many seconds; returns the number of spends and how long they took."""
    ends = time.perf_counter() + seconds
    done = 0

    async def caller(first: int) -> None:
        nonlocal done
        place = first
        while time.perf_counter() < ends:
            place += 7
            number = next(numbers)
            posting = Posting(f"user:{grants}-{place % ACCOUNTS}", f"house:shop{number % 100}", 1, "CREDIT")
            await groat.execute(Post(principal="service:bench", key=f"s{number}", postings=(posting,)))
            done += 1

    started = time.perf_counter()
    await gather(*(caller(n) for n in range(callers)))
    return done, time.perf_counter() - started


async def run(kind: str, place: Place, options: argparse.Namespace) -> None:
    """Run all trials on one store, and print a line for each."""
    found: dict[int, list[tuple[float, float]]] = {grants: [] for grants in GRANTS}
    numbers = count()
    async with Groat.open(place.new(), batch_max=2_000, queue_max=10 * options.callers) as groat:
        await groat.add_asset("CREDIT", 0)
        for grants in GRANTS:
            await give(groat, grants)
        for _ in range(options.rounds):
            for grants in GRANTS:
                before = time.process_time() + place.cpu_s()
                done, took_s = await spend(groat, grants, options.seconds, options.callers, numbers)
                cpu_s = time.process_time() + place.cpu_s() - before
                found[grants].append((took_s / done * 1e6, cpu_s / done * 1e6))
        report = await groat.verify()
    if not report.ok:
        raise SystemExit(f"the books do not agree: {report.problems}")
    plain = [statistics.median(column) for column in zip(*found[0], strict=True)]
    for grants, rounds in found.items():
        us, cpu_us = (statistics.median(column) for column in zip(*rounds, strict=True))
        line = {
            "store": kind,
            "grants": grants,
            "us": round(us, 1),
            "cpu_us": round(cpu_us, 1),
            "ratio": round(us / plain[0], 2),
            "cpu_ratio": round(cpu_us / plain[1], 2),
        }
        print(json.dumps(line), flush=True)


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--store", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--callers", type=int, default=1_000)
    parser.add_argument("--directory", help="where SQLite's files are made")
    options = parser.parse_args()
    configure(Settings(log_level="warning"))
    tune_process()
    for kind in ["sqlite", "postgres"] if options.store == "both" else [options.store]:
        with place_of(kind, options.directory) as place:
            uvloop.run(run(kind, place, options))


if __name__ == "__main__":
    main()
