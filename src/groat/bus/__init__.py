"""Hints that another worker committed something. They follow the commit and may be lost; the log may not."""

from __future__ import annotations

from collections.abc import Callable

from groat.bus.interface import Bus, Publish
from groat.bus.postgres import PostgresBus
from groat.bus.redis import RedisBus
from groat.bus.sqlite import SqliteBus
from groat.store.interface import Store
from groat.store.postgres import PostgresStore
from groat.store.sqlite import SqliteStore


def make_bus(
    store: Store, worker: str, publish: Publish, changed: Callable[[], None], redis: str = ""
) -> Bus:
    """The bus that fits a store: the file's own changes on SQLite; on PostgreSQL Redis if there is one, else NOTIFY.

    ``redis`` is the URL of a Redis, empty for none.
    """
    if isinstance(store, PostgresStore):
        if redis:
            return RedisBus(redis, store, worker, publish)
        return PostgresBus(store, worker, publish)
    if isinstance(store, SqliteStore):
        return SqliteBus(store, worker, publish, changed)
    raise TypeError(f"no bus for {type(store).__name__}")
