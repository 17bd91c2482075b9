"""The SQLite driver: one writer thread, a few reader threads, WAL, synchronous FULL; other processes may write too."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import ParamSpec, TypeVar

from groat.ledger.errors import Closed, Unavailable
from groat.store.extension import Extension, find_completion
from groat.store.flow import Contribute, Flow, Forget, Query
from groat.store.migrations import Migration, find_missing, load_steps, migrate, require_none
from groat.store.sqlite_statements import DIALECT, SqliteStatements, typed
from groat.store.sqlite_time import SqliteTime

P = ParamSpec("P")
T = TypeVar("T")

READERS = 4
WRITER_CACHE_KIB = 65_536
READER_CACHE_KIB = 8_192
BUSY_MS = 5_000


_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA wal_autocheckpoint = 16000",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA trusted_schema = OFF",
)


def _machine_clock() -> int:
    return time.time_ns() // 1_000


class TimedConnection(sqlite3.Connection):
    """A connection that knows the time of its ledger."""

    time: SqliteTime


class SqliteStore:
    """A database file and the threads that use it.

    ``clock`` gives microseconds since 1970 (SQLite's own clock is the machine's, in milliseconds). ``before_query`` is
    called with each :class:`Query` of a write before it runs; what it raises breaks the flow there (for fault tests).
    ``busy_ms`` is how long a write waits for another process to end its own before it answers ``busy``.
    """

    dialect = DIALECT
    row_locks = False

    def __init__(
        self,
        path: str,
        extensions: Sequence[Extension] = (),
        clock: Callable[[], int] | None = None,
        before_query: Callable[[Query], None] | None = None,
        busy_ms: int = BUSY_MS,
    ) -> None:
        self.path = path
        self._busy_ms = busy_ms
        self.has_clock = clock is None
        self._clock = clock or _machine_clock
        self._before_query = before_query
        self._statements = SqliteStatements(extensions)
        self._migrations = load_steps(self.dialect, extensions)
        self.snapshots: Sequence[Contribute] = [e.snapshot for e in extensions if e.snapshot]
        self.checks = dict(check for e in extensions for check in e.checks)
        self.forgets: Sequence[Forget] = [forget for e in extensions for forget in e.forgets]
        self.causes: Sequence[str] = [e.causes for e in extensions if e.causes]
        self.completion = find_completion(extensions)
        self._writer: TimedConnection | None = None
        self._watcher: TimedConnection | None = None
        self._write_thread = ThreadPoolExecutor(1, "groat-writer")
        self._read_threads = ThreadPoolExecutor(READERS, "groat-reader")
        # Watching must not wait behind long reads such as a verification.
        self._watch_thread = ThreadPoolExecutor(1, "groat-watcher")
        self._local = threading.local()
        self._opened: list[TimedConnection] = []

    async def open(self, *, migrating: bool = True) -> list[Migration]:
        """Open the file and migrate it; returns the steps applied. Raises StoreError.

        Without ``migrating`` nothing is applied: steps that are missing raise StoreError ``not_migrated``.
        """
        return await asyncio.get_running_loop().run_in_executor(self._write_thread, self._open, migrating)

    async def close(self) -> None:
        """Wait for what runs, and close every connection."""
        loop = asyncio.get_running_loop()
        for threads in (self._write_thread, self._read_threads, self._watch_thread):
            await loop.run_in_executor(None, threads.shutdown)
        self._writer = self._watcher = None
        while self._opened:
            self._opened.pop().close()

    async def write(self, flow: Callable[P, Flow[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a flow in a write transaction of its own: committed when it returns, rolled back when it raises."""
        return await self._submit(self._write_thread, self._write, flow(*args, **kwargs))

    async def read(self, flow: Callable[P, Flow[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a flow over one snapshot of the database."""
        return await self._submit(self._read_threads, self._read, flow(*args, **kwargs))

    async def data_version(self) -> int:
        """Return a number that changes when any connection, of any process, has committed."""
        return await asyncio.get_running_loop().run_in_executor(self._watch_thread, self._data_version)

    async def _submit(self, threads: ThreadPoolExecutor, run: Callable[[Flow[T]], T], flow: Flow[T]) -> T:
        try:
            future = asyncio.get_running_loop().run_in_executor(threads, run, flow)
        except RuntimeError:
            raise Closed from None
        return await future

    def connect(self, cache_kib: int = READER_CACHE_KIB) -> TimedConnection:
        """Open a connection with groat's settings, in autocommit mode. Raises StoreError ``store_unavailable``."""
        try:
            Path(self.path).parent.mkdir(parents=True, exist_ok=True)
            # Let only the owner read the file. SQLite gives the files beside it the same rights.
            with suppress(FileExistsError):
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            connection = sqlite3.connect(
                self.path,
                timeout=self._busy_ms / 1_000,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=512,
                factory=TimedConnection,
            )
            # Also one that turns out to be on no database is to be closed.
            self._opened.append(connection)
            for pragma in (*_PRAGMAS, f"PRAGMA cache_size = -{cache_kib}"):
                connection.execute(pragma)
        except (OSError, sqlite3.Error) as error:
            raise Unavailable(f"Cannot open {self.path}: {error}") from error
        connection.time = SqliteTime(connection, self._clock)
        return connection

    def _open(self, migrating: bool) -> list[Migration]:
        if not migrating and not Path(self.path).exists():
            require_none(self._migrations)
        self._writer = self.connect(WRITER_CACHE_KIB)
        try:
            if not migrating:
                return require_none(find_missing(self._writer, self._migrations))
            return migrate(self._writer, self._migrations)
        except sqlite3.Error as error:
            raise typed(error) from error

    def _data_version(self) -> int:
        # The number is comparable only if the same connection asks for it each time.
        if self._watcher is None:
            self._watcher = self.connect()
        (version,) = self._watcher.execute("PRAGMA data_version").fetchone()
        return int(version)

    def _write(self, flow: Flow[T]) -> T:
        connection = self._writer
        if connection is None:
            raise Closed
        return self._transact(connection, "BEGIN IMMEDIATE", flow, self._before_query)

    def _read(self, flow: Flow[T]) -> T:
        connection: TimedConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self.connect()
        return self._transact(connection, "BEGIN", flow, None)

    def _transact(
        self,
        connection: TimedConnection,
        begin: str,
        flow: Flow[T],
        before_query: Callable[[Query], None] | None,
    ) -> T:
        try:
            connection.execute(begin)
            try:
                connection.time.begin(connection, self._statements)
                result = self._statements.run(connection, flow, before_query)
                if before_query:
                    before_query(Query("commit"))
                connection.execute("COMMIT")
                return result
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise typed(error) from error
