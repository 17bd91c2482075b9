"""Clients that have not said who they are give way to others, over long-polling and over WebSockets."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from websockets.asyncio.client import connect

from groat.http.gate import HttpLimits
from groat.live.doors import HttpRequest
from groat.live.socketio.engine import EngineLimits, EngineSocket
from tests.live.socketio.engine_echo import Echo
from tests.live.socketio.polling import PollingClient, closed, waits
from tests.live.socketio.server import PATH, serving
from tests.live.waiting import until


class Shy(Echo):
    """Takes a client for somebody once it has sent something."""

    def opened(self, socket: EngineSocket, request: HttpRequest) -> None:
        self.socket, self.request = socket, request

    def message(self, data: str | bytes) -> None:
        super().message(data)
        self.socket.settle()


def request(peer: str) -> HttpRequest:
    return HttpRequest(PATH, b"EIO=4&transport=polling", {}, peer)


async def test_newcomers_give_way_and_those_who_are_known_do_not() -> None:
    async with serving(Shy, EngineLimits(newcomers_max=3)) as served, PollingClient(served) as known:
        await known.open()
        await known.push("4it is me")
        first = served.engine.begin_polling(request("10.0.0.1"))
        for address in range(2, 5):
            served.engine.begin_polling(request(f"10.0.0.{address}"))
        assert len(served.engine.newcomers) == 3
        assert first.take() == b"1"
        assert (await known.fetch()).text == "4it is me"


async def test_an_address_with_many_newcomers_loses_its_own() -> None:
    async with serving(Shy, EngineLimits(newcomers_max=40)) as served:
        engine = served.engine
        first = engine.begin_polling(request("10.0.0.1")).socket
        for _ in range(100):
            engine.begin_polling(request("10.0.0.2"))
        assert len(engine.newcomers) == 40
        assert first in engine.newcomers


async def test_who_does_not_say_who_it_is_is_let_go() -> None:
    async with serving(Shy) as served, connect(served.ws) as silent, connect(served.ws) as known:
        await silent.recv()
        await known.recv()
        await known.send("4it is me")
        await known.recv()
        served.pass_s(25)
        await silent.send("3")
        await known.send("3")
        await until(lambda: all(each.socket._heard for each in served.handlers))
        served.pass_s(20)
        await closed(silent)
        assert [each.told for each in served.handlers] == [["did not say who it is"], []]


async def test_a_newcomers_request_gives_way_where_there_is_no_room() -> None:
    """As a WebSocket does whose client has not said who it is."""
    limits = HttpLimits(connections_max=2)
    async with serving(Shy, http_limits=limits) as served:
        served.gate.count_max = 2
        async with PollingClient(served) as known, PollingClient(served) as newcomer:
            await known.open()
            await known.push("4it is me")
            await known.fetch()
            fetching_known = asyncio.create_task(known.fetch())
            await until(lambda: waits(served))
            await newcomer.open()
            fetching = asyncio.create_task(newcomer.fetch())
            await until(lambda: waits(served))
            async with PollingClient(served) as third:
                await third.open()
            with pytest.raises(httpx.RemoteProtocolError):
                await fetching
            await until(lambda: served.handlers[1].told == ["the client gave up a request"])
            served.handlers[0].socket.send("still here")
            assert (await fetching_known).text == "4still here"
