"""Hints on SQLite: what others committed is told once, own commits are not, and trouble passes."""

from __future__ import annotations

from typing import Any

from structlog.testing import capture_logs

from groat import Groat
from groat.ledger.errors import Unavailable
from groat.store.batch import Published
from groat.store.sqlite import SqliteStore
from groat.store.streams import read_batches
from tests.helpers.clock import Clock
from tests.helpers.databases import SqliteDatabase
from tests.helpers.money import give
from tests.live.waiting import until


class Watched(SqliteStore):
    """Notes behind which batch the bus reads, and fails when told to."""

    broken = False

    def __init__(self, path: str) -> None:
        super().__init__(path, clock=Clock())
        self.behind: list[int] = []

    async def read(self, flow: Any, *args: Any, **kwargs: Any) -> Any:
        if flow is read_batches:
            self.behind.append(args[0])
            if self.broken:
                raise Unavailable()
        return await super().read(flow, *args, **kwargs)


async def test_own_commits_are_read_past_once(sqlite: SqliteDatabase) -> None:
    store = Watched(str(sqlite.path))
    heard: list[Published] = []
    async with Groat.open(sqlite.url, store=store) as groat:
        await groat.add_asset("CREDIT", 0)
        for _ in range(5):
            await give(groat, "user:a", "1")
        (last,) = sqlite.rows("SELECT max(id) FROM groat_batch")[0]
        groat.listen(heard.extend)
        async with Groat.open(sqlite.url, store=sqlite.store()) as other:
            await give(other, "user:a", "1")
            await until(lambda: heard)
            await give(other, "user:a", "1")
            await until(lambda: len(heard) == 2)
    assert [(p.stream, p.first, p.last, p.events) for p in heard] == [
        ("user:a", 6, 6, None),
        ("user:a", 7, 7, None),
    ]
    # The bus has not begun again before its own batches when it read for the last time.
    assert store.behind[-1] > last


async def test_trouble_passes_and_nothing_is_missed(sqlite: SqliteDatabase) -> None:
    store = Watched(str(sqlite.path))
    heard: list[Published] = []
    with capture_logs() as logs:
        async with (
            Groat.open(sqlite.url, store=store) as groat,
            Groat.open(sqlite.url, store=sqlite.store()) as other,
        ):
            await groat.add_asset("CREDIT", 0)
            groat.listen(heard.extend)
            store.broken = True
            await give(other, "user:a", "1")
            await until(lambda: any(line["event"] == "bus_failed" for line in logs))
            assert heard == []
            store.broken = False
            await until(lambda: heard)
    assert [(p.stream, p.last) for p in heard] == [("user:a", 1)]


async def test_a_callback_that_breaks_does_not_end_the_watch(sqlite: SqliteDatabase) -> None:
    calls = 0

    def broken() -> None:
        nonlocal calls
        calls += 1
        raise ZeroDivisionError

    with capture_logs():
        async with (
            Groat.open(sqlite.url, store=sqlite.store()) as groat,
            Groat.open(sqlite.url, store=sqlite.store()) as other,
        ):
            await other.add_asset("CREDIT", 0)
            end = groat.on_change(broken)
            for number in range(1, 4):
                before = calls
                await give(other, "user:a", str(number))
                await until(lambda before=before: calls > before)  # type: ignore[misc]
            end()
