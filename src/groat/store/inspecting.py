"""Look at a database from outside, before or beside its servers: nothing is made, migrated or written by it."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
import msgspec

from groat.ledger.errors import NewerDatabase, Unavailable
from groat.store.extension import Extension
from groat.store.migrations import check_applied, load_steps
from groat.store.opening import POSTGRES, sqlite_path, wrong_scheme
from groat.store.order import READ_HOLDER, Holder, holder_of
from groat.store.pooler import connect
from groat.store.postgres import CONNECT_TIMEOUT_S, FIND_MIGRATIONS, WRITER_SETTINGS
from groat.store.renaming import HAS_OLD_POSTGRES, HAS_OLD_SQLITE
from groat.store.sqlite import SqliteStore
from groat.store.statements import load_statements

ANSWER_S = 4.0
BUSY_MS = 1_000
FULL = 2
"""The number of SQLite's ``synchronous = FULL``."""

_HERE = Path(__file__).parent
_TROUBLE = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
_HAS = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'groat_migration'"
# It finds no row, and is rolled back.
_TOUCH = "DELETE FROM groat_migration WHERE room = ''"
_APPLIED = "SELECT room, number FROM groat_migration"
_SERVER = """SELECT current_setting('synchronous_commit') AS synchronous_commit,
       current_setting('fsync') AS fsync,
       current_setting('full_page_writes') AS full_page_writes,
       current_setting('synchronous_standby_names') AS standbys,
       pg_is_in_recovery() AS is_standby,
       pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on' AS read_only,
       current_setting('server_version_num')::int AS version,
       extract(epoch FROM clock_timestamp())::float8 AS now"""


class Inspected(msgspec.Struct, kw_only=True):
    """The condition of a database.

    ``missing`` counts the migrations that it lacks, ``newer`` says which steps of a newer version it has. ``lossy``
    are the settings by which what was acknowledged may be lost, as texts ``name = value``. ``ahead_s`` is how many
    seconds its clock is ahead of this machine's, None where it has no clock of its own. ``leapt_s`` is by how many
    seconds its clock leapt, until staff confirm that. ``version`` is PostgreSQL's number of itself, 0 for SQLite.
    ``pooled`` tells of a pooler before it. ``holder`` is the oldest transaction that is open there, None if none is.
    """

    exists: bool = False
    missing: int = 0
    newer: str = ""
    programs: tuple[str, ...] = ()
    read_only: str = ""
    lossy: tuple[str, ...] = ()
    pooled: bool = False
    holder: Holder | None = None
    standbys: str | None = None
    ahead_s: float | None = None
    leapt_s: float = 0.0
    version: int = 0


async def inspect(
    database: str, extensions: Sequence[Extension], wall: Callable[[], float] = time.time
) -> Inspected:
    """Look at the database at this address; ``wall`` is this machine's clock (seconds since 1970).

    Raises StoreError ``wrong_scheme``, ``store_unavailable``.
    """
    if database.startswith(POSTGRES):
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S + ANSWER_S):
                return await _inspect_postgres(database, extensions, wall)
        except _TROUBLE as error:
            detail = f"{type(error).__name__}: {error}" if str(error) else "It did not answer in time."
            raise Unavailable(detail) from error
    path = sqlite_path(database)
    if path is None:
        raise wrong_scheme(database)
    return await asyncio.to_thread(_inspect_sqlite, path, extensions)


def _judge(found: Inspected, dialect: str, extensions: Sequence[Extension], applied: Iterable[Any]) -> None:
    try:
        missing = check_applied(load_steps(dialect, extensions), {(room, at) for room, at in applied})
    except NewerDatabase as error:
        found.newer = error.detail
    else:
        found.missing = len(missing)


def _sql(dialect: str, name: str) -> str:
    return load_statements([_HERE / "sql" / dialect])[name].sql


# SQLite.


def _inspect_sqlite(path: str, extensions: Sequence[Extension]) -> Inspected:
    found = Inspected()
    if not Path(path).exists():
        # The nearest folder that exists has to take the others, and the file.
        above = next(each for each in Path(path).absolute().parents if each.exists())
        if not above.is_dir():
            raise Unavailable(f"Cannot open {path}: {above} is no folder.")
        return found
    try:
        with closing(
            sqlite3.connect(
                f"file:{quote(str(Path(path).absolute()))}?mode=rw",
                uri=True,
                timeout=BUSY_MS / 1_000,
                isolation_level=None,
            )
        ) as connection:
            if connection.execute(_HAS).fetchone() == (1,):
                found.exists = True
                _judge(found, "sqlite", extensions, connection.execute(_APPLIED))
                found.read_only = _refuses_writes(connection)
            elif connection.execute(HAS_OLD_SQLITE).fetchone() == (4,):
                found.exists = True
                found.missing = len(load_steps("sqlite", extensions))
            else:
                return found
            if not found.missing and not found.newer:
                found.programs = tuple(row[0] for row in connection.execute(_sql("sqlite", "list_programs")))
                (found.leapt_s,) = connection.execute(_sql("sqlite", "read_leap")).fetchone()
            (journal,) = connection.execute("PRAGMA journal_mode").fetchone()
        if journal != "wal":
            found.lossy = (f"journal_mode = {journal}",)
        elif not found.read_only:
            found.lossy = _lossy_sqlite(path)
    except sqlite3.Error as error:
        raise Unavailable(f"Cannot read {path}: {error}") from error
    return found


def _refuses_writes(connection: sqlite3.Connection) -> str:
    """Return why a write is refused, "" if it is not, or if somebody else writes for long."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.execute(_TOUCH)
        finally:
            connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        code = error.sqlite_errorcode & 0xFF
        return "" if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) else str(error)
    return ""


def _lossy_sqlite(path: str) -> tuple[str, ...]:
    """Return how connections with groat's own settings fall short of WAL and FULL."""
    with closing(SqliteStore(path).connect()) as connection:
        (journal,) = connection.execute("PRAGMA journal_mode").fetchone()
        (synchronous,) = connection.execute("PRAGMA synchronous").fetchone()
    lossy = [] if journal == "wal" else [f"journal_mode = {journal}"]
    return (*lossy, *([] if synchronous >= FULL else [f"synchronous = {synchronous}"]))


# PostgreSQL.


async def _inspect_postgres(
    dsn: str, extensions: Sequence[Extension], wall: Callable[[], float]
) -> Inspected:
    found = Inspected()
    connection, found.pooled = await connect(
        dsn, "groat-doctor", WRITER_SETTINGS, timeout=CONNECT_TIMEOUT_S, command_timeout=ANSWER_S
    )
    try:
        # All in one transaction, for a pooler may give each another server.
        async with connection.transaction(readonly=True):
            asked_at = wall()
            server = await connection.fetchrow(_SERVER)
            if not server["is_standby"]:
                found.holder = holder_of(await connection.fetchrow(READ_HOLDER))
            found.ahead_s = server["now"] - (asked_at + wall()) / 2
            if await connection.fetchval(FIND_MIGRATIONS):
                found.exists = True
                _judge(found, "postgres", extensions, await connection.fetch(_APPLIED))
            elif await connection.fetchval(HAS_OLD_POSTGRES):
                found.exists = True
                found.missing = len(load_steps("postgres", extensions))
            if found.exists and not found.missing and not found.newer:
                rows = await connection.fetch(_sql("postgres", "list_programs"))
                found.programs = tuple(row[0] for row in rows)
                found.leapt_s = await connection.fetchval(_sql("postgres", "read_leap"))
        found.version = server["version"]
        found.standbys = server["standbys"]
        if server["read_only"]:
            found.read_only = "it is a standby, or its transactions are read-only by default"
        found.lossy = tuple(
            f"{name} = off"
            for name in ("synchronous_commit", "fsync", "full_page_writes")
            if server[name] == "off"
        )
    finally:
        with suppress(*_TROUBLE):
            await connection.close(timeout=1)
    return found
