from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.cluster.nodes import Cluster
from tests.servers import Postgres


@pytest.fixture(params=["notify", "redis"])
def bus(request: pytest.FixtureRequest) -> dict[str, str]:
    """The settings of nodes that tell each other through PostgreSQL, or through Redis."""
    if request.param == "notify":
        return {}
    return {"GROAT_REDIS": request.getfixturevalue("redis_server").url}


@pytest.fixture
async def cluster(tmp_path: Path, postgres_server: Postgres, bus: dict[str, str]) -> AsyncIterator[Cluster]:
    """Two nodes that run, with and without Redis."""
    async with Cluster.running(tmp_path, postgres_server, 2, **bus) as cluster:
        yield cluster
