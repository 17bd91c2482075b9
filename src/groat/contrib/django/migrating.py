"""Apply groat's steps after ``manage.py migrate``, on the ledger's alias only and under groat's lock."""

from __future__ import annotations

import asyncio
import sys
from typing import IO, TYPE_CHECKING, Any

from django.apps import apps
from django.db import connections, router

from groat.contrib.django import conf
from groat.store import migrations
from groat.store.extension import Extension
from groat.store.migrations import Migration

if TYPE_CHECKING:
    from groat.store.postgres import PostgresStore

AUTH = "django.contrib.auth"


def migrate_after(*, using: str, verbosity: int = 1, stdout: IO[str] = sys.stdout, **_: Any) -> None:
    """Handle ``post_migrate``: apply the steps of groat and of the project's programs.

    Raises StoreError (``newer_database``, ``store_unavailable``), SettingsError.
    """
    if using != conf.database_alias() or not router.allow_migrate(using, "groat"):
        return
    applied = _apply(using)
    if verbosity >= 1:
        for step in applied:
            stdout.write(f"  Applied groat's step {step.room}.{step.number:04}_{step.name}\n")
    if any(step.room == "groat" and step.number == 1 for step in applied) and apps.is_installed(AUTH):
        from groat.contrib.django import records

        if records.has_users():
            # Those who were there before groat; whoever comes later is kept by signals.
            records.keep_all()


def missing() -> list[Migration]:
    """Return the steps that the ledger's database lacks. Raises StoreError, SettingsError."""
    alias = conf.database_alias()
    connection = connections[alias]
    if connection.vendor == "postgresql":
        return asyncio.run(_postgres().missing())
    connection.ensure_connection()
    return migrations.find_missing(connection.connection, migrations.load_steps("sqlite", extensions()))


def extensions() -> tuple[Extension, ...]:
    """Return what has tables: what every ledger has, and the programs that are turned on."""
    # Every command of manage.py loads this file, and few need the programs.
    from groat.programs.standing_words import STANDING_EXTENSIONS

    brought = (program.extension for program in conf.programs())
    return (*STANDING_EXTENSIONS, *(extension for extension in brought if extension is not None))


def _postgres() -> PostgresStore:
    from groat.store.postgres import PostgresStore

    return PostgresStore(conf.database_url(), extensions())


def _apply(alias: str) -> list[Migration]:
    connection = connections[alias]
    if connection.vendor == "postgresql":
        return asyncio.run(_postgres().migrate())
    # A test run may keep its database in memory, where no other connection finds it.
    connection.ensure_connection()
    return migrations.migrate(connection.connection, migrations.load_steps("sqlite", extensions()))
