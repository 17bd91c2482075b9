from __future__ import annotations

import os
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.crash.server import Server

ROUNDS = int(os.environ.get("GROAT_SOAK_ROUNDS", "1"))
SEED = os.environ.get("GROAT_CRASH_SEED")


def seeds() -> list[int]:
    """One seed for each round: fresh ones in a long soak, else 1; GROAT_CRASH_SEED replays from there on."""
    first = int(SEED) if SEED else random.SystemRandom().randrange(1_000, 10**6) if ROUNDS > 2 else 1
    return list(range(first, first + ROUNDS))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    # The seed is in the name of the test, so whatever fails says how to replay it.
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", seeds(), ids=lambda seed: f"GROAT_CRASH_SEED={seed}")


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    """A server that does not run yet."""
    server = Server(tmp_path)
    yield server
    server.bury()
