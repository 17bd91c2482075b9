"""Ledgers in the test's own process, over a network that the test controls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import asyncpg

from groat import Groat
from groat.store.flow import Query
from groat.store.postgres import PostgresStore
from tests.faults.proxy import Proxy
from tests.servers import Postgres

_numbers = count(1)


def fresh(server: Postgres) -> str:
    """The dsn of a new, empty database."""
    return server.new_database(f"faults_{next(_numbers)}")


def through(proxy: Proxy, dsn: str) -> str:
    """The same database by way of a proxy."""
    return f"postgresql://postgres@127.0.0.1:{proxy.port}/{dsn.rpartition('/')[2]}"


@asynccontextmanager
async def network(server: Postgres) -> AsyncIterator[Proxy]:
    """A network between a ledger and the database."""
    proxy = Proxy([server.port])
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.stop()


@asynccontextmanager
async def ledger(dsn: str, before_query: Callable[[Query], None] | None = None) -> AsyncIterator[Groat]:
    """A ledger with CREDIT. Whatever a test did with it, the books must agree in the end."""
    async with Groat.open(dsn, store=PostgresStore(dsn, before_query=before_query)) as groat:
        await groat.add_asset("CREDIT", 0)
        yield groat
        report = await groat.verify()
        assert report.ok, report.problems


@asynccontextmanager
async def plain(dsn: str) -> AsyncIterator[Any]:
    """A plain connection, to look into the database or to be in its way."""
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()
