"""The hub: events come in once per commit and go out to every reader of their stream, in order, each once.

A stream that somebody reads has a *feed*. `feed.offset` is how far the feed has been sent out, and every live
subscription of it is at exactly that offset, so sending costs one write per reader and nothing else. A subscription
that cannot keep up, or has just joined, is *parked*: it has a cursor of its own and catches up from the database,
page by page, until it is level and goes live. One whose first read was ahead of the hints waits for its feed.

Nothing here trusts that hints arrive. Offsets have no gaps, so a feed knows when it missed something: it waits
HEAL_AFTER_S for the event to come late, then reads what all feeds miss with one statement. Every CHECK_EVERY_S the
hub compares the heads of all feeds with the database, and so finds what no hint told of.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec
import structlog

from groat.ledger.errors import GroatError
from groat.live.clock import Clock, LoopClock, sleep
from groat.live.endings import Ending
from groat.live.feeds import LEVEL, Feed, Reader, Room, Subscription
from groat.live.formats import CHUNK_BYTES, Format

if TYPE_CHECKING:
    from groat.store.batch import Published
    from groat.store.streams import Head, Resume, StoredEvent

HEAL_AFTER_S: Final = 0.005
CHECK_EVERY_S: Final = 2.0
BEHIND_MAX: Final = 10_000
"""A subscription that is further behind is closed. It resumes afresh with a snapshot."""

SENT_MAX: Final = 20_000
"""So many notes of what was sent wait to be written; beyond that the oldest are lost."""

_DUE_MAX: Final = 64
_HEAL_FEEDS_MAX: Final = 200
_HEAL_EVENTS_MAX: Final = 100
_CHECK_FEEDS_MAX: Final = 2_000
_EARLY_MAX: Final = 64
_PAGE_EVENTS: Final = 500
_PAGES_AT_ONCE: Final = 8
_RESUMES_AT_ONCE: Final = 400
_RETRY_S_MAX: Final = 2.0

_Due = tuple[Feed, Callable[[bytes], Any], "Published", bytes]
"""A feed with a single reader, the function that writes to that reader, the news, and the message made of them."""

log = structlog.stdlib.get_logger("groat.live")
_debug_log = logging.getLogger("groat.live")
"""Asked whether debug lines are wanted: that costs less than making a line and throwing it away."""


class StreamSource(Protocol):
    """The part of `groat.streams` that the hub uses."""

    async def heads(self, streams: Sequence[str]) -> dict[str, Head]:
        """Return the heads of streams."""

    async def read(self, stream: str, after: int, limit: int, bytes_max: int = ...) -> list[StoredEvent]:
        """Return a page of events."""

    async def read_many(self, wanted: dict[str, tuple[int, int]]) -> dict[str, list[StoredEvent]]:
        """Return events of many streams, each (after, upto]."""

    async def resume(self, stream: str, epoch: str | None, offset: int, limit: int, bytes_max: int) -> Resume:
        """Return the events or the snapshot with which a reader goes on."""


class Followed(Protocol):
    """The part of a bus that the hub calls. It names the streams read here, so that others may be left out."""

    def follow(self, stream: str) -> None:
        """Note that the stream has readers now."""

    def unfollow(self, stream: str) -> None:
        """Note that the stream has no readers any more."""


class HubStats(msgspec.Struct):
    """Counters since the start, except `connections` and `feeds` (now) and `lag_s` (the last one).

    `lag_s` is how long the last healed gap stayed open, in seconds.
    """

    connections: int = 0
    feeds: int = 0
    connects: int = 0
    events: int = 0
    deliveries: int = 0
    received: int = 0
    gaps_healed: int = 0
    slow_drops: int = 0
    catch_up_pages: int = 0
    lag_s: float = 0.0
    closes: dict[Ending, int] = {}

    def count_close(self, why: Ending) -> None:
        """Count a connection that the server closes."""
        self.closes[why] = self.closes.get(why, 0) + 1


class Hub:
    """Keeps the feeds and moves them in three ways: by hints, by healing and by checking."""

    def __init__(
        self, streams: StreamSource, stats: HubStats, bus: Followed | None = None, clock: Clock | None = None
    ) -> None:
        self.stats = stats
        self._clock = clock or LoopClock()
        self._sent: deque[tuple[str, str, int]] = deque(maxlen=SENT_MAX)
        self._walk: Iterator[Feed] | None = None
        self._streams = streams
        self._bus = bus
        self._feeds: dict[str, Feed] = {}
        self._missing: dict[Feed, None] = {}
        self._healer: asyncio.Task[None] | None = None
        self._resumes = asyncio.Semaphore(_RESUMES_AT_ONCE)
        self._pages = asyncio.Semaphore(_PAGES_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()

    # Readers come and go.

    async def join(
        self,
        stream: str,
        form: Format,
        reader: Reader,
        writer: Callable[[Subscription], Callable[[bytes], Any]],
        epoch: str | None,
        offset: int,
        bytes_max: int,
        device: str = "",
    ) -> tuple[Subscription, Resume]:
        """Subscribe from a position; the answer says what the reader gets first.

        With the name of a `device` it is noted what it is sent (`take_sent`).

        The subscription is parked at `resume.offset`. Give the reader the events or snapshot of the Resume, then
        call `release`. Readers with equal formats share their bytes; `writer` returns the function that sends them
        to this one. Raises StoreError.
        """
        feed = self._feeds.get(stream)
        if feed is None:
            feed = self._feeds[stream] = Feed(stream)
            if self._bus is not None:
                self._bus.follow(stream)
        # Register the feed before the read, so that it hears of events that the read is too early to see.
        feed.joining += 1
        try:
            async with self._resumes:
                resume = await self._streams.resume(stream, epoch, offset, _PAGE_EVENTS, bytes_max)
            self._settle(feed, resume)
            room = feed.rooms.get(form)
            if room is None:
                room = feed.rooms[form] = Room(form)
            subscription = Subscription(feed, room, reader, resume.offset, device)
            feed.noted = -1
            self._note(subscription)
            subscription.write = writer(subscription)
            room.members.add(subscription)
        finally:
            feed.joining -= 1
            self._forget_if_empty(feed)
        self.stats.feeds = len(self._feeds)
        return subscription, resume

    def _settle(self, feed: Feed, resume: Resume) -> None:
        """Bring a feed in line with the result of a read of its stream."""
        if feed.offset < 0:
            feed.epoch = resume.epoch
            feed.offset = resume.head
            if feed.head > feed.offset:
                self._missed(feed, 0)
        elif feed.epoch != resume.epoch:
            self._renew(feed, resume.epoch, resume.head)

    def release(self, subscription: Subscription) -> None:
        """Let a parked subscription go on: at once when level with its feed, else through the database."""
        if subscription.live or subscription.paging:
            return
        if subscription.cursor >= subscription.feed.offset:
            subscription.level()
        else:
            subscription.paging = True
            self._spawn(self._catch_up(subscription))

    def leave(self, subscription: Subscription) -> None:
        """End a subscription. Leaving again does nothing."""
        feed, room = subscription.feed, subscription.room
        if subscription not in room.members:
            return
        subscription.park()
        if subscription.cursor > subscription.noted:
            self._note(subscription)
        room.members.remove(subscription)
        # The function may know its subscription: the two would keep each other until the garbage collector finds them.
        del subscription.write
        subscription.solo = None
        if not room.members:
            feed.rooms = {form: kept for form, kept in feed.rooms.items() if kept is not room}
            self._forget_if_empty(feed)

    def _forget_if_empty(self, feed: Feed) -> None:
        if not feed.rooms and not feed.joining and self._feeds.get(feed.stream) is feed:
            del self._feeds[feed.stream]
            if self._bus is not None:
                self._bus.unfollow(feed.stream)
            self._missing.pop(feed, None)
            self.stats.feeds = len(self._feeds)

    def lag(self) -> int:
        """Return how many events the slowest reader is behind its stream."""
        return max(
            (
                member.feed.offset - member.cursor
                for feed in self._feeds.values()
                for room in feed.rooms.values()
                for member in room.members
                if not member.live
            ),
            default=0,
        )

    # Notes of what was sent.

    def _note(self, subscription: Subscription) -> None:
        """Note how far a device has been sent a stream; others have no name."""
        subscription.noted = subscription.offset
        if subscription.device:
            self._sent.append((subscription.feed.stream, subscription.device, subscription.noted))

    def take_sent(self, most: int) -> list[tuple[str, str, int]]:
        """Return (stream, device, offset) of what devices were sent since the last call, at most about `most` of them.

        What is left over comes with the next call, and then counts only as far as it has moved on. Streams that
        nothing happened on cost a comparison.
        """
        if self._walk is None:
            self._walk = iter(list(self._feeds.values()))
        for feed in self._walk:
            if len(self._sent) >= most:
                break
            if feed.noted != feed.offset:
                self._note_feed(feed)
        else:
            self._walk = None
        return [self._sent.popleft() for _ in range(min(most, len(self._sent)))]

    def _note_feed(self, feed: Feed) -> None:
        level = True
        for room in feed.rooms.values():
            for member in room.members:
                offset = member.offset
                if offset > member.noted:
                    self._note(member)
                level = level and offset == feed.offset
        if level:
            feed.noted = feed.offset

    # Events come in.

    def hear(self, batch: Sequence[Published]) -> None:
        """The callback of `groat.listen`: some streams have new events. Never waits, never raises."""
        feeds = self._feeds
        debug = _debug_log.isEnabledFor(logging.DEBUG)
        alone = 0
        due: list[_Due] = []
        for news in batch:
            stream, epoch, first, last, events = news
            feed = feeds.get(stream)
            if feed is None:
                continue
            write = feed.write
            if (
                write is not None
                and first == last == feed.offset + 1
                and events is not None
                and epoch == feed.epoch
                and not debug
            ):
                # One event for one reader: this does the work of `_hear` at a third of the cost.
                due.append((feed, write, news, feed.maker.one(epoch, last, events[0])))
                if len(due) == _DUE_MAX:
                    alone += self._write_all(due)
            else:
                alone += self._write_all(due)
                self._hear(feed, news)
        alone += self._write_all(due)
        self.stats.events += alone
        self.stats.deliveries += alone

    def _write_all(self, due: list[_Due]) -> int:
        """Write the due messages. Returns how many of them went to the reader for whom they were made.

        Each write calls the kernel, which drives our data out of the processor's caches. So messages are made in
        groups, and each group is then written. A feed moves with its write: an earlier write of the group may have
        choked its reader.
        """
        count = len(due)
        for feed, write, news, message in due:
            last = news[3]
            if feed.write is write and feed.offset < last:
                feed.offset = last
                write(message)
            else:
                count -= 1
                self._hear(feed, news)
        due.clear()
        return count

    def _hear(self, feed: Feed, news: Published) -> None:
        if news.last > feed.head:
            feed.head = news.last
        if feed.offset < 0 or (news.last <= feed.offset and news.epoch == feed.epoch):
            return
        if news.epoch != feed.epoch:
            # This is an old hint or a new history; ask the database.
            self._spawn(self._check([feed]))
        elif news.events is None:
            self._missed(feed, 0 if news.first <= feed.offset + 1 else HEAL_AFTER_S)
        elif news.first <= feed.offset + 1:
            self._send(feed, news.events[feed.offset + 1 - news.first :])
            if feed.early:
                self._send_early(feed)
        else:
            if len(feed.early) < _EARLY_MAX:
                feed.early[news.first] = news.events
                feed.simplify()
            self._missed(feed, HEAL_AFTER_S)

    def _send_early(self, feed: Feed) -> None:
        for first in sorted(feed.early):
            if first > feed.offset + 1:
                return
            events = feed.early.pop(first)
            self._send(feed, events[feed.offset + 1 - first :])
        feed.simplify()

    def _send(self, feed: Feed, events: Sequence[bytes]) -> None:
        """Send out the events that follow `feed.offset`: encoded once per room, one write per reader."""
        if not events:
            return
        before = feed.offset
        last = feed.offset = before + len(events)
        if last > feed.head:
            feed.head = last
        self.stats.events += len(events)
        for room in feed.rooms.values():
            room.at = before
        for room in feed.rooms.values():
            if len(events) == 1:
                chunks = [(last, room.format.one(feed.epoch, last, events[0]))]
            else:
                chunks = room.format.encode(feed.epoch, before + 1, events)
            for upto, data in chunks:
                # A write may choke a reader, which then leaves the live ones during this loop.
                writes = list(room.writes.values())
                self.stats.deliveries += len(writes) * (upto - room.at)
                room.at = upto
                for write in writes:
                    write(data)
            room.at = LEVEL
        for subscription in list(feed.ahead):
            if subscription.cursor <= last:
                # The reader joined with a read ahead of the hints, so it has the first of these events already.
                feed.ahead.remove(subscription)
                self._write_page(subscription, events[subscription.cursor - before :])
                if not subscription.reader.choked and subscription in subscription.room.members:
                    self.release(subscription)
        if _debug_log.isEnabledFor(logging.DEBUG):
            log.debug("broadcast", stream=feed.stream, epoch=feed.epoch, first=before + 1, last=last)

    # Catching up one reader.

    async def _catch_up(self, subscription: Subscription) -> None:
        feed, room, reader = subscription.feed, subscription.room, subscription.reader
        try:
            while not reader.choked and subscription in room.members:
                if subscription.cursor >= feed.offset:
                    subscription.level()
                    return
                if feed.offset - subscription.cursor > BEHIND_MAX:
                    reader.close(Ending.LEFT_BEHIND)
                    return
                async with self._pages:
                    events = await self._streams.read(
                        feed.stream, subscription.cursor, _PAGE_EVENTS, CHUNK_BYTES
                    )
                self.stats.catch_up_pages += 1
                if not events or events[0].offset != subscription.cursor + 1:
                    # Retention removed events that the reader still needed.
                    reader.close(Ending.LEFT_BEHIND)
                    return
                self._write_page(subscription, [event.data for event in events])
        except GroatError as error:
            log.warning("catch-up failed", stream=feed.stream, code=error.code, detail=error.detail)
            reader.close(Ending.FAULT)
        except Exception:
            # Only this task can let the reader go on.
            log.exception("catch-up broke", stream=feed.stream)
            reader.close(Ending.FAULT)
        finally:
            subscription.paging = False

    def _write_page(self, subscription: Subscription, events: Sequence[bytes]) -> None:
        form = subscription.room.format
        for upto, data in form.encode(subscription.feed.epoch, subscription.cursor + 1, events):
            if subscription.reader.choked or subscription not in subscription.room.members:
                return
            self.stats.deliveries += upto - subscription.cursor
            subscription.cursor = upto
            subscription.write(data)

    # Healing feeds.

    def _missed(self, feed: Feed, wait_s: float) -> None:
        if feed not in self._missing:
            self._missing[feed] = None
            feed.missed_at = self._clock.now()
        # Look each time, so that a feed with missing events never waits for a healer that has ended.
        if self._healer is None or self._healer.done():
            self._healer = self._spawn(self._heal(wait_s))

    async def _heal(self, wait_s: float) -> None:
        """Read the missing events of all feeds together, until none is missing. There is at most one healer."""
        await sleep(self._clock, wait_s)
        failures = 0
        while self._missing:
            wanted: dict[str, tuple[int, int]] = {}
            for feed in list(islice(self._missing, _HEAL_FEEDS_MAX)):
                if feed.offset < feed.head:
                    upto = min(feed.head, feed.offset + _HEAL_EVENTS_MAX)
                    wanted[feed.stream] = (feed.offset, upto)
                else:
                    del self._missing[feed]
            if not wanted:
                continue
            try:
                found = await self._streams.read_many(wanted)
                failures = 0
            except GroatError as error:
                failures += 1
                log.warning("healing failed", code=error.code, detail=error.detail, feeds=len(wanted))
                await sleep(self._clock, min(_RETRY_S_MAX, HEAL_AFTER_S * 2**failures))
                continue
            for stream in wanted:
                self._healed(stream, found.get(stream, []))

    def _healed(self, stream: str, events: list[StoredEvent]) -> None:
        feed = self._feeds.get(stream)
        if feed is None or feed not in self._missing:
            return
        fresh = [event for event in events if event.offset > feed.offset]
        if fresh and fresh[0].offset == feed.offset + 1:
            self._send(feed, [event.data for event in fresh])
            self._send_early(feed)
            self.stats.gaps_healed += 1
        elif feed.offset < feed.head:
            # The database does not have these events; the next check finds out why.
            feed.head = feed.offset
        if feed.offset >= feed.head:
            del self._missing[feed]
            feed.early.clear()
            feed.simplify()
            self.stats.lag_s = self._clock.now() - feed.missed_at

    # Checking heads.

    async def check(self) -> None:
        """Compare all feeds with the database and heal what no hint told of. Errors are logged, not raised."""
        feeds = [feed for feed in self._feeds.values() if feed.offset >= 0]
        for start in range(0, len(feeds), _CHECK_FEEDS_MAX):
            await self._check(feeds[start : start + _CHECK_FEEDS_MAX])

    async def _check(self, feeds: list[Feed]) -> None:
        before = [(feed, feed.offset) for feed in feeds]
        try:
            heads = await self._streams.heads([feed.stream for feed in feeds])
        except GroatError as error:
            log.warning("checking heads failed", code=error.code, detail=error.detail, feeds=len(feeds))
            return
        for feed, offset in before:
            head = heads[feed.stream]
            if self._feeds.get(feed.stream) is not feed:
                continue
            if head.epoch != feed.epoch or head.offset < offset or head.oldest > feed.offset + 1:
                self._renew(feed, head.epoch, head.offset)
            elif head.offset > feed.offset:
                feed.head = max(feed.head, head.offset)
                self._missed(feed, HEAL_AFTER_S)

    def _renew(self, feed: Feed, epoch: str, head: int) -> None:
        """Let all readers of a feed resume afresh: its stream has another history, or its missing events are gone."""
        log.warning("stream renewed", stream=feed.stream, epoch=epoch, head=head, before=feed.epoch)
        members = [member for room in feed.rooms.values() for member in room.members]
        for member in members:
            # The reader's position belongs to the former history.
            member.park()
        readers = {member.reader for member in members}
        feed.epoch, feed.offset, feed.head = epoch, head, head
        feed.early.clear()
        for reader in readers:
            reader.close(Ending.LEFT_BEHIND)

    # Tasks.

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("hub task failed", exc_info=error)

    async def stop(self) -> None:
        """End catching up and healing."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
