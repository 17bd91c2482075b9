"""Reserving and settling beside one plain post, on SQLite and on a private PostgreSQL.

The trials alternate, for other work on the machine disturbs all alike; the median of the rounds counts. Each line of
the output is a JSON object; ``ratio`` is the time of a job (a hold and its settlement, which spends beyond the hold
with ``excess``) beside that of one post.

    python benchmarks/metered.py [--store both] [--seconds 2] [--rounds 3] [--callers 1000] [--directory DIR]
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
from groat.ledger.commands import Hold, Post, Posting
from groat.ledger.settling import SettleHold
from groat.logs import configure
from groat.settings import Settings
from groat.store.batch import Done

TRIALS = ("post", "job", "excess")
ACCOUNTS = 300
AMOUNT = 10**12
LASTS_US = 60_000_000


async def work(groat: Groat, trial: str, number: int, source: str) -> None:
    """Post once, or reserve 5 and settle 4, or 6."""
    key, shop = f"{trial}-{number}", f"house:shop{number % 100}"
    if trial == "post":
        posting = Posting(source, shop, 4, "CREDIT")
        await groat.execute(Post(principal="service:bench", key=key, postings=(posting,)))
        return
    hold = Hold(
        principal="service:bench",
        key=key,
        source=source,
        destination=shop,
        amount=5,
        asset="CREDIT",
        lasts=LASTS_US,
    )
    made = await groat.execute(hold)
    if not isinstance(made, Done):
        raise SystemExit(f"the hold was refused: {made}")
    actual = 4 if trial == "job" else 6
    await groat.execute(
        SettleHold(principal="service:bench", key=f"{key}/s", hold=made.transactions[0].id, actual=actual)
    )


async def measure(
    groat: Groat, trial: str, seconds: float, callers: int, numbers: count[int]
) -> tuple[int, float]:
    """Work for so many seconds; returns how often, and how long it took."""
    ends = time.perf_counter() + seconds
    done = 0

    async def caller(first: int) -> None:
        nonlocal done
        place = first
        while time.perf_counter() < ends:
            place += 7
            await work(groat, trial, next(numbers), f"user:{place % ACCOUNTS}")
            done += 1

    started = time.perf_counter()
    await gather(*(caller(n) for n in range(callers)))
    return done, time.perf_counter() - started


async def run(kind: str, place: Place, options: argparse.Namespace) -> None:
    """Run all trials on one store, and print a line for each."""
    found: dict[str, list[tuple[float, float]]] = {trial: [] for trial in TRIALS}
    numbers = count()
    async with Groat.open(place.new(), batch_max=2_000, queue_max=10 * options.callers) as groat:
        await groat.add_asset("CREDIT", 0)
        legs = [("house:p", f"user:{number}", AMOUNT, "CREDIT") for number in range(ACCOUNTS)]
        await groat.post(legs, key="give")
        for _ in range(options.rounds):
            for trial in TRIALS:
                before = time.process_time() + place.cpu_s()
                done, took_s = await measure(groat, trial, options.seconds, options.callers, numbers)
                cpu_s = time.process_time() + place.cpu_s() - before
                found[trial].append((took_s / done * 1e6, cpu_s / done * 1e6))
        report = await groat.verify()
    if not report.ok:
        raise SystemExit(f"the books do not agree: {report.problems}")
    plain = [statistics.median(column) for column in zip(*found["post"], strict=True)]
    for trial, rounds in found.items():
        us, cpu_us = (statistics.median(column) for column in zip(*rounds, strict=True))
        line = {
            "store": kind,
            "trial": trial,
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
