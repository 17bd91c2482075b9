"""The real ledger beside a naive one: the same verdicts and the same standings after each step, and the books agree.

A run prints its seed; ``GROAT_SEED`` repeats it. ``make soak`` tries many more.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from groat import Groat, Refusal
from tests.engine.commands import ASSETS, NOBODY, PATHS, command_of, drawn, resolved
from tests.engine.model import Model
from tests.helpers.clock import Clock
from tests.helpers.databases import SqliteDatabase

ROUNDS = int(os.environ.get("GROAT_SOAK_ROUNDS", "20"))


class Machine(RuleBasedStateMachine):
    """Batches of commands, time that passes, old keys with the same and with other bodies."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory()
        self.clock = Clock()
        self.model = Model()
        self.number = 0
        self.used: list[tuple[str, Any]] = []
        self.runner = asyncio.Runner()

    @initialize(batch_max=st.sampled_from([1, 3, 100]))
    def open(self, batch_max: int) -> None:
        database = SqliteDatabase(Path(self.directory.name))
        self.context = Groat.open(database.url, store=database.store(self.clock), batch_max=batch_max)
        self.groat = self.runner.run(self.context.__aenter__())
        for code in ASSETS:
            self.runner.run(self.groat.add_asset(code, 0))
        self.batch([("post", [("house:x", path, 100, code)]) for path in PATHS[:2] for code in ASSETS])

    def teardown(self) -> None:
        try:
            if hasattr(self, "context"):
                self.runner.run(self.context.__aexit__(None, None, None))
        finally:
            self.runner.close()
            self.directory.cleanup()

    def execute(self, calls: list[tuple[str, Any]]) -> None:
        """Give calls to both ledgers at once, and compare what each says."""
        commands = [command_of(key, command) for key, command in calls]
        verdicts = self.runner.run(self.groat.execute_many(commands))
        for (key, call), command, verdict in zip(calls, commands, verdicts, strict=True):
            code, made, replayed = self.model.run(key, call, command.ids, self.clock())
            if isinstance(verdict, Refusal):
                assert (verdict.code, verdict.replayed) == (code, replayed), call
            else:
                assert (code, replayed) == ("ok", verdict.replayed), call
                assert [t.id for t in verdict.transactions] == made

    @rule(commands=st.lists(drawn, min_size=3, max_size=10))
    def batch(self, commands: list[Any]) -> None:
        holds, transactions = list(self.model.holds), list(self.model.transactions)
        calls = []
        for command in commands:
            self.number += 1
            calls.append((f"key-{self.number}", resolved(command, holds, transactions, self.clock())))
        self.used += calls
        self.execute(calls)

    @rule(chosen=st.lists(st.integers(0, 30), min_size=1, max_size=3), twice=st.booleans())
    def again(self, chosen: list[int], twice: bool) -> None:
        calls = [self.used[-1 - index] for index in chosen if index < len(self.used)]
        if calls:
            self.execute(calls * (2 if twice else 1))

    @rule(index=st.integers(0, 30), command=drawn)
    def another_body(self, index: int, command: Any) -> None:
        if index < len(self.used):
            holds, transactions = list(self.model.holds), list(self.model.transactions)
            self.execute([(self.used[-1 - index][0], resolved(command, holds, transactions, self.clock()))])

    @rule(seconds=st.sampled_from([0.000001, 1, 5, 20]))
    def time_passes(self, seconds: float) -> None:
        self.clock.advance(seconds)
        # Whoever comes before the timer expires only what its own verdict depends on.
        self.number += 1
        self.execute([(f"key-{self.number}", ("release", NOBODY))])
        self.runner.run(self.groat.expire_due())

    @invariant()
    def both_stand_alike(self) -> None:
        self.runner.run(self.compare())

    async def compare(self) -> None:
        model = self.model
        real = {
            (b.account, b.asset): (b.balance, b.available, b.held, b.version, b.floor, b.ceiling)
            for view in await self.groat.accounts(limit=1_000)
            for b in view.balances
        }
        assert real == {
            pair: (
                str(a["credits"] - a["debits"]),
                str(model.available(a)),
                str(a["out"]),
                a["version"],
                None if a["floor"] is None else str(a["floor"]),
                None if a["ceiling"] is None else str(a["ceiling"]),
            )
            for pair, a in model.accounts.items()
        }
        for id, hold in model.holds.items():
            view = await self.groat.held(id)
            assert view
            assert (view.state, view.captured, view.released, view.remaining) == (
                hold["state"],
                str(hold["captured"]),
                str(hold["released"]),
                str(model.left(hold)),
            )
        heads = await self.groat.streams.heads(["user:a", "user:b"])
        assert {name: head.offset for name, head in heads.items() if head.offset} == model.streams
        for stream in model.streams:
            await self.last_event_tells_the_balance(stream, real)
        report = await self.groat.verify()
        assert report.ok, report.problems

    async def last_event_tells_the_balance(self, stream: str, real: Any) -> None:
        """Whoever reads a stream from its beginning ends up with the balances that are there."""
        told = {}
        for event in await self.groat.streams.read(stream, 0):
            for c in msgspec.json.decode(event.data)["changes"]:
                told[c["account"], c["asset"]] = (c["balance"], c["available"], c["held"], c["version"])
        own = {p: s[:4] for p, s in real.items() if (p[0] + ":").startswith(stream + ":") and s[3]}
        assert told == own


def run(examples: int, steps: int) -> None:
    number = int(os.environ.get("GROAT_SEED") or random.SystemRandom().randrange(2**32))
    print(f"GROAT_SEED={number}")
    run_state_machine_as_test(
        seed(number)(Machine),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
        ),
    )


def test_the_ledger_is_a_naive_ledger() -> None:
    run(examples=40, steps=25)


@pytest.mark.soak
def test_the_ledger_is_a_naive_ledger_for_long() -> None:
    run(examples=4 * max(1, ROUNDS - 1), steps=60)
