"""The databases on which the contract suite runs: each knows how to be opened and looked into."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from groat.store.flow import Query
from groat.store.sqlite import BUSY_MS, Extension, SqliteStore
from tests.helpers.clock import Clock


class SqliteDatabase:
    """A database file of its own for one test."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "groat.db"
        self.url = f"sqlite:///{self.path}"

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

    def rows(self, sql: str, *args: Any) -> list[tuple[Any, ...]]:
        """What a plain connection reads."""
        with self.raw() as connection:
            return connection.execute(sql, args).fetchall()


Database = SqliteDatabase
