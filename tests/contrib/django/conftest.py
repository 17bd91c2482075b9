"""The project of the tests: configured before any test module imports a model."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contrib.django import projects
from tests.servers import Postgres

projects.set_up()


@pytest.fixture(params=["sqlite", "postgres"])
def alias(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    """An entry of DATABASES of each kind, for an empty database."""
    if request.param == "postgres":
        return projects.postgres_alias(request.getfixturevalue("postgres_server"))
    return projects.sqlite_alias(tmp_path / "shop.db")


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the tables of the whole project, to be copied."""
    path = tmp_path_factory.mktemp("django") / "shop.db"
    with projects.databases(default=projects.sqlite_alias(path)):
        projects.migrate()
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: Postgres) -> str:
    """The name of a database with the tables of the whole project, to be copied."""
    alias = projects.postgres_alias(postgres_server)
    with projects.databases(default=alias):
        projects.migrate()
    return str(alias["NAME"])


@pytest.fixture(params=["sqlite", "postgres"])
def migrated(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    """An entry of DATABASES of each kind, for a database with the tables of the whole project."""
    if request.param == "postgres":
        template = request.getfixturevalue("migrated_postgres")
        return projects.postgres_alias(request.getfixturevalue("postgres_server"), template)
    shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "shop.db")
    return projects.sqlite_alias(tmp_path / "shop.db")


@pytest.fixture
def project(migrated: dict[str, Any]) -> Iterator[None]:
    """The project on a migrated database of each kind."""
    with projects.databases(default=migrated):
        yield


@pytest.fixture
def small_project(migrated_sqlite: Path, tmp_path: Path) -> Iterator[None]:
    """The project on a migrated database of SQLite, for what is the same on both."""
    shutil.copy(migrated_sqlite, tmp_path / "shop.db")
    with projects.databases(default=projects.sqlite_alias(tmp_path / "shop.db")):
        yield
