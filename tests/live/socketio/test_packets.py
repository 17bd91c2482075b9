"""Socket.IO packets: each form, each bound."""

from __future__ import annotations

from typing import Any

import pytest

from groat.live.socketio.packets import (
    ATTACHMENT_BYTES_MAX,
    ATTACHMENTS_MAX,
    BRACKETS_MAX,
    ID_MAX,
    NAMESPACE_LENGTH_MAX,
    NESTING_MAX,
    Assembly,
    MalformedPacket,
    Packet,
    Type,
    decode,
    encode,
)

PLACE = '{"_placeholder":true,"num":%d}'
CONNECT, DISCONNECT, EVENT, ACK, ERROR = (
    Type.CONNECT,
    Type.DISCONNECT,
    Type.EVENT,
    Type.ACK,
    Type.CONNECT_ERROR,
)

TAKEN: list[tuple[str, Packet]] = [
    ("0", Packet(CONNECT)),
    ('0{"token":"a"}', Packet(CONNECT, data={"token": "a"})),
    ("0/custom", Packet(CONNECT, "/custom")),
    ("0/custom,", Packet(CONNECT, "/custom")),
    ('0/custom,{"token":"a"}', Packet(CONNECT, "/custom", {"token": "a"})),
    ("0/a b?c=d,", Packet(CONNECT, "/a b?c=d")),
    ("1", Packet(DISCONNECT)),
    ("1/custom", Packet(DISCONNECT, "/custom")),
    ('2["m"]', Packet(EVENT, data=["m"])),
    ('2["m",1,"2",{"3":[true,null]}]', Packet(EVENT, data=["m", 1, "2", {"3": [True, None]}])),
    ('2/custom,["m"]', Packet(EVENT, "/custom", ["m"])),
    ('20["m"]', Packet(EVENT, data=["m"], id=0)),
    (f'2{ID_MAX}["m"]', Packet(EVENT, data=["m"], id=ID_MAX)),
    ('2/custom,12["m"]', Packet(EVENT, "/custom", ["m"], 12)),
    ("312[]", Packet(ACK, data=[], id=12)),
    ('3/custom,12["m"]', Packet(ACK, "/custom", ["m"], 12)),
    ('50-["m"]', Packet(EVENT, data=["m"])),
    (
        '2["m","\\ud83d\\ude00","\\uD83D","\\\\ud83d"]',
        Packet(EVENT, data=["m", "\U0001f600", "\ufffd", "\\ud83d"]),
    ),
    ('2["m",{"_placeholder":true,"num":0}]', Packet(EVENT, data=["m", {"_placeholder": True, "num": 0}])),
]

REFUSED = [
    "",
    "7",
    "abc",
    " 0",
    "0[]",
    '0"a"',
    "01",
    "0{",
    "1{}",
    "11",
    "2",
    "2{}",
    "2[]",
    "2[1]",
    "2[null]",
    '2["connect"]',
    '2["disconnecting"]',
    '2abc["m"]',
    '2-1["m"]',
    '21.5["m"]',
    '2["m"',
    '2["m"]]',
    '2["m",NaN]',
    '2["m",1e999]',
    '2["m","\\ud800",NaN]',
    '2["m","\\ud800"',
    f'2["m","\\ud800",{"[" * 100_000}]',
    f'2{ID_MAX + 1}["m"]',
    f'2{"1" * 17}["m"]',
    '2/custom["m"]',
    '2\u0661["m"]',
    '3["m"]',
    "31{}",
    "31",
    '4{"message":"no"}',
    '5["m"]',
    '5-["m"]',
    '5x-["m"]',
    f'5{ATTACHMENTS_MAX + 1}-["m"]',
    '5999-["m"]',
    "61-[]",
    "51-[]",
    f"0/{'a' * NAMESPACE_LENGTH_MAX}",
]


@pytest.mark.parametrize(("text", "packet"), TAKEN, ids=[text[:40] for text, _ in TAKEN])
def test_takes(text: str, packet: Packet) -> None:
    assert decode(text) == packet


@pytest.mark.parametrize("text", REFUSED, ids=[text[:40] for text in REFUSED])
def test_refuses(text: str) -> None:
    with pytest.raises(MalformedPacket):
        decode(text)


@pytest.mark.parametrize("pair", ["[]", "{}"])
@pytest.mark.parametrize("form", ['0{"a":[%s]}', '2["m",[%s]]', '51-["m",[%s]]', "31[[%s]]"])
def test_bounds_arrays_and_objects(form: str, pair: str) -> None:
    room = BRACKETS_MAX - form.count("[") - form.count("{")
    assert decode(form % ",".join([pair] * room)) is not None
    with pytest.raises(MalformedPacket):
        decode(form % ",".join([pair] * (room + 1)))


@pytest.mark.parametrize("text", ['2["m"]', '2/custom,5["m"]', "31[]", "1", "2[[", "4{}"])
def test_does_not_read_what_nobody_takes(text: str) -> None:
    asked: list[tuple[Type, str]] = []

    def is_heard(kind: Type, namespace: str) -> bool:
        asked.append((kind, namespace))
        return False

    assert decode(text, is_heard) is None
    assert asked == [(Type(int(text[0])), "/custom" if "/" in text else "/")]


def test_takes_the_attachments_of_what_nobody_takes() -> None:
    assembly = decode(f'52-["m",{PLACE % 0}', lambda *_: False)
    assert isinstance(assembly, Assembly)
    for is_last in (False, True):
        assert assembly.add(b"bytes") is None
        assert assembly.is_whole is is_last


def nested(depth: int) -> str:
    """An event whose payload has arrays and objects in turn, nested this deep."""
    value = "0"
    for level in range(depth - 1):
        value = f"[{value}]" if level % 2 else f'{{"a":{value}}}'
    return f'2["m",{value}]'


def test_bounds_nesting() -> None:
    assert isinstance(decode(nested(NESTING_MAX)), Packet)
    for depth in (NESTING_MAX + 1, 900, 100_000):
        with pytest.raises(MalformedPacket):
            decode(nested(depth))


def test_puts_attachments_in_their_places() -> None:
    assembly = decode(f'52-/custom,7["m",{PLACE % 1},{{"a":[{PLACE % 0}]}}]')
    assert isinstance(assembly, Assembly)
    assert assembly.add(b"first") is None
    assert assembly.add(b"") == Packet(EVENT, "/custom", ["m", b"", {"a": [b"first"]}], 7)


@pytest.mark.parametrize("number", ["1", "-1", "0.5", "true", '"0"', "null", "99999999999999999999"])
def test_refuses_a_placeholder_of_no_attachment(number: str) -> None:
    assembly = decode(f'51-["m",{{"_placeholder":true,"num":{number}}}]')
    assert isinstance(assembly, Assembly)
    with pytest.raises(MalformedPacket):
        assembly.add(b"first")


def test_bounds_attachments_together() -> None:
    assembly = decode(f'52-["m",{PLACE % 0},{PLACE % 1}]')
    assert isinstance(assembly, Assembly)
    assembly.add(bytes(ATTACHMENT_BYTES_MAX - 1))
    with pytest.raises(MalformedPacket):
        assembly.add(b"22")


@pytest.mark.parametrize(
    ("packet", "text", "attachments"),
    [
        (Packet(CONNECT, "/custom", {"sid": "a"}), '0/custom,{"sid":"a"}', []),
        (Packet(DISCONNECT, "/custom"), "1/custom,", []),
        (Packet(EVENT, data=["m", 1]), '2["m",1]', []),
        (Packet(EVENT, "/custom", ["m"], 3), '2/custom,3["m"]', []),
        (Packet(ACK, data=[b"a", [b"b"]], id=3), f"62-3[{PLACE % 0},[{PLACE % 1}]]", [b"a", b"b"]),
        (Packet(EVENT, data=["m", {"k": b"a"}]), f'51-["m",{{"k":{PLACE % 0}}}]', [b"a"]),
        (Packet(ERROR, data={"message": "no"}), '4{"message":"no"}', []),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_writes(packet: Packet, text: str, attachments: list[bytes]) -> None:
    assert encode(packet) == (text, attachments)


@pytest.mark.parametrize(("text", "packet"), TAKEN, ids=[text[:40] for text, _ in TAKEN])
def test_reads_what_it_writes(text: str, packet: Packet) -> None:
    written, attachments = encode(packet)
    assert not attachments
    assert decode(written) == packet


def test_reads_the_bytes_it_writes() -> None:
    data: Any = ["m", b"a", {"k": [b"b", b""]}]
    text, attachments = encode(Packet(EVENT, "/custom", data, 9))
    assembly = decode(text)
    assert isinstance(assembly, Assembly)
    assert [assembly.add(attachment) for attachment in attachments][-1] == Packet(EVENT, "/custom", data, 9)
