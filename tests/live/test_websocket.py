"""RFC 6455 by raw socket: what no SDK sends, and what proxies and attackers do."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress

import pytest

from groat.live import LiveLimits
from tests.live.fakes import FakeGroat
from tests.live.hand_clock import HandClock
from tests.live.serving import Served, serving
from tests.live.waiting import until
from tests.live.wire import MASK, frame, masked, request, shake_hands, socket_to, wired

PATH = "/connection/websocket"
PING = '{"id":2,"ping":{}}'
PONGED = {"id": 2, "ping": {}}


@pytest.fixture
def plain_asgi() -> bool:
    """Only our own protocol class is examined here."""
    return False


@pytest.fixture
def token(faked: Served) -> str:
    return faked.identities.let_in("t", "42")


async def test_the_handshake_is_that_of_the_rfc(faked: Served) -> None:
    async with socket_to(faked) as wire:
        # The key and its answer are those of RFC 6455, 1.3.
        status, headers = await shake_hands(
            faked,
            wire,
            sec_websocket_key="dGhlIHNhbXBsZSBub25jZQ==",
            sec_websocket_protocol="x, centrifuge-json",
        )
        assert status == 101
        assert headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        assert headers["sec-websocket-protocol"] == "centrifuge-json"
        assert "sec-websocket-extensions" not in headers


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"path": "/elsewhere"}, 404),
        ({"sec_websocket_version": "8"}, 426),
        ({"sec_websocket_version": None}, 426),
        ({"sec_websocket_key": None}, 400),
        ({"sec_websocket_key": "short"}, 400),
        ({"sec_websocket_key": "AAAA"}, 400),
        ({"sec_websocket_protocol": "centrifuge-protobuf"}, 400),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://[half"}, 403),
        ({"origin": "http://127.0.0.1:1"}, 403),
        ({"origin": "https://shop.example", "host": "shop.example:443"}, 101),
        ({"origin": "https://shop.example:443", "host": "shop.example"}, 101),
        ({"origin": "http://shop.example", "host": "shop.example:80"}, 101),
        ({"origin": "https://shop.example", "host": "shop.example:80"}, 403),
        ({"origin": "https://shop.example:8443", "host": "shop.example"}, 403),
        ({"x_filler": "x" * 70_000}, 400),
        ({"path": "/connection/websocket?cf_protocol=json"}, 101),
    ],
)
async def test_a_handshake_that_does_not_fit_is_refused(
    faked: Served, headers: dict[str, str | None], status: int
) -> None:
    path = headers.get("path") or PATH
    headers = {name: value for name, value in headers.items() if name != "path"}
    async with socket_to(faked) as wire:
        got, answer = await shake_hands(faked, wire, path, **headers)
        assert got == status
        if status != 101:
            assert answer["connection"] == "close"
            assert answer["content-type"] == "application/problem+json"
    await until(lambda: faked.live.stats.connections == 0)


async def test_pages_of_the_server_and_of_listed_origins_may_connect() -> None:
    limits = LiveLimits(origins=("https://app.example",), drain_s=0.1)
    async with serving(FakeGroat(), limits) as served:
        for origin in (f"http://127.0.0.1:{served.port}", "https://app.example", "https://APP.example:443"):
            async with socket_to(served) as wire:
                assert (await shake_hands(served, wire, origin=origin))[0] == 101
    async with (
        serving(FakeGroat(), LiveLimits(origins=("*",), drain_s=0.1)) as served,
        socket_to(served) as wire,
    ):
        assert (await shake_hands(served, wire, origin="https://any.example"))[0] == 101


async def test_a_draining_server_takes_nobody(faked: Served) -> None:
    faked.live.begin_drain()
    async with socket_to(faked) as wire:
        assert (await shake_hands(faked, wire))[0] == 503


# Frames.

FAULTS = {
    "reserved bit 1": (frame("{}", rsv=4), 1002),
    "reserved bit 3": (frame("{}", rsv=1), 1002),
    "opcode 3": (frame("{}", 3), 1002),
    "opcode 7": (frame("{}", 7), 1002),
    "opcode 11": (frame("{}", 11), 1002),
    "opcode 15": (frame("{}", 15), 1002),
    "not masked": (b"\x81\x02{}", 1002),
    "binary": (frame(b"\x00", 2), 1003),
    "binary fragment": (frame(b"\x00", 2, fin=False), 1003),
    "continuation of nothing": (frame("{}", 0), 1002),
    "new message inside a message": (frame("{", fin=False) + frame("{}"), 1002),
    "fragmented ping": (frame("x", 9, fin=False), 1002),
    "long ping": (frame("x" * 126, 9), 1002),
    "long close": (frame(b"\x03\xe8" + b"x" * 124, 8), 1002),
    "close of one byte": (frame(b"\x03", 8), 1002),
    "close code 0": (frame(b"\x00\x00", 8), 1002),
    "close code 999": (frame((999).to_bytes(2, "big"), 8), 1002),
    "close code 1004": (frame((1004).to_bytes(2, "big"), 8), 1002),
    "close code 1005": (frame((1005).to_bytes(2, "big"), 8), 1002),
    "close code 1006": (frame((1006).to_bytes(2, "big"), 8), 1002),
    "close code 1015": (frame((1015).to_bytes(2, "big"), 8), 1002),
    "close code 2999": (frame((2999).to_bytes(2, "big"), 8), 1002),
    "close code 5000": (frame((5000).to_bytes(2, "big"), 8), 1002),
    "close reason not UTF-8": (frame(b"\x03\xe8\xff", 8), 1007),
    "text not UTF-8": (frame(b'{"id":1,"\xff"}'), 1007),
    "overlong UTF-8": (frame(b"\xc0\xaf"), 1007),
    "surrogate in UTF-8": (frame(b"\xed\xa0\x80"), 1007),
    "UTF-8 cut off": (frame("é".encode()[:1]), 1007),
    "UTF-8 broken across fragments": (frame(b"\xc3", fin=False) + frame(b"\x28", 0), 1007),
    "announced 2^63": (frame("", size=1 << 63), 1002),
    "announced 2^62": (frame("", size=1 << 62), 1009),
    "announced 65537": (frame("", size=65_537), 1009),
    "length not shortest, 16 bit": (b"\x81\xfe\x00\x02" + MASK + masked(b"{}"), 1002),
    "length not shortest, 64 bit": (frame("", size=2), 1002),
    "fragments above the limit": (frame(" " * 40_000, fin=False) + frame(" " * 30_000, 0), 1009),
}


@pytest.mark.parametrize("at_once", [True, False], ids=["in one piece", "in small pieces"])
@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_is_named_in_the_close_and_ends_the_connection(
    faked: Served, token: str, name: str, at_once: bool
) -> None:
    data, code = FAULTS[name]
    async with wired(faked, token) as wire:
        # What came before the fault still counts.
        await wire.trickle(frame(PING) + data, 1_000_000 if at_once else 1 + len(data) // 1_000)
        assert await wire.heard() == PONGED
        assert await wire.closed() == code
        wire.send(frame(PING))
        assert await wire.is_ended()
    await until(lambda: faked.live.stats.connections == 0)


async def test_a_message_in_fragments_with_pings_between_them(faked: Served, token: str) -> None:
    async with wired(faked, token) as wire:
        wire.send(frame(PING[:5], fin=False) + frame("a", 9) + frame("", 0, fin=False) + frame(PING[5:], 0))
        assert await wire.next_frame() == (10, b"a")
        assert await wire.heard() == PONGED


async def test_bytes_may_come_one_by_one(faked: Served, token: str) -> None:
    async with wired(faked, token) as wire:
        parts = frame(PING[:4], fin=False) + frame(PING[4:], 0)
        await wire.trickle(frame("x" * 125, 9) + frame(PING + " " * 200) + parts)
        assert await wire.next_frame() == (10, b"x" * 125)
        assert [await wire.heard(), await wire.heard()] == [PONGED, PONGED]


@pytest.mark.parametrize("seed", range(5))
async def test_frames_cut_anywhere_are_the_same_frames(faked: Served, token: str, seed: int) -> None:
    print(f"seed={seed}")
    dice = random.Random(seed)
    data = b"".join(
        dice.choice([frame(PING), frame("p", 9), frame(PING[:7], fin=False) + frame(PING[7:], 0)])
        if number
        else frame(PING + " " * dice.choice([0, 107, 108, 65_000]))
        for number in range(60)
    )
    async with wired(faked, token) as wire:
        at = 0
        while at < len(data):
            cut = at + dice.choice([1, 2, 3, 7, 200, 5_000])
            wire.send(data[at:cut])
            at = cut
            await asyncio.sleep(0)
        heard = [await wire.next_frame() for _ in range(60)]
        assert {opcode for opcode, _ in heard} <= {1, 10}


async def test_a_pong_nobody_asked_for_is_ignored(faked: Served, token: str) -> None:
    async with wired(faked, token) as wire:
        wire.send(frame("hello", 10) + frame(PING))
        assert await wire.heard() == PONGED


@pytest.mark.parametrize(("payload", "code"), [(b"", 1005), (b"\x03\xe8bye", 1000), (b"\x0f\xa0", 4000)])
async def test_a_close_is_answered_with_its_code(
    faked: Served, token: str, payload: bytes, code: int
) -> None:
    async with wired(faked, token) as wire:
        wire.send(frame(payload, 8) + frame(PING))
        assert await wire.closed() == code
        assert await wire.is_ended()
    await until(lambda: faked.live.stats.connections == 0)


async def test_a_client_that_never_answers_a_close_is_cut_off() -> None:
    async with serving(FakeGroat(), clock=HandClock()) as served, wired(served) as wire:
        await served.clock.pass_s(11)
        assert await wire.closed() == 3502
        await served.clock.pass_s(5)
        with suppress(ConnectionResetError):
            assert await wire.is_ended()


async def test_a_client_that_vanishes_leaves_nothing_behind(faked: Served, token: str) -> None:
    async with wired(faked, token):
        # One's own stream, and the room of all.
        assert faked.live.stats.feeds == 2
    await until(lambda: faked.live.stats.connections == 0)
    assert faked.live.stats.feeds == 0


FLOODS = {
    "pings": frame("", 9),
    "pongs": frame("", 10),
    "protocol pongs": frame("{}"),
    "protocol pongs in one message": frame("\n".join(["{}"] * 1_000)),
    "blank lines": frame("\n"),
    "blank lines in one message": frame("\n" * 1_000),
    "nothing": frame(""),
    "empty fragments": frame("", fin=False) + frame("", 0, fin=False) * 1_000,
    "fragments": frame("{", fin=False) + frame(" ", 0, fin=False) * 1_000,
    "long lines": frame(b'{"id":2,"send":"' + b"x" * 60_000 + b'"}'),
}


@pytest.mark.parametrize("connected", [False, True], ids=["before connect", "connected"])
@pytest.mark.parametrize("name", FLOODS)
async def test_a_flood_ends_the_connection(name: str, connected: bool) -> None:
    async with serving(FakeGroat(), LiveLimits(messages_per_second=5, drain_s=0.1)) as served:
        token = served.identities.let_in("t", "42")
        async with wired(served, token if connected else None) as wire:
            wire.send(FLOODS[name] * 50)
            # Before `connect` a command is not even counted.
            assert await wire.closed() == (3501 if name == "long lines" and not connected else 3013)


async def test_a_message_in_many_pieces_is_no_flood(token: str) -> None:
    async with serving(FakeGroat(), LiveLimits(messages_per_second=5, drain_s=0.1)) as served:
        served.identities.let_in("t", "42")
        async with wired(served, "t") as wire:
            command = frame('{"id":2,"ping":{}}' + " " * 12_000)
            for start in range(0, len(command), 250):
                wire.send(command[start : start + 250])
                await wire.writer.drain()
                await asyncio.sleep(0)
            assert await wire.heard() == PONGED


@pytest.mark.parametrize(
    "begun",
    [frame("{", fin=False), frame("{", fin=False) + frame("", 9), frame(PING)[:-1], b"\x81"],
    ids=["fragment", "fragment and a ping", "frame", "one byte"],
)
@pytest.mark.parametrize("connected", [False, True], ids=["before connect", "connected"])
async def test_a_message_that_does_not_end_closes(connected: bool, begun: bytes) -> None:
    limits = LiveLimits(first_frame_s=60)
    async with serving(FakeGroat(), limits, clock=HandClock()) as served:
        token = served.identities.let_in("t", "42")
        async with wired(served, token if connected else None) as wire:
            wire.send(begun)
            closing = asyncio.create_task(wire.closed())
            while not closing.done():
                # The bytes may not have arrived before time passes.
                await served.clock.pass_s(10)
                await asyncio.sleep(0)
            assert await closing == 3008


async def test_a_big_read_is_worked_off_whole_and_in_order(faked: Served, token: str) -> None:
    """More than a slice in one read: each command has its answer, in its turn."""
    async with wired(faked, token) as wire:
        ids = range(2, 3_002)
        wire.send(b"".join(frame(f'{{"id":{id},"ping":{{}}}}') for id in ids))
        assert [(await wire.heard())["id"] for _ in ids] == list(ids)


async def test_what_comes_after_the_close_is_not_listened_to_for_ever(faked: Served, token: str) -> None:
    async with wired(faked, token) as wire:
        wire.send(frame("x"))
        assert await wire.closed() == 3501
        with suppress(ConnectionResetError, BrokenPipeError):
            for _ in range(600):
                wire.send(frame("{}") * 2_000)
                await wire.writer.drain()
            assert await wire.is_ended()


async def test_an_upgrade_to_something_else_is_not_ours(faked: Served) -> None:
    async with socket_to(faked) as wire:
        wire.send(request(faked, upgrade="h2c", path="/v1/streams/user:42/events", authorization="Bearer t"))
        assert (await wire.reader.readline()).startswith(b"HTTP/1.1 ")
