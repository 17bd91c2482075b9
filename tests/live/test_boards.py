"""Boards: sampled, the last state always, only for whom they are, and over each door."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import msgspec
import pytest

from groat import Groat
from groat.identity import Identity
from groat.ledger.errors import Unavailable
from groat.live import Live, LiveLimits, boards
from groat.live.boards import EVERY_S, STATE_BYTES_MAX, Board, BoardState
from groat.live.endings import Ending
from groat.live.errors import BoardError, Denial, Denied
from groat.live.feeds import Subscription
from groat.live.hub import CHECK_EVERY_S
from groat.live.plain.formats import ITEMS
from groat.live.plain.streams import long_poll
from groat.live.session import Session
from groat.settings import Settings
from groat.store.batch import hint_of
from tests.bus.two import two_nodes
from tests.helpers.databases import PostgresDatabase
from tests.live.fakes import FakeGroat, FakeIdentities
from tests.live.hand_clock import HandClock
from tests.live.serving import Served, serving
from tests.live.socketio.desk import on_desk
from tests.live.test_http_streams import client_of, source
from tests.live.waiting import until
from tests.live.wire import wired
from tests.servers import Postgres

LIMITS = LiveLimits(connects_per_minute=100_000, messages_per_second=100_000)


class Count(msgspec.Struct):
    """The state of a board of the tests."""

    n: int
    pad: str = ""


class Wall:
    """Boards named `count`, whose states the test sets; staff may watch them, and a person the one of their own id."""

    def __init__(self) -> None:
        self.states: dict[str, Count] = {}
        self.reads: list[list[str]] = []
        self.failing: list[Exception] = []
        self.gate: asyncio.Event | None = None

    @property
    def board(self) -> Board:
        return Board("count", Count, self.may, self.read)

    @staticmethod
    def may(identity: Identity, id: str) -> bool:
        return identity.is_staff or identity.user == id

    async def read(self, groat: Any, ids: Sequence[str]) -> dict[str, Count]:
        self.reads.append(list(ids))
        found = {id: Count(self.states[id].n, self.states[id].pad) for id in ids if id in self.states}
        await asyncio.sleep(0)
        if self.gate is not None:
            await self.gate.wait()
        if self.failing:
            raise self.failing.pop()
        return found

    def set(self, groat: FakeGroat, n: int, id: str = "a") -> None:
        """Commit a state, and tell of it."""
        self.states[id] = Count(n)
        groat.hint(hint_of(f"count:{id}"))


class Plain:
    """States as they are."""

    def show(self, state: BoardState) -> bytes:
        return state.data


PLAIN = Plain()


class Reader:
    """A shell that keeps the numbers that it is shown."""

    def __init__(self, live: Live) -> None:
        self.session = Session(live, self)
        self.got: list[int | None] = []
        self.ended: list[Ending] = []

    def format(self, stream: str, viewed: bool) -> Any:
        return ITEMS

    def writer(self, subscription: Subscription) -> Callable[[bytes], Any]:
        return lambda data: None

    def board(self, stream: str) -> tuple[Plain, Callable[[bytes], Any]]:
        return PLAIN, self.take

    def take(self, data: bytes) -> None:
        assert not self.session.ended, "written to after the end"
        assert not self.session.choked, "written to while choked"
        state = json.loads(data)
        self.got.append(None if state is None else state["n"])

    def end(self, why: Ending) -> None:
        self.ended.append(why)

    async def watch(self, id: str = "a") -> None:
        resume = await self.session.view(f"board:count:{id}", None)
        assert resume.snapshot is not None
        self.take(resume.snapshot)
        self.session.release_view(f"board:count:{id}")


class Room:
    """A service whose clock stands, with a wall of boards."""

    def __init__(self, live: Live, groat: FakeGroat, identities: FakeIdentities, wall: Wall) -> None:
        self.live = live
        self.groat = groat
        self.identities = identities
        self.wall = wall
        self.clock = cast(HandClock, live.clock)

    async def reader(self, user: str = "ada", *roles: str) -> Reader:
        reader = Reader(self.live)
        self.identities.let_in(user, user, *roles)
        await reader.session.enter(user, lambda _: {})
        reader.session.release()
        return reader

    async def watching(self) -> Reader:
        reader = await self.reader("ada", "admin")
        await reader.watch()
        return reader

    def set(self, n: int, id: str = "a") -> None:
        self.wall.set(self.groat, n, id)


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    groat, identities, wall = FakeGroat(), FakeIdentities(), Wall()
    wall.states["a"] = Count(0)
    live = Live(cast(Groat, groat), identities, Settings(), LIMITS, HandClock(), [wall.board])
    await live.start()
    try:
        yield Room(live, groat, identities, wall)
        for mine in list(live._of_principal.values()):
            for session in list(mine):
                session.lost()
    finally:
        await live.stop()
    assert len(live.boards) == 0, "whoever is gone watches nothing"


def refusal(why: Denial) -> Any:
    return pytest.raises(Denied, match=f"^{why.value}$")


async def test_changes_are_sampled_and_the_last_one_always_arrives(room: Room) -> None:
    reader, other = await room.watching(), await room.watching()
    reads = len(room.wall.reads)
    for n in range(1, 101):
        room.set(n)
        await room.clock.pass_s(0.01)
    assert 3 <= len(reader.got) - 1 <= 1 / EVERY_S + 1
    assert len(room.wall.reads) - reads == len(reader.got) - 1, "one read for all readers"
    await room.clock.pass_s(EVERY_S)
    assert reader.got[0] == 0
    assert reader.got[-1] == 100
    assert reader.got == sorted(set(cast(list[int], reader.got)))
    assert other.got[-1] == 100
    before = len(reader.got)
    await room.clock.pass_s(10)
    assert len(reader.got) == before, "what has not changed is not sent"
    room.set(101)
    await room.clock.pass_s(0)
    assert reader.got[-1] == 101, "the first change after a rest does not wait"


async def test_a_change_during_a_read_is_read_once_more(room: Room) -> None:
    reader = await room.watching()
    await room.clock.pass_s(1)
    gate = room.wall.gate = asyncio.Event()
    room.set(1)
    await room.clock.pass_s(0)
    room.set(2)
    gate.set()
    await room.clock.pass_s(EVERY_S)
    assert reader.got == [0, 1, 2]


async def test_a_change_between_the_first_state_and_going_live_is_not_missed(room: Room) -> None:
    reader = await room.reader("ada", "admin")
    resume = await reader.session.view("board:count:a", None)
    assert json.loads(resume.snapshot or b"") == {"n": 0, "pad": ""}
    room.set(1)
    await room.clock.pass_s(1)
    assert reader.got == []
    reader.session.release_view("board:count:a")
    assert reader.got == [1]


async def test_a_newcomer_gets_the_present_state_at_once_and_hurries_nobody(room: Room) -> None:
    reader = await room.watching()
    await room.clock.pass_s(1)
    room.set(1)
    await room.clock.pass_s(0.1)
    assert reader.got == [0, 1]
    room.set(2)
    newcomer = await room.watching()
    assert newcomer.got == [2]
    assert reader.got == [0, 1]
    await room.clock.pass_s(EVERY_S)
    assert reader.got == [0, 1, 2]


async def test_what_no_hint_told_of_is_found_by_the_check(room: Room) -> None:
    reader = await room.watching()
    room.wall.states["a"] = Count(7)
    await room.clock.pass_s(CHECK_EVERY_S + EVERY_S)
    assert reader.got == [0, 7]


@pytest.mark.parametrize("failure", [Unavailable(), ZeroDivisionError()])
async def test_a_read_that_fails_is_tried_again(room: Room, failure: Exception) -> None:
    reader = await room.watching()
    await room.clock.pass_s(1)
    room.wall.failing = [failure]
    room.set(1)
    await room.clock.pass_s(EVERY_S)
    assert reader.got == [0]
    await room.clock.pass_s(2)
    assert reader.got == [0, 1]
    room.wall.failing = [failure]
    with refusal(Denial.UNAVAILABLE):
        await (await room.reader("mel", "admin")).watch()


async def test_what_goes_away_is_null_and_what_is_too_large_is_not_sent(room: Room) -> None:
    reader = await room.watching()
    room.wall.states["a"] = Count(1, "x" * STATE_BYTES_MAX)
    room.groat.hint(hint_of("count:a"))
    await room.clock.pass_s(1)
    room.set(2)
    await room.clock.pass_s(1)
    del room.wall.states["a"]
    room.groat.hint(hint_of("count:a"))
    await room.clock.pass_s(1)
    assert reader.got == [0, None, 2, None]


async def test_who_may_not_watch_is_refused_and_limits_hold(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await room.reader("ursula")
    with refusal(Denial.NOT_ALLOWED):
        await person.watch("a")
    with refusal(Denial.UNKNOWN_STREAM):
        await person.watch("ursula")
    room.wall.states["ursula"] = Count(5)
    await person.watch("ursula")
    assert person.got == [5]
    with refusal(Denial.ALREADY_VIEWED):
        await person.watch("ursula")
    for name in ("board:other:a", "board:count", "board:count:", "board:count:a b", "board::a", "board:"):
        with refusal(Denial.UNKNOWN_STREAM):
            await person.session.view(name, None)
    monkeypatch.setattr(boards, "SHOWN_MAX", 1)
    staff = await room.reader("ada", "support")
    with refusal(Denial.TOO_MANY_VIEWS):
        await staff.watch("a")
    await staff.watch("ursula")
    person.session.leave("board:count:ursula")
    room.set(6, "ursula")
    await room.clock.pass_s(1)
    assert (person.got, staff.got) == ([5], [5, 6])


async def test_boards_count_among_the_views_of_a_connection(room: Room) -> None:
    staff = await room.reader("ada", "admin")
    for number in range(LIMITS.views_max):
        room.wall.states[str(number)] = Count(number)
        await staff.watch(str(number))
    with refusal(Denial.TOO_MANY_VIEWS):
        await staff.watch("a")
    staff.session.leave("board:count:7")
    await staff.watch("a")


async def test_changed_rights_end_the_watch(room: Room) -> None:
    reader = await room.watching()
    room.identities.let_in("ada", "ada")
    room.identities.changed.append("user:ada")
    room.identities.listener()
    await room.clock.pass_s(0)
    assert reader.ended == [Ending.RIGHTS_CHANGED]
    assert len(room.live.boards) == 0
    room.set(1)
    await room.clock.pass_s(1)
    with refusal(Denial.NOT_ALLOWED):
        await (await room.reader("ada")).watch()


async def test_a_slow_reader_gets_the_last_state_alone_and_delays_nobody(room: Room) -> None:
    slow, quick = await room.watching(), await room.watching()
    slow.session.choke()
    for n in range(1, 21):
        room.set(n)
        await room.clock.pass_s(EVERY_S)
    assert slow.got == [0]
    assert quick.got == list(range(21))
    slow.session.drain()
    assert slow.got == [0, 20]


async def test_a_watch_that_is_left_while_it_is_read_leaves_nothing(room: Room) -> None:
    reader = await room.reader("ada", "admin")
    room.wall.gate = asyncio.Event()
    attempt = asyncio.ensure_future(reader.session.view("board:count:a", None))
    await room.clock.pass_s(0)
    reader.session.leave("board:count:a")
    again = asyncio.ensure_future(reader.session.view("board:count:a", None))
    room.wall.gate.set()
    with refusal(Denial.ENDED):
        await attempt
    assert (await again).snapshot is not None
    gone = await room.reader("mel", "admin")
    room.wall.gate = asyncio.Event()
    attempt = asyncio.ensure_future(gone.session.view("board:count:a", None))
    await room.clock.pass_s(0)
    gone.session.lost()
    room.wall.gate.set()
    with refusal(Denial.ENDED):
        await attempt


# The doors.


@asynccontextmanager
async def serving_wall() -> AsyncIterator[tuple[Served, Wall]]:
    wall = Wall()
    wall.states["a"] = Count(0)
    async with serving(FakeGroat(), boards=[wall.board]) as served:
        served.identities.let_in("t", "42", "admin")
        served.identities.let_in("u", "7")
        yield served, wall


async def test_a_stock_sdk_watches_and_comes_back_to_the_present_state() -> None:
    async with serving_wall() as (served, wall), wired(served) as wire:
        await wire.ask(id=1, connect={"token": "t"})
        reply = await wire.ask(id=2, subscribe={"channel": "board:count:a", "recover": True, "epoch": "x"})
        assert reply["subscribe"] == {
            "recoverable": False, "positioned": False, "epoch": "", "offset": 0, "data": {"n": 0, "pad": ""},
        }  # fmt: skip
        wall.set(served.groat, 1)
        push = await wire.heard()
        assert push == {"push": {"channel": "board:count:a", "pub": {"data": {"n": 1, "pad": ""}}}}
        assert (await wire.ask(id=3, subscribe={"channel": "board:count:a"}))["error"]["code"] == 105
        assert (await wire.ask(id=4, subscribe={"channel": "board:no:a"}))["error"]["code"] == 102
        assert (await wire.ask(id=5, unsubscribe={"channel": "board:count:a"}))["unsubscribe"] == {}
        await until(lambda: len(served.live.boards) == 0)
        async with wired(served) as stranger:
            await stranger.ask(id=1, connect={"token": "u"})
            assert (await stranger.ask(id=2, subscribe={"channel": "board:count:a"}))["error"]["code"] == 103
        wall.set(served.groat, 2)
        assert (await wire.ask(id=6, subscribe={"channel": "board:count:a"}))["subscribe"]["data"]["n"] == 2


async def test_long_polls_and_event_streams_watch_by_the_mark_of_the_state() -> None:
    async with serving_wall() as (served, wall), client_of(served) as client:

        async def poll(path: str, **query: str) -> Any:
            return (await client.get(path, params=query)).json()

        one = "/v1/streams/board:count:a/events"
        page = await poll(one)
        assert page["events"] == []
        assert page["reset"] == {"snapshot": {"n": 0, "pad": ""}}
        known = page["position"]
        assert await poll(one, after=known) == {"events": [], "position": known}
        waiting = asyncio.ensure_future(poll(one, after=known, wait="20"))
        await until(lambda: len(served.live.boards) == 1)
        wall.set(served.groat, 1)
        page = await waiting
        assert page["reset"]["snapshot"]["n"] == 1
        # Several streams at once, of which one is a board.
        every = {"streams": "user:42,board:count:a"}
        first = await poll("/v1/streams/events", **every)
        assert {each["stream"] for each in first["pages"]} == {"user:42", "board:count:a"}
        assert first["position"].endswith(f"board:count:a={page['position']}")
        waiting = asyncio.ensure_future(
            poll("/v1/streams/events", **every, after=first["position"], wait="20")
        )
        await until(lambda: len(served.live.boards) == 1)
        wall.set(served.groat, 2)
        (told,) = (answer := await waiting)["pages"]
        assert (told["stream"], told["reset"]["snapshot"]["n"]) == ("board:count:a", 2)
        async with source(client, one, last_event_id=page["position"]) as events:
            kind, id, data = await events.next()
            assert (kind, data["snapshot"]["n"]) == ("reset", 2)
            assert answer["position"].endswith(f"board:count:a={id}")
            wall.set(served.groat, 3)
            assert (await events.next())[2]["snapshot"]["n"] == 3
        await until(lambda: len(served.live.boards) == 0)


async def test_a_request_is_refused_with_a_code(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving_wall() as (served, wall):
        staff = served.identities.tokens["t"]
        del wall.states["a"]
        for most, code in ((1, "board_not_found"), (0, "too_many_boards")):
            monkeypatch.setattr(boards, "SHOWN_MAX", most)
            with pytest.raises(BoardError) as refused:
                await long_poll(served.live, staff, "board:count:a", None, 0)
            assert (refused.value.code, refused.value.fields) == (code, {"stream": "board:count:a"})
        assert len(served.live.boards) == 0


async def test_socket_io_clients_ask_by_an_event() -> None:
    wall = Wall()
    wall.states["a"] = Count(0)
    async with on_desk(boards=[wall.board]) as desk:
        client = await desk.connected("42", "admin")
        stranger = await desk.connected("7")
        client.emit("groat:watch", "count:a", id=1)
        stranger.emit("groat:watch", "count:a", id=1)
        stranger.emit("groat:watch", {"of": "nothing"})
        await desk.settle()
        for each in (client, stranger):
            each.read()
        assert client.acks[1] == [{"success": True, "board": "count:a"}]
        assert stranger.acks[1][0]["code"] == "forbidden"
        assert stranger.events == [["error", {**stranger.events[0][1], "code": "board_not_found"}]]
        assert client.events == [["groat:board", {"board": "count:a", "state": {"n": 0, "pad": ""}}]]
        offset = client.offset
        wall.set(desk.groat, 1)
        await desk.clock.pass_s(1)
        client.read()
        assert client.events[1:] == [["groat:board", {"board": "count:a", "state": {"n": 1, "pad": ""}}]]
        assert client.offset == offset, "a board moves nobody's position"
        client.emit("groat:watch", "count:a", id=2)
        client.emit("groat:unwatch", "count:a", id=3)
        await desk.settle()
        client.read()
        assert client.acks[2][0]["code"] == "already_watched"
        assert client.acks[3] == [{"success": True, "board": "count:a"}]
        assert len(desk.live.boards) == 0


async def test_a_commit_of_one_node_reaches_a_watcher_of_another(postgres_server: Postgres) -> None:
    wall = Wall()
    wall.states["a"] = Count(0)
    place = PostgresDatabase(postgres_server)
    clock = HandClock()
    async with (
        two_nodes(place.url) as (first, second),
        serving(second.groat, boards=[wall.board], clock=clock) as served,
    ):
        served.identities.let_in("t", "42", "admin")
        async with wired(served) as wire:
            await wire.ask(id=1, connect={"token": "t"})
            await wire.ask(id=2, subscribe={"channel": "board:count:a"})
            # From here on the clock stands, so no check can find it.
            await clock.pass_s(EVERY_S)
            wall.states["a"] = Count(1)
            first.groat.show("count:a")
            assert (await wire.heard())["push"]["pub"]["data"]["n"] == 1
