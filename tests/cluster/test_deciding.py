"""The bank on two nodes: who decides first wins wherever they ask, and what happens by itself happens once."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cluster.nodes import Cluster
from tests.crash.server import DEADLINE_S, Server, bearing, token
from tests.servers import Postgres

TRANSFERS = 40
IBAN = "DE89370400440532013000"
OPTIONS = json.dumps({"bank": {"bitcoin": "simulator", "cards": "simulator"}})


@pytest.fixture
async def bank(tmp_path: Path, postgres_server: Postgres) -> AsyncIterator[Cluster]:
    """Two nodes with the bank."""
    async with Cluster.running(
        tmp_path, postgres_server, 2, GROAT_PROGRAMS="bank", GROAT_OPTIONS=OPTIONS,
        GROAT_MESSAGES_PER_SECOND="100000",
    ) as cluster:  # fmt: skip
        yield cluster


def client(node: Server, user: str, *roles: str) -> httpx.AsyncClient:
    headers = bearing(token(user, *roles))
    return httpx.AsyncClient(base_url=node.address, headers=headers, trust_env=False, timeout=DEADLINE_S)


async def post(http: httpx.AsyncClient, path: str, body: Any, key: str) -> httpx.Response:
    """Post, under the same key again as long as the node says that it is busy, as clients do."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            answer = await http.post(path, json=body, headers={"Idempotency-Key": key})
            if answer.status_code != 503:
                return answer
            assert answer.json()["code"] == "busy", answer.text


async def fund(http: httpx.AsyncClient) -> None:
    await http.post("/v1/assets", json={"code": "USD", "scale": 2})
    posting = {"source": "house:bank", "destination": "user:42", "amount": "1000.00", "asset": "USD"}
    assert (await post(http, "/v1/transactions", {"postings": [posting]}, "start")).status_code == 201


async def until_nothing_is_under_way(http: httpx.AsyncClient, kind: str, *states: str) -> list[Any]:
    async with asyncio.timeout(DEADLINE_S):
        while True:
            items = list(
                (await http.get("/v1/requests", params={"kind": kind, "limit": "500"})).json()["items"]
            )
            if all(item["state"] in states for item in items):
                return items
            await asyncio.sleep(0.05)


async def test_two_who_decide_at_once_on_two_nodes(bank: Cluster) -> None:
    here, there = bank.nodes
    async with (
        client(here, "42") as payer,
        client(here, "ada", "admin") as ada,
        client(there, "bela", "admin") as bela,
    ):
        await fund(ada)
        filed = []
        for number in range(TRANSFERS):
            body = {"amount": "10.00", "asset": "USD", "external": IBAN, "name": "Erika"}
            answer = await post(payer, "/v1/requests/transfer", body, f"file/{number}")
            assert answer.status_code == 201, answer.text
            filed.append(answer.json()["id"])

        async def decide(id: str) -> tuple[httpx.Response, httpx.Response]:
            path = f"/v1/requests/transfer/{id}"
            return await asyncio.gather(
                post(ada, f"{path}/approve", {}, f"{id}/ada"),
                post(bela, f"{path}/reject", {"reason": "Not today"}, f"{id}/bela"),
            )

        answers = await asyncio.gather(*(decide(id) for id in filed))
        winners: Counter[str] = Counter()
        for approval, rejection in answers:
            assert sorted((approval.status_code, rejection.status_code)) == [201, 409], (
                approval.text + rejection.text
            )
            won, lost, winner = (
                (approval, rejection, "ada") if approval.status_code == 201 else (rejection, approval, "bela")
            )
            winners[winner] += 1
            problem = lost.json()
            assert (problem["code"], problem["decided_by"]) == ("already_decided", f"user:{winner}")
            assert won.json()["decided_by"] == f"user:{winner}"
        items = await until_nothing_is_under_way(ada, "transfer", "completed", "rejected")
        states = Counter(item["state"] for item in items)
        assert (states["completed"], states["rejected"]) == (winners["ada"], winners["bela"])
        balances = (await ada.get("/v1/accounts/user:42")).json()["balances"]
        (usd,) = [balance for balance in balances if balance["asset"] == "USD"]
        assert (usd["balance"], usd["held"]) == (f"{1000 - 10 * winners['ada']}.00", "0.00")
        print(dict(winners))


async def test_what_becomes_due_happens_on_one_node(bank: Cluster) -> None:
    """Both nodes see the standing order's day, the loans to pay out and the cards to make."""
    here, there = bank.nodes
    async with client(here, "42") as person, client(there, "ada", "admin") as ada:
        await fund(ada)
        today = datetime.now(UTC).date().isoformat()
        for number in range(5):
            order = {"amount": "1.00", "asset": "USD", "external": IBAN, "name": "Erika", "first": today}
            loan = {"amount": "100.00", "asset": "USD", "months": 12}
            card = {"holder": "Ursula", "asset": "USD", "limit": "100.00"}
            for kind, body, given in (
                ("standing_order", order, None),
                ("loan", loan, {"rate": "6"}),
                ("card", card, {}),
            ):
                answer = await post(person, f"/v1/requests/{kind}", body, f"{kind}/{number}")
                assert answer.status_code == 201, answer.text
                if given is not None:
                    path = f"/v1/requests/{kind}/{answer.json()['id']}/approve"
                    assert (await post(ada, path, given, f"approve/{kind}/{number}")).status_code == 201
        orders = await until_nothing_is_under_way(ada, "standing_order", "active")
        async with asyncio.timeout(DEADLINE_S):
            while any(item["data"]["count"] == 0 for item in orders):
                orders = await until_nothing_is_under_way(ada, "standing_order", "active")
        assert [item["data"]["count"] for item in orders] == [1] * 5
        transfers = await until_nothing_is_under_way(ada, "transfer", "pending")
        assert sorted(item["id"] for item in transfers) == sorted(item["data"]["last"] for item in orders)
        await until_nothing_is_under_way(ada, "loan", "active")
        await until_nothing_is_under_way(ada, "card", "active")
        balances = (await ada.get("/v1/accounts/house:loans")).json()["balances"]
        assert [balance["balance"] for balance in balances] == ["-500.00"]
