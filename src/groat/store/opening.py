"""Which driver a database address means."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from groat.ledger.errors import StoreError
from groat.store.interface import Store
from groat.store.postgres import PostgresStore, holds_ledger
from groat.store.replica import Replica
from groat.store.sqlite import Extension, SqliteStore

SQLITE = "sqlite:///"
POSTGRES = ("postgresql://", "postgres://")


def make_store(
    database: str,
    extensions: Sequence[Extension] = (),
    synchronous_standby: bool = False,
    clock: Callable[[], int] | None = None,
) -> Store:
    """The store at ``sqlite:///file.db`` (relative), ``sqlite:////var/file.db`` (absolute) or ``postgresql://...``.

    ``synchronous_standby``: a promoted standby of it has all that was acknowledged. ``clock`` tells the time (in
    microseconds) instead of the database, for stories that took place in the past. Raises StoreError ``wrong_scheme``.
    """
    if database.startswith(POSTGRES):
        return PostgresStore(database, extensions, clock, synchronous_standby=synchronous_standby)
    path = sqlite_path(database)
    if path is None:
        raise _wrong_scheme(database)
    return SqliteStore(path, extensions, clock) if clock else SqliteStore(path, extensions)


def make_replica(address: str, store: Store) -> Replica:
    """The standby at ``postgresql://...`` of the database of ``store``. Raises StoreError ``wrong_scheme``."""
    if not (address.startswith(POSTGRES) and isinstance(store, PostgresStore)):
        raise StoreError("wrong_scheme", "A replica is a PostgreSQL standby of a PostgreSQL database.")
    return Replica(address, store)


def _wrong_scheme(database: str) -> StoreError:
    # What stands before an @ may be a password.
    shown = database.rpartition("@")[2][:64]
    return StoreError("wrong_scheme", f"{shown!r} is no database; give sqlite:///path.db or postgresql://...")


def sqlite_path(database: str) -> str | None:
    """The file of an SQLite address, None for any other."""
    return database.removeprefix(SQLITE) or None if database.startswith(SQLITE) else None


async def exists(database: str) -> bool:
    """Whether there is a ledger at this address; nothing is made by asking. Raises StoreError."""
    if database.startswith(POSTGRES):
        return await holds_ledger(database)
    path = sqlite_path(database)
    if path is None:
        raise _wrong_scheme(database)
    return await asyncio.to_thread(Path(path).is_file)
