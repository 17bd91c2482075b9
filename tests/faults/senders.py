"""Senders that know no node: each call goes to whichever answers, again with the same key until there is an answer."""

from __future__ import annotations

import asyncio
from collections import Counter, deque

from tests.crash.calls import Senders, Wire, Write
from tests.crash.mixture import Mixture
from tests.crash.server import DEADLINE_S
from tests.faults.cluster import Cluster

# Longer than a node may need to say `busy`, shorter than anybody's patience.
ANSWER_S = 12.0
PAUSE_S = 0.05
REFILL = 100


class Roamers(Senders):
    """``workers`` of them send what the mixture makes, each one write (and what follows from it) after the other.

    ``turned_away`` counts the answers that say to come again, by code.
    """

    def __init__(self, cluster: Cluster, mixture: Mixture) -> None:
        super().__init__(cluster)
        self.mixture = mixture
        self.turned_away: Counter[str] = Counter()
        self.stopping = asyncio.Event()

    async def work(self, workers: int) -> None:
        """Send until `stopping` is set and all that was begun is settled."""
        waiting: deque[Write] = deque()

        async def one() -> None:
            while not self.stopping.is_set():
                if not waiting:
                    waiting.extend(self.mixture.storm(REFILL))
                write = waiting.popleft()
                await self.send(write)
                if write.path in ("/v1/transactions", "/v1/holds"):
                    self.mixture.learn([write])

        async with asyncio.TaskGroup() as tasks:
            for _ in range(workers):
                tasks.create_task(one())

    async def send(self, write: Write) -> None:
        """Send one, and what follows from its answer, over a connection of its own."""
        self._running += 1
        await self._send(write, Wire(self.server))

    async def _settle(self, write: Write, wire: Wire) -> None:
        # What the faults leave unanswered is settled when they are over, or never: then this fails.
        async with asyncio.timeout(2 * DEADLINE_S):
            while write.answer is None:
                try:
                    async with asyncio.timeout(ANSWER_S):
                        answer = await write.ask(wire)
                except (OSError, EOFError):
                    write.lost += 1
                    wire.close()
                    await asyncio.sleep(PAUSE_S)
                    continue
                if answer.status == 503:
                    self.turned_away[answer.body["code"]] += 1
                    await asyncio.sleep(PAUSE_S)
                    continue
                write.answer = answer
                self.answered += 1
