"""No hint waits for ever on any bus, in whatever order things happen: models over random interleavings."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from groat.bus import postgres, redis
from groat.bus.postgres import PostgresBus
from groat.bus.redis import SHARDS, RedisBus, shard_of
from groat.bus.sqlite import SqliteBus
from groat.ledger.errors import Busy
from groat.store.batch import Published
from tests.helpers.interleaving import run_all, turns

FAULTS = (OSError("away"), ZeroDivisionError())


class Place:
    dsn = place = ""


def ignore(_: list[Published]) -> None:
    pass


class Notifying:
    """A connection of asyncpg that carries notifications after random turns and breaks now and then."""

    def __init__(self, dice: random.Random, told: Counter[str]) -> None:
        self.dice = dice
        self.told = told
        self.listeners: list[Any] = []
        self.closed = False

    def add_termination_listener(self, listener: Any) -> None:
        self.listeners.append(listener)

    async def add_listener(self, channel: str, hear: Any) -> None:
        await turns(self.dice.randrange(3))

    def is_closed(self) -> bool:
        return self.closed

    def terminate(self) -> None:
        self.closed = True

    async def fetchval(self, sql: str, **_: Any) -> bool:
        await turns(self.dice.randrange(3))
        return True

    async def execute(self, sql: str, *args: Any, **_: Any) -> None:
        await turns(self.dice.randrange(3))
        for payload in args[1] if args else ():
            self.told.update(stream for stream, *_ in postgres._decode(payload)[1])


def test_every_hint_is_told_over_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main(dice: random.Random) -> None:
        told: Counter[str] = Counter()

        async def connect(*_: Any, **__: Any) -> Notifying:
            await turns(dice.randrange(3))
            if dice.random() < 0.3:
                raise dice.choice(FAULTS)
            return Notifying(dice, told)

        monkeypatch.setattr("asyncpg.connect", connect)
        bus = PostgresBus(cast(Any, Place()), "me", ignore)
        await bus.start()
        for number in range(30):
            await turns(dice.randrange(4))
            bus.announce([Published(f"user:{number}", "e", 1, 1, ())])
        # Somebody else's hints must not be what takes these along, nor the probe of a silent connection.
        await asyncio.sleep(30 * postgres.RETRY_S)
        assert told == Counter(f"user:{number}" for number in range(30))
        await bus.stop()

    with capture_logs():
        run_all(main, 200)


class Joining:
    """A connection of redis-py that notes which channels are joined; commands take random turns."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.joined: set[str] = set()

    async def send_command(self, word: str, *names: str, **_: Any) -> None:
        await turns(self.dice.randrange(4))
        if word == "SSUBSCRIBE":
            self.joined |= set(names)
        elif word == "SUNSUBSCRIBE":
            self.joined -= set(names)


def test_who_follows_a_stream_joins_its_channel_at_once_over_redis() -> None:
    async def main(dice: random.Random) -> None:
        bus = RedisBus("redis://127.0.0.1", cast(Any, Place()), "me", ignore)
        connection = Joining(dice)
        joining = asyncio.create_task(bus._join(connection))
        streams = [f"user:{number}" for number in range(6)]
        followed: list[str] = []
        for _ in range(40):
            await turns(dice.randrange(4))
            if followed and dice.random() < 0.5:
                bus.unfollow(followed.pop(dice.randrange(len(followed))))
            else:
                followed.append(dice.choice(streams))
                bus.follow(followed[-1])
        # Before the next probe, which looks anew.
        await asyncio.sleep(redis.PROBE_S / 10)
        assert connection.joined == {str(shard_of(stream)) for stream in followed}
        joining.cancel()

    run_all(main, 300)
    assert SHARDS == 64


def test_a_bus_over_redis_comes_back_after_any_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main(dice: random.Random) -> None:
        told: list[str] = []
        bus = RedisBus("redis://127.0.0.1", cast(Any, Place()), "me", ignore)

        async def connect() -> None:
            for number in range(dice.randrange(3)):
                await turns(dice.randrange(3))
                told.append(str(number))
            raise dice.choice(FAULTS)

        monkeypatch.setattr(bus, "_connect", connect)
        await bus.start()
        await asyncio.sleep(100.0)
        before = len(told)
        await asyncio.sleep(100.0)
        assert len(told) > before
        await bus.stop()

    with capture_logs():
        run_all(main, 50)


class File:
    """A database file whose data version rises with each commit; reading takes random turns and fails at times."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.commits: list[str] = []

    async def data_version(self) -> int:
        await turns(self.dice.randrange(3))
        if self.dice.random() < 0.1 and self.commits:
            raise self.dice.choice((Busy(), ZeroDivisionError()))
        return len(self.commits)

    async def read(self, flow: Any, *args: Any) -> Any:
        await turns(self.dice.randrange(3))
        found = list(enumerate(self.commits, 1))
        if not args:
            return len(found)
        return [(id, f'[["{stream}","e",1,1]]') for id, stream in found if id > args[0]]


def test_every_commit_of_another_process_is_heard_of_over_a_file() -> None:
    async def main(dice: random.Random) -> None:
        heard: list[str] = []
        file = File(dice)
        bus = SqliteBus(
            cast(Any, file), "me", lambda ranges: heard.extend(p.stream for p in ranges), lambda: None
        )
        await bus.start()
        for number in range(30):
            await asyncio.sleep(dice.choice((0, 0, 0.01, 0.06)))
            file.commits.append(f"user:{number}")
        await asyncio.sleep(2.0)
        assert heard == file.commits
        await bus.stop()

    with capture_logs():
        run_all(main, 200)
