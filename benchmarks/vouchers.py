"""Redemptions of vouchers beside plain posts, on SQLite and on a private PostgreSQL.

The trials alternate, for other work on the machine disturbs all alike; the median of the rounds counts. Each line of
the output is a JSON object: ``what`` is ``post``, ``shared`` (a code that everybody redeems) or ``single`` (single-use
codes), both as grants that expire; ``ratio`` is the time beside that of a plain post.

    python benchmarks/vouchers.py [--store both] [--seconds 2] [--rounds 3] [--callers 1000] [--directory DIR]
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from asyncio import gather
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.ledger import Place, place_of
from groat import Groat
from groat.engine.tuning import tune_process
from groat.ledger.commands import Command, Post, Posting
from groat.ledger.grants import Terms
from groat.logs import configure
from groat.programs.credits import CREDITS
from groat.programs.credits.vouchers.campaigns import BeginCampaign, MakeCodes, Rules
from groat.programs.credits.vouchers.codes import Mint, digest_of, new_seed
from groat.programs.credits.vouchers.redeeming import Redeem
from groat.settings import Settings
from groat.store.batch import Done

BY = "service:bench"
KINDS = ("post", "shared", "single")
CODES_AT_ONCE = 1_000


async def begin(groat: Groat, code: str) -> str:
    """Begin a campaign that gives 10 credits for a month; returns its id."""
    rules = Rules("Bench", 10, grant=Terms(lasts=30 * 86_400_000_000, cause="voucher"), budget=10**15)
    made = await groat.execute(
        BeginCampaign(
            principal=BY,
            key=f"begin-{code}",
            rules=rules,
            asset="CREDIT",
            source="house:promotions",
            code=code,
        )
    )
    assert isinstance(made, Done), made
    return str(made.extra["campaign"])


async def make(groat: Groat, campaign: str, wanted: int) -> list[str]:
    """Make single-use codes; returns their digests."""
    mint, digests = Mint("of the benchmark"), list[str]()
    while len(digests) < wanted:
        seed = new_seed()
        some = mint.digests(seed, CODES_AT_ONCE)
        await groat.execute(
            MakeCodes(principal=BY, key=seed, campaign=campaign, seed=seed, digests=some, wanted=wanted)
        )
        digests += some
    return digests


def command(what: str, number: int, codes: Iterator[str]) -> Command:
    """Return the next command of a trial; each is of a person of its own."""
    if what == "post":
        posting = Posting("house:bonus", f"user:{number}", 10, "CREDIT")
        return Post(principal=BY, key=f"p{number}", postings=(posting,))
    code = digest_of("BENCH") if what == "shared" else next(codes)
    return Redeem(principal=BY, key=f"r{number}", code=code, person=f"user:{number}")


async def trial(
    groat: Groat, what: str, seconds: float, callers: int, numbers: count[int], codes: Iterator[str]
) -> float:
    """Run one kind of command for so many seconds; returns microseconds for each."""
    ends, done = time.perf_counter() + seconds, 0

    async def caller() -> None:
        nonlocal done
        while time.perf_counter() < ends:
            verdict = await groat.execute(command(what, next(numbers), codes))
            assert isinstance(verdict, Done), verdict
            done += 1

    started = time.perf_counter()
    await gather(*(caller() for _ in range(callers)))
    return (time.perf_counter() - started) / done * 1e6


async def run(kind: str, place: Place, options: argparse.Namespace) -> None:
    """Run all trials on one store, and print a line for each."""
    found: dict[str, list[float]] = {what: [] for what in KINDS}
    numbers = count()
    programs = [CREDITS]
    async with Groat.open(
        place.new(), programs=programs, batch_max=2_000, queue_max=10 * options.callers
    ) as groat:
        await groat.add_asset("CREDIT", 0)
        await begin(groat, "BENCH")
        single = await begin(groat, "")
        wanted = int(options.rounds * (options.seconds * options.codes + 2 * options.callers))
        codes = iter(await make(groat, single, wanted))
        for _ in range(options.rounds):
            for what in KINDS:
                found[what].append(await trial(groat, what, options.seconds, options.callers, numbers, codes))
        report = await groat.verify()
    if not report.ok:
        raise SystemExit(f"the books do not agree: {report.problems}")
    plain = statistics.median(found["post"])
    for what, rounds in found.items():
        us = statistics.median(rounds)
        line = {
            "store": kind,
            "what": what,
            "per_s": round(1e6 / us),
            "us": round(us, 1),
            "ratio": round(us / plain, 2),
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
    parser.add_argument(
        "--codes", type=int, default=8_000, help="single-use codes for each second of a trial"
    )
    parser.add_argument("--directory", help="where SQLite's files are made")
    options = parser.parse_args()
    configure(Settings(log_level="warning"))
    tune_process()
    for kind in ["sqlite", "postgres"] if options.store == "both" else [options.store]:
        with place_of(kind, options.directory) as place:
            uvloop.run(run(kind, place, options))


if __name__ == "__main__":
    main()
