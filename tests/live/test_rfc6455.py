"""RFC 6455 by raw socket, against an echo: the walks of the Autobahn test suite, and the end of each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import cast

import pytest

from groat.live import LiveLimits
from groat.live.socketio.engine import EngineLimits
from tests.live.fakes import FakeGroat
from tests.live.serving import serving
from tests.live.socketio import server
from tests.live.socketio.engine_echo import Echo
from tests.live.waiting import until
from tests.live.wire import MASK, Wire, frame, shake_hands, socket_to, wired

ECHO = f"{server.PATH}?EIO=4&transport=websocket"
RATE = 100_000
"""No test here is about floods."""
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


@pytest.fixture
async def echo() -> AsyncIterator[server.Served]:
    async with server.serving(Echo, EngineLimits(messages_per_second=RATE)) as served:
        yield served


@asynccontextmanager
async def talking(echo: server.Served) -> AsyncIterator[Wire]:
    """A WebSocket whose text messages come back if they begin with "4", and whose binary ones come back."""
    async with socket_to(echo) as wire:
        assert (await shake_hands(echo, wire, ECHO))[0] == 101
        opcode, payload = await wire.next_frame()
        assert (opcode, payload[:1]) == (TEXT, b"0")
        yield wire


def fragments(payload: bytes, size: int, opcode: int = TEXT) -> Iterator[bytes]:
    """The frames of a message in fragments of this size."""
    for at in range(0, len(payload), size):
        yield frame(payload[at : at + size], 0 if at else opcode, fin=at + size >= len(payload))


# Sections 1, 9 and 10: sizes, whole, in pieces and in fragments.


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
@pytest.mark.parametrize("size", [1, 124, 125, 126, 127, 128, 65_535, 65_536])
async def test_a_message_of_any_size_up_to_the_limit_comes_back(
    echo: server.Served, opcode: int, size: int
) -> None:
    payload = b"4" * size
    async with talking(echo) as wire:
        wire.send(frame(payload, opcode))
        assert await wire.next_frame() == (opcode, payload)
        await wire.trickle(frame(payload, opcode), 997)
        assert await wire.next_frame() == (opcode, payload)
        for part in (1_300, 64) if size > 128 else (7, 1):
            wire.send(b"".join(fragments(payload, part, opcode)))
            assert await wire.next_frame() == (opcode, payload)


async def test_many_messages_come_back_in_order(echo: server.Served) -> None:
    async with talking(echo) as wire:
        wire.send(b"".join(frame(f"4{number}") for number in range(1_000)))
        assert [await wire.next_frame() for _ in range(1_000)] == [
            (TEXT, b"4%d" % number) for number in range(1_000)
        ]


# Section 2: pings and pongs.


@pytest.mark.parametrize("payload", [b"", b"hello", b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff", b"\xfe" * 125])
async def test_a_ping_is_answered_with_what_it_carries(echo: server.Served, payload: bytes) -> None:
    async with talking(echo) as wire:
        wire.send(frame("pong of nobody", PONG) + frame(payload, PING))
        assert await wire.next_frame() == (PONG, payload)
        await wire.trickle(frame(payload, PING))
        assert await wire.next_frame() == (PONG, payload)


async def test_pings_are_answered_in_order_within_a_message_too(echo: server.Served) -> None:
    async with talking(echo) as wire:
        wire.send(
            b"".join(part + frame(b"%d" % at, PING) for at, part in enumerate(fragments(b"4in ten parts", 1)))
        )
        heard = [await wire.next_frame() for _ in range(14)]
        assert [payload for opcode, payload in heard if opcode == PONG] == [b"%d" % at for at in range(13)]
        # The message is complete before the last ping.
        assert heard[12] == (TEXT, b"4in ten parts")


# Section 6: UTF-8.

GREEK = "κόσμε".encode()
GOOD = (
    "Hello-µ@ßöäüàá-UTF-8!!",
    "κόσμε",
    "\x00\x7f\x80\u07ff\u0800\uffff\U00010000\U0010ffff",
    "\ud7ff\ue000\ufffd\ufffe\U0001f4b0\U0001fffe",
)
WRONG = (
    b"\x80", b"\xbf", b"\xc0", b"\xc1", b"\xc0\x80", b"\xf5", b"\xfe", b"\xff",
    b"\xc3\x28", b"\xc3\xc3", b"\xe2\x28", b"\xe2\x82\x28", b"\xe0\x80", b"\xe0\x9f", b"\xed\xa0", b"\xed\xbf",
    b"\xf0\x80", b"\xf0\x8f", b"\xf0\x9f\x28", b"\xf0\x9f\x92\x28", b"\xf4\x90", b"\xf4\xbf", b"\xf8\x88",
)  # fmt: skip
"""Each is wrong with its last byte, and not before."""


@pytest.mark.parametrize("text", GOOD)
async def test_text_comes_back_wherever_it_is_cut(echo: server.Served, text: str) -> None:
    payload = b"4" + text.encode()
    async with talking(echo) as wire:
        for cut in range(1, len(payload)):
            wire.send(frame(payload[:cut], fin=False) + frame(payload[cut:], 0))
        await wire.trickle(frame(payload))
        await wire.trickle(b"".join(fragments(payload, 1)))
        await wire.trickle(b"".join(fragments(payload, 5)))
        for _ in range(len(payload) + 2):
            assert await wire.next_frame() == (TEXT, payload)


@pytest.mark.parametrize("door", ["Engine.IO", "Centrifuge"])
@pytest.mark.parametrize("wrong", WRONG, ids=bytes.hex)
async def test_text_that_is_not_utf_8_ends_the_connection_at_its_first_wrong_byte(
    echo: server.Served, door: str, wrong: bytes
) -> None:
    """The rest of the message never comes: neither more fragments nor the frame's other bytes."""
    text = b"4" + GREEK + wrong
    announced = bytearray(frame(text + b"edited" * 90))
    starts = {
        "in an unfinished frame": announced[: 8 + len(text)],
        "in an unfinished frame, byte by byte": announced[: 8 + len(text)],
        "in a fragment": frame(text, fin=False),
        "in a later fragment": frame(text[:-1], fin=False) + frame(text[-1:], 0, fin=False),
        "in an unfinished fragment": (
            frame(text[:-1], fin=False) + frame(text[-1:] + bytes(200), 0, fin=False)[:9]
        ),
        "in a whole frame": frame(text),
    }
    async with serving(FakeGroat(), LiveLimits(messages_per_second=RATE, drain_s=0)) as served:
        for name, start in starts.items():
            async with talking(echo) if door == "Engine.IO" else wired(served) as wire:
                await wire.trickle(bytes(start), 1 if "byte by byte" in name else len(start))
                assert await wire.closed() == 1007, name


async def test_text_in_parts_must_end_with_a_whole_character(echo: server.Served) -> None:
    for last in (frame("", 0), frame("\u00b5".encode()[:1], 0)):
        async with talking(echo) as wire:
            wire.send(frame(b"4" + (b"\xc2" if last == frame("", 0) else b""), fin=False) + last)
            assert await wire.closed() == 1007


async def test_binary_messages_are_no_text(echo: server.Served) -> None:
    payload = b"\xff\xc0\xed\xa0" * 100
    async with talking(echo) as wire:
        await wire.trickle(frame(payload, BINARY), 7)
        wire.send(b"".join(fragments(payload, 3, BINARY)))
        assert [await wire.next_frame(), await wire.next_frame()] == [(BINARY, payload)] * 2


async def test_a_wrong_byte_counts_after_a_mask_that_came_in_pieces(echo: server.Served) -> None:
    async with talking(echo) as wire:
        await wire.trickle(b"\x81\xfe\x00\xff" + MASK[:2], 3)
        await wire.trickle(MASK[2:] + bytes([0x34 ^ MASK[0], 0x80 ^ MASK[1]]), 1)
        assert await wire.closed() == 1007


# Section 7, and the end of a connection.

FAULT = frame("{}", 11)
"""A frame of an unknown opcode."""


@pytest.mark.parametrize(
    "code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]
)
async def test_a_close_is_answered_with_its_code(echo: server.Served, code: int) -> None:
    async with talking(echo) as wire:
        wire.send(frame("4last words") + frame(code.to_bytes(2, "big") + b"*" * 123, CLOSE))
        assert await wire.next_frame() == (TEXT, b"4last words")
        assert await wire.next_frame() == (CLOSE, code.to_bytes(2, "big"))
        assert await wire.is_ended()


@pytest.mark.parametrize("end", [frame(b"\x03\xe8", CLOSE), FAULT], ids=["close", "fault"])
@pytest.mark.parametrize(
    "more",
    [frame(b"\x03\xe9", CLOSE), frame("", PING), frame("4x"), FAULT, frame("4x" * 500) * 500],
    ids=["close", "ping", "text", "fault", "half a megabyte"],
)
async def test_what_comes_after_the_end_is_not_answered_and_does_not_reset(
    echo: server.Served, end: bytes, more: bytes
) -> None:
    """The client reads late, and sends on after the server has ended; nobody is cut off, for no time passes."""
    async with talking(echo) as wire:
        wire.send(frame("4begun", fin=False) + end)
        assert await wire.closed() == (1000 if end != FAULT else 1002)
        assert await wire.is_ended()
        wire.send(more)
        await wire.writer.drain()
        assert echo.gate.count == 1
        wire.writer.write_eof()
        await until(lambda: echo.gate.count == 0)
    assert echo.handlers[0].told == ["transport closed"]
    assert echo.handlers[0].got == []


async def fill(echo: server.Served) -> bytes:
    """Send to the client until the network takes no more. Returns the message that it was sent again and again."""
    message = "x" * 10_000
    socket = echo.handlers[0].socket
    while not socket.backlog():
        socket.send(message)
        await asyncio.sleep(0)
    return b"4" + message.encode()


async def test_a_close_frame_comes_behind_all_that_was_sent(echo: server.Served) -> None:
    async with talking(echo) as wire:
        cast(asyncio.Transport, wire.writer.transport).pause_reading()
        message = await fill(echo)
        wire.send(frame(b"\x03\xe8", CLOSE))
        await until(lambda: echo.handlers[0].told == ["transport closed"])
        cast(asyncio.Transport, wire.writer.transport).resume_reading()
        while (heard := await wire.next_frame()) == (TEXT, message):
            continue
        assert heard == (CLOSE, b"\x03\xe8")
        assert await wire.is_ended()


@pytest.mark.parametrize(
    "end", [frame(b"\x03\xe8", CLOSE), FAULT, b""], ids=["close", "fault", "end of file"]
)
@pytest.mark.parametrize("reads", [True, False])
async def test_nobody_holds_a_socket_for_longer_than_the_time_to_close(
    echo: server.Served, end: bytes, reads: bool
) -> None:
    async with talking(echo) as wire:
        if not reads:
            cast(asyncio.Transport, wire.writer.transport).pause_reading()
            await fill(echo)
        wire.send(end)
        if not end:
            wire.writer.write_eof()
        await until(lambda: "transport closed" in echo.handlers[0].told)
        if end or not reads:
            await echo.clock.pass_s(echo.engine.limits.close_s - 1)
            assert echo.gate.count == 1
            await echo.clock.pass_s(1)
        await until(lambda: echo.gate.count == 0)


async def test_nobody_sends_on_without_end(echo: server.Served) -> None:
    async with talking(echo) as wire:
        wire.send(FAULT)
        assert await wire.closed() == 1002
        sent = 0
        with suppress(ConnectionError):
            while echo.gate.count:
                wire.send(bytes(100_000))
                await wire.writer.drain()
                sent += 1
                assert sent < 1_000


async def test_a_refused_handshake_is_not_reset(echo: server.Served) -> None:
    for path in (ECHO, "/nowhere"):
        async with socket_to(echo) as wire:
            status, _ = await shake_hands(
                echo, wire, path, sec_websocket_version="12" if path == ECHO else "13"
            )
            assert status == (426 if path == ECHO else 404)
            body = await wire.reader.read()
            assert b'"code"' in body
            wire.send(frame("4x" * 500) * 500)
            await wire.writer.drain()
            wire.writer.write_eof()
            await until(lambda: echo.gate.count == 0)
