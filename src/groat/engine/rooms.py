"""Tell rooms of roles what was left for them by transactions in which they were not locked."""

from __future__ import annotations

import asyncio
from typing import Final

from groat.engine.committer import Committer
from groat.ledger.errors import Busy, Interrupted
from groat.store import streams
from groat.store.interface import Store

PAUSE_S: Final = 0.05
ATTEMPTS: Final = 20


class Rooms:
    """Tells rooms, a batch at a time, until nothing is left or another node is at it.

    ``wake`` is set when there may be something: by a hint that followed a commit, or because a database that sends none
    has changed.
    """

    def __init__(self, store: Store, committer: Committer) -> None:
        self.wake = asyncio.Event()
        self._store = store
        self._committer = committer

    async def tell(self) -> None:
        """Tell what is left. Raises StoreError."""
        if not await self._store.read(streams.any_later):
            return
        failures = 0
        while True:
            try:
                if not await self._committer.tell_rooms():
                    return
                failures = 0
            except (Busy, Interrupted):
                failures += 1
                if failures > ATTEMPTS:
                    raise
                await asyncio.sleep(PAUSE_S)
