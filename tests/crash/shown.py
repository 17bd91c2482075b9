"""What a server shows and repeats, compared with its database and with what it answered."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import httpx

from tests.crash import truth
from tests.crash.calls import Senders, Wire, Write
from tests.crash.mixture import TOKENS, USERS
from tests.crash.server import ADMIN, Reachable, bearing

REPEATED = 200
"""So many answered writes are sent once more at the end."""


async def pages(http: httpx.AsyncClient, path: str, **params: str) -> list[dict[str, Any]]:
    """All items of a list."""
    items: list[dict[str, Any]] = []
    while True:
        answer = await http.get(path, params={"limit": "500", **params})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        items += page["items"]
        if not page["cursor"]:
            return items
        params["cursor"] = page["cursor"]


async def check_over_http(server: Reachable, writes: list[Write], database: truth.Database) -> None:
    """What the server shows equals the database and the fold of what it answered."""
    transactions = truth.transactions_of(writes)
    folded = truth.fold(transactions.values())
    unheard = {id for id in database.kinds if id not in transactions}
    assert {database.kinds[id] for id in unheard} <= {"expire"}, "transactions that nobody was answered"
    truth.check_versions(transactions.values(), database)
    async with httpx.AsyncClient(base_url=server.address, headers=bearing(ADMIN), trust_env=False) as http:
        shown = {
            (each["account"], each["asset"]): truth.Standing(
                Decimal(each["balance"]), Decimal(each["held"]), each["version"]
            )
            for account in await pages(http, "/v1/accounts")
            for each in account["balances"]
        }
        assert shown == database.accounts
        assert {pair: each.balance for pair, each in shown.items() if each.balance} == {
            pair: balance for pair, balance in folded.items() if balance
        }
        held: dict[tuple[str, str], Decimal] = {}
        for id in [id for id, each in transactions.items() if each["kind"] == "hold"]:
            hold = (await http.get(f"/v1/holds/{id}")).json()
            parts = [Decimal(hold[name]) for name in ("captured", "released", "remaining")]
            assert sum(parts) == Decimal(hold["amount"]), hold
            if hold["state"] == "open":
                pair = (hold["source"], hold["asset"])
                held[pair] = held.get(pair, Decimal()) + parts[2]
        assert {pair: each.held for pair, each in shown.items() if each.held} == held
        for user in USERS[:3]:
            await check_history(http, f"user:{user}", transactions, database)
            headers = bearing(TOKENS[user])
            me = (await http.get("/v1/me", headers=headers)).json()
            stream = database.streams[f"user:{user}"]
            assert me["positions"][f"user:{user}"] == f"{stream.epoch}:{stream.head}"


async def check_history(
    http: httpx.AsyncClient, path: str, transactions: dict[str, dict[str, Any]], database: truth.Database
) -> None:
    """The history of one balance has every version once, adds up, and consists of what was answered."""
    entries = (await pages(http, f"/v1/accounts/{path}/entries", asset="CREDIT"))[::-1]
    assert [entry["version"] for entry in entries] == list(range(1, len(entries) + 1))
    balance = held = Decimal()
    for entry in entries:
        balance += Decimal(entry["delta"])
        held += Decimal(entry["held_delta"])
        assert (Decimal(entry["balance"]), Decimal(entry["held"])) == (balance, held)
    assert database.accounts[path, "CREDIT"] == truth.Standing(balance, held, len(entries))
    touching = {
        id
        for id, each in transactions.items()
        if any(p["asset"] == "CREDIT" and path in (p["source"], p["destination"]) for p in each["postings"])
    }
    assert {entry["transaction"] for entry in entries if entry["kind"] != "expire"} == touching


async def check_repeats(senders: Senders, rng: random.Random) -> None:
    """Whatever was answered before is answered the same again."""
    wire = Wire(senders.server)
    for write in rng.sample(senders.writes, REPEATED):
        assert write.answer is not None
        again = await write.ask(wire)
        assert again.first == write.answer.first, (again, write)
        frozen = all(truth.is_frozen(verdict) for verdict in write.verdicts)
        assert again.replayed == (frozen and "PATCH" not in write.method), (again, write)
    wire.close()
