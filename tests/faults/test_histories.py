"""Histories under faults: several nodes on one PostgreSQL, and every second something breaks.

GROAT_SOAK_ROUNDS says how many rounds; GROAT_FAULTS_SEED which seed they begin with, to replay one.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.faults.cluster import Cluster
from tests.faults.conftest import ROUNDS
from tests.faults.round import Round
from tests.faults.strikes import Strikes
from tests.servers import postgres, redis

# Each kind of fault once, or nearly four times.
FAULTS = 11 if ROUNDS == 1 else 40
DISK_MB = 500


@pytest.mark.soak
async def test_nothing_is_lost_or_doubled_while_everything_breaks(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    with postgres(disk_mb=DISK_MB, max_wal_size="64MB", min_wal_size="32MB") as server, redis() as bus:
        cluster = Cluster(tmp_path, server, rng.choice([2, 3]), redis=bus)
        round_ = Round(cluster, rng)
        strikes = Strikes(cluster, rng)
        try:
            await cluster.open()
            try:
                await round_.open()
                await round_.storm(strikes.storm(FAULTS))
                database = await round_.settle()
            finally:
                print(f"GROAT_FAULTS_SEED={seed}: {round_.told()}, struck {dict(strikes.struck)}")
                await round_.close()
            await round_.check(database)
        finally:
            await cluster.close()
