"""Two nodes spend the same grants at once: never more than there is, in their order, and each refusal is right."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from groat import Groat, Refused, StoreError
from tests.faults.ledgers import fresh, ledger, plain
from tests.helpers.money import standing
from tests.servers import Postgres

SPENDERS = 100
GRANTS = 20
PLAIN = 15
T = TypeVar("T")


async def tried(call: Callable[[], Awaitable[T]]) -> T:
    """The outcome of a call, however often rows were busy."""
    while True:
        try:
            return await call()
        except StoreError as error:
            if error.code != "busy":
                raise


async def spend(groat: Groat, other: Groat, number: int, amount: int) -> bool:
    """Spend by a post or by a hold that the other node captures; return whether there was enough."""
    key = f"spend-{number}"
    try:
        if number % 3:
            await tried(lambda: groat.post([("user:a", "house:shop", amount, "CREDIT")], key=key))
        else:
            held = await tried(lambda: groat.hold("user:a", "house:shop", amount, "CREDIT", key=key))
            await tried(lambda: other.capture(str(held.id), key=f"capture-{number}"))
    except Refused as refused:
        if refused.code != "insufficient_funds":
            raise
        return False
    return True


async def test_two_nodes_never_spend_a_unit_twice(postgres_server: Postgres, seed: int) -> None:
    rng = random.Random(seed)
    dsn = fresh(postgres_server)
    async with ledger(dsn) as one, ledger(dsn) as other:
        for number in range(GRANTS):
            await one.grant("user:a", 10, "CREDIT", key=f"grant-{number}", priority=number)
        await one.post([("house:bank", "user:a", PLAIN, "CREDIT")], key="plain")
        amounts = [rng.randint(1, 9) for _ in range(SPENDERS)]
        nodes = [(one, other), (other, one)]
        spent = await asyncio.gather(
            *(spend(*nodes[number % 2], number, amount) for number, amount in enumerate(amounts))
        )
        left = GRANTS * 10 + PLAIN - sum(amount for amount, ok in zip(amounts, spent, strict=True) if ok)
        assert (await standing(one, "user:a"))[:3] == (str(left), "0", str(left))
        assert left >= 0
        # Nothing ever came back, so whoever was refused would be refused now.
        refused = [amount for amount, ok in zip(amounts, spent, strict=True) if not ok]
        assert refused
        assert min(refused) > left
        async with plain(dsn) as connection:
            rows = await connection.fetch("SELECT remaining, held FROM groat_grant ORDER BY priority")
        # One grant after the other paid, and plain money last.
        rest, expected = max(0, left - PLAIN), []
        for _ in rows:
            expected.append((min(10, rest), 0))
            rest -= expected[-1][0]
        assert [tuple(row) for row in rows] == expected[::-1]
