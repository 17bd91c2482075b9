"""A project whose database is behind PgBouncer in transaction mode: its blocks, and its live server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import socketio
from django.db import connection, transaction
from django.test import override_settings

from groat.contrib.django import blocks, conf, groat
from groat.identity.tokens import Tokens
from tests.contrib.django import projects
from tests.contrib.django.sites import Site
from tests.servers import Pgbouncer, Postgres, pgbouncer

PATIENCE_S = 30.0


@pytest.fixture(scope="module")
def pooler(postgres_server: Postgres) -> Iterator[Pgbouncer]:
    with pgbouncer(postgres_server, default_pool_size="3") as pooler:
        yield pooler


@pytest.fixture
def direct(postgres_server: Postgres, migrated_postgres: str) -> dict[str, Any]:
    """The project's database itself."""
    return projects.postgres_alias(postgres_server, migrated_postgres)


@pytest.fixture
def pooled(direct: dict[str, Any], pooler: Pgbouncer) -> Iterator[dict[str, Any]]:
    """The project on this database through the pooler."""
    alias = {**direct, "PORT": pooler.port, "DISABLE_SERVER_SIDE_CURSORS": True}
    with projects.databases(default=alias):
        blocks.forget()
        yield alias
    blocks.forget()


def post(amount: str, key: str) -> None:
    groat.post([("house:bonus", "user:7", amount, "USD")], key=key).unwrap()


async def hear_balances(url: str, count: int, post_next: Any) -> list[str]:
    """The balances of user 7 that a page shows, as each of so many posts is made."""
    heard: asyncio.Queue[Any] = asyncio.Queue()
    balances: asyncio.Queue[Any] = asyncio.Queue()
    client = socketio.AsyncClient()
    client.on("snapshot", heard.put)
    client.on("balance_updated", balances.put)
    token = Tokens(conf.settings()).issue("7", (), 60, int(time.time()))
    await client.connect(url, auth={"token": token})
    try:
        await asyncio.wait_for(heard.get(), PATIENCE_S)
        seen = []
        for number in range(count):
            await asyncio.to_thread(post_next, number)
            while (told := await asyncio.wait_for(balances.get(), PATIENCE_S)).get("snapshot"):
                pass
            seen.append(told["balance"])
        return seen
    finally:
        await client.disconnect()


def test_a_block_posts_and_prepares_nothing(pooled: dict[str, Any]) -> None:
    groat.add_asset("USD", 2)
    for number in range(5):
        with transaction.atomic():
            post("1", f"a{number}")
            post("1", f"b{number}")
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM pg_prepared_statements")
                assert cursor.fetchone() == (0,)
        connection.close()
    assert str(groat.balance("user:7", "USD").available) == "10.00"


@pytest.mark.parametrize("bus", ["poll", "notify"])
def test_two_workers_tell_a_page_of_each_post(
    tmp_path: Path, pooled: dict[str, Any], direct: dict[str, Any], bus: str
) -> None:
    groat.add_asset("USD", 2)
    with projects.databases(default=direct):
        address = conf.alias_url("default")
    given = {"DATABASE_URL": address} if bus == "notify" else {}
    site = Site(tmp_path, pooled, GROAT=given)

    def post_next(number: int) -> None:
        try:
            with transaction.atomic():
                post("1", f"{bus}{number}")
        finally:
            connection.close()

    with override_settings(GROAT=given), site.live("--workers", "2") as live:
        seen = asyncio.run(hear_balances(live.url, 4, post_next))
        metrics = httpx.get(f"{live.url}/metrics").text
        assert f'groat_hints_connected{{bus="{bus}"' in metrics
        assert live.stop() == 0
    assert seen == ["1.00", "2.00", "3.00", "4.00"]
    with projects.databases(default=direct):
        assert str(groat.balance("user:7", "USD").available) == "4.00"
