"""kill -9 in the middle of two thousand concurrent writes: nothing acknowledged is lost, nothing happens twice.

GROAT_SOAK_ROUNDS says how many rounds; GROAT_CRASH_SEED which seed they begin with, to replay one.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.crash import truth
from tests.crash.calls import Senders
from tests.crash.crowd import Crowd
from tests.crash.mixture import Mixture
from tests.crash.server import ADMIN, DEADLINE_S, Server, bearing
from tests.crash.shown import check_over_http, check_repeats
from tests.live.waiting import until

WRITES = 2_000


class Round(Crowd[Senders]):
    """One round: a crowd, the server that is killed under it, and what it is compared with."""

    def __init__(self, server: Server, directory: Path, seed: int) -> None:
        self.rng = random.Random(seed)
        super().__init__(server, Senders(server), Mixture(self.rng), people=6, node=range(4, 10))
        self.server = server
        self.kills = 0
        self._directory = directory

    async def storm(self) -> None:
        """All writes at once; the server is killed after some of the answers, once or several times."""
        storm = asyncio.create_task(self.senders.send_all(self.mixture.storm(WRITES)))
        # The later kills fall among the retries.
        again = self.rng.sample([100, 300, 500], self.rng.randrange(3))
        for after in [self.rng.randrange(WRITES - 200), *again]:
            await self._answered(self.senders.answered + after, storm)
            await self.kill()
        await asyncio.wait_for(storm, DEADLINE_S)

    async def _answered(self, count: int, storm: asyncio.Task[None]) -> None:
        await until(lambda: storm.done() or self.senders.answered >= count, DEADLINE_S)

    async def kill(self) -> None:
        # Answers come in bursts after a COMMIT: a random moment later anything may be under way.
        await asyncio.sleep(self.rng.uniform(0, 0.03))
        self.server.kill()
        self.kills += 1
        # What was answered before the end is still read.
        await until(lambda: self.senders.quiet, DEADLINE_S)
        database = await truth.left_behind(self.server.path, self._directory / f"killed-{self.kills}")
        truth.check_writes(self.senders.writes, database, killed=True)
        await self.server.start()

    async def settle(self) -> truth.Database:
        """Wait until the last hold that expires has expired and everybody who watches has heard of everything."""
        async with httpx.AsyncClient(
            base_url=self.server.address, headers=bearing(ADMIN), trust_env=False
        ) as http:
            for id in self.mixture.holds:
                async with asyncio.timeout(DEADLINE_S):
                    while True:
                        hold = (await http.get(f"/v1/holds/{id}")).json()
                        if hold["expires_at"] is None or hold["state"] != "open":
                            break
                        await asyncio.sleep(0.05)
        database = truth.Database(self.server.path)
        await self.caught_up(database.streams)
        return database


@contextmanager
def telling(round_: Round, seed: int) -> Iterator[None]:
    try:
        yield
    finally:
        lost = sum(write.lost for write in round_.senders.writes)
        survived = sum(any(write.survived) for write in round_.senders.writes)
        print(
            f"GROAT_CRASH_SEED={seed}: {len(round_.senders.writes)} writes, {round_.kills} kills,"
            f" {lost} calls unanswered, {survived} of them committed"
        )


@pytest.mark.soak
async def test_kill_in_the_middle_of_2_000_writes(server: Server, tmp_path: Path, seed: int) -> None:
    await server.start()
    round_ = Round(server, tmp_path, seed)
    try:
        with telling(round_, seed):
            await round_.open()
            await round_.storm()
            database = await round_.settle()
    finally:
        await round_.close()
    writes = round_.senders.writes
    truth.check_writes(writes, database)
    truth.check_retries(writes)
    for record in round_.records:
        truth.check_record(record, database)
    assert all(client.record.resumed for client in round_.people)
    assert round_.node.errors == []
    await check_over_http(server, writes, database)
    await check_repeats(round_.senders, round_.rng)
    assert truth.Database(server.path).transactions == database.transactions, "a repetition had an effect"
    assert server.alarms() == []
    assert await server.terminate() == 0
    await server.verify()
