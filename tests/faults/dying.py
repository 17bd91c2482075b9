"""Nodes that die (SIGKILL) before one statement, each in a process of its own, and the test's side of them.

A script calls :func:`run`. For each line of its input, ``NUMBER MOMENT WORD...``, it forks a node whose clock shows the
moment. The node does what the script is for with these words, dies before the statement of that number, and prints its
name; or it comes to the end, and prints what came of it.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from groat import Groat, logs
from groat.programs import Program
from groat.settings import Settings
from groat.store import locking, phases
from groat.store.flow import Query
from groat.store.postgres import PostgresStore
from groat.store.sqlite import SqliteStore
from tests.helpers.clock import Clock

Act = Callable[..., Awaitable[str]]


async def nothing(_: object) -> int:
    """Do no work beside the test's own, and leave to it what is due."""
    return 0


def run(act: Act, programs: Sequence[Program] = ()) -> None:
    """Be such a script: ``act(groat, *words)`` is done by each node, on the database that the first argument names."""
    # To stderr: stdout is for the test.
    logs.configure(Settings())
    # Each statement goes alone, so that there is a moment before it.
    vars(phases)["FEW"] = vars(locking)["FEW"] = 0
    for job in ("expire_due", "close_accounts", "prune"):
        setattr(Groat, job, nothing)
    for line in sys.stdin:
        process = os.fork()
        if not process:
            number, moment, *words = line.split()
            asyncio.run(_node(act, programs, sys.argv[1], int(moment), int(number), words))
        os.waitpid(process, 0)


async def _node(
    act: Act, programs: Sequence[Program], url: str, moment: int, number: int, words: list[str]
) -> None:
    armed = False
    seen = 0

    def strike(query: Query) -> None:
        nonlocal seen
        if armed:
            if seen == number:
                die(query.name)
            seen += 1

    def die(last: str) -> None:
        print(last, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

    brought = [program.extension for program in programs if program.extension is not None]
    extensions = (*Groat.standing, *brought) if programs else ()
    where = url.removeprefix("sqlite:///")
    kind = PostgresStore if where == url else SqliteStore
    store = kind(where, extensions, lambda: moment, before_query=strike)
    async with Groat.open(url, store=store, programs=programs) as groat:
        armed = True
        die(await act(groat, *words))


class Dying:
    """A script that makes such nodes."""

    def __init__(self, process: Process, clock: Clock) -> None:
        self._process = process
        self._clock = clock

    async def told(self, number: int, *words: str) -> str:
        """Return the statement before which a node died, or what it did in all."""
        process = self._process
        assert process.stdin
        assert process.stdout
        process.stdin.write(f"{number} {self._clock()} {' '.join(words)}\n".encode())
        await process.stdin.drain()
        async with asyncio.timeout(60):
            line = await process.stdout.readline()
        assert line, "the script has ended"
        return line.decode().strip()


@asynccontextmanager
async def dying(script: str, url: str, clock: Clock) -> AsyncIterator[Dying]:
    """Run a script of this folder on a database."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(Path(__file__).with_name(script)), url,
        stdin=PIPE, stdout=PIPE, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    try:
        yield Dying(process, clock)
    finally:
        assert process.stdin
        process.stdin.close()
        await process.wait()
