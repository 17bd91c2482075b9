"""Fills an empty database with a large ledger that holds: every batch is decided and hashed by the ledger's own flow.

The flow of a batch runs against tables in memory (accounts, holds, streams); what it writes goes to the database in
bulk, with the indexes made afterwards. So `groat verify` finds nothing wrong, and it takes a quarter of an hour where
the committer would take longer and fill the database's log, too. Events are left out, as if retention had taken them.

    python benchmarks/large/fill.py DATABASE [--postings 10000000] [--accounts 100000] [--batch 500] [--months 24]
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sqlite3
import sys
import time
from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import asyncpg

from groat import Groat, Policy
from groat.engine.tuning import tune_process
from groat.ledger.amounts import Asset
from groat.ledger.commands import Capture, Command, Hold, Post, Posting, Release
from groat.ledger.reversing import Reverse
from groat.store.batch import Committed, Done, prepare
from groat.store.flow import Flow, Query, Together
from groat.store.opening import POSTGRES, sqlite_path
from groat.store.phases import Context, commit_batch

SEED = 20240101
HOUSES = 100
RECENT_MAX = 20_000
PAGE = 50_000
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)

COLUMNS = {
    "batch": "id at worker commands streams previous hash",
    "txn": "id kind principal key actor reason metadata effective_at recorded_at reverses hold hold_after positions "
    "cause batch",
    "posting": "txn leg source destination amount pending source_balance source_held source_version "
    "destination_balance destination_held destination_version effective_at",
    "key": "digest form body txn outcome",
    "account": "id path asset floor ceiling debits credits debits_pending credits_pending version opened_at",
    "hold": "id source destination amount captured released expires_at status created_at cause",
    "stream": "id name generation head",
}


class Ids:
    """UUIDv7 texts of a simulated time, in order."""

    def __init__(self) -> None:
        self.now_us = 0
        self._count = 0

    def __call__(self) -> str:
        """The next one."""
        self._count += 1
        text = f"{self.now_us // 1000:012x}7{self._count >> 62 & 0xFFF:03x}{0x8000000000000000 | self._count:016x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class Tables:
    """What a batch reads and locks, in memory; what it writes, in ``rows`` until it is taken from there."""

    def __init__(self, epoch: str, ids: Ids) -> None:
        self.rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in COLUMNS}
        self._epoch = epoch
        self._ids = ids
        self._batch = 0
        self._opened = 0
        self._hash: dict[str, str] = {}
        self.accounts: dict[int, list[Any]] = {}
        self._account_ids: dict[tuple[str, str], int] = {}
        self.holds: dict[str, tuple[Any, ...]] = {}
        self.streams: dict[str, list[Any]] = {}
        self._streams_by_id: dict[int, list[Any]] = {}
        self._recent: OrderedDict[str, tuple[tuple[Any, ...], list[tuple[Any, ...]]]] = OrderedDict()
        # Those whose transactions are yet to come.
        self._legs: dict[str, list[tuple[Any, ...]]] = {}
        self._reversed: dict[str, list[tuple[str, int, int]]] = {}

    def run(self, flow: Flow[Committed]) -> Committed:
        """Run the flow of one batch."""
        rows: Any = None
        try:
            while True:
                query = flow.send(rows)
                rows = self._answer(query)
        except StopIteration as stop:
            done: Committed = stop.value
            return done

    def _answer(self, query: Query | Together) -> Any:
        if isinstance(query, Together):
            return [self._answer(each) for each in query.queries]
        return getattr(self, f"_{query.name}")(*query.args)

    # The statements of the flow, by their names.

    def _turn(self) -> None: ...

    def _begin_batch(self, worker: str) -> tuple[Any, ...]:
        return self._ids.now_us, self._epoch, 0, self._hash.get(worker, ""), False

    def _find_keys(self, keys: list[str]) -> list[Any]:
        return []

    def _number_batch(self, now: int) -> tuple[int, bool]:
        return self._batch + 1, False

    def _find_accounts(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[int, int]]:
        known = self._account_ids
        return [(index, known[pair]) for index, pair in enumerate(pairs) if pair in known]

    def _open_accounts(self, rows: list[tuple[Any, ...]]) -> int:
        for path, asset, floor, ceiling, *_, at in rows:
            self._opened += 1
            id = self._opened
            self._account_ids[path, asset] = id
            self.accounts[id] = [id, path, asset, floor, ceiling, 0, 0, 0, 0, 0, at]
        return len(rows)

    def _drop_account(self, id: int) -> None:
        _, path, asset, *_ = self.accounts.pop(id)
        del self._account_ids[path, asset]

    def _lock_accounts(self, ids: list[int]) -> list[list[Any]]:
        return [self.accounts[id][:10] for id in ids]

    def _update_accounts(self, rows: list[tuple[Any, ...]]) -> int:
        for id, *counters, floor, ceiling in rows:
            self.accounts[id][3:10] = [floor, ceiling, *counters]
        return len(rows)

    def _find_holds(self, ids: list[str]) -> list[tuple[Any, ...]]:
        found = []
        for id in ids:
            _, source, asset, *_ = self.accounts[self.holds[id][1]]
            found.append((id, source, self.accounts[self.holds[id][2]][1], asset))
        return found

    def _lock_holds(self, ids: list[str]) -> list[tuple[Any, ...]]:
        return [self.holds[id] for id in ids]

    _read_holds = _lock_holds

    def _insert_holds(self, rows: list[tuple[Any, ...]]) -> None:
        self.holds.update((row[0], row) for row in rows)

    def _update_holds(self, rows: list[tuple[Any, ...]]) -> None:
        for id, captured, released, expires_at, status, cause, first_expires_at in rows:
            _, *sides, _, _, _, _, created_at, _, _ = self.holds[id]
            self.holds[id] = (
                id, *sides, captured, released, expires_at, status, created_at, cause, first_expires_at,
            )  # fmt: skip

    def _lock_streams(self, names: list[str]) -> list[tuple[Any, ...]]:
        return [(name, *self.streams[name]) for name in names if name in self.streams]

    def _open_streams(self, rows: list[tuple[str, int, int]]) -> int:
        for name, generation, head in rows:
            id = len(self.streams) + 1
            self.streams[name] = self._streams_by_id[id] = [id, generation, head]
        return len(rows)

    def _update_streams(self, heads: list[tuple[int, int]]) -> int:
        for id, head in heads:
            self._streams_by_id[id][2] = head
        return len(heads)

    def _insert_events(self, rows: list[tuple[Any, ...]]) -> None: ...

    def _insert_batch(self, rows: list[tuple[Any, ...]]) -> None:
        for row in rows:
            self._batch, self._hash[row[2]] = row[0], row[-1]
        self.rows["batch"] += rows

    def _insert_transactions(self, rows: list[tuple[Any, ...]]) -> None:
        self.rows["txn"] += rows
        for row in rows:
            legs = self._legs.pop(row[0], [])
            self._recent[row[0]] = (row[:14], legs)
            if row[9]:
                self._reversed.setdefault(row[9], []).extend((row[9], leg[1], leg[4]) for leg in legs)
            if len(self._recent) > RECENT_MAX:
                self._reversed.pop(self._recent.popitem(last=False)[0], None)

    def _insert_postings(self, rows: list[tuple[Any, ...]]) -> None:
        self.rows["posting"] += rows
        for row in rows:
            self._legs.setdefault(row[0], []).append(row)

    def _insert_keys(self, rows: list[tuple[Any, ...]]) -> None:
        self.rows["key"] += rows

    def _find_transactions(self, ids: list[str]) -> list[tuple[Any, ...]]:
        return [self._recent[id][0] for id in ids if id in self._recent]

    def _find_legs(self, ids: list[str]) -> list[tuple[Any, ...]]:
        found = []
        for id in ids:
            for txn, leg, source, destination, amount, pending, *after, _ in self._recent[id][1]:
                sides = [self.accounts[side][:5] for side in (source, destination)]
                found.append((txn, leg, amount, pending, *after, *sides[0], *sides[1]))
        return found

    def _find_reversed(self, ids: list[str]) -> list[tuple[str, int, int]]:
        return [row for id in ids for row in self._reversed.get(id, ())]


class Work:
    """Commands at random: mostly posts, some holds with their captures and releases, some reversals."""

    def __init__(self, accounts: int, ids: Ids, chance: random.Random) -> None:
        self._accounts = accounts
        self._ids = ids
        self._chance = chance
        self._count = 0
        self.open: list[str] = []
        self.done: list[str] = []

    def _user(self) -> str:
        return f"user:{self._chance.randrange(self._accounts)}"

    def next(self) -> Command:
        """The next command."""
        self._count += 1
        chance = self._chance.random()
        common: dict[str, Any] = {
            "principal": "service:shop",
            "key": f"order-{self._count}",
            "reason": "Order",
        }
        if chance < 0.02 and len(self.open) > 100:
            hold = self.open.pop(self._chance.randrange(len(self.open)))
            kind = Capture if chance < 0.015 else Release
            return kind(**common, hold=hold)
        if chance < 0.05:
            return Hold(**common, source=self._house(), destination=self._user(), amount=10, asset="CREDIT")
        if chance < 0.06 and len(self.done) > 100:
            original = self.done.pop(self._chance.randrange(len(self.done)))
            return Reverse(**common, transaction=original, below_floor=True)
        postings = [Posting(self._house(), self._user(), self._chance.randrange(1, 1_000), "CREDIT")]
        if chance < 0.5:
            postings = [Posting(self._user(), self._house(), 1, "CREDIT")]
        elif chance < 0.55:
            postings.append(Posting(self._house(), self._user(), 5, "USD"))
        return Post(**common, postings=tuple(postings))

    def _house(self) -> str:
        return f"house:{self._chance.randrange(HOUSES)}"

    def note(self, verdicts: Sequence[Any]) -> None:
        """Remember what can be captured and reversed."""
        for verdict in verdicts:
            if isinstance(verdict, Done):
                for row in verdict.transactions:
                    if row.kind == "hold":
                        self.open.append(row.id)
                    elif row.kind == "post" and self._chance.random() < 0.05:
                        self.done.append(row.id)
        del self.done[:-500]


class Sink(Protocol):
    """Where the rows go."""

    epoch: str

    async def write(self, table: str, rows: list[tuple[Any, ...]]) -> None:
        """Add rows."""

    async def end(self) -> None:
        """Make the indexes and commit."""


class SqliteSink:
    """A migrated, empty SQLite file."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -2000000"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._later = self._connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            " AND tbl_name IN ('groat_txn', 'groat_posting', 'groat_batch', 'groat_hold')"
        ).fetchall()
        for name, _ in self._later:
            self._connection.execute(f"DROP INDEX {name}")
        self.epoch = self._connection.execute("SELECT value FROM groat_meta WHERE name = 'epoch'").fetchone()[
            0
        ]
        self._connection.execute("BEGIN")

    async def write(self, table: str, rows: list[tuple[Any, ...]]) -> None:
        """Add rows."""
        names = COLUMNS[table].split()
        # Keys are random: in their order, pages are filled one after the other.
        rows = sorted(rows) if table == "key" else rows
        marks = ",".join("?" * len(names))
        self._connection.executemany(f"INSERT INTO groat_{table} ({','.join(names)}) VALUES ({marks})", rows)  # noqa: S608

    async def end(self) -> None:
        """Make the indexes and commit."""
        for _, sql in self._later:
            self._connection.execute(sql)
        self._connection.execute("COMMIT")
        self._connection.execute("ANALYZE")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.close()


class PostgresSink:
    """A migrated, empty PostgreSQL database."""

    epoch = ""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._later: list[str] = []

    @classmethod
    async def open(cls, dsn: str) -> PostgresSink:
        """Connect, and take away the indexes that are made in the end."""
        sink = cls(await asyncpg.connect(dsn))
        await sink._connection.execute("SET synchronous_commit = off; SET maintenance_work_mem = '512MB'")
        sink.epoch = await sink._connection.fetchval("SELECT value FROM groat_meta WHERE name = 'epoch'")
        found = await sink._connection.fetch(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
            " AND tablename IN ('groat_txn', 'groat_posting', 'groat_batch', 'groat_hold')"
            " AND indexname NOT LIKE '%_pkey'"
        )
        for name, sql in found:
            await sink._connection.execute(f"DROP INDEX {name}")
            sink._later.append(sql)
        return sink

    async def write(self, table: str, rows: list[tuple[Any, ...]]) -> None:
        """Add rows."""
        await self._connection.copy_records_to_table(
            f"groat_{table}", columns=COLUMNS[table].split(), records=rows
        )

    async def end(self) -> None:
        """Make the indexes and commit."""
        for sql in self._later:
            await self._connection.execute(sql)
        for table in ("account", "stream"):
            await self._connection.execute(
                f"SELECT setval(pg_get_serial_sequence('groat_{table}', 'id'), max(id)) FROM groat_{table}"  # noqa: S608
            )
        await self._connection.execute(
            "SELECT setval(pg_get_serial_sequence('groat_batch', 'id'), (SELECT max(id) FROM groat_batch))"
        )
        await self._connection.execute("VACUUM ANALYZE")
        await self._connection.close()


async def fill(
    database: str,
    postings: int,
    accounts: int = 100_000,
    batch: int = 500,
    months: int = 24,
    seed: int = SEED,
) -> None:
    """Fill an empty database with about so many postings on so many people's accounts, committed over the months."""
    async with Groat.open(database) as groat:
        for code, scale in (("CREDIT", 0), ("USD", 2)):
            await groat.add_asset(code, scale)
    path = sqlite_path(database)
    sink: Sink = SqliteSink(path) if path else await PostgresSink.open(database)
    ids = Ids()
    begin_us = int(BEGIN.timestamp() * 1_000_000)
    tables, chance = Tables(sink.epoch, ids), random.Random(seed)
    work = Work(accounts, ids, chance)
    assets = {code: Asset(code, scale) for code, scale in (("CREDIT", 0), ("USD", 2))}
    length_us = months * 2_629_800 * 1_000_000
    context = Context(assets, {}, Policy(), ids)
    done, begun = 0, time.monotonic()
    while done < postings:
        ids.now_us = begin_us + length_us * done // postings
        prepared = []
        for _ in range(batch):
            command = work.next()
            command.ids = [ids() for _ in range(command.ids_needed())]
            prepared.append(prepare(command))
        # PostgreSQL has a hash chain for each of its writers, SQLite a single one.
        worker = f"writer-{0 if path else chance.randrange(2)}"
        before = len(tables.rows["posting"])
        committed = tables.run(commit_batch(prepared, context, worker))
        work.note(committed.verdicts)
        done += len(tables.rows["posting"]) - before
        if len(tables.rows["posting"]) >= PAGE or done >= postings:
            for table in ("batch", "txn", "posting", "key"):
                await sink.write(table, tables.rows[table])
                tables.rows[table] = []
            print(f"{done} postings, {time.monotonic() - begun:.0f} s", end="\r", file=sys.stderr)
    await sink.write("account", [tuple(row) for row in tables.accounts.values()])
    await sink.write("hold", list(tables.holds.values()))
    await sink.write("stream", [(row[0], name, *row[1:]) for name, row in tables.streams.items()])
    await sink.end()
    print(f"{done} postings, {time.monotonic() - begun:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("database")
    parser.add_argument("--postings", type=int, default=10_000_000)
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--batch", type=int, default=500)
    parser.add_argument("--months", type=int, default=24)
    given = parser.parse_args()
    tune_process()
    if not given.database.startswith((*POSTGRES, "sqlite:///")):
        parser.error("give sqlite:///path.db or postgresql://...")
    asyncio.run(fill(given.database, given.postings, given.accounts, given.batch, given.months))
