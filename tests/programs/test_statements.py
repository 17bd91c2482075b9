"""The named SQL of every program: the dialects have the same statements and steps."""

from __future__ import annotations

from pathlib import Path

import pytest

import groat.programs
from groat.store.migrations import load_migrations
from groat.store.statements import load_statements

ROOM = Path(groat.programs.__file__).parent
PROGRAMS = sorted(path.parent for path in ROOM.glob("*/sql"))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.name)
def test_the_dialects_have_the_same_statements(program: Path) -> None:
    sqlite, postgres = (load_statements([program / "sql" / dialect]) for dialect in ("sqlite", "postgres"))
    assert {name: s.shape for name, s in sqlite.items()} == {name: s.shape for name, s in postgres.items()}


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.name)
def test_the_dialects_have_the_same_migrations(program: Path) -> None:
    sqlite, postgres = (
        load_migrations(program.name, program / "migrations" / dialect) for dialect in ("sqlite", "postgres")
    )
    assert [(m.number, m.name) for m in sqlite] == [(m.number, m.name) for m in postgres]
    assert [m.number for m in sqlite] == list(range(1, len(sqlite) + 1))
