"""Both nodes are restarted one after the other under load: nothing is lost or doubled, and nobody need know."""

from __future__ import annotations

import asyncio
import os

import pytest

from tests.cluster.nodes import Cluster, Watcher, Writers
from tests.crash.server import DEADLINE_S
from tests.live.waiting import until

ROUNDS = max(1, int(os.environ.get("GROAT_SOAK_ROUNDS", "2")) // 2)
USERS = [f"u{number}" for number in range(12)]
WATCHERS = 36
WRITERS = 8
# Readers leave at 50 a second, so these take three quarters of one; by chance they never all do so in a fifth.
SPREAD_S = 0.2


@pytest.mark.soak
@pytest.mark.parametrize("bus", ["redis"] if ROUNDS == 1 else ["notify", "redis"], indirect=True)
async def test_a_rolling_restart_under_load(cluster: Cluster) -> None:
    seed = 11
    print(f"seed {seed}, {ROUNDS} rounds")
    with cluster.proxy():
        watchers = [Watcher(cluster.websocket, USERS[number % len(USERS)]) for number in range(WATCHERS)]
        await asyncio.gather(*(watcher.connect() for watcher in watchers))
        writers = Writers(cluster.address, USERS, WRITERS, seed)
        try:
            for node in cluster.nodes * ROUNDS:
                await writers.more(50)
                assert await node.terminate() == 0, node.tail()
                await writers.more(50)
                await node.start()
            await writers.more(50)
            await writers.stop()
            heads = writers.acknowledged
            await until(
                lambda: all((each.offsets(each.stream) or [0])[-1] >= heads[each.user] for each in watchers),
                DEADLINE_S,
            )
        finally:
            writers.stopping = True
            await asyncio.gather(*(watcher.leave() for watcher in watchers))
    print(f"{writers.acknowledged.total()} writes, tried again: {dict(writers.tried_again)}")
    rows = cluster.place.rows(
        "SELECT split_part(path, ':', 2), credits - debits FROM groat_account WHERE path LIKE 'user:%'"
    )
    assert dict(rows) == dict(writers.acknowledged)
    for watcher in watchers:
        watcher.check(writers.acknowledged[watcher.user])
    away = sorted(moment for watcher in watchers for moment in watcher.sent_away)
    # Each was sent away by every node that it was at, and those of the first node at moments of their own.
    assert len(away) >= WATCHERS * ROUNDS
    assert away[-1] - away[0] > SPREAD_S
    for node in cluster.nodes:
        assert node.alarms() == []
    await cluster.nodes[0].verify()
