"""Nobody waits for ever in the live room, in whatever order things happen: models over random interleavings."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from typing import Any, cast

from structlog.testing import capture_logs

from groat.ledger.errors import StoreError, Unavailable
from groat.live.endings import Ending
from groat.live.hub import CHECK_EVERY_S, Hub, HubStats
from groat.live.limits import LiveLimits
from groat.live.plain.formats import ITEMS, BoardPage
from groat.live.plain.waiter import Waiter
from groat.live.service import Live
from groat.settings import Settings
from tests.helpers.interleaving import run_all, turns
from tests.live.fakes import FakeGroat, FakeIdentities
from tests.live.test_hub import Client

NAMES = ["user:1", "user:2"]


class Crowd:
    """Commits whose hints are lost, late and doubled, readers that come, choke and drain, reads that fail."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.groat = FakeGroat()
        self.hub = Hub(self.groat.streams, HubStats())
        self.groat.listen(self.hub.hear)
        self.clients: list[Client] = []

    async def commit(self) -> None:
        for _ in range(10):
            await turns(self.dice.randrange(4))
            news = self.groat.commit(self.dice.choice(NAMES), self.dice.choice((1, 1, 3)))
            fate = self.dice.random()
            if fate < 0.5:
                self.groat.hint(news)
            elif fate < 0.7:
                self.groat.hint(news._replace(events=None))
            elif fate < 0.8:
                self.groat.hint(news, news)
            if self.dice.random() < 0.2:
                self.groat.streams.failing += 1

    async def read(self) -> None:
        await turns(self.dice.randrange(6))
        client = Client(self.hub, self.dice.choice(NAMES))
        try:
            await client.join()
        except StoreError:
            return
        self.clients.append(client)
        await turns(self.dice.randrange(4))
        client.go()
        for _ in range(self.dice.randrange(4)):
            await turns(self.dice.randrange(6))
            if client.closed is None:
                client.choke()
                await turns(self.dice.randrange(6))
                client.drain()

    async def check(self) -> None:
        while True:
            await asyncio.sleep(CHECK_EVERY_S)
            await self.hub.check()

    async def run(self) -> None:
        checking = asyncio.create_task(self.check())
        await asyncio.gather(
            *(self.commit() for _ in range(3)),
            *(self.read() for _ in range(5)),
        )
        self.groat.streams.failing = 0
        await asyncio.sleep(20 * CHECK_EVERY_S)
        for client in self.clients:
            assert client.subscription is not None
            at_end = client.start + len(client.got) == len(self.groat.streams.of(client.stream).events)
            # Only a read that failed may have closed it.
            assert at_end or client.closed is Ending.FAULT
            assert client.is_whole
        checking.cancel()
        await self.hub.stop()


def test_every_reader_gets_everything_whatever_others_do() -> None:
    with capture_logs():
        run_all(lambda dice: Crowd(dice).run(), 300)


class Poll:
    """Somebody who polls, and a hub that writes at any moment."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        settings = Settings()
        live = Live(cast(Any, FakeGroat()), FakeIdentities(), settings, LiveLimits.of(settings))
        self.waiter = Waiter(live, ITEMS, lambda _: BoardPage())
        self.got: list[bytes] = []

    async def write(self) -> None:
        for number in range(20):
            await turns(self.dice.randrange(3))
            self.waiter._write("user:1", b"%d" % number)
        await turns(self.dice.randrange(3))
        self.waiter.session.close(Ending.SHUTDOWN)

    async def run(self) -> None:
        writing = asyncio.create_task(self.write())
        while not self.waiter.session.ended:
            self.got += [data for _, data in await self.waiter.take(1e9)]
        self.got += [data for _, data in await self.waiter.take(0)]
        await writing
        assert self.got == [b"%d" % number for number in range(20)]
        # Nobody waited until time was up.
        assert asyncio.get_running_loop().time() < 1


def test_who_polls_hears_of_everything_and_of_the_end() -> None:
    run_all(lambda dice: Poll(dice).run(), 300)


def test_receipts_are_written_though_a_write_fails_or_is_cut_short() -> None:
    async def main(dice: random.Random) -> None:
        groat = FakeGroat()
        written: dict[tuple[str, str], int] = {}

        async def seen(receipts: Sequence[tuple[str, str, int, int]]) -> None:
            await turns(dice.randrange(4))
            if dice.random() < 0.3 and noting:
                raise Unavailable()
            for stream, device, offset, _ in receipts:
                assert offset > written.get((stream, device), -1) or not noting
                written[stream, device] = max(offset, written.get((stream, device), -1))

        groat.streams.seen = seen  # type: ignore[method-assign]
        settings = Settings()
        live = Live(cast(Any, groat), FakeIdentities(), settings, LiveLimits.of(settings))
        noting = True
        await live.start()
        latest: dict[tuple[str, str], int] = {}
        for offset in range(40):
            await asyncio.sleep(dice.random())
            device = dice.choice("ab")
            live.note_seen("user:1", device, offset)
            latest["user:1", device] = offset
        # The last flush may be under way at this moment, and is cut short.
        await asyncio.sleep(dice.random())
        noting = False
        await live.stop()
        assert written == latest

    with capture_logs():
        run_all(main, 200)
