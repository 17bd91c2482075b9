"""Grants beside a naive ledger that counts single units: the same verdicts and the same standings after each step.

A run on either store prints its seed; ``GROAT_SEED`` repeats it.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from groat import Groat, Refusal
from groat.ledger.commands import (
    Capture,
    Command,
    Extend,
    GrantPosting,
    Hold,
    Post,
    Posting,
    Release,
    SetBalance,
)
from groat.ledger.granting import VoidGrant
from groat.ledger.grants import Terms
from groat.ledger.reversing import Reverse
from groat.ledger.settling import SettleHold
from tests.engine.grants_model import GrantsModel, No
from tests.helpers.clock import Clock
from tests.helpers.databases import Database, SqliteDatabase

EXAMPLES = int(os.environ.get("GROAT_SOAK_ROUNDS", "12"))
ME, SHOP = "user:a", "house:shop"
SECOND = 1_000_000


def common(number: int) -> dict[str, Any]:
    return {"principal": "service:test", "key": f"k{number}"}


class Run:
    """One random run; ``batch`` commands at a time are decided together."""

    def __init__(self, groat: Groat, database: Database, clock: Clock, dice: random.Random) -> None:
        self.groat = groat
        self.database = database
        self.clock = clock
        self.dice = dice
        self.model = GrantsModel()
        self.model.now = clock()
        self.number = 0
        self.grants: list[str] = []

    def some(self, most: int = 12) -> int:
        return self.dice.randrange(1, most)

    def draw(self, timeless: bool) -> tuple[Command, Any]:
        """A command, and what the model does when it is told the command's id.

        Without time no command waits for what one before it made due, so all are decided in their order.
        """
        self.number += 1
        dice, model, key = self.dice, self.model, common(self.number)
        words = [
            "grant",
            "deposit",
            "post",
            "hold",
            "capture",
            "release",
            "reverse",
            "take",
            "set",
            "void",
            "debt",
            "settle",
            "extend",
        ]
        word = dice.choices(words, [6, 2, 5, 5, 4, 2, 4, 2, 1, 2, 1, 4, 1])[0]
        count = self.some()
        pick = dice.choice
        if word == "capture" and model.holds:
            hold, final = pick(list(model.holds)), dice.random() < 0.5
            return Capture(**key, hold=hold, amount=count, final=final), lambda id: model.capture(
                hold, id, count, final
            )
        if word == "settle" and model.holds:
            hold, more = pick(list(model.holds)), pick([None, 0, 3])
            policy: dict[str, Any] = {"excess": "refuse" if more is None else "available"}
            if more:
                policy = {"excess": "overdraft", "overdraft": more}
            actual = dice.randrange(16)
            return (
                SettleHold(**key, hold=hold, actual=actual, **policy),
                lambda id: model.settle(hold, id, actual, more),
            )
        if word == "extend" and model.holds and not timeless:
            hold, until = pick(list(model.holds)), model.now + self.some(5) * SECOND
            return Extend(**key, hold=hold, expires_at=until), lambda id: model.extend(hold, until)
        if word == "release" and model.holds:
            hold = pick(list(model.holds))
            return Release(**key, hold=hold), lambda id: model.release(hold)
        if word == "reverse" and model.paid:
            txn, mode = pick(list(model.paid)), pick(["book", "restore"])
            reverse = Reverse(**key, transaction=txn, amounts=(count,), expired=mode)  # type: ignore[arg-type]
            return reverse, lambda id: model.reverse(txn, count, mode == "restore")
        if word == "take" and model.gave:
            txn, mode = pick(list(model.gave)), pick(["refuse", "debt"])
            take = Reverse(**key, transaction=txn, amounts=(count,), short=mode)  # type: ignore[arg-type]
            return take, lambda id: model.take_back(txn, count, mode == "debt")
        if word == "void" and self.grants and not timeless:
            number, part = dice.randrange(len(self.grants)), pick([None, count])
            void = VoidGrant(**key, grant=self.grants[number], amount=part, reason="Test")
            return void, lambda id: model.void(number, part)
        if word == "set":
            return (
                SetBalance(**key, account=ME, asset="CREDIT", balance=count),
                lambda id: model.set_balance(count),
            )
        if word == "hold":
            ends = None if timeless else pick([None, model.now + self.some(5) * SECOND])
            hold_it = Hold(**key, source=ME, destination=SHOP, amount=count, asset="CREDIT", expires_at=ends)
            return hold_it, lambda id: model.hold(id, count, ends)
        if word == "deposit":
            return (
                Post(**key, postings=(Posting("house:x", ME, count, "CREDIT"),)),
                lambda id: model.deposit(count),
            )
        if word in ("post", "debt"):
            below = word == "debt"
            post = Post(**key, postings=(Posting(ME, SHOP, count, "CREDIT"),), below_floor=below)
            return post, lambda id: model.post(id, count, below)
        priority, lasts = (
            self.some(3),
            pick([None] if timeless else [None, *[n * SECOND for n in range(1, 6)]]),
        )
        posting = GrantPosting("house:p", ME, count, "CREDIT", Terms(lasts=lasts, priority=priority))
        return Post(**key, postings=(posting,)), lambda id: model.grant(id, count, priority, lasts)

    async def step(self, together: int) -> None:
        if self.dice.random() < 0.3:
            self.clock.advance(self.dice.choice([0.5, 1, 2]))
            self.model.now = self.clock()
            self.model.catch_up()
            await self.groat.expire_due()
        drawn = [self.draw(together > 1) for _ in range(together)]
        verdicts = await self.groat.execute_many([command for command, _ in drawn])
        for (command, act), verdict in zip(drawn, verdicts, strict=True):
            expected = "ok"
            try:
                act(command.ids[0])
            except No as no:
                expected = str(no)
            # What a command made due is booked before the next one that it concerns.
            self.model.catch_up()
            assert (verdict.code if isinstance(verdict, Refusal) else "ok") == expected, command
        await self.groat.expire_due()
        await self.compare()

    async def compare(self) -> None:
        stored = self.database.rows(
            "SELECT id, remaining, held, expired, voided FROM groat_grant ORDER BY version, id"
        )
        self.grants = [str(row[0]) for row in stored]
        view = await self.groat.account(ME)
        available = int(view.balances[0].available) if view else 0
        assert available == self.model.available
        assert [row[1:] for row in stored] == self.model.standing()
        assert sum(left - held for left, held, _, _ in self.model.standing()) <= max(0, available)


async def play(database: Database, dice: random.Random, together: int, steps: int) -> None:
    clock = Clock()
    async with Groat.open(database.url, store=database.store(clock)) as groat:
        await groat.add_asset("CREDIT", 0)
        run = Run(groat, database, clock, dice)
        for _ in range(steps):
            await run.step(together)
        report = await groat.verify()
        assert report.ok, report.problems


@given(dice=st.randoms(use_true_random=False), together=st.sampled_from([1, 5]))
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
def test_grants_are_as_in_a_naive_ledger(dice: random.Random, together: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(play(SqliteDatabase(Path(directory)), dice, together, 40))


@pytest.mark.parametrize("together", [1, 5])
async def test_grants_on_either_store(database: Database, together: int) -> None:
    number = int(os.environ.get("GROAT_SEED") or random.SystemRandom().randrange(2**32))
    print(f"GROAT_SEED={number}")
    await play(database, random.Random(number), together, 80)
