"""A reader that stops reading: bounded memory, nobody else waits, and it is whole again when it goes on."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import cast

import pytest

from groat.live.centrifuge.connection import Connection
from groat.live.endings import Ending
from tests.live.fakes import FakeGroat
from tests.live.python_client import Sdk
from tests.live.serving import Served
from tests.live.waiting import until
from tests.live.wire import Wire, frame, shake_hands, wired

ME = "user:42"


@asynccontextmanager
async def stopped(served: Served, *commands: dict[str, object]) -> AsyncIterator[Wire]:
    """A connected client with a small window that reads only its replies, then nothing."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", served.port))
    # With a larger limit the reader would itself take what the test wants to stay unread.
    reader, writer = await asyncio.open_connection(sock=sock, limit=1_024)
    try:
        wire = Wire(reader, writer)
        assert (await shake_hands(served, wire))[0] == 101
        await wire.ask(id=1, connect={"token": served.identities.let_in("slow", "42", "admin")})
        for number, command in enumerate(commands, 2):
            await wire.ask(id=number, **command)
        yield wire
    finally:
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()


def connections(served: Served) -> list[Connection]:
    return [cast(Connection, socket) for socket in served.live._sockets]


async def choke(served: Served, connection: Connection) -> int:
    """Publish until the connection's buffer is full; how many events that took."""
    count = 0
    while not connection.session.choked:
        served.groat.publish(ME, pad=10_000)
        count += 1
        await asyncio.sleep(0)
        assert count < 5_000
    return count


async def offsets_up_to(wire: Wire, channel: str, last: int) -> list[int]:
    offsets: list[int] = []
    while not offsets or offsets[-1] < last:
        line = await wire.heard()
        if line["push"]["channel"] == channel:
            offsets.append(line["push"]["pub"]["offset"])
    return offsets


async def test_a_stalled_reader_is_bounded_delays_nobody_and_is_whole_again(faked: Served) -> None:
    groat: FakeGroat = faked.groat
    async with stopped(faked, {"subscribe": {"channel": "view:7"}}) as slow:
        quick = await Sdk(faked.url, faked.identities.let_in("quick", "42")).connect()
        (connection,) = [each for each in connections(faked) if "user:7" in each.session._views]
        count = await choke(faked, connection)
        most = connection._transport.backlog()
        for _ in range(300):
            groat.publish(ME, pad=10_000)
            groat.publish("user:7")
            count += 1
            await asyncio.sleep(0)
        await until(lambda: len(quick.offsets(ME)) == count)
        assert quick.offsets(ME) == list(range(1, count + 1))
        assert connection._transport.backlog() <= most <= 256 * 1024
        assert faked.live.stats.slow_drops >= 1
        seen = {ME: 0, "user:7": 0}
        while seen != {ME: count, "user:7": 300}:
            line = await slow.heard()
            channel = line["push"]["channel"].replace("view:", "user:")
            assert line["push"]["pub"]["offset"] == seen[channel] + 1
            seen[channel] += 1
        groat.publish(ME)
        assert (await slow.heard())["push"]["pub"]["offset"] == count + 1
        await quick.leave()


async def test_events_go_on_while_it_catches_up(faked: Served) -> None:
    groat: FakeGroat = faked.groat
    async with stopped(faked) as slow:
        (connection,) = connections(faked)
        await choke(faked, connection)

        async def publishing() -> None:
            for _ in range(400):
                groat.publish(ME, pad=200)
                await asyncio.sleep(0.001)

        task = asyncio.create_task(publishing())
        last = len(groat.streams.of(ME).events) + 400
        offsets = await offsets_up_to(slow, ME, last)
        await task
        assert offsets == list(range(offsets[0], last + 1))
        assert offsets[0] == 1


async def test_more_than_10_000_behind_it_is_closed_to_resume_afresh(faked: Served) -> None:
    groat: FakeGroat = faked.groat
    async with stopped(faked) as slow:
        (connection,) = connections(faked)
        await choke(faked, connection)
        for _ in range(11):
            groat.publish(ME, 1_000)
        assert await slow.closed() == 3010


async def test_while_choked_it_is_not_listened_to(faked: Served) -> None:
    groat: FakeGroat = faked.groat
    async with stopped(faked) as slow:
        (connection,) = connections(faked)
        await choke(faked, connection)
        slow.send(frame(json.dumps({"id": 9, "subscribe": {"channel": "view:1"}})))
        groat.publish(ME, 50)
        async with wired(faked, faked.identities.let_in("other", "7")) as other:
            assert "ping" in await other.ask(id=2, ping={})
        assert "user:1" not in connection.session._views
        last = len(groat.streams.of(ME).events)
        assert (await offsets_up_to(slow, ME, last))[-1] == last
        assert (await slow.heard())["id"] == 9


async def test_one_that_does_not_move_at_all_is_closed(timed: Served) -> None:
    async with stopped(timed):
        (connection,) = connections(timed)
        await choke(timed, connection)
        # At the first beat nobody knows yet whether it moves.
        await timed.clock.pass_s(26)
        assert timed.live.stats.closes == {}
        await timed.clock.pass_s(26)
        assert timed.live.stats.closes == {Ending.SLOW: 1}
        assert timed.live.stats.connections == 0


@pytest.mark.parametrize("pad", [10, 70_000])
async def test_a_reader_that_keeps_up_is_never_parked(faked: Served, pad: int) -> None:
    groat: FakeGroat = faked.groat
    async with wired(faked, faked.identities.let_in("t", "42")) as wire:
        for number in range(1, 60):
            groat.publish(ME, pad=pad)
            assert (await wire.heard())["push"]["pub"]["offset"] == number
    assert faked.live.stats.slow_drops == 0
    assert faked.live.stats.catch_up_pages == 0
