"""What strikes a cluster, one every second: each fault lasts a moment and is over when its method returns."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from tests.faults.cluster import Cluster, Node

EVERY_S = 1.0
SKEW_S = 1_200


class Strikes:
    """Faults chosen from a seed; ``struck`` counts them by name.

    One fault at a time strikes the database, and one each node; they overlap otherwise.
    """

    def __init__(self, cluster: Cluster, rng: random.Random) -> None:
        self.struck: Counter[str] = Counter()
        self._cluster = cluster
        self._rng = rng
        self._database = asyncio.Lock()
        self._nodes = {node: asyncio.Lock() for node in cluster.nodes}

    async def storm(self, count: int) -> None:
        """Let ``count`` faults strike, each kind in turn in an order of the seed; returns when all is well again."""
        kinds: list[Callable[[], Coroutine[Any, Any, None]]] = []
        of_all = [
            self.kill_node, self.freeze_node, self.skew_clock, self.kill_backend, self.restart_database,
            self.fill_disk, self.drop_network, self.delay_network, self.black_hole, self.lose_commits,
        ]  # fmt: skip
        if self._cluster.redis:
            of_all.append(self.restart_redis)
        async with asyncio.TaskGroup() as tasks:
            for _ in range(count):
                if not kinds:
                    kinds = self._rng.sample(of_all, len(of_all))
                strike = kinds.pop()
                self.struck[strike.__name__] += 1
                tasks.create_task(strike())
                await asyncio.sleep(EVERY_S)
        await self._cluster.heal()

    def _node(self) -> Node:
        return self._rng.choice(self._cluster.nodes)

    # The nodes.

    async def kill_node(self) -> None:
        """kill -9; its keeper starts it again."""
        node = self._node()
        async with self._nodes[node]:
            node.process.kill()
            await asyncio.to_thread(node.process.wait)

    async def freeze_node(self) -> None:
        """SIGSTOP, wherever it is, for longer or shorter than the database waits for it; then SIGCONT."""
        node, seconds = self._node(), self._rng.uniform(1, 7)
        async with self._nodes[node]:
            node.freeze()
            await asyncio.sleep(seconds)
            node.thaw()

    async def skew_clock(self) -> None:
        """Set a node's clock ahead or back."""
        node, skew = self._node(), self._rng.choice([-1, 1]) * self._rng.randint(1, SKEW_S)
        async with self._nodes[node]:
            node.skew(skew)
            await asyncio.sleep(3)
            node.skew(0)

    # The database.

    async def kill_backend(self) -> None:
        """kill -9 a backend in the middle of its work, whereupon PostgreSQL ends all others and recovers."""
        async with self._database:
            with suppress(OSError):
                async with self._cluster.look() as connection:
                    busy = await connection.fetch(
                        "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'groat%' AND state <> 'idle'"
                    )
                    if busy:
                        with suppress(ProcessLookupError):
                            os.kill(self._rng.choice(busy)["pid"], signal.SIGKILL)

    async def restart_database(self) -> None:
        """Stop PostgreSQL as a crash does, and start it again."""
        async with self._database:
            database = self._cluster.database
            if database.running:
                await asyncio.to_thread(database.stop, "immediate")
            await asyncio.to_thread(database.start)

    async def fill_disk(self) -> None:
        """Leave no room on the database's disk for a while; it may die of that."""
        async with self._database:
            database = self._cluster.database
            await asyncio.to_thread(database.fill_disk)
            await asyncio.sleep(1.5)
            database.empty_disk()
            if not database.running:
                await asyncio.to_thread(database.start)

    async def restart_redis(self) -> None:
        """kill -9 the bus, and start it again after a while."""
        redis = self._cluster.redis
        assert redis is not None
        redis.stop()
        await asyncio.sleep(1)
        await asyncio.to_thread(redis.start)

    # The network between a node and the database.

    async def drop_network(self) -> None:
        self._node().network.cut()

    async def delay_network(self) -> None:
        """Hold up each packet."""
        node = self._node()
        async with self._nodes[node]:
            node.network.delay_s = self._rng.uniform(0.005, 0.2)
            await asyncio.sleep(2)
            node.network.heal()

    async def black_hole(self) -> None:
        """Let nothing through and tell nobody; afterwards it all arrives, or is gone with its connections."""
        node, seconds = self._node(), self._rng.uniform(1, 8)
        async with self._nodes[node]:
            node.network.swallow()
            await asyncio.sleep(seconds)
            if self._rng.random() < 0.5:
                node.network.cut()
            node.network.heal()

    async def lose_commits(self) -> None:
        """Break connections just when the answer to a COMMIT is under way: nobody knows whether it happened."""
        node = self._node()
        async with self._nodes[node]:
            node.network.lose_commits = b""
            await asyncio.sleep(1)
            node.network.heal()
