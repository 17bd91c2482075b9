"""Sessions without a protocol: two on one socket, in whatever order things happen, and what a door can rely on."""

from __future__ import annotations

import asyncio
import gc
import random
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from groat.identity import Identity
from groat.ledger.errors import Closed
from groat.live import Live, LiveLimits
from groat.live.endings import Ending
from groat.live.errors import Denial, Denied
from groat.live.feeds import Subscription
from groat.live.hub import CHECK_EVERY_S
from groat.live.plain.formats import ITEMS, BoardPage
from groat.live.plain.waiter import Waiter
from groat.live.session import Session, SessionState
from groat.settings import Settings
from tests.helpers.interleaving import run_all, turns
from tests.live.fakes import FakeGroat, FakeIdentities
from tests.live.hand_clock import HandClock
from tests.live.test_hub import PLAIN, Plain
from tests.live.waiting import until

ME, ROLE, ALL, OTHER = "user:42", "role:admin", "role:all", "user:7"
LIMITS = LiveLimits(connects_per_minute=100_000, messages_per_second=100_000)


class Reader:
    """A shell that keeps what it is told, and checks at each write that the session knows how far it was sent."""

    def __init__(
        self,
        live: Live,
        form: Plain = PLAIN,
        on_write: Callable[[], None] = lambda: None,
        carrier: object | None = None,
    ) -> None:
        self.form = form
        self.on_write = on_write
        self.got: dict[str, list[int]] = {}
        self.at: dict[str, int] = {}
        self.ended: list[Ending] = []
        self.session = Session(live, self, carrier)

    def format(self, stream: str, viewed: bool) -> Plain:
        return self.form

    def board(self, stream: str) -> Any:
        raise AssertionError("no reader of these tests looks at a board")

    def writer(self, subscription: Subscription) -> Callable[[bytes], Any]:
        def write(data: bytes) -> None:
            assert not self.session.ended, "written to after the end"
            assert not self.session.choked, "written to while choked"
            offsets = [int(offset) for offset in data.split()]
            stream = subscription.feed.stream
            assert offsets == list(range(self.at[stream] + 1, offsets[-1] + 1)), "in order, each once"
            self.at[stream] = offsets[-1]
            assert self.positions() == {name: self.at[name] for name in self.positions()}
            self.on_write()

        return write

    def end(self, why: Ending) -> None:
        self.ended.append(why)

    def positions(self) -> dict[str, int]:
        return {each.feed.stream: each.offset for each in self.session.subscriptions()}

    async def enter(self, token: str) -> None:
        """Enter from the positions of last time, and go live."""
        positions = {stream: ("e1", at) for stream, at in self.at.items()}
        resumes = await self.session.enter(token, lambda _: positions)
        for stream, resume in resumes.items():
            self.at[stream] = resume.offset
        self.session.release()


@asynccontextmanager
async def living(limits: LiveLimits = LIMITS) -> AsyncIterator[tuple[Live, FakeGroat, FakeIdentities]]:
    """A service whose clock stands, and its fakes. At its end nothing of any reader may be left."""
    groat, identities = FakeGroat(), FakeIdentities()
    live = Live(cast(Any, groat), identities, Settings(), limits, HandClock())
    await live.start()
    try:
        yield live, groat, identities
        for mine in list(live._of_principal.values()):
            for session in list(mine):
                session.lost()
    finally:
        await live.stop()
    assert live.hub._feeds == {}
    assert live._of_principal == {}
    assert live._attending == set()


def assert_ended(refused: Denied) -> None:
    assert refused.why is Denial.ENDED


def check_end(reader: Reader, refused: Denied) -> None:
    assert reader.session.ended
    assert_ended(refused)


class Socket:
    """A socket with two sessions of one person, whose buffer fills and empties, and what happens to them."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.groat = FakeGroat()
        self.groat.streams.turns = lambda: dice.randrange(4)
        self.identities = FakeIdentities()
        self.token = self.identities.let_in("t", "42", "admin")
        self.live = Live(cast(Any, self.groat), self.identities, Settings(), LIMITS)
        self.readers: list[Reader] = []
        self.done = False

    def read(self) -> list[Reader]:
        return [each for each in self.readers if not each.session.ended]

    def choke(self) -> None:
        for reader in self.read():
            reader.session.choke()

    def fill(self) -> None:
        """Called at each write: some of them fill the buffer."""
        if self.dice.random() < 0.2:
            self.choke()

    async def drain(self) -> None:
        while not self.done:
            await turns(1 + self.dice.randrange(6))
            for reader in self.read():
                reader.session.drain()

    async def commit(self) -> None:
        """Commits of several streams at once, some told twice, without events, or not at all."""
        for _ in range(12):
            await turns(self.dice.randrange(4))
            names = self.dice.sample([ME, ROLE, ALL, OTHER], self.dice.randrange(1, 5))
            batch = [self.groat.commit(name, self.dice.choice((1, 1, 1, 3))) for name in names]
            batch += [
                self.groat.commit(news.stream) for news in self.dice.sample(batch, 1) if news.stream != ROLE
            ]
            fate = self.dice.random()
            if fate < 0.1:
                batch = [news._replace(events=None) for news in batch]
            elif fate < 0.3:
                batch += batch
            if fate < 0.9:
                self.groat.hint(*batch)

    async def use(self, form: Plain) -> None:
        """One session: enters, perhaps views, and now and then ends in one of many ways, to come back."""
        at: dict[str, int] = {}
        while not self.done:
            reader = Reader(self.live, form, self.fill)
            reader.at = at
            self.readers.append(reader)
            session = reader.session
            ways = (session.lost, partial(session.close, Ending.SLOW))
            entering = asyncio.create_task(reader.enter(self.token))
            await turns(self.dice.randrange(8))
            if self.dice.random() < 0.3:
                self.choke()
            fate = self.dice.random()
            if fate < 0.2:
                session.lost()
            elif fate < 0.3:
                session.close(Ending.SHUTDOWN)
            try:
                await entering
            except Denied as refused:
                check_end(reader, refused)
            else:
                viewing = asyncio.create_task(self.view(reader))
                await turns(self.dice.randrange(20))
                if self.dice.random() < 0.5:
                    session.leave(OTHER)
                if self.done or self.dice.random() < 0.5:
                    await viewing
                    return
                self.dice.choice(ways)()
                await viewing
            assert reader.positions() == {}
            at = {stream: offset for stream, offset in reader.at.items() if stream != OTHER}

    async def view(self, reader: Reader) -> None:
        try:
            resume = await reader.session.view(OTHER, None)
        except Denied as refused:
            assert_ended(refused)
            return
        reader.at[OTHER] = resume.offset
        reader.session.release_view(OTHER)

    def is_whole(self, reader: Reader) -> bool:
        """Return whether it was sent all there is of its streams, which are at least those that nobody leaves."""
        at = reader.positions()
        return {ME, ROLE, ALL} <= at.keys() and at == {
            stream: len(self.groat.streams.of(stream).events) for stream in at
        }

    async def run(self) -> None:
        await self.live.start()
        draining = asyncio.create_task(self.drain())
        using = [asyncio.create_task(self.use(Plain())) for _ in range(2)]
        await asyncio.gather(*(self.commit() for _ in range(2)))
        self.done = True
        await asyncio.gather(*using, draining)
        # The clock of this loop jumps, so waiting takes no time. The hub's next look finds what nobody told of.
        deadline = asyncio.get_running_loop().time() + 4 * CHECK_EVERY_S
        while not all(self.is_whole(reader) for reader in self.read()):
            assert asyncio.get_running_loop().time() < deadline
            for reader in self.read():
                # The last writes may choke it again.
                reader.session.drain()
            await asyncio.sleep(CHECK_EVERY_S / 100)
        for reader in self.read():
            reader.session.lost()
        await self.live.stop()
        assert self.live.hub._feeds == {}
        assert self.live._of_principal == {}


def test_whatever_happens_each_session_knows_how_far_it_was_sent() -> None:
    with capture_logs():
        run_all(lambda dice: Socket(dice).run(), 300)


async def test_a_reader_alone_in_several_streams_is_told_of_each_in_the_order_of_its_writes() -> None:
    async with living() as (live, groat, identities):
        reader = Reader(live)
        await reader.enter(identities.let_in("t", "42", "admin"))
        first = [groat.commit(stream) for stream in (ME, ROLE, ALL)]
        again = [groat.commit(stream) for stream in (ALL, ME)]
        # One batch: the messages are made before any of them is written.
        groat.hint(*first, *again)
        assert reader.at == {ME: 2, ROLE: 1, ALL: 2}
        assert live.hub.stats.deliveries == 5


async def test_choking_in_the_middle_of_a_batch_leaves_the_rest_to_the_database() -> None:
    async with living() as (live, groat, identities):
        reader = Reader(live)
        await reader.enter(identities.let_in("t", "42", "admin"))
        reader.on_write = reader.session.choke
        groat.hint(*(groat.commit(stream) for stream in (ME, ROLE, ALL)))
        assert reader.at == {ME: 1, ROLE: 0, ALL: 0}
        assert reader.positions() == reader.at
        reader.on_write = lambda: None
        reader.session.drain()
        await until(lambda: reader.at == {ME: 1, ROLE: 1, ALL: 1})


async def test_the_end_of_one_session_leaves_the_others_of_its_socket() -> None:
    async with living() as (live, groat, identities):
        one, other = Reader(live), Reader(live)
        await one.enter(identities.let_in("one", "42"))
        await other.enter(identities.let_in("other", "7"))
        identities.changed.append(ME)
        identities.listener()
        await until(lambda: one.ended)
        assert one.ended == [Ending.RIGHTS_CHANGED]
        groat.publish(OTHER)
        assert other.at[OTHER] == 1
        assert other.ended == []


async def test_a_session_that_was_refused_may_be_entered_again() -> None:
    async with living() as (live, groat, identities):
        reader = Reader(live)
        token = identities.let_in("t", "42")
        for token_given, why in [("", Denial.NO_TOKEN), ("none", Denial.TOKEN_INVALID)]:
            with pytest.raises(Denied) as refused:
                await reader.enter(token_given)
            assert refused.value.why is why
        groat.streams.failing = 1
        with pytest.raises(Denied) as refused:
            await reader.enter(token)
        assert refused.value.why is Denial.UNAVAILABLE
        assert reader.session.state is SessionState.NEW
        assert reader.session.identity is None
        assert live._of_principal == {}
        await reader.enter(token)
        groat.publish(ME)
        assert reader.at[ME] == 1


@pytest.mark.parametrize("when", ["before the rights are read", "after they were read"])
async def test_rights_that_change_while_a_token_is_checked_keep_the_session_out(when: str) -> None:
    async with living() as (live, _, identities):
        token = identities.let_in("t", "42")
        gate = asyncio.Event()
        authenticate = identities.authenticate_token

        async def slow(given: str) -> Identity:
            identity = await authenticate(given)
            await gate.wait()
            return identity

        identities.authenticate_token = slow  # type: ignore[assignment, method-assign]
        reader = Reader(live)
        entering = asyncio.create_task(reader.enter(token))
        await asyncio.sleep(0)
        identities.changed.append(ME)
        if when == "after they were read":
            identities.listener()
            await until(lambda: live.revision == 1)
            gate.set()
            with pytest.raises(Denied) as refused:
                await entering
            assert refused.value.why is Denial.TOKEN_OLD
        else:
            gate.set()
            await entering
            identities.listener()
            await until(lambda: reader.ended == [Ending.RIGHTS_CHANGED])


async def test_rights_that_change_while_a_token_is_renewed_end_the_session() -> None:
    """The check of rights knows only the former token's session, which goes on."""
    async with living() as (live, _, identities):
        identities.tokens["old"] = Identity(ME, "42", session="old")
        identities.tokens["new"] = Identity(ME, "42", session="new")
        identities.open_sessions = {"old"}
        reader = Reader(live)
        await reader.enter("old")
        gate = asyncio.Event()
        authenticate = identities.authenticate_token

        async def slow(given: str) -> Identity:
            identity = await authenticate(given)
            await gate.wait()
            return identity

        identities.authenticate_token = slow  # type: ignore[assignment, method-assign]
        renewing = asyncio.create_task(reader.session.renew("new"))
        await asyncio.sleep(0)
        identities.changed.append(ME)
        identities.listener()
        await until(lambda: live.revision == 1)
        await asyncio.sleep(0)
        assert reader.ended == []
        gate.set()
        with pytest.raises(Denied):
            await renewing
        assert reader.ended == [Ending.RIGHTS_CHANGED]


async def test_rights_that_changed_between_a_request_and_its_session_end_it() -> None:
    async with living() as (live, _, identities):
        who = identities.tokens["gone"] = Identity(ME, "42", session="gone")
        identities.refusals["gone"] = "token_revoked"
        identities.changed.append(ME)
        identities.listener()
        await until(lambda: live.revision == 1)
        waiter = Waiter(live, ITEMS, lambda _: BoardPage())
        with pytest.raises(Closed):
            await waiter.join(who, {ME: None})
        waiter.leave()
        # Somebody whose session goes on is let in.
        waiter = Waiter(live, ITEMS, lambda _: BoardPage())
        assert ME in await waiter.join(Identity(ME, "42", session="open"), {ME: None})
        waiter.leave()


async def test_the_sessions_of_a_person_on_one_socket_count_as_one() -> None:
    limits = LiveLimits(connections_per_user=2, connects_per_minute=4)
    async with living(limits) as (live, _, identities):
        token = identities.let_in("t", "42")
        socket, another = object(), object()
        for carrier in (socket, socket, socket, another, another):
            await Reader(live, carrier=carrier).enter(token)
        with pytest.raises(Denied) as refused:
            await Reader(live, carrier=object()).enter(token)
        assert refused.value.why is Denial.TOO_MANY_READERS
        # Entering again and again is no way around the limit of connects.
        for _ in range(6):
            await Reader(live, carrier=socket).enter(token)
        await cast(HandClock, live.clock).pass_s(0.5)
        with pytest.raises(Denied) as refused:
            await asyncio.gather(*(Reader(live, carrier=socket).enter(token) for _ in range(4)))
        assert refused.value.why is Denial.TOO_OFTEN


async def test_a_request_whose_client_has_gone_already_is_not_counted() -> None:
    async with living() as (live, _, _identities):
        waiter = Waiter(live, ITEMS, lambda _: BoardPage())
        waiter.leave()
        with pytest.raises(Closed):
            await waiter.join(Identity(ME, "42"), {ME: None})
        assert live._of_principal == {}


async def test_a_token_ends_its_session_whatever_the_machines_clock_says() -> None:
    async with living() as (live, _, identities):
        clock = cast(HandClock, live.clock)
        reader = Reader(live)
        await reader.enter(identities.let_in("t", "42", expires_at=round(clock.wall() + 60)))
        assert reader.session.renew_in_s() == 40
        clock.set_by += 3_600
        await clock.pass_s(59)
        reader.session.tick(clock.now())
        assert reader.ended == []
        await clock.pass_s(1)
        reader.session.tick(clock.now())
        assert reader.ended == [Ending.EXPIRED]
        assert live._of_principal == {}


async def test_an_ended_session_and_its_shell_are_freed_at_once() -> None:
    async with living() as (live, _, identities):
        reader = Reader(live)
        await reader.enter(identities.let_in("t", "42"))
        gone = weakref.ref(reader)
        gc.disable()
        try:
            reader.session.close(Ending.SHUTDOWN)
            del reader
            assert gone() is None
        finally:
            gc.enable()
