"""Hints tell a worker that another one committed something.

A hint follows the commit and may be lost. The events are in the database, where every worker finds them.
"""

from __future__ import annotations

from collections.abc import Callable

from groat.bus.interface import Bus, Publish
from groat.bus.polling import PollingBus
from groat.bus.postgres import PostgresBus
from groat.bus.sqlite import SqliteBus
from groat.store.interface import Store
from groat.store.postgres import PostgresStore
from groat.store.sqlite import SqliteStore


def make_bus(
    store: Store, worker: str, publish: Publish, changed: Callable[[], None], redis: str = ""
) -> Bus:
    """Return the bus for a store: on SQLite file changes, on PostgreSQL Redis if there is one, else NOTIFY.

    Behind a pooler, of which an open store knows, polling takes the place of NOTIFY. ``redis`` is the URL of a Redis,
    empty for none.
    """
    if isinstance(store, PostgresStore):
        if redis:
            # Its client is a fifth of all that groat loads, and most servers have no Redis.
            from groat.bus.redis import RedisBus

            return RedisBus(redis, store, worker, publish)
        return (PollingBus if store.pooled else PostgresBus)(store, worker, publish)
    if isinstance(store, SqliteStore):
        return SqliteBus(store, worker, publish, changed)
    raise TypeError(f"no bus for {type(store).__name__}")
