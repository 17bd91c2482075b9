"""One seed for each round: fresh ones in a long soak, else 1; GROAT_FAULTS_SEED replays from there on."""

from __future__ import annotations

import os
import random

import pytest

ROUNDS = int(os.environ.get("GROAT_SOAK_ROUNDS", "1"))
SEED = os.environ.get("GROAT_FAULTS_SEED")


def seeds() -> list[int]:
    first = int(SEED) if SEED else random.SystemRandom().randrange(1_000, 10**6) if ROUNDS > 2 else 1
    return list(range(first, first + ROUNDS))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    # The seed is in the name of the test, so whatever fails says how to replay it.
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", seeds(), ids=lambda seed: f"GROAT_FAULTS_SEED={seed}")
