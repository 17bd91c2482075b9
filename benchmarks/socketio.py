"""Thousands of stock Socket.IO clients: the memory of idle ones, and how soon all are whole after `kill -9`.

`groat serve` with its own PostgreSQL; the clients, in other processes, do on plain sockets what socket.io-client does
over WebSocket: CONNECT with their token, their back-off, and on coming back the `pid` and `offset` that they keep. The
node is killed and started again on its port, while a process that is no server goes on crediting them, 20 people at a
time. A client counts as whole when its recovery is answered, for the missed events are in the same write. Each event is
checked to come once, by `id`, and in order, by `version`. Prints a JSON line; fails if an event is lost or comes twice.

    python benchmarks/socketio.py [--clients 5000]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from groat import Groat
from tests.crash.server import JWT_SECRET, Server
from tests.live.crowd import Crowd, allow_sockets
from tests.live.test_storm import Writer, bonus
from tests.servers import postgres

CONNECT_S = 120.0
FIRST = 50
OPENED_AT_ONCE = 500
SETTLE_S = 2.0


async def measure(clients: int, node: Server) -> dict[str, Any]:
    """Connect everybody, weigh the server, kill and start it, and wait until everybody has everything."""
    users = [f"u{number}" for number in range(clients)]
    address = [("127.0.0.1", node.port)]
    await node.start()
    async with Groat.open(node.database) as groat, Crowd(2) as crowd:
        await groat.add_asset("CREDIT", 0)
        for at in range(0, clients, OPENED_AT_ONCE):
            await groat.execute_many(
                [bonus(user, f"first/{user}") for user in users[at : at + OPENED_AT_ONCE]]
            )
        # Make before the measurement all that is made once.
        await crowd.join(users[:FIRST], address, JWT_SECRET, "socket.io")
        await crowd.until("connected", FIRST, CONNECT_S)
        before = node.memory_bytes()
        await crowd.join(users[FIRST:], address, JWT_SECRET, "socket.io")
        connect_s = await crowd.until("connected", clients, CONNECT_S)
        await asyncio.sleep(SETTLE_S)
        used = node.memory_bytes() - before
        writer = Writer(groat, users, random.Random(7))
        writing = asyncio.create_task(writer.run())
        await asyncio.sleep(SETTLE_S)
        served_before = writer.served
        begin = time.monotonic()
        node.kill()
        node.spawn()
        await crowd.until("resumed", clients, CONNECT_S)
        whole_s = time.monotonic() - begin
        served = writer.served - served_before
        await asyncio.sleep(SETTLE_S)
        writer.going = False
        await writing
        await crowd.until("events", writer.served, CONNECT_S)
        await asyncio.sleep(SETTLE_S)
        counts = await crowd.count()
    assert counts["events"] == writer.served, counts
    assert counts["twice"] == counts["wrong"] == 0, counts
    assert counts["snapshots"] == counts["resumed"] == clients, counts
    return {
        "bench": "socket.io clients",
        "clients": clients,
        "connects_per_second": round((clients - FIRST) / connect_s),
        "bytes_per_connection": used // (clients - FIRST),
        "all_whole_s": round(whole_s, 1),
        "writes_meanwhile": served,
        "events": counts["events"],
        "lost": writer.served - counts["events"],
        "twice": counts["twice"],
        "counts": dict(counts),
        "load": round(os.getloadavg()[0], 1),
    }


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--clients", type=int, default=5_000)
    options = parser.parse_args()
    allow_sockets()
    with postgres() as server, tempfile.TemporaryDirectory() as folder:
        node = Server(Path(folder))
        node.database = server.dsn
        try:
            print(json.dumps(uvloop.run(measure(options.clients, node))), flush=True)
        finally:
            node.bury()


if __name__ == "__main__":
    main()
