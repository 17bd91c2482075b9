"""Deadlocks between the batches of several nodes: tried hard, and there are none."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from pathlib import Path

import pytest

from tests.faults.ledgers import fresh, ledger, plain
from tests.servers import Postgres

NODES = 3
SECONDS = 4.0
MEMBER = Path(__file__).with_name("deadlock_member.py")
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


async def member(dsn: str, seed: int) -> int:
    """A node in a process of its own; how many commands it settled."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(MEMBER), dsn, str(seed), str(SECONDS),
        stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    out, _ = await process.communicate()
    assert process.returncode == 0
    return int(out)


@pytest.mark.soak
async def test_no_deadlock_between_nodes(postgres_server: Postgres, seed: int) -> None:
    """Batches with many accounts, holds and streams in random orders, some opened for the first time, in every node."""
    dsn = fresh(postgres_server)
    rng = random.Random(seed)
    async with ledger(dsn), plain(dsn) as other:
        # A lock is waited for 200 ms; PostgreSQL must look for deadlocks before that, or it finds none.
        await other.execute(f"ALTER DATABASE {dsn.rpartition('/')[2]} SET deadlock_timeout = '10ms'")
        settled = await asyncio.gather(*(member(dsn, rng.randrange(2**32)) for _ in range(NODES)))
        # The statistics of a backend are told at the latest when it ends, as the members' have.
        deadlocks = await other.fetchval(DEADLOCKS)
    print(f"GROAT_FAULTS_SEED={seed}: {sum(settled)} commands by {NODES} nodes, {deadlocks} deadlocks")
    assert deadlocks == 0
