"""A node that stops itself (SIGSTOP) in the middle of its first batch, the house's row in its hands.

Run as ``python freezing_member.py DSN``; it prints ``frozen`` when it is about to stop, and its transaction in the end.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from groat import Groat, GroatError, logs
from groat.settings import Settings
from groat.store.flow import Query
from groat.store.postgres import PostgresStore

frozen: list[Query] = []


def freeze(query: Query) -> None:
    if query.name == "insert_batch" and not frozen:
        frozen.append(query)
        print("frozen", flush=True)
        os.kill(os.getpid(), signal.SIGSTOP)


async def main(dsn: str) -> None:
    async with Groat.open(dsn, store=PostgresStore(dsn, before_query=freeze)) as groat:
        while True:
            try:
                view = await groat.post([("house:bonus", "user:frozen", "1", "CREDIT")], key="frozen")
            except GroatError as error:
                # Frozen for longer than a batch is tried for.
                if error.status != 503:
                    raise
            else:
                print(view.id, flush=True)
                return


if __name__ == "__main__":
    # To stderr: stdout is for the test.
    logs.configure(Settings())
    asyncio.run(main(*sys.argv[1:]))
