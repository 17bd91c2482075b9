"""WebSocket frames that go out (RFC 6455)."""

from collections.abc import Iterator
from typing import Final

FRAME_BYTES_MAX: Final = 256 * 1024
"""No WebSocket frame has a larger payload. A larger message is split into fragments (RFC 6455, 5.4)."""

TEXT: Final = 0x1
BINARY: Final = 0x2
CLOSE: Final = 0x8
PONG: Final = 0xA
_FIN: Final = 0x80


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


def binary(payload: bytes) -> bytes:
    """Return a whole binary message, in one frame."""
    return frame(BINARY, payload)


def messages_of(framed: bytes) -> Iterator[tuple[int, bytes]]:
    """Return opcode and payload of each message in bytes made by `text` and `binary`.

    Transports that do their own framing send these.
    """
    parts: list[bytes] = []
    opcode = TEXT
    at = 0
    while at < len(framed):
        head, size = framed[at], framed[at + 1]
        at += 2
        if size >= 126:
            width = 2 if size == 126 else 8
            size = int.from_bytes(framed[at : at + width], "big")
            at += width
        parts.append(framed[at : at + size])
        at += size
        opcode = head & 0x0F or opcode
        if head & _FIN:
            yield opcode, parts[0] if len(parts) == 1 else b"".join(parts)
            parts = []
