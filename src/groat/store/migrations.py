"""Migrations: numbered SQL files, forward only, each in a transaction of its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from groat.ledger.errors import NewerDatabase, NotMigrated
from groat.store.extension import Extension
from groat.store.renaming import rename_sqlite

_CREATE = """CREATE TABLE IF NOT EXISTS groat_migration (
    room       TEXT    NOT NULL,
    number     INTEGER NOT NULL,
    name       TEXT    NOT NULL,
    applied_at TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    PRIMARY KEY (room, number)
) STRICT, WITHOUT ROWID"""

_FIND = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'groat_migration'"


class Migration(NamedTuple):
    """One step: the ``room`` that owns it (``groat`` or a program's name), its number, its name and its SQL."""

    room: str
    number: int
    name: str
    sql: str


def load_migrations(room: str, directory: Path) -> list[Migration]:
    """The room's migrations in the order of their numbers, from files named ``NNNN_name.sql``."""
    found = []
    for path in sorted(directory.glob("[0-9][0-9][0-9][0-9]_*.sql")):
        number, _, name = path.stem.partition("_")
        found.append(Migration(room, int(number), name, path.read_text("utf-8")))
    return found


def load_steps(dialect: str, extensions: Sequence[Extension] = ()) -> list[Migration]:
    """Load groat's own migrations in a dialect (``postgres`` or ``sqlite``), and after them those of the extensions."""
    steps = load_migrations("groat", Path(__file__).parent / "migrations" / dialect)
    for extension in extensions:
        steps += load_migrations(extension.name, extension.directory / "migrations" / dialect)
    return steps


def require_none(missing: Sequence[Migration]) -> list[Migration]:
    """Return ``missing`` if it is empty; else raise StoreError ``not_migrated``."""
    if missing:
        steps = ", ".join(f"{step.room} {step.number:04}" for step in missing)
        raise NotMigrated(f"The database lacks steps of this version ({steps}). Run: groat migrate.")
    return []


def check_applied(migrations: Sequence[Migration], applied: set[tuple[str, int]]) -> list[Migration]:
    """The migrations that are missing from the (room, number) pairs applied.

    Raises StoreError ``newer_database`` when a step of one of these rooms was applied that is not known here.
    """
    known = {(m.room, m.number) for m in migrations}
    rooms = {m.room for m in migrations}
    newer = sorted(step for step in applied - known if step[0] in rooms)
    if newer:
        steps = ", ".join(f"{room} {number:04}" for room, number in newer)
        raise NewerDatabase(f"The database was migrated by a newer groat (steps {steps}). Run that version.")
    return [m for m in migrations if (m.room, m.number) not in applied]


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> list[Migration]:
    """Apply what is missing and return it; several processes may call this at once.

    Raises StoreError ``newer_database`` when the database holds a step of one of these rooms that is not known here.
    """
    # Mostly nothing is missing. Then no lock is taken: a process must start however busy others keep the database.
    if connection.execute(_FIND).fetchone() and not check_applied(migrations, _applied(connection)):
        return []
    connection.execute("BEGIN IMMEDIATE")
    try:
        if not connection.execute(_FIND).fetchone():
            rename_sqlite(connection)
        connection.execute(_CREATE)
        missing = check_applied(migrations, _applied(connection))
        for step in missing:
            for statement in _split(step.sql):
                connection.execute(statement)
            connection.execute(
                "INSERT INTO groat_migration (room, number, name) VALUES (?, ?, ?)",
                (step.room, step.number, step.name),
            )
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return missing


def find_missing(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> list[Migration]:
    """Return the migrations that the database lacks, and change nothing. Raises StoreError ``newer_database``."""
    found = connection.execute(_FIND).fetchone()
    return check_applied(migrations, _applied(connection) if found else set())


def _applied(connection: sqlite3.Connection) -> set[tuple[str, int]]:
    return {(room, number) for room, number in connection.execute("SELECT room, number FROM groat_migration")}


def _split(script: str) -> Iterable[str]:
    # executescript() would commit the surrounding transaction, so the script is cut into statements here.
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip() and not all(line.startswith("--") for line in statement.split("\n") if line.strip()):
        yield statement
