"""Read notifications: those of a person's own stream and of the rooms that they share with others, as one list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

from groat.programs.notifications.commands import Read
from groat.programs.notifications.errors import NotificationError
from groat.programs.notifications.marks import Mark, decode_spans
from groat.programs.notifications.notices import OTHERS, Box, Notified, is_person
from groat.programs.notifications.views import NotificationView
from groat.store.flow import Flow, Query

FRESH_US = 30 * 86_400_000_000
"""A room's notification counts as read by everybody after this time (30 days)."""

THREAD_MAX = 1_000
LATEST = 20
# Categories are collected from so many of a stream's latest notifications.
CATEGORIES_OF = 200


class ReadState(NamedTuple):
    """The number of a stream's notifications, and the reader's mark in them."""

    total: int
    mark: Mark

    @property
    def unread(self) -> int:
        """Return how many the reader has not read."""
        return self.total - self.mark.read()


class NoticePage(NamedTuple):
    """A page of notifications, newest first; ``before`` leads to the next page, None if there is none."""

    items: list[NotificationView]
    before: dict[str, int] | None
    unread: int


def read_standings(reader: str, rooms: Sequence[str]) -> Flow[dict[str, ReadState]]:
    """Read a person's standing in their own stream and in each room."""
    boxes = yield from read_boxes([reader, *rooms])
    standings = {reader: ReadState(boxes[reader].total, boxes[reader].mark)}
    if not rooms:
        return standings
    marks = yield from read_marks(reader)
    stale = yield from read_stale(rooms)
    for room in rooms:
        mark = marks.get(room, Mark()).after(stale.get(room, 0))
        standings[room] = ReadState(boxes[room].total, mark)
    return standings


def read_boxes(streams: Sequence[str]) -> Flow[dict[str, Box]]:
    """Read the box of each stream; a stream that was never notified has an empty one."""
    boxes = {stream: Box(stream) for stream in streams}
    for values in (yield Query("read_notification_boxes", (list(streams),))):
        boxes[values[0]] = Box(*values)
    return boxes


def read_marks(reader: str) -> Flow[dict[str, Mark]]:
    """Read a person's marks in rooms, by room."""
    rows = yield Query("list_notification_marks", ([reader],))
    return {room: Mark(upto, decode_spans(spans)) for _, _, room, upto, spans in rows}


def read_stale(rooms: Sequence[str]) -> Flow[dict[str, int]]:
    """Read the number of each room's latest notification that is older than FRESH_US and so counts as read."""
    (now,) = yield Query("read_now")
    rows = yield Query("reach_notifications", (list(rooms), now - FRESH_US))
    return dict(rows)


def read_numbered(wanted: Sequence[tuple[str, int]]) -> Flow[list[Notified]]:
    """Read the notifications of these (stream, number) pairs, newest first, and those of one stream by number.

    That is not always the order of their times: of two batches at the same moment, the later one may number first.
    """
    if not wanted:
        return []
    rows = yield Query("find_notifications", (list(wanted),))
    by_stream: dict[str, list[Notified]] = {}
    for row in sorted((Notified(*row) for row in rows), key=lambda n: n.number, reverse=True):
        by_stream.setdefault(row.stream, []).append(row)
    return list(merge(*by_stream.values(), key=lambda n: n.at, reverse=True))


def read_page(
    reader: str,
    rooms: Sequence[str],
    before: Mapping[str, int] | None = None,
    limit: int = 50,
    unread: bool = False,
) -> Flow[NoticePage]:
    """Read a person's notifications, newest first: all or the unread ones, of each stream those below ``before``."""
    standings = yield from read_standings(reader, rooms)
    tops: dict[str, int] = {}
    wanted: list[tuple[str, int]] = []
    for stream, (total, mark) in standings.items():
        tops[stream] = min(total, before.get(stream, 1) - 1) if before is not None else total
        numbers = mark.unread(tops[stream]) if unread else iter(range(tops[stream], 0, -1))
        wanted += [(stream, number) for number in islice(numbers, limit + 1)]
    found = yield from read_numbered(wanted)
    items = [n.view(standings[n.stream].mark.has(n.number)) for n in found[:limit]]
    total_unread = sum(standing.unread for standing in standings.values())
    if len(found) <= limit:
        return NoticePage(items, None, total_unread)
    left = {stream: top + 1 for stream, top in tops.items()}
    for n in found[:limit]:
        left[n.stream] = min(left[n.stream], n.number)
    return NoticePage(items, left, total_unread)


def read_preferences(
    reader: str, rooms: Sequence[str]
) -> Flow[tuple[dict[str, tuple[str, ...]], list[str], str | None]]:
    """Read a person's channels by category, the categories they could choose for, and the address of their mail."""
    boxes = yield from read_boxes([reader, *rooms])
    channels = boxes[reader].by_category()
    wanted = [
        (stream, number)
        for stream, box in boxes.items()
        for number in range(box.total, max(0, box.total - CATEGORIES_OF), -1)
    ]
    seen = {n.category for n in (yield from read_numbered(wanted))}
    addresses = dict((yield Query("find_mail_addresses", ([reader],))))
    return channels, sorted((seen | channels.keys()) - {OTHERS}), addresses.get(reader)


def resolve(
    reader: str, rooms: Sequence[str], ids: Sequence[str], thread: str, upto: str
) -> Flow[list[Read]]:
    """Translate ids, a thread, or an id up to which all is read into the numbers of each stream.

    Raises NotificationError ``notification_not_found`` for an id that is not among the reader's.
    """
    streams = [reader, *rooms]
    numbers: dict[str, list[int]] = {stream: [] for stream in streams}
    reached: dict[str, int] = {}
    if ids:
        for stream, number, _ in (yield from _places(ids, streams)):
            numbers[stream].append(number)
    if upto:
        ((own, own_number, at),) = yield from _places([upto], streams)
        reached = dict((yield Query("reach_notifications", (streams, at))))
        reached[own] = own_number
    if thread:
        standings = yield from read_standings(reader, rooms)
        behind = [(stream, standing.mark.upto) for stream, standing in standings.items()]
        for stream, number in (yield Query("thread_notifications", (behind, thread, THREAD_MAX))):
            numbers[stream].append(number)
    reads = [Read(s, reached.get(s, 0), tuple(sorted(numbers[s]))) for s in streams]
    return [read for read in reads if read.upto or read.numbers]


def _places(ids: Sequence[str], streams: Sequence[str]) -> Flow[list[tuple[str, int, int]]]:
    found = {row[0]: Notified(*row) for row in (yield Query("read_notifications", (list(ids),)))}
    for id in ids:
        if id not in found or found[id].stream not in streams:
            raise NotificationError("notification_not_found", id=id)
    return [(n.stream, n.number, n.at) for n in found.values()]


def snapshot(streams: Sequence[str]) -> Flow[dict[str, dict[str, Any]]]:
    """Read the notifications of each stream's snapshot: the latest ones, and the marks by which they are read.

    A person's own snapshot has their marks in rooms as well. A room's, the same for everybody, has the mark of old
    notifications. A stream without a record adds nothing.
    """
    known = {values[0]: Box(*values) for values in (yield Query("read_notification_boxes", (list(streams),)))}
    marks: dict[str, dict[str, Mark]] = {}
    for _, reader, room, upto, spans in (yield Query("list_notification_marks", (list(streams),))):
        marks.setdefault(reader, {})[room] = Mark(upto, decode_spans(spans))
    if not known:
        return {}
    rooms = [stream for stream in known if not is_person(stream)]
    stale = (yield from read_stale(rooms)) if rooms else {}
    wanted = [
        (stream, number)
        for stream, box in known.items()
        for number in range(box.total, max(0, box.total - LATEST), -1)
    ]
    latest: dict[str, list[Notified]] = {stream: [] for stream in known}
    for n in (yield from read_numbered(wanted)):
        latest[n.stream].append(n)
    told: dict[str, dict[str, Any]] = {}
    for stream, box in known.items():
        said: dict[str, Any] = {"total": box.total}
        mark = box.mark
        if is_person(stream):
            own = {stream: mark, **marks.get(stream, {})}
            said["unread"] = box.unread
            said["marks"] = {name: m._asdict() for name, m in own.items()}
            said["ways"] = box.by_category()
        else:
            said["stale"] = stale.get(stream, 0)
            mark = Mark(said["stale"])
        said["items"] = [n.view(mark.has(n.number)) for n in latest[stream]]
        told[stream] = {"notifications": said}
    return told
