"""Budgets beside a naive list of spends, whose windows are compared by what calendars show: the same verdicts.

Commands are decided in batches of any size and told to the list one by one. A run prints its seed; ``GROAT_SEED``
repeats it.
"""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from groat import Groat, Refusal
from groat.engine.ids import new_id
from groat.ledger.budgeting import ChangeBudget, SetBudget
from groat.ledger.commands import Capture, Command, Hold, Post, Posting, Release
from groat.ledger.reversing import Reverse
from tests.helpers.clock import Clock

ROUNDS = int(os.environ.get("GROAT_SOAK_ROUNDS", "60"))
PEOPLE, SPENDERS, SHOP = ("user:a", "user:b"), ("service:x", "service:y"), "house:shop"
ZONES = ("UTC", "Europe/Berlin", "Asia/Kathmandu", "America/New_York")
LENGTHS = {"hour": 3_600, "day": 86_400, "month": 30 * 86_400}
SECOND = 1_000_000


class Limit:
    """A budget as the naive list has it."""

    def __init__(self, command: SetBudget) -> None:
        self.account, self.of = command.account, command.of
        self.window, self.rolling, self.zone = command.window, command.rolling, command.zone
        self.limit, self.stopped = command.limit, False
        self.spends: list[Spend] = []
        self.returned: dict[str, int] = {}

    def shows(self, at: int) -> Any:
        """The hour, day or month that a calendar on the wall shows."""
        local = datetime.fromtimestamp(at // SECOND, UTC).astimezone(ZoneInfo(self.zone))
        parts = {"hour": 4, "day": 3, "month": 2}[self.window]
        # The hour that comes twice shows the same time, with another offset.
        return local.timetuple()[:parts], local.utcoffset() if self.window == "hour" else None

    def is_current(self, at: int, now: int) -> bool:
        if not self.rolling:
            return bool(self.shows(at) == self.shows(now))
        part = LENGTHS[self.window] * SECOND // 60
        # A part counts as long as any moment of it is in the window.
        return at // part * part + part > now - LENGTHS[self.window] * SECOND

    def used(self, now: int) -> int:
        return sum(
            spend.amount - self.returned.get(spend.id, 0)
            for spend in self.spends
            if self.is_current(spend.at, now)
        )

    def left(self, now: int) -> int:
        return 0 if self.stopped else max(0, self.limit - self.used(now))

    def counts(self, account: str, by: str) -> bool:
        return self.account in ("", account) and self.of in ("", by)


class Spend(NamedTuple):
    """An amount that was spent, or held."""

    id: str
    amount: int
    at: int


class Held:
    """A hold: what is left of it, and its spend."""

    def __init__(self, spend: Spend, account: str) -> None:
        self.spend, self.account, self.left = spend, account, spend.amount


class Naive:
    """All spends, holds and budgets as lists."""

    def __init__(self) -> None:
        self.available = dict.fromkeys(PEOPLE, 0)
        self.limits: dict[str, Limit] = {}
        self.holds: dict[str, Held] = {}
        # By transaction: the spend that it posted, and how much of it is not reversed.
        self.posted: dict[str, tuple[Spend, str, int]] = {}

    def may(self, account: str, by: str, amount: int, now: int) -> str:
        if amount > self.available[account]:
            return "insufficient_funds"
        if any(each.left(now) < amount for each in self.limits.values() if each.counts(account, by)):
            return "budget_exceeded"
        return "ok"

    def spend(self, id: str, account: str, by: str, amount: int, now: int) -> tuple[str, Spend]:
        verdict, spend = self.may(account, by, amount, now), Spend(id, amount, now)
        if verdict == "ok":
            self.available[account] -= amount
            for each in self.limits.values():
                if each.counts(account, by):
                    each.spends.append(spend)
        return verdict, spend

    def give_back(self, spend: Spend, account: str, amount: int, now: int) -> None:
        self.available[account] += amount
        for each in self.limits.values():
            if spend in each.spends and each.is_current(spend.at, now):
                each.returned[spend.id] = each.returned.get(spend.id, 0) + amount


class Run:
    """One random run."""

    def __init__(self, groat: Groat, clock: Clock, seed: int) -> None:
        self.groat, self.clock, self.seed = groat, clock, seed
        self.dice, self.naive, self.number = random.Random(seed), Naive(), 0

    def draw(self) -> tuple[Command, Any]:
        """A command, and what the naive list says to it, given the id of its transaction."""
        self.number += 1
        dice, naive, now = self.dice, self.naive, self.clock()
        account, by, amount = dice.choice(PEOPLE), dice.choice(SPENDERS), dice.randrange(1, 12)
        common: dict[str, Any] = {"principal": by, "key": f"{self.seed}/{self.number}"}
        path = f"{account}{self.seed}"
        words = ["post", "hold", "capture", "release", "reverse", "budget", "change", "remove", "fund"]
        word = dice.choices(words, [9, 5, 4, 2, 4, 3, 2, 1, 2])[0]
        if word == "fund":
            # Amounts that a principal takes from accounts of the house count, too.
            common["principal"] = "service:in"
            return Post(**common, postings=(Posting("house:in", path, 20, "CREDIT"),)), (
                lambda id: self.fund(account)
            )
        if word == "budget" and len(naive.limits) < 6:
            kind = dice.choice(["account", "share", "across"])
            command = SetBudget(
                **common,
                account="" if kind == "across" else path,
                asset="CREDIT",
                of="" if kind == "account" else dice.choice(SPENDERS),
                window=dice.choice(list(LENGTHS)),
                rolling=dice.random() < 0.4,
                zone=dice.choice(ZONES),
                limit=dice.randrange(5, 60),
            )
            return command, lambda id: self.begin(id, command, account if command.account else "")
        if word in ("change", "remove") and naive.limits:
            budget = dice.choice(list(naive.limits))
            change = ChangeBudget(**common, budget=budget, removes=word == "remove")
            if word == "change":
                change.limit, change.stopped = dice.randrange(0, 60), dice.random() < 0.15
            return change, lambda id: self.change(change)
        if word == "hold":
            hold = Hold(**common, source=path, destination=SHOP, amount=amount, asset="CREDIT")
            return hold, lambda id: self.hold(id, account, by, amount, now)
        held = [id for id, each in naive.holds.items() if each.left]
        if word in ("capture", "release") and held:
            id = dice.choice(held)
            if word == "release":
                return Release(**common, hold=id), lambda _: self.end(id, "", 0, True, now)
            part, final = dice.randrange(1, naive.holds[id].left + 1), dice.random() < 0.5
            return Capture(**common, hold=id, amount=part, final=final), (
                lambda txn: self.end(id, txn, part, final, now)
            )
        posted = [id for id, each in naive.posted.items() if each[2]]
        if word == "reverse" and posted:
            id = dice.choice(posted)
            part = dice.randrange(1, naive.posted[id][2] + 1)
            return Reverse(**common, transaction=id, amounts=(part,)), lambda _: self.reverse(id, part, now)
        return Post(**common, postings=(Posting(path, SHOP, amount, "CREDIT"),)), (
            lambda id: self.post(id, account, by, amount, now)
        )

    def fund(self, account: str) -> str:
        self.naive.available[account] += 20
        return "ok"

    def begin(self, id: str, command: SetBudget, account: str) -> str:
        limit = self.naive.limits[id] = Limit(command)
        limit.account = account
        return "ok"

    def change(self, command: ChangeBudget) -> str:
        limit = self.naive.limits.get(command.budget)
        if limit is None:
            return "budget_not_found"
        if command.removes:
            del self.naive.limits[command.budget]
        else:
            assert isinstance(command.limit, int)
            limit.limit, limit.stopped = command.limit, command.stopped is True
        return "ok"

    def post(self, id: str, account: str, by: str, amount: int, now: int) -> str:
        verdict, spend = self.naive.spend(id, account, by, amount, now)
        if verdict == "ok":
            self.naive.posted[id] = (spend, account, amount)
        return verdict

    def hold(self, id: str, account: str, by: str, amount: int, now: int) -> str:
        verdict, spend = self.naive.spend(id, account, by, amount, now)
        if verdict == "ok":
            self.naive.holds[id] = Held(spend, account)
        return verdict

    def end(self, id: str, txn: str, part: int, final: bool, now: int) -> str:
        held = self.naive.holds[id]
        if not held.left:
            return "hold_resolved"
        if part > held.left:
            return "exceeds_hold"
        freed = held.left - part if final else 0
        held.left -= part + freed
        self.naive.give_back(held.spend, held.account, freed, now)
        if txn:
            self.naive.posted[txn] = (held.spend, held.account, part)
        return "ok"

    def reverse(self, id: str, part: int, now: int) -> str:
        spend, account, left = self.naive.posted[id]
        if part > left:
            return "exceeds_transaction"
        self.naive.posted[id] = (spend, account, left - part)
        self.naive.give_back(spend, account, part, now)
        return "ok"

    async def go(self) -> set[str]:
        seen = set()
        for account in PEOPLE:
            await self.groat.post(
                [("house:in", f"{account}{self.seed}", 60, "CREDIT")], key=f"{self.seed}{account}"
            )
            self.naive.available[account] = 60
        for _ in range(ROUNDS):
            drawn = [self.draw() for _ in range(self.dice.choice([1, 1, 2, 5]))]
            verdicts = await self.groat.execute_many([command for command, _ in drawn])
            for (command, say), verdict in zip(drawn, verdicts, strict=True):
                made = new_id() if isinstance(verdict, Refusal) else verdict.transactions[0].id
                expected = say(made)
                code = verdict.code if isinstance(verdict, Refusal) else "ok"
                assert code == expected, command
                seen.add(code)
            await self.compare()
            self.clock.advance(self.dice.choice([0, 0, 1, 50, 600, 3_600, 20_000, 86_400, 700_000]))
            await self.compare()
        for id in list(self.naive.limits):
            await self.groat.remove_budget(id, key=f"end {id}")
        return seen

    async def compare(self) -> None:
        """Each budget stands as by the list, and a check says what a posting would meet."""
        now, naive, dice = self.clock(), self.naive, self.dice
        for id, limit in naive.limits.items():
            view = await self.groat.budget(id)
            assert view is not None
            assert (int(view.used), int(view.left)) == (limit.used(now), limit.left(now)), view
        account, by, amount = dice.choice(PEOPLE), dice.choice(SPENDERS), dice.randrange(1, 30)
        check = await self.groat.check(f"{account}{self.seed}", "CREDIT", amount, of=by)
        assert (check.refusal or "ok") == naive.may(account, by, amount, now)
        lefts = [each.left(now) for each in naive.limits.values() if each.counts(account, by)]
        assert check.most == str(min([naive.available[account], *lefts]))


async def test_budgets_are_those_of_a_naive_list(groat: Groat, clock: Clock) -> None:
    seen: set[str] = set()
    # In the spring clocks are put forward, in the autumn back.
    for month in (3, 10):
        clock.moment = clock.moment.replace(month=month, day=20)
        seed = int(os.environ.get("GROAT_SEED", random.randrange(10**6)))
        print("seed", seed)
        seen |= await Run(groat, clock, seed).go()
    assert {"ok", "budget_exceeded"} <= seen
    assert (await groat.verify()).problems == []
