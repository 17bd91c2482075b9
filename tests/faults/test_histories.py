"""Histories under faults: several nodes on one PostgreSQL, and every second something breaks.

GROAT_SOAK_ROUNDS says how many rounds; GROAT_FAULTS_SEED which seed they begin with, to replay one.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.crash import truth
from tests.crash.clients import EventSource, NodeClients, Poller, PythonClient, Record, Watching, stop_all
from tests.crash.mixture import TOKENS, USERS, Mixture
from tests.crash.server import ADMIN, DEADLINE_S, bearing, token
from tests.crash.test_kill import check_over_http, check_repeats
from tests.faults.cluster import Cluster
from tests.faults.conftest import ROUNDS
from tests.faults.senders import Roamers
from tests.faults.strikes import Strikes
from tests.faults.truth import PostgresTruth
from tests.live.waiting import until
from tests.servers import postgres

WORKERS = 24
FAULTS = 12 if ROUNDS == 1 else 40
DISK_MB = 500
BACK_OFF_S = (0.05, 0.5)
EXPIRING = "SELECT count(*) FROM hold WHERE status = 'open' AND expires_at IS NOT NULL"


class Round:
    """One round: the senders, those who watch, and what strikes them."""

    def __init__(self, cluster: Cluster, rng: random.Random) -> None:
        self.cluster = cluster
        self.rng = rng
        self.mixture = Mixture(rng)
        self.senders = Roamers(cluster, self.mixture)
        self.strikes = Strikes(cluster, rng)
        self.people = [PythonClient(cluster, user, TOKENS[user], BACK_OFF_S) for user in USERS[:4]]
        self.staff = PythonClient(cluster, "admin", ADMIN, BACK_OFF_S)
        self.node = NodeClients(cluster, {user: TOKENS[user] for user in USERS[4:8]})
        self.readers = [
            EventSource(cluster, USERS[8], TOKENS[USERS[8]]),
            Poller(cluster, USERS[9], TOKENS[USERS[9]]),
            Poller(cluster, "saver", token("saver")),
        ]
        self.watching: list[Watching] = []

    @property
    def records(self) -> list[Record]:
        stock: list[PythonClient | Watching] = [*self.people, *self.watching]
        return [
            *(each.record for each in stock),
            *(each.record for each in self.readers),
            *self.node.records.values(),
        ]

    async def open(self) -> None:
        """Assets, money, things to refer to; everybody who watches is there."""
        async with httpx.AsyncClient(
            base_url=self.cluster.address, headers=bearing(ADMIN), trust_env=False
        ) as http:
            for code, scale in (("CREDIT", 0), ("USD", 2)):
                assert (await http.post("/v1/assets", json={"code": code, "scale": scale})).status_code == 201
        await self.senders.send_all(self.mixture.opening())
        await self.node.start()
        for client in (*self.people, self.staff):
            await client.client.connect()
        self.watching = [await self.staff.watch(user) for user in USERS[:2]]
        referred = self.mixture.referred()
        await self.senders.send_all(referred)
        self.mixture.learn(referred)
        await until(lambda: all(record.begun for record in self.records), DEADLINE_S)

    async def storm(self) -> None:
        """Write while one fault after the other strikes; at the end all is well again and everything settled."""
        work = asyncio.create_task(self.senders.work(WORKERS))
        await self.strikes.storm(FAULTS)
        await self.cluster.heal()
        self.senders.stopping.set()
        await work

    async def settle(self) -> PostgresTruth:
        """Wait until the last hold that expires has expired and everybody who watches has heard of everything."""
        async with self.cluster.look() as connection:
            async with asyncio.timeout(DEADLINE_S):
                while await connection.fetchval(EXPIRING):  # noqa: ASYNC110 (the database has no event for it)
                    await asyncio.sleep(0.05)
        database = await PostgresTruth.read(self.cluster.database.dsn)
        await until(
            lambda: all(record.offset == database.streams[record.stream].head for record in self.records),
            DEADLINE_S,
        )
        return database

    async def close(self) -> None:
        await stop_all([*self.people, self.staff, self.node, *self.readers])


@contextmanager
def telling(round_: Round, seed: int) -> Iterator[None]:
    try:
        yield
    finally:
        writes = round_.senders.writes
        print(
            f"GROAT_FAULTS_SEED={seed}: {len(round_.cluster.nodes)} nodes, {len(writes)} writes,"
            f" {sum(write.lost for write in writes)} calls unanswered,"
            f" turned away {dict(round_.senders.turned_away)}, struck {dict(round_.strikes.struck)},"
            f" {sum(node.network.lost for node in round_.cluster.nodes)} answers to COMMIT lost,"
            f" nodes started again {sum(node.deaths for node in round_.cluster.nodes)} times,"
            f" clients resumed {sum(record.resumed for record in round_.records)} times"
        )


@pytest.mark.soak
async def test_nothing_is_lost_or_doubled_while_everything_breaks(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    with postgres(disk_mb=DISK_MB, max_wal_size="64MB", min_wal_size="32MB") as server:
        cluster = Cluster(tmp_path, server, rng.choice([2, 3]))
        round_ = Round(cluster, rng)
        try:
            await cluster.open()
            try:
                with telling(round_, seed):
                    await round_.open()
                    await round_.storm()
                    database = await round_.settle()
            finally:
                await round_.close()
            writes = round_.senders.writes
            truth.check_writes(writes, database)
            database.check_chains()
            for record in round_.records:
                truth.check_record(record, database)
            await check_over_http(cluster, writes, database)
            await check_repeats(round_.senders, rng)
            again = await PostgresTruth.read(server.dsn)
            assert again.transactions == database.transactions, "a repetition had an effect"
            await cluster.nodes[0].verify()
        finally:
            await cluster.close()
        for node in cluster.nodes:
            assert unexpected(node.log) == []


def unexpected(log: Path) -> list[str]:
    """The errors in a node's log that the faults do not explain.

    Commands that could not be committed in time are answered 503, and a node that finds no database at its start ends.
    """
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    errors = [line for line in lines if line.get("level") in ("error", "critical")]
    return [
        json.dumps(line)
        for line in errors
        if line["event"] not in ("commands_failed", "Application startup failed. Exiting.")
        and "StoreError: store_unavailable" not in line["event"]
    ]
