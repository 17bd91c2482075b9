"""Reads from a standby, each with a bound on the age of its state.

A standby cannot say how old its state is, for it does not know what it has not received. So the primary is asked twice
a second where its log ends. A standby that has replayed up to there is as old as that question, at most. Only durations
of this process's own clock are compared. The standby must also have the same history: an epoch and marks of the server
(:mod:`groat.store.history`) that differ from the primary's mean another database, a promoted standby, or one that still
follows a primary that was replaced.
"""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_right
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, ParamSpec, TypeVar

import asyncpg
import structlog

from groat.ledger.errors import StoreError, Unavailable
from groat.store.flow import Flow
from groat.store.postgres import READER_SETTINGS, READERS, PostgresStore, PreparingConnection

P = ParamSpec("P")
T = TypeVar("T")

EVERY_S = 0.5
STALE_S_MAX = 300
ANSWER_S = 2.0
STATEMENT_S = 5.0

SETTINGS = READER_SETTINGS | {"application_name": "groat-replica"}
_IDENTITY = "(SELECT string_agg(value, ' ' ORDER BY name) FROM groat_meta WHERE name IN ('epoch', 'history'))"
_PRIMARY = f"SELECT {_IDENTITY}, (pg_current_wal_insert_lsn() - '0/0')::bigint"
_STANDBY = f"""SELECT {_IDENTITY},
       CASE WHEN pg_is_in_recovery() THEN (pg_last_wal_replay_lsn() - '0/0')::bigint END"""

log = structlog.get_logger("groat.replica")


class TooStale(Unavailable):
    """The standby is away, is not a standby, or may be too old; nothing was read from it."""

    def __init__(self) -> None:
        super().__init__("The replica is away, or too far behind.")


class Replica:
    """A standby at ``dsn`` of the database of ``store``.

    ``behind_s`` is how old its state was at most when it was last looked at, in seconds; None while it cannot be used.
    ``reads`` and ``fallbacks`` count what it answered, and what the primary had to.
    """

    def __init__(self, dsn: str, store: PostgresStore) -> None:
        self.behind_s: float | None = None
        self.reads = 0
        self.fallbacks = 0
        self._dsn = dsn
        self._store = store
        self._identity = ""
        # Ends of the primary's log, and when each was asked for.
        self._ends: list[int] = []
        self._asked_at: list[float] = []
        self._pool: asyncpg.Pool[Any] | None = None
        self._watching: Any = None
        self._tasks: list[asyncio.Task[None]] = []
        self._found = asyncio.Event()

    async def open(self) -> None:
        """Begin to watch the primary's log and the standby, which need not be there yet."""
        self._pool = await asyncpg.create_pool(
            self._dsn,
            min_size=0,
            max_size=READERS,
            timeout=ANSWER_S,
            command_timeout=STATEMENT_S,
            server_settings=SETTINGS,
            connection_class=PreparingConnection,
            init=self._greet,
        )
        self._tasks = [
            asyncio.create_task(self._repeat(job), name="groat-replica")
            for job in (self._ask_primary, self._look)
        ]

    async def close(self) -> None:
        """Close the connections to the standby, and stop watching."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._watching is not None:
            self._watching.terminate()
        if self._pool is not None:
            self._pool.terminate()
            self._pool = None

    async def found(self, timeout_s: float) -> bool:
        """Wait until the standby can be used, at most ``timeout_s`` seconds; False: it cannot."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._found.wait(), timeout_s)
        return self._found.is_set()

    async def read(
        self, stale_s_max: float, flow: Callable[P, Flow[T]], *args: P.args, **kwargs: P.kwargs
    ) -> tuple[T, float]:
        """Run a flow over one snapshot of the standby; returns the result and its greatest age (seconds).

        Raises TooStale before the flow begins; StoreError.
        """
        stale_s = 0.0

        async def check(connection: Any) -> None:
            # Check before the snapshot is taken, so that it holds at least what is found here.
            nonlocal stale_s
            age_s = await self._age_s(connection)
            if age_s is None or age_s > stale_s_max:
                raise TooStale
            stale_s = age_s

        if self._pool is None or self.behind_s is None:
            raise TooStale
        result = await self._store.read_on(self._pool, check, flow(*args, **kwargs))
        self.reads += 1
        return result, stale_s

    async def _greet(self, connection: PreparingConnection) -> None:
        connection.dsn = self._dsn

    async def _age_s(self, connection: Any) -> float | None:
        identity, replayed = await connection.fetchrow(_STANDBY, timeout=ANSWER_S)
        if replayed is None or identity != self._identity:
            return None
        known = bisect_right(self._ends, replayed)
        return time.monotonic() - self._asked_at[known - 1] if known else None

    async def _repeat(self, job: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while True:
            try:
                await job()
            except StoreError as error:
                log.debug("replica_unknown", job=job.__name__, detail=str(error))
            except Exception:
                log.exception("replica_broke", job=job.__name__)
            await asyncio.sleep(EVERY_S)

    async def _ask_primary(self) -> None:
        asked_at = time.monotonic()
        identity, end = await self._store.ask(_PRIMARY)
        if identity != self._identity:
            # Ends of another history's log mean nothing in this one.
            self._identity, self._ends, self._asked_at = identity, [], []
        if self._ends and self._ends[-1] >= end:
            self._asked_at[-1] = asked_at
        else:
            self._ends.append(end)
            self._asked_at.append(asked_at)
        kept = bisect_right(self._asked_at, asked_at - STALE_S_MAX)
        del self._ends[:kept], self._asked_at[:kept]

    async def _look(self) -> None:
        before, self.behind_s = self.behind_s, await self._look_at()
        if (before is None) != (self.behind_s is None):
            log.warning("replica_away" if self.behind_s is None else "replica_found")
        if self.behind_s is not None:
            self._found.set()

    async def _look_at(self) -> float | None:
        # By a connection of its own, which can be dropped at once when it falls silent.
        try:
            async with asyncio.timeout(ANSWER_S):
                if self._watching is None:
                    self._watching = await asyncpg.connect(self._dsn, server_settings=SETTINGS)
                return await self._age_s(self._watching)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            if self._watching is not None:
                self._watching.terminate()
                self._watching = None
            return None
