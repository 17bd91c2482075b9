"""SQLite's file, while another process writes to it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from groat.contrib.django import groat
from tests.contrib.django import projects


def test_a_file_that_stays_locked_is_busy(tmp_path: Path) -> None:
    alias = projects.sqlite_alias(tmp_path / "shop.db")
    with projects.databases(default=alias), closing(sqlite3.connect(alias["NAME"])) as other:
        projects.migrate()
        groat.add_asset("USD", 2)
        connection.cursor().execute("PRAGMA busy_timeout = 0")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(groat.Busy):
            groat.post([("house:bank", "user:1", "1", "USD")], key="k")
        other.rollback()
        assert groat.post([("house:bank", "user:1", "1", "USD")], key="k").ok
