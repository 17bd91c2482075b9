"""Recognise a pooler, such as PgBouncer, between this process and PostgreSQL.

A pooler in transaction mode gives each transaction a server process of its own choice. What a session sets, prepares
or listens to is lost there between two transactions.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import asyncpg

NO_SETTINGS: Final[Mapping[str, str]] = MappingProxyType({})

_SIGN = "groat.session"
"""A setting of the session that PostgreSQL keeps and a pooler does not know: it refuses or ignores it."""

_SEEN = f"SELECT current_setting('{_SIGN}', true) = 'own', pg_backend_pid()"


async def connect(
    dsn: str, name: str, settings: Mapping[str, str] = NO_SETTINGS, **options: Any
) -> tuple[Any, bool]:
    """Connect under a ``name``, and return the connection and whether a pooler stands in between.

    The connection prepares no named statements, and behind a pooler it has none of the ``settings``. Run its
    statements in transactions, for a pooler may part even one from what prepares it. ``options`` are those of
    ``asyncpg.connect``, and so is what is raised.
    """
    own = {"application_name": name}
    try:
        connection = await asyncpg.connect(
            dsn, statement_cache_size=0, server_settings={**settings, _SIGN: "own", **own}, **options
        )
    except asyncpg.PostgresError as error:
        if "startup parameter" not in str(error):
            raise
        return await asyncpg.connect(dsn, statement_cache_size=0, server_settings=own, **options), True
    try:
        async with connection.transaction(readonly=True):
            is_kept, process = await connection.fetchrow(_SEEN)
    except BaseException:
        connection.terminate()
        raise
    # Some poolers pass all settings on, but none can tell a client which process will serve it.
    return connection, not is_kept or process != connection.get_server_pid()
