"""PostgreSQL's named statements, the form of their arguments, and its error codes: what its drivers share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from groat.ledger.errors import Busy, CommandFailed, Interrupted, StoreError, Unavailable
from groat.store.extension import Extension
from groat.store.flow import Query, Together
from groat.store.merging import Merged, merge
from groat.store.statements import Statement, load_statements

DIALECT: Final = "postgres"

_HERE = Path(__file__).parent
_AS_TEXT = re.compile(r"\$(\d+)::text::")
_encode = msgspec.json.encode

# Lock not available, a statement that took too long, a transaction that was idle for too long.
_BUSY = frozenset({"55P03", "57014", "25P03"})
_KEYED = ("groat_txn", "groat_key")


class PostgresStatements:
    """The statements of the store and of its extensions."""

    def __init__(self, extensions: Sequence[Extension]) -> None:
        self._statements = load_statements(
            [_HERE / "sql" / DIALECT, *(e.directory / "sql" / DIALECT for e in extensions)]
        )
        # asyncpg asks of each element of an array whether it is a container, which costs as much as deciding a batch.
        # So the arrays of a batch's statements go as text, but for those of long JSON, which PostgreSQL would have to
        # read character by character.
        self._as_text = {
            name: {int(number) - 1 for number in _AS_TEXT.findall(sql)}
            for name, _, sql, _ in self._statements.values()
        }
        self._merged: dict[tuple[str, ...], Merged] = {}

    def prepare(self, query: Query | Together) -> tuple[Statement, tuple[Any, ...]]:
        """Return the statement of a query, or one that does all that are handed over together, and its arguments."""
        if isinstance(query, Together):
            parts = [self.prepare(each) for each in query.queries]
            names = tuple(each.name for each in query.queries)
            merged = self._merged.get(names)
            if merged is None:
                merged = self._merged[names] = merge([statement for statement, _ in parts])
            return merged, tuple(arg for _, args in parts for arg in args)
        statement = self._statements[query.name]
        return statement, self._arguments(statement, query.args)

    def _arguments(self, statement: Statement, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """Turn a list of rows into an array for each column, as the statement takes it; nothing for no rows."""
        if statement.shape not in ("bulk", "rows", "add"):
            return args
        keys = args[0]
        if not keys and statement.shape != "bulk":
            return ()
        columns: Iterable[Any] = zip(*keys, strict=True) if keys and isinstance(keys[0], tuple) else [keys]
        as_text = self._as_text[statement.name]
        if as_text:
            columns = [array_text(c) if n in as_text else c for n, c in enumerate(columns)]
        return (*columns, *args[1:])


def array_text(values: Iterable[Any]) -> str:
    """Write an array of numbers, texts and None as PostgreSQL's text of it. Raises StoreError ``command_failed``."""
    try:
        text = _encode(values).decode()
    except (OverflowError, TypeError, ValueError) as error:
        raise CommandFailed(repr(error)) from error
    if "\\" in text and _has_escapes_of_json(text):
        return f"{{{','.join(map(_element, values))}}}"
    return f"{{{text[1:-1]}}}"


def _has_escapes_of_json(text: str) -> bool:
    """Return whether JSON escapes more than quotes and backslashes, in a way that PostgreSQL's arrays do not have."""
    rest = text.replace("\\\\", "")
    return rest.count("\\") != rest.count('\\"')


def _element(value: Any) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return "NULL" if value is None else str(value)


def typed_by_state(
    state: str | None, detail: str, table: str | None = None, constraint: str | None = None
) -> StoreError:
    """Translate PostgreSQL's SQLSTATE: passing trouble (busy, interrupted, store_unavailable), or wrong data.

    ``table`` and ``constraint`` are those that an error names.
    """
    state = state or ""
    if state in _BUSY:
        return Busy(detail)
    if state.startswith("40"):
        return Interrupted(detail)
    if state == "23505" and (table in _KEYED or constraint == "groat_posting_pkey"):
        # Another batch used one of the keys first. An id is made once: there an earlier run of the same batch, whose
        # outcome was unknown, has committed meanwhile.
        return Interrupted(detail)
    if state[:2] in ("22", "23", "42"):
        return CommandFailed(detail)
    return Unavailable(detail)
