"""A node that is stopped in the middle of a transaction keeps its rows for a while; the others go on."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

from groat import Groat, GroatError
from tests.faults.ledgers import fresh, ledger
from tests.servers import Postgres

MEMBER = Path(__file__).with_name("freezing_member.py")


async def move(groat: Groat, source: str, destination: str, key: str) -> bool:
    return (await groat.post([(source, destination, "1", "CREDIT")], key=key)).replayed


async def outcome(call: Awaitable[Any]) -> str:
    try:
        await call
    except GroatError as error:
        return error.code
    return "done"


async def test_the_others_go_on_and_get_the_row_in_the_end(postgres_server: Postgres) -> None:
    dsn = fresh(postgres_server)
    async with ledger(dsn) as groat:
        await move(groat, "house:bonus", "user:a", "before")
        frozen = await asyncio.create_subprocess_exec(
            sys.executable, str(MEMBER), dsn, stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )  # fmt: skip
        assert frozen.stdout is not None
        try:
            while await frozen.stdout.readline() != b"frozen\n":
                assert frozen.returncode is None
            needs_the_house = asyncio.create_task(move(groat, "house:bonus", "user:b", "k"))
            # The row is waited for apart, for its time; whoever needs other rows does not notice.
            passed = 0
            while not needs_the_house.done():
                async with asyncio.timeout(2):
                    await move(groat, "house:other", f"user:{passed % 7}", f"k{passed}")
                passed += 1
            assert passed > 10
            assert await outcome(needs_the_house) in ("done", "busy")
            # PostgreSQL has taken the row from the frozen node by now, or soon will have.
            async with asyncio.timeout(10):
                while (code := await outcome(move(groat, "house:bonus", "user:b", "k"))) != "done":
                    assert code == "busy"
        finally:
            frozen.send_signal(signal.SIGCONT)
        # It wakes up without its transaction, and runs the batch again.
        async with asyncio.timeout(20):
            line = await frozen.stdout.readline()
            assert await frozen.wait() == 0
        found = await groat.transaction(line.decode().strip())
        assert found is not None
        assert found.key == "frozen"
        account = await groat.account("user:frozen")
        assert account is not None
        assert account.balances[0].balance == "1"
