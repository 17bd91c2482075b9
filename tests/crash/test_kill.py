"""kill -9 in the middle of two thousand concurrent writes: nothing acknowledged is lost, nothing happens twice.

GROAT_SOAK_ROUNDS says how many rounds; GROAT_CRASH_SEED which seed they begin with, to replay one.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.crash import truth
from tests.crash.calls import Senders, Wire, Write
from tests.crash.clients import EventSource, NodeClients, Poller, PythonClient, Record, Watching, stop_all
from tests.crash.mixture import TOKENS, USERS, Mixture
from tests.crash.server import ADMIN, DEADLINE_S, Reachable, Server, bearing, token
from tests.live.waiting import until

WRITES = 2_000
REPEATED = 200
"""So many answered writes are sent once more at the end."""


class Round:
    """One round: the senders, those who watch, and what they are compared with."""

    def __init__(self, server: Server, directory: Path, seed: int) -> None:
        self.rng = random.Random(seed)
        self.server = server
        self.senders = Senders(server)
        self.mixture = Mixture(self.rng)
        self.people = [PythonClient(server, user, TOKENS[user]) for user in USERS[:6]]
        self.staff = PythonClient(server, "admin", ADMIN)
        self.watching: list[Watching] = []
        self.node = NodeClients(server, {user: TOKENS[user] for user in USERS[4:10]})
        self.readers = [
            EventSource(server, USERS[10], TOKENS[USERS[10]]),
            Poller(server, USERS[11], TOKENS[USERS[11]]),
            Poller(server, "saver", token("saver")),
        ]
        self.kills = 0
        self._directory = directory

    @property
    def records(self) -> list[Record]:
        stock: list[PythonClient | Watching] = [*self.people, *self.watching]
        return [
            *(each.record for each in stock),
            *(each.record for each in self.readers),
            *self.node.records.values(),
        ]

    async def open(self) -> None:
        """Assets, money, things to refer to; everybody who watches is there."""
        async with httpx.AsyncClient(
            base_url=self.server.address, headers=bearing(ADMIN), trust_env=False
        ) as http:
            for code, scale in (("CREDIT", 0), ("USD", 2)):
                assert (await http.post("/v1/assets", json={"code": code, "scale": scale})).status_code == 201
        await self.senders.send_all(self.mixture.opening())
        await self.node.start()
        for client in (*self.people, self.staff):
            await client.client.connect()
        self.watching = [await self.staff.watch(user) for user in USERS[:2]]
        referred = self.mixture.referred()
        await self.senders.send_all(referred)
        self.mixture.learn(referred)
        await until(lambda: all(record.begun for record in self.records), DEADLINE_S)

    async def storm(self) -> None:
        """All writes at once; the server is killed after some of the answers, once or several times."""
        storm = asyncio.create_task(self.senders.send_all(self.mixture.storm(WRITES)))
        # The later kills fall among the retries.
        again = self.rng.sample([100, 300, 500], self.rng.randrange(3))
        for after in [self.rng.randrange(WRITES - 200), *again]:
            await self._answered(self.senders.answered + after, storm)
            await self.kill()
        await asyncio.wait_for(storm, DEADLINE_S)

    async def _answered(self, count: int, storm: asyncio.Task[None]) -> None:
        await until(lambda: storm.done() or self.senders.answered >= count, DEADLINE_S)

    async def kill(self) -> None:
        # Answers come in bursts after a COMMIT: a random moment later anything may be under way.
        await asyncio.sleep(self.rng.uniform(0, 0.03))
        self.server.kill()
        self.kills += 1
        # What was answered before the end is still read.
        await until(lambda: self.senders.quiet, DEADLINE_S)
        database = await truth.left_behind(self.server.path, self._directory / f"killed-{self.kills}")
        truth.check_writes(self.senders.writes, database, killed=True)
        await self.server.start()

    async def settle(self) -> truth.Database:
        """Wait until the last hold that expires has expired and everybody who watches has heard of everything."""
        async with httpx.AsyncClient(
            base_url=self.server.address, headers=bearing(ADMIN), trust_env=False
        ) as http:
            for id in self.mixture.holds:
                async with asyncio.timeout(DEADLINE_S):
                    while True:
                        hold = (await http.get(f"/v1/holds/{id}")).json()
                        if hold["expires_at"] is None or hold["state"] != "open":
                            break
                        await asyncio.sleep(0.05)
        database = truth.Database(self.server.path)
        await until(
            lambda: all(record.offset == database.streams[record.stream].head for record in self.records),
            DEADLINE_S,
        )
        return database

    async def close(self) -> None:
        await stop_all([*self.people, self.staff, self.node, *self.readers])


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


@contextmanager
def telling(round_: Round, seed: int) -> Iterator[None]:
    try:
        yield
    finally:
        lost = sum(write.lost for write in round_.senders.writes)
        survived = sum(any(write.survived) for write in round_.senders.writes)
        print(
            f"GROAT_CRASH_SEED={seed}: {len(round_.senders.writes)} writes, {round_.kills} kills,"
            f" {lost} calls unanswered, {survived} of them committed"
        )


@pytest.mark.soak
async def test_kill_in_the_middle_of_2_000_writes(server: Server, tmp_path: Path, seed: int) -> None:
    await server.start()
    round_ = Round(server, tmp_path, seed)
    try:
        with telling(round_, seed):
            await round_.open()
            await round_.storm()
            database = await round_.settle()
    finally:
        await round_.close()
    writes = round_.senders.writes
    truth.check_writes(writes, database)
    truth.check_retries(writes)
    for record in round_.records:
        truth.check_record(record, database)
    assert all(client.record.resumed for client in round_.people)
    assert round_.node.errors == []
    await check_over_http(server, writes, database)
    await check_repeats(round_.senders, round_.rng)
    assert truth.Database(server.path).transactions == database.transactions, "a repetition had an effect"
    assert server.alarms() == []
    assert await server.terminate() == 0
    await server.verify()
