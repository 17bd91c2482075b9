"""``manage.py migrate`` makes groat's tables, on the ledger's alias only, and as often as one likes."""

from __future__ import annotations

import asyncio
import io
import re
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader
from django.test import override_settings

from groat import Groat
from groat.contrib.django import conf, migrating
from tests.contrib.django import projects


def tables(alias: str = "default") -> set[str]:
    """The tables that are there."""
    return set(connections[alias].introspection.table_names())


def test_the_migration_is_empty_and_the_models_need_no_other(project: None) -> None:
    loader = MigrationLoader(connection)
    (key,) = (key for key in loader.disk_migrations if key[0] == "groat")
    assert loader.disk_migrations[key].operations == []
    call_command("makemigrations", "groat", check=True, dry_run=True, verbosity=0)


def test_migrate_makes_the_tables_and_all_have_groats_name(alias: dict[str, Any]) -> None:
    with projects.databases(default=alias):
        projects.migrate("contenttypes")
        own = {name for name in tables() if not name.startswith(("django_", "sqlite_"))}
        assert "groat_account" in own
        assert all(name.startswith("groat_") for name in own)
        assert migrating.missing() == []


def test_migrate_says_which_steps_it_applied_and_a_second_time_none(alias: dict[str, Any]) -> None:
    with projects.databases(default=alias):
        first, second = io.StringIO(), io.StringIO()
        projects.migrate(verbosity=1, stdout=first)
        projects.migrate(verbosity=1, stdout=second)
    assert "groat.0001_ledger" in first.getvalue()
    assert "groat.0001" not in second.getvalue()


def test_only_the_alias_of_the_ledger_gets_tables(alias: dict[str, Any], tmp_path: Path) -> None:
    other = projects.sqlite_alias(tmp_path / "other.db")
    with projects.databases(default=other, books=alias), override_settings(GROAT={"DATABASE": "books"}):
        projects.migrate()
        assert not any(name.startswith("groat_") for name in tables("default"))
        projects.migrate(database="books")
        assert "groat_account" in tables("books")


class Nowhere:
    """A router that keeps groat's tables away from every alias."""

    def allow_migrate(self, db: str, app_label: str, **_: Any) -> bool | None:
        """Django's question."""
        return False if app_label == "groat" else None


def test_a_router_that_says_no_is_obeyed(tmp_path: Path) -> None:
    with (
        projects.databases(default=projects.sqlite_alias(tmp_path / "shop.db")),
        override_settings(DATABASE_ROUTERS=[Nowhere()]),
    ):
        projects.migrate()
        assert not any(name.startswith("groat_") for name in tables())


def test_the_programs_of_the_project_get_their_tables(alias: dict[str, Any]) -> None:
    with projects.databases(default=alias):
        projects.migrate()
        with override_settings(GROAT={"PROGRAMS": ["bank"]}):
            missing = migrating.missing()
            assert {step.room for step in missing} <= {"bank"}
            projects.migrate()
            assert migrating.missing() == []


def test_processes_that_migrate_together_apply_each_step_once(alias: dict[str, Any]) -> None:
    said, barrier = io.StringIO(), Barrier(4)

    def run() -> None:
        barrier.wait()
        migrating.migrate_after(using="default", stdout=said)
        connections.close_all()

    with projects.databases(default=alias):
        # Two connections cannot turn one SQLite file to WAL at the same moment.
        connection.ensure_connection()
        threads = [Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with connection.cursor() as cursor:
            cursor.execute("SELECT room, number, name FROM groat_migration")
            steps = [f"{room}.{number:04}_{name}" for room, number, name in cursor.fetchall()]
    assert sorted(re.findall(r"step (\S+)", said.getvalue())) == sorted(steps)


def test_a_database_in_memory_is_migrated_too() -> None:
    memory = {"ENGINE": "django.db.backends.sqlite3", "NAME": "file:groat_memory?mode=memory&cache=shared"}
    with projects.databases(default=memory):
        projects.migrate()
        assert "groat_account" in tables()


async def _verify(url: str) -> bool:
    async with Groat.open(url, migrating=False) as groat:
        await groat.add_asset("CREDIT", 0)
        await groat.post([("house:bonus", "user:1", "5", "CREDIT")], key="1")
        return (await groat.verify()).ok


def test_the_servers_address_of_the_alias_leads_to_the_same_ledger(project: None) -> None:
    assert asyncio.run(_verify(conf.database_url()))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM groat_txn")
        assert cursor.fetchone() == (1,)


def test_the_app_is_named_groat() -> None:
    assert apps.get_app_config("groat").name == "groat.contrib.django"
