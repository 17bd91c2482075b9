"""Real books imported beside a running server, while a person whose books they are follows with a stock client."""

from __future__ import annotations

import asyncio
import csv
import os
import random
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from tests.crash import truth
from tests.crash.clients import PythonClient, stop_all
from tests.crash.server import ADMIN, DEADLINE_S, Server, bearing, token
from tests.live.waiting import until

DATA = Path(__file__).parent.parent / "data"
BOOKS = DATA / "open-books.csv"
MEMBER = "member-2"
STREAM = f"user:{MEMBER}"
TRANSACTIONS = 1359


def rows() -> list[dict[str, str]]:
    with BOOKS.open() as file:
        return list(csv.DictReader(file))


def closing_balances() -> dict[str, Decimal]:
    """What ledger-cli computed from the same books."""
    with (DATA / "open-books-balances.csv").open() as file:
        return {row["account"]: Decimal(row["balance"]) for row in csv.DictReader(file)}


def changes(legs: Iterable[dict[str, str]], account: str) -> Decimal:
    """By how much these rows change an account."""
    return sum(
        (
            Decimal(leg["amount"]) * ((leg["destination"] == account) - (leg["source"] == account))
            for leg in legs
        ),
        Decimal(),
    )


def of_member() -> list[list[dict[str, str]]]:
    """The member's transactions in the order of the file, each with all its rows."""
    transactions: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows():
        transactions[row["transaction"]].append(row)
    return [
        legs
        for legs in transactions.values()
        if any(STREAM in (leg["source"], leg["destination"]) for leg in legs)
    ]


class Import:
    """``groat import`` as a process of its own."""

    def __init__(self, server: Server, rate: float | None = None) -> None:
        self._arguments = ["--database", server.database, *(["--rate", str(rate)] if rate else [])]
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "groat", "import", "transactions", str(BOOKS), "--floor", "none", *self._arguments,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env={**os.environ, "COLUMNS": "200"},
        )  # fmt: skip

    async def finish(self) -> str:
        """What it printed; it must have gone well."""
        assert self._process is not None
        out, err = await self._process.communicate()
        assert self._process.returncode == 0, err.decode()
        return out.decode()

    async def kill(self) -> None:
        assert self._process is not None
        assert self._process.returncode is None, "it was done before it could be killed"
        self._process.kill()
        await self._process.wait()


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    """A running server on an empty database."""
    server = Server(tmp_path)
    await server.start()
    yield server
    server.bury()


@pytest.fixture
async def member(server: Server) -> AsyncIterator[PythonClient]:
    """The member's client, connected before anything happens."""
    client = PythonClient(server, MEMBER, token(MEMBER))
    await client.client.connect()
    await until(lambda: client.record.begun, DEADLINE_S)
    yield client
    await stop_all([client])


async def check_member(server: Server, member: PythonClient) -> None:
    """The client was told of each of the member's transactions once, in the order of the file, to the last cent."""
    database = truth.Database(server.path)
    await until(lambda: member.record.offset == database.streams[STREAM].head, DEADLINE_S)
    truth.check_record(member.record, database)
    told = [Decimal(event["changes"][0]["delta"]) for _, event in database.streams[STREAM].events]
    assert told == [changes(legs, STREAM) for legs in of_member()]
    assert sum(told) == closing_balances()[STREAM]


async def check_books(server: Server) -> None:
    """Every closing balance over HTTP, the sum, and the balances of past days."""
    async with httpx.AsyncClient(base_url=server.address, headers=bearing(ADMIN), trust_env=False) as http:

        async def balance(path: str, **query: str) -> Decimal:
            answer = await http.get(f"/v1/accounts/{path}", params=query)
            if answer.status_code == 404:
                assert answer.json()["code"] == "account_not_found"
                return Decimal()
            assert answer.status_code == 200, answer.text
            return sum((Decimal(each["balance"]) for each in answer.json()["balances"]), Decimal())

        closing = {path: await balance(path) for path in closing_balances()}
        assert closing == closing_balances()
        assert sum(closing.values()) == 0
        books = rows()
        days = sorted({row["date"] for row in books})
        for day in [days[0], days[len(days) // 3], days[-2]]:
            until_then = [row for row in books if row["date"] <= day]
            for path in closing:
                assert await balance(path, at=f"{day}T23:59:59Z") == changes(until_then, path), (day, path)


async def test_followed_to_the_last_cent(server: Server, member: PythonClient) -> None:
    importing = Import(server, rate=700)
    await importing.start()
    # It is followed while it runs, not afterwards.
    await until(lambda: member.record.offset >= 10, DEADLINE_S)
    seen = truth.Database(server.path)
    assert len(seen.transactions) < TRANSACTIONS
    assert await importing.finish() == f"{TRANSACTIONS} posted, 0 known from earlier runs, 0 refused\n"
    await check_member(server, member)
    await check_books(server)

    before = truth.Database(server.path)
    again = Import(server)
    await again.start()
    assert await again.finish() == f"0 posted, {TRANSACTIONS} known from earlier runs, 0 refused\n"
    after = truth.Database(server.path)
    assert (after.transactions, after.accounts) == (before.transactions, before.accounts)
    await check_member(server, member)
    assert f"{TRANSACTIONS} transactions" in await server.verify()
    assert server.alarms() == []


async def test_import_and_server_killed_in_the_middle(server: Server, member: PythonClient) -> None:
    """First the import dies, then, during its second run, the server; the client sees nothing of it but the events."""
    seed = 11
    print(f"seed {seed}")
    rng = random.Random(seed)
    total = len(of_member())
    first = Import(server, rate=700)
    await first.start()
    await until(lambda: member.record.offset >= rng.randrange(1, total // 3), DEADLINE_S)
    await first.kill()
    posted = len(truth.Database(server.path).transactions)
    assert 0 < posted < TRANSACTIONS
    second = Import(server, rate=700)
    await second.start()
    heard = member.record.offset
    await until(lambda: member.record.offset > heard, DEADLINE_S)
    server.kill()
    # The import is a process of its own and goes on; what it posts meanwhile is waiting for the client.
    told = f"{TRANSACTIONS - posted} posted, {posted} known from earlier runs, 0 refused\n"
    assert await second.finish() == told
    await server.start()
    await check_member(server, member)
    assert member.record.resumed == 1
    await check_books(server)
    await server.verify()
    assert server.alarms() == []
