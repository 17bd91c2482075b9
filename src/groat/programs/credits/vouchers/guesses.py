"""The brake on guessing codes: tries are counted by person and by address, for all nodes, in the database.

A try counts before it is made, and is taken back once it was no guess. So tries that come at once, whoever makes them
and on whichever nodes, are never more than may be wrong. One whose node dies meanwhile stays counted until its window
is over.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakValueDictionary

import structlog

from groat.engine.gather import Gather
from groat.identity.passwords import network
from groat.ledger.errors import StoreError
from groat.programs.credits.vouchers.codes import Mint
from groat.programs.credits.vouchers.errors import GuessedTooOften
from groat.store.flow import Flow, Query

if TYPE_CHECKING:
    from groat.engine.groat import Groat

FORGET_US = 7 * 86_400_000_000
SHARE = 4
"""The tries of an address that one node makes at once are this part of what it may guess wrongly."""

log = structlog.get_logger("groat.vouchers")


class Brake(NamedTuple):
    """The number of wrong codes that a person and an address may try within ``window_s`` seconds."""

    per_person: int = 10
    per_address: int = 100
    window_s: int = 900


class Watched(NamedTuple):
    """A person or an address: the ``id`` under which their guesses are counted, how many they may be, and how many
    tries a node makes ``at_once``.
    """

    id: str
    most: int
    at_once: int


class GuessCount(NamedTuple):
    """The number of ``tries`` in the window that began at ``since``, as it is ``now``."""

    tries: int
    since: int
    now: int


class Counted(NamedTuple):
    """A try that is counted: by the id of each who is watched, when its window began."""

    number: int
    windows: tuple[tuple[str, int], ...]


class Attempt:
    """A try that is being made; ``returned`` are the windows in which it will not count."""

    def __init__(self, counted: Counted) -> None:
        self.returned = counted.windows

    def was_wrong(self) -> None:
        """Let it count: there is no such code."""
        self.returned = ()

    def was_refused(self) -> None:
        """Let it count for the person alone, who has learnt of a code and got nothing for it.

        A hundred people behind one address may try a popular code that is used up, and lock nobody out.
        """
        self.returned = self.returned[1:]


class _Try(NamedTuple):
    """A try that is to be counted; the ``number`` tells it from others of the same."""

    number: int
    watched: tuple[Watched, ...]


class Guesses:
    """Counts the tries of all nodes."""

    def __init__(self, groat: Groat, mint: Mint, brake: Brake) -> None:
        self._groat = groat
        self._mint = mint
        self._brake = brake
        self._counts: Gather[str, GuessCount] = Gather(self._read)
        self._taken: Gather[_Try, Counted | GuessedTooOften] = Gather(self._take)
        self._returned: Gather[Counted, bool] = Gather(self._return)
        self._numbers = count()
        self._turns: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    def watched(self, person: str, address: str) -> tuple[Watched, ...]:
        """Return whose guess it is, the person first. An empty ``address`` does not count: nobody knows whose it is."""
        found = [Watched(self._mint.whose(f"person {person}"), self._brake.per_person, 1)]
        if address:
            most = self._brake.per_address
            id = self._mint.whose(f"address {network(address)}")
            found.append(Watched(id, most, max(1, most // SHARE)))
        return tuple(found)

    @asynccontextmanager
    async def attempt(self, watched: tuple[Watched, ...]) -> AsyncIterator[Attempt]:
        """Count a try, let it be made, and take back what does not count of it. Raises GuessedTooOften, StoreError.

        A person's tries are made one after the other, and wait here for their turn.
        """
        async with AsyncExitStack() as turns:
            for each in watched:
                turn = self._turns.setdefault(each.id, asyncio.Semaphore(each.at_once))
                await turns.enter_async_context(turn)
            await self._check(watched)
            counted = await self._taken.ask(_Try(next(self._numbers), watched))
            if isinstance(counted, GuessedTooOften):
                raise counted
            attempt = Attempt(counted)
            try:
                yield attempt
            finally:
                if attempt.returned:
                    await self._give_back(counted._replace(windows=attempt.returned))

    async def _give_back(self, counted: Counted) -> None:
        try:
            await self._returned.ask(counted)
        except StoreError as error:
            # The try itself has its verdict. It stays counted until its window is over.
            log.warning("guess_stays_counted", code=error.code)

    async def _check(self, watched: Sequence[Watched]) -> None:
        """Raise GuessedTooOften where one of them has guessed too often lately, without a write."""
        for each in watched:
            if error := _too_many(each, await self._counts.ask(each.id), self._window_us):
                raise error

    @property
    def _window_us(self) -> int:
        return self._brake.window_s * 1_000_000

    async def _read(self, ids: Sequence[str]) -> dict[str, GuessCount]:
        return await self._groat.read(_tallies, list(ids))

    async def _take(self, wanted: Sequence[_Try]) -> dict[_Try, Counted | GuessedTooOften]:
        return await self._groat.write(_count, wanted, self._window_us)

    async def _return(self, counted: Sequence[Counted]) -> dict[Counted, bool]:
        await self._groat.write(_uncount, counted)
        return dict.fromkeys(counted, True)


def _too_many(each: Watched, tally: GuessCount, window_us: int) -> GuessedTooOften | None:
    left_us = tally.since + window_us - tally.now
    return GuessedTooOften(left_us // 1_000_000 + 1) if tally.tries >= each.most and left_us > 0 else None


def _tallies(ids: list[str]) -> Flow[dict[str, GuessCount]]:
    (now,) = yield Query("read_now")
    found = {
        id: GuessCount(count, since, now)
        for id, since, count in (yield Query("read_voucher_guesses", (ids,)))
    }
    return {id: found.get(id, GuessCount(0, 0, now)) for id in ids}


def _count(wanted: Sequence[_Try], window_us: int) -> Flow[dict[_Try, Counted | GuessedTooOften]]:
    """Count each try for all who are watched, or for none of them where that is too many."""
    found = yield from _lock({each.id for one in wanted for each in one.watched})
    for id, tally in found.items():
        if not tally.tries or tally.since + window_us <= tally.now:
            found[id] = GuessCount(0, tally.now, tally.now)
    answers: dict[_Try, Counted | GuessedTooOften] = {}
    for one in wanted:
        errors = [_too_many(each, found[each.id], window_us) for each in one.watched]
        if refused := next(filter(None, errors), None):
            answers[one] = refused
            continue
        for each in one.watched:
            found[each.id] = found[each.id]._replace(tries=found[each.id].tries + 1)
        answers[one] = Counted(one.number, tuple((each.id, found[each.id].since) for each in one.watched))
    yield from _write(found)
    return answers


def _uncount(counted: Sequence[Counted]) -> Flow[None]:
    """Take tries back, each in the window in which it was counted."""
    windows = [window for each in counted for window in each.windows]
    found = yield from _lock({id for id, _ in windows})
    for id, since in windows:
        if found[id].since == since:
            found[id] = found[id]._replace(tries=found[id].tries - 1)
    yield from _write(found)


def _lock(ids: set[str]) -> Flow[dict[str, GuessCount]]:
    """Lock counts, in one order everywhere, so that no two wait for each other; then read them."""
    (now,) = yield Query("read_now")
    yield Query("lock_voucher_guesses", ([(id, now, 0) for id in sorted(ids)],))
    return (yield from _tallies(sorted(ids)))


def _write(found: dict[str, GuessCount]) -> Flow[None]:
    rows = [(id, tally.since, tally.tries) for id, tally in sorted(found.items())]
    yield Query("write_voucher_guesses", (rows,))


def forget_guesses(_: int, limit: int) -> Flow[bool]:
    """Forget at most ``limit`` counts of windows that are over; see ``Forget``."""
    (now,) = yield Query("read_now")
    return len((yield Query("forget_voucher_guesses", (now - FORGET_US, limit)))) == limit
