"""The same steps with grants have the same results on either store, wherever batches are cut, whenever ends are booked.

GROAT_SOAK_ROUNDS says how many runs of steps are tried.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack
from itertools import count
from operator import add
from pathlib import Path
from typing import Any
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from groat import Groat, Refusal
from groat.ledger.commands import Capture, Command, GrantPosting, Hold, Post, Posting, Release, SetBalance
from groat.ledger.granting import VoidGrant
from groat.ledger.grants import Terms
from groat.ledger.reversing import Reverse
from groat.store.batch import Verdict
from tests.helpers.clock import Clock
from tests.helpers.databases import Database, PostgresDatabase, SqliteDatabase
from tests.servers import Postgres

RUNS = int(os.environ.get("GROAT_SOAK_ROUNDS", "8"))
SECOND = 1_000_000

amounts = st.integers(1, 12)
people = st.integers(0, 1)
others = st.integers(0, 2)
ends = st.sampled_from([None, None, 1, 2, 3])
places = st.integers(0, 7)
# Nobody gets into debt: how much a grant pays of one depends on whether a hold that is over was released by then. No
# hold is over by itself: who pays behind it waits until what it gave back is booked as expired, and others go first.
step = st.one_of(
    st.tuples(
        st.just("grant"), people, amounts, ends, st.integers(1, 3), st.sampled_from(["paid", "promotional"])
    ),
    st.tuples(st.just("deposit"), people, amounts),
    st.tuples(st.just("post"), people, others, amounts),
    st.tuples(st.just("hold"), people, others, amounts),
    st.tuples(st.just("capture"), places, st.none() | amounts, st.booleans()),
    st.tuples(st.just("release"), places),
    st.tuples(st.just("reverse"), places, st.none() | amounts, st.sampled_from(["book", "restore"])),
    st.tuples(st.just("set"), people, st.integers(0, 20)),
    st.tuples(st.just("void"), places, st.none() | amounts),
)  # fmt: skip
rounds = st.lists(
    st.tuples(st.sampled_from([0, 0.5, 1, 2]), st.lists(step, min_size=2, max_size=6)), min_size=2, max_size=5
)
ORDER = ("grant", "deposit", "post", "hold", "set", "capture", "release", "void", "reverse")
"""A command waits for the next batch if one before made something due that it needs, so those come last."""

OPENING = [
    ("grant", 0, 10, 2, 2, "promotional"),
    ("grant", 0, 6, None, 1, "paid"),
    ("grant", 1, 8, 3, 1, "promotional"),
    ("deposit", 0, 5),
    ("post", 0, 1, 8),
    ("post", 0, 2, 3),
    ("hold", 0, 2, 7),
    ("hold", 1, 0, 9),
]


class Ledger:
    """A ledger that takes the steps of one run after the other; ``alone`` books after each what has ended."""

    def __init__(self, groat: Groat, database: Database, clock: Clock, alone: bool) -> None:
        self.groat = groat
        self.database = database
        self.clock = clock
        self.alone = alone
        self.begin(0)

    def begin(self, run: int) -> None:
        """Begin a run, in which other people have other accounts."""
        self.run = run
        self.number = count()
        self.holds: list[str] = []
        self.posts: list[str] = []
        self.grants: dict[str, str] = {}

    def path(self, who: int) -> str:
        return "house:shop" if who == 2 else f"user:{self.run}-{who}"

    def command(self, step: Any) -> Command | None:
        """The command of a step, None if it is about something that is not there."""
        word, *rest = step
        number = next(self.number)
        common: dict[str, Any] = {"principal": "service:test", "key": f"{self.run}/{number}"}
        if word == "grant":
            who, amount, lasts, priority, cls = rest
            expires_at = None if lasts is None else self.clock() + lasts * SECOND
            terms = Terms(cls, expires_at, priority=priority, note=str(number))
            return Post(
                **common, postings=(GrantPosting("house:gifts", self.path(who), amount, "CREDIT", terms),)
            )
        if word == "deposit":
            who, amount = rest
            return Post(**common, postings=(Posting("house:bank", self.path(who), amount, "CREDIT"),))
        if word in ("post", "hold"):
            who, other, amount = rest
            if who == other:
                return None
            sides = self.path(who), self.path(other)
            if word == "post":
                return Post(**common, postings=(Posting(*sides, amount, "CREDIT"),))
            return Hold(**common, source=sides[0], destination=sides[1], amount=amount, asset="CREDIT")
        if word == "set":
            return SetBalance(**common, account=self.path(rest[0]), asset="CREDIT", balance=rest[1])
        place, *rest = rest
        named = {"void": list(self.grants), "reverse": self.posts}.get(word, self.holds)
        if not named:
            return None
        id = named[place % len(named)]
        if word == "capture":
            return Capture(**common, hold=id, amount=rest[0], final=rest[1])
        if word == "release":
            return Release(**common, hold=id)
        if word == "reverse":
            amount, expired = rest
            return Reverse(
                **common, transaction=id, amounts=None if amount is None else (amount,), expired=expired
            )  # fmt: skip
        return VoidGrant(**common, grant=id, amount=rest[0], reason="Test")

    async def play(self, seconds: float, steps: list[Any]) -> Any:
        """Take steps at one moment; returns what came of them, and how everything stands once all ends are booked."""
        steps = sorted(steps, key=lambda each: ORDER.index(each[0]))
        while len(steps) > 1 and steps[-2][0] == "reverse":
            steps.pop()
        commands = [command for each in steps if (command := self.command(each))]
        if self.alone:
            await self.groat.expire_due()
            verdicts: list[Verdict] = []
            for command in commands:
                verdicts.append(await self.groat.execute(command))
                await self.groat.expire_due()
        else:
            verdicts = list(await self.groat.execute_many(commands))
            await self.groat.expire_due()
        return [self.told(each) for each in verdicts], self.standing()

    def told(self, verdict: Any) -> Any:
        if isinstance(verdict, Refusal):
            return verdict.code, {k: v for k, v in verdict.fields.items() if k not in self.ids}
        (row,) = verdict.transactions or (None,)
        if row is None:
            return "nothing"
        (self.holds if row.kind == "hold" else self.posts).append(row.id)
        for leg in row.legs:
            for each in leg.allocations:
                self.grants.setdefault(each.grant.id, each.grant.note)
        return row.kind, [
            (
                leg.source.path, leg.destination.path, leg.amount, leg.pending,
                [
                    (g.note, milliseconds(g.expires_at), g.account.path, amount, held)
                    for g, amount, held in leg.allocations
                ],
            )
            for leg in row.legs
        ]  # fmt: skip

    ids = frozenset({"grant", "transaction", "hold"})

    def standing(self) -> Any:
        """The accounts and their grants as they stand."""
        whose = f"a.path LIKE 'user:{self.run}-%'"
        grants = self.database.rows(
            "SELECT a.path, g.class, g.note, g.expires_at, g.amount, g.remaining, g.held, g.expired, g.voided"
            f" FROM groat_grant AS g JOIN groat_account AS a ON a.id = g.account WHERE {whose}"
        )
        accounts = self.database.rows(
            f"SELECT a.path, credits - debits, debits_pending, credits_pending FROM groat_account AS a WHERE {whose}"
        )
        # Two gifts of one person to another are one grant while something of the first is left, so count them together.
        found: dict[Any, list[int]] = {}
        for path, cls, note, at, *amounts in grants:
            sums = found.setdefault((path, cls, note, milliseconds(at)), [0] * len(amounts))
            sums[:] = map(add, sums, amounts)
        return found, sorted(accounts)


def milliseconds(moment: int | None) -> int | None:
    return None if moment is None else moment // 1_000


async def open_all(stack: AsyncExitStack, directory: Path, server: Postgres, clock: Clock) -> list[Ledger]:
    """Ledgers that differ in their store, in where batches are cut, and in when ends are booked."""
    found = []
    for name, batch_max, alone in (
        ("alone", 1, True),
        ("one", 1, False),
        ("two", 2, False),
        ("many", 1_000, False),
        ("", 1_000, False),
    ):
        database: Database = PostgresDatabase(server)
        if name:
            (directory / name).mkdir()
            database = SqliteDatabase(directory / name)
        database.prepare()
        opened = Groat.open(database.url, store=database.store(clock), batch_max=batch_max)
        groat = await stack.enter_async_context(opened)
        await groat.add_asset("CREDIT", 0)
        found.append(Ledger(groat, database, clock, alone))
    return found


def test_the_same_steps_have_the_same_results(tmp_path: Path, postgres_server: Postgres) -> None:
    clock, runs = Clock(), count()

    async def play_all(ledgers: list[Ledger], taken: Any) -> None:
        number = next(runs)
        for each in ledgers:
            each.begin(number)
        for place, (seconds, steps) in enumerate([(0, OPENING), *taken]):
            # No two rounds are whole seconds apart: an account's moment runs ahead of a clock that stands still, so a
            # restored grant may end some microseconds later where there were more batches.
            clock.advance(seconds + 2**place / 1_000)
            first, *rest = [await each.play(seconds, steps) for each in ledgers]
            for other in rest:
                assert other == first

    with asyncio.Runner() as runner, patch("groat.engine.groat.EXPIRY_S", 3_600):
        stack = AsyncExitStack()
        ledgers = runner.run(open_all(stack, tmp_path, postgres_server, clock))

        # The grant that is taken back has just expired, and the part that is put back did so while it was held.
        @example(taken=[(2, [("release", 0), ("void", 4, None)]), (1, [("reverse", 5, None, "restore")])])
        @given(taken=rounds)
        @settings(
            max_examples=RUNS,
            deadline=None,
            database=None,
            # Each try is expensive, and what fails is short as it is.
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def compare(taken: Any) -> None:
            runner.run(play_all(ledgers, taken))

        try:
            compare()
            for each in ledgers:
                report = runner.run(each.groat.verify())
                assert report.ok, report.problems
        finally:
            runner.run(stack.aclose())
