"""The packets of Socket.IO 5, without I/O: a type, a namespace, an id that asks for an acknowledgement, and JSON.

Bytes within the JSON travel as attachments, each a message of its own behind the packet's text; a placeholder stands
where each belongs. Whoever reads packets hands each text to `decode` and, while a packet waits for attachments, each
binary message to its `Assembly`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from enum import IntEnum
from typing import Any, Final

import msgspec

ATTACHMENTS_MAX: Final = 10
"""A packet has at most this many attachments, as in Node's server."""
ATTACHMENT_BYTES_MAX: Final = 64 * 1024
"""The attachments of a packet have at most this many bytes together."""
NESTING_MAX: Final = 32
"""Arrays and objects within a packet are nested at most this deep."""
NAMESPACE_LENGTH_MAX: Final = 128
BRACKETS_MAX: Final = 2_000
"""A payload has at most this many opening brackets: each array and object costs memory, and time to collect it."""
ID_MAX: Final = 2**53 - 1
"""The largest integer that JavaScript counts to exactly."""
MAIN: Final = "/"
"""The namespace of a client that names none."""

RESERVED: Final = frozenset(
    {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}
)
"""Names that the clients' libraries use for events of their own. No packet may bear them."""

_HEAD: Final = re.compile(r"(?:(/[^,]*)(?:,|\Z))?([0-9]{1,16})?", re.ASCII)
_COUNT: Final = re.compile(r"([0-9]{1,2})-", re.ASCII)
_HALF: Final = re.compile(r"\\u[dD][89a-fA-F]", re.ASCII)
_PLACEHOLDER: Final = frozenset({"_placeholder", "num"})
_decode_json = msgspec.json.Decoder().decode
_encode_json = msgspec.json.Encoder().encode


class Type(IntEnum):
    """The types of packets. On the wire, an event or acknowledgement with attachments has a type of its own."""

    CONNECT = 0
    DISCONNECT = 1
    EVENT = 2
    ACK = 3
    CONNECT_ERROR = 4
    BINARY_EVENT = 5
    BINARY_ACK = 6


_PLAIN: Final = {Type.BINARY_EVENT: Type.EVENT, Type.BINARY_ACK: Type.ACK}
_BINARY: Final = {plain: binary for binary, plain in _PLAIN.items()}


class MalformedPacket(ValueError):
    """The bytes are no packet that a client may send, or one beyond the bounds. The connection ends."""


class Packet(msgspec.Struct):
    """One packet; `type` is never a binary one.

    `data` is the payload: an object of CONNECT and CONNECT_ERROR, an array of EVENT (the name first) and ACK, None
    where there is none. Values within it may be bytes. `id` asks for an acknowledgement, or says which one this is.
    """

    type: Type
    namespace: str = MAIN
    data: Any = None
    id: int | None = None


class Assembly:
    """A packet that waits for its attachments. Its payload waits as text, for objects take twenty times as much.

    Without a packet the attachments are taken, and nothing comes of them.
    """

    __slots__ = ("_attachments", "_left", "_packet", "_payload", "_size")

    def __init__(self, count: int, packet: Packet | None = None, payload: str = "") -> None:
        self._packet = packet
        self._payload = payload
        self._left = count
        self._attachments: list[bytes] = []
        self._size = 0

    @property
    def is_whole(self) -> bool:
        """Return whether all attachments have come."""
        return not self._left

    def add(self, attachment: bytes) -> Packet | None:
        """Take the next attachment. Returns the whole packet after the last one. Raises MalformedPacket."""
        self._size += len(attachment)
        if self._size > ATTACHMENT_BYTES_MAX:
            raise MalformedPacket(f"attachments have at most {ATTACHMENT_BYTES_MAX} bytes together")
        self._left -= 1
        packet = self._packet
        if packet is None:
            return None
        self._attachments.append(attachment)
        if self._left:
            return None
        packet.data = _filled(_payload(self._payload), self._attachments)
        return packet


def _any(_kind: Type, _namespace: str) -> bool:
    return True


def decode(text: str, is_heard: Callable[[Type, str], bool] = _any) -> Packet | Assembly | None:
    """Read the text of a packet: a whole packet, or one whose attachments follow. Raises MalformedPacket.

    `is_heard` tells by type and namespace whether somebody takes a packet. Of others the payload is not read: they are
    None, or an assembly of nothing.
    """
    if not text or text[0] not in "0123456":
        raise MalformedPacket("no such type of packet")
    kind = Type(int(text[0]))
    at = 1
    count = 0
    if kind in _PLAIN:
        counted = _COUNT.match(text, at)
        if counted is None or (count := int(counted[1])) > ATTACHMENTS_MAX:
            raise MalformedPacket(
                f"a binary packet tells its number of attachments, at most {ATTACHMENTS_MAX}"
            )
        at = counted.end()
        kind = _PLAIN[kind]
    head = _HEAD.match(text, at)
    assert head is not None
    namespace = head[1] or MAIN
    if len(namespace) > NAMESPACE_LENGTH_MAX:
        raise MalformedPacket(f"a namespace has at most {NAMESPACE_LENGTH_MAX} characters")
    id = None if head[2] is None else int(head[2])
    if id is not None and id > ID_MAX:
        raise MalformedPacket("an id is a safe integer")
    payload = text[head.end() :]
    if not is_heard(kind, namespace):
        return Assembly(count) if count else None
    packet = Packet(kind, namespace, _payload(payload), id)
    _check(packet)
    if count:
        packet.data = None
        return Assembly(count, packet, payload)
    packet.data = _filled(packet.data, [])
    return packet


def _payload(text: str) -> Any:
    if not text:
        return None
    if text.count("[") + text.count("{") > BRACKETS_MAX:
        raise MalformedPacket(f"a payload has at most {BRACKETS_MAX} arrays and objects")
    try:
        return _decode_json(text if _HALF.search(text) is None else _mended(text))
    except (msgspec.MsgspecError, RecursionError, ValueError):
        raise MalformedPacket("the payload is no JSON") from None


def _mended(text: str) -> str:
    """Return JSON with replacement characters for halves of characters, which browsers send of texts that they cut."""
    value = json.loads(text, parse_constant=int)
    return json.dumps(value, ensure_ascii=False).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _check(packet: Packet) -> None:
    """Check what the type asks of payload and id. Raises MalformedPacket."""
    data = packet.data
    match packet.type:
        case Type.CONNECT:
            fits = (data is None or isinstance(data, dict)) and packet.id is None
        case Type.DISCONNECT:
            fits = data is None and packet.id is None
        case Type.EVENT:
            fits = (
                isinstance(data, list) and bool(data) and isinstance(data[0], str) and data[0] not in RESERVED
            )
        case Type.ACK:
            fits = isinstance(data, list) and packet.id is not None
        case _:
            # Only a server refuses.
            fits = False
    if not fits:
        raise MalformedPacket(f"this is no {packet.type.name} that a client may send")


def _filled(value: Any, attachments: list[bytes], depth: int = 0) -> Any:
    """Return a value with the attachments in the places of their placeholders. Raises MalformedPacket."""
    if not isinstance(value, list | dict):
        return value
    if depth >= NESTING_MAX:
        raise MalformedPacket(f"a payload is nested at most {NESTING_MAX} deep")
    if isinstance(value, list):
        for at, each in enumerate(value):
            if isinstance(each, list | dict):
                value[at] = _filled(each, attachments, depth + 1)
        return value
    if attachments and value.get("_placeholder") is True:
        number = value.get("num")
        if type(number) is not int or not 0 <= number < len(attachments) or not value.keys() <= _PLACEHOLDER:
            raise MalformedPacket("a placeholder names an attachment by its number")
        return attachments[number]
    for name, each in value.items():
        if isinstance(each, list | dict):
            value[name] = _filled(each, attachments, depth + 1)
    return value


def encode(packet: Packet) -> tuple[str, list[bytes]]:
    """Write a packet: its text, and the attachments that must follow in messages of their own."""
    attachments: list[bytes] = []
    data = packet.data
    kind = packet.type
    if kind in _BINARY:
        data = _emptied(data, attachments)
    parts = [str(_BINARY[kind].value if attachments else kind.value)]
    if attachments:
        parts.append(f"{len(attachments)}-")
    if packet.namespace != MAIN:
        parts.append(f"{packet.namespace},")
    if packet.id is not None:
        parts.append(str(packet.id))
    if data is not None:
        parts.append(_encode_json(data).decode())
    return "".join(parts), attachments


def _emptied(value: Any, attachments: list[bytes]) -> Any:
    """Return a value with placeholders in the places of bytes, which are added to the attachments."""
    if isinstance(value, bytes):
        attachments.append(value)
        return {"_placeholder": True, "num": len(attachments) - 1}
    if isinstance(value, list | tuple):
        return [_emptied(each, attachments) for each in value]
    if isinstance(value, dict):
        return {name: _emptied(each, attachments) for name, each in value.items()}
    return value
