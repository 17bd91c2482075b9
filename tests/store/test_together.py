"""Statements that are handed over together are answered as they are alone; PostgreSQL runs them in one round trip."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from groat import Groat
from groat.ledger.commands import Post, Posting
from groat.ledger.errors import Interrupted
from groat.store import postgres
from groat.store.flow import Flow, Query, hand_over
from groat.store.interface import Store
from groat.store.merging import merge
from groat.store.postgres import PostgresStore, PreparingConnection
from groat.store.statements import Statement
from tests.helpers.clock import Clock
from tests.helpers.databases import Database, PostgresDatabase
from tests.helpers.money import give, standing
from tests.servers import Postgres

LEG = ("house:bonus", "user:a", "1", "CREDIT")
# BEGIN, the keys, the accounts, the streams, all that is written, COMMIT.
ROUND_TRIPS = 6


@pytest.fixture
async def store(database: Database, clock: Clock) -> AsyncIterator[Store]:
    store = database.store(clock)
    async with Groat.open(database.url, store=store) as groat:
        await groat.add_asset("CREDIT", 0)
        await give(groat, "user:a", "5")
        yield store


def post(key: str) -> Post:
    return Post(principal="service:x", key=key, postings=(Posting("house:bonus", "user:a", 1, "CREDIT"),))


def reading(few: bool) -> Flow[list[Any]]:
    queries = [
        Query("begin_batch", ("w",)),
        Query("find_keys", (["00" * 16],)),
        Query("list_assets"),
        Query("lock_streams", (["user:a", "user:none"],)),
        Query("find_accounts", ([("user:a", "CREDIT"), ("user:none", "CREDIT"), ("house:bonus", "CREDIT")],)),
    ]
    return (yield from hand_over(queries, few))


async def test_each_is_answered_as_it_is_alone(store: Store) -> None:
    alone = await store.write(reading, False)
    together = await store.write(reading, True)
    shown = [
        [list(map(list, a)) if isinstance(a, list) else list(a) for a in each] for each in (alone, together)
    ]
    assert shown[0] == shown[1]
    begin, keys, assets, streams, accounts = together
    assert begin[6]
    assert keys == []
    assert list(map(tuple, assets)) == [("CREDIT", 0)]
    assert [row[0] for row in streams] == ["user:a"]
    assert sorted(index for index, _ in accounts) == [0, 2]


def key(number: int) -> tuple[Any, ...]:
    return (f"{number:032x}", 1, f"{number:032x}", None, "{}")


async def test_what_writes_is_written_whole_or_not_at_all(store: Store) -> None:
    def writing(*keys: int) -> Flow[list[Any]]:
        events = Query("insert_events", ([(99, keys[0], 0, '{"a": "\\\\ é"}')],))
        every = [events, *(Query("insert_keys", ([key(number)],)) for number in keys)]
        return (yield from hand_over(every, few=True))

    def stored() -> Flow[list[str]]:
        return sorted(row[0] for row in (yield Query("find_keys", ([key(n)[0] for n in (1, 2, 3)],))))

    assert await store.write(writing, 1, 2) == [None, None, None]
    assert await store.read(stored) == [key(1)[0], key(2)[0]]
    with pytest.raises(Exception) as caught:
        await store.write(writing, 3, 2)
    if store.row_locks:
        assert isinstance(caught.value, Interrupted)
    assert await store.read(stored) == [key(1)[0], key(2)[0]]


async def test_a_lone_transaction_takes_few_round_trips(
    postgres_server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    # By connection, for other jobs of the ledger read on others meanwhile.
    sent: dict[Any, list[str]] = {}

    class Counting(PreparingConnection):
        async def execute(self, query: str, *args: Any, **how: Any) -> Any:
            sent.setdefault(self, []).append(query)
            return await super().execute(query, *args, **how)

        async def fetch(self, query: str, *args: Any, **how: Any) -> Any:
            sent.setdefault(self, []).append(query)
            return await super().fetch(query, *args, **how)

        async def fetchrow(self, query: str, *args: Any, **how: Any) -> Any:
            sent.setdefault(self, []).append(query)
            return await super().fetchrow(query, *args, **how)

    def of_the_batch() -> list[str]:
        (statements,) = (each for each in sent.values() if any("groat_key (" in sql for sql in each))
        return statements

    monkeypatch.setattr(postgres, "PreparingConnection", Counting)
    place = PostgresDatabase(postgres_server)
    async with Groat.open(place.url, store=PostgresStore(place.url)) as groat:
        await groat.add_asset("CREDIT", 0)
        # The second one asks for the ids of the accounts, the others know them.
        for number in range(3):
            await groat.post([LEG], key=f"warm-{number}")
        sent.clear()
        await groat.post([LEG], key="one")
        assert len(of_the_batch()) == ROUND_TRIPS, sent
        # Many rows go one statement after the other, each while the next one is prepared.
        sent.clear()
        await groat.execute_many([post(f"many-{number}") for number in range(100)])
        assert len(of_the_batch()) > ROUND_TRIPS, sent
        assert await standing(groat, "user:a") == ("104", "0", "104", 104)


def test_parameters_are_counted_on() -> None:
    merged = merge(
        [
            Statement("a", "add", "INSERT INTO x SELECT $1, $2"),
            Statement("b", "one", "SELECT $1"),
            Statement("c", "add", "UPDATE y SET z = $2 WHERE id = $1 OR $1 = 0"),
        ]
    )
    assert "INSERT INTO x SELECT $1, $2" in merged.sql
    assert "SELECT $3" in merged.sql
    assert "UPDATE y SET z = $5 WHERE id = $4 OR $4 = 0" in merged.sql
    assert merged.answers([[(7,)]]) == [None, (7,), None]
    assert merged.answers([None]) == [None, None, None]


def test_a_statement_that_counts_its_rows_goes_alone() -> None:
    with pytest.raises(ValueError, match="open_streams"):
        merge([Statement("open_streams", "rows", "INSERT INTO x SELECT $1")])
