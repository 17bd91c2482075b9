"""Nodes that die (SIGKILL) before one statement of a bulk with grants, each in a process of its own.

Run as ``python dying_member.py URL MOMENT ORIGINAL``. For each line of its input, a number, it forks a node that dies
before the statement of that number, and prints the statement; or that comes to its end, and prints ``done`` or
``again``.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from groat import Groat, logs
from groat.engine.items import CaptureItem, HoldItem, PostItem, ReverseItem, SettleItem
from groat.ledger.grants import Terms
from groat.settings import Settings
from groat.store import locking, phases
from groat.store.flow import Query
from groat.store.interface import Store
from groat.store.postgres import PostgresStore
from groat.store.sqlite import SqliteStore


def items(original: str) -> list[PostItem | HoldItem | CaptureItem | ReverseItem | SettleItem]:
    """Everything that a bulk can do to grants: spend, pass on, hold, capture, release, put back, give, settle."""
    return [
        PostItem([("user:a", "house:shop", "12", "CREDIT")]),
        PostItem([("user:a", "user:b", "5", "CREDIT")]),
        HoldItem("user:a", "house:shop", "6", "CREDIT"),
        CaptureItem(2, amount="4"),
        ReverseItem(original, amounts=["3"]),
        PostItem([("house:gifts", "user:c", "9", "CREDIT", Terms(note="new"))]),
        HoldItem("user:b", "house:shop", "2", "CREDIT"),
        # Beyond the hold, and beyond what there is.
        SettleItem(6, "8", excess="available"),
    ]


async def nothing(_: object) -> None:
    """Do no work beside the bulk, and leave to it what is due."""


async def main(url: str, moment: str, original: str, number: int) -> None:
    armed = False
    seen = 0

    def strike(query: Query) -> None:
        nonlocal seen
        if armed:
            if seen == number:
                print(query.name, flush=True)
                os.kill(os.getpid(), signal.SIGKILL)
            seen += 1

    where = url.removeprefix("sqlite:///")
    kind = PostgresStore if where == url else SqliteStore
    store: Store = kind(where, (), lambda: int(moment), before_query=strike)
    async with Groat.open(url, store=store) as groat:
        armed = True
        done = await groat.bulk(items(original), key="bulk")
        print("again" if done.replayed else "done", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    # To stderr: stdout is for the test.
    logs.configure(Settings())
    # Each statement goes alone, so that there is a moment before it.
    vars(phases)["FEW"] = vars(locking)["FEW"] = 0
    # Only the bulk's own statements count.
    for job in ("expire_due", "close_accounts", "prune"):
        setattr(Groat, job, nothing)
    url, moment, original = sys.argv[1:]
    for line in sys.stdin:
        process = os.fork()
        if not process:
            asyncio.run(main(url, moment, original, int(line)))
        os.waitpid(process, 0)
