"""Flows in somebody else's transaction: they write just what the stores of a server write, and leave nothing behind."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest

from groat.engine.ids import derived_id, new_id
from groat.ledger.accounts import Policy
from groat.ledger.amounts import Asset
from groat.ledger.bulks import Bulk
from groat.ledger.commands import Capture, Command, Hold, Post, Posting, Release, SetBalance
from groat.ledger.errors import Busy, Refusal, StoreError
from groat.ledger.limits import SetLimits
from groat.ledger.reversing import Reverse
from groat.programs.notifications.commands import Send
from groat.programs.notifications.notices import Notice
from groat.programs.standing_words import STANDING_EXTENSIONS
from groat.store.batch import Committed, Done, Prepared, prepare
from groat.store.dbapi import CHAIN, LANES, PsycopgDriver, SqliteDriver, UnfitTransaction
from groat.store.flow import Flow, Query
from groat.store.interface import Store
from groat.store.phases import Context, commit_batch
from groat.store.reading import add_asset
from groat.store.verify import verify
from tests.helpers.clock import Clock
from tests.helpers.databases import Database, PostgresDatabase, SqliteDatabase
from tests.servers import Postgres

T = TypeVar("T")

SEED = 20
COMMANDS = 250
ASSETS = {"CREDIT": Asset("CREDIT", 0), "USD": Asset("USD", 2)}
TABLES = {
    "groat_account": "path, asset",
    "groat_txn": "id",
    "groat_posting": "txn, leg",
    "groat_hold": "id",
    "groat_key": "digest",
    "groat_stream": "name",
    "groat_event": 'stream, "offset"',
    "groat_batch": "id",
    "groat_act": "id",
    "groat_notification": "id",
    "groat_notification_box": "stream",
}


class Ids:
    """Ids that are the same each time."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> str:
        self.count += 1
        return derived_id(f"0198c5f0-{self.count:04x}-7000-8000-000000000000", "id")


class Borrowed:
    """A plain connection, as an app has it, and the driver that works on it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.clock = clock
        self.driver: Any
        if isinstance(database, SqliteDatabase):
            self.connection: Any = sqlite3.connect(database.path, isolation_level=None)
            self.driver = SqliteDriver(STANDING_EXTENSIONS, clock)
            self.begin = "BEGIN IMMEDIATE"
        else:
            self.connection = psycopg.connect(
                database.url.replace("?search_path=", "?options=-csearch_path%3D")
            )
            self.connection.autocommit = True
            self.connection.prepare_threshold = None
            self.driver = PsycopgDriver(STANDING_EXTENSIONS)
            self.begin = "BEGIN"

    @contextmanager
    def block(self) -> Iterator[Any]:
        """One transaction of the app: committed at the end, rolled back if it raises."""
        self.connection.execute(self.begin)
        try:
            if self.begin == "BEGIN":
                self.connection.execute(f"SET LOCAL groat.now = {self.clock():d}")
            yield self.connection
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def close(self) -> None:
        self.connection.close()

    def write(self, make: Callable[[str], Flow[T]]) -> T:
        with self.block() as connection:
            return self.driver.write(connection, make)  # type: ignore[no-any-return]


def set_epoch() -> Flow[None]:
    yield Query("set_epoch", ("epoch",))


@asynccontextmanager
async def opened(database: Database, clock: Clock) -> AsyncIterator[tuple[Store, Clock]]:
    """A database with the tables of groat, in an epoch that is the same each time."""
    store = database.store(clock, extensions=STANDING_EXTENSIONS)
    await store.open()
    try:
        await store.write(set_epoch)
        for asset in ASSETS.values():
            await store.write(add_asset, asset)
        yield store, clock
    finally:
        await store.close()


@pytest.fixture
async def store(database: Database, clock: Clock) -> AsyncIterator[Store]:
    async with opened(database, clock) as (store, _):
        yield store


@pytest.fixture
def borrowed(database: Database, clock: Clock, store: Store) -> Iterator[Borrowed]:
    with closing(Borrowed(database, clock)) as made:
        yield made


def twin(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> Database:
    """Another empty database of the same kind."""
    if isinstance(database, SqliteDatabase):
        (tmp_path / "twin").mkdir()
        return SqliteDatabase(tmp_path / "twin")
    return PostgresDatabase(request.getfixturevalue("postgres_server"))


def prepared(key: str, source: str, destination: str) -> Prepared:
    posting = Posting(source, destination, 1, "CREDIT")
    command = Post(principal="service:x", key=key, postings=(posting,))
    command.check(ASSETS)
    command.ids = [new_id()]
    return prepare(command)


def post_one(key: str, to: str = "user:a", source: str = "house:bonus") -> Callable[[str], Flow[Committed]]:
    return lambda chain: commit_batch([prepared(key, source, to)], context(new_id), chain)


def context(ids: Callable[[], str]) -> Context:
    return Context(dict(ASSETS), {}, Policy(), ids)


def a_command(chance: random.Random, number: int, made: list[str], clock: Clock) -> Command:
    users = [f"user:{name}" for name in "abcd"]
    who: dict[str, Any] = {
        "principal": "service:x",
        "key": f"k{number if chance.random() < 0.9 else chance.randrange(number + 1)}",
    }
    source, destination = chance.sample([*users, "house:bonus"], 2)
    asset, amount = chance.choice(["CREDIT", "USD"]), chance.randint(1, 50)
    known = chance.choice(made) if made else derived_id("0198c5f0-0000-7000-8000-000000000000", "none")
    posting = Posting(source, destination, amount, asset)
    match chance.randrange(9):
        case 0:
            late = chance.choice([None, clock() + 5_000_000, clock() + 1])
            return Hold(
                **who, source=source, destination=destination, amount=amount, asset=asset, expires_at=late
            )
        case 1:
            return Capture(**who, hold=known, amount=chance.choice([None, 3]), final=chance.random() < 0.5)
        case 2:
            return Release(**who, hold=known)
        case 3:
            return Reverse(**who, transaction=known)
        case 4:
            return SetBalance(**who, account=source, asset=asset, balance=amount, reason='"é\n\\')
        case 5:
            return SetLimits(**who, account=source, asset=asset, ceiling=chance.choice([None, 500]))
        case 6:
            one = Post(**who, postings=(posting,))
            return Bulk(**who, items=(one, Post(**who, postings=(posting, posting))))
        case 7:
            return Send(
                **who, to=chance.choice([*users, "role:partner"]), notice=Notice("info", f"Hello {number}")
            )
    return Post(**who, postings=(posting,) * chance.randint(1, 2), metadata={"n": number, "t": "a\tb"})


Write = Callable[[Sequence[Prepared], Context], Awaitable[Committed]]


async def write_all(write: Write, clock: Clock) -> list[Any]:
    """Write the same commands each time; returns what was said to each, and what was published."""
    print(f"seed {SEED}")
    chance, ids = random.Random(SEED), Ids()
    here = context(ids)
    said: list[Any] = []
    made: list[str] = []
    for number in range(COMMANDS):
        clock.advance(chance.choice([0.000_001, 0.5, 4]))
        batch = []
        for part in range(chance.choice([1, 1, 3])):
            command = a_command(chance, 3 * number + part, made, clock)
            command.check(here.assets)
            command.ids = [ids() for _ in range(command.ids_needed())]
            batch.append(prepare(command))
        committed = await write(batch, here)
        for verdict in committed.verdicts:
            if isinstance(verdict, Done):
                made += [t.id for t in verdict.transactions]
            said.append(verdict.bulk_view() if isinstance(verdict, Done) else verdict)
        said.append(committed.published)
    return said


def content(database: Database) -> dict[str, list[Any]]:
    # The last column of PostgreSQL's batches is the number of the transaction.
    columns = {"groat_batch": "id, at, worker, commands, streams, previous, hash"}
    return {
        table: database.rows(f"SELECT {columns.get(table, '*')} FROM {table} ORDER BY {order}")
        for table, order in TABLES.items()
    }


async def test_a_borrowed_connection_writes_the_very_same(
    request: pytest.FixtureRequest, tmp_path: Path, database: Database, store: Store, clock: Clock
) -> None:
    async def by_store(batch: Sequence[Prepared], here: Context) -> Committed:
        return await store.write(commit_batch, batch, here, CHAIN)

    said = await write_all(by_store, clock)
    stood = content(database)
    other = twin(request, database, tmp_path)
    async with opened(other, Clock()) as (theirs, clock):
        lent = Borrowed(other, clock)

        async def by_loan(batch: Sequence[Prepared], here: Context) -> Committed:
            return lent.write(lambda _: commit_batch(batch, here, CHAIN))

        assert await write_all(by_loan, clock) == said
        lent.close()
        report = await theirs.read(verify, lambda *_: None, {})
        assert report.ok, report.problems
    assert content(other) == stood
    assert all(stood.values())
    codes = {each.code for each in said if isinstance(each, Refusal)}
    assert {"insufficient_funds", "hold_not_found", "key_reused"} <= codes, codes


def test_what_fails_leaves_the_transaction_as_it_was(borrowed: Borrowed) -> None:
    def failing(chain: str) -> Flow[None]:
        yield Query("insert_asset", ("HALF", 0))
        yield Query("insert_keys", ([("0" * 32, 1, "0" * 32, None, "{}")] * 2,))

    with borrowed.block() as connection:
        connection.execute("INSERT INTO groat_asset (code, scale, created_at) VALUES ('OWN', 0, 0)")
        with pytest.raises(StoreError) as caught:
            borrowed.driver.write(connection, failing)
        assert isinstance(caught.value.__cause__, psycopg.Error | sqlite3.Error)
        borrowed.driver.write(connection, post_one("k"))
    codes = [code for (code,) in borrowed.connection.execute("SELECT code FROM groat_asset ORDER BY code")]
    assert codes == ["CREDIT", "OWN", "USD"]
    assert borrowed.connection.execute("SELECT count(*) FROM groat_txn").fetchone() == (1,)


def test_a_flow_that_raises_leaves_the_transaction_as_it_was(borrowed: Borrowed) -> None:
    def breaking(chain: str) -> Flow[None]:
        yield Query("insert_asset", ("HALF", 0))
        raise LookupError

    with borrowed.block() as connection:
        with pytest.raises(LookupError):
            borrowed.driver.write(connection, breaking)
        borrowed.driver.write(connection, post_one("k"))
    assert borrowed.connection.execute("SELECT count(*) FROM groat_asset").fetchone() == (2,)


@pytest.fixture
async def schema(postgres_server: Postgres, clock: Clock) -> AsyncIterator[PostgresDatabase]:
    place = PostgresDatabase(postgres_server)
    async with opened(place, clock):
        yield place


async def test_open_transactions_write_chains_of_their_own(schema: PostgresDatabase, clock: Clock) -> None:
    with ExitStack() as stack:
        for number in range(LANES + 2):
            lent = stack.enter_context(closing(Borrowed(schema, clock)))
            connection = stack.enter_context(lent.block())
            for part in "ab":
                lent.driver.write(
                    connection, post_one(f"{number}{part}", f"user:{number}", f"house:{number}")
                )
    rows = schema.rows("SELECT worker, previous, hash FROM groat_batch ORDER BY id")
    ends: dict[str, str] = {}
    for worker, previous, hash_ in rows:
        assert previous == ends.get(worker, "")
        ends[worker] = hash_
    assert {f"{CHAIN}.{lane}" for lane in range(LANES)} <= ends.keys()
    # The two that found no lane free began a chain with each call.
    assert len(ends) == LANES + 4


async def test_settings_are_as_they_were(schema: PostgresDatabase, clock: Clock) -> None:
    def settings() -> dict[str, str]:
        return {name: value for name, value, _ in lent.connection.execute("SHOW ALL")}

    def refused(chain: str) -> Flow[Committed]:
        return commit_batch([prepared("no", "user:poor", "house:x")], context(Ids()), chain)

    def broken(chain: str) -> Flow[None]:
        yield Query("insert_asset", (None, None))

    with closing(Borrowed(schema, clock)) as lent:
        lent.connection.execute("SET enable_seqscan = on")
        # A session has the settings of PL/pgSQL from the first function on that it runs.
        lent.connection.execute("DO 'BEGIN END'")
        with lent.block() as connection:
            connection.execute("SET LOCAL lock_timeout = '1234ms'")
            before = settings()
            for make in (post_one("k"), refused):
                lent.driver.write(connection, make)
                assert settings() == before
            with pytest.raises(StoreError):
                lent.driver.write(connection, broken)
            assert settings() == before


async def test_rows_that_another_transaction_holds(schema: PostgresDatabase, clock: Clock) -> None:
    with closing(Borrowed(schema, clock)) as one, closing(Borrowed(schema, clock)) as other:
        one.write(post_one("first"))
        with one.block() as held, other.block() as waits:
            one.driver.write(held, post_one("second"))
            waits.execute("SET LOCAL lock_timeout = '50ms'")
            with pytest.raises(Busy):
                other.driver.write(waits, post_one("third"))
            other.driver.write(waits, post_one("fourth", "user:c", "house:d"))
    assert schema.rows("SELECT key FROM groat_txn ORDER BY key") == [("first",), ("fourth",), ("second",)]


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
async def test_another_isolation_is_refused(schema: PostgresDatabase, clock: Clock, level: str) -> None:
    with closing(Borrowed(schema, clock)) as lent:
        lent.begin = f"BEGIN ISOLATION LEVEL {level}"
        with lent.block() as connection:
            with pytest.raises(UnfitTransaction, match=level.lower()) as caught:
                lent.driver.write(connection, post_one("k"))
            assert caught.value.code == "isolation_unfit"
            assert connection.execute("SELECT 1").fetchone() == (1,)


async def test_without_prepared_statements_and_without_pipelines(
    schema: PostgresDatabase, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psycopg.Pipeline, "is_supported", lambda: False)
    with closing(Borrowed(schema, clock)) as lent:
        lent.driver = PsycopgDriver(STANDING_EXTENSIONS, prepare=False)
        for key in "abcdefg":
            lent.write(post_one(key))
        assert lent.connection.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)
        lent.driver = PsycopgDriver(STANDING_EXTENSIONS)
        lent.write(post_one("h"))
        assert lent.connection.execute("SELECT count(*) > 3 FROM pg_prepared_statements").fetchone() == (
            True,
        )
    assert schema.rows("SELECT count(*) FROM groat_txn") == [(8,)]
