"""Bytes that go out: WebSocket frames, Centrifuge pushes, server-sent events, long-poll items.

Everything here is made once and shared by all its readers. Payloads are JSON in UTF-8; the events inside are
already encoded and are never decoded again.
"""

from collections.abc import Iterator, Sequence
from struct import Struct
from typing import Final, Protocol

import msgspec

CHUNK_BYTES: Final = 60_000
"""Events are joined into messages of about this many bytes. A larger event travels alone."""

FRAME_BYTES_MAX: Final = 256 * 1024
"""No WebSocket frame has a larger payload. A larger message is split into fragments (RFC 6455, 5.4)."""

TEXT: Final = 0x1
CLOSE: Final = 0x8
PONG: Final = 0xA
_FIN: Final = 0x80

_pack_head = Struct(">HH").pack
"""Packs the head of a frame of 126 to 65,535 bytes: the byte of flags and opcode with the byte 126, and the size."""

Chunk = tuple[int, bytes]
"""The offset of the last event in the bytes, and the bytes."""


def frame(opcode: int, payload: bytes, first_byte_flags: int = _FIN) -> bytes:
    """Return one unmasked server frame (RFC 6455, 5.2)."""
    size = len(payload)
    head = first_byte_flags | opcode
    if size < 126:
        return b"%c%c%b" % (head, size, payload)
    if size < 65_536:
        return b"%c\x7e%b%b" % (head, size.to_bytes(2, "big"), payload)
    return b"%c\x7f%b%b" % (head, size.to_bytes(8, "big"), payload)


def text(payload: bytes) -> bytes:
    """Return a whole text message: one frame, or fragments when it is larger than FRAME_BYTES_MAX."""
    if len(payload) <= FRAME_BYTES_MAX:
        return frame(TEXT, payload)
    starts = range(0, len(payload), FRAME_BYTES_MAX)
    return b"".join(
        frame(
            TEXT if start == 0 else 0,
            payload[start : start + FRAME_BYTES_MAX],
            _FIN if start == starts[-1] else 0,
        )
        for start in starts
    )


def close(code: int, reason: str = "") -> bytes:
    """Return a close frame. The reason is cut to the 123 bytes that a control frame has room for."""
    return frame(CLOSE, code.to_bytes(2, "big") + reason.encode()[:123])


def message_of(framed: bytes) -> bytes:
    """Return the payload of a message made by `text`, for transports that do their own framing."""
    parts: list[bytes] = []
    at = 0
    while at < len(framed):
        size = framed[at + 1]
        at += 2
        if size >= 126:
            width = 2 if size == 126 else 8
            size = int.from_bytes(framed[at : at + width], "big")
            at += width
        parts.append(framed[at : at + size])
        at += size
    return parts[0] if len(parts) == 1 else b"".join(parts)


PING: Final = text(b"{}")
"""The Centrifuge ping: an empty reply."""


class Format(Protocol):
    """Encodes the events of one stream for one kind of reader."""

    def one(self, epoch: str, at: int, event: bytes) -> bytes:
        """Encode a single event with its offset. Nearly every commit brings a stream one event."""

    def encode(self, epoch: str, first: int, events: Sequence[bytes]) -> list[Chunk]:
        """Encode the events with offsets first, first + 1, ... as chunks of bounded size, in order."""


def push(head: bytes, event: bytes, at: int) -> bytes:
    """Return an event with its offset as a whole message; `head` is the text before the event in its channel."""
    tail = b',"offset":%d}}}' % at
    size = len(head) + len(event) + len(tail)
    if 126 <= size < 65_536:
        # A push to one reader spends most of its Python here: one copy, no call.
        return b"".join((_pack_head(0x817E, size), head, event, tail))
    return text(b"".join((head, event, tail)))


class ChannelFormat:
    """Pushes of a Centrifuge channel, several to a message, separated by newlines. `head` begins each."""

    __slots__ = ("head",)

    def __init__(self, channel: str) -> None:
        self.head = b'{"push":{"channel":%b,"pub":{"data":' % msgspec.json.encode(channel)

    def one(self, epoch: str, at: int, event: bytes) -> bytes:
        """See Format."""
        return push(self.head, event, at)

    def encode(self, epoch: str, first: int, events: Sequence[bytes]) -> list[Chunk]:
        """See Format."""
        items = [b'%b%b,"offset":%d}}}' % (self.head, data, at) for at, data in enumerate(events, first)]
        return [(last, text(b"\n".join(parts))) for last, parts in _chunks(first, items)]


class EventStreamFormat:
    """`text/event-stream`: the id of each event is its position, the data is the event."""

    __slots__ = ()

    def one(self, epoch: str, at: int, event: bytes) -> bytes:
        """See Format."""
        return b"id: %b:%d\ndata: %b\n\n" % (epoch.encode(), at, event)

    def encode(self, epoch: str, first: int, events: Sequence[bytes]) -> list[Chunk]:
        """See Format."""
        items = [self.one(epoch, at, data) for at, data in enumerate(events, first)]
        return [(last, b"".join(parts)) for last, parts in _chunks(first, items)]


class ItemFormat:
    """The items of a JSON list, each the event with its offset put in front."""

    __slots__ = ()

    def one(self, epoch: str, at: int, event: bytes) -> bytes:
        """See Format."""
        return b'{"offset":%d,%b' % (at, event[1:])

    def encode(self, epoch: str, first: int, events: Sequence[bytes]) -> list[Chunk]:
        """See Format."""
        items = [self.one(epoch, at, data) for at, data in enumerate(events, first)]
        return [(last, b",".join(parts)) for last, parts in _chunks(first, items)]


def _chunks(first: int, items: Sequence[bytes]) -> Iterator[tuple[int, list[bytes]]]:
    """Cut items with offsets first, first + 1, ... into runs of about CHUNK_BYTES each."""
    run: list[bytes] = []
    size = 0
    for at, item in enumerate(items, first):
        if run and size + len(item) > CHUNK_BYTES:
            yield at - 1, run
            run, size = [], 0
        run.append(item)
        size += len(item) + 1
    if run:
        yield first + len(items) - 1, run
