"""One node of the deadlock trial: settles random commands for some seconds and prints how many.

Run as ``python deadlock_member.py DSN SEED SECONDS``.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time

from groat import Groat, logs
from groat.engine.ids import new_id
from groat.ledger.commands import Capture, Command, Hold, Post, Posting, Release, SetBalance
from groat.ledger.errors import GroatError
from groat.ledger.reversing import Reverse
from groat.settings import Settings
from groat.store.batch import Done

SERVICE = "service:deadlock"
CALLERS = 40
LIFE_US = 300_000


class Member:
    """What one node asks for: everything touches everything, in random order."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.holds: list[str] = []
        self.posts: list[str] = []

    def account(self) -> str:
        # Now and then one that nobody opened yet, perhaps at the same time as another node does.
        if self.rng.random() < 0.05:
            return f"user:new-{int(time.time() * 5)}"
        return f"user:{self.rng.randrange(40)}"

    def command(self) -> Command:
        key = new_id()
        kind = self.rng.choices(["post", "hold", "capture", "release", "reverse", "set"], [6, 3, 3, 1, 1, 1])[
            0
        ]
        if kind == "capture" and self.holds:
            return Capture(
                principal=SERVICE, key=key, hold=self.rng.choice(self.holds), amount=1, final=False
            )
        if kind == "release" and self.holds:
            return Release(principal=SERVICE, key=key, hold=self.rng.choice(self.holds))
        if kind == "reverse" and self.posts:
            return Reverse(principal=SERVICE, key=key, transaction=self.rng.choice(self.posts), amounts=None)
        if kind == "set":
            return SetBalance(principal=SERVICE, key=key, account=self.account(), asset="CREDIT", balance=500)
        if kind == "hold":
            due = int(time.time() * 1e6) + LIFE_US if self.rng.random() < 0.5 else None
            return Hold(
                principal=SERVICE, key=key, source=self.account(), destination="house:sales",
                amount=3, asset="CREDIT", expires_at=due,
            )  # fmt: skip
        legs = [Posting("house:bonus", self.account(), 2, "CREDIT") for _ in range(self.rng.randrange(1, 12))]
        one, other = self.account(), self.account()
        if one != other:
            legs.append(Posting(one, other, 1, "CREDIT"))
        self.rng.shuffle(legs)
        return Post(principal=SERVICE, key=key, postings=tuple(legs))

    def learn(self, done: Done) -> None:
        for row in done.transactions:
            (self.holds if row.kind == "hold" else self.posts).append(row.id)
        del self.holds[:-200], self.posts[:-200]


async def settle(groat: Groat, member: Member, deadline: float) -> int:
    """One caller: a command after the other; how many had a verdict."""
    settled = 0
    while time.monotonic() < deadline:
        try:
            verdict = await groat.execute(member.command())
        except GroatError as error:
            if error.status != 503:
                raise
            continue
        settled += 1
        if isinstance(verdict, Done):
            member.learn(verdict)
    return settled


async def main(dsn: str, seed: str, seconds: str) -> None:
    async with Groat.open(dsn) as groat:
        member = Member(random.Random(seed))
        deadline = time.monotonic() + float(seconds)
        print(sum(await asyncio.gather(*(settle(groat, member, deadline) for _ in range(CALLERS)))))


if __name__ == "__main__":
    # To stderr: stdout is for the test.
    logs.configure(Settings())
    asyncio.run(main(*sys.argv[1:]))
