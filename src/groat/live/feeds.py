"""The hub's record of each stream that somebody reads: its feed, the feed's rooms, and their subscriptions."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any, Final, Protocol

from groat.live.endings import Ending
from groat.live.formats import Format

LEVEL: Final = -1


class Reader(Protocol):
    """An owner of subscriptions."""

    @property
    def choked(self) -> bool:
        """Return whether nothing may be written until it drains."""

    def close(self, why: Ending) -> None:
        """End the subscription, which cannot go on. The reader must resume afresh."""


class Maker(Protocol):
    """Makes the messages of single events: a Format, or a Solo."""

    def one(self, epoch: str, at: int, event: bytes) -> bytes:
        """See Format."""


class Solo(Maker, Protocol):
    """Makes and sends messages for one reader, where nobody else gets the same bytes."""

    def send(self, message: bytes) -> None:
        """Send the message that was made last. Of the reader's other streams, some may have moved since."""


class Subscription:
    """One reader's place in one feed: the feed's own offset while `live`, else `cursor`, the last offset written.

    `write` sends the bytes of the room's format to the reader. With `solo`, a message for this reader alone is made
    and sent by that. What is sent to a `device` with a name is kept: `noted` is how far that has been noted.
    """

    __slots__ = ("cursor", "device", "feed", "live", "noted", "paging", "reader", "room", "solo", "write")

    def __init__(self, feed: Feed, room: Room, reader: Reader, cursor: int, device: str = ""):
        self.feed = feed
        self.room = room
        self.reader = reader
        self.write: Callable[[bytes], Any]
        self.solo: Solo | None = None
        self.cursor = cursor
        self.device = device
        self.noted = cursor
        self.live = False
        self.paging = False

    @property
    def offset(self) -> int:
        """The last offset written to the reader. During a write it covers the bytes that are being written."""
        if not self.live:
            return self.cursor
        return self.feed.offset if self.room.at == LEVEL else self.room.at

    def park(self) -> None:
        """Write nothing more until the hub releases it."""
        if self.live:
            self.cursor = self.offset
            self.live = False
            del self.room.writes[self]
        elif self in self.feed.ahead:
            self.feed.ahead.remove(self)
        self.feed.simplify()

    def level(self) -> None:
        """Go on with the feed, which stands at the cursor or has yet to reach it."""
        if self.cursor == self.feed.offset:
            self.live = True
            self.room.writes[self] = self.write
        else:
            self.feed.ahead.append(self)
        self.feed.simplify()


class Room:
    """The readers of a feed that receive the same bytes, and the `writes` of those that are live.

    While the feed is being sent out, `at` is the offset that they have reached. Otherwise it is LEVEL: they stand
    where the feed stands.
    """

    __slots__ = ("at", "format", "members", "writes")

    def __init__(self, form: Format) -> None:
        self.format = form
        self.members: set[Subscription] = set()
        # Keep the order of arrival, so that writing to all walks through memory in the order in which it was filled.
        self.writes: dict[Subscription, Callable[[bytes], Any]] = {}
        self.at = LEVEL


class Feed:
    """The hub's state of one stream. `offset` is -1 until the first reader has joined.

    While it has a single live reader and no special case is pending, `maker` makes a message that `write` sends.
    `noted` is up to where it has been noted for all readers what they were sent.
    """

    __slots__ = (
        "ahead", "early", "epoch", "head", "joining", "maker", "missed_at", "noted", "offset", "rooms", "stream",
        "write",
    )  # fmt: skip

    def __init__(self, stream: str) -> None:
        self.stream = stream
        self.epoch = ""
        self.offset = -1
        self.head = 0
        self.noted = -1
        self.joining = 0
        self.rooms: dict[Format, Room] = {}
        self.early: dict[int, tuple[bytes, ...]] = {}
        self.ahead: list[Subscription] = []
        self.missed_at = 0.0
        self.maker: Maker
        self.write: Callable[[bytes], Any] | None = None

    def simplify(self) -> None:
        """Set `maker` and `write` if there is a single live reader and no special case is pending."""
        live = [each for room in self.rooms.values() for each in islice(room.writes, 2)]
        self.write = None
        if len(live) == 1 and not self.ahead and not self.early:
            (subscription,) = live
            if subscription.solo is None:
                self.maker, self.write = subscription.room.format, subscription.write
            else:
                self.maker, self.write = subscription.solo, subscription.solo.send
