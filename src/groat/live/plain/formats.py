"""Server-sent events and long-poll items."""

from collections.abc import Sequence
from typing import Final

from groat.live.formats import Chunk, chunks


class EventStreamFormat:
    """`text/event-stream`: the id of each event is its position, the data is the event."""

    __slots__ = ()

    def one(self, epoch: str, at: int, event: bytes) -> bytes:
        """See Format."""
        return b"id: %b:%d\ndata: %b\n\n" % (epoch.encode(), at, event)

    def encode(self, epoch: str, first: int, events: Sequence[bytes]) -> list[Chunk]:
        """See Format."""
        items = [self.one(epoch, at, data) for at, data in enumerate(events, first)]
        return [(last, b"".join(parts)) for last, parts in chunks(first, items)]


class ItemFormat:
    """The items of a JSON list, each the event with its offset put in front."""

    __slots__ = ()

    def one(self, epoch: str, at: int, event: bytes) -> bytes:
        """See Format."""
        return b'{"offset":%d,%b' % (at, event[1:])

    def encode(self, epoch: str, first: int, events: Sequence[bytes]) -> list[Chunk]:
        """See Format."""
        items = [self.one(epoch, at, data) for at, data in enumerate(events, first)]
        return [(last, b",".join(parts)) for last, parts in chunks(first, items)]


EVENT_STREAM: Final = EventStreamFormat()
ITEMS: Final = ItemFormat()
