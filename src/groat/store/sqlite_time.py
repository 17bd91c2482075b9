"""The functions of SQL that tell the time on SQLite, which has no clock of its own that is fine enough."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from groat.store.moment import read_time
from groat.store.sqlite_statements import SqliteStatements


class SqliteTime:
    """Gives a connection ``groat_clock()``, the machine's clock, and ``groat_now()``, the time of the ledger.

    ``clock`` gives microseconds since 1970. SQLite refuses to give a function to a connection anew while a statement
    runs on it: then sqlite3.OperationalError is raised.
    """

    def __init__(self, connection: sqlite3.Connection, clock: Callable[[], int]) -> None:
        self._ahead = 0
        connection.create_function("groat_clock", 0, clock)
        connection.create_function("groat_now", 0, lambda: clock() + self._ahead)

    def begin(self, connection: sqlite3.Connection, statements: SqliteStatements) -> None:
        """Take over, in a transaction that began, by how much the ledger is ahead. Raises StoreError."""
        time = statements.run(connection, read_time())
        self._ahead = time.ahead - time.held
