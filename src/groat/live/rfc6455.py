"""The reading half of RFC 6455, without I/O: bytes in, whole messages and control frames out."""

from __future__ import annotations

import base64
import codecs
import hashlib
from collections.abc import Iterator
from typing import Final, NamedTuple

CONTINUATION: Final = 0x0
TEXT: Final = 0x1
BINARY: Final = 0x2
CLOSE: Final = 0x8
PING: Final = 0x9
PONG: Final = 0xA

NORMAL: Final = 1000
PROTOCOL_ERROR: Final = 1002
UNSUPPORTED_DATA: Final = 1003
NO_STATUS: Final = 1005
INVALID_DATA: Final = 1007
POLICY: Final = 1008
TOO_BIG: Final = 1009

_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_CONTROL_MAX: Final = 125
_Decoder: Final = codecs.getincrementaldecoder("utf-8")


class Fault(Exception):
    """The peer broke the protocol; close with this code (RFC 6455, 7.4)."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Message(NamedTuple):
    """A whole message, one control frame, or a CONTINUATION that reports a part of a message; unmasked."""

    opcode: int
    payload: bytes


_PART: Final = Message(CONTINUATION, b"")


def accept(key: bytes) -> bytes:
    """Return the Sec-WebSocket-Accept for a Sec-WebSocket-Key (4.2.2)."""
    return base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())


def unmask(payload: bytes | bytearray, mask: bytes) -> bytes:
    """Undo the client's masking (5.3), as one big integer: a loop over bytes is slow in Python."""
    size = len(payload)
    repeated = mask * (size // 4 + 1)
    return (int.from_bytes(payload, "big") ^ int.from_bytes(repeated[:size], "big")).to_bytes(size, "big")


class FrameReader:
    """Takes bytes as they arrive. A message longer than `size_max` bytes is a fault, found before it is buffered.

    Text that is not UTF-8 is a fault at its first wrong byte, however much of the message is still to come. Unless the
    reader takes `binary` messages, these are a fault, too.
    """

    __slots__ = (
        "_ahead",
        "_binary",
        "_buffer",
        "_decoder",
        "_kind",
        "_need",
        "_parts",
        "_size",
        "_start",
        "size_max",
    )

    def __init__(self, size_max: int, *, binary: bool = False) -> None:
        self.size_max = size_max
        self._binary = binary
        self._kind = TEXT
        self._buffer: bytearray | None = None
        self._need = 0
        self._parts: list[bytes] | None = None
        self._size = 0
        # Of an incomplete frame: where its payload starts in the buffer, and how many bytes of that were decoded.
        self._start = 0
        self._ahead = 0
        self._decoder: codecs.IncrementalDecoder | None = None

    def feed(self, data: bytes) -> Iterator[Message]:
        """Return the messages and frames that the bytes complete, in order. Do not call it after it raised Fault."""
        if self._buffer is not None:
            self._buffer += data
            if len(self._buffer) < self._need:
                self._look_ahead(self._buffer)
                return
            data = bytes(self._buffer)
            self._buffer = None
        at = 0
        while (end := self._frame_end(data, at)) is not None:
            start, stop = end
            message = self._take(data[at], unmask(data[start:stop], data[start - 4 : start]))
            at = stop
            yield message
            if message.opcode == CLOSE:
                # Nothing counts after a close frame (5.5.1).
                return
        if at < len(data):
            self._buffer = bytearray(data[at:])
            self._look_ahead(self._buffer)

    def _frame_end(self, data: bytes, at: int) -> tuple[int, int] | None:
        """Return where the payload of the frame at `at` starts and stops, or None while it is incomplete."""
        self._need = 0
        if len(data) - at < 2:
            return None
        opcode = data[at] & 0x0F
        size = data[at + 1] & 0x7F
        if data[at] & 0x70:
            raise Fault(PROTOCOL_ERROR, "reserved bits are set")
        if not data[at + 1] & 0x80:
            raise Fault(PROTOCOL_ERROR, "a client must mask its frames")
        if opcode >= CLOSE:
            if opcode > PONG:
                raise Fault(PROTOCOL_ERROR, "unknown opcode")
            if size > _CONTROL_MAX or not data[at] & 0x80:
                raise Fault(PROTOCOL_ERROR, "a control frame is short and whole")
        elif opcode > BINARY:
            raise Fault(PROTOCOL_ERROR, "unknown opcode")
        elif opcode == CONTINUATION and self._parts is None:
            raise Fault(PROTOCOL_ERROR, "nothing to continue")
        elif opcode != CONTINUATION and self._parts is not None:
            raise Fault(PROTOCOL_ERROR, "the last message is not finished")
        start = at + 2
        if size >= 126:
            width = 2 if size == 126 else 8
            if len(data) - start < width:
                return None
            size = int.from_bytes(data[start : start + width], "big")
            if size >= 1 << 63 or size < (126 if width == 2 else 65_536):
                raise Fault(PROTOCOL_ERROR, "the length is not in its shortest form")
            start += width
        if opcode < CLOSE and self._size + size > self.size_max:
            raise Fault(TOO_BIG, "message too big")
        start += 4
        stop = start + size
        if stop > len(data):
            # Until the frame is complete no byte is examined twice, however small the pieces.
            self._need = stop - at
            self._start = start - at
            return None
        return start, stop

    @property
    def is_within(self) -> bool:
        """Return whether a part of a message, or of a frame, has arrived."""
        return self._buffer is not None or self._parts is not None

    def _look_ahead(self, buffer: bytearray) -> None:
        """Check the text that has come of an incomplete frame."""
        if not self._need or (buffer[0] & 0x0F or self._kind) != TEXT:
            return
        fresh = buffer[self._start + self._ahead :]
        if fresh:
            mask = bytes(buffer[self._start - 4 : self._start])
            turn = self._ahead % 4
            self._decode(unmask(fresh, mask[turn:] + mask[:turn]), is_last=False)
            self._ahead += len(fresh)

    def _decode(self, text: bytes, *, is_last: bool) -> None:
        """Check more text of a message."""
        if self._decoder is None:
            self._decoder = _Decoder()
        try:
            self._decoder.decode(text, is_last)
        except UnicodeDecodeError:
            raise _not_utf8() from None
        # Python does not complain of a surrogate before its third byte.
        if b"\xed\x9f" < self._decoder.getstate()[0] < b"\xee":
            raise _not_utf8()
        if is_last:
            self._decoder = None

    def _take(self, head: int, payload: bytes) -> Message:
        opcode = head & 0x0F
        if opcode == CLOSE:
            return Message(CLOSE, _checked_close(payload))
        if opcode > CLOSE:
            return Message(opcode, payload)
        if opcode == BINARY and not self._binary:
            raise Fault(UNSUPPORTED_DATA, "only JSON text is spoken here")
        if head & 0x80 and self._parts is None and not self._ahead:
            return Message(opcode, payload if opcode == BINARY else _checked_text(payload))
        if self._parts is None:
            self._parts = []
            self._kind = opcode
        if self._kind == TEXT:
            self._decode(payload[self._ahead :], is_last=bool(head & 0x80))
            self._ahead = 0
        # Do not keep empty fragments: a client could send them without end.
        if payload:
            self._parts.append(payload)
            self._size += len(payload)
        if not head & 0x80:
            return _PART
        whole = b"".join(self._parts)
        self._parts = None
        self._size = 0
        return Message(self._kind, whole)


def close_code(payload: bytes) -> int:
    """Return the code in a close frame's payload, NO_STATUS if it has none."""
    return int.from_bytes(payload[:2], "big") if payload else NO_STATUS


def _checked_text(payload: bytes) -> bytes:
    try:
        payload.decode()
    except UnicodeDecodeError:
        raise _not_utf8() from None
    return payload


def _not_utf8() -> Fault:
    return Fault(INVALID_DATA, "text must be UTF-8")


def _checked_close(payload: bytes) -> bytes:
    if not payload:
        return payload
    code = int.from_bytes(payload[:2], "big")
    usable = 1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999
    if len(payload) == 1 or not usable:
        raise Fault(PROTOCOL_ERROR, "not a close code")
    _checked_text(payload[2:])
    return payload
