"""Hints of other processes' commits on PostgreSQL behind a pooler, which keeps no LISTEN: read the newest batches.

Batches are numbered while they are written, so one may be committed after others with higher numbers. The bus tells
what it sees at once, and asks for the numbers in between until no transaction can bring them any more: each
that could is older than the oldest one that is still open (``pg_snapshot_xmin``). So nobody waits for a session that
keeps its transaction open.

Nodes with a direct address hear by NOTIFY, which a pooler passes on. So the bus notifies where somebody listens.
"""

from __future__ import annotations

import asyncio

import msgspec
import structlog

from groat.bus.interface import WAITING_MAX, Bus, Publish
from groat.bus.postgres import HAS_LISTENERS, PAYLOADS_MAX, channel_of, payloads_of
from groat.ledger.errors import StoreError
from groat.store.batch import Published
from groat.store.inside import LATER
from groat.store.postgres import PostgresStore

log = structlog.get_logger("groat.bus")

POLL_S = 0.05
RETRY_S = 1.0
BATCHES_MAX = 500
BEFORE = 100
"""At its start the bus looks so many numbers back, for transactions that are open then."""
MISSING_MAX = 1_000
"""This many numbers are asked for. The periodic check finds what the oldest of more would bring."""

# The condition comes first: who has no listeners pays for one look at the sessions.
_NOTIFY = f"""SELECT count(pg_notify($1, payload)) FROM unnest($2::text[]) AS payload
WHERE (SELECT {HAS_LISTENERS})"""  # noqa: S608  (a constant)
_LAST = "SELECT coalesce(max(id), 0) FROM groat_batch"
_LOOK = """SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
       pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
       EXISTS (SELECT FROM groat_later),
       ARRAY(SELECT ARRAY[id::text, CASE worker WHEN $4 THEN '[]' ELSE streams END]
             FROM (SELECT id, worker, streams FROM groat_batch WHERE id = ANY ($2::bigint[])
                   UNION ALL
                   (SELECT id, worker, streams FROM groat_batch WHERE id > $1 ORDER BY id LIMIT $3)) AS b
             ORDER BY id)"""


class PollingBus(Bus):
    """Reads the batches of others twenty times a second; ``publish`` gets their ranges of events.

    As often it notifies nodes that listen of its own.
    """

    kind = "poll"
    # Batches of other nodes name the streams that they committed to, and nothing else.
    tells_boards = False

    def __init__(self, store: PostgresStore, worker: str, publish: Publish) -> None:
        super().__init__()
        self._store = store
        self._worker = worker
        self._publish = publish
        self._task: asyncio.Task[None] | None = None
        self._last = 0
        self._missing: set[int] = set()
        # The last number at some moment, and the first transaction that had not begun then.
        self._mark: tuple[int, int] | None = None
        self._has_later = False
        self._waiting: list[Published] = []

    def announce(self, published: list[Published]) -> None:
        """Notify listening nodes soon; the others read the batches. Beyond a bound hints are dropped."""
        if len(self._waiting) < WAITING_MAX:
            self._waiting += published
        else:
            self.traffic.dropped += len(published)

    async def start(self) -> None:
        """Note where the batches end, and begin to read in a task of its own."""
        (last,) = await self._store.ask(_LAST)
        self._last = max(last - BEFORE, 0)
        self._task = asyncio.create_task(self._run(), name="groat-bus")
        self.connected = True

    async def stop(self) -> None:
        """Stop reading."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                while await self._look():
                    pass
                await self._notify()
            except StoreError as error:
                self._lose()
                log.warning("bus_failed", kind=self.kind, code=error.code, detail=error.detail)
            except Exception:
                # After any failure, hints must flow again.
                self._lose()
                log.exception("bus_broke", kind=self.kind)
            else:
                self.connected = True
            await asyncio.sleep(POLL_S if self.connected else RETRY_S)

    def _lose(self) -> None:
        self.traffic.losses += self.connected
        self.connected = False

    async def _look(self) -> bool:
        """Tell what is new; returns whether there may be more."""
        oldest, next_, has_later, rows = await self._store.ask(
            _LOOK, self._last, list(self._missing), BATCHES_MAX, self._worker
        )
        before, count = self._last, 0
        ranges: list[Published] = []
        for text, streams in rows:
            id = int(text)
            if id > self._last:
                self._missing.update(range(max(self._last + 1, id - MISSING_MAX), id))
                self._last = id
                count += 1
            self._missing.discard(id)
            ranges += [
                Published(stream, epoch, first, last, None)
                for stream, epoch, first, last in msgspec.json.decode(streams)
            ]
        if has_later and not self._has_later:
            ranges.append(LATER)
        self._has_later = has_later
        self._settle(oldest, next_)
        if ranges:
            self.traffic.heard += len(ranges)
            self._publish(ranges)
        return self._last > before and count >= BATCHES_MAX

    async def _notify(self) -> None:
        waiting, self._waiting = self._waiting, []
        payloads = payloads_of(self._worker, waiting)
        for start in range(0, len(payloads), PAYLOADS_MAX):
            some = payloads[start : start + PAYLOADS_MAX]
            (count,) = await self._store.ask(_NOTIFY, channel_of(self._store.place), some)
            if not count:
                return
        self.traffic.sent += len(waiting)

    def _settle(self, oldest: int, next_: int) -> None:
        """Give up the numbers that no open transaction can have."""
        if self._mark is not None and self._mark[1] <= oldest:
            last = self._mark[0]
            self._missing = {id for id in self._missing if id > last}
            self._mark = None
        if self._mark is None and self._missing:
            self._mark = (self._last, next_)
        for id in sorted(self._missing)[:-MISSING_MAX]:
            self._missing.discard(id)
