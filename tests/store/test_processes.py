"""Several processes on one SQLite file: all hear of all, none loses a write, and a held lock is told in words."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process

import msgspec
import pytest

from groat import Groat, StoreError
from groat.store.batch import Published
from tests.helpers.clock import Clock
from tests.helpers.databases import SqliteDatabase
from tests.helpers.money import give, refused, standing
from tests.live.waiting import until

WRITER = """
import asyncio, sys
from groat import Groat

async def main(url, name, count):
    async with Groat.open(url) as groat:
        sys.stdin.readline()
        for start in range(0, int(count), 10):
            posts = [
                groat.post([("house:x", f"user:{name}", "1", "CREDIT")], key=f"{name}-{n}")
                for n in range(start, start + 10)
            ]
            await asyncio.gather(*posts)

asyncio.run(main(*sys.argv[1:]))
"""

HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
connection.execute("ROLLBACK")
print("free", flush=True)
"""


async def start(script: str, *arguments: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, *arguments, stdin=PIPE, stdout=PIPE
    )


async def go(process: Process) -> None:
    assert process.stdin
    process.stdin.write(b"go\n")
    await process.stdin.drain()


async def told(process: Process) -> bytes:
    assert process.stdout
    return (await process.stdout.readline()).strip()


async def test_what_other_processes_commit_is_heard_in_order(sqlite: SqliteDatabase) -> None:
    heard: list[Published] = []
    async with Groat.open(sqlite.url) as groat:
        await groat.add_asset("CREDIT", 0)
        changes = 0

        def changed() -> None:
            nonlocal changes
            changes += 1

        groat.listen(heard.extend)
        groat.on_change(changed)
        writers = [await start(WRITER, sqlite.url, name, "100") for name in ("b", "c")]
        for writer in writers:
            await go(writer)
        own = [await give(groat, "user:a", "1") for _ in range(30)]
        assert [await writer.wait() for writer in writers] == [0, 0]

        def last(stream: str) -> int:
            return max((p.last for p in heard if p.stream == stream), default=0)

        await until(lambda: last("user:b") == last("user:c") == 100, timeout_s=5)
        assert changes > 0
        for name in ("user:a", "user:b", "user:c"):
            ranges = [(p.first, p.last) for p in heard if p.stream == name]
            offsets = [offset for first, end in ranges for offset in range(first, end + 1)]
            # Each once and in order: what this process committed itself, it does not hear a second time.
            assert offsets == list(range(1, last(name) + 1))
        assert last("user:a") == len(own)
        assert all((p.events is None) == (p.stream != "user:a") for p in heard)
        found = await groat.streams.read_many({"user:b": (0, 100)})
        assert [msgspec.json.decode(e.data)["changes"][0]["balance"] for e in found["user:b"]] == [
            str(n) for n in range(1, 101)
        ]
        assert (await groat.verify()).ok


async def test_processes_with_the_same_keys_do_each_thing_once(sqlite: SqliteDatabase) -> None:
    async with Groat.open(sqlite.url) as groat:
        await groat.add_asset("CREDIT", 0)
        writers = [await start(WRITER, sqlite.url, "a", "100") for _ in range(3)]
        for writer in writers:
            await go(writer)
        assert [await writer.wait() for writer in writers] == [0, 0, 0]
        assert await standing(groat, "user:a") == ("100", "0", "100", 100)
        assert (await groat.streams.heads(["user:a"]))["user:a"].offset == 100
        assert (await groat.verify()).ok


async def test_a_lock_held_elsewhere_is_busy_and_freezes_nothing(
    sqlite: SqliteDatabase, clock: Clock
) -> None:
    async with Groat.open(sqlite.url, store=sqlite.store(clock, busy_ms=20)) as groat:
        await groat.add_asset("CREDIT", 0)
        await give(groat, "user:a", "50")
        holder = await start(HOLDER, str(sqlite.path))
        assert await told(holder) == b"held"
        calls = [groat.post([("user:a", "house:x", "1", "CREDIT")], key=f"k{n}") for n in range(3)]
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        assert [getattr(o, "code", o) for o in outcomes] == ["busy"] * 3
        assert [getattr(o, "status", o) for o in outcomes] == [503] * 3
        # Reading does not wait for writers.
        assert (await standing(groat, "user:a")).balance == "50"
        await go(holder)
        assert await told(holder) == b"free"
        await holder.wait()
        for n in range(3):
            view = await groat.post([("user:a", "house:x", "1", "CREDIT")], key=f"k{n}")
            assert not view.replayed
        assert (await refused(groat.post([("user:a", "house:x", "99", "CREDIT")], key="k"))).replayed is False
        assert (await standing(groat, "user:a")).balance == "47"


async def test_a_lock_held_for_a_moment_is_waited_for(sqlite: SqliteDatabase, clock: Clock) -> None:
    async with Groat.open(sqlite.url, store=sqlite.store(clock)) as groat:
        await groat.add_asset("CREDIT", 0)
        holder = await start(HOLDER, str(sqlite.path))
        assert await told(holder) == b"held"
        waiting = asyncio.create_task(give(groat, "user:a", "50"))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(waiting), 0.1)
        await go(holder)
        assert (await waiting).id
        await holder.wait()


async def test_a_file_that_goes_away_is_an_error_in_words(sqlite: SqliteDatabase, clock: Clock) -> None:
    async with Groat.open(sqlite.url, store=sqlite.store(clock)) as groat:
        await groat.add_asset("CREDIT", 0)
        with sqlite.raw() as connection:
            connection.execute("DROP TABLE groat_event")
        with pytest.raises(StoreError) as caught:
            await give(groat, "user:a", "50")
        assert caught.value.code == "store_unavailable"


async def test_commits_are_durable(sqlite: SqliteDatabase) -> None:
    store = sqlite.store()
    await store.open()
    connection = store.connect()
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    # 2 is FULL: the log is synchronised at each COMMIT.
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA busy_timeout").fetchone() == (5_000,)
    await store.close()
