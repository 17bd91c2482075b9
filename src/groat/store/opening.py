"""Choose the driver that a database address means."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from groat.ledger.errors import StoreError, WrongScheme
from groat.store.extension import Extension
from groat.store.interface import Store
from groat.store.migrations import Migration
from groat.store.postgres import PostgresStore, holds_ledger, is_lasting
from groat.store.replica import Replica
from groat.store.sqlite import SqliteStore

log = structlog.get_logger("groat.store")

PAUSE_S = 0.25
PAUSE_S_MAX = 2.0
SQLITE = "sqlite:///"
POSTGRES = ("postgresql://", "postgres://")


def make_store(
    database: str,
    extensions: Sequence[Extension] = (),
    synchronous_standby: bool = False,
    clock: Callable[[], int] | None = None,
) -> Store:
    """Make the store at ``sqlite:///file.db`` (relative), ``sqlite:////var/file.db`` (absolute) or ``postgresql://...``.

    ``synchronous_standby``: a promoted standby of it has all that was acknowledged. ``clock`` gives the time
    (microseconds since 1970, UTC) instead of the database, for the demo's history. Raises StoreError ``wrong_scheme``.
    """
    if database.startswith(POSTGRES):
        return PostgresStore(database, extensions, clock, synchronous_standby=synchronous_standby)
    path = sqlite_path(database)
    if path is None:
        raise wrong_scheme(database)
    return SqliteStore(path, extensions, clock)


def make_replica(address: str, store: Store) -> Replica:
    """Make the standby at ``postgresql://...`` of the database of ``store``. Raises StoreError ``wrong_scheme``."""
    if not (address.startswith(POSTGRES) and isinstance(store, PostgresStore)):
        raise WrongScheme("A replica is a PostgreSQL standby of a PostgreSQL database.")
    return Replica(address, store)


async def open_store(store: Store, wait_s: float, *, migrating: bool = True) -> list[Migration]:
    """Open the store. A PostgreSQL that is away is tried again for ``wait_s`` seconds. Raises StoreError.

    Without ``migrating`` nothing is applied: steps that are missing raise StoreError ``not_migrated``.
    """
    deadline = time.monotonic() + wait_s
    pause_s = PAUSE_S
    while True:
        try:
            return await store.open(migrating=migrating)
        except StoreError as error:
            left_s = deadline - time.monotonic()
            if left_s <= 0 or not isinstance(store, PostgresStore) or is_lasting(error):
                raise
            log.warning("database_away", detail=error.detail, trying_for_s=round(left_s))
        await asyncio.sleep(min(pause_s, left_s))
        pause_s = min(2 * pause_s, PAUSE_S_MAX)


def wrong_scheme(database: str) -> StoreError:
    """Return the error for an address that is none of a database, without the password that it may have."""
    # The part before an @ may hold a password.
    shown = database.rpartition("@")[2][:64]
    return WrongScheme(f"{shown!r} is no database; give sqlite:///path.db or postgresql://...")


def sqlite_path(database: str) -> str | None:
    """Return the file of an SQLite address, None for any other address."""
    return database.removeprefix(SQLITE) or None if database.startswith(SQLITE) else None


async def exists(database: str) -> bool:
    """Return whether there is a ledger at this address; nothing is made by asking. Raises StoreError."""
    if database.startswith(POSTGRES):
        return await holds_ledger(database)
    path = sqlite_path(database)
    if path is None:
        raise wrong_scheme(database)
    return await asyncio.to_thread(Path(path).is_file)
