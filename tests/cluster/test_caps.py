"""A hundred spenders at once on two nodes that die and come back: never a unit over a budget or a balance."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path

import httpx

from tests.cluster.nodes import AGAIN, Cluster
from tests.crash.server import DEADLINE_S
from tests.live.waiting import until
from tests.servers import Postgres

MONTH = {"asset": "CREDIT", "window": "month"}
SPENDERS, EACH = 100, 4
FUNDS = {"user:a": 1_000, "user:b": 1_000, "user:poor": 17, "user:rich": 1_000}
BUDGETS = {"user:a": 11, "user:b": 23}
ACROSS = 120
CAPS = {**BUDGETS, "user:poor": 17, "user:rich": ACROSS - 11 - 23 - 17}
"""The amounts at which each account ends: by its budget, its balance, or the budget of the spenders across all."""
SEED = 20


async def test_no_unit_goes_over_a_budget_or_a_balance(tmp_path: Path, postgres_server: Postgres) -> None:
    async with (
        Cluster.running(tmp_path, postgres_server, 2) as cluster,
        cluster.http(cluster.nodes[0]) as first,
        cluster.http(cluster.nodes[1]) as second,
    ):
        me = (await first.get("/v1/me")).json()["user"]
        for account, amount in FUNDS.items():
            await made(first, "/v1/transactions", posting("house:in", account, amount))
        for account, limit in BUDGETS.items():
            await made(first, "/v1/budgets", {"account": account, "limit": str(limit), **MONTH})
        await made(first, "/v1/budgets", {"of": f"user:{me}", "limit": str(ACROSS), "rolling": True, **MONTH})
        paid: list[str] = []
        verdicts: list[str] = []
        storm = asyncio.gather(
            *(spend([first, second], number, paid, verdicts) for number in range(SPENDERS))
        )
        for node, after in ((cluster.nodes[1], 20), (cluster.nodes[0], 60)):
            await until(lambda after=after: len(paid) >= after or storm.done(), DEADLINE_S)  # type: ignore[misc]
            node.kill()
            await node.start()
        await asyncio.wait_for(storm, DEADLINE_S)
        left = {account: await available(first, account) for account in FUNDS}
        budgets = (await first.get("/v1/budgets")).json()["items"]
        await cluster.nodes[0].verify()
    assert {account: FUNDS[account] - left[account] for account in FUNDS} == CAPS
    # All that was acknowledged was spent, and nothing else.
    assert Counter(paid) == CAPS
    assert set(verdicts) == {"budget_exceeded", "insufficient_funds"}
    used = {each["account"] or "": int(each["used"]) for each in budgets}
    assert used == {"": ACROSS, **BUDGETS}


async def spend(nodes: list[httpx.AsyncClient], number: int, paid: list[str], verdicts: list[str]) -> None:
    """Spend units one after the other on any node, each under its key until its verdict is known."""
    dice = random.Random(SEED * 1_000 + number)
    for turn in range(EACH):
        account = dice.choice(list(FUNDS))
        while True:
            try:
                answer = await dice.choice(nodes).post(
                    "/v1/transactions",
                    json=posting(account, "house:shop", 1),
                    headers={"Idempotency-Key": f"{number}/{turn}"},
                )
            except httpx.TransportError:
                continue
            if answer.status_code not in AGAIN:
                break
        if answer.is_success:
            paid.append(account)
        else:
            verdicts.append(answer.json()["code"])


def posting(source: str, destination: str, amount: int) -> dict[str, object]:
    leg = {"source": source, "destination": destination, "amount": str(amount), "asset": "CREDIT"}
    return {"postings": [leg]}


async def made(http: httpx.AsyncClient, path: str, body: object) -> None:
    answer = await http.post(path, json=body, headers={"Idempotency-Key": str(body)})
    assert answer.status_code == 201, answer.text


async def available(http: httpx.AsyncClient, account: str) -> int:
    view = (await http.get(f"/v1/accounts/{account}")).json()
    return int(view["balances"][0]["available"])
