"""Thousands lose their node at once and resume on the other, while money goes on moving."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from groat import Groat
from groat.ledger.commands import Post, Posting
from tests.crash.server import JWT_SECRET, Server
from tests.live.crowd import Crowd, allow_sockets
from tests.servers import Postgres, postgres

DEADLINE_S = 90.0
GROWTH_BYTES = 40_000


class Writer:
    """Money that moves all the time, written by a process that is no node: `served` counts, with the `slowest`."""

    def __init__(self, groat: Groat, users: list[str], dice: random.Random) -> None:
        self._groat = groat
        self._users = users
        self._dice = dice
        self.going = True
        self.served = 0
        self.slowest_s = 0.0

    async def run(self) -> None:
        while self.going:
            users = self._dice.sample(self._users, min(20, len(self._users)))
            begin = time.monotonic()
            await self._groat.execute_many([bonus(user, f"storm/{self.served}/{user}") for user in users])
            self.slowest_s = max(self.slowest_s, time.monotonic() - begin)
            self.served += len(users)
            await asyncio.sleep(0.1)


def bonus(user: str, key: str) -> Post:
    posting = Posting("house:bonus", f"user:{user}", 1, "CREDIT")
    return Post(principal="service:bank", key=key, reason="storm", postings=(posting,))


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres(fsync="off") as running:
        yield running


@pytest.mark.parametrize("clients", [300, pytest.param(5_000, marks=pytest.mark.soak)])
async def test_all_resume_on_the_other_node(server: Postgres, tmp_path: Path, clients: int) -> None:
    allow_sockets()
    seed = int(os.environ.get("GROAT_SEED", "7"))
    print(f"seed {seed}")
    users = [f"u{number}" for number in range(clients)]
    nodes = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        nodes.append(Server(tmp_path / name, GROAT_CONNECTS_PER_MINUTE="30"))
        nodes[-1].database = server.new_database(f"storm_{clients}") if name == "one" else nodes[0].database
    lost, other = nodes
    try:
        for node in nodes:
            await node.start()
        async with Groat.open(lost.database) as groat, Crowd(2) as crowd:
            await groat.add_asset("CREDIT", 0)
            for at in range(0, clients, 500):
                await groat.execute_many([bonus(user, f"first/{user}") for user in users[at : at + 500]])
            await crowd.join(users, [("127.0.0.1", lost.port)], JWT_SECRET)
            await crowd.until("connected", clients, DEADLINE_S)
            before = other.memory_bytes()
            writer = Writer(groat, users, random.Random(seed))
            writing = asyncio.create_task(writer.run())
            await crowd.go_to([("127.0.0.1", other.port)])
            lost.kill()
            seconds = await crowd.until("resumed", clients, DEADLINE_S)
            served = writer.served
            writer.going = False
            await writing
            await crowd.until("events", writer.served, DEADLINE_S)
            counts = await crowd.count()
        growth = (other.memory_bytes() - before) // clients
        print(
            f"{clients} back in {seconds:.1f} s, {served} writes meanwhile, the slowest {writer.slowest_s:.2f} s,"
            f" {growth} bytes a client, {dict(counts)}"
        )
        # Everybody came once, resumed once, and heard every event once, in order.
        assert counts["connected"] == counts["resumed"] == counts["snapshots"] == clients
        assert counts["wrong"] == 0
        assert counts["events"] == writer.served
        assert not {name for name in counts if name.startswith(("closed", "error", "handshake", "no answer"))}
        assert served > 0
        assert growth < GROWTH_BYTES
        assert other.alarms() == []
    finally:
        for node in nodes:
            node.bury()
