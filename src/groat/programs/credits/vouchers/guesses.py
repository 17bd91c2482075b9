"""The brake on guessing codes: wrong ones are counted by person and by address, for all nodes, in the database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakValueDictionary

from groat.engine.gather import Gather
from groat.identity.passwords import network
from groat.programs.credits.vouchers.codes import Mint
from groat.programs.credits.vouchers.errors import GuessedTooOften
from groat.store.flow import Flow, Query

if TYPE_CHECKING:
    from groat.engine.groat import Groat

FORGET_US = 7 * 86_400_000_000


class Brake(NamedTuple):
    """The number of wrong codes that a person and an address may try within ``window_s`` seconds."""

    per_person: int = 10
    per_address: int = 100
    window_s: int = 900


class Watched(NamedTuple):
    """A person or an address: the ``id`` under which their guesses are counted, and how many they may be."""

    id: str
    most: int


class Guesses:
    """Counts the wrong codes of all nodes."""

    def __init__(self, groat: Groat, mint: Mint, brake: Brake) -> None:
        self._groat = groat
        self._mint = mint
        self._brake = brake
        self._counts: Gather[str, tuple[int, int, int]] = Gather(self._read)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def watched(self, person: str, address: str) -> tuple[Watched, ...]:
        """Return whose guess it is; an empty ``address`` is not counted, for nobody knows whose it is."""
        found = [Watched(self._mint.whose(f"person {person}"), self._brake.per_person)]
        if address:
            found.append(Watched(self._mint.whose(f"address {network(address)}"), self._brake.per_address))
        return tuple(found)

    @asynccontextmanager
    async def turn(self, watched: Sequence[Watched]) -> AsyncIterator[None]:
        """Let a person try one code after the other, however many come at once. Raises GuessedTooOften."""
        lock = self._turns.setdefault(watched[0].id, asyncio.Lock())
        async with lock:
            await self._check(watched)
            yield

    async def wrong(self, watched: Sequence[Watched]) -> None:
        """Count a wrong code. Raises GuessedTooOften where that is one too many, so that nothing is told of it."""
        counts = await self._groat.write(_count, [each.id for each in watched], self._window_us)
        for each, (count, since, now) in zip(watched, counts, strict=True):
            self._refuse(each, count - 1, since, now)

    async def _check(self, watched: Sequence[Watched]) -> None:
        """Raise GuessedTooOften where one of them has guessed wrongly too often lately."""
        for each in watched:
            count, since, now = await self._counts.ask(each.id)
            self._refuse(each, count, since, now)

    def _refuse(self, each: Watched, count: int, since: int, now: int) -> None:
        ends = since + self._window_us
        if count >= each.most and ends > now:
            raise GuessedTooOften((ends - now) // 1_000_000 + 1)

    @property
    def _window_us(self) -> int:
        return self._brake.window_s * 1_000_000

    async def _read(self, ids: Sequence[str]) -> dict[str, tuple[int, int, int]]:
        return await self._groat.read(_read_counts, list(ids))


def _read_counts(ids: list[str]) -> Flow[dict[str, tuple[int, int, int]]]:
    (now,) = yield Query("read_now")
    found = {id: (count, since, now) for id, since, count in (yield Query("read_voucher_guesses", (ids,)))}
    return {id: found.get(id, (0, 0, now)) for id in ids}


def _count(ids: list[str], window_us: int) -> Flow[list[tuple[int, int, int]]]:
    (now,) = yield Query("read_now")
    counts = {}
    # In one order everywhere, so that no two wait for each other.
    for id in sorted(ids):
        count, since = yield Query("count_voucher_guess", (id, window_us))
        counts[id] = (count, since, now)
    return [counts[id] for id in ids]


def forget_guesses(_: int, limit: int) -> Flow[bool]:
    """Forget at most ``limit`` counts of windows that are over; see ``Forget``."""
    (now,) = yield Query("read_now")
    return len((yield Query("forget_voucher_guesses", (now - FORGET_US, limit)))) == limit
