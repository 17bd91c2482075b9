"""Forget old notifications, of each stream from its first one on."""

from __future__ import annotations

from groat.programs.notifications.flows import FRESH_US
from groat.programs.notifications.notices import Box, is_person
from groat.store.flow import Flow, Query

BOXES_MAX = 50
"""Prune so many streams at a time. A command that notifies one of them waits meanwhile."""


def forget_notifications(kept_us: int, limit: int) -> Flow[bool]:
    """Forget at most ``limit`` notifications that are older than ``kept_us`` (microseconds, 0: none); see ``Forget``.

    They go in the order of their numbers, so one that is older than those before it waits for them. They are marked as
    read first, so that nobody counts them as unread. A room keeps those that are not old yet (``FRESH_US``), and one
    before these, which says where they begin.
    """
    if not kept_us:
        return False
    (now,) = yield Query("read_now")
    limits = now - kept_us, now - FRESH_US
    streams = [s for (s,) in (yield Query("find_old_streams", (*limits, min(limit, BOXES_MAX))))]
    if not streams:
        return False
    boxes = {v[0]: Box(*v) for v in (yield Query("lock_notification_boxes", (sorted(streams),)))}
    before: dict[str, int] = dict((yield Query("read_gone_notifications", (streams,))))
    each_max = max(1, limit // BOXES_MAX)
    wanted = [(stream, before.get(stream, 0), before.get(stream, 0) + each_max) for stream in boxes]
    gone = {stream: number for stream, number, _ in wanted}
    going: list[tuple[str]] = []
    found = yield Query("list_old_notifications", (wanted, *limits))
    for id, stream, number in sorted(found, key=lambda row: row[2]):
        if number == gone[stream] + 1:
            gone[stream] = number
            going.append((id,))
    if not going:
        # Another node was faster.
        return False
    people = [box.marked(box.mark.add(upto=gone[s])) for s, box in sorted(boxes.items()) if is_person(s)]
    if people:
        yield Query("write_notification_boxes", (people,))
    yield Query("write_gone_notifications", (sorted(gone.items()),))
    yield Query("delete_notifications", (going,))
    return True
