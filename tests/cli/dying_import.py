"""``groat`` that dies (SIGKILL) before it commits the second chunk of a run; its first argument is the size of one."""

from __future__ import annotations

import functools
import os
import signal
import sys

import pytest

from groat.cli import main
from groat.programs.runs import drafts, reading, rows, worker
from groat.programs.runs.rows import RunRow
from groat.programs.runs.worker import Poster
from groat.store import opening
from groat.store.flow import Query
from groat.store.sqlite import SqliteStore

POST = Poster.go_on
begun = 0


async def go_on(poster: Poster, run: RunRow) -> None:
    """Count the chunks that are begun."""
    global begun
    begun += 1
    await POST(poster, run)


def strike(query: Query) -> None:
    """Die when the second one is whole but for its commit."""
    if begun > 1 and query.name == "commit":
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    size = int(sys.argv.pop(1))
    with pytest.MonkeyPatch.context() as patch:
        for room in (rows, drafts, reading):
            patch.setattr(room, "ATOMIC_MAX", size)
            patch.setattr(room, "CHUNK_ROWS", size)
        # Whoever runs the command again need not wait until the lease of the dead one is over.
        patch.setattr(worker, "LEASE_US", 1)
        patch.setattr(opening, "SqliteStore", functools.partial(SqliteStore, before_query=strike))
        patch.setattr(Poster, "go_on", go_on)
        main()
