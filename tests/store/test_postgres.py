"""What only the PostgreSQL driver does: arrays as text, rows added without waiting, turns."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from unittest.mock import patch

import asyncpg
import pytest

from groat import Groat, StoreError
from groat.engine import committer
from groat.store import postgres
from groat.store.flow import TURN, Flow, Query
from groat.store.postgres import PostgresStore
from groat.store.postgres_statements import array_text
from tests.helpers.databases import PostgresDatabase
from tests.servers import Postgres


@pytest.fixture
def place(postgres_server: Postgres) -> PostgresDatabase:
    return PostgresDatabase(postgres_server)


@asynccontextmanager
async def opened(place: PostgresDatabase) -> AsyncIterator[PostgresStore]:
    store = place.store()
    await store.open()
    try:
        yield store
    finally:
        await store.close()


async def test_texts_reach_an_array_as_they_are(place: PostgresDatabase) -> None:
    texts = [
        "plain", "", "NULL", "null", None, "{a,b}", "a,b", " a ", '"', "\\", "\\n", "a\nb", "\t", "\x01", "\x7f",
        "\u2028", "ä", "𝄞", "\'", "\\\"{}", "$1",
    ]  # fmt: skip
    connection = await asyncpg.connect(place.url)
    try:
        # Only quotes and backslashes, which both write alike; then a backslash before what JSON alone escapes.
        alike = ['{"a":"b"}', "\\", "\\n", '\\"', "\\\\", "ä", None, "NULL"]
        for some in (texts, texts[:1], [texts[4]], [], alike, ["\\\n"], ['"\n'], ['\\"\t']):
            assert await connection.fetchval("SELECT $1::text::text[]", array_text(some)) == some
        numbers = [0, -1, None, 2**63 - 1, -(2**63)]
        assert await connection.fetchval("SELECT $1::text::bigint[]", array_text(numbers)) == numbers
    finally:
        await connection.close()


def test_what_no_array_can_hold_is_the_commands_fault() -> None:
    with pytest.raises(StoreError) as error:
        array_text(["\ud800"])
    assert error.value.code == "command_failed"


def event(stream: int, offset: int) -> tuple[int, int, int, str]:
    return (stream, offset, 0, "{}")


def adding(*batches: list[tuple[int, int, int, str]]) -> Flow[None]:
    for rows in batches:
        yield Query("insert_events", (rows,))


async def test_what_is_added_is_there_after_the_commit(place: PostgresDatabase) -> None:
    async with opened(place) as store:
        await store.write(adding, [event(1, n) for n in range(2_000)], [], [event(2, 1)])
        assert place.rows("SELECT count(*) FROM groat_event") == [(2_001,)]


@pytest.mark.parametrize("position", [0, 1, 2])
async def test_rows_that_cannot_be_added_undo_the_whole(place: PostgresDatabase, position: int) -> None:
    async with opened(place) as store:
        batches = [[event(1, 1)], [event(1, 2)], [event(1, 3)]]
        batches[position].append(batches[position][0])
        with pytest.raises(StoreError) as error:
            await store.write(adding, *batches)
        assert error.value.code == "command_failed"
        assert place.rows("SELECT count(*) FROM groat_event") == [(0,)]
        await store.write(adding, [event(1, 1)])
        assert place.rows("SELECT count(*) FROM groat_event") == [(1,)]


async def test_a_flow_that_breaks_while_rows_are_added_leaves_nothing(place: PostgresDatabase) -> None:
    def breaking() -> Flow[None]:
        yield Query("insert_events", ([event(1, n) for n in range(5_000)],))
        raise KeyError("broken")

    async with opened(place) as store:
        with pytest.raises(KeyError):
            await store.write(breaking)
        assert place.rows("SELECT count(*) FROM groat_event") == [(0,)]
        await store.write(adding, [event(1, 1)])


async def test_batches_take_turns_and_one_that_hangs_holds_up_nobody_for_long(
    place: PostgresDatabase,
) -> None:
    steps: list[str] = []

    def turning(name: str) -> Flow[None]:
        yield TURN
        steps.append(name)
        yield Query("number_batch", (0,))
        steps.append(name)

    async with opened(place) as store:
        await asyncio.gather(*(store.write(turning, name) for name in "abc"))
        assert steps[::2] == steps[1::2]
        steps.clear()
        with patch.object(postgres, "TURN_S", 0.01):
            async with store._turn:
                await store.write(turning, "d")
        assert steps == ["d", "d"]


async def test_idle_lanes_share_what_waits(place: PostgresDatabase) -> None:
    async with Groat.open(place.url) as groat:
        await groat.add_asset("CREDIT", 0)
        wanted = 2 * committer.SHARE_MIN
        before = groat.committer.stats.batches
        await groat.bulk([[("house:a", "user:a", "1", "CREDIT")]], key="warm")
        await asyncio.gather(
            *(groat.post([("house:a", f"user:{n}", "1", "CREDIT")], key=f"{n}") for n in range(wanted))
        )
        assert groat.committer.stats.batches - before == 3
        assert (await groat.verify()).ok
