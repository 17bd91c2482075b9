"""How far the order of batches is final on PostgreSQL, and who holds it up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import asyncpg
import pytest
from structlog.testing import capture_logs

from groat import Groat
from groat.engine import order_watch
from groat.engine.order_watch import OrderWatch
from groat.store.order import READ_HOLDER, holder_of
from tests.helpers.databases import PostgresDatabase, SqliteDatabase
from tests.servers import Postgres

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('groat_later'::regclass::oid::text, 0))"
LEAVE = """INSERT INTO groat_later (at, txn, stream, event)
VALUES (groat_now() - 7000000, gen_random_uuid(), 'role:admin', '{}')"""


@pytest.fixture
def place(postgres_server: Postgres) -> PostgresDatabase:
    return PostgresDatabase(postgres_server)


@pytest.fixture
async def watch(place: PostgresDatabase, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[OrderWatch]:
    """The watch of a ledger of the test's own, which tells of every open transaction."""
    monkeypatch.setattr(order_watch, "HELD_S", 0)
    async with Groat.open(place.url) as groat:
        assert groat.order is not None
        yield groat.order


async def test_it_names_the_session_whose_transaction_is_open(
    place: PostgresDatabase, watch: OrderWatch
) -> None:
    session = await asyncpg.connect(place.url, server_settings={"application_name": "forgetful"})
    younger, ended = await asyncpg.connect(place.url), await asyncpg.connect(place.url)
    try:
        async with session.transaction(), younger.transaction():
            # A transaction has its place in the order once it writes.
            await session.execute("SELECT pg_current_xact_id()")
            await younger.execute("SELECT pg_current_xact_id()")
            await ended.execute("SELECT pg_current_xact_id()")
            with capture_logs() as logs:
                while not (mine := [each for each in logs if each.get("application") == "forgetful"]):
                    await watch.look_at_order()
                lag_s = watch.lag_s
                await watch.look_at_order()
                assert 0 < lag_s < watch.lag_s
        (line,) = mine
        assert line["event"] == "order_held_up"
        assert line["pid"] == session.get_server_pid()
        assert (line["user"], line["state"]) == ("postgres", "idle in transaction")
        # Others that are open now are younger.
        before_s = watch.lag_s
        while watch.lag_s >= before_s:
            await watch.look_at_order()
    finally:
        await session.close()
        await younger.close()
        await ended.close()


async def test_the_session_of_another_user_is_named_too(place: PostgresDatabase) -> None:
    session = await asyncpg.connect(place.url, server_settings={"application_name": "forgetful"})
    asking = await asyncpg.connect(place.url)
    try:
        await session.execute("CREATE ROLE watcher")
        await asking.execute("SET ROLE watcher")
        async with session.transaction():
            await session.execute("SELECT pg_current_xact_id()")
            holder = holder_of(await asking.fetchrow(READ_HOLDER))
        assert holder is not None
        assert str(holder) == f"pid {session.get_server_pid()} (application_name forgetful, user postgres)"
        assert holder.age_s == 0
    finally:
        await asking.close()
        await session.execute("DROP ROLE watcher")
        await session.close()


async def test_where_the_age_is_hidden_it_is_counted_from_when_it_was_first_seen(
    place: PostgresDatabase, watch: OrderWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Hidden:
        async def ask(self, sql: str) -> tuple[object, ...]:
            return (0.0, "815", 7, "", "postgres", "", 0.0)

    now = [100.0]
    monkeypatch.setattr(order_watch, "monotonic", lambda: now[0])
    hidden = OrderWatch(cast(Any, Hidden()))
    seen = []
    for now[0] in (100.0, 104.0, 109.0):
        await hidden.look_at_order()
        seen.append(hidden.lag_s)
    assert seen == [0, 4, 9]


async def test_rooms_that_wait_are_told_of(place: PostgresDatabase, watch: OrderWatch) -> None:
    session, other = await asyncpg.connect(place.url), await asyncpg.connect(place.url)
    try:
        async with session.transaction():
            # As a node that is at it, and stands still.
            await session.execute(LOCK)
            await other.execute(LEAVE)
            await watch.look_at_order()
            assert 7 <= watch.rooms_s < 60
            await other.execute("DELETE FROM groat_later")
            await watch.look_at_order()
            assert watch.rooms_s == 0
    finally:
        await session.close()
        await other.close()


async def test_sqlite_has_one_writer_and_no_lag(tmp_path: Path) -> None:
    async with Groat.open(SqliteDatabase(tmp_path).url) as groat:
        assert groat.order is None
