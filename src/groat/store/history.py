"""Find out whether a PostgreSQL database still has the history that it had; if that is in doubt, renew its epoch.

A position names the epoch in which it was read. A restored copy is older, and a promoted standby may lack the last
transactions: both would give offsets that readers know to other events. So the database keeps marks of the server that
it lives in, and each new connection compares them with the server that it meets.
"""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple
from uuid import uuid4

import structlog
from asyncpg import exceptions

log = structlog.get_logger("groat.store")

_MARKS = """SELECT system_identifier::text,
       substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8),
       (SELECT oid FROM pg_database WHERE datname = current_database())::text,
       'groat_meta'::regclass::oid::text,
       current_schema()
FROM pg_control_system()"""
# Use the epoch in place of the server's own name.
_PLACE = "SELECT current_database() || ' ' || value, current_schema() FROM groat_meta WHERE name = 'epoch'"
_KEEP = """INSERT INTO groat_meta (name, value) VALUES ('history', $1)
ON CONFLICT (name) DO UPDATE SET value = excluded.value"""
_RENEW = "UPDATE groat_meta SET value = $1 WHERE name = 'epoch'"
# Some services hide the server's control data. There the operator renews the epoch after a restore, by command.
_HIDDEN = (
    exceptions.InsufficientPrivilegeError,
    exceptions.UndefinedFunctionError,
    exceptions.FeatureNotSupportedError,
)


class Marks(NamedTuple):
    """The marks of a history: server, timeline, database, and the table, which a restored dump makes anew.

    ``schema`` completes its place on the server.
    """

    system: str
    timeline: str
    database: str
    table: str
    schema: str

    @property
    def place(self) -> str:
        """A short name of the place, for channels: it stays when a standby is promoted or the epoch renewed."""
        return hashlib.blake2b(
            "\n".join((self.system, self.database, self.schema)).encode(), digest_size=8
        ).hexdigest()

    @property
    def text(self) -> str:
        """Return the text that the database keeps."""
        return f"{self.system}:{self.timeline}:{self.database}:{self.table}"


KEPT_PLACE = """SELECT (SELECT value FROM groat_meta WHERE name = 'history'), current_database(), current_schema(),
       (SELECT value FROM groat_meta WHERE name = 'epoch')"""
"""Reads the arguments of :func:`place_of`."""


def place_of(history: str | None, database: str, schema: str, epoch: str) -> str:
    """Return :attr:`Marks.place` as the servers know it, for a process that may not ask for the marks itself.

    ``history`` is what the first server kept, None if there was none yet or the marks are hidden from it.
    """
    if history is None:
        return Marks("", "", f"{database} {epoch}", "", schema).place
    system, timeline, oid, table = history.split(":")
    return Marks(system, timeline, oid, table, schema).place


async def read_marks(connection: Any) -> Marks:
    """Read the marks of the server behind a connection; a server that hides them is known by its place alone.

    Raises asyncpg's ObjectNotInPrerequisiteStateError on a standby, which is no place for groat.
    """
    try:
        async with connection.transaction():
            return Marks(*await connection.fetchrow(_MARKS))
    except _HIDDEN as error:
        log.warning("history_hidden", detail=str(error))
        async with connection.transaction():
            database, schema = await connection.fetchrow(_PLACE)
        return Marks("", "", database, "", schema)


async def settle(connection: Any, marks: Marks, synchronous_standby: bool) -> str | None:
    """Compare the marks with those kept, and renew the epoch where they differ; returns the new epoch.

    With ``synchronous_standby`` a new timeline of the same server is the same history.
    """
    if not marks.system:
        return None
    async with connection.transaction():
        # Several nodes may find the change at once. The first renews the epoch; the others find it done.
        await connection.execute("SELECT 1 FROM groat_meta WHERE name = 'epoch' FOR UPDATE")
        kept = await connection.fetchval("SELECT value FROM groat_meta WHERE name = 'history'")
        if kept == marks.text:
            return None
        await connection.execute(_KEEP, marks.text)
        if kept is None:
            return None
        system, _, *tables = kept.split(":")
        same = [system, *tables] == [marks.system, marks.database, marks.table]
        if synchronous_standby and same:
            log.warning("standby_promoted", before=kept, now=marks.text)
            return None
        epoch = new_epoch()
        await connection.execute(_RENEW, epoch)
    log.error("history_changed", before=kept, now=marks.text, epoch=epoch)
    return epoch


def new_epoch() -> str:
    """Make a name for a new epoch."""
    return uuid4().hex[:8]
