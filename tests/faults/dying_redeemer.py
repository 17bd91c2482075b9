"""Nodes that die (SIGKILL) before one statement of a redemption, each in a process of its own.

Run as ``python dying_redeemer.py URL MOMENT CODE``; see ``dying_member.py`` for its input and output.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from groat import Groat, logs
from groat.programs.credits import CREDITS
from groat.programs.credits.vouchers.codes import digest_of
from groat.programs.credits.vouchers.redeeming import Redeem
from groat.settings import Settings
from groat.store import locking, phases
from groat.store.batch import Done
from groat.store.flow import Query
from groat.store.interface import Store
from groat.store.postgres import PostgresStore
from groat.store.sqlite import SqliteStore
from tests.faults.dying_member import nothing


async def main(url: str, moment: str, code: str, number: int) -> None:
    armed = False
    seen = 0

    def strike(query: Query) -> None:
        nonlocal seen
        if armed:
            if seen == number:
                print(query.name, flush=True)
                os.kill(os.getpid(), signal.SIGKILL)
            seen += 1

    assert CREDITS.extension is not None
    extensions = (*Groat.standing, CREDITS.extension)
    where = url.removeprefix("sqlite:///")
    kind = PostgresStore if where == url else SqliteStore
    store: Store = kind(where, extensions, lambda: int(moment), before_query=strike)
    async with Groat.open(url, store=store, programs=[CREDITS]) as groat:
        armed = True
        done = await groat.execute(
            Redeem(principal="user:7", key="redeem", code=digest_of(code), person="user:7")
        )
        assert isinstance(done, Done), done
        print("again" if done.replayed else "done", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    logs.configure(Settings())
    # Each statement goes alone, so that there is a moment before it.
    vars(phases)["FEW"] = vars(locking)["FEW"] = 0
    for job in ("expire_due", "close_accounts", "prune"):
        setattr(Groat, job, nothing)
    url, moment, code = sys.argv[1:]
    for line in sys.stdin:
        process = os.fork()
        if not process:
            asyncio.run(main(url, moment, code, int(line)))
        os.waitpid(process, 0)
