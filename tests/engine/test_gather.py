from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from groat.engine.gather import Gather


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
