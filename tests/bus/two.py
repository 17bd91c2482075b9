"""Two ledgers on one database, as two nodes have them, and ears that note what the bus tells."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

from groat import Groat
from groat.store.batch import Published
from tests.live.waiting import until


class Node:
    """A ledger; ``heard`` is what its listeners were told, and it follows the streams that it is asked about."""

    def __init__(self, groat: Groat) -> None:
        self.groat = groat
        self.heard: list[Published] = []
        self._keys = count()
        groat.listen(self.heard.extend)

    async def credit(self, user: str, amount: str = "1", reason: str = "") -> None:
        """Post to a user."""
        await self.groat.post(
            [("house:bonus", f"user:{user}", amount, "CREDIT")],
            key=f"{self.groat.worker}/{next(self._keys)}",
            reason=reason,
        )

    def of(self, user: str) -> list[Published]:
        """What was heard of a user's stream."""
        return [each for each in self.heard if each.stream == f"user:{user}"]

    def offsets(self, user: str) -> list[int]:
        return [offset for each in self.of(user) for offset in range(each.first, each.last + 1)]

    async def connected(self) -> None:
        await until(lambda: self.groat.bus.connected)


async def known(first: Node, second: Node, user: str) -> None:
    """Post at one node until the other hears of it: from then on its channel is joined."""
    second.groat.bus.follow(f"user:{user}")
    before = len(second.of(user))
    for _ in range(1_000):
        await first.credit(user)
        await asyncio.sleep(0.01)
        if len(second.of(user)) > before:
            return
    raise AssertionError("no hint arrived")


@asynccontextmanager
async def two_nodes(database: str, redis: str = "", other: str = "") -> AsyncIterator[tuple[Node, Node]]:
    """Two nodes on one database, or the second on an ``other`` one."""
    async with (
        Groat.open(database, redis=redis) as first,
        Groat.open(other or database, redis=redis) as second,
    ):
        for groat in (first, second):
            await groat.add_asset("CREDIT", 0)
        nodes = Node(first), Node(second)
        for node in nodes:
            await node.connected()
        yield nodes
