"""Trials of one ledger that take turns: what benchmarks do around the commands that they measure.

The trials alternate, for other work on the machine disturbs all alike; the median of the rounds counts. Each line of
the output is a JSON object: microseconds and those of all processors for one piece of work, how many are done in a
second, and both times beside those of the first trial (``ratio``, ``cpu_ratio``).
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from asyncio import gather
from collections.abc import Sequence
from itertools import count

import uvloop

from benchmarks.ledger import Place, place_of
from groat import Groat
from groat.engine.tuning import tune_process
from groat.logs import configure
from groat.programs import Program
from groat.settings import Settings

BY = "service:bench"


class Trials:
    """The trials of a benchmark, by their ``names``, in a column of the output that is called ``label``."""

    label = "trial"
    names: Sequence[str | int] = ()
    programs: Sequence[Program] = ()

    def options(self, parser: argparse.ArgumentParser) -> None:
        """Declare options of its own."""

    async def prepare(self, groat: Groat, options: argparse.Namespace) -> None:
        """Put into a new ledger, with CREDIT, what the trials need."""

    async def work(self, groat: Groat, name: str | int, number: int) -> None:
        """Do one piece of the work of a trial; the number is no other's."""
        raise NotImplementedError


async def _measure(
    groat: Groat, trials: Trials, name: str | int, options: argparse.Namespace, numbers: count[int]
) -> tuple[int, float]:
    """Work for so many seconds; returns the number of pieces and how long they took."""
    ends = time.perf_counter() + options.seconds
    done = 0

    async def caller() -> None:
        nonlocal done
        while time.perf_counter() < ends:
            await trials.work(groat, name, next(numbers))
            done += 1

    started = time.perf_counter()
    await gather(*(caller() for _ in range(options.callers)))
    return done, time.perf_counter() - started


async def _run(trials: Trials, kind: str, place: Place, options: argparse.Namespace) -> None:
    """Run all trials on one store, and print a line for each."""
    found: dict[str | int, list[tuple[float, float]]] = {name: [] for name in trials.names}
    numbers = count()
    async with Groat.open(
        place.new(), programs=trials.programs, batch_max=2_000, queue_max=10 * options.callers
    ) as groat:
        await groat.add_asset("CREDIT", 0)
        await trials.prepare(groat, options)
        for _ in range(options.rounds):
            for name in trials.names:
                before = time.process_time() + place.cpu_s()
                done, took_s = await _measure(groat, trials, name, options, numbers)
                cpu_s = time.process_time() + place.cpu_s() - before
                found[name].append((took_s / done * 1e6, cpu_s / done * 1e6))
        report = await groat.verify()
    if not report.ok:
        raise SystemExit(f"the books do not agree: {report.problems}")
    plain = [statistics.median(column) for column in zip(*found[trials.names[0]], strict=True)]
    for name, rounds in found.items():
        us, cpu_us = (statistics.median(column) for column in zip(*rounds, strict=True))
        line = {
            "store": kind,
            trials.label: name,
            "per_s": round(1e6 / us),
            "us": round(us, 1),
            "cpu_us": round(cpu_us, 1),
            "ratio": round(us / plain[0], 2),
            "cpu_ratio": round(cpu_us / plain[1], 2),
        }
        print(json.dumps(line), flush=True)


def main(trials: Trials, description: str | None) -> None:
    """Read the options of a benchmark and run it."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--store", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--callers", type=int, default=1_000)
    parser.add_argument("--directory", help="where SQLite's files are made")
    trials.options(parser)
    options = parser.parse_args()
    configure(Settings(log_level="warning"))
    tune_process()
    for kind in ["sqlite", "postgres"] if options.store == "both" else [options.store]:
        with place_of(kind, options.directory) as place:
            uvloop.run(_run(trials, kind, place, options))
