"""The project of the tests: configured before any test module imports a model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contrib.django import projects

projects.set_up()


@pytest.fixture(params=["sqlite", "postgres"])
def alias(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    """An entry of DATABASES of each kind, for an empty database."""
    if request.param == "postgres":
        return projects.postgres_alias(request.getfixturevalue("postgres_server"))
    return projects.sqlite_alias(tmp_path / "shop.db")


@pytest.fixture
def project(alias: dict[str, Any]) -> Iterator[None]:
    """The project on a database of each kind, migrated."""
    with projects.databases(default=alias):
        projects.migrate()
        yield
