"""The databases on which the contract suite runs: each knows how to be opened and looked into."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import asyncpg

from groat.store.extension import Extension
from groat.store.flow import Query
from groat.store.interface import Store
from groat.store.postgres import PostgresStore
from groat.store.sqlite import BUSY_MS, SqliteStore
from tests.helpers.clock import Clock
from tests.servers import Postgres


class Database(Protocol):
    """An empty database of its own for one test."""

    url: str

    def prepare(self, extensions: Sequence[Extension] = ()) -> None:
        """Have all tables beforehand where that is cheaper than the first opening."""

    def store(
        self,
        clock: Callable[[], int] | None = None,
        before_query: Callable[[Query], None] | None = None,
        extensions: Sequence[Extension] = (),
    ) -> Store:
        """A store on this database, to be given to ``Groat.open(url, store=...)``."""

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a plain connection reads."""


class SqliteDatabase:
    """A database file of its own for one test."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "groat.db"
        self.url = f"sqlite:///{self.path}"

    def prepare(self, extensions: Sequence[Extension] = ()) -> None:
        """Have all tables beforehand, as the first opening would make them."""
        migrate(self.path, extensions)

    def store(
        self,
        clock: Callable[[], int] | None = None,
        before_query: Callable[[Query], None] | None = None,
        extensions: Sequence[Extension] = (),
        busy_ms: int = BUSY_MS,
    ) -> SqliteStore:
        """A store on this database, to be given to ``Groat.open(url, store=...)``."""
        return SqliteStore(
            str(self.path), extensions, clock or Clock(), before_query=before_query, busy_ms=busy_ms
        )

    @contextmanager
    def raw(self) -> Iterator[sqlite3.Connection]:
        """A plain connection beside groat's own, committed at the end: for looking in and for tampering."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            yield connection

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a plain connection reads."""
        with self.raw() as connection:
            return connection.execute(sql).fetchall()


_migrated: dict[tuple[str, ...], bytes] = {}


def migrate(path: Path, extensions: Sequence[Extension]) -> None:
    """Put a SQLite database with all tables there, as its first opening would make it, at a tenth of the cost."""

    async def make() -> None:
        store = SqliteStore(str(path), extensions)
        await store.open()
        await store.close()

    rooms = tuple(extension.name for extension in extensions)
    if rooms in _migrated:
        path.write_bytes(_migrated[rooms])
        return
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, make()).result()
    _migrated[rooms] = path.read_bytes()


class PostgresDatabase:
    """A schema of its own for one test, on the server that the whole run shares."""

    _numbers = itertools.count()

    def __init__(self, server: Postgres) -> None:
        name = f"test_{next(self._numbers)}"
        self.url = f"{server.dsn}?search_path={name}"
        self.rows(f"CREATE SCHEMA {name}")

    def prepare(self, extensions: Sequence[Extension] = ()) -> None:
        """A copy of a database costs as much as the first opening."""

    def store(
        self,
        clock: Callable[[], int] | None = None,
        before_query: Callable[[Query], None] | None = None,
        extensions: Sequence[Extension] = (),
    ) -> PostgresStore:
        """A store on this database, to be given to ``Groat.open(url, store=...)``."""
        return PostgresStore(self.url, extensions, clock or Clock(), before_query=before_query)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a plain connection reads."""
        found = self._ask(lambda connection: connection.fetch(sql))
        return [tuple(row) for row in found]

    def run(self, script: str) -> None:
        """Run statements of an app's own."""
        self._ask(lambda connection: connection.execute(script))

    def _ask(self, what: Callable[[Any], Awaitable[Any]]) -> Any:
        async def ask() -> Any:
            connection = await asyncpg.connect(self.url)
            try:
                return await what(connection)
            finally:
                await connection.close()

        # The test's own event loop runs in this thread, which waits here.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, ask()).result()
