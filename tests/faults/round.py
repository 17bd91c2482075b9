"""One round of a trial: the senders, those who watch, and what is so afterwards."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from tests.crash import truth
from tests.crash.crowd import Crowd
from tests.crash.mixture import Mixture
from tests.crash.server import DEADLINE_S
from tests.crash.shown import check_over_http, check_repeats
from tests.faults.cluster import Cluster
from tests.faults.senders import Roamers
from tests.faults.truth import PostgresTruth

WORKERS = 24
BACK_OFF_S = (0.05, 0.5)
EXPIRING = "SELECT count(*) FROM groat_hold WHERE status = 'open' AND expires_at IS NOT NULL"


class Round(Crowd[Roamers]):
    """One round: a crowd at several nodes, and what strikes them."""

    def __init__(self, cluster: Cluster, rng: random.Random) -> None:
        self.cluster = cluster
        self.rng = rng
        # How many writes there are depends on time, which must not change what strikes next.
        mixture = Mixture(random.Random(rng.randrange(2**32)))
        super().__init__(
            cluster, Roamers(cluster, mixture), mixture, people=4, node=range(4, 8), back_off_s=BACK_OFF_S
        )

    async def storm(self, trouble: Coroutine[Any, Any, None]) -> None:
        """Write while there is trouble; when it is over, all that was begun is settled."""
        work = asyncio.create_task(self.senders.work(WORKERS))
        await trouble
        self.senders.stopping.set()
        await work

    async def settle(self) -> PostgresTruth:
        """Wait until the last hold that expires has expired and everybody who watches has heard of everything."""
        async with self.cluster.look() as connection:
            async with asyncio.timeout(DEADLINE_S):
                while await connection.fetchval(EXPIRING):  # noqa: ASYNC110 (the database has no event for it)
                    await asyncio.sleep(0.05)
        database = await PostgresTruth.read(self.cluster.database.dsn)
        await self.caught_up(database.streams)
        return database

    async def check(self, database: PostgresTruth) -> None:
        """Everything acknowledged is there once; everybody heard exactly their stream; all rules hold."""
        writes = self.senders.writes
        truth.check_writes(writes, database)
        database.check_chains()
        for record in self.records:
            truth.check_record(record, database)
        await check_over_http(self.cluster, writes, database)
        await check_repeats(self.senders, self.rng)
        again = await PostgresTruth.read(self.cluster.database.dsn)
        assert again.transactions == database.transactions, "a repetition had an effect"
        await self.cluster.nodes[0].verify()
        for node in self.cluster.nodes:
            assert unexpected(node.log) == []

    def told(self) -> str:
        """What happened, in a line."""
        writes = self.senders.writes
        return (
            f"{len(self.cluster.nodes)} nodes, {len(writes)} writes,"
            f" {sum(write.lost for write in writes)} calls unanswered,"
            f" turned away {dict(self.senders.turned_away)},"
            f" {sum(node.network.lost for node in self.cluster.nodes)} answers to COMMIT lost,"
            f" nodes started again {sum(node.deaths for node in self.cluster.nodes)} times,"
            f" clients resumed {sum(record.resumed for record in self.records)} times"
        )


def unexpected(log: Path) -> list[str]:
    """The errors in a node's log that the faults do not explain.

    Commands that could not be committed in time are answered 503, and a node that finds no database at its start ends.
    asyncpg forgets the error of a connection that was lost while it was being made.
    """
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    errors = [line for line in lines if line.get("level") in ("error", "critical")]
    return [
        json.dumps(line)
        for line in errors
        if line["event"] not in ("commands_failed", "startup_failed", "Application startup failed. Exiting.")
        and "unexpected connection_lost() call" not in line["event"]
    ]
