"""``groat bench``: measure for a minute how fast the ledger is here, and print JSON lines."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from groat import Groat, logs
from groat.cli.output import aside, progress, result
from groat.ledger.commands import Post, Posting
from groat.settings import Settings


def bench(
    *,
    commands: Annotated[int, typer.Option(min=100, help="Transactions to post in each trial")] = 20_000,
    callers: Annotated[
        int, typer.Option(min=1, max=10_000, help="Callers that wait for their answer at once")
    ] = 1_000,
    directory: Annotated[
        Path | None,
        typer.Option(
            help="Where the temporary database is made, to measure that disk; default: the system's"
        ),
    ] = None,
) -> None:
    """Post durable transactions from many concurrent callers, batched and one a commit, into a temporary database.

    Each transaction has one posting to one of 1,000 people, out of one house account, and its event.
    """
    logs.configure(Settings(log_level="warning"))
    with TemporaryDirectory(prefix="groat-bench-", dir=directory) as place:
        rates = {}
        # The baseline commits each command alone, by the same flow and tables; a tenth of the work suffices.
        for name, batch_max, count in (
            ("one a commit", 1, max(100, commands // 10)),
            ("batched", 2_000, commands),
        ):
            database = f"sqlite:///{place}/{batch_max}.db"
            rates[name] = asyncio.run(_trial(name, database, batch_max, count, callers))
    aside.print(f"batched is {rates['batched'] / rates['one a commit']:.1f} times as fast")


async def _trial(name: str, database: str, batch_max: int, count: int, callers: int) -> float:
    """Post ``count`` transactions and print how long that took; returns transactions a second."""
    async with Groat.open(database, batch_max=batch_max) as groat:
        await groat.add_asset("CREDIT", 0)
        numbers = itertools.count()
        waits_s: list[float] = []
        with progress() as shown:
            task = shown.add_task(name, total=count)

            async def caller() -> None:
                while (number := next(numbers)) < count:
                    posting = Posting("house:bonus", f"user:{number % 1_000}", 1, "CREDIT")
                    command = Post(
                        principal="service:bench", key=str(number), reason="bench", postings=(posting,)
                    )
                    begun = time.perf_counter()
                    await groat.execute(command)
                    waits_s.append(time.perf_counter() - begun)
                    shown.advance(task)

            started = time.perf_counter()
            await asyncio.gather(*(caller() for _ in range(callers)))
            took_s = time.perf_counter() - started
    waits_s.sort()
    line = {
        "bench": "ledger",
        "trial": name,
        "transactions": count,
        "callers": callers,
        "batch_max": batch_max,
        "seconds": round(took_s, 3),
        "per_second": round(count / took_s),
        "wait_p50_ms": round(waits_s[len(waits_s) // 2] * 1e3, 2),
        "wait_p99_ms": round(waits_s[len(waits_s) * 99 // 100] * 1e3, 2),
    }
    result.print(json.dumps(line))
    return count / took_s
