"""Read a column of balances: from the answer to a query of SQLite or PostgreSQL, or from a CSV file.

The account of a row is what a template makes of its other columns: ``user:{id}``.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing, closing
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import asyncpg

from groat.cli.transactions_file import FileError, read_table
from groat.engine.adopting import CHUNK_MAX, ColumnRow
from groat.ledger.errors import GroatError, Rule
from groat.sheets.model import Decimal
from groat.sheets.numbers import readings
from groat.store.opening import POSTGRES, sqlite_path, wrong_scheme

COLUMN_ERRORS: dict[str, Rule] = {
    "query_failed": Rule(400, "The database did not answer the query."),
    "column_unknown": Rule(400, "The rows have no column of this name."),
    "source_missing": Rule(400, "Give the rows by --query or by --csv, one of them."),
}

_PLACE = re.compile(r"\{([^{}]*)\}")


class ColumnError(GroatError):
    """Rows that cannot be read; codes of ``COLUMN_ERRORS``."""

    rules = COLUMN_ERRORS


class ColumnSource(NamedTuple):
    """Name the source of rows: a ``query`` of the database at ``address``, or a ``csv`` file.

    ``account`` is the template of an account's path, ``balance`` the name of the column with the balance. ``decimal``
    and ``encoding`` are those of the file.
    """

    account: str
    balance: str
    address: str = ""
    query: str = ""
    csv: Path | None = None
    decimal: Decimal = "."
    encoding: str | None = None

    async def chunks(self) -> AsyncGenerator[list[ColumnRow], None]:
        """Read the rows, a few hundred at a time. Raises ColumnError, FileError, StoreError ``wrong_scheme``."""
        async with aclosing(self._tables()) as tables:
            async for names, rows in tables:
                yield [self._row(dict(zip(names, row, strict=True))) for row in rows]

    def _row(self, cells: Mapping[str, Any]) -> ColumnRow:
        for name in self._names():
            if name not in cells:
                raise ColumnError(
                    "column_unknown", f"There is no column {name!r}; there are {', '.join(cells) or 'none'}."
                )
        balance, *_ = self._names()
        account = _PLACE.sub(lambda place: str(cells[self._name(place[1])]), self.account)
        value = cells[balance]
        if self.csv is not None and isinstance(value, str):
            value = readings(value).get(self.decimal, value)
        return ColumnRow(account, value)

    def _names(self) -> list[str]:
        """Return the columns that are needed; that of the balance comes first."""
        return [self._name(name) for name in (self.balance, *_PLACE.findall(self.account))]

    def _name(self, text: str) -> str:
        # Names of a file's columns are in lower case.
        return text.casefold() if self.csv is not None else text

    async def _tables(self) -> AsyncGenerator[tuple[Sequence[str], Iterable[Sequence[Any]]], None]:
        if self.csv is not None:
            table = read_table(self.csv, self.encoding, self._names())
            if table.problems:
                first = table.problems[0]
                raise FileError("rows_invalid", f"Line {first.line} of {self.csv}: {first.detail}")
            for at in range(0, len(table.rows), CHUNK_MAX):
                rows = table.rows[at : at + CHUNK_MAX]
                yield table.columns, [[row.cells.get(name, "") for name in table.columns] for row in rows]
        elif self.address.startswith(POSTGRES):
            async with aclosing(self._of_postgres()) as found:
                async for each in found:
                    yield each
        else:
            for each in self._of_sqlite():
                yield each

    def _of_sqlite(self) -> Iterable[tuple[Sequence[str], Iterable[Sequence[Any]]]]:
        path = sqlite_path(self.address)
        if path is None:
            raise wrong_scheme(self.address)
        try:
            where = f"file:{quote(str(Path(path).absolute()))}?mode=ro"
            with closing(sqlite3.connect(where, uri=True)) as connection:
                cursor = connection.execute(self.query)
                names = [each[0] for each in cursor.description or ()]
                while rows := cursor.fetchmany(CHUNK_MAX):
                    yield names, rows
        except sqlite3.Error as error:
            raise ColumnError("query_failed", f"{path}: {error}") from error

    async def _of_postgres(self) -> AsyncGenerator[tuple[Sequence[str], Iterable[Sequence[Any]]], None]:
        try:
            connection = await asyncpg.connect(
                # A pooler may give the next transaction a session on which a statement is prepared already.
                self.address,
                statement_cache_size=0,
                server_settings={"application_name": "groat-adopt"},
            )
            try:
                async with connection.transaction(isolation="repeatable_read", readonly=True):
                    statement = await connection.prepare(self.query)
                    names = [attribute.name for attribute in statement.get_attributes()]
                    cursor = await statement.cursor()
                    while rows := await cursor.fetch(CHUNK_MAX):
                        yield names, [tuple(row) for row in rows]
            finally:
                await connection.close()
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            raise ColumnError("query_failed", f"{type(error).__name__}: {error}") from error
