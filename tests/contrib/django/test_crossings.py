"""A transaction of an app leaves what it crossed in its own commit, or nothing where it is undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import override_settings

from groat import SyncGroat
from groat.contrib.django import blocks, conf, groat
from groat.ledger.lines import SetLine
from tests.contrib.django import projects

_numbers = count(1)


@pytest.fixture(params=["sqlite", "postgres"])
def books(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    alias = (
        projects.postgres_alias(request.getfixturevalue("postgres_server"))
        if request.param == "postgres"
        else projects.sqlite_alias(tmp_path / "shop.db")
    )
    with override_settings(GROAT={}), projects.databases(default=alias):
        projects.migrate()
        projects.migrate(run_syncdb=True)
        blocks.forget()
        yield
        with SyncGroat.open(conf.database_url()) as server:
            assert server.verify().ok


def post(source: str, destination: str, amount: str) -> None:
    groat.post([(source, destination, amount, "USD")], key=f"key-{next(_numbers)}").unwrap()


def crossed() -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT direction, available FROM groat_crossing ORDER BY version")
        return list(cursor.fetchall())


def test_what_is_crossed_is_committed_with_the_app(books: None) -> None:
    groat.add_asset("USD", 2)
    line = SetLine(
        principal="service:t", key="line", account="user:a", asset="USD", line_kind="test", threshold=5_000
    )
    groat.many([line])
    with transaction.atomic():
        post("house:b", "user:a", "60")
        post("user:a", "house:s", "20")
    assert crossed() == [("up", 6_000), ("down", 4_000)]
    with suppress(ZeroDivisionError), transaction.atomic():
        post("house:b", "user:a", "60")
        raise ZeroDivisionError
    assert crossed() == [("up", 6_000), ("down", 4_000)]
