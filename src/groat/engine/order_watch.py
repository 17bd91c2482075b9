"""Watch how far behind the readers of the batches' order may be, and tell who holds them up."""

from __future__ import annotations

from time import monotonic

import structlog

from groat.sparing import SparingLog
from groat.store.order import HELD_S, READ_ORDER, Holder, holder_of
from groat.store.postgres import PostgresStore

log = structlog.get_logger("groat.order")


class OrderWatch:
    """Looks at the database when it is asked to.

    ``lag_s`` is how long (seconds) the oldest transaction has been open that may yet bring an earlier batch, 0 if none
    is open. ``rooms_s`` is how long the first of the rooms that are still to be told has been waiting.
    """

    def __init__(self, store: PostgresStore) -> None:
        self.lag_s = 0.0
        self.rooms_s = 0.0
        self._store = store
        self._told = SparingLog(log)
        # The transaction last seen, and when it was first seen: the database may hide when it began.
        self._seen: tuple[str, float] = ("", 0.0)

    async def look_at_order(self) -> None:
        """Look once. Log the session of a transaction that is open for too long, once a minute. Raises StoreError."""
        rooms_s, *row = await self._store.ask(READ_ORDER)
        holder = holder_of(row)
        self.rooms_s = max(rooms_s, 0.0)
        self.lag_s = self._age_s(holder) if holder else 0.0
        if holder and self.lag_s >= HELD_S:
            self._told.warning(
                "order_held_up",
                f"{holder.pid} {holder.application}",
                pid=holder.pid,
                application=holder.application,
                user=holder.user,
                state=holder.state,
                age_s=round(self.lag_s, 1),
            )

    def _age_s(self, holder: Holder) -> float:
        now = monotonic()
        if self._seen[0] != holder.transaction:
            self._seen = (holder.transaction, now)
        return max(holder.age_s, now - self._seen[1])
