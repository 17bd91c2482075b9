"""Check files of 100,000 people as a user has it: from the upload to the draft, over HTTP, while others post.

One trial for each kind of file of ``sheets.py``, on SQLite and on a private PostgreSQL, each on a server of its own.
Meanwhile one caller posts without a pause: each line has the slowest of these posts, and the usual one (median).
Baselines in the same run: the slowest and the usual post while nobody uploads, and the same rows by Python's csv module
with nothing else checked.

    python benchmarks/file_drafts.py [--store both] [--rows 100000] [--rounds 1] [--files csv,ods]
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import io
import json
import os
import statistics
import sys
import time
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.ledger import place_of
from benchmarks.sheets import FILES, processor_s, resident
from groat import Groat
from groat.identity import Identities
from groat.logs import configure
from groat.settings import Settings
from tests.http.serving import SECRET, server_process

QUIET_S = 3.0
_numbers = count(1)


class Poster:
    """Posts one after the other; ``times`` are their seconds."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self.times: list[float] = []

    async def forever(self) -> None:
        """Post until cancelled."""
        while True:
            number = next(_numbers)
            posting = {"source": "house:bonus", "destination": f"user:{number % 100}", "amount": "1"}
            started = time.perf_counter()
            answer = await self._client.post(
                "/v1/transactions", json={"postings": [{**posting, "asset": "USD"}]},
                headers={"Idempotency-Key": f"bench-{number}"},
            )  # fmt: skip
            answer.raise_for_status()
            self.times.append(time.perf_counter() - started)

    def told(self) -> dict[str, float]:
        """Return the slowest and the usual time in milliseconds, and begin anew."""
        times, self.times = self.times, []
        return {
            "slowest_post_ms": round(max(times) * 1e3, 1),
            "usual_post_ms": round(statistics.median(times) * 1e3, 1),
        }


async def prepare(database: str) -> str:
    """Make the asset; returns an admin's token."""
    async with Groat.open(database) as groat:
        await groat.add_asset("USD", 2)
        identities = Identities(groat, Settings(secret=SECRET, jwt_secret=SECRET))
        token, _ = await identities.issue_token("admin", ("admin",), 86_400)
        identities.close()
        return token


async def trials(options: argparse.Namespace, store: str, address: str, pid: int, token: str) -> None:
    """Run and print the trials on one store."""
    headers = {"Authorization": f"Bearer {token}"}
    # Making a file stops this process, and would count as a slow post.
    files = {name: FILES[name](options.rows) for name in options.files}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=120) as client:
        poster = Poster(client)
        posting = asyncio.create_task(poster.forever())
        await asyncio.sleep(QUIET_S)
        quiet = {f"quiet_{name}": value for name, value in poster.told().items()}
        for name, data in files.items():
            for _ in range(options.rounds):
                poster.times.clear()
                cpu = processor_s(pid)
                started = time.perf_counter()
                answer = await client.post("/v1/runs/drafts", files={"file": data}, data={"asset": "USD"})
                seconds = time.perf_counter() - started
                answer.raise_for_status()
                assert answer.json()["summary"]["good"] == options.rows, answer.text[:1_000]
                figures = {
                    "benchmark": "file_drafts", "store": store, "trial": name, "rows": options.rows,
                    "file_mb": round(len(data) / 1e6, 1), "seconds": round(seconds, 2), **poster.told(),
                    "server_cpu_s": round(processor_s(pid) - cpu, 2),
                    "server_memory_mb": round(resident(pid) / 1e6), **quiet, "baseline_s": options.baseline,
                    "load": round(os.getloadavg()[0], 1),
                }  # fmt: skip
                print(json.dumps(figures), flush=True)
        assert not posting.done(), posting.exception()
        posting.cancel()


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--files", type=lambda text: text.split(","), default=list(FILES))
    options = parser.parse_args()
    configure(Settings(log_level="warning"))
    plain = FILES["csv"](options.rows).decode()
    started = time.perf_counter()
    sum(1 for _ in csv.reader(io.StringIO(plain, newline="")))
    options.baseline = round(time.perf_counter() - started, 2)
    for store in ["sqlite", "postgres"] if options.store == "both" else [options.store]:
        with TemporaryDirectory(prefix="groat-bench-") as folder, place_of(store, folder) as place:
            database = place.new()
            token = asyncio.run(prepare(database))
            with server_process(database) as server:
                asyncio.run(trials(options, store, server.url, server.process.pid, token))


if __name__ == "__main__":
    main()
