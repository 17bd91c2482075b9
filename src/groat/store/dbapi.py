"""Run flows in a transaction that somebody else began and will end, on a connection of psycopg 3 or of sqlite3.

The caller owns BEGIN, COMMIT and ROLLBACK. A flow that writes runs in a savepoint of its own, so one that fails leaves
the transaction as it found it, its settings too.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar
from uuid import uuid4

from groat.ledger.errors import GroatError, Rule, StoreError
from groat.store.extension import Extension
from groat.store.flow import TURN, Flow, Query, Together
from groat.store.merging import Merged
from groat.store.postgres_statements import PostgresStatements, array_text, typed_by_state
from groat.store.sqlite_statements import SqliteStatements, typed
from groat.store.sqlite_time import SqliteTime
from groat.store.statements import Statement

if TYPE_CHECKING:
    import psycopg

T = TypeVar("T")

Make = Callable[[str], Flow[T]]
"""Makes a flow that writes, from the name of its hash chain. Its first query must only read."""

CHAIN: Final = "inside"
LANES: Final = 16
LANE_LOCK: Final = 0x67726F74
"""A transaction holds the advisory lock of this number and its lane until it ends: each lane has one hash chain."""

LOCK_TIMEOUT_MS: Final = 1_500
"""Longer than PostgreSQL's ``deadlock_timeout``, so that of two that wait for each other only one is undone."""

# Transactions that work at once need chains of their own. The lane is taken before the statement that reads the end of
# its chain (rule D3).
_PROCESS = "SELECT pg_backend_pid()"
_LOOK = """SELECT pg_try_advisory_xact_lock($1::integer, $2::integer), current_setting('transaction_isolation'),
       current_setting('lock_timeout'), current_setting('plan_cache_mode'), current_setting('enable_seqscan'),
       current_setting('jit')"""
_OTHER_LANE = """SELECT lane FROM generate_series(0, $2::integer - 1) AS lane
WHERE pg_try_advisory_xact_lock($1::integer, lane) LIMIT 1"""
# A lock_timeout of the caller's own counts. The rest is as for the batches of a server.
_SET = """SELECT set_config('lock_timeout', coalesce(nullif(current_setting('lock_timeout'), '0'), $1), true),
       set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true),
       set_config('jit', 'off', true)"""
_RESTORE = """SELECT set_config('lock_timeout', $1, true), set_config('plan_cache_mode', $2, true),
       set_config('enable_seqscan', $3, true), set_config('jit', $4, true)"""

_SAVEPOINT, _RELEASE = "SAVEPOINT groat", "RELEASE SAVEPOINT groat"
_UNDO = ("ROLLBACK TO SAVEPOINT groat", _RELEASE)
_READ_COMMITTED = ("read committed", "read uncommitted")

TRANSACTION_ERRORS: dict[str, Rule] = {
    "isolation_unfit": Rule(
        500,
        "groat writes in READ COMMITTED transactions alone: it locks first and reads what the locks guard later.",
    ),
}


class UnfitTransaction(GroatError):
    """The caller's transaction is none in which groat can write; codes of ``TRANSACTION_ERRORS``."""

    rules = TRANSACTION_ERRORS


class _Sent(NamedTuple):
    """A statement that was sent, and the cursor that has its answer or will have it."""

    statement: Statement
    args: tuple[Any, ...]
    cursor: Any


class PsycopgDriver:
    """Runs flows on connections of psycopg 3. ``prepare`` keeps the statements prepared on the server.

    That must not be behind a pooler, which may give each transaction another connection to the server. With None the
    first connection shows whether there is one.
    """

    def __init__(self, extensions: Sequence[Extension], prepare: bool | None = None) -> None:
        # An app on SQLite need not have psycopg.
        import psycopg
        from psycopg.rows import tuple_row

        self._statements = PostgresStatements(extensions)
        self._prepare = prepare
        self._error = psycopg.Error
        self._cursor = psycopg.RawCursor
        self._row = tuple_row
        self._has_pipelines = psycopg.Pipeline.is_supported()

    def read(self, connection: psycopg.Connection[Any], flow: Flow[T]) -> T:
        """Run a flow that only reads. Raises StoreError."""
        with self._preparing(connection):
            return self._run(connection, None, flow, None)

    def write(self, connection: psycopg.Connection[Any], make: Make[T]) -> T:
        """Run a flow that writes, in a savepoint. Raises StoreError, UnfitTransaction, and what the flow raises."""
        with self._preparing(connection):
            try:
                # A pipeline sends statements for whose answers nobody waits together with the next one.
                with self._pipeline(connection) as pipeline:
                    return self._write(connection, pipeline, make)
            except BaseException as error:
                with suppress(self._error):
                    for sql in _UNDO:
                        connection.execute(sql)
                if isinstance(error, self._error):
                    raise _typed(error) from error
                raise

    def _write(self, connection: psycopg.Connection[Any], pipeline: Any, make: Make[T]) -> T:
        self._send(connection, _SAVEPOINT)
        lane = connection.info.backend_pid % LANES
        look = self._send(connection, _LOOK, (LANE_LOCK, lane))
        self._send(connection, _SET, (f"{LOCK_TIMEOUT_MS}ms",))
        flow = make(f"{CHAIN}.{lane}")
        # The lane is mostly free, so the first query goes with this.
        sent: _Sent | None = self._begin(connection, next(flow))
        is_free, isolation, *settings = look.fetchone()
        if isolation not in _READ_COMMITTED:
            raise UnfitTransaction(
                "isolation_unfit", f"{TRANSACTION_ERRORS['isolation_unfit'].meaning} This one is {isolation}."
            )
        if not is_free:
            flow.close()
            found = self._send(connection, _OTHER_LANE, (LANE_LOCK, LANES)).fetchone()
            flow, sent = make(f"{CHAIN}.{found[0] if found else uuid4().hex}"), None
        result = self._run(connection, pipeline, flow, sent)
        self._send(connection, _RESTORE, settings)
        self._send(connection, _RELEASE)
        return result

    def _run(
        self, connection: psycopg.Connection[Any], pipeline: Any, flow: Flow[T], sent: _Sent | None
    ) -> T:
        try:
            query = None if sent else next(flow)
            while True:
                try:
                    if sent is None:
                        if query is TURN:
                            query = flow.send(None)
                            continue
                        assert query is not None
                        sent = self._begin(connection, query)
                    answer = self._answer(pipeline, sent)
                except self._error as error:
                    query = flow.throw(_typed(error))
                else:
                    query = flow.send(answer)
                sent = None
        except StopIteration as stop:
            result: T = stop.value
            return result

    def _begin(self, connection: psycopg.Connection[Any], query: Query | Together) -> _Sent:
        statement, args = self._statements.prepare(query)
        has_rows = args or statement.shape not in ("rows", "add")
        return _Sent(statement, args, self._send(connection, statement.sql, args) if has_rows else None)

    def _answer(self, pipeline: Any, sent: _Sent) -> Any:
        statement, _, cursor = sent
        shape = statement.shape
        if shape == "one":
            return cursor.fetchone()
        if shape in ("many", "bulk"):
            return cursor.fetchall()
        if shape == "rows":
            if cursor is None:
                return 0
            if pipeline is not None:
                pipeline.sync()
            return cursor.rowcount
        if isinstance(statement, Merged):
            # Nobody waits for what only writes.
            writes = set(shape.split()) == {"add"}
            return statement.answers(() if writes else cursor.fetchone())
        return None

    def _send(self, connection: psycopg.Connection[Any], sql: str, args: Sequence[Any] = ()) -> Any:
        # As texts of no type: PostgreSQL then sees each argument as the type that the statement wants.
        texts = [arg if arg is None or isinstance(arg, str | bytes) else _text(arg) for arg in args]
        cursor = self._cursor(connection, row_factory=self._row)
        return cursor.execute(sql, texts, prepare=self._prepare, binary=True)

    def _pipeline(self, connection: psycopg.Connection[Any]) -> AbstractContextManager[Any]:
        return connection.pipeline() if self._has_pipelines else nullcontext()

    def _is_pooled(self, connection: psycopg.Connection[Any]) -> bool:
        """Return whether another server process answers than the session was told of."""
        try:
            cursor = self._cursor(connection, row_factory=self._row)
            (process,) = cursor.execute(_PROCESS, prepare=False).fetchone() or (0,)
        except self._error as error:
            raise _typed(error) from error
        return bool(process != connection.info.backend_pid)

    @contextmanager
    def _preparing(self, connection: psycopg.Connection[Any]) -> Iterator[None]:
        """Let the connection prepare statements that ask for it, even if its owner lets it prepare none."""
        if self._prepare is None:
            self._prepare = not self._is_pooled(connection)
        before = connection.prepare_threshold
        if before is None and self._prepare:
            connection.prepare_threshold = 1
        try:
            yield
        finally:
            connection.prepare_threshold = before


class SqliteDriver:
    """Runs flows on connections of sqlite3. SQLite has one writer at a time, and so one hash chain.

    ``clock`` gives microseconds since 1970.
    """

    def __init__(
        self, extensions: Sequence[Extension], clock: Callable[[], int] = lambda: time.time_ns() // 1_000
    ) -> None:
        self._statements = SqliteStatements(extensions)
        self._clock = clock

    def read(self, connection: sqlite3.Connection, flow: Flow[T]) -> T:
        """Run a flow that only reads. Raises StoreError."""
        # SQLite refuses to replace the functions while a statement runs, such as an iterator of the owner's. Then those
        # of the call before stay, with the time that the ledger had.
        with suppress(sqlite3.OperationalError):
            SqliteTime(connection, self._clock).begin(connection, self._statements)
        return self._statements.run(connection, flow)

    def write(self, connection: sqlite3.Connection, make: Make[T]) -> T:
        """Run a flow that writes, in a savepoint. Raises StoreError, and what the flow raises."""
        try:
            connection.execute(_SAVEPOINT)
            try:
                result = self.read(connection, make(CHAIN))
                connection.execute(_RELEASE)
                return result
            except BaseException:
                with suppress(sqlite3.Error):
                    for sql in _UNDO:
                        connection.execute(sql)
                raise
        except sqlite3.Error as error:
            raise typed(error) from error


def _text(value: Any) -> str:
    return array_text(value) if isinstance(value, list | tuple) else str(value)


def _typed(error: psycopg.Error) -> StoreError:
    diagnosis = error.diag
    stored = typed_by_state(
        error.sqlstate, f"{type(error).__name__}: {error}", diagnosis.table_name, diagnosis.constraint_name
    )
    # The owner of the connection can read the driver's own error.
    stored.__cause__ = error
    return stored
