"""Rename the tables of a database that an older version made, whose names did not begin with ``groat_``.

The tables had bare names such as ``account`` and ``session``, which other apps in the same schema may need.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from typing import Any

PREFIX = "groat_"
POSTGRES_NAME_MAX = 63

# The tables with bare names, by the migration step (room, number) that made them.
_TABLES: dict[tuple[str, int], tuple[str, ...]] = {
    ("groat", 1): (
        *("meta", "asset", "account", "batch", "txn", "posting"),
        *("hold", "key", "stream", "event", "receipt", "act"),
    ),
    ("groat", 2): ("principal", "api_key", "session"),
    ("groat", 3): ("archive", "archived_txn", "archived_posting"),
    ("groat", 6): ("lease",),
    ("workflow", 1): ("request", "request_step", "request_look"),
    ("notifications", 1): (
        *("notification", "notification_box"),
        *("notification_mark", "notification_mail"),
    ),
    ("notifications", 2): ("notification_gone",),
}

# A table of another app may have the name `migration`; ours is known by its columns.
HAS_OLD_SQLITE = """SELECT count(*) FROM sqlite_schema AS s, pragma_table_info(s.name) AS c
WHERE s.type = 'table' AND s.name = 'migration' AND c.name IN ('room', 'number', 'name', 'applied_at')"""
_INDEXES_SQLITE = (
    "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL"
)

HAS_OLD_POSTGRES = """SELECT count(*) = 4 FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = 'migration' AND c.relkind = 'r'
  AND a.attname IN ('room', 'number', 'name', 'applied_at') AND NOT a.attisdropped"""

# The tables $1 with their partitions, and the indexes and sequences of all. A key's index takes its constraint along.
_RELATIONS = """WITH RECURSIVE tables (oid) AS (
    SELECT oid FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relname = ANY ($1) AND relkind IN ('r', 'p')
    UNION SELECT i.inhrelid FROM pg_inherits AS i JOIN tables AS t ON t.oid = i.inhparent)
SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'i' THEN 'INDEX' WHEN 'I' THEN 'INDEX' ELSE 'TABLE' END, c.relname
FROM pg_class AS c
WHERE c.oid IN (SELECT oid FROM tables)
   OR c.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid IN (SELECT oid FROM tables))
   OR c.relkind = 'S' AND c.oid IN (SELECT objid FROM pg_depend WHERE classid = 'pg_class'::regclass
                                       AND refobjid IN (SELECT oid FROM tables) AND deptype IN ('a', 'i'))
ORDER BY c.oid"""
_CONSTRAINTS = """SELECT n.conrelid::regclass::text, n.conname
FROM pg_constraint AS n JOIN pg_class AS c ON c.oid = n.conrelid
WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY ($1) AND n.contype IN ('c', 'f')"""


def rename_sqlite(connection: sqlite3.Connection) -> None:
    """Rename what an older version made, if there is any, within the transaction that the caller has begun."""
    (columns,) = connection.execute(HAS_OLD_SQLITE).fetchone()
    if columns < 4:
        return
    for table in _bare(connection.execute("SELECT room, number FROM migration")):
        connection.execute(f"ALTER TABLE {table} RENAME TO {PREFIX}{table}")
        # SQLite renames no index, so each is made again.
        for name, sql in connection.execute(_INDEXES_SQLITE, (PREFIX + table,)).fetchall():
            connection.execute(f"DROP INDEX {name}")
            connection.execute(re.sub(rf"\b{name}\b", PREFIX + name, sql, count=1))


async def rename_postgres(connection: Any) -> None:
    """Rename what an older version made, if there is any, within the transaction that the caller has begun."""
    if not await connection.fetchval(HAS_OLD_POSTGRES):
        return
    # A long read of these tables would hold up this step, and all writers behind it.
    await connection.execute("SET LOCAL lock_timeout = '5s'")
    tables = list(_bare(await connection.fetch("SELECT room, number FROM migration")))
    constraints = await connection.fetch(_CONSTRAINTS, tables)
    for owner, name in constraints:
        await connection.execute(f"ALTER TABLE {owner} RENAME CONSTRAINT {name} TO {PREFIX}{name}")
    for kind, name in await connection.fetch(_RELATIONS, tables):
        new = (PREFIX + name)[:POSTGRES_NAME_MAX]
        await connection.execute(f"ALTER {kind} {name} RENAME TO {new}")


def _bare(steps: Iterable[Any]) -> Iterable[str]:
    """Return the tables that these applied steps made."""
    done = {(room, number) for room, number in steps}
    for step, tables in _TABLES.items():
        if step in done:
            yield from tables
    yield "migration"
