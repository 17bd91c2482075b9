"""SQLite's named statements and how a flow runs over a connection: what its drivers share."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import msgspec

from groat.ledger.errors import Busy, CommandFailed, StoreError, Unavailable
from groat.store.extension import Extension
from groat.store.flow import TURN, Flow, Query, Together
from groat.store.statements import Statement, load_statements

T = TypeVar("T")

DIALECT: Final = "sqlite"
VARIABLES_MAX = 32_766
ROWS_MAX = 1_024

_HERE = Path(__file__).parent
# A text, a quoted name and a comment have no parameters.
_PARAMETER = re.compile(r"""'[^']*'|"[^"]*"|--[^\n]*|\?(\d*)""")
_encode = msgspec.json.encode
_decode = msgspec.json.decode

# For each None among the values of a statement, Python's module looks for an adapter, for a protocol and for a method,
# and makes two exceptions on the way: 1 us, and a row has some five. It stops at an adapter that it finds.
sqlite3.register_adapter(type(None), lambda none: none)


class _Placed(NamedTuple):
    """A statement whose parameters are all ``?``.

    ``pick`` brings the ``given`` arguments into the order of the text, None where they are in it.
    """

    name: str
    shape: str
    sql: str
    given: int
    pick: Callable[[tuple[Any, ...]], tuple[Any, ...]] | None


@cache
def _place(statement: Statement) -> _Placed:
    """Write the numbered parameters of a statement (``?1``) as ``?``.

    For sqlite3 a numbered parameter is a named one: Python 3.12 warns of a sequence of arguments for these, and Python
    3.14 refuses it. Raises ValueError for a statement that has both kinds.
    """
    name, shape, sql, _ = statement
    found = [each.group(1) for each in _PARAMETER.finditer(sql) if each.group().startswith("?")]
    if not any(found):
        return _Placed(name, shape, sql, len(found), None)
    if not all(found):
        raise ValueError(f"statement {name}: number all of its parameters (?1, ?2), or none (?)")
    text = _PARAMETER.sub(lambda each: "?" if each.group().startswith("?") else each.group(), sql)
    places = [int(each) - 1 for each in found]
    given = max(places) + 1
    if places == list(range(given)):
        return _Placed(name, shape, text, given, None)
    # Of one item, itemgetter makes no tuple.
    pick = itemgetter(*places) if len(places) > 1 else lambda args: (args[places[0]],)
    return _Placed(name, shape, text, given, pick)


class SqliteStatements:
    """The statements of the store and of its extensions."""

    def __init__(self, extensions: Sequence[Extension]) -> None:
        named = load_statements(
            [_HERE / "sql" / DIALECT, *(e.directory / "sql" / DIALECT for e in extensions)]
        )
        self._statements = {name: _place(statement) for name, statement in named.items()}
        self._sql: dict[tuple[str, int, int], str] = {}

    def run(
        self,
        connection: sqlite3.Connection,
        flow: Flow[T],
        before_query: Callable[[Query], None] | None = None,
    ) -> T:
        """Run a flow in the connection's transaction; StoreErrors are thrown into it."""
        try:
            query = next(flow)
            while True:
                if query is TURN:
                    query = flow.send(None)
                try:
                    rows = self._answer(connection, query, before_query)
                except (sqlite3.Error, OverflowError) as error:
                    query = flow.throw(typed(error))
                else:
                    query = flow.send(rows)
        except StopIteration as stop:
            result: T = stop.value
            return result

    def _answer(
        self,
        connection: sqlite3.Connection,
        query: Query | Together,
        before_query: Callable[[Query], None] | None,
    ) -> Any:
        if isinstance(query, Together):
            return [self._answer(connection, each, before_query) for each in query.queries]
        if before_query:
            before_query(query)
        return self._execute(connection, self._statements[query.name], query.args)

    def _execute(self, connection: sqlite3.Connection, statement: _Placed, args: tuple[Any, ...]) -> Any:
        name, shape, sql, given, pick = statement
        if shape in ("rows", "add"):
            written = self._insert(connection, name, sql, args[0])
            return written if shape == "rows" else None
        if shape == "bulk":
            args = (_encode(args[0]).decode(), *args[1:])
        if pick:
            if len(args) != given:
                raise sqlite3.ProgrammingError(f"{name} takes {given} arguments, not {len(args)}")
            args = pick(args)
        if shape == "bulk":
            (text,) = connection.execute(sql, args).fetchone()
            return _decode(text)
        cursor = connection.execute(sql, args)
        if shape == "many":
            return cursor.fetchall()
        if shape == "one":
            row = cursor.fetchone()
            cursor.close()
            return row
        return None

    def _insert(
        self, connection: sqlite3.Connection, name: str, sql: str, rows: list[tuple[Any, ...]]
    ) -> int:
        # Chunks are powers of two, so that a few prepared statements serve batches of every size.
        start, left, written = 0, len(rows), 0
        if not left:
            return 0
        width = len(rows[0])
        chunk_max = min(ROWS_MAX, 1 << ((VARIABLES_MAX // width).bit_length() - 1))
        while left:
            count = min(chunk_max, 1 << (left.bit_length() - 1))
            text = self._sql.get((name, width, count))
            if text is None:
                row = f"({','.join('?' * width)})"
                text = sql.replace(":rows", ",".join([row] * count))
                self._sql[name, width, count] = text
            values = [value for row in rows[start : start + count] for value in row]
            written += connection.execute(text, values).rowcount
            start += count
            left -= count
        return written


def typed(error: Exception) -> StoreError:
    """Translate a database error: passing trouble (busy, store_unavailable), or a statement wrong for its data.

    The error is the cause of what is returned.
    """
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    found: StoreError
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        found = Busy(str(error))
    elif isinstance(
        error, sqlite3.IntegrityError | OverflowError | sqlite3.DataError | sqlite3.ProgrammingError
    ):
        found = CommandFailed(str(error))
    else:
        found = Unavailable(str(error))
    found.__cause__ = error
    return found
