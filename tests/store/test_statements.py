"""Named SQL: how it is read, and that the dialects have the same names and shapes."""

from __future__ import annotations

import re
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

import groat.store
from groat.ledger.errors import CommandFailed
from groat.store.extension import Extension
from groat.store.flow import Query
from groat.store.sqlite_statements import SqliteStatements
from groat.store.statements import Statement, load_statements

STORE = Path(groat.store.__file__).parent
SOURCES = STORE.parent
# Stores with row locks can pass over the rows that others hold; on SQLite nobody else writes meanwhile.
ONLY_WITH_ROW_LOCKS = {"lock_free_budgets", "lock_free_holds", "lock_free_accounts", "lock_free_streams"}


def write(directory: Path, **files: str) -> Path:
    for name, text in files.items():
        (directory / f"{name}.sql").write_text(text)
    return directory


def test_a_statement_has_a_name_a_shape_and_its_text(tmp_path: Path) -> None:
    sql = """-- A file.

-- name: find_one :one
-- What it is for.
SELECT 1
FROM x;

-- name: drop_it :exec long
DELETE FROM x WHERE y = ?1;
"""
    assert load_statements([write(tmp_path, a=sql)]) == {
        "find_one": Statement("find_one", "one", "SELECT 1\nFROM x"),
        "drop_it": Statement("drop_it", "exec", "DELETE FROM x WHERE y = ?1", long=True),
    }


def test_a_name_is_given_once(tmp_path: Path) -> None:
    one = "-- name: same :exec\nSELECT 1;\n"
    with pytest.raises(ValueError, match="same exists already"):
        load_statements([write(tmp_path, a=one, b=one)])
    (tmp_path / "more").mkdir()
    (tmp_path / "b.sql").unlink()
    with pytest.raises(ValueError, match="same exists already"):
        load_statements([tmp_path, write(tmp_path / "more", c=one)])


def test_every_statement_is_used_and_every_one_used_exists() -> None:
    named = load_statements([STORE / "sql" / "sqlite"]).keys() | ONLY_WITH_ROW_LOCKS
    sources = "\n".join(path.read_text() for path in SOURCES.rglob("*.py"))
    assert {name for name in named if not re.search(rf'"{name}"', sources)} == set()
    flows = "\n".join(
        path.read_text() for room in ("store", "identity") for path in (SOURCES / room).rglob("*.py")
    )
    assert set(re.findall(r'Query\(\s*"(\w+)"', flows)) - named <= {"commit", "turn"}


def test_the_dialects_have_the_same_statements() -> None:
    sqlite, postgres = (load_statements([STORE / "sql" / dialect]) for dialect in ("sqlite", "postgres"))
    assert postgres.keys() - sqlite.keys() == ONLY_WITH_ROW_LOCKS
    assert sqlite.keys() - postgres.keys() == set()


def extended(directory: Path, sql: str) -> SqliteStatements:
    (directory / "sql" / "sqlite").mkdir(parents=True)
    write(directory / "sql" / "sqlite", own=sql)
    return SqliteStatements([cast(Extension, SimpleNamespace(directory=directory))])


def answer(statements: SqliteStatements, name: str, *args: Any) -> Any:
    def flow() -> Iterator[Query]:
        return (yield Query(name, args))

    with closing(sqlite3.connect(":memory:")) as connection, warnings.catch_warnings():
        # Python 3.12 warns of numbered parameters, and 3.14 refuses them.
        warnings.simplefilter("error")
        return statements.run(connection, cast(Any, flow()))


def test_numbered_parameters_of_sqlite_take_any_order_and_repeat(tmp_path: Path) -> None:
    statements = extended(
        tmp_path,
        """-- name: own_mixed :one
-- Not ?7, which is in a comment.
SELECT ?2, ?1, '?3', ?2 AS "?4" -- nor ?9
;
-- name: own_bulk :bulk
SELECT json_array(json_array_length(?1), json_extract(?1, '$[0]'), ?2);
-- name: own_plain :one
SELECT ?, ?;
-- name: own_second :one
SELECT ?2;
""",
    )
    assert answer(statements, "own_mixed", "a", "b") == ("b", "a", "?3", "b")
    assert answer(statements, "own_bulk", ["x", "y"], 5) == [2, "x", 5]
    assert answer(statements, "own_plain", "a", "b") == ("a", "b")
    assert answer(statements, "own_second", "a", "b") == ("b",)
    for args in (("a",), ("a", "b", "c")):
        with pytest.raises(CommandFailed, match="own_mixed takes 2 arguments"):
            answer(statements, "own_mixed", *args)


def test_parameters_of_sqlite_are_all_numbered_or_none(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="statement own: number all"):
        extended(tmp_path, "-- name: own :one\nSELECT ?1, ?;\n")
