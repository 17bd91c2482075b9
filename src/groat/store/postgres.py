"""The PostgreSQL driver: flows over asyncpg, READ COMMITTED with row locks, some twenty statements per batch."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, ParamSpec, TypeVar

import asyncpg
from asyncpg import exceptions

from groat.ledger.errors import Closed, Interrupted, StoreError, Unavailable
from groat.store.extension import Extension, find_completion
from groat.store.flow import TURN, Contribute, Flow, Forget, Query, Together
from groat.store.history import Marks, read_marks, settle
from groat.store.merging import Merged
from groat.store.migrations import Migration, check_applied, load_steps, require_none
from groat.store.pooler import connect
from groat.store.postgres_statements import DIALECT, PostgresStatements, typed_by_state
from groat.store.renaming import HAS_OLD_POSTGRES, rename_postgres
from groat.store.statements import Statement

P = ParamSpec("P")
T = TypeVar("T")

WRITERS = 4
READERS = 4
LOCK_TIMEOUT_MS = 200
TURN_S = 1.0
STATEMENT_TIMEOUT_MS = 5_000
CONNECT_TIMEOUT_S = 5.0
# Wait for an answer so long at most, for a network may swallow everything. The server ends its own side of a write
# after STATEMENT_TIMEOUT_MS, but its message may not arrive.
WRITE_ANSWER_S = STATEMENT_TIMEOUT_MS / 1_000 + 1
READ_ANSWER_S = 4.0
PROBE_S = 3.0
LONG_ANSWER_S = 86_400.0
UNDO_ANSWER_S = 1.0
CLOSE_S = 5.0
# Nodes that start together take turns at migrating under this lock.
MIGRATION_LOCK = 0x67726F6174

_CREATE = """CREATE TABLE IF NOT EXISTS groat_migration (
    room       text COLLATE "C" NOT NULL,
    number     integer NOT NULL,
    name       text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (room, number)
)"""
FIND_MIGRATIONS = """SELECT true FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relname = 'groat_migration' AND relkind = 'r'"""

READER_SETTINGS = {
    "application_name": "groat",
    "jit": "off",
    "timezone": "UTC",
}
_BEGIN_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
# A batch looks rows up by arrays of keys, so the generic plan (an index scan for each) is right for every size of
# table and batch, and planning each time would cost more than a small batch itself.
WRITER_SETTINGS = {
    **READER_SETTINGS,
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "default_transaction_isolation": "read committed",
    "lock_timeout": str(LOCK_TIMEOUT_MS),
    "statement_timeout": str(STATEMENT_TIMEOUT_MS),
    "idle_in_transaction_session_timeout": str(STATEMENT_TIMEOUT_MS),
}


def _begin_with(begin: str, settings: dict[str, str]) -> str:
    """Return what begins a transaction with settings that end with it, for a pooler keeps none of a session's."""
    told = (f"SET LOCAL {name} = '{value}'" for name, value in settings.items() if name not in _OF_SESSION)
    return "; ".join((begin, *told))


# The name is kept by poolers. A transaction's isolation level is in its first words.
_OF_SESSION = ("application_name", "default_transaction_isolation")
_BEGIN_POOLED_READING = _begin_with(_BEGIN_READING, READER_SETTINGS)
_BEGIN_POOLED_WRITING = _begin_with("BEGIN ISOLATION LEVEL READ COMMITTED", WRITER_SETTINGS)


class PreparingConnection(asyncpg.Connection):  # type: ignore[misc]
    """A connection that knows which statements that write rows it has prepared, and of which ``dsn`` it is."""

    __slots__ = ("dsn", "prepared")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dsn = ""
        self.prepared: set[str] = set()

    def get_reset_query(self) -> str:
        """Return nothing to run: our settings end with their transaction, so a round trip between two is saved."""
        return ""


class PostgresStore:
    """A PostgreSQL database at ``dsn`` (``postgresql://...``) and two pools of connections to it.

    ``clock`` replaces the database's own (microseconds since 1970, for tests). ``before_query`` is called with each
    :class:`Query` of a write before it runs; what it raises breaks the flow there (for fault tests).
    ``synchronous_standby`` says that a promoted standby has all that was acknowledged. Once it is open, ``place`` is a
    short name of the database, and ``pooled`` says whether a pooler stands before it. Behind one, nothing is prepared,
    and each transaction brings its own settings.
    """

    dialect = DIALECT
    row_locks = True

    def __init__(
        self,
        dsn: str,
        extensions: Sequence[Extension] = (),
        clock: Callable[[], int] | None = None,
        before_query: Callable[[Query], None] | None = None,
        synchronous_standby: bool = False,
    ) -> None:
        self.dsn = dsn
        self.place = ""
        self.pooled = False
        self._marks: Marks | None = None
        self._synchronous_standby = synchronous_standby
        self.has_clock = clock is None
        self._clock = clock
        self._before_query = before_query
        self._statements = PostgresStatements(extensions)
        self._migrations = load_steps(self.dialect, extensions)
        self.snapshots: Sequence[Contribute] = [e.snapshot for e in extensions if e.snapshot]
        self.checks = dict(check for e in extensions for check in e.checks)
        self.forgets: Sequence[Forget] = [forget for e in extensions for forget in e.forgets]
        self.causes: Sequence[str] = [e.causes for e in extensions if e.causes]
        self.completion = find_completion(extensions)
        self._turn = asyncio.Lock()
        self._writers: asyncpg.Pool[Any] | None = None
        self._readers: asyncpg.Pool[Any] | None = None

    async def migrate(self) -> list[Migration]:
        """Connect, migrate and disconnect; processes that do so together take turns. Raises StoreError."""
        try:
            async with self._migrator() as connection:
                return await self._migrate(connection)
        except _TROUBLE as error:
            raise _typed(error) from error

    async def missing(self) -> list[Migration]:
        """Connect and return the steps that the database lacks. Raises StoreError."""
        try:
            async with self._migrator() as connection:
                return await self._missing(connection)
        except _TROUBLE as error:
            raise _typed(error) from error

    async def open(self, *, migrating: bool = True) -> list[Migration]:
        """Connect and migrate; nodes that start together take turns. Raises StoreError.

        Without ``migrating`` nothing is applied: steps that are missing raise StoreError ``not_migrated``.
        """
        try:
            async with self._migrator() as connection:
                if migrating:
                    applied = await self._migrate(connection)
                else:
                    applied = require_none(await self._missing(connection))
                await self._meet(connection)
            self._writers = await self._pool(WRITERS, WRITER_SETTINGS, WRITE_ANSWER_S)
            self._readers = await self._pool(READERS, READER_SETTINGS, READ_ANSWER_S)
        except _TROUBLE as error:
            if self._writers is not None:
                self._writers.terminate()
                self._writers = None
            raise _typed(error) from error
        return applied

    @asynccontextmanager
    async def _migrator(self) -> AsyncIterator[Any]:
        connection, self.pooled = await connect(self.dsn, "groat-migrate", timeout=CONNECT_TIMEOUT_S)
        try:
            yield connection
        finally:
            await connection.close()

    async def _pool(self, size: int, settings: dict[str, str], answer_s: float) -> asyncpg.Pool[Any]:
        return await asyncpg.create_pool(
            self.dsn,
            min_size=1,
            max_size=size,
            timeout=CONNECT_TIMEOUT_S,
            command_timeout=answer_s,
            server_settings={"application_name": "groat"} if self.pooled else settings,
            statement_cache_size=0 if self.pooled else 200,
            max_cached_statement_lifetime=0,
            connection_class=PreparingConnection,
            init=self._greet,
        )

    async def _greet(self, connection: PreparingConnection) -> None:
        connection.dsn = self.dsn
        await self._meet(connection)

    async def _meet(self, connection: Any) -> None:
        """Check, before a new connection is used, that its server has the history that this process knows."""
        marks = await read_marks(connection)
        if marks != self._marks:
            await settle(connection, marks, self._synchronous_standby)
            self._marks = marks
            self.place = marks.place

    async def _migrate(self, connection: Any) -> list[Migration]:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", MIGRATION_LOCK)
            if not await connection.fetchval(FIND_MIGRATIONS):
                await rename_postgres(connection)
            await connection.execute(_CREATE)
            missing = check_applied(self._migrations, await _applied(connection))
            for step in missing:
                await connection.execute(step.sql)
                await connection.execute(
                    "INSERT INTO groat_migration (room, number, name) VALUES ($1, $2, $3)",
                    step.room,
                    step.number,
                    step.name,
                )
        return missing

    async def _missing(self, connection: Any) -> list[Migration]:
        async with connection.transaction(readonly=True):
            applied = await _applied(connection) if await connection.fetchval(FIND_MIGRATIONS) else set()
        return check_applied(self._migrations, applied)

    async def close(self) -> None:
        """Wait for what runs, and close every connection; what does not end in time is broken off."""
        pools = [pool for pool in (self._writers, self._readers) if pool is not None]
        self._writers = self._readers = None
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await asyncio.gather(*(pool.close() for pool in pools))

    async def write(self, flow: Callable[P, Flow[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a flow in a write transaction of its own: committed when it returns, rolled back when it raises."""
        async with AsyncExitStack() as ending:
            flow_ = flow(*args, **kwargs)
            begin = _BEGIN_POOLED_WRITING if self.pooled else "BEGIN"
            return await self._transact(self._writers, begin, flow_, self._before_query, ending)

    async def read(self, flow: Callable[P, Flow[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a flow over one snapshot of the database."""
        begin = _BEGIN_POOLED_READING if self.pooled else _BEGIN_READING
        return await self._transact(self._readers, begin, flow(*args, **kwargs), None)

    async def read_on(
        self, pool: asyncpg.Pool[Any], check: Callable[[Any], Awaitable[None]], flow: Flow[T]
    ) -> T:
        """Run a flow over one snapshot by a connection of another pool, after ``check(connection)``."""
        return await self._transact(pool, _BEGIN_READING, flow, None, check=check)

    async def ask(self, sql: str, *args: Any) -> tuple[Any, ...]:
        """Return the one row of a statement that only reads. Raises StoreError."""
        if self._readers is None:
            raise Closed
        try:
            async with _borrowed(self._readers) as connection:
                try:
                    async with connection.transaction(readonly=True):
                        return tuple(await connection.fetchrow(sql, *args, timeout=CONNECT_TIMEOUT_S))
                except _TROUBLE:
                    connection.terminate()
                    raise
        except _TROUBLE as error:
            raise _typed(error) from error

    async def _transact(
        self,
        pool: asyncpg.Pool[Any] | None,
        begin: str,
        flow: Flow[T],
        before_query: Callable[[Query], None] | None,
        ending: AsyncExitStack | None = None,
        check: Callable[[Any], Awaitable[None]] | None = None,
    ) -> T:
        if pool is None:
            raise Closed
        try:
            async with _borrowed(pool) as connection:
                if check:
                    try:
                        await check(connection)
                    except _TROUBLE:
                        connection.terminate()
                        raise
                await connection.execute(begin)
                try:
                    if self._clock:
                        await connection.execute(f"SET LOCAL groat.now = {self._clock():d}")
                    result = await self._run(connection, flow, before_query, ending)
                    if before_query:
                        before_query(Query("commit"))
                    await _commit(connection)
                except BaseException:
                    await _undo(connection)
                    raise
                return result
        except _TROUBLE as error:
            raise _typed(error) from error

    async def _run(
        self,
        connection: Any,
        flow: Flow[T],
        before_query: Callable[[Query], None] | None,
        ending: AsyncExitStack | None,
    ) -> T:
        adding: asyncio.Task[Any] | None = None
        try:
            query = next(flow)
            while True:
                if query is TURN:
                    await self._wait_turn(ending)
                    query = flow.send(None)
                # Do this, too, while PostgreSQL works on the previous statement.
                statement, args = self._prepare(query, before_query)
                try:
                    if adding is not None:
                        await adding
                    if statement.shape == "add" and statement.name in connection.prepared:
                        adding = asyncio.create_task(self._execute(connection, statement, args))
                        # Once it is sent, the flow prepares its next query while PostgreSQL works on this one.
                        await asyncio.sleep(0)
                        rows = None
                    else:
                        # PostgreSQL's time-outs do not end a half-prepared statement, should this process freeze.
                        # Prepare first, pipeline later.
                        adding = None
                        if statement.long:
                            rows = await self._execute_long(connection, statement, args)
                        else:
                            rows = await self._execute(connection, statement, args)
                except _TROUBLE as error:
                    query = flow.throw(_typed(error))
                else:
                    query = flow.send(rows)
        except StopIteration as stop:
            if adding is not None:
                await adding
            result: T = stop.value
            return result
        finally:
            if adding is not None:
                # The connection takes no other statement before this.
                await asyncio.gather(adding, return_exceptions=True)

    def _prepare(
        self, query: Query | Together, before_query: Callable[[Query], None] | None
    ) -> tuple[Statement, tuple[Any, ...]]:
        if before_query:
            for each in query.queries if isinstance(query, Together) else (query,):
                before_query(each)
        return self._statements.prepare(query)

    async def _wait_turn(self, ending: AsyncExitStack | None) -> None:
        """Wait until the other lane has ended its transaction, ``TURN_S`` seconds at most, before locking rows."""
        if ending is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(TURN_S):
                    await ending.enter_async_context(self._turn)

    async def _execute_long(self, connection: Any, statement: Statement, args: tuple[Any, ...]) -> Any:
        """Wait for as long as the server takes in new connections; one that is silent to all is gone."""
        answer = asyncio.create_task(self._execute(connection, statement, args, timeout_s=LONG_ANSWER_S))
        try:
            while not (await asyncio.wait({answer}, timeout=READ_ANSWER_S))[0]:
                await _probe(connection.dsn)
            return answer.result()
        finally:
            if not answer.done():
                # Cancelling would wait for the same server, so cut the connection.
                connection.terminate()
                await asyncio.gather(answer, return_exceptions=True)

    async def _execute(
        self,
        connection: Any,
        statement: Statement,
        args: tuple[Any, ...],
        timeout_s: float | None = None,
    ) -> Any:
        name, shape, sql, _ = statement
        if shape in ("rows", "add"):
            if not args:
                return 0 if shape == "rows" else None
            status: str = await connection.execute(sql, *args, timeout=timeout_s)
            if not self.pooled:
                connection.prepared.add(name)
            return int(status.rpartition(" ")[2]) if shape == "rows" else None
        if shape in ("many", "bulk"):
            return [tuple(row) for row in await connection.fetch(sql, *args, timeout=timeout_s)]
        if shape == "one":
            row = await connection.fetchrow(sql, *args, timeout=timeout_s)
            return None if row is None else tuple(row)
        if isinstance(statement, Merged):
            return statement.answers(await connection.fetchrow(sql, *args, timeout=timeout_s))
        await connection.execute(sql, *args, timeout=timeout_s)
        return None


async def _applied(connection: Any) -> set[tuple[str, int]]:
    return {
        (room, number) for room, number in await connection.fetch("SELECT room, number FROM groat_migration")
    }


async def holds_ledger(dsn: str) -> bool:
    """Return whether the database at this address was ever migrated. Raises StoreError."""
    try:
        connection, _ = await connect(dsn, "groat", timeout=CONNECT_TIMEOUT_S)
        try:
            async with connection.transaction(readonly=True):
                return bool(
                    await connection.fetchval(FIND_MIGRATIONS) or await connection.fetchval(HAS_OLD_POSTGRES)
                )
        finally:
            await connection.close()
    except _TROUBLE as error:
        raise _typed(error) from error


def is_lasting(error: StoreError) -> bool:
    """Return whether waiting will not help to open the database: a wrong name, password or address."""
    return not isinstance(error, Unavailable) or isinstance(error.__cause__, _MISTAKEN)


# A TimeoutError is an OSError; asyncpg tells of some connections that are lost in the middle by an InternalClientError.
_TROUBLE = (exceptions.PostgresError, exceptions.InterfaceError, exceptions.InternalClientError, OSError)
_MISTAKEN = (
    exceptions.InvalidAuthorizationSpecificationError,
    exceptions.InvalidCatalogNameError,
    exceptions.ClientConfigurationError,
    exceptions.InsufficientPrivilegeError,
)


def _typed(error: Exception) -> StoreError:
    """Translate a database error: passing trouble (busy, interrupted, store_unavailable), or wrong data."""
    detail = f"{type(error).__name__}: {error}"
    if isinstance(error, exceptions.PostgresError):
        return typed_by_state(error.sqlstate, detail, error.table_name, error.constraint_name)
    if isinstance(error, TimeoutError):
        return Unavailable("The database did not answer in time.")
    return Unavailable(detail)


@asynccontextmanager
async def _borrowed(pool: asyncpg.Pool[Any]) -> AsyncIterator[Any]:
    connection = await pool.acquire(timeout=CONNECT_TIMEOUT_S)
    try:
        yield connection
    finally:
        # A connection that breaks here is replaced by the pool; what was committed on it stays committed.
        with suppress(*_TROUBLE):
            await pool.release(connection)


async def _commit(connection: Any) -> None:
    """COMMIT, acknowledged only when it stands here and wherever it must be replicated to.

    When the wait for the synchronous standby is cancelled, PostgreSQL ends it with a warning, not with an error: the
    transaction is committed here, but may be lost with this machine. The text depends on the server's language, and a
    COMMIT of ours has no other reason to warn. Raises StoreError ``interrupted``: run again, the keys decide.
    """
    warnings: list[str] = []

    def note(_: Any, message: Any) -> None:
        if message.severity_en == "WARNING":
            warnings.append(message.message)

    connection.add_log_listener(note)
    try:
        done = await connection.execute("COMMIT")
    finally:
        with suppress(exceptions.InterfaceError):
            connection.remove_log_listener(note)
    if warnings or done != "COMMIT":
        raise Interrupted(f"{done}: {'; '.join(warnings)}")


async def _probe(dsn: str) -> None:
    """Check that the server accepts new connections; raises what asyncpg raises."""
    with suppress(exceptions.TooManyConnectionsError):
        connection = await asyncpg.connect(dsn, timeout=PROBE_S)
        connection.terminate()


async def _undo(connection: Any) -> None:
    """Roll back; a connection that cannot is of no use any more."""
    try:
        async with asyncio.timeout(UNDO_ANSWER_S):
            await connection.execute("ROLLBACK")
    except _TROUBLE:
        with suppress(exceptions.InterfaceError):
            connection.terminate()
