"""Server-sent events and long-poll items."""

from collections.abc import Sequence
from typing import Final

from groat.live.boards import BoardState
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


def position(epoch: str, offset: int) -> bytes:
    """Return a position as text."""
    return b"%b:%d" % (epoch.encode(), offset)


def page(name: bytes, items: Sequence[bytes], at: bytes, snapshot: bytes | None = None) -> bytes:
    """Return a page as JSON. `name` is its first member, with a comma, or empty."""
    reset = b"" if snapshot is None else b',"reset":{"snapshot":%b}' % snapshot
    return b'{%b"events":[%b],"position":"%b"%b}' % (name, b",".join(items), at, reset)


def named(stream: str) -> bytes:
    """Return the first member of a page of one of several streams."""
    return b'"stream":"%b",' % stream.encode()


def reset(at: bytes, snapshot: bytes) -> bytes:
    """Return the event of an event stream that replaces all that was known."""
    return b'id: %b\nevent: reset\ndata: {"snapshot":%b}\n\n' % (at, snapshot)


class BoardPage:
    """The states of a board as pages that begin with `name`. A board's position is the mark of its state."""

    __slots__ = ("_name",)

    def __init__(self, name: bytes = b"") -> None:
        self._name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BoardPage) and other._name == self._name

    def __hash__(self) -> int:
        return hash(self._name)

    def show(self, state: BoardState) -> bytes:
        """See BoardFormat."""
        return page(self._name, [], position(state.mark, 0), state.data)


class BoardReset:
    """The states of a board as events of an event stream."""

    __slots__ = ()

    def show(self, state: BoardState) -> bytes:
        """See BoardFormat."""
        return reset(position(state.mark, 0), state.data)


BOARD_RESET: Final = BoardReset()
EVENT_STREAM: Final = EventStreamFormat()
ITEMS: Final = ItemFormat()
