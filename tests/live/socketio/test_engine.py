"""Engine.IO sessions through HTTP and WebSockets, on groat's own protocols and over plain ASGI. Time passes by hand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import structlog
from structlog.testing import capture_logs
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from groat.live.socketio import engine_errors
from groat.live.socketio.engine import EngineLimits
from groat.sparing import SparingLog
from tests.live.socketio.engine_echo import Echo
from tests.live.socketio.polling import POLL, PollingClient, closed, handler, waits
from tests.live.socketio.server import PATH, Served, serving
from tests.live.waiting import until

SEPARATOR = "\x1e"


@pytest.fixture
async def served(plain_asgi: bool) -> AsyncIterator[Served]:
    async with serving(Echo, plain_asgi=plain_asgi) as served:
        yield served


@pytest.fixture
async def own() -> AsyncIterator[Served]:
    """A server of groat's own protocols, for tests of what does not depend on the transport."""
    async with serving(Echo) as served:
        yield served


@pytest.fixture
async def client(served: Served) -> AsyncIterator[PollingClient]:
    async with PollingClient(served) as client:
        yield client


# Handshakes.


async def test_a_handshake_tells_what_the_client_must_know(client: PollingClient, served: Served) -> None:
    opening = await client.open()
    sid = opening.pop("sid")
    assert len(sid) >= 20
    assert opening == {
        "upgrades": ["websocket"], "pingInterval": 25_000, "pingTimeout": 20_000, "maxPayload": 65_536
    }  # fmt: skip
    request = handler(served).request
    assert (request.path, request.peer, request.fields()["EIO"]) == (PATH, "127.0.0.1", "4")


async def test_a_websocket_needs_no_polling_before_it(served: Served) -> None:
    async with connect(served.ws) as websocket:
        opening = json.loads(str(await websocket.recv())[1:])
        assert opening["upgrades"] == []
        await websocket.send("4hello")
        assert await websocket.recv() == "4hello"
        await websocket.send(b"\x01\x02")
        assert await websocket.recv() == b"\x01\x02"
        await websocket.send("bAQI=")
        assert await websocket.recv() == b"\x01\x02"
        assert handler(served).got == ["hello", b"\x01\x02", b"\x01\x02"]
    await until(lambda: handler(served).told == ["transport closed"])


@pytest.mark.parametrize(
    ("method", "query", "status", "code"),
    [
        ("GET", "EIO=4", 400, 0),
        ("GET", "EIO=4&transport=abc", 400, 0),
        ("GET", "EIO=4&transport=webtransport", 400, 0),
        ("GET", "EIO=4&transport=polling&sid=abc", 400, 1),
        ("POST", "EIO=4&transport=polling&sid=abc", 400, 1),
        ("POST", "EIO=4&transport=polling", 400, 2),
        ("PUT", "EIO=4&transport=polling", 400, 2),
        ("HEAD", "EIO=4&transport=polling", 400, 2),
        ("DELETE", "EIO=4&transport=polling", 400, 2),
        ("GET", "EIO=4&transport=websocket", 400, 3),
        ("GET", "EIO=4&transport=polling&" + "a=1&" * 100, 400, 3),
        ("GET", "transport=polling", 400, 5),
        ("GET", "EIO=abc&transport=polling", 400, 5),
        ("GET", "EIO=3&transport=polling", 400, 5),
    ],
)
async def test_what_is_refused(
    method: str, query: str, status: int, code: int, client: PollingClient, served: Served
) -> None:
    answer = await client.request(method, f"{PATH}?{query}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    if method != "HEAD":
        assert answer.json()["code"] == code
    assert not served.handlers


async def test_an_old_client_is_told_what_to_do(own: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The network tab shows it to the page's developer, and the log to the server's."""
    monkeypatch.setattr(engine_errors, "log", SparingLog(structlog.stdlib.get_logger()))
    with capture_logs() as logs, pytest.raises(InvalidStatus) as refused:
        async with connect(own.ws.replace("EIO=4", "EIO=3"), user_agent_header="old"):
            pass
    assert refused.value.response.status_code == 400
    error = json.loads(refused.value.response.body)
    assert error["code"] == 5
    assert "socket.io-client to 3 or later" in error["message"]
    (line,) = [each for each in logs if each["event"] == "old_client_refused"]
    assert (line["version"], line["agent"]) == ("3", "old")


@pytest.mark.parametrize("plain_asgi", [False])
@pytest.mark.parametrize(
    "query", ["EIO=4", "EIO=4&transport=abc", "EIO=4&transport=polling", "EIO=4&transport=websocket&sid=abc"]
)
async def test_a_websocket_that_is_refused(query: str, served: Served) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(f"ws://127.0.0.1:{served.port}{PATH}?{query}"):
            pass
    assert refused.value.response.status_code == 400
    assert json.loads(refused.value.response.body)["code"] in (0, 1, 3)


async def test_a_page_of_an_origin_that_is_not_named_is_refused(plain_asgi: bool) -> None:
    limits = EngineLimits(origins=("https://app.example",))
    async with serving(Echo, limits, plain_asgi=plain_asgi) as served, PollingClient(served) as client:
        pages = [f"https://{name}-{plain_asgi}.example" for name in ("polling", "websocket")]
        with capture_logs() as logs:
            answer = await client.get(PATH, params=POLL, headers={"origin": pages[0]})
            with pytest.raises(InvalidStatus):
                async with connect(served.ws, origin=pages[1]):  # type: ignore[arg-type]
                    pass
        assert (answer.status_code, answer.json()["code"]) == (403, 4)
        assert [line["origin"] for line in logs if line["event"] == "origin_refused"] == pages
        assert not served.handlers
        assert (await client.get(PATH, params=POLL, headers={"origin": "https://app.example"})).is_success


# Long-polling.


async def test_bodies_carry_several_packets(client: PollingClient, served: Served) -> None:
    await client.open()
    pushed = await client.push("4hällo\x1ebAQIDBA==\x1e4\x1e6\x1e3\x1e4two")
    assert (pushed.status_code, pushed.text) == (200, "ok")
    fetched = await client.fetch()
    assert fetched.headers["content-type"] == "text/plain; charset=UTF-8"
    assert fetched.headers["cache-control"] == "no-store"
    assert fetched.text == "4hällo\x1ebAQIDBA==\x1e4\x1e4two"
    assert handler(served).got == ["hällo", b"\x01\x02\x03\x04", "", "two"]


async def test_a_request_waits_for_packets(client: PollingClient, served: Served) -> None:
    await client.open()
    fetching = asyncio.create_task(client.fetch())
    await until(lambda: waits(served))
    handler(served).socket.send("one")
    handler(served).socket.send("two")
    assert (await fetching).text == "4one\x1e4two"


async def test_a_second_get_ends_the_session(client: PollingClient, served: Served) -> None:
    await client.open()
    fetching = asyncio.create_task(client.fetch())
    await until(lambda: waits(served))
    second = await client.fetch()
    assert (second.status_code, second.json()["code"]) == (400, 3)
    assert (await fetching).text == "1"
    assert await client.is_gone()
    assert handler(served).told == ["a client has one GET at a time"]


async def test_a_second_post_ends_the_session(client: PollingClient, served: Served) -> None:
    await client.open()
    begun = asyncio.Event()
    go_on = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b"4"
        begun.set()
        await go_on.wait()
        yield b"late"

    first = asyncio.create_task(client.push(slow()))
    await begun.wait()
    polling = handler(served).socket.polling
    assert polling is not None
    await until(lambda: polling.is_posting)
    second = await client.push("4early")
    assert (second.status_code, second.json()["code"]) == (400, 3)
    go_on.set()
    assert (await first).status_code == 400
    assert await client.is_gone()
    assert handler(served).got == []


async def test_a_get_that_the_client_gives_up_ends_the_session(client: PollingClient, served: Served) -> None:
    await client.open()
    async with PollingClient(served) as other:
        other.sid = client.sid
        fetching = asyncio.create_task(other.fetch())
        await until(lambda: waits(served))
        fetching.cancel()
    await until(lambda: handler(served).told == ["the client gave up a request"])
    assert await client.is_gone()


@pytest.mark.parametrize(
    "body",
    [
        b"", b"abc", b"4a\x1e", b"\x1e4a", b"b!!!!", b"bAQ", b"4\xff\xfe", b"2", b"2probe", b"0{}", b"5",
        b"4" + b"\x1e4" * 4_000,
    ],
)  # fmt: skip
async def test_a_malformed_body_ends_the_session(body: bytes, client: PollingClient) -> None:
    await client.open()
    pushed = await client.push(body)
    assert (pushed.status_code, pushed.json()["code"]) == (400, 3)
    assert await client.is_gone()


async def test_bytes_are_sent_as_base64_only(client: PollingClient) -> None:
    await client.open()
    pushed = await client.push(b"\x01\x02", headers={"content-type": "application/octet-stream"})
    assert pushed.status_code == 400
    assert await client.is_gone()


async def test_a_body_is_bounded(client: PollingClient, served: Served) -> None:
    await client.open()
    largest = "4" + "x" * 65_535
    assert (await client.push(largest)).status_code == 200
    assert (await client.fetch()).text == largest

    async def in_chunks() -> AsyncIterator[bytes]:
        for _ in range(66):
            yield b"4" * 1_000

    answer = await client.push(in_chunks())
    assert (answer.status_code, answer.json()["code"]) == (413, 3)
    assert await client.is_gone()
    assert len(handler(served).got) == 1


async def test_a_method_that_does_nothing(client: PollingClient) -> None:
    await client.open()
    answer = await client.request("PUT", PATH, params=client.query)
    assert (answer.status_code, answer.json()["code"]) == (400, 3)
    assert (await client.push("4still here")).is_success


# Heartbeats.


async def test_a_client_that_answers_pings_stays(client: PollingClient, served: Served) -> None:
    await client.open()
    for _ in range(3):
        served.pass_s(25)
        assert (await client.fetch()).text == "2"
        assert (await client.push("3")).text == "ok"
        served.pass_s(20)
        served.clock.at -= 20
    served.pass_s(25)
    assert (await client.fetch()).text == "2"


async def test_a_client_that_does_not_answer_is_given_up(client: PollingClient, served: Served) -> None:
    await client.open()
    async with connect(served.ws) as websocket:
        await websocket.recv()
        served.pass_s(25)
        assert await websocket.recv() == "2"
        served.pass_s(19)
        assert len(served.engine.sockets) == 2
        served.pass_s(1)
        await closed(websocket)
    assert await client.is_gone()
    assert [each.told for each in served.handlers] == [["ping timeout"], ["ping timeout"]]


async def test_time_is_up_for_a_client_that_comes_before_the_tick(
    client: PollingClient, served: Served
) -> None:
    await client.open()
    served.pass_s(25)
    served.clock.at += 20
    assert await client.is_gone()


async def test_a_server_that_was_late_gives_its_clients_their_time(own: Served) -> None:
    async with connect(own.ws) as websocket:
        await websocket.recv()
        own.pass_s(300)
        assert await websocket.recv() == "2"
        own.pass_s(18)
        assert own.engine.sockets
        await websocket.send("3")
        await websocket.send("4done")
        await websocket.recv()
        own.pass_s(2)
        own.pass_s(5)
        assert await websocket.recv() == "2"


# Closing.


async def test_a_client_closes(client: PollingClient, served: Served) -> None:
    await client.open()
    fetching = asyncio.create_task(client.fetch())
    await until(lambda: waits(served))
    assert (await client.push("1")).text == "ok"
    assert (await fetching).text == "6"
    assert await client.is_gone()
    async with connect(served.ws) as websocket:
        await websocket.send("1")
        await closed(websocket)
    assert [each.told for each in served.handlers] == [["closed by the client"], ["closed by the client"]]


@pytest.mark.parametrize("waiting", [True, False])
async def test_the_server_closes_after_what_it_sent(
    waiting: bool, client: PollingClient, served: Served
) -> None:
    await client.open()
    fetching = asyncio.create_task(client.fetch()) if waiting else None
    if fetching is not None:
        await until(lambda: waits(served))
    socket = handler(served).socket
    socket.send("last")
    socket.close("enough")
    socket.send("dropped")
    socket.write(b"\x81\x074dropped")
    assert handler(served).told == ["enough"]
    answer = await fetching if fetching is not None else await client.fetch()
    assert answer.text == "4last\x1e1"
    assert await client.is_gone()


async def test_a_client_that_does_not_fetch_the_close_is_forgotten(own: Served) -> None:
    async with PollingClient(own) as client:
        await client.open()
        handler(own).socket.close()
        own.pass_s(own.engine.limits.close_s)
        assert await client.is_gone()


async def test_an_abrupt_close_drops_the_rest(client: PollingClient, served: Served) -> None:
    await client.open()
    fetching = asyncio.create_task(client.fetch())
    await until(lambda: waits(served))
    handler(served).socket.send("dropped")
    handler(served).socket.close("enough", abrupt=True)
    assert (await fetching).text == "1"
    assert await client.is_gone()


async def test_the_server_closes_a_websocket_after_what_it_sent(served: Served) -> None:
    async with connect(served.ws) as websocket:
        await websocket.recv()
        handler(served).socket.send("last")
        handler(served).socket.close("enough")
        handler(served).socket.send("dropped")
        assert await websocket.recv() == "4last"
        await closed(websocket)
        assert websocket.close_code == 1000


@pytest.mark.parametrize("packet", ["", "abc", "2", "5", "0", "bAQ", "b!"])
async def test_a_malformed_packet_closes_a_websocket(packet: str, served: Served) -> None:
    async with connect(served.ws) as websocket:
        await websocket.recv()
        await websocket.send(packet)
        await closed(websocket)
        assert websocket.close_code == 1008


# The upgrade from long-polling to a WebSocket.


def upgrading(served: Served, client: PollingClient) -> connect:
    return connect(f"{served.ws}&sid={client.sid}")


async def test_an_upgrade_keeps_the_order(client: PollingClient, served: Served) -> None:
    await client.open()
    fetching = asyncio.create_task(client.fetch())
    await until(lambda: waits(served))
    socket = handler(served).socket
    async with upgrading(served, client) as websocket:
        await websocket.send("2probe")
        assert await websocket.recv() == "3probe"
        assert (await fetching).text == "6"
        # Until the upgrade is complete, the other transport is in use.
        assert (await client.fetch()).text == "6"
        socket.send("one")
        assert (await client.fetch()).text == "4one"
        await client.push("4two")
        socket.send(b"three")
        await websocket.send("5")
        assert await websocket.recv() == "4two"
        assert await websocket.recv() == b"three"
        await websocket.send("4four")
        assert await websocket.recv() == "4four"
        assert handler(served).got == ["two", "four"]
        stale = await client.fetch()
        assert (stale.status_code, stale.json()["code"]) == (400, 3)
        assert (await client.push("4five")).status_code == 400
        async with upgrading(served, client) as another:
            await closed(another)
        await websocket.send("4six")
        assert await websocket.recv() == "4six"
        served.pass_s(25)
        assert await websocket.recv() == "2"


async def test_a_get_that_still_waits_is_answered_by_the_upgrade(
    client: PollingClient, served: Served
) -> None:
    await client.open()
    async with upgrading(served, client) as websocket:
        await websocket.send("2probe")
        await websocket.recv()
        socket = handler(served).socket
        assert socket.upgrading is not None
        socket.upgrading.is_probed = False
        fetching = asyncio.create_task(client.fetch())
        await until(lambda: waits(served))
        socket.upgrading.is_probed = True
        await websocket.send("5")
        assert (await fetching).text == "6"
        await websocket.send("4hello")
        assert await websocket.recv() == "4hello"


@pytest.mark.parametrize("packet", ["2", "5", "4hello", "3probe", b"2probe"])
async def test_a_wrong_probe_harms_nobody(packet: str | bytes, client: PollingClient, served: Served) -> None:
    await client.open()
    async with upgrading(served, client) as websocket:
        await websocket.send(packet)
        await closed(websocket)
    assert (await client.push("4hello")).is_success
    assert (await client.fetch()).text == "4hello"
    async with upgrading(served, client) as websocket:
        await websocket.send("2probe")
        assert await websocket.recv() == "3probe"


async def test_an_upgrade_that_stops_halfway_harms_nobody(client: PollingClient, served: Served) -> None:
    await client.open()
    async with upgrading(served, client) as websocket:
        await websocket.send("2probe")
        assert await websocket.recv() == "3probe"
        async with upgrading(served, client) as another:
            await closed(another)
        served.pass_s(10)
        await closed(websocket)
    assert (await client.push("4hello")).is_success
    assert (await client.fetch()).text == "4hello"


async def test_a_session_that_ends_takes_its_probe_along(client: PollingClient, served: Served) -> None:
    await client.open()
    async with upgrading(served, client) as websocket:
        await websocket.send("2probe")
        await websocket.recv()
        await client.push("1")
        await closed(websocket)


async def test_a_session_that_is_closing_ends_after_the_upgrade(
    client: PollingClient, served: Served
) -> None:
    await client.open()
    async with upgrading(served, client) as websocket:
        await websocket.send("2probe")
        await websocket.recv()
        handler(served).socket.send("last")
        handler(served).socket.close()
        await websocket.send("5")
        assert await websocket.recv() == "4last"
        await closed(websocket)


async def test_the_session_of_a_websocket_is_not_for_polling(served: Served) -> None:
    async with connect(served.ws) as websocket, PollingClient(served) as client:
        client.sid = json.loads(str(await websocket.recv())[1:])["sid"]
        for answer in (await client.fetch(), await client.push("4hello")):
            assert (answer.status_code, answer.json()["code"]) == (400, 3)
        async with upgrading(served, client) as another:
            await closed(another)
        await websocket.send("4hello")
        assert await websocket.recv() == "4hello"


async def test_a_client_may_ask_for_base64_everywhere(served: Served) -> None:
    async with connect(f"{served.ws}&b64=1") as websocket:
        await websocket.recv()
        await websocket.send(b"\x01\x02")
        assert await websocket.recv() == "bAQI="


# Clients that do not read, and clients that send too much.


async def test_a_polling_client_that_does_not_fetch_costs_bounded_memory(
    client: PollingClient, served: Served
) -> None:
    await client.open()
    socket = handler(served).socket
    limit = served.engine.limits.write_high_bytes
    while "choke" not in handler(served).told:
        socket.send("x" * 1_000)
    assert limit < socket.backlog() < limit + 1_100
    # What it sends waits, so that no answers are heaped up.
    pushing = asyncio.create_task(client.push("4hello"))
    polling = socket.polling
    assert polling is not None
    await until(lambda: polling.is_posting)
    assert handler(served).got == []
    fetched = await client.fetch()
    assert len(fetched.text) > limit - 1_000
    assert (await pushing).text == "ok"
    assert handler(served).told == ["choke", "drain"]
    assert (await client.fetch()).text == "4hello"


async def test_a_choked_session_that_ends_lets_its_request_go(client: PollingClient, served: Served) -> None:
    await client.open()
    socket = handler(served).socket
    socket.send("x" * (served.engine.limits.write_high_bytes + 1))
    pushing = asyncio.create_task(client.push("4hello"))
    polling = socket.polling
    assert polling is not None
    await until(lambda: polling.is_posting)
    served.pass_s(25)
    served.pass_s(20)
    assert (await pushing).status_code == 400
    assert handler(served).got == []
    assert handler(served).told == ["choke", "ping timeout"]


async def test_what_a_choked_client_has_not_fetched_follows_the_upgrade(
    client: PollingClient, served: Served
) -> None:
    await client.open()
    handler(served).socket.send("x" * (served.engine.limits.write_high_bytes + 1))
    async with connect(f"{served.ws}&sid={client.sid}", max_size=None) as websocket:
        await websocket.send("2probe")
        assert await websocket.recv() == "3probe"
        await websocket.send("5")
        assert len(await websocket.recv()) == served.engine.limits.write_high_bytes + 2
        await until(lambda: handler(served).told == ["choke", "drain"])
        await websocket.send("4hello")
        assert await websocket.recv() == "4hello"


async def test_a_client_that_sends_too_much_is_cut_off(plain_asgi: bool) -> None:
    limits = EngineLimits(messages_per_second=5, close_s=0.1)
    async with serving(Echo, limits, plain_asgi=plain_asgi) as served, PollingClient(served) as client:
        await client.open()
        assert (await client.push("4a" + "\x1e4a" * 19)).is_success
        assert (await client.push("4a")).status_code == 400
        assert await client.is_gone()
        async with connect(served.ws) as websocket:
            await websocket.recv()
            for _ in range(21):
                await websocket.send("4a")
            closing = asyncio.create_task(closed(websocket))
            await until(lambda: "too many messages" in handler(served).told)
            # A client that is not listened to any more is cut off after a second.
            await served.clock.pass_s(1)
            await closing
    assert [len(each.got) for each in served.handlers] == [20, 20]


class Faulty(Echo):
    def message(self, data: str | bytes) -> None:
        raise RuntimeError(data)


async def test_a_fault_of_a_handler_ends_its_socket_only(plain_asgi: bool) -> None:
    async with serving(Faulty, plain_asgi=plain_asgi) as served, PollingClient(served) as client:
        await client.open()
        async with connect(served.ws) as websocket:
            await websocket.recv()
            await websocket.send("4hello")
            await closed(websocket)
        assert (await client.push("4hello")).status_code == 200
        assert (await client.fetch()).text == "1"
    assert [each.told for each in served.handlers] == [["a fault of the server"]] * 2


# The end of the server.


async def test_a_server_that_stops_takes_no_newcomers(client: PollingClient, served: Served) -> None:
    async with connect(served.ws) as known, connect(served.ws) as newcomer:
        await known.recv()
        await newcomer.recv()
        await client.open()
        served.handlers[1].socket.unsettle()
        handler(served).socket.unsettle()
        served.engine.shut()
        async with PollingClient(served) as late:
            answer = await late.fetch()
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        with pytest.raises(InvalidStatus):
            async with connect(served.ws):
                pass
        await closed(newcomer)
        assert (await client.fetch()).text == "1"
        await known.send("4still here")
        assert await known.recv() == "4still here"
        served.engine.stop()
        await closed(known)
