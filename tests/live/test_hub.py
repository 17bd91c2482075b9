from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

import pytest

from groat.ledger.errors import StoreError
from groat.live.centrifuge.channels import ChannelFormat
from groat.live.endings import Ending
from groat.live.feeds import Subscription
from groat.live.formats import Chunk
from groat.live.frames import messages_of
from groat.live.hub import Hub, HubStats
from groat.store.batch import Published
from tests.live.fakes import FakeGroat
from tests.live.waiting import until


class Plain:
    """A format that writes the offsets of events."""

    def one(self, epoch: str, at: int, event: bytes) -> bytes:
        return b"%d " % at

    def encode(self, epoch: str, first: int, events: Sequence[bytes]) -> list[Chunk]:
        # One chunk per event, so that readers may be choked between any two.
        return [(at, b"%d " % at) for at in range(first, first + len(events))]


PLAIN = Plain()


class Client:
    """A reader that notes the offsets it gets."""

    def __init__(self, hub: Hub, stream: str) -> None:
        self.hub = hub
        self.stream = stream
        self.choked = False
        self.got: list[int] = []
        self.closed: Ending | None = None
        self.subscription: Subscription | None = None

    async def join(self, epoch: str | None = None, offset: int = 0) -> Client:
        self.subscription, resume = await self.hub.join(
            self.stream, PLAIN, self, lambda _: self.write, epoch, offset, 10_000
        )
        self.start = offset if resume.recovered else resume.offset
        self.recovered = resume.recovered
        self.got += [event.offset for event in resume.events]
        return self

    def go(self) -> None:
        assert self.subscription is not None
        self.hub.release(self.subscription)

    def write(self, data: bytes) -> None:
        assert not self.choked, "written to while choked"
        self.got += [int(offset) for offset in data.split()]

    def close(self, why: Ending) -> None:
        if self.closed is None and self.subscription is not None:
            self.closed = why
            self.hub.leave(self.subscription)

    def choke(self) -> None:
        assert self.subscription is not None
        self.choked = True
        self.subscription.park()

    def drain(self) -> None:
        self.choked = False
        if self.closed is None:
            self.go()

    @property
    def is_whole(self) -> bool:
        return self.got == list(range(self.start + 1, self.start + 1 + len(self.got)))


@pytest.fixture
def groat() -> FakeGroat:
    return FakeGroat()


@pytest.fixture
async def hub(groat: FakeGroat) -> AsyncIterator[Hub]:
    hub = Hub(groat.streams, HubStats())
    groat.listen(hub.hear)
    yield hub
    await hub.stop()


async def joined(hub: Hub, stream: str = "user:1", **position: object) -> Client:
    client = await Client(hub, stream).join(**position)  # type: ignore[arg-type]
    client.go()
    return client


async def test_events_arrive_in_order_at_every_reader_of_their_stream_only(
    groat: FakeGroat, hub: Hub
) -> None:
    one, other, stranger = await joined(hub), await joined(hub), await joined(hub, "user:2")
    groat.publish("user:1", 2)
    groat.publish("user:1")
    assert one.got == other.got == [1, 2, 3]
    assert stranger.got == []
    assert hub.stats.deliveries == 6
    assert hub.stats.events == 3


async def test_a_hint_told_twice_or_late_is_delivered_once(groat: FakeGroat, hub: Hub) -> None:
    client = await joined(hub)
    first, second = groat.commit("user:1", 2), groat.commit("user:1", 3)
    groat.hint(first, first, second, first, second)
    overlapping = Published("user:1", "e1", 4, 6, (*second.events[1:], b'{"n":6}'))  # type: ignore[index]
    groat.streams.of("user:1").events.append(b'{"n":6}')
    groat.hint(overlapping)
    assert client.got == [1, 2, 3, 4, 5, 6]


async def test_hints_in_the_wrong_order_need_no_read(groat: FakeGroat, hub: Hub) -> None:
    client = await joined(hub)
    groat.streams.reads.clear()
    first, second, third = (groat.commit("user:1", 2) for _ in range(3))
    groat.hint(third)
    groat.hint(second)
    groat.hint(first)
    assert client.got == [1, 2, 3, 4, 5, 6]
    assert groat.streams.reads == []


class Subscriber(Client):
    """A single reader of channels, for whom the hub makes messages some at a time before it writes them."""

    async def join(self, epoch: str | None = None, offset: int = 0) -> Client:
        self.subscription, _ = await self.hub.join(
            self.stream, ChannelFormat(self.stream), self, lambda _: self.write, epoch, offset, 10_000
        )
        self.start = 0
        return self

    def write(self, data: bytes) -> None:
        for _, text in messages_of(data):
            self.got += [json.loads(line)["push"]["pub"]["offset"] for line in text.split(b"\n")]


async def test_what_is_made_before_it_is_written_keeps_its_order(groat: FakeGroat, hub: Hub) -> None:
    one, other = Subscriber(hub, "user:1"), Subscriber(hub, "user:2")
    for client in (one, other):
        await client.join()
        client.go()
    singles = [groat.commit(f"user:{1 + n % 2}") for n in range(200)]
    groat.hint(*singles, groat.commit("user:1", 2), groat.commit("user:1"), groat.commit("user:2", 3))
    assert one.got == list(range(1, 104))
    assert other.got == list(range(1, 104))
    assert hub.stats.deliveries == hub.stats.events == 206


async def test_a_reader_that_chokes_on_one_of_its_streams_gets_the_other_once(
    groat: FakeGroat, hub: Hub
) -> None:
    one, other = Subscriber(hub, "user:1"), Subscriber(hub, "user:2")
    for client in (one, other):
        await client.join()
        client.go()

    def choking(data: bytes) -> None:
        Subscriber.write(one, data)
        for client in (one, other):
            client.choke()

    assert one.subscription is not None
    one.choke()
    one.subscription.write = choking
    one.drain()
    groat.hint(groat.commit("user:1"), groat.commit("user:2"))
    groat.hint(groat.commit("user:1"), groat.commit("user:2"))
    one.subscription.write = one.write
    for client in (one, other):
        client.drain()
    await until(lambda: len(one.got) == len(other.got) == 2)
    assert one.got == other.got == [1, 2]


async def test_a_gap_is_healed_by_one_read_for_all_streams(groat: FakeGroat, hub: Hub) -> None:
    clients = [await joined(hub, f"user:{n}") for n in range(20)]
    groat.streams.reads.clear()
    for n in range(20):
        groat.commit(f"user:{n}", 3)
        groat.hint(groat.commit(f"user:{n}"))
    await until(lambda: all(client.got == [1, 2, 3, 4] for client in clients))
    assert groat.streams.reads == ["read_many"]
    assert hub.stats.gaps_healed == 20


async def test_commits_of_other_processes_come_without_events(groat: FakeGroat, hub: Hub) -> None:
    client = await joined(hub)
    groat.hint(groat.commit("user:1", 250)._replace(events=None))
    await until(lambda: len(client.got) == 250)
    assert client.is_whole


async def test_what_no_hint_told_of_is_found_by_the_check(groat: FakeGroat, hub: Hub) -> None:
    clients = [await joined(hub, f"user:{n % 3}") for n in range(6)]
    for n in range(3):
        groat.commit(f"user:{n}", 7)
    groat.streams.reads.clear()
    await hub.check()
    await until(lambda: all(client.got == list(range(1, 8)) for client in clients))
    assert groat.streams.reads == ["heads", "read_many"]


async def test_reads_that_fail_are_tried_again(groat: FakeGroat, hub: Hub) -> None:
    client = await joined(hub)
    groat.streams.failing = 4
    groat.commit("user:1")
    groat.publish("user:1")
    await until(lambda: client.got == [1, 2])
    groat.commit("user:1")
    groat.streams.failing = 1
    await hub.check()
    await hub.check()
    await until(lambda: client.got == [1, 2, 3])


async def test_events_committed_while_a_reader_joins_are_not_lost(groat: FakeGroat, hub: Hub) -> None:
    groat.streams.gate = asyncio.Event()
    client = Client(hub, "user:1")
    joining = asyncio.create_task(client.join())
    await until(lambda: "resume" in groat.streams.reads)
    groat.publish("user:1", 2)
    groat.streams.gate.set()
    await joining
    groat.publish("user:1")
    client.go()
    groat.publish("user:1")
    await until(lambda: client.start + len(client.got) == 4)
    assert client.is_whole


async def test_a_reader_ahead_of_the_hints_gets_nothing_twice(groat: FakeGroat, hub: Hub) -> None:
    old = await joined(hub)
    late = groat.commit("user:1", 4)
    ahead = await joined(hub)
    assert ahead.start == 4
    half = Client(hub, "user:1")
    half.subscription, _ = await hub.join("user:1", PLAIN, half, lambda _: half.write, "e1", 0, 1)
    half.start, half.subscription.cursor, half.got = 0, 2, [1, 2]
    half.go()
    groat.hint(late)
    assert old.got == half.got == [1, 2, 3, 4]
    assert ahead.got == []
    groat.publish("user:1")
    assert ahead.got == [5]


async def test_a_choked_reader_catches_up_without_holding_up_others(groat: FakeGroat, hub: Hub) -> None:
    slow, quick = await joined(hub), await joined(hub)
    groat.publish("user:1", 3)
    slow.choke()
    groat.publish("user:1", 700)
    assert slow.got == [1, 2, 3]
    assert len(quick.got) == 703
    slow.drain()
    groat.publish("user:1")
    await until(lambda: len(slow.got) == 704)
    groat.publish("user:1")
    assert slow.got == quick.got == list(range(1, 706))


async def test_more_than_10_000_behind_is_closed_to_resume_afresh(groat: FakeGroat, hub: Hub) -> None:
    slow, quick = await joined(hub), await joined(hub)
    slow.choke()
    for _ in range(11):
        groat.publish("user:1", 1_000)
    slow.drain()
    await until(lambda: slow.closed is Ending.LEFT_BEHIND)
    assert slow.got == []
    assert quick.closed is None


async def test_retention_overtaking_a_reader_closes_it(groat: FakeGroat, hub: Hub) -> None:
    slow = await joined(hub)
    slow.choke()
    groat.publish("user:1", 50)
    groat.streams.of("user:1").forgotten = 20
    slow.drain()
    await until(lambda: slow.closed is Ending.LEFT_BEHIND)


@pytest.mark.parametrize("how", ["another epoch", "shorter history"])
async def test_another_history_closes_the_readers_of_that_stream(
    groat: FakeGroat, hub: Hub, how: str
) -> None:
    client, other = await joined(hub), await joined(hub, "user:2")
    groat.publish("user:1", 5)
    if how == "another epoch":
        groat.streams.of("user:1").epoch = "e2"
        groat.publish("user:1")
    else:
        del groat.streams.of("user:1").events[3:]
        await hub.check()
    await until(lambda: client.closed is Ending.LEFT_BEHIND)
    assert other.closed is None


async def test_a_late_hint_of_an_old_epoch_closes_nobody(groat: FakeGroat, hub: Hub) -> None:
    client = await joined(hub)
    groat.publish("user:1", 2)
    groat.hint(Published("user:1", "e0", 900, 900, (b"{}",)))
    await until(lambda: groat.streams.reads[-1] == "heads")
    groat.publish("user:1")
    assert client.got == [1, 2, 3]
    assert client.closed is None


async def test_a_stream_that_nobody_reads_is_forgotten(groat: FakeGroat, hub: Hub) -> None:
    client = await joined(hub)
    assert client.subscription is not None
    assert hub.stats.feeds == 1
    hub.leave(client.subscription)
    hub.leave(client.subscription)
    groat.publish("user:1")
    assert hub.stats.feeds == 0
    assert client.got == []
    again = await joined(hub, epoch="e1", offset=0)
    assert again.got == [1]


async def test_a_join_that_fails_leaves_nothing_behind(groat: FakeGroat, hub: Hub) -> None:
    groat.streams.failing = 1
    with pytest.raises(Exception, match="store_unavailable"):
        await joined(hub)
    assert hub.stats.feeds == 0


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_hints_do_everybody_gets_everything_once(
    groat: FakeGroat, hub: Hub, seed: int
) -> None:
    print(f"seed={seed}")
    dice = random.Random(seed)
    names = [f"user:{n}" for n in range(5)]
    clients: list[Client] = []
    held: list[Published] = []
    for step in range(400):
        act = dice.random()
        name = dice.choice(names)
        if act < 0.45:
            news = groat.commit(name, dice.choice([1, 1, 1, 2, 5, 40]))
            fate = dice.random()
            if fate < 0.5:
                groat.hint(news)
            elif fate < 0.7:
                held.append(news)
            elif fate < 0.8:
                groat.hint(news._replace(events=None))
            elif fate < 0.9:
                groat.hint(news, news)
        elif act < 0.55 and held:
            groat.hint(held.pop(dice.randrange(len(held))))
        elif act < 0.65:
            known = [c for c in clients if c.stream == name and c.closed is None]
            back = dice.choice(known) if known and dice.random() < 0.6 else None
            position = {"epoch": "e1", "offset": back.start + len(back.got)} if back else {}
            with suppress(StoreError):
                clients.append(await joined(hub, name, **position))
        elif act < 0.75 and clients:
            client = dice.choice(clients)
            if client.closed is None:
                client.drain() if client.choked else client.choke()
        elif act < 0.78 and clients:
            client = clients.pop(dice.randrange(len(clients)))
            assert client.is_whole, f"step {step}"
            assert client.subscription is not None
            hub.leave(client.subscription)
        elif act < 0.85:
            groat.streams.failing = dice.choice([0, 1, 2])
        elif act < 0.88:
            await hub.check()
        else:
            await asyncio.sleep(0)
    groat.streams.failing = 0
    for client in clients:
        if client.choked:
            client.drain()
    await hub.check()
    open_clients = [client for client in clients if client.closed is None]
    await until(
        lambda: all(c.start + len(c.got) == len(groat.streams.of(c.stream).events) for c in open_clients)
    )
    assert all(client.is_whole for client in clients)
    # Only a read that failed while catching up may have closed anybody.
    assert all(client.closed is Ending.FAULT for client in clients if client.closed)
