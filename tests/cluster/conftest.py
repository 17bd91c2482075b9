from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.cluster.nodes import Cluster
from tests.helpers.databases import PostgresDatabase
from tests.servers import Postgres


@pytest.fixture(params=["notify", "redis"])
async def cluster(
    request: pytest.FixtureRequest, tmp_path: Path, postgres_server: Postgres
) -> AsyncIterator[Cluster]:
    """Two nodes that run, with and without Redis."""
    settings = {}
    if request.param == "redis":
        settings["GROAT_REDIS"] = request.getfixturevalue("redis_server").url
    cluster = Cluster(tmp_path, PostgresDatabase(postgres_server), 2, **settings)
    try:
        await cluster.start()
        yield cluster
    finally:
        cluster.bury()
