"""Against a real process: those who stop reading cost bounded memory, delay nobody, and are whole when they go on."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, cast

import httpx

from tests.crash import truth
from tests.crash.clients import Poller, PythonClient, stop_all
from tests.crash.mixture import posting
from tests.crash.server import ADMIN, DEADLINE_S, Server, bearing, token
from tests.live.waiting import until
from tests.live.wire import Wire, shake_hands

LIVE, BEHIND = 6, 14
"""How many stop while they are up to date, and how many while they catch up from the beginning."""
BEFORE, MEANWHILE = 5_000, 2_000
"""How many events there are before they stop, and how many come after that."""
CHUNK = 500
EVENT_BYTES = 1_400
# Kept for each reader that stopped: rule S7. Unbounded, twenty who catch up were measured to hold 190 MB;
# live events are the same bytes for all readers.
READER_BYTES_MAX = 256 * 1024
# The page caches of SQLite's five connections grow by what is written and read meanwhile.
CACHES_BYTES_MAX = 5 * MEANWHILE * EVENT_BYTES
SLACK_BYTES = 32 * 1024 * 1024


@asynccontextmanager
async def stopped(server: Server, bearer: str, stream: str, position: str) -> AsyncIterator[Wire]:
    """A client with a small window that resumes from a position and then reads nothing."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", server.port))
    # A larger limit would make this end read ahead.
    reader, writer = await asyncio.open_connection(sock=sock, limit=1_024)
    try:
        wire = Wire(reader, writer)
        # All it needs to know of a server is the port.
        status, _ = await shake_hands(cast(Any, server), wire)
        assert status == 101
        epoch, _, offset = position.rpartition(":")
        subs = {stream: {"recover": True, "epoch": epoch, "offset": int(offset)}}
        wire.say({"id": 1, "connect": {"token": bearer, "subs": subs}})
        yield wire
    finally:
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()


async def read_up_to(wire: Wire, last: int) -> list[int]:
    """Go on reading, with a wide window; the offsets of what comes, up to the last one."""
    wire.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**20)
    subscriptions = (await wire.heard())["connect"]["subs"]
    (reply,) = (reply for stream, reply in subscriptions.items() if stream.startswith("user:"))
    assert reply["recovered"]
    offsets = [publication["offset"] for publication in reply.get("publications", [])]
    while not offsets or offsets[-1] < last:
        offsets.append((await wire.heard())["push"]["pub"]["offset"])
    return offsets


class Bank:
    """Posts many transactions with long reasons to one person."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._calls = 0

    async def credit(self, user: str, count: int, reason: str) -> None:
        self._calls += 1
        item: dict[str, Any] = {"postings": [posting("house:bonus", f"user:{user}", "1")]}
        body = {"mode": "atomic", "items": [item] * count, "reason": reason}
        headers = {"idempotency-key": f"bulk-{self._calls}"}
        answer = await self._http.post(
            "/v1/transactions/bulk", json=body, headers=headers, timeout=DEADLINE_S
        )
        assert answer.status_code == 200, answer.text

    async def flood(self, user: str, count: int) -> None:
        for _ in range(count // CHUNK):
            await self.credit(user, CHUNK, "x" * 1_000)


async def metric(http: httpx.AsyncClient, name: str) -> int:
    metrics = (await http.get("/metrics")).text.splitlines()
    (line,) = [line for line in metrics if line.startswith(f"{name} ")]
    return int(float(line.split()[1]))


async def reached(http: httpx.AsyncClient, name: str, value: int) -> None:
    """Wait until the server counts this much."""
    deadline = time.monotonic() + DEADLINE_S
    while await metric(http, name) < value:
        assert time.monotonic() < deadline, name
        await asyncio.sleep(0.02)


async def test_readers_that_stop(tmp_path: Path) -> None:
    server = Server(tmp_path, GROAT_CONNECTS_PER_MINUTE="100", GROAT_CONNECTIONS_PER_USER="40")
    await server.start()
    mine, other = token("busy"), token("other")
    quick = [PythonClient(server, "busy", mine), PythonClient(server, "other", other)]
    readers = [Poller(server, "busy", mine)]
    records = [quick[0].record, readers[0].record]
    try:
        async with (
            httpx.AsyncClient(base_url=server.address, headers=bearing(ADMIN), trust_env=False) as http,
            AsyncExitStack() as stack,
        ):
            bank = Bank(http)
            await http.post("/v1/assets", json={"code": "CREDIT", "scale": 0})
            for client in quick:
                await client.client.connect()
            await until(lambda: all(record.begun for record in records), DEADLINE_S)
            await bank.flood("busy", BEFORE)
            await until(lambda: all(record.offset == BEFORE for record in records), DEADLINE_S)
            epoch = truth.Database(server.path).epoch
            # Some catch up and read before, so that caches and arenas have the size that this work needs.
            for _ in range(4):
                async with stopped(server, mine, "user:busy", f"{epoch}:0") as wire:
                    assert await read_up_to(wire, BEFORE) == list(range(1, BEFORE + 1))
            before = server.memory_bytes()

            live = [
                await stack.enter_async_context(stopped(server, mine, "user:busy", f"{epoch}:{BEFORE}"))
                for _ in range(LIVE)
            ]
            behind = [
                await stack.enter_async_context(stopped(server, mine, "user:busy", f"{epoch}:0"))
                for _ in range(BEHIND)
            ]
            await reached(http, "groat_live_slow_drops", BEHIND)
            await bank.flood("busy", MEANWHILE)
            await bank.credit("other", 3, "somebody else")
            # All of this arrives while they do not read a byte.
            await until(lambda: all(record.offset == BEFORE + MEANWHILE for record in records), DEADLINE_S)
            await until(lambda: quick[1].record.offset == 3, DEADLINE_S)
            await reached(http, "groat_live_slow_drops", BEHIND + LIVE)
            grown = server.memory_bytes() - before
            print(f"grown by {grown / 2**20:.1f} MiB")
            assert grown < (LIVE + BEHIND) * READER_BYTES_MAX + CACHES_BYTES_MAX + SLACK_BYTES

            last = BEFORE + MEANWHILE + 1
            whole = asyncio.gather(*(read_up_to(wire, last) for wire in (*live, *behind)))
            await bank.credit("busy", 1, "after all")
            for number, offsets in enumerate(await asyncio.wait_for(whole, DEADLINE_S)):
                assert offsets == list(range(BEFORE + 1 if number < LIVE else 1, last + 1))
            await until(lambda: all(record.offset == last for record in records), DEADLINE_S)
        database = truth.Database(server.path)
        for record in (*records, quick[1].record):
            truth.check_record(record, database)
        assert server.alarms() == []
    finally:
        await stop_all([*quick, *readers])
        server.bury()
