"""An hour at half of the peak: what nodes and database hold on to must not grow with the time.

GROAT_SOAK_S is its length in seconds: `make soak` takes 3,600, and a moment suffices to see that the trial works.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from redis.asyncio import Redis as RedisClient
from websockets.asyncio.client import connect

from tests.crash.calls import Answer, Wire
from tests.crash.server import DEADLINE_S, JWT_SECRET, Server, bearing, token
from tests.live.crowd import Crowd, allow_sockets
from tests.servers import Postgres, Redis, postgres, redis
from tests.soak.growth import MB, Bound, Samples, measure_process

LENGTH_S = float(os.environ.get("GROAT_SOAK_S", "3"))
SEED = int(os.environ.get("GROAT_SEED", "7"))
SAMPLES = 120
PEAK_S = max(2.0, min(20.0, LENGTH_S / 20))
WIRES = 32
PEOPLE = 500
WATCHING = 200
VISITS_PER_S = 4.0
LOOKS_PER_S = 20.0
KEPT = 200
RENEW_S = 600.0
AGAIN_S = 0.5
AGAIN_SHARE_MAX = 0.001
"""Of all answers, how many may be that the database was too busy just now."""

BOUNDS = {
    "node memory": Bound(1.10, 8 * MB),
    "node files": Bound(1.0, 8),
    "node threads": Bound(1.0, 4),
    "database connections": Bound(1.0, 2),
    "database memory": Bound(1.20, 32 * MB),
    "dead rows": Bound(1.5, 20_000),
    "size": Bound(1.3, 2 * MB),
    "redis memory": Bound(1.2, 4 * MB),
    "redis connections": Bound(1.0, 2),
}
# Rows of these are changed again and again, and their number stays: so must their size.
CHANGED = ("groat_account", "groat_stream", "groat_receipt")
_TABLES = """SELECT relname, n_dead_tup, pg_total_relation_size(relid) FROM pg_stat_user_tables
WHERE relname = ANY ($1)"""
_CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'groat%'"


class Load:
    """Writes of all kinds at a rate, over connections that stay; looks and visits beside them."""

    def __init__(self, nodes: list[Server], dice: random.Random) -> None:
        self.nodes = nodes
        self.rate = 0.0
        self.answers: Counter[str] = Counter()
        self.unexpected: list[str] = []
        self.times_s: list[float] = []
        self._dice = dice
        self._numbers = count()
        self._next_at = 0.0
        self._renew_at = 0.0
        self._bearing: dict[str, str] = {}
        self._posted: deque[tuple[str, dict[str, Any], str]] = deque(maxlen=KEPT)
        self._held: deque[str] = deque(maxlen=KEPT)

    def bearing(self) -> dict[str, str]:
        """The header of an admin, whose tokens last for an hour."""
        if time.monotonic() >= self._renew_at:
            self._renew_at = time.monotonic() + RENEW_S
            self._bearing = bearing(token("admin", "admin"))
        return self._bearing

    def _user(self) -> str:
        return f"u{self._dice.randrange(PEOPLE)}"

    async def write(self, until: float) -> None:
        """Send over one connection until a moment; at ``rate`` together with all others, or as fast as can be."""
        wire = Wire(self._dice.choice(self.nodes))
        while (now := time.monotonic()) < until:
            if self.rate:
                self._next_at = max(self._next_at + 1 / self.rate, now - 1)
                await asyncio.sleep(self._next_at - now)
            await self._write(wire)
        wire.close()

    async def _write(self, wire: Wire) -> None:
        chance = self._dice.random()
        key = f"soak-{next(self._numbers)}"
        if chance < 0.05 and self._posted:
            key, body, _ = self._dice.choice(self._posted)
            await self._ask(wire, "replay", "POST /v1/transactions", body, key, {200})
        elif chance < 0.10 and len(self._posted) == KEPT:
            _, _, id = self._posted.popleft()
            await self._ask(wire, "reverse", f"POST /v1/transactions/{id}/reverse", {}, key, {201, 422})
        elif chance < 0.16:
            sides = {"source": "house:bonus", "destination": f"user:{self._user()}"}
            body = {**sides, "amount": "2", "asset": "CREDIT", "expires_in": 5}
            answer = await self._ask(wire, "hold", "POST /v1/holds", body, key, {201})
            if answer.status == 201:
                self._held.append(answer.body["hold"]["id"])
        elif chance < 0.19 and self._held:
            await self._ask(
                wire, "capture", f"POST /v1/holds/{self._held.popleft()}/capture", {}, key, {201, 409}
            )
        elif chance < 0.21:
            body = _posting(f"user:{self._user()}", "house:sales", "999999999")
            await self._ask(wire, "refused", "POST /v1/transactions", body, key, {422})
        else:
            body = _posting("house:bonus", f"user:{self._user()}", "1")
            answer = await self._ask(wire, "post", "POST /v1/transactions", body, key, {201})
            if answer.status == 201:
                self._posted.append((key, body, answer.body["id"]))

    async def _ask(
        self, wire: Wire, what: str, route: str, body: Any, key: str, expected: set[int]
    ) -> Answer:
        method, _, path = route.partition(" ")
        begun = time.monotonic()
        while True:
            answer = await wire.ask(method, path, body, {**self.bearing(), "idempotency-key": key})
            self.answers[f"{what} {answer.status}"] += 1
            if answer.status != 503 or time.monotonic() - begun > DEADLINE_S:
                break
            # Nothing was done, as when a disk was too slow for a lock: our clients wait and try again, too.
            await asyncio.sleep(AGAIN_S)
        self.times_s.append(time.monotonic() - begun)
        if answer.status not in expected:
            self.unexpected.append(f"{route} {answer}")
        return answer

    async def look(self, until: float) -> None:
        """Read what people and staff read."""
        wire = Wire(self._dice.choice(self.nodes))
        while time.monotonic() < until:
            user = self._user()
            path = self._dice.choice(
                [f"/v1/accounts/user:{user}/entries?asset=CREDIT", f"/v1/accounts/user:{user}", "/v1/audit"]
            )
            answer = await wire.ask("GET", path, {}, self.bearing())
            self.answers[f"look {answer.status}"] += 1
            if answer.status not in (200, 404):
                self.unexpected.append(f"{path} {answer}")
            await asyncio.sleep(1 / LOOKS_PER_S)
        wire.close()

    async def visit(self, until: float) -> None:
        """Come, see, and go: connections that do not stay."""
        while time.monotonic() < until:
            await asyncio.sleep(1 / VISITS_PER_S)
            user = self._user()
            async with connect(self._dice.choice(self.nodes).websocket) as socket:
                await socket.send(json.dumps({"id": 1, "connect": {"token": token(user)}}))
                reply = json.loads(str(await socket.recv()).split("\n")[0])
                if "error" in reply:
                    temporary = reply["error"].get("temporary", False)
                    self.answers["visit 503" if temporary else "visit refused"] += 1
                    if not temporary:
                        self.unexpected.append(f"visit {reply}")
                    continue
                offset = reply["connect"]["subs"][f"user:{user}"]["offset"]
                seen = {"stream": f"user:{user}", "offset": offset, "ago_ms": 1}
                await socket.send(json.dumps({"id": 2, "rpc": {"method": "seen", "data": seen}}))
            self.answers["visit"] += 1


def _posting(source: str, destination: str, amount: str) -> dict[str, Any]:
    posting = {"source": source, "destination": destination, "amount": amount, "asset": "CREDIT"}
    return {"postings": [posting], "reason": "soak"}


@pytest.fixture
async def nodes(tmp_path: Path) -> AsyncIterator[tuple[list[Server], Postgres, Redis]]:
    with postgres() as database, redis() as hints:
        nodes = []
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            node = Server(tmp_path / name, GROAT_CONNECTS_PER_MINUTE="100000", GROAT_REDIS=hints.url)
            node.database = database.dsn
            nodes.append(node)
        try:
            for node in nodes:
                await node.start()
            yield nodes, database, hints
        finally:
            for node in nodes:
                node.bury()


@asynccontextmanager
async def watched(database: Postgres, hints: Redis) -> AsyncIterator[Any]:
    """Connections to look at the servers by, while this lasts."""
    plain = await asyncpg.connect(database.dsn, server_settings={"application_name": "watcher"})
    client = RedisClient.from_url(hints.url)
    try:
        yield plain, client
    finally:
        await client.aclose()
        await plain.close()


async def sample(nodes: list[Server], plain: Any, client: Any, times_s: list[float]) -> dict[str, float]:
    values: dict[str, float] = {}
    for number, node in enumerate(nodes):
        for name, value in measure_process(node.process.pid).items():
            values[f"node {name} {number}"] = value
    values["database connections"] = await plain.fetchval(_CONNECTIONS)
    pids = await plain.fetch("SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'groat%'")
    # Shared buffers fill; what a connection has of its own is the rest.
    values["database memory"] = sum(map(_own_bytes, (row["pid"] for row in pids)))
    for name, dead, size in await plain.fetch(_TABLES, list(CHANGED)):
        values[f"dead rows {name}"] = dead
        values[f"size {name}"] = size
    info = await client.info()
    values["redis memory"] = info["used_memory"]
    values["redis connections"] = info["connected_clients"]
    if times_s:
        values["median ms"] = 1_000 * statistics.median(times_s)
    return values


def _own_bytes(pid: int) -> int:
    facts = Path(f"/proc/{pid}/status").read_text() if Path(f"/proc/{pid}").exists() else ""
    for line in facts.splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    return 0


@pytest.mark.soak
@pytest.mark.timeout(LENGTH_S + 900)
async def test_nothing_grows_in_a_long_time_at_half_of_the_peak(
    nodes: tuple[list[Server], Postgres, Redis],
) -> None:
    servers, database, hints = nodes
    allow_sockets()
    print(f"GROAT_SEED={SEED} GROAT_SOAK_S={LENGTH_S:.0f}")
    load = Load(servers, random.Random(SEED))
    wire = Wire(servers[0])
    asset = await wire.ask("POST", "/v1/assets", {"code": "CREDIT", "scale": 0}, load.bearing())
    assert asset.status == 201
    wire.close()

    async def together(jobs: list[Coroutine[Any, Any, None]]) -> None:
        async with asyncio.TaskGroup() as tasks:
            for job in jobs:
                tasks.create_task(job)

    samples = Samples()
    async with Crowd(1) as crowd, watched(database, hints) as (plain, client):
        await crowd.join(
            [f"u{n}" for n in range(WATCHING)], [("127.0.0.1", node.port) for node in servers], JWT_SECRET
        )
        await crowd.until("connected", WATCHING, DEADLINE_S)
        ends_at = time.monotonic() + PEAK_S
        await together([load.write(ends_at) for _ in range(WIRES)])
        peak = len(load.times_s) / PEAK_S
        load.rate = peak / 2
        load.times_s.clear()
        ends_at = time.monotonic() + LENGTH_S

        async def watch() -> None:
            while time.monotonic() < ends_at:
                await asyncio.sleep(LENGTH_S / SAMPLES)
                times_s, load.times_s = load.times_s, []
                samples.add(await sample(servers, plain, client, times_s))
                # The clients keep the moments of all events until they are asked for them.
                await crowd.stamps()

        begun = sum(load.answers.values())
        jobs = [load.write(ends_at) for _ in range(WIRES)]
        await together([*jobs, load.look(ends_at), load.visit(ends_at), watch()])
        written = sum(load.answers.values()) - begun
        heads = await plain.fetchval(
            "SELECT sum(head)::bigint FROM groat_stream WHERE name = ANY ($1)",
            [f"user:u{n}" for n in range(WATCHING)],
        )
        await crowd.until("events", heads, DEADLINE_S)
        counts = await crowd.count()
    told = {"peak": round(peak), "rate": round(written / LENGTH_S), **load.answers}
    print(json.dumps(told | {n: [round(v, 1) for v in s] for n, s in samples.told().items()}))
    assert load.unexpected == []
    again = sum(count for answer, count in load.answers.items() if answer.endswith(" 503"))
    assert again <= AGAIN_SHARE_MAX * written
    # Whoever stayed heard every event once and in order, and was never sent away.
    assert (counts["connected"], counts["wrong"], counts["events"]) == (WATCHING, 0, heads)
    assert counts["snapshots"] == WATCHING
    assert samples.judge(BOUNDS) == []
    for node in servers:
        # Those that were told to come again are counted above.
        counted = ("commands_failed", "busy")
        assert [alarm for alarm in node.alarms() if (alarm["event"], alarm.get("code")) != counted] == []
        assert await node.terminate() == 0
    await servers[0].verify()
