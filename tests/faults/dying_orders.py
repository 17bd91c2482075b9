"""Nodes that die (SIGKILL) before one statement of fulfilling an order, each in a process of its own.

Run as ``python dying_orders.py URL MOMENT``. For each line of its input, ``HOW NUMBER ORDER``, it forks a node that
fulfils that order, by hand or for a ``payment``, and dies before the statement of that number; it prints the statement,
or ``done``.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from groat import Groat, logs
from groat.programs.credits import CREDITS
from groat.programs.credits.orders.order import NAME
from groat.programs.credits.orders.payments import PaymentMessage, Payments
from groat.programs.workflow.words import workflow_of
from groat.settings import Settings
from groat.store import locking, phases
from groat.store.flow import Query
from groat.store.interface import Store
from groat.store.postgres import PostgresStore
from groat.store.sqlite import SqliteStore


def message(order: str) -> PaymentMessage:
    """Return the gateway's message about the payment of an order."""
    said = ("payment.succeeded", f"pay-{order}", order, "9.00", "USD", "", "{}")
    return PaymentMessage(f"msg-{order}", *said, 0, "", "", "")


async def nothing(_: object) -> int:
    """Leave what is due and what is old alone."""
    return 0


async def main(url: str, moment: str, how: str, number: int, order: str) -> None:
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
    assert CREDITS.extension is not None
    extensions = (*Groat.standing, CREDITS.extension)
    store: Store = kind(where, extensions, lambda: int(moment), before_query=strike)
    async with Groat.open(url, store=store, programs=[CREDITS]) as groat:
        flow = workflow_of(groat)
        armed = True
        if how == "payment":
            await Payments(flow).take_in(message(order))
        else:
            await flow.take(NAME, order, "fulfil", {}, by="user:ada", roles=["admin"], key=f"fulfil-{order}")
        print("done", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    # To stderr: stdout is for the test.
    logs.configure(Settings())
    # Each statement goes alone, so that there is a moment before it.
    vars(phases)["FEW"] = vars(locking)["FEW"] = 0
    for work in ("expire_due", "prune"):
        setattr(Groat, work, nothing)
    url, moment = sys.argv[1:]
    for line in sys.stdin:
        process = os.fork()
        if not process:
            how, number, order = line.split()
            asyncio.run(main(url, moment, how, int(number), order))
        os.waitpid(process, 0)
