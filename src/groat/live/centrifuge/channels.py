"""Pushes of Centrifuge channels, as ready WebSocket frames."""

from collections.abc import Sequence
from struct import Struct
from typing import Final

import msgspec

from groat.live.boards import BoardState
from groat.live.formats import Chunk, chunks
from groat.live.frames import text

_pack_head = Struct(">HH").pack
"""Packs the head of a frame of 126 to 65,535 bytes: the byte of flags and opcode with the byte 126, and the size."""

PING: Final = text(b"{}")
"""The Centrifuge ping: an empty reply."""


class ChannelFormat:
    """Pushes of a channel, several to a message, separated by newlines. `head` is what stands before each event."""

    __slots__ = ("head",)

    def __init__(self, channel: str) -> None:
        self.head = b'{"push":{"channel":%b,"pub":{"data":' % msgspec.json.encode(channel)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ChannelFormat) and other.head == self.head

    def __hash__(self) -> int:
        return hash(self.head)

    def one(self, epoch: str, at: int, event: bytes) -> bytes:
        """See Format."""
        head = self.head
        tail = b',"offset":%d}}}' % at
        size = len(head) + len(event) + len(tail)
        if 126 <= size < 65_536:
            # A push to one reader spends most of its Python here: one copy, no call.
            return b"".join((_pack_head(0x817E, size), head, event, tail))
        return text(b"".join((head, event, tail)))

    def encode(self, epoch: str, first: int, events: Sequence[bytes]) -> list[Chunk]:
        """See Format."""
        items = [b'%b%b,"offset":%d}}}' % (self.head, data, at) for at, data in enumerate(events, first)]
        return [(last, text(b"\n".join(parts))) for last, parts in chunks(first, items)]


class BoardPushes:
    """Pushes of a board's states, which have no offset."""

    __slots__ = ("_head",)

    def __init__(self, channel: str) -> None:
        self._head = ChannelFormat(channel).head

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BoardPushes) and other._head == self._head

    def __hash__(self) -> int:
        return hash(self._head)

    def show(self, state: BoardState) -> bytes:
        """See BoardFormat."""
        return text(b"%b%b}}}" % (self._head, state.data))
