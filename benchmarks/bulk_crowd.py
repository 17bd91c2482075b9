"""A bulk run for a crowd of whom many watch: the time from the admin's call to the last screen.

`groat serve` with its own PostgreSQL. Half of the watchers are stock Socket.IO clients, half Centrifuge ones, in
processes of their own. An admin's page is live, too, and hears that the run is done. Prints a JSON line; it fails if a
screen is wrong or was told twice.

    python benchmarks/bulk_crowd.py [--people 10000] [--watching 1000] [--rounds 3] [--nodes 1]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import jwt
import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from connections import CONNECT_S, RECEIPT_S, SECRET, Nodes, ready, serving

from groat.engine.tuning import tune_process
from tests.live.crowd import Crowd, allow_sockets
from tests.live.python_client import Sdk
from tests.live.waiting import until
from tests.servers import free_port, postgres

KINDS = ("screen", "socket.io screen")


class Done(Sdk):
    """An admin's page, and when it heard that each run was done."""

    def __init__(self, url: str, token: str) -> None:
        super().__init__(url, token)
        self.done_at: dict[str, float] = {}

    async def on_publication(self, ctx: Any) -> None:
        """Note runs that are done."""
        await super().on_publication(ctx)
        event = ctx.pub.data
        if event.get("type") == "requests_updated":
            for item in event["data"]["items"]:
                if item["state"] == "done":
                    self.done_at.setdefault(item["id"], time.monotonic())


async def measure(options: argparse.Namespace, ports: list[int], nodes: list[Nodes]) -> dict[str, Any]:
    """Connect everybody, post the runs one after the other, and look at the screens after each."""
    people = [f"c{number}" for number in range(options.people)]
    watching = people[:: max(1, options.people // options.watching)][: options.watching]
    claims = {"sub": "admin", "roles": ["admin"], "exp": int(time.time()) + 7_200}
    admin = jwt.encode(claims, SECRET, algorithm="HS256")
    base = f"http://127.0.0.1:{ports[0]}"
    headers = {"Authorization": f"Bearer {admin}"}
    rounds: list[dict[str, float]] = []
    async with (
        httpx.AsyncClient(base_url=base, headers=headers, timeout=120, trust_env=False) as http,
        Crowd(2) as crowd,
    ):
        (await http.post("/v1/assets", json={"code": "CREDIT", "scale": 0})).raise_for_status()
        addresses = [("127.0.0.1", port) for port in ports]
        for number, kind in enumerate(KINDS):
            await crowd.join(watching[number::2], addresses, SECRET, kind)
        await crowd.until("connected", len(watching), CONNECT_S)
        page = Done(f"ws://127.0.0.1:{ports[-1]}/connection/websocket", admin)
        await page.connect()
        for number in range(1, options.rounds + 1):
            body = {"people": people, "amount": "5", "asset": "CREDIT", "reason": "Spring bonus"}
            await crowd.stamps()
            begin, used_s = time.monotonic(), sum(node.cpu_s() for node in nodes)
            answer = await http.post("/v1/runs", json=body, headers={"Idempotency-Key": f"run-{number}"})
            answered = time.monotonic()
            run = answer.raise_for_status().json()["id"]
            await until(lambda run=run: run in page.done_at, RECEIPT_S)  # type: ignore[misc]
            await crowd.show(str(5 * number), number, {*watching}, RECEIPT_S)
            used_s = sum(node.cpu_s() for node in nodes) - used_s
            seen = await crowd.stamps()
            assert len(seen) == len(watching), "each screen was told once"
            found = (await http.get(f"/v1/runs/{run}")).json()
            assert found["posted"]["rows"] == len(people), found
            rounds.append(
                {
                    "answered_s": answered - begin,
                    "done_s": page.done_at[run] - begin,
                    "first_screen_s": min(seen.values()) - begin,
                    "last_screen_s": max(seen.values()) - begin,
                    "nodes_cpu_s": used_s,
                }
            )
        await page.leave()
        counts = await crowd.count()
    assert counts["wrong"] == counts["twice"] == 0, counts
    middle = {name: round(statistics.median(each[name] for each in rounds), 2) for name in rounds[0]}
    return {
        "bench": "bulk run, screens",
        "people": options.people,
        "watching": len(watching),
        "nodes": options.nodes,
        "rounds": options.rounds,
        **middle,
        "last_screen_s_max": round(max(each["last_screen_s"] for each in rounds), 2),
        "load": round(os.getloadavg()[0], 1),
    }


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--watching", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--nodes", type=int, default=1)
    options = parser.parse_args()
    allow_sockets()
    tune_process()
    with ExitStack() as stack:
        dsn = stack.enter_context(postgres()).dsn
        ports = [free_port() for _ in range(options.nodes)]
        nodes = [stack.enter_context(serving(dsn, port, 1, "")) for port in ports]

        async def run() -> dict[str, Any]:
            for port in ports:
                await ready(port)
            return await measure(options, ports, nodes)

        print(json.dumps(uvloop.run(run())), flush=True)


if __name__ == "__main__":
    main()
