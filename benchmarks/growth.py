"""What a transaction costs as a ledger grows: from 10,000 to 10 million postings, and from 10 to a million accounts.

The history is made by SQL, for posting it would take hours: gapless versions, keys as random as digests are, events
of the usual size. At each size the committer then posts between random accounts for a few seconds, one event each.
Prints JSON lines, and draws a picture of them.

    python benchmarks/growth.py [--store both] [--seconds 3] [--rounds 3] [--postings-max 10000000]
        [--accounts-max 1000000] [--directory DIR] [--picture docs/images/growth.svg]
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sqlite3
import statistics
import sys
import time
from asyncio import gather
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ledger import Place, place_of

from groat import Groat
from groat.engine.tuning import tune_process
from groat.ledger.commands import Post, Posting
from groat.logs import configure
from groat.settings import Settings
from groat.store.opening import POSTGRES, sqlite_path

ACCOUNTS = 10_000
POSTINGS = 1_000_000
AT_ONCE = 500_000
CALLERS = 1_000
WARM_S = 15.0

# Posting number i moves 5 from a house to a person; each comes round after as many postings as there are of them.
SQLITE_FILL = {
    "account": """
        WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :people)
        INSERT INTO groat_account SELECT i + 1, 'house:' || i, 'CREDIT', NULL, NULL, 0, 0, 0, 0, 0, 1 FROM n
        UNION ALL SELECT :people + i + 1, 'user:' || i, 'CREDIT', 0, NULL, 0, 0, 0, 0, 0, 1 FROM n""",
    "stream": """
        WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :people)
        INSERT INTO groat_stream SELECT i + 1, 'user:' || i, 0, 0 FROM n""",
    "txn": """
        WITH RECURSIVE n (i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :last)
        INSERT INTO groat_txn SELECT printf('018f0000-0000-7000-8000-%012x', i), 1 + i / 1000, 'post', 'service:bench',
            'made-' || i, 'service:bench', 'bench', NULL, :at + i, :at + i, NULL, NULL, NULL,
            '{"user:' || (i * 104729 % :people) || '":"made:' || (1 + i / :people) || '"}', NULL FROM n""",
    "posting": """
        WITH RECURSIVE n (i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :last)
        INSERT INTO groat_posting SELECT printf('018f0000-0000-7000-8000-%012x', i), 0, 1 + i % :people,
            :people + 1 + i * 104729 % :people, 5, 0, -5 * (1 + i / :people), 0, 1 + i / :people,
            5 * (1 + i / :people), 0, 1 + i / :people, :at + i FROM n""",
    "event": """
        WITH RECURSIVE n (i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :last)
        INSERT INTO groat_event SELECT 1 + i * 104729 % :people, 1 + i / :people, :at + i, :event FROM n""",
    "key": """
        WITH RECURSIVE n (i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :last)
        INSERT INTO groat_key SELECT lower(hex(randomblob(16))), 1, lower(hex(randomblob(16))),
            printf('018f0000-0000-7000-8000-%012x', i), NULL FROM n ORDER BY 1""",
}
POSTGRES_FILL = {
    "account": """
        INSERT INTO groat_account SELECT i + 1, 'house:' || i, 'CREDIT', NULL::bigint, NULL::bigint, 0, 0, 0, 0, 0, 1
        FROM generate_series(0, {people} - 1) AS i
        UNION ALL SELECT {people} + i + 1, 'user:' || i, 'CREDIT', 0, NULL, 0, 0, 0, 0, 0, 1
        FROM generate_series(0, {people} - 1) AS i""",
    "stream": "INSERT INTO groat_stream SELECT i + 1, 'user:' || i, 0, 0 FROM generate_series(0, {people} - 1) AS i",
    "txn": """
        INSERT INTO groat_txn SELECT ('018f0000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 1 + i / 1000,
            'post', 'service:bench', 'made-' || i, 'service:bench', 'bench', NULL, {at} + i, {at} + i, NULL, NULL, NULL,
            '{{"user:' || (i * 104729 % {people}) || '":"made:' || (1 + i / {people}) || '"}}'
        FROM generate_series({first}::bigint, {last} - 1) AS i""",
    "posting": """
        INSERT INTO groat_posting SELECT ('018f0000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, 0,
            1 + i % {people}, {people} + 1 + i * 104729 % {people}, 5, 0, -5 * (1 + i / {people}), 0, 1 + i / {people},
            5 * (1 + i / {people}), 0, 1 + i / {people}, {at} + i
        FROM generate_series({first}::bigint, {last} - 1) AS i""",
    "event": """
        INSERT INTO groat_event SELECT 1 + i * 104729 % {people}, 1 + i / {people}, {at} + i, '{event}'
        FROM generate_series({first}::bigint, {last} - 1) AS i""",
    "key": """
        INSERT INTO groat_key SELECT gen_random_uuid(), 1, gen_random_uuid(),
            ('018f0000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, NULL
        FROM generate_series({first}::bigint, {last} - 1) AS i ORDER BY 1""",
}
HISTORY = ("txn", "posting", "event", "key")
# What the counters must be after so many postings; they come round evenly.
BALANCES = (
    "UPDATE groat_account SET version = {each}, debits = 5 * {each} WHERE id <= {people}",
    "UPDATE groat_account SET version = {each}, credits = 5 * {each} WHERE id > {people} AND id <= 2 * {people}",
    "UPDATE groat_stream SET head = {each} WHERE id <= {people}",
)
EVENT = (
    '{"type":"balance_updated","transaction":"018f0000-0000-7000-8000-000000000000","kind":"post","reason":"bench",'
    '"at":"2026-01-01T00:00:00.000000Z","recorded_at":"2026-01-01T00:00:00.000000Z","changes":[{"account":"user:1234",'
    '"asset":"CREDIT","delta":"5","balance":"500","available":"500","held":"0","version":100}]}'
)


def values_of(people: int, postings: int, first: int) -> dict[str, Any]:
    """What the statements for the next part of the history need; it is an hour old, for events of old are pruned."""
    at = int(time.time() - 3_600) * 1_000_000
    return {
        "people": people,
        "first": first,
        "last": min(first + AT_ONCE, postings),
        "at": at,
        "event": EVENT,
    }


def fill_sqlite(path: str, people: int, postings: int) -> None:
    """Make a history of so many postings between houses and people."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -1000000"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        for table in ("account", "stream"):
            connection.execute(SQLITE_FILL[table], {"people": people})
        for first in range(0, postings, AT_ONCE):
            for table in HISTORY:
                connection.execute(SQLITE_FILL[table], values_of(people, postings, first))
        for line in BALANCES:
            connection.execute(line.format(each=postings // people, people=people))
        connection.execute("COMMIT")


async def fill_postgres(dsn: str, people: int, postings: int) -> None:
    """Make a history of so many postings between houses and people."""
    connection = await asyncpg.connect(dsn, command_timeout=3_600)
    await connection.execute("SET synchronous_commit = off; SET work_mem = '512MB'")
    for table in ("account", "stream"):
        await connection.execute(POSTGRES_FILL[table].format(people=people))
        await connection.execute(
            f"SELECT setval(pg_get_serial_sequence('groat_{table}', 'id'), max(id)) FROM groat_{table}"  # noqa: S608
        )
    for first in range(0, postings, AT_ONCE):
        for table in HISTORY:
            await connection.execute(POSTGRES_FILL[table].format(**values_of(people, postings, first)))
    for line in BALANCES:
        await connection.execute(line.format(each=postings // people, people=people))
    await connection.execute(
        "VACUUM ANALYZE groat_account, groat_stream, groat_txn, groat_posting, groat_event, groat_key"
    )
    await connection.execute("CHECKPOINT")
    await connection.close()


async def begin(database: str) -> None:
    """Make the tables and the asset."""
    async with Groat.open(database) as groat:
        await groat.add_asset("CREDIT", 0)


async def post(
    database: str, people: int, seconds: float, rounds: int, place: Place
) -> list[dict[str, float]]:
    """Post between accounts all over the ledger, and what each transaction cost in each round."""
    numbers = count(1)
    answers: list[dict[str, float]] = []
    async with Groat.open(database) as groat:
        done = 0

        async def caller(end: float) -> None:
            nonlocal done
            while time.perf_counter() < end:
                turn = next(numbers)
                legs = f"house:{turn * 7_919 % people}", f"user:{turn * 104_729 % people}"
                postings = (Posting(*legs, 5, "CREDIT"),)
                await groat.execute(
                    Post(principal="service:bench", key=str(turn), reason="bench", postings=postings)
                )
                done += 1

        # First comes a round that does not count: a ledger in use has the pages that it needs in memory, and PostgreSQL
        # has written each of them to its log since its last checkpoint, of which there is one in five minutes.
        for length in (WARM_S, *[seconds] * rounds):
            done = 0
            started, cpu, database_cpu = time.perf_counter(), time.process_time(), place.cpu_s()
            await gather(*(caller(started + length) for _ in range(CALLERS)))
            took, cpu = time.perf_counter() - started, time.process_time() - cpu
            database_cpu = place.cpu_s() - database_cpu
            answers.append({"us": took / done * 1e6, "cpu_us": (cpu + database_cpu) / done * 1e6})
    return answers[1:]


def measure(
    kind: str, series: str, people: int, postings: int, options: argparse.Namespace
) -> dict[str, Any]:
    """Fill a new database, post, and tell; ``series`` is what grows."""
    postings -= postings % people
    with place_of(kind, options.directory) as place:
        database = place.new()
        uvloop.run(begin(database))
        started = time.perf_counter()
        if database.startswith(POSTGRES):
            uvloop.run(fill_postgres(database, people, postings))
        else:
            fill_sqlite(sqlite_path(database) or "", people, postings)
        filled_s = time.perf_counter() - started
        answers = uvloop.run(post(database, people, options.seconds, options.rounds, place))
    us, cpu_us = (statistics.median(answer[name] for answer in answers) for name in ("us", "cpu_us"))
    line = {
        "bench": "growth",
        "store": kind,
        "series": series,
        "postings": postings,
        "accounts": 2 * people,
        "us_each": round(us, 1),
        "rounds_us_each": [round(answer["us"], 1) for answer in answers],
        "cpu_us_each": round(cpu_us, 1),
        "filled_s": round(filled_s),
        "load": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(line), flush=True)
    return line


def picture(lines: list[dict[str, Any]]) -> str:
    """Two diagrams side by side as SVG: CPU of a transaction over the number of postings, and of accounts."""
    top = 20 * math.ceil(max(line["cpu_us_each"] for line in lines) / 20)
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 300" font-family="sans-serif" font-size="12">',
        '<rect width="760" height="300" fill="white"/>',
    ]
    for left, name in ((50, "postings"), (430, "accounts")):
        series = [line for line in lines if line["series"] == name]
        powers = [math.log10(line[name]) for line in series]
        low, high = math.floor(min(powers)), math.ceil(max(powers))

        def x(value: float, left: int = left, low: int = low, high: int = high) -> float:
            return left + 300 * (math.log10(value) - low) / max(1, high - low)

        def y(value: float) -> float:
            return 250 - 210 * value / top

        parts.append(f'<text x="{left}" y="22" font-weight="bold">CPU of a transaction (us) by {name}</text>')
        for tick in range(0, top + 1, 20):
            parts.append(f'<path d="M{left} {y(tick):.0f}h300" stroke="#ddd"/>')
            parts.append(f'<text x="{left - 6}" y="{y(tick) + 4:.0f}" text-anchor="end">{tick}</text>')
        for power in range(low, high + 1):
            label = f'10<tspan dy="-5" font-size="9">{power}</tspan>'
            parts.append(f'<text x="{x(10**power):.0f}" y="270" text-anchor="middle">{label}</text>')
        for store, colour in (("sqlite", "#0f766e"), ("postgres", "#1d4ed8")):
            points = [(x(line[name]), y(line["cpu_us_each"])) for line in series if line["store"] == store]
            if points:
                path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
                parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
                parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{colour}"/>' for a, b in points]
    parts.append('<text x="50" y="292" fill="#0f766e">SQLite</text>')
    parts.append('<text x="110" y="292" fill="#1d4ed8">PostgreSQL, with its server</text>')
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    """Measure each size and draw."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--store", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--seconds", type=float, default=3.0, help="length of a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--postings-max", type=int, default=10_000_000)
    parser.add_argument("--accounts-max", type=int, default=1_000_000)
    parser.add_argument("--directory", default=None, help="where SQLite's databases are made")
    parser.add_argument("--picture", type=Path, default=None, help="an SVG file to draw")
    parser.add_argument(
        "--draw", type=Path, default=None, help="measure nothing: draw these lines of earlier runs"
    )
    options = parser.parse_args()
    configure(Settings(log_level="warning"))
    tune_process()
    lines: list[dict[str, Any]] = []
    if options.draw:
        lines = [json.loads(line) for line in options.draw.read_text().splitlines()]
        options.picture.write_text(picture(lines))
        return
    for kind in ("sqlite", "postgres") if options.store == "both" else (options.store,):
        size = 10_000
        while size <= options.postings_max:
            lines.append(measure(kind, "postings", ACCOUNTS // 2, size, options))
            size *= 10
        size = 10
        while size <= options.accounts_max:
            postings = min(POSTINGS, options.postings_max)
            lines.append(measure(kind, "accounts", size // 2, postings, options))
            size *= 10
    if options.picture:
        options.picture.write_text(picture(lines))


if __name__ == "__main__":
    main()
