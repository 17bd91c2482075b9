"""The packets of Engine.IO 4, without I/O: a type, and data that may follow it.

Over WebSocket each packet is a message of its own, and bytes are a binary message. A body of long-polling has several
packets, with a separator between them, and bytes in base64 behind a "b".
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Final

import msgspec

from groat.live import frames

OPEN: Final = ord("0")
CLOSE: Final = ord("1")
PING: Final = ord("2")
PONG: Final = ord("3")
MESSAGE: Final = ord("4")
UPGRADE: Final = ord("5")
NOOP: Final = ord("6")
BASE64: Final = ord("b")

SEPARATOR: Final = b"\x1e"
CLOSE_BODY: Final = b"1"
NOOP_BODY: Final = b"6"
UPGRADE_PACKET: Final = b"5"
CLOSE_PACKET: Final = frames.text(b"1")
PING_PACKET: Final = frames.text(b"2")
PROBE: Final = b"2probe"
PROBED_PACKET: Final = frames.text(b"3probe")


class BadPacket(Exception):
    """The bytes are no packet that a client may send."""


def open_packet(sid: str, upgrades: list[str], interval_s: float, timeout_s: float, bytes_max: int) -> bytes:
    """Return the first packet of a session. It tells times in milliseconds, and how large a body may be in bytes."""
    opening = {
        "sid": sid,
        "upgrades": upgrades,
        "pingInterval": round(interval_s * 1_000),
        "pingTimeout": round(timeout_s * 1_000),
        "maxPayload": bytes_max,
    }
    return b"0" + msgspec.json.encode(opening)


def split(body: bytes, packets_max: int) -> list[bytes]:
    """Return the packets of a body of long-polling. Raises BadPacket if it is not UTF-8 or has too many."""
    try:
        body.decode()
    except UnicodeDecodeError:
        raise BadPacket("a body must be UTF-8") from None
    packets = body.split(SEPARATOR, packets_max)
    if len(packets) > packets_max:
        raise BadPacket(f"a body has at most {packets_max} packets")
    return packets


def join(framed: Iterable[bytes]) -> bytes:
    """Return messages made by `frames.text` and `frames.binary` as a body of long-polling."""
    return SEPARATOR.join(
        b"b" + base64.b64encode(payload) if opcode == frames.BINARY else payload
        for each in framed
        for opcode, payload in frames.messages_of(each)
    )


def message_data(packet: bytes) -> str | bytes:
    """Return the data of a message packet. Raises BadPacket if it is another packet, or bad base64."""
    if not packet:
        raise BadPacket("a packet has a type")
    if packet[0] == MESSAGE:
        return packet[1:].decode()
    if packet[0] == BASE64:
        try:
            return base64.b64decode(packet[1:], validate=True)
        except binascii.Error:
            raise BadPacket("bytes are base64 here") from None
    raise BadPacket("no such packet")
