"""Read streams: heads, events, snapshots, and the rest of a stream for a reader that was away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog

from groat.engine.gather import Gather
from groat.ledger.accounts import check_stream
from groat.ledger.amounts import Asset
from groat.sparing import SparingLog
from groat.store import streams as flows
from groat.store.interface import Store
from groat.store.streams import Head, Resume, Snapshot, StoredEvent, Wanted

log = structlog.get_logger("groat.streams")
_told = SparingLog(log)

PAGE_MAX = 1_000
BYTES_MAX = 256_000


class Streams:
    """The streams of a database. Names are ``user:<id>``, ``role:<name>``, ``house:<name>``; all raise StoreError."""

    def __init__(self, store: Store, assets: dict[str, Asset]) -> None:
        self.alarms = 0
        self._store = store
        self._assets = assets
        # When a node dies, thousands ask at once.
        self._resumes = Gather(self._resume_many, size_max=100)

    async def heads(self, streams: Sequence[str]) -> dict[str, Head]:
        """Return the head of each stream; a stream without events has offset 0."""
        return await self._store.read(flows.read_heads, streams)

    async def read(
        self, stream: str, after: int, limit: int = PAGE_MAX, bytes_max: int = BYTES_MAX
    ) -> list[StoredEvent]:
        """Return events behind offset ``after``: at most ``limit`` and ``bytes_max`` bytes of JSON, at least one."""
        return await self._store.read(flows.read_events, stream, after, limit, bytes_max)

    async def read_many(self, ranges: Mapping[str, tuple[int, int]]) -> dict[str, list[StoredEvent]]:
        """Return for each stream the events behind ``after`` up to ``upto``, all read by one statement."""
        return await self._store.read(flows.read_ranges, ranges)

    async def snapshot(self, stream: str) -> Snapshot:
        """Return balances and position, read together."""
        return await self._store.read(
            flows.read_snapshot, check_stream(stream), self._assets, self._store.snapshots
        )

    async def resume(
        self, stream: str, epoch: str | None, offset: int, limit: int = PAGE_MAX, bytes_max: int = BYTES_MAX
    ) -> Resume:
        """Go on from a position, or start with a snapshot.

        A reader gets a snapshot if its position has no epoch or another one, is older than what is kept, more than
        10,000 events behind, or ahead of the head. The last proves that acknowledged history was lost: the stream gets
        a new epoch, and the log a line. A role's stream keeps its epoch, for anybody with the role can say this and
        would send all its readers away.
        """
        check_stream(stream)
        answer = await self._resumes.ask(Wanted(stream, epoch, offset, limit, bytes_max))
        if answer.ahead and epoch is not None:
            if stream.startswith("role:"):
                _told.warning(
                    "stream_reader_ahead", stream, stream=stream, reader_offset=offset, head=answer.head
                )
            elif await self._store.write(flows.renew_epoch, stream, epoch, offset):
                self.alarms += 1
                log.error("stream_lost_history", stream=stream, reader_offset=offset, head=answer.head)
            answer = await self._resumes.ask(Wanted(stream, None, 0, limit, bytes_max))
        return answer

    async def _resume_many(self, wanted: Sequence[Wanted]) -> dict[Wanted, Resume]:
        return await self._store.read(flows.resume_many, wanted, self._assets, self._store.snapshots)

    async def seen(self, receipts: Sequence[tuple[str, str, int, int]]) -> None:
        """Keep (stream, device, offset, microseconds): how far a device has seen a stream; never backwards."""
        await self._store.write(flows.write_receipts, receipts)

    async def sent(self, deliveries: Sequence[tuple[str, str, int, int]]) -> None:
        """Keep (stream, device, offset, microseconds): how far a device was sent a stream."""
        await self._store.write(flows.write_sent, deliveries)

    async def deliveries(
        self, events: Sequence[tuple[str, int]]
    ) -> dict[tuple[str, int], list[flows.Reached]]:
        """Return which devices each event (stream, offset) reached, and when; those of the last days, as for events."""
        return await self._store.read(flows.read_deliveries, events)

    async def ages(self, events: Sequence[tuple[str, int]]) -> dict[tuple[str, int], float]:
        """Return the age of each event (stream, offset) since its commit, in seconds of the database's clock."""
        return await self._store.read(flows.read_ages, events)

    async def receipts(self, stream: str) -> list[tuple[str, int, int]]:
        """Return (device, offset, microseconds) of each device that reported on the stream, the latest first."""
        return await self._store.read(flows.read_receipts, stream)
