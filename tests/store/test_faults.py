"""A fault at any statement, and at the COMMIT, leaves nothing half written; the retry under the same key settles it."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest

from groat import Groat, Refused, StoreError
from groat.ledger.errors import Busy, GroatError, Unavailable
from groat.store.flow import Query
from tests.helpers.clock import Clock
from tests.helpers.databases import SqliteDatabase
from tests.helpers.money import give, standing


class Faults:
    """Counts the statements of a write, and breaks one of them."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.broken: int | None = None
        self.error: Exception = Unavailable()

    def __call__(self, query: Query) -> None:
        self.seen.append(query.name)
        if self.broken is not None and len(self.seen) > self.broken:
            raise self.error

    def arm(self, number: int | None, error: Exception | None = None) -> None:
        """Break the statement of this number, counted from now; None breaks none."""
        self.seen = []
        self.broken = number
        self.error = error or self.error


class Made(NamedTuple):
    """What a call can be about: a transaction and a hold, by id."""

    transaction: str
    hold: str


Call = Callable[[Groat, str, Made], Awaitable[Any]]
LEGS = [("house:new", "user:a", "5", "CREDIT"), ("user:a", "user:new", "2", "CREDIT")]


# Each kind of command. Where a hold is due, whatever comes first expires it.
CALLS: dict[str, Call] = {
    "post": lambda groat, key, made: groat.post(LEGS, key=key, metadata={"a": 1}),
    "bulk": lambda groat, key, made: groat.bulk([LEGS, LEGS], key=key),
    "hold": lambda groat, key, made: groat.hold("user:a", "house:new", "5", "CREDIT", key=key),
    "capture": lambda groat, key, made: groat.capture(made.hold, amount="3", key=key),
    "release": lambda groat, key, made: groat.release(made.hold, key=key),
    "reverse": lambda groat, key, made: groat.reverse(made.transaction, amounts=["3"], key=key),
    "set balance": lambda groat, key, made: groat.set_balance("user:a", "CREDIT", "77", key=key),
    "no-op": lambda groat, key, made: groat.set_balance("user:a", "CREDIT", "50", key=key),
    "set limits": lambda groat, key, made: groat.set_limits("user:new", "CREDIT", floor="-5", key=key),
    "open account": lambda groat, key, made: groat.open_account("user:new", "CREDIT", floor="-5", key=key),
    "refusal": lambda groat, key, made: groat.post([("user:none", "user:new", "5", "CREDIT")], key=key),
    "expiry": lambda groat, key, made: groat.post(LEGS, key=key),
}


def content(database: SqliteDatabase) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables."""
    tables = [name for (name,) in database.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: sorted(database.rows(f"SELECT * FROM {name}"), key=repr) for name in tables}


async def code_of(call: Awaitable[Any]) -> str:
    """How a call ends: a code, "ok", or "again" for a repetition."""
    try:
        answer = await call
    except Refused as refused:
        return f"{refused.code} again" if refused.refusal.replayed else refused.code
    except GroatError as error:
        return error.code
    return "again" if answer.replayed else "ok"


ERRORS: dict[str, Callable[[], Exception]] = {
    "store_unavailable": lambda: sqlite3.OperationalError("disk I/O error"),
    "busy": lambda: Busy(),
    "command_failed": lambda: sqlite3.IntegrityError("UNIQUE constraint failed"),
}


@pytest.mark.parametrize("kind", CALLS)
async def test_a_fault_at_every_statement(
    sqlite: SqliteDatabase, clock: Clock, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The timer would expire the hold while the statements of the call are counted.
    monkeypatch.setattr("groat.engine.groat.EXPIRY_S", 3_600)
    faults = Faults()
    async with Groat.open(sqlite.url, store=sqlite.store(clock, before_query=faults)) as groat:
        await groat.add_asset("CREDIT", 0)
        first = await give(groat, "user:a", "50")
        expires_at = clock.after(60) if kind == "expiry" else None
        hold = await groat.hold("user:a", "house:s", "5", "CREDIT", key="h", expires_at=expires_at)
        made = Made(str(first.id), str(hold.id))
        clock.advance(60)
        call = CALLS[kind]
        before = content(sqlite)
        number = 0
        tried: set[str] = set()
        while True:
            code, make = list(ERRORS.items())[number % 3]
            faults.arm(number, make())
            outcome = await code_of(call(groat, "the-key", made))
            if outcome != code:
                break
            tried.add(faults.seen[-1])
            assert content(sqlite) == before, (number, faults.seen)
            number += 1
            assert number < 99
        # It was broken at each statement up to the COMMIT and has gone through now.
        assert {"begin_batch", "insert_keys", "commit"} <= tried
        assert outcome == ("insufficient_funds" if kind == "refusal" else "ok")
        faults.arm(None)
        assert await code_of(call(groat, "the-key", made)) == (
            "insufficient_funds again" if kind == "refusal" else "again"
        )
        assert (content(sqlite) == before) is False
        assert (await groat.verify()).ok


async def test_a_fault_of_the_background_is_survived(sqlite: SqliteDatabase, clock: Clock) -> None:
    faults = Faults()
    async with Groat.open(sqlite.url, store=sqlite.store(clock, before_query=faults)) as groat:
        await groat.add_asset("CREDIT", 0)
        await give(groat, "user:a", "50")
        faults.arm(0, sqlite3.OperationalError("disk I/O error"))
        with pytest.raises(StoreError):
            await groat.prune()
        with pytest.raises(StoreError):
            await groat.add_asset("EUR", 2)
        with pytest.raises(StoreError):
            await groat.act("note", actor="user:a", target="user:a")
        faults.arm(None)
        await groat.add_asset("EUR", 2)
        assert await groat.audit(target="user:a", actor="user:a") == []


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """No file of this process may grow beyond so many bytes: for SQLite the disk is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_full_disk_is_survived(sqlite: SqliteDatabase, clock: Clock) -> None:
    async with Groat.open(sqlite.url, store=sqlite.store(clock)) as groat:
        await groat.add_asset("CREDIT", 0)
        await give(groat, "user:a", "50")
        log = sqlite.path.with_name("groat.db-wal").stat().st_size
        leg = [("house:x", "user:a", "5", "CREDIT")]
        with file_size_limit(log):
            outcomes = [await code_of(groat.post(leg, key=f"full-{n}")) for n in range(3)]
            # Reading goes on.
            assert (await standing(groat, "user:a")).balance == "50"
        assert outcomes == ["store_unavailable"] * 3
        assert [await code_of(groat.post(leg, key=f"full-{n}")) for n in range(3)] == ["ok"] * 3
        assert (await standing(groat, "user:a")).balance == "65"
        assert (await groat.verify()).ok


async def test_what_was_written_is_there_after_a_reader_in_another_connection(
    sqlite: SqliteDatabase, clock: Clock
) -> None:
    # A long reader keeps the log from being reset, but nobody from writing.
    async with Groat.open(sqlite.url, store=sqlite.store(clock)) as groat:
        await groat.add_asset("CREDIT", 0)
        with sqlite.raw() as reader:
            reader.execute("BEGIN")
            assert reader.execute("SELECT count(*) FROM groat_txn").fetchone() == (0,)
            await give(groat, "user:a", "50")
            assert reader.execute("SELECT count(*) FROM groat_txn").fetchone() == (0,)
            reader.execute("COMMIT")
            assert reader.execute("SELECT count(*) FROM groat_txn").fetchone() == (1,)
