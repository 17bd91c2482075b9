"""Long-poll and text/event-stream on the same positions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx
import pytest

from groat.ledger.errors import InvalidInput
from groat.live import LiveLimits
from groat.live.plain.streams import HEARTBEAT_S
from groat.live.positions import parse_position
from tests.live.fakes import FakeGroat
from tests.live.serving import Served, serving
from tests.live.waiting import until

ME = "user:42"
PATH = f"/v1/streams/{ME}/events"


@pytest.fixture
def plain_asgi() -> bool:
    """There is one way to serve plain HTTP."""
    return False


@pytest.fixture
async def http(faked: Served) -> AsyncIterator[httpx.AsyncClient]:
    faked.identities.let_in("t", "42")
    async with client_of(faked) as client:
        yield client


@asynccontextmanager
async def client_of(served: Served) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=served.http, headers={"authorization": "Bearer t"}, timeout=20, trust_env=False
    ) as client:
        yield client


class Source:
    """A reader of text/event-stream, as a browser's EventSource reads it."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.lines = response.aiter_lines()
        self.comments = 0
        self.retry = 0

    async def next(self) -> tuple[str, str, Any]:
        """Kind, id and data of the next event."""
        kind, id, data = "message", "", ""
        async with asyncio.timeout(10):
            async for line in self.lines:
                name, _, value = line.partition(": ")
                if not line and data:
                    return kind, id, json.loads(data)
                if line.startswith(":"):
                    self.comments += 1
                elif name == "event":
                    kind = value
                elif name == "id":
                    id = value
                elif name == "data":
                    data += value
                elif name == "retry":
                    self.retry = int(value)
        raise EOFError


@asynccontextmanager
async def source(client: httpx.AsyncClient, path: str = PATH, **headers: str) -> AsyncIterator[Source]:
    wanted = {"accept": "text/event-stream"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    async with client.stream("GET", path, headers=wanted) as response:
        assert response.status_code == 200
        yield Source(response)


@pytest.mark.parametrize(
    "text", [":1", "e1:", "e1:-1", "e1:1.0", "e1", "e1:\u0661", "e1:" + "9" * 19, "e1: 1"]
)
def test_what_is_not_a_position_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_position(text)
    assert refused.value.code == "invalid_position"


def test_an_epoch_may_hold_anything_but_the_last_colon_separates() -> None:
    assert parse_position("a.b:c:7") == ("a.b:c", 7)
    assert parse_position(None) is parse_position("") is None


# Long-poll.


async def test_the_first_poll_gets_the_snapshot(faked: Served, http: httpx.AsyncClient) -> None:
    faked.groat.publish(ME, 4)
    answer = (await http.get(PATH)).json()
    assert answer == {"events": [], "position": "e1:4", "reset": {"snapshot": {"total": 4}}}


async def test_what_was_missed_comes_at_once(faked: Served, http: httpx.AsyncClient) -> None:
    faked.groat.publish(ME, 4)
    answer = (await http.get(PATH, params={"after": "e1:2", "wait": "10"})).json()
    assert [(event["offset"], event["n"]) for event in answer["events"]] == [(3, 3), (4, 4)]
    assert answer["position"] == "e1:4"
    assert "reset" not in answer


async def test_nothing_to_tell_answers_when_the_time_is_up(faked: Served, http: httpx.AsyncClient) -> None:
    faked.groat.publish(ME, 4)
    for wait in ("0", "0.05"):
        answer = (await http.get(PATH, params={"after": "e1:4", "wait": wait})).json()
        assert answer == {"events": [], "position": "e1:4"}
    assert faked.live.stats.feeds == 0


async def test_waiting_polls_are_woken_by_the_event_without_a_read(faked: Served) -> None:
    faked.identities.let_in("t", "42")
    async with client_of(faked) as client:
        polls = [
            asyncio.create_task(client.get(PATH, params={"after": "e1:0", "wait": "20"})) for _ in range(10)
        ]
        await until(
            lambda: len(faked.live._attending) == 10 and faked.groat.streams.reads.count("resume") == 10
        )
        await until(
            lambda: (
                sum(len(r.members) for f in faked.live.hub._feeds.values() for r in f.rooms.values()) == 10
            )
        )
        faked.groat.streams.reads.clear()
        faked.groat.publish(ME, 3)
        answers = [(await poll).json() for poll in polls]
        assert all([event["offset"] for event in answer["events"]] == [1, 2, 3] for answer in answers)
        assert {answer["position"] for answer in answers} == {"e1:3"}
        assert faked.groat.streams.reads == []
    assert faked.live._attending == set()


async def test_polling_through_a_long_absence_gets_everything_once(
    faked: Served, http: httpx.AsyncClient
) -> None:
    faked.groat.publish(ME, 900, pad=500)
    position, offsets = "e1:0", []
    while position != "e1:900":
        answer = (await http.get(PATH, params={"after": position})).json()
        offsets += [event["offset"] for event in answer["events"]]
        position = answer["position"]
    assert offsets == list(range(1, 901))


@pytest.mark.parametrize("after", ["e0:3", "e1:5", "e1:0"])
async def test_a_poll_that_cannot_go_on_is_reset(faked: Served, http: httpx.AsyncClient, after: str) -> None:
    faked.groat.publish(ME, 4)
    faked.groat.streams.of(ME).forgotten = 2
    answer = (await http.get(PATH, params={"after": after, "wait": "10"})).json()
    assert answer == {"events": [], "position": "e1:4", "reset": {"snapshot": {"total": 4}}}


async def test_a_person_has_a_limited_number_of_waiting_requests() -> None:
    async with serving(FakeGroat(), LiveLimits(connections_per_user=2, drain_s=0.1)) as served:
        served.identities.let_in("t", "42")
        async with client_of(served) as client:
            wait = {"after": "e1:0", "wait": "20"}
            polls = [asyncio.create_task(client.get(PATH, params=wait)) for _ in range(2)]
            await until(lambda: len(served.live._attending) == 2)
            # The test's app has no problem details; uvicorn answers 500 to what it raises.
            assert (await client.get(PATH, params=wait)).status_code == 500
            served.groat.publish(ME)
            assert [len((await poll).json()["events"]) for poll in polls] == [1, 1]


async def test_a_draining_server_answers_those_who_wait(faked: Served) -> None:
    faked.identities.let_in("t", "42")
    async with client_of(faked) as client:
        poll = asyncio.create_task(client.get(PATH, params={"after": "e1:0", "wait": "20"}))
        await until(lambda: faked.live._attending)
        async with source(client) as events:
            await events.next()
            await faked.live.drain(0.1)
            with pytest.raises(EOFError):
                await events.next()
        assert (await poll).json() == {"events": [], "position": "e1:0"}


# text/event-stream.


async def test_an_event_stream_begins_with_a_reset_and_goes_on_live(
    faked: Served, http: httpx.AsyncClient
) -> None:
    faked.groat.publish(ME, 2)
    async with source(http) as events:
        assert events.response.headers["content-type"].startswith("text/event-stream")
        assert events.response.headers["x-accel-buffering"] == "no"
        assert await events.next() == ("reset", "e1:2", {"snapshot": {"total": 2}})
        assert events.retry == 2_000
        faked.groat.publish(ME, 2)
        got = [await events.next(), await events.next()]
        assert [(kind, id, data["n"]) for kind, id, data in got] == [
            ("message", "e1:3", 3),
            ("message", "e1:4", 4),
        ]
    await until(lambda: faked.live.stats.feeds == 0)


async def test_a_reconnect_resumes_after_last_event_id(faked: Served, http: httpx.AsyncClient) -> None:
    faked.groat.publish(ME, 700, pad=300)
    async with source(http, last_event_id="e1:1") as events:
        assert [(await events.next())[1] for _ in range(699)] == [f"e1:{n}" for n in range(2, 701)]
        faked.groat.publish(ME)
        assert (await events.next())[1] == "e1:701"


async def test_an_event_stream_of_another_history_is_reset_or_ends(
    faked: Served, http: httpx.AsyncClient
) -> None:
    faked.groat.publish(ME, 2)
    async with source(http, last_event_id="e0:1") as events:
        assert (await events.next())[0] == "reset"
        faked.groat.streams.of(ME).epoch = "e2"
        await faked.live.hub.check()
        with pytest.raises(EOFError):
            await events.next()


async def test_heartbeats_keep_an_idle_stream_open(timed: Served) -> None:
    timed.identities.let_in("t", "42")
    async with client_of(timed) as client, source(client) as events:
        await events.next()
        reading = asyncio.create_task(events.next())
        for beat in range(1, 4):
            await timed.clock.pass_s(HEARTBEAT_S)
            await until(lambda beat=beat: events.comments == beat)  # type: ignore[misc]
        timed.groat.publish(ME)
        assert (await reading)[1] == "e1:1"


async def test_an_event_stream_ends_with_its_token(timed: Served) -> None:
    timed.identities.let_in("t", "42", expires_at=round(timed.clock.wall() + 100))
    async with client_of(timed) as client, source(client) as events:
        await events.next()
        await timed.clock.pass_s(99)
        timed.groat.publish(ME)
        assert (await events.next())[1] == "e1:1"
        await timed.clock.pass_s(1)
        with pytest.raises(EOFError):
            await events.next()


async def test_an_event_stream_ends_when_rights_change(timed: Served) -> None:
    timed.identities.let_in("t", "42")
    async with client_of(timed) as client, source(client) as events:
        await events.next()
        timed.identities.changed.append(ME)
        await timed.clock.pass_s(5)
        with pytest.raises(EOFError):
            await events.next()


async def test_a_slow_event_stream_is_bounded_and_whole_again(faked: Served, http: httpx.AsyncClient) -> None:
    async with source(http) as events:
        await events.next()
        count = 0
        while faked.live.stats.slow_drops == 0:
            faked.groat.publish(ME, 20, pad=10_000)
            count += 20
            await asyncio.sleep(0)
        faked.groat.publish(ME, 100)
        count += 100
        assert (
            max(cast(Any, session)._shell._size for session in faked.live._attending) <= 256 * 1024 + 10_000
        )
        assert [(await events.next())[1] for _ in range(count)] == [f"e1:{n}" for n in range(1, count + 1)]


async def test_a_reader_that_hangs_up_leaves_the_hub(faked: Served, http: httpx.AsyncClient) -> None:
    async with source(http) as events:
        await events.next()
        assert faked.live.stats.feeds == 1
    await until(lambda: faked.live.stats.feeds == 0 and not faked.live._attending)
