"""What the whole run shares: private servers, started when the first test asks for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers import Postgres, Redis, postgres, redis


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A PostgreSQL of the run's own. Its commits need not survive a power cut, only its processes."""
    with postgres(fsync="off", full_page_writes="off") as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Redis]:
    """A Redis of the run's own."""
    with redis() as server:
        yield server
