"""Bulk runs beside plain posts, on SQLite and on a private PostgreSQL.

Each round checks a list of people, files it, lets a poster post it, and undoes it; beside that so many plain posts go
to people of their own, by callers that each wait for their answer. The medians of the rounds count. Each line of the
output is a JSON object: people a second and the seconds of each step, and ``ratio``, the time of a person in a run
beside that of a plain post.

    python benchmarks/runs.py [--store both] [--people 10000] [--rounds 3] [--callers 1000] [--directory DIR]
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from asyncio import gather
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.ledger import Place, place_of
from groat import Groat
from groat.engine.tuning import tune_process
from groat.ledger.commands import Post, Posting
from groat.logs import configure
from groat.programs.runs.words import DraftRow, Runs
from groat.programs.runs.worker import Poster
from groat.programs.workflow.words import workflow_of
from groat.settings import Settings
from groat.store.batch import Done

BY = "service:bench"
ROLES = ["service"]


async def plain(groat: Groat, round_: int, people: int, callers: int) -> float:
    """Post to so many people singly; returns the seconds."""
    left = iter(range(people))

    async def caller() -> None:
        for number in left:
            posting = Posting("house:bonus", f"user:p{round_}.{number}", 10, "CREDIT")
            verdict = await groat.execute(Post(principal=BY, key=f"p{round_}.{number}", postings=(posting,)))
            assert isinstance(verdict, Done), verdict

    started = time.perf_counter()
    await gather(*(caller() for _ in range(callers)))
    return time.perf_counter() - started


async def post_all(poster: Poster) -> float:
    """Post whatever is running; returns the seconds."""
    started = time.perf_counter()
    while await poster.round():
        pass
    return time.perf_counter() - started


async def run(kind: str, place: Place, options: argparse.Namespace) -> None:
    """Run all rounds on one store, and print a line."""
    found: dict[str, list[float]] = {what: [] for what in ("plain", "check", "post", "check_undo", "undo")}
    people: int = options.people
    async with Groat.open(place.new(), batch_max=2_000, queue_max=10 * options.callers) as groat:
        await groat.add_asset("CREDIT", 0)
        runs, poster = groat.program(Runs), Poster(workflow_of(groat))
        for round_ in range(options.rounds):
            found["plain"].append(await plain(groat, round_, people, options.callers))
            started = time.perf_counter()
            rows = [DraftRow("10", user=f"{round_}.{number}") for number in range(people)]
            draft = await runs.draft(rows, by=BY, asset="CREDIT", reason="Bench")
            found["check"].append(time.perf_counter() - started)
            made = await runs.file(draft.id, draft.version, by=BY, roles=ROLES, key=f"file{round_}")
            found["post"].append(await post_all(poster))
            started = time.perf_counter()
            undo = await runs.undo(made.id, by=BY, reason="Bench")
            found["check_undo"].append(time.perf_counter() - started)
            await runs.file(undo.id, undo.version, by=BY, roles=ROLES, key=f"undo{round_}")
            found["undo"].append(await post_all(poster))
        report = await groat.verify()
    if not report.ok:
        raise SystemExit(f"the books do not agree: {report.problems}")
    seconds = {what: statistics.median(rounds) for what, rounds in found.items()}
    line = {
        "store": kind,
        "people": people,
        **{f"{what}_per_s": round(people / each) for what, each in seconds.items()},
        **{f"{what}_s": round(each, 2) for what, each in seconds.items()},
        "ratio": round(seconds["post"] / seconds["plain"], 2),
    }
    print(json.dumps(line), flush=True)


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--store", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument("--people", type=int, default=10_000)
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
