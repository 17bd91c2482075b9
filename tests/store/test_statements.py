"""Named SQL: how it is read, and that the dialects have the same names and shapes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import groat.store
from groat.store.statements import Statement, load_statements

STORE = Path(groat.store.__file__).parent
SOURCES = STORE.parent
# Stores with row locks can pass over the rows that others hold; on SQLite nobody else writes meanwhile.
ONLY_WITH_ROW_LOCKS = {"lock_free_holds", "lock_free_accounts", "lock_free_streams"}


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
