from pathlib import Path

import pytest

from tests.helpers.databases import SqliteDatabase
from tests.helpers.fixtures import clock, database, groat

__all__ = ["clock", "database", "groat", "sqlite"]


@pytest.fixture
def sqlite(tmp_path: Path) -> SqliteDatabase:
    """An empty SQLite database, for what is true of SQLite alone."""
    return SqliteDatabase(tmp_path)
