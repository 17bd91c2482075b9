"""Fuzzing the packets of Socket.IO: a text, and the attachments behind it, with a separator between them."""

from __future__ import annotations

import pytest

from groat.live.socketio import packets
from groat.live.socketio.packets import Assembly, MalformedPacket, Packet
from tests.fuzz.harness import fuzz

pytestmark = pytest.mark.soak


def read(text: str, attachments: list[bytes]) -> Packet | None:
    """The packet that these make, None while attachments are missing."""
    packet: Packet | Assembly | None = packets.decode(text)
    for attachment in attachments:
        if not isinstance(packet, Assembly):
            break
        packet = packet.add(attachment) or packet
    return packet if isinstance(packet, Packet) else None


def depth(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(depth, inner)) if inner else int(isinstance(value, dict | list))


def test_packets() -> None:
    """Any text is refused as malformed, or is a packet within the bounds that is read as it was written."""

    def attempt(data: bytes) -> None:
        text, *attachments = data.split(b"\x1e")
        try:
            packet = read(text.decode("utf-8", "replace"), attachments)
        except MalformedPacket:
            return
        if packet is None:
            return
        assert depth(packet.data) <= packets.NESTING_MAX
        assert len(packet.namespace) <= packets.NAMESPACE_LENGTH_MAX
        assert packet.id is None or 0 <= packet.id <= packets.ID_MAX
        written, parts = packets.encode(packet)
        # An attachment may have stood in more places than one.
        if len(parts) <= packets.ATTACHMENTS_MAX:
            assert read(written, parts) == packet

    words = [
        b"2",
        b"51-",
        b"/a,",
        b'{"_placeholder":true,"num":0}',
        b"[" * 40,
        b'["m"',
        b"\x1e",
        b'"connect"',
    ]
    fuzz("socketio", attempt, words=words, cases=5_000)
