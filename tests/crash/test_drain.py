"""SIGTERM: what is in flight is answered or may be retried, watchers are told to come back, the exit is clean."""

from __future__ import annotations

import asyncio
import random

import httpx

from tests.crash import truth
from tests.crash.calls import Senders
from tests.crash.clients import EventSource, Poller, PythonClient, stop_all
from tests.crash.mixture import TOKENS, USERS, Mixture
from tests.crash.server import ADMIN, DEADLINE_S, Server, bearing
from tests.live.waiting import until

WRITES = 600
SHUTDOWN = 3001


async def test_sigterm_in_the_middle_of_writes(server: Server) -> None:
    seed = 5
    print(f"seed {seed}")
    await server.start()
    senders, mixture = Senders(server), Mixture(random.Random(seed))
    clients = [PythonClient(server, user, TOKENS[user]) for user in USERS[:6]]
    readers = [EventSource(server, USERS[6], TOKENS[USERS[6]]), Poller(server, USERS[7], TOKENS[USERS[7]])]
    records = [*(client.record for client in clients), *(reader.record for reader in readers)]
    try:
        async with httpx.AsyncClient(
            base_url=server.address, headers=bearing(ADMIN), trust_env=False
        ) as http:
            for code, scale in (("CREDIT", 0), ("USD", 2)):
                assert (await http.post("/v1/assets", json={"code": code, "scale": scale})).status_code == 201
        await senders.send_all(mixture.opening())
        for client in clients:
            await client.client.connect()
        await until(lambda: all(record.begun for record in records), DEADLINE_S)
        wanted = senders.answered + WRITES // 6
        async with asyncio.timeout(2 * DEADLINE_S), asyncio.TaskGroup() as tasks:
            tasks.create_task(senders.send_all([mixture.earn() for _ in range(WRITES)]))
            await until(lambda: senders.answered >= wanted, DEADLINE_S)
            assert await server.terminate() == 0, server.tail()
            await until(lambda: senders.quiet, DEADLINE_S)
            truth.check_writes(senders.writes, truth.Database(server.path), killed=True)
            # Everybody was told why, with the code that makes SDKs come back.
            told = [[code for code in client.connecting if code >= 3000] for client in clients]
            assert told == [[SHUTDOWN]] * len(clients)
            await server.start()
        database = truth.Database(server.path)
        await until(
            lambda: all(each.offset == database.streams[each.stream].head for each in records), DEADLINE_S
        )
    finally:
        await stop_all([*clients, *readers])
    print(f"{sum(write.lost for write in senders.writes)} calls were not answered")
    truth.check_writes(senders.writes, database)
    truth.check_retries(senders.writes)
    for record in records:
        truth.check_record(record, database)
    assert server.alarms() == []
    await server.verify()
