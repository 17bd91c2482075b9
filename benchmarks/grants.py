"""Spending from accounts with 0, 1, 10 and 100 live grants, on SQLite and on a private PostgreSQL.

``ratio`` is the time of a spend beside that of one from an account without grants; see ``trials.py``.

    python benchmarks/grants.py [--store both] [--seconds 2] [--rounds 3] [--callers 1000] [--directory DIR]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.trials import BY, Trials, main
from groat import Groat
from groat.ledger.commands import GrantPosting, Post, Posting
from groat.ledger.grants import Terms

ACCOUNTS = 300
AMOUNT = 1_000_000


class Spending(Trials):
    """Spends from accounts with so many grants."""

    label = "grants"
    names = (0, 1, 10, 100)

    async def prepare(self, groat: Groat, options: argparse.Namespace) -> None:
        """Give each account of each trial its money."""
        for grants in self.names:
            await give(groat, int(grants))

    async def work(self, groat: Groat, name: str | int, number: int) -> None:
        """Spend 1."""
        posting = Posting(f"user:{name}-{number * 7 % ACCOUNTS}", f"house:shop{number % 100}", 1, "CREDIT")
        await groat.execute(Post(principal=BY, key=f"s{number}", postings=(posting,)))


async def give(groat: Groat, grants: int) -> None:
    """Give each account of a trial its money: so many grants, or none."""
    commands = []
    for number in range(ACCOUNTS):
        whole = AMOUNT * max(1, grants)
        path = f"user:{grants}-{number}"
        postings: list[Posting] = [
            GrantPosting("house:p", path, AMOUNT, "CREDIT", Terms(lasts=10**15))
        ] * grants
        plain = (Posting("house:p", path, whole, "CREDIT"),)
        commands.append(Post(principal=BY, key=f"give-{path}", postings=tuple(postings) or plain))
    await groat.execute_many(commands)


if __name__ == "__main__":
    main(Spending(), __doc__)
