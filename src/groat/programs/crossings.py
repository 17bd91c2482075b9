"""Act on crossings (:mod:`groat.ledger.crossings`): one node at a time, each at least once, again after a failure.

A node may die after it has acted and before that is noted. So whoever acts does it under a key derived from the
crossing, and looks first how things stand by then.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from groat.engine.groat import Groat
from groat.engine.ids import new_id
from groat.ledger.errors import GroatError
from groat.store.crossings import CrossingRow, due_crossings, settle_crossings
from groat.store.flow import Flow, Query

PAGE: Final = 200
LEASE_US: Final = 30_000_000
RETRY_S: Final = 1.0
RETRY_S_MAX: Final = 600.0
DOUBLED_MAX: Final = 10

log = structlog.get_logger("groat.crossings")

Act = Callable[[CrossingRow], Awaitable[object]]


class Crossings:
    """Acts on the crossings of a ``kind``: ``act`` is called with the latest of each line, and again if it raises.

    Those before it on the same line are done with it, for how things stand counts alone. Whoever holds the lease of the
    kind acts; a node that dies leaves it to the others after half a minute.
    """

    def __init__(self, groat: Groat, kind: str, act: Act) -> None:
        self._groat = groat
        self._kind = kind
        self._act = act
        self._name = new_id()
        self.acted = 0

    async def round(self) -> int:
        """Act on what is due; returns the number of crossings that are done. Raises StoreError."""
        done = 0
        while rows := await self._groat.read(due_crossings, self._kind, PAGE):
            if not await self._groat.write(_take_lease, self._kind, self._name):
                break
            latest: dict[tuple[str, str, str], list[CrossingRow]] = {}
            for row in rows:
                latest.setdefault((row.ref, row.account, row.asset), []).append(row)
            ended: list[str] = []
            failed: list[tuple[str, float]] = []
            for same in latest.values():
                pause_s = await self._one(max(same, key=lambda row: (row.version, row.at)))
                if pause_s is None:
                    ended += [row.id for row in same]
                else:
                    failed += [(row.id, pause_s) for row in same]
            await self._groat.write(settle_crossings, ended, failed)
            done += len(ended)
            if len(rows) < PAGE:
                break
        self.acted += done
        return done

    async def _one(self, crossing: CrossingRow) -> float | None:
        """Act on a crossing; returns after which pause (seconds) that is tried again, None if it is done."""
        try:
            await self._act(crossing)
        except GroatError as error:
            log.warning("crossing_waits", kind=self._kind, crossing=crossing.id, code=error.code)
        except Exception:
            # The fault of one account must not keep the others from their turn.
            log.exception("crossing_failed", kind=self._kind, crossing=crossing.id)
        else:
            return None
        pause_s: float = RETRY_S * 2 ** min(crossing.attempts, DOUBLED_MAX)
        return min(pause_s, RETRY_S_MAX)


def _take_lease(kind: str, holder: str) -> Flow[bool]:
    return (yield Query("take_lease", (f"crossings:{kind}", holder, LEASE_US))) is not None
