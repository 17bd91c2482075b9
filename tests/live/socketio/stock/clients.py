"""Stock clients in Node, and what moves behind them: the calls of an admin, and tokens."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import jwt

from tests.crash.server import ADMIN, DEADLINE_S, JWT_SECRET, Server, bearing
from tests.live.node_client import NodeClient, running
from tests.live.waiting import until

SCRIPT = Path(__file__).with_name("client.mjs")
NEWEST, OLD = "socket.io-client", "socket.io-client-4.5"
_names = count(1)


async def begin(server: Server) -> None:
    """Start a server, and add the asset CREDIT."""
    await server.start()
    async with http(server) as admin:
        (await admin.post("/v1/assets", json={"code": "CREDIT", "scale": 0})).raise_for_status()


def http(server: Server, bearer: str = ADMIN) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=server.address, headers=bearing(bearer), trust_env=False, timeout=DEADLINE_S
    )


async def credit(server: Server, user: str, times: int = 1, reason: str = "a bonus") -> None:
    async with http(server) as admin:
        for _ in range(times):
            posting = {
                "source": "house:bonus",
                "destination": f"user:{user}",
                "amount": "1",
                "asset": "CREDIT",
            }
            answer = await admin.post(
                "/v1/transactions",
                json={"postings": [posting], "reason": reason},
                headers={"idempotency-key": f"stock-{next(_names)}-{server.lives}"},
            )
            answer.raise_for_status()


def expired(user: str) -> str:
    return jwt.encode({"sub": user, "exp": int(time.time()) - 60}, JWT_SECRET, algorithm="HS256")


def someone() -> str:
    return f"p{next(_names)}"


class Stock(NodeClient):
    """A running client of Socket.IO."""

    def heard(self, event: str) -> list[Any]:
        """The objects of an event, in the order in which they came."""
        assert all(len(each["args"]) == 1 for each in self.told.get("event", []))
        return [each["args"][0] for each in self.told.get("event", []) if each["event"] == event]

    async def hears(self, event: str, times: int = 1) -> list[Any]:
        await until(lambda: len(self.heard(event)) >= times, timeout_s=30)
        return self.heard(event)

    def changes(self) -> list[Any]:
        """The changes of balances, without what only tells how they stand."""
        return [each for each in self.heard("balance_updated") if not each.get("snapshot")]

    async def ask(self, event: str, *args: Any) -> Any:
        before = len(self.told.get("answer", []))
        self.do("ask", event=event, args=args)
        return (await self.has("answer", before + 1))[-1]["answer"]


@asynccontextmanager
async def stock(
    server: Server, *tokens: str | None, package: str = NEWEST, **options: Any
) -> AsyncIterator[Stock]:
    args = package, server.address, json.dumps(tokens), json.dumps(options)
    async with running(Stock(), package, SCRIPT, *args) as client:
        client.do("connect")
        yield client
