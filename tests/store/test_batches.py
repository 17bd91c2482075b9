"""What a batch asks of the database: as many statements as another one, and nothing that is known."""

from __future__ import annotations

from collections import Counter
from unittest.mock import AsyncMock

import pytest
from structlog.testing import capture_logs

from groat import Groat
from groat.engine import committer
from groat.ledger.commands import Post, Posting
from groat.store import locking
from groat.store.batch import Done
from tests.helpers.databases import Database, SqliteDatabase
from tests.helpers.money import new_key, standing

USERS = 50


def posts(name: str, count: int) -> list[Post]:
    return [
        Post(
            principal="service:shop",
            key=f"{name}-{number}",
            reason="",
            postings=(Posting("house:bonus", f"user:{number % USERS}", 5, "CREDIT"),),
        )
        for number in range(count)
    ]


async def test_statements_do_not_grow_with_the_batch(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Two would wait for each other, and one whose patience ends runs again.
    monkeypatch.setattr(committer, "LANES", 1)
    # The ledger forgets in the background, and those statements are none of the batch's.
    monkeypatch.setattr(Groat, "prune", AsyncMock())
    monkeypatch.setattr(Groat, "expire_due", AsyncMock())
    seen = Counter[str]()
    store = database.store(before_query=lambda query: seen.update([query.name]))
    async with Groat.open(database.url, store=store, batch_max=10_000) as groat:
        await groat.add_asset("CREDIT", 0)
        for name in ("open them", "know them"):
            await groat.execute_many(posts(name, USERS))
        counts = []
        for size in (800, 4_000):
            seen.clear()
            batches = groat.committer.stats.batches
            done = await groat.execute_many(posts(f"{size}", size))
            assert all(isinstance(each, Done) for each in done)
            assert groat.committer.stats.batches - batches == 1
            counts.append(seen.total())
        assert counts[0] == counts[1]
        assert max(counts) < 30
        assert (await groat.verify()).ok


async def test_accounts_that_are_known_are_not_looked_up(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Counter[str]()
    store = database.store(before_query=lambda query: seen.update([query.name]))
    async with Groat.open(database.url, store=store) as groat:
        await groat.add_asset("CREDIT", 0)
        for name, looked_up in (("open", 1), ("know", 1), ("first", 0), ("second", 0)):
            seen.clear()
            await groat.post([("house:bonus", "user:a", "1", "CREDIT")], key=name)
            assert min(seen["find_accounts"], 1) == looked_up, name
        # So many are known at a time.
        monkeypatch.setattr(locking, "KNOWN_MAX", 3)
        lookups = []
        for user in "bbbaccab":
            seen.clear()
            await groat.post([("house:bonus", f"user:{user}", "1", "CREDIT")], key=new_key())
            lookups.append(min(seen["find_accounts"], 1))
        assert lookups == [1, 1, 0, 0, 1, 1, 1, 1]
        assert [(await standing(groat, f"user:{user}")).balance for user in "abc"] == ["6", "4", "2"]
        assert (await groat.verify()).ok


async def test_a_database_in_the_place_of_the_one_that_was_known(sqlite: SqliteDatabase) -> None:
    async with Groat.open(sqlite.url, store=sqlite.store()) as groat:
        await groat.add_asset("CREDIT", 0)
        for _ in range(2):
            await groat.post([("house:bonus", "user:a", "1", "CREDIT")], key=new_key())
        with sqlite.raw() as connection:
            # The ids of accounts that are known are now those of others, and of none.
            connection.execute("UPDATE groat_account SET path = 'user:other' WHERE path = 'user:a'")
            connection.execute("UPDATE groat_account SET id = 1000 + id WHERE path = 'house:bonus'")
        with capture_logs() as logs:
            await groat.post([("house:bonus", "user:a", "1", "CREDIT")], key=new_key())
        assert [line["event"] for line in logs if line["log_level"] == "error"] == ["database_replaced"]
        assert (await standing(groat, "user:a")).balance == "1"
        assert (await standing(groat, "user:other")).balance == "2"
        assert (await standing(groat, "house:bonus")).balance == "-3"
