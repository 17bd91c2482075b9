"""kill -9 in the middle of the bank's stories: each is resumed where it stood, and nothing happens twice.

GROAT_SOAK_ROUNDS says how many rounds; GROAT_CRASH_SEED which seed they begin with, to replay one.
"""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.crash.server import ADMIN, DEADLINE_S, Server, bearing, token

SIMULATORS = json.dumps({"bank": {"bitcoin": "simulator", "cards": "simulator"}})
STORIES = 6
"""So many of each kind, all at once."""

KILLS = 5
USERS = [str(number) for number in range(100, 100 + STORIES)]
# Where a story may rest for ever; anything else is on its way somewhere by itself.
AT_REST = {
    "transfer": {"completed"},
    "loan": {"active"},
    "card": {"active"},
    "card_payment": {"captured"},
    "bitcoin_transaction": {"pending", "completed"},
    "standing_order": {"active"},
}


class Bank:
    """Calls of the bank that are repeated, under the same key, until they are answered."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._http = httpx.AsyncClient(base_url=server.address, trust_env=False, timeout=5.0)

    async def close(self) -> None:
        await self._http.aclose()

    async def ask(self, by: str, method: str, path: str, body: Any = None, key: str = "") -> Any:
        headers = {**bearing(by), **({"Idempotency-Key": key} if key else {})}
        async with asyncio.timeout(DEADLINE_S):
            while True:
                await self._server.up.wait()
                try:
                    answer = await self._http.request(method, path, json=body, headers=headers)
                except httpx.TransportError:
                    # The server was killed meanwhile, and whether it did it is not known.
                    await asyncio.sleep(0.02)
                    continue
                if answer.status_code < 500:
                    assert answer.is_success, answer.text
                    return answer.json()
                await asyncio.sleep(0.02)

    async def file(self, kind: str, user: str, key: str, /, **data: Any) -> str:
        filed = await self.ask(token(user), "POST", f"/v1/requests/{kind}", data, f"{user}/{kind}/{key}")
        return str(filed["id"])

    async def take(self, kind: str, id: str, name: str, **given: Any) -> None:
        await self.ask(ADMIN, "POST", f"/v1/requests/{kind}/{id}/{name}", given, f"{id}/{name}")

    async def find(self, kind: str, id: str) -> Any:
        return await self.ask(ADMIN, "GET", f"/v1/requests/{kind}/{id}")

    async def list(self, **query: str) -> list[Any]:
        path = str(httpx.URL("/v1/requests", params={"limit": "500", **query}))
        return list((await self.ask(ADMIN, "GET", path))["items"])

    async def until(self, kind: str, id: str, state: str) -> None:
        async with asyncio.timeout(DEADLINE_S):
            while (await self.find(kind, id))["state"] != state:  # noqa: ASYNC110  (seen only over HTTP)
                await asyncio.sleep(0.05)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    """A server with the bank and its simulators."""
    server = Server(
        tmp_path, GROAT_PROGRAMS="bank", GROAT_OPTIONS=SIMULATORS, GROAT_MESSAGES_PER_SECOND="100000"
    )
    yield server
    server.bury()


async def open_bank(bank: Bank) -> None:
    for code, scale in (("USD", 2), ("BTC", 8)):
        await bank.ask(ADMIN, "POST", "/v1/assets", {"code": code, "scale": scale})
    for user in USERS:
        for amount, asset in (("1000.00", "USD"), ("1.00000000", "BTC")):
            posting = {
                "source": "house:bank",
                "destination": f"user:{user}",
                "amount": amount,
                "asset": asset,
            }
            await bank.ask(
                ADMIN, "POST", "/v1/transactions", {"postings": [posting]}, f"start/{user}/{asset}"
            )


async def transfer(bank: Bank, user: str) -> None:
    to = {"external": "DE89370400440532013000", "name": "E"}
    id = await bank.file("transfer", user, "1", amount="10.00", asset="USD", **to)
    await bank.take("transfer", id, "approve")


async def loan(bank: Bank, user: str) -> None:
    id = await bank.file("loan", user, "1", amount="100.00", asset="USD", months=10)
    await bank.take("loan", id, "approve", rate="6")


async def card(bank: Bank, user: str) -> None:
    id = await bank.file("card", user, "1", holder="X", asset="USD", limit="500")
    await bank.take("card", id, "approve")
    await bank.until("card", id, "active")
    asked = {"card": id, "amount": "20.00", "asset": "USD", "merchant": "Bakery"}
    payment = await bank.ask(ADMIN, "POST", f"/v1/requests/card_payment?user={user}", asked, f"{id}/pay")
    await bank.take("card_payment", payment["id"], "capture", amount="15.00")


async def withdrawal(bank: Bank, user: str) -> None:
    id = await bank.file(
        "bitcoin_transaction", user, "1", amount="0.1", address="sim1qsomebody000000000000000"
    )
    await bank.take("bitcoin_transaction", id, "approve")


async def standing_order(bank: Bank, user: str) -> None:
    to = {"user": USERS[USERS.index(user) - 1], "reference": "Rent"}
    today = datetime.now(UTC).date().isoformat()
    id = await bank.file("standing_order", user, "1", amount="5.00", asset="USD", first=today, **to)
    last = ""
    async with asyncio.timeout(DEADLINE_S):
        while not last:
            await asyncio.sleep(0.05)
            last = (await bank.find("standing_order", id))["data"]["last"]
    await bank.until("transfer", last, "pending")
    await bank.take("transfer", last, "approve")


async def kill_again_and_again(server: Server, dice: random.Random, stories: Awaitable[Any]) -> int:
    """Kill the server ``KILLS`` times at random moments; stories that end before do not stop it."""
    for _ in range(KILLS):
        await asyncio.sleep(dice.uniform(0.02, 0.6))
        server.kill()
        await server.start()
    await stories
    return KILLS


async def at_rest(bank: Bank) -> list[Any]:
    """All requests, once nothing is on its way any more."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            found = await bank.list()
            if all(request["state"] in AT_REST[request["kind"]] for request in found):
                return found
            await asyncio.sleep(0.1)


def standing(path: Path) -> tuple[dict[tuple[str, str], str], set[str]]:
    """All balances, and whose withdrawals are completed, as of one moment: some may be, while they are looked at."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        balances = {
            (account, asset): f"{Decimal(units).scaleb(-scale):.{scale}f}"
            for account, asset, units, scale in connection.execute(
                "SELECT a.path, a.asset, a.credits - a.debits, s.scale"
                " FROM groat_account AS a JOIN groat_asset AS s ON s.code = a.asset"
            )
        }
        completed = connection.execute(
            "SELECT owner FROM groat_request WHERE kind = 'bitcoin_transaction' AND state = 'completed'"
        )
        return balances, {owner for (owner,) in completed}


async def test_stories_go_on_where_they_stood(server: Server, seed: int) -> None:
    dice = random.Random(seed)
    await server.start()
    bank = Bank(server)
    try:
        await open_bank(bank)
        tales = [
            tale(bank, user) for user in USERS for tale in (transfer, loan, card, withdrawal, standing_order)
        ]
        dice.shuffle(tales)
        await kill_again_and_again(server, dice, asyncio.gather(*tales))
        found = await at_rest(bank)
        assert Counter(request["kind"] for request in found) == {
            "transfer": 2 * STORIES, "loan": STORIES, "card": STORIES, "card_payment": STORIES,
            "bitcoin_transaction": STORIES, "standing_order": STORIES,
        }  # fmt: skip
        for request in found:
            whole = await bank.find(request["kind"], request["id"])
            steps = [step["transition"] for step in whole["history"]]
            # No step was taken twice, but for confirmations, of which there are several.
            assert [n for n, count in Counter(steps).items() if count > 1 and n != "confirm"] == [], steps
            assert [step["version"] for step in whole["history"]] == list(range(1, len(steps) + 1))
        balances, paid = standing(server.path)
        assert balances["external:DE89370400440532013000", "USD"] == f"{10 * STORIES}.00"
        assert balances["house:clearing", "USD"] == "0.00"
        assert balances["house:loans", "USD"] == f"-{100 * STORIES}.00"
        assert balances["house:cards", "USD"] == f"{15 * STORIES}.00"
        for user in USERS:
            # A loan came, a transfer and a card payment went; the standing orders go round in a circle.
            assert balances[f"user:{user}", "USD"] == "1075.00"
        for user in USERS:
            expected = "0.90000000" if f"user:{user}" in paid else "1.00000000"
            assert balances[f"user:{user}", "BTC"] == expected
        assert await server.terminate() == 0, server.tail()
    finally:
        await bank.close()
    await server.verify()
    assert server.alarms() == []
