"""Two ledgers behind PgBouncer in transaction mode: nothing of a session is needed, and hints come by polling."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from typing import Any, cast

import asyncpg
import pytest

from groat import Groat
from groat.bus import polling
from groat.bus.polling import PollingBus
from groat.store.batch import Published
from groat.store.inside import LATER
from tests.bus.two import two_nodes
from tests.live.waiting import until
from tests.servers import Pgbouncer, Postgres, Redis, pgbouncer

_numbers = itertools.count()

ADD_BATCH = """INSERT INTO groat_batch (id, at, worker, commands, streams, previous, hash) OVERRIDING SYSTEM VALUE
VALUES (nextval(pg_get_serial_sequence('groat_batch', 'id')), 0, 'late', 0, '[["user:late","e",1,1]]', '', '')"""


@pytest.fixture(scope="module")
def pooler(postgres_server: Postgres) -> Iterator[Pgbouncer]:
    """Three sessions for all: transactions change theirs all the time."""
    with pgbouncer(postgres_server, default_pool_size="3") as pooler:
        yield pooler


@pytest.fixture
def direct(postgres_server: Postgres) -> str:
    """The address of an empty database itself. A pooler refuses the search_path with which other tests part theirs."""
    return postgres_server.new_database(f"pooled_{next(_numbers)}")


async def test_both_post_at_once_and_hear_of_each_other(direct: str, pooler: Pgbouncer) -> None:
    async with two_nodes(pooler.address(direct)) as nodes:
        first, second = nodes
        assert {node.groat.bus.kind for node in nodes} == {"poll"}
        await asyncio.gather(
            *(node.credit(str(number)) for node in nodes for number in range(4) for _ in range(10))
        )
        wanted = list(range(1, 21))
        for node in nodes:
            await until(lambda: all(set(node.offsets(str(n))) == set(wanted) for n in range(4)))  # noqa: B023
        assert (await first.groat.verify()).ok
        assert first.groat.bus.traffic.losses == second.groat.bus.traffic.losses == 0


async def test_pooled_sessions_keep_nothing(direct: str, pooler: Pgbouncer) -> None:
    async with two_nodes(pooler.address(direct)) as (first, second):
        await first.credit("42")
        await until(lambda: second.of("42"))
        connection = await asyncpg.connect(pooler.address(direct), statement_cache_size=0)
        try:
            for _ in range(3):
                async with connection.transaction():
                    assert await connection.fetchval("SELECT count(*) FROM pg_prepared_statements") == 0
                    assert await connection.fetchval("SHOW lock_timeout") == "0"
                    assert await connection.fetchval("SHOW enable_seqscan") == "on"
        finally:
            await connection.close()


async def test_a_direct_address_has_notify_and_redis_needs_neither(
    direct: str, pooler: Pgbouncer, redis_server: Redis
) -> None:
    async with Groat.open(direct) as groat:
        assert groat.bus.kind == "notify"
    async with Groat.open(pooler.address(direct), redis=redis_server.url) as groat:
        assert groat.bus.kind == "redis"


async def test_nodes_with_and_without_a_direct_address_hear_of_each_other(
    direct: str, pooler: Pgbouncer
) -> None:
    async with two_nodes(pooler.address(direct), other=direct) as (pooled, listening):
        assert (pooled.groat.bus.kind, listening.groat.bus.kind) == ("poll", "notify")
        await listening.connected()
        await pooled.credit("42")
        # A hint has the events; what the periodic check finds has none.
        await until(lambda: any(each.events for each in listening.of("42")))
        await until(lambda: pooled.groat.bus.traffic.sent == 1)
        await listening.credit("42")
        await until(lambda: len(pooled.of("42")) > 1)


async def test_a_batch_that_is_committed_late_is_told(direct: str, pooler: Pgbouncer) -> None:
    async with two_nodes(pooler.address(direct)) as (first, second):
        session = await asyncpg.connect(direct)
        try:
            late = session.transaction()
            await late.start()
            await session.execute(ADD_BATCH)
            # A later one does not wait for it.
            await first.credit("42")
            await until(lambda: second.of("42"))
            assert second.of("late") == []
            await late.commit()
            await until(lambda: second.of("late"))
        finally:
            await session.close()


class Place:
    """Answers the bus from a script of (oldest open transaction, next one, numbers of batches), the last for ever."""

    def __init__(self, *answers: tuple[int, int, list[int]]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[int, list[int]]] = []

    async def ask(self, sql: str, *args: Any) -> tuple[Any, ...]:
        if not args:
            return (polling.BEFORE,)
        self.asked.append((args[0], sorted(args[1])))
        oldest, next_, ids = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return oldest, next_, False, [[str(id), "[]"] for id in ids]


async def missing_after(*answers: tuple[int, int, list[int]]) -> list[int]:
    """The numbers that the bus asks for after these answers."""
    place = Place(*answers)
    bus = PollingBus(cast(Any, place), "me", lambda _: None)
    await bus.start()
    try:
        await until(lambda: len(place.asked) > len(answers))
    finally:
        await bus.stop()
    return place.asked[len(answers)][1]


async def test_numbers_are_asked_for_while_a_transaction_may_bring_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(polling, "POLL_S", 0)
    # Transaction 7 is open when 2 and 3 are missed; then it has ended, and so has all that had begun.
    assert await missing_after((7, 9, [1, 4]), (7, 10, [])) == [2, 3]
    assert await missing_after((7, 9, [1, 4]), (7, 10, [3]), (8, 11, [])) == [2]
    assert await missing_after((7, 9, [1, 4]), (9, 12, []), (9, 12, [])) == []
    # A number that is missed later has a moment of its own.
    assert await missing_after((7, 9, [1, 4]), (8, 10, [6]), (9, 12, []), (9, 12, [])) == [5]
    monkeypatch.setattr(polling, "MISSING_MAX", 3)
    assert await missing_after((7, 9, [1, 10]), (7, 9, [])) == [7, 8, 9]


async def test_what_rooms_wait_for_is_told_once() -> None:
    heard: list[Published] = []

    class Left(Place):
        async def ask(self, sql: str, *args: Any) -> tuple[Any, ...]:
            if not args:
                return (0,)
            self.asked.append((args[0], []))
            return 1, 1, 2 <= len(self.asked) < 5, []

    store = Left((1, 1, []))
    bus = PollingBus(cast(Any, store), "me", heard.extend)
    await bus.start()
    await until(lambda: len(store.asked) > 6)
    await bus.stop()
    assert heard == [LATER]
