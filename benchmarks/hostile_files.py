"""Measure what neighbours notice of hostile files and long statements: how soon ``GET /health/live`` answers meanwhile.

One server process on SQLite. Three trials in the same run: nobody else (the baseline), people who send hostile files,
and people who ask for PDFs of thousands of lines. Each line is one trial: percentiles of the answer times in
milliseconds, measured from the moment at which a call was due, how late the watch itself was (no fault of the
server's), the answers to the others, and the server's memory at its most.

    python benchmarks/hostile_files.py [--seconds 20] [--rate 50] [--people 4] [--lines 5000]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.http.serving import server_process
from tests.http.test_sandboxed import ADMIN, HOSTILE, STATEMENT, preview, token

BULK = 5_000
SAMPLE_S = 0.1

Work = Callable[[httpx.AsyncClient, int], Awaitable[httpx.Response]]


def memory(pid: int) -> int:
    """Return the memory of a process, in bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


async def watch(client: httpx.AsyncClient, seconds: float, rate: float) -> tuple[list[float], list[float]]:
    """Ask for health at a steady rate. The answer times from when each call was due, and how late each was; in ms."""
    (await client.get("/health/live")).raise_for_status()
    started = time.perf_counter()
    late: list[float] = []

    async def one(due: float) -> float:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        late.append((time.perf_counter() - due) * 1_000)
        (await client.get("/health/live")).raise_for_status()
        return (time.perf_counter() - due) * 1_000

    return list(await asyncio.gather(*(one(started + n / rate) for n in range(int(seconds * rate))))), late


async def crowd(url: str, work: Work, people: int, answers: Counter[str]) -> None:
    """Have work done, one piece after another for each person."""

    async def busy(person: int) -> None:
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            turn = person
            while True:
                answer = await work(client, turn)
                answers[str(answer.status_code)] += 1
                turn += people

    await asyncio.gather(*(busy(person) for person in range(people)))


def work_for(url: str, work: Work, options: argparse.Namespace, told: Connection) -> None:
    """Be the process of the people, for what they pack and send must not delay the watch. Tells their answers."""
    answers: Counter[str] = Counter()

    async def main() -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(options.seconds + 1):
                await crowd(url, work, options.people, answers)

    asyncio.run(main())
    told.send(dict(answers))


async def observe(url: str, pid: int, options: argparse.Namespace) -> tuple[list[float], list[float], int]:
    """Watch the server's health; answer times, how late the calls were, and the server's memory at its most."""
    most = 0

    async def weigh() -> None:
        nonlocal most
        while True:
            most = max(most, memory(pid))
            await asyncio.sleep(SAMPLE_S)

    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        weighing = asyncio.create_task(weigh())
        times, late = await watch(client, options.seconds, options.rate)
        weighing.cancel()
    return times, late, most


def trial(url: str, pid: int, name: str, work: Work | None, options: argparse.Namespace) -> None:
    """Watch the server's health while so many people have work done, and print a line."""
    heard, told = Pipe(duplex=False)
    others = get_context("fork").Process(target=work_for, args=(url, work, options, told))
    if work is not None:
        others.start()
    times, late, most = asyncio.run(observe(url, pid, options))
    answers = heard.recv() if work is not None else {}
    cuts = statistics.quantiles(times, n=100)
    figures = {
        "benchmark": "hostile_files",
        "trial": name,
        "baseline": "nobody else",
        "calls": len(times),
        "p50_ms": round(cuts[49], 1),
        "p99_ms": round(cuts[98], 1),
        "max_ms": round(max(times), 1),
        "late_p99_ms": round(statistics.quantiles(late, n=100)[98], 1),
        "answers": answers,
        "memory_max_mb": round(most / 1e6),
        "load": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(figures), flush=True)


def fill(url: str, lines: int) -> None:
    """Give one person so many lines."""
    asset = {"code": "USD", "scale": 2}
    httpx.post(f"{url}/v1/assets", json=asset, headers=ADMIN).raise_for_status()
    give = {"source": "house:bank", "destination": "user:42", "amount": "1.00", "asset": "USD"}
    for start in range(0, lines, BULK):
        items = [
            {"postings": [give], "reason": f"Salary {start + n}"} for n in range(min(BULK, lines - start))
        ]
        headers = {**ADMIN, "Idempotency-Key": f"fill-{start}"}
        body = {"mode": "atomic", "items": items}
        httpx.post(f"{url}/v1/transactions/bulk", json=body, headers=headers, timeout=120).raise_for_status()


def main() -> None:
    """Run the three trials."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--people", type=int, default=4)
    parser.add_argument("--lines", type=int, default=5_000)
    options = parser.parse_args()
    files = [make() for make in HOSTILE.values()]
    staff = [token(f"staff{n}", "support") for n in range(options.people)]

    async def hostile(client: httpx.AsyncClient, turn: int) -> httpx.Response:
        return await preview(client, files[turn % len(files)], staff[turn % options.people])

    async def statements(client: httpx.AsyncClient, turn: int) -> httpx.Response:
        return await client.get(STATEMENT, headers=staff[turn % options.people])

    with TemporaryDirectory() as folder, server_process(Path(folder) / "groat.db") as server:
        fill(server.url, options.lines)
        for name, work in (("nobody else", None), ("hostile files", hostile), ("long PDFs", statements)):
            trial(server.url, server.process.pid, name, work, options)


if __name__ == "__main__":
    main()
