"""Several streams over one request of plain HTTP: one connection, one vector, each event once."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx
import pytest

from groat.ledger.errors import InvalidInput
from groat.live import LiveLimits
from groat.live.positions import parse_position, parse_vector
from tests.live.fakes import FakeGroat
from tests.live.serving import Served, serving
from tests.live.test_http_streams import Source, client_of
from tests.live.waiting import until

STREAMS = ("user:42", "role:admin", "role:all")
PATH = "/v1/streams/events"
ALL = {"streams": ",".join(STREAMS)}


@pytest.fixture
def plain_asgi() -> bool:
    """There is one way to serve plain HTTP."""
    return False


@pytest.fixture
async def http(faked: Served) -> AsyncIterator[httpx.AsyncClient]:
    faked.identities.let_in("t", "42", "admin")
    async with client_of(faked) as client:
        yield client


@asynccontextmanager
async def source(client: httpx.AsyncClient, after: str = "") -> AsyncIterator[Source]:
    headers = {"accept": "text/event-stream"} | ({"last-event-id": after} if after else {})
    async with client.stream("GET", PATH, params=ALL, headers=headers) as response:
        assert response.status_code == 200
        yield Source(response)


def vector(*offsets: int, epoch: str = "e1") -> str:
    return ",".join(f"{stream}={epoch}:{at}" for stream, at in zip(STREAMS, offsets, strict=True))


@pytest.mark.parametrize(
    "text", ["e1:7", "user:42", "user:42=", "=e1:7", "user:42=e1:x", "user:42=e1:7,", "a=b:1,a=b:2"]
)
def test_what_is_not_a_vector_is_refused(text: str) -> None:
    if text == "user:42=":
        assert parse_vector(text) == {"user:42": None}
        return
    with pytest.raises(InvalidInput) as refused:
        parse_vector(text)
    assert refused.value.code == "invalid_position"


async def test_the_first_poll_gets_a_snapshot_of_each(faked: Served, http: httpx.AsyncClient) -> None:
    faked.groat.publish("user:42", 4)
    faked.groat.publish("role:all", 2)
    answer = (await http.get(PATH, params=ALL)).json()
    assert answer["position"] == vector(4, 0, 2)
    assert answer["pages"] == [
        {"stream": stream, "events": [], "position": f"e1:{at}", "reset": {"snapshot": {"total": at}}}
        for stream, at in zip(STREAMS, (4, 0, 2), strict=True)
    ]


async def test_a_poll_tells_of_the_streams_with_news_and_waits_for_all(
    faked: Served, http: httpx.AsyncClient
) -> None:
    faked.groat.publish("user:42", 4)
    answer = (await http.get(PATH, params=ALL | {"after": vector(2, 0, 0), "wait": "10"})).json()
    assert [(page["stream"], [event["n"] for event in page["events"]]) for page in answer["pages"]] == [
        ("user:42", [3, 4])
    ]
    poll = asyncio.create_task(http.get(PATH, params=ALL | {"after": answer["position"], "wait": "20"}))
    await until(lambda: faked.live._attending and faked.live.stats.feeds == 3)
    faked.groat.publish("role:admin")
    answer = (await poll).json()
    assert [(page["stream"], page["position"]) for page in answer["pages"]] == [("role:admin", "e1:1")]
    assert answer["position"] == vector(4, 1, 0)
    nothing = await http.get(PATH, params=ALL | {"after": answer["position"]})
    assert nothing.json() == {"pages": [], "position": answer["position"]}
    await until(lambda: faked.live.stats.feeds == 0)


async def test_only_the_stream_that_cannot_go_on_is_reset(faked: Served, http: httpx.AsyncClient) -> None:
    for stream in STREAMS:
        faked.groat.publish(stream, 4)
    faked.groat.streams.of("role:admin").forgotten = 3
    answer = (await http.get(PATH, params=ALL | {"after": vector(3, 1, 4)})).json()
    assert [(page["stream"], "reset" in page) for page in answer["pages"]] == [
        ("user:42", False),
        ("role:admin", True),
    ]
    assert answer["position"] == vector(4, 4, 4)


async def test_many_streams_are_one_of_the_persons_connections() -> None:
    async with serving(FakeGroat(), LiveLimits(connections_per_user=1, drain_s=0.1)) as served:
        served.identities.let_in("t", "42", "admin")
        async with client_of(served) as client, source(client) as events:
            assert [(await events.next())[2]["stream"] for _ in STREAMS] == list(STREAMS)
            # The test's app has no problem details; uvicorn answers 500 to what it raises.
            assert (await client.get(PATH, params=ALL)).status_code == 500


@pytest.mark.parametrize("seed", range(12))
async def test_over_random_breaks_each_event_comes_once_and_in_order(
    faked: Served, http: httpx.AsyncClient, seed: int
) -> None:
    """A reader is cut off again and again and comes back with the last id that it has seen."""
    print("seed", seed)
    rng = random.Random(seed)
    sent = dict.fromkeys(STREAMS, 0)
    got: dict[str, list[int]] = {stream: [] for stream in STREAMS}
    after = vector(0, 0, 0)

    def publish() -> None:
        stream, count = rng.choice(STREAMS), rng.choice((1, 1, 2, 30))
        faked.groat.publish(stream, count, pad=rng.choice((0, 0, 4_000)))
        sent[stream] += count

    for _ in range(12):
        publish()
        async with source(http, after) as events:
            for _ in range(rng.randrange(1, 8)):
                publish()
                if all(got[stream] == list(range(1, sent[stream] + 1)) for stream in STREAMS):
                    break
                _, after, page = await events.next()
                got[page["stream"]] += [event["offset"] for event in page["events"]]
                assert "reset" not in page
                assert parse_vector(after)[page["stream"]] == parse_position(page["position"])
    async with source(http, after) as events:
        while any(len(got[stream]) < sent[stream] for stream in STREAMS):
            _, after, page = await events.next()
            got[page["stream"]] += [event["offset"] for event in page["events"]]
    assert got == {stream: list(range(1, sent[stream] + 1)) for stream in STREAMS}
    assert after == vector(*sent.values())


async def test_a_stream_of_another_history_ends_all_and_resets_the_one(
    faked: Served, http: httpx.AsyncClient
) -> None:
    async with source(http) as events:
        for _ in STREAMS:
            _, after, _ = await events.next()
        faked.groat.streams.of("role:admin").epoch = "e2"
        await faked.live.hub.check()
        with pytest.raises(EOFError):
            await events.next()
    async with source(http, after) as events:
        _, after, page = await events.next()
        assert (page["stream"], page["position"], "reset" in page) == ("role:admin", "e2:0", True)
        faked.groat.publish("user:42")
        assert (await events.next())[2]["stream"] == "user:42"


async def test_it_ends_with_the_token_and_with_the_rights(timed: Served) -> None:
    timed.identities.let_in("t", "42", "admin", expires_at=round(timed.clock.wall() + 5))
    async with client_of(timed) as client, source(client) as events:
        for _ in STREAMS:
            await events.next()
        await timed.clock.pass_s(5)
        with pytest.raises(EOFError):
            await events.next()
    timed.identities.let_in("t", "42", "admin")
    async with client_of(timed) as client, source(client) as events:
        for _ in STREAMS:
            await events.next()
        timed.identities.changed.append("user:42")
        await timed.clock.pass_s(5)
        with pytest.raises(EOFError):
            await events.next()


@pytest.mark.parametrize("jump_s", [-3_600, 3_600])
async def test_a_clock_that_is_set_changes_nothing_of_a_tokens_end(timed: Served, jump_s: int) -> None:
    """What is left of a token is a duration once the stream is open."""
    timed.identities.let_in("t", "42", "admin", expires_at=round(timed.clock.wall() + 10))
    async with client_of(timed) as client, source(client) as events:
        for _ in STREAMS:
            await events.next()
        timed.clock.set_by += jump_s
        await timed.clock.pass_s(9)
        timed.groat.publish("user:42")
        assert (await events.next())[2]["stream"] == "user:42"
        await timed.clock.pass_s(1)
        with pytest.raises(EOFError):
            await events.next()


async def test_a_slow_reader_of_many_is_bounded_and_whole_again(
    faked: Served, http: httpx.AsyncClient
) -> None:
    async with source(http) as events:
        for _ in STREAMS:
            await events.next()
        count = 0
        while faked.live.stats.slow_drops == 0:
            for stream in STREAMS:
                faked.groat.publish(stream, 10, pad=10_000)
            count += 10
            await asyncio.sleep(0)
        assert (
            max(cast(Any, session)._shell._size for session in faked.live._attending) <= 256 * 1024 + 10_000
        )
        got: dict[str, list[int]] = {stream: [] for stream in STREAMS}
        while any(len(offsets) < count for offsets in got.values()):
            _, _, page = await events.next()
            got[page["stream"]] += [event["offset"] for event in page["events"]]
        assert got == {stream: list(range(1, count + 1)) for stream in STREAMS}


async def test_a_head_of_many_streams_is_bounded(faked: Served, http: httpx.AsyncClient) -> None:
    """The bytes of one answer are shared; what there is more follows on the same stream."""
    for stream in STREAMS:
        faked.groat.publish(stream, 100, pad=2_000)
    answer = await http.get(PATH, params=ALL | {"after": vector(0, 0, 0)})
    assert len(answer.content) < 80_000
    assert len(json.loads(answer.content)["pages"]) == 3
