"""Expire the holds that no command asks for: oldest first, in small batches with pauses, on one node at a time."""

from __future__ import annotations

import asyncio
from time import perf_counter
from typing import Final

from groat.engine.committer import Committer
from groat.ledger.errors import Busy, StoreError
from groat.store import streams
from groat.store.due import START, Place
from groat.store.interface import Store

PAUSE_S_MAX: Final = 0.5


class Expiry:
    """Expires what is due in rounds, each from the oldest on.

    A batch locks the accounts of its holds, such as a house account, for some milliseconds. The pause after it is as
    long as it took, so that others get these rows half of the time.
    """

    def __init__(self, store: Store, committer: Committer) -> None:
        self._store = store
        self._committer = committer
        self._lock = asyncio.Lock()

    async def round(self, stopping: asyncio.Event) -> None:
        """Expire all that is due, unless another node is at it or the end has come. Raises StoreError."""
        async with self._lock:
            await self._round(stopping)

    async def _round(self, stopping: asyncio.Event) -> None:
        if not await self._store.read(streams.any_due):
            return
        after: Place | None = START
        wait = True
        while after is not None and not stopping.is_set():
            began = perf_counter()
            try:
                after = await self._committer.expire_some(after, wait)
            except StoreError as error:
                # Another transaction locks a row for long. Skip locked rows for the rest of the round.
                if not isinstance(error, Busy) or not wait or not self._store.row_locks:
                    raise
                wait = False
            await asyncio.sleep(min(perf_counter() - began, PAUSE_S_MAX))
