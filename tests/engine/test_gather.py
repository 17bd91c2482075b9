from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from contextlib import suppress

import pytest

from groat.engine.gather import Gather
from tests.helpers.interleaving import run_all, turns


class Reads:
    """A read that waits until it is let go, and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.go = asyncio.Event()

    async def __call__(self, keys: Sequence[int]) -> dict[int, int]:
        self.asked.append(list(keys))
        await self.go.wait()
        if 13 in keys:
            raise LookupError
        return {key: 10 * key for key in keys}


async def begin(gather: Gather[int, int], keys: Sequence[int]) -> list[asyncio.Task[int]]:
    tasks = [asyncio.create_task(gather.ask(key)) for key in keys]
    # One turn to ask, one for the reads to begin.
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_who_waits_at_the_same_time_shares_a_read() -> None:
    reads = Reads()
    gather = Gather(reads, size_max=3, at_once=1)
    first = await begin(gather, [1])
    later = await begin(gather, [2, 3, 2, 4])
    assert reads.asked == [[1]]
    reads.go.set()
    assert await asyncio.gather(*first, *later) == [10, 20, 30, 20, 40]
    assert reads.asked == [[1], [2, 3], [4]]


async def test_a_failure_reaches_those_who_asked_and_nobody_else() -> None:
    reads = Reads()
    gather = Gather(reads, size_max=2, at_once=1)
    first = await begin(gather, [1])
    later = await begin(gather, [13, 2, 3])
    reads.go.set()
    assert await first[0] == 10
    for unlucky in later[:2]:
        with pytest.raises(LookupError):
            await unlucky
    assert await later[2] == 30


async def test_one_who_leaves_takes_nobody_along() -> None:
    reads = Reads()
    gather = Gather(reads, size_max=2, at_once=1)
    one, other = await begin(gather, [1, 1])
    one.cancel()
    reads.go.set()
    assert await other == 10


class Crowd:
    """Twenty callers who ask at random moments for reads that take random turns, and sometimes fail or are left."""

    def __init__(self, make: type[Gather[int, int]], dice: random.Random) -> None:
        self._dice = dice
        self.gather = make(self._read, size_max=dice.choice((1, 3, 200)), at_once=dice.choice((1, 2)))

    async def _read(self, keys: Sequence[int]) -> dict[int, int]:
        await turns(self._dice.randrange(3))
        if self._dice.random() < 0.1:
            raise LookupError
        return {key: 10 * key for key in keys if key != 13}

    async def _ask(self, key: int) -> None:
        await turns(self._dice.randrange(12))
        asking = asyncio.create_task(self.gather.ask(key))
        if self._dice.random() < 0.1:
            await turns(self._dice.randrange(4))
            asking.cancel()
        with suppress(LookupError, asyncio.CancelledError):
            assert await asking == 10 * key

    async def come(self) -> None:
        await asyncio.gather(*(self._ask(self._dice.randrange(15)) for _ in range(20)))


def test_nobody_waits_for_ever() -> None:
    run_all(lambda dice: Crowd(Gather, dice).come(), 1_000)
    run_all(lambda dice: Crowd(Gather, dice).come(), 1_000, shuffled=False)


class Late(Gather[int, int]):
    """Learns of the end of its work by a callback only, which is called a turn late, and begins nothing then."""

    async def _work(self) -> None:
        while self._waiting:
            await self._answer_some()

    def _end(self, task: asyncio.Task[None] | None) -> None:
        self._tasks.discard(task)


def test_a_count_that_is_told_late_would_be_found() -> None:
    for shuffled in (True, False):
        with pytest.raises(AssertionError, match="waits for ever"):
            run_all(lambda dice: Crowd(Late, dice).come(), 1_000, shuffled=shuffled)


async def test_who_asks_for_what_was_not_found_hears_of_it_and_the_others_have_their_answers() -> None:
    async def read(keys: Sequence[int]) -> dict[int, int]:
        return {key: key for key in keys if key != 2}

    gather: Gather[int, int] = Gather(read)
    answers = await asyncio.gather(*(gather.ask(key) for key in (1, 2, 3)), return_exceptions=True)
    assert answers[0] == 1
    assert isinstance(answers[1], KeyError)
    assert answers[2] == 3


@pytest.mark.parametrize("begun", [True, False])
async def test_a_cancelled_read_takes_along_at_most_those_it_was_for(begun: bool) -> None:
    reads = Reads()
    gather = Gather(reads, size_max=1, at_once=1)
    first, other = [asyncio.create_task(gather.ask(key)) for key in (1, 2)]
    await turns(2 if begun else 1)
    (work,) = [task for task in asyncio.all_tasks() if task.get_name() == "groat-gather"]
    work.cancel()
    reads.go.set()
    if begun:
        with pytest.raises(asyncio.CancelledError):
            await first
    else:
        assert await first == 10
    assert await other == 20
