"""Three hundred clients lose their server at the same moment, miss different things, and are all whole again."""

from __future__ import annotations

import random

from groat import Groat
from groat.ledger.commands import Post, Posting
from tests.crash import truth
from tests.crash.clients import PythonClient, stop_all
from tests.crash.server import DEADLINE_S, Server, token
from tests.live.waiting import until

CLIENTS = 300
MISSED_MAX = 60
# As the SDK's defaults, scaled down: while nobody listens, 300 clients should not keep the machine busy with asking.
BACK_OFF_S = (0.1, 0.5)


async def pay(server: Server, counts: dict[str, int], batch: str) -> None:
    """Some transactions for each person, posted by another process than the server: it may be down."""
    async with Groat.open(server.database) as groat:
        await groat.add_asset("CREDIT", 0)
        await groat.execute_many(
            [
                Post(
                    principal="service:bank",
                    key=f"{batch}/{user}/{number}",
                    reason=batch,
                    postings=(Posting("house:bonus", f"user:{user}", 1, "CREDIT"),),
                )
                for user, count in counts.items()
                for number in range(count)
            ]
        )


async def test_three_hundred_come_back_at_once(server: Server) -> None:
    seed = 1
    print(f"seed {seed}")
    rng = random.Random(seed)
    users = [f"u{number}" for number in range(CLIENTS)]
    await pay(server, dict.fromkeys(users, 3), "before")
    await server.start()
    clients = [PythonClient(server, user, token(user), BACK_OFF_S) for user in users]
    try:
        for client in clients:
            await client.client.connect()
        await until(lambda: all(client.record.begun for client in clients), DEADLINE_S)
        server.kill()
        await pay(
            server, {user: rng.choice([0, 1, rng.randint(2, MISSED_MAX)]) for user in users}, "while away"
        )
        await server.start()
        await until(lambda: all(client.record.resumed for client in clients), DEADLINE_S)
        await pay(server, dict.fromkeys(users, 1), "after")
        database = truth.Database(server.path)
        await until(
            lambda: all(c.record.offset == database.streams[c.record.stream].head for c in clients),
            DEADLINE_S,
        )
    finally:
        await stop_all(clients)
    for client in clients:
        truth.check_record(client.record, database)
        assert client.record.resumed == 1
    assert server.alarms() == []
    await server.verify()
