"""One round of a trial: the senders, those who watch, and what is so afterwards."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import httpx

from tests.crash import truth
from tests.crash.clients import EventSource, NodeClients, Poller, PythonClient, Record, Watching, stop_all
from tests.crash.mixture import TOKENS, USERS, Mixture
from tests.crash.server import ADMIN, DEADLINE_S, bearing, token
from tests.crash.test_kill import check_over_http, check_repeats
from tests.faults.cluster import Cluster
from tests.faults.senders import Roamers
from tests.faults.truth import PostgresTruth
from tests.live.waiting import until

WORKERS = 24
BACK_OFF_S = (0.05, 0.5)
EXPIRING = "SELECT count(*) FROM hold WHERE status = 'open' AND expires_at IS NOT NULL"


class Round:
    """One round: the senders, those who watch, and what strikes them."""

    def __init__(self, cluster: Cluster, rng: random.Random) -> None:
        self.cluster = cluster
        self.rng = rng
        # How many writes there are depends on time, which must not change what strikes next.
        self.mixture = Mixture(random.Random(rng.randrange(2**32)))
        self.senders = Roamers(cluster, self.mixture)
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
        await until(
            lambda: all(record.offset == database.streams[record.stream].head for record in self.records),
            DEADLINE_S,
        )
        return database

    async def close(self) -> None:
        await stop_all([*self.people, self.staff, self.node, *self.readers])

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
