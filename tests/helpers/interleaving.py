"""An event loop whose clock jumps and whose order is a seed's: what can wait for ever is found in no time.

Nothing outside the process may be waited for. When no callback is ready and no timer runs, nothing can happen any more:
then whoever is awaited waits for ever, and :func:`run` raises Stuck.
"""

from __future__ import annotations

import asyncio
import random
import selectors
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Stuck(AssertionError):
    """Somebody waits for what will never happen."""


class _Selector:
    """Stands before the loop's own selector: never sleeps, moves the loop's clock instead."""

    def __init__(self, loop: Loop, own: selectors.BaseSelector) -> None:
        self._loop = loop
        self._own = own

    def __getattr__(self, name: str) -> Any:
        return getattr(self._own, name)

    def select(self, timeout: float | None = None) -> list[Any]:
        """Nothing is ever heard from outside."""
        if timeout is None:
            raise Stuck
        self._loop.now += timeout
        self._loop.shuffle()
        return []


class Loop(asyncio.SelectorEventLoop):
    """Runs what is ready in the order of ``dice``, or in the usual one without; ``now`` is its clock, in seconds."""

    def __init__(self, dice: random.Random | None) -> None:
        super().__init__()
        self.now = 0.0
        self._dice = dice
        self._selector: Any = _Selector(self, self._selector)

    def time(self) -> float:
        """The loop's clock, in seconds."""
        return self.now

    def shuffle(self) -> None:
        """Let what is ready run in any order."""
        if self._dice is not None:
            ready: Any = self._ready  # type: ignore[attr-defined]
            shuffled = list(ready)
            self._dice.shuffle(shuffled)
            ready.clear()
            ready.extend(shuffled)


def run(
    main: Callable[[random.Random], Coroutine[Any, Any, T]], seed: int = 0, *, shuffled: bool = True
) -> T:
    """Run ``main(dice)`` in an order and with turns that ``seed`` decides; raises Stuck, and what ``main`` raises."""
    order = random.Random(f"order/{seed}") if shuffled else None
    with asyncio.Runner(loop_factory=lambda: Loop(order)) as runner:
        return runner.run(main(random.Random(seed)))


def run_all(main: Callable[[random.Random], Awaitable[Any]], count: int, *, shuffled: bool = True) -> None:
    """Run ``main(dice)`` with the seeds 0 to ``count - 1``; what fails is told with its seed."""
    stuck: list[int] = []
    for seed in range(count):
        try:
            run(main, seed, shuffled=shuffled)  # type: ignore[arg-type]
        except Stuck:
            stuck.append(seed)
        except BaseException as error:
            error.add_note(f"seed {seed}")
            raise
    assert not stuck, f"somebody waits for ever with {len(stuck)} of {count} seeds: {stuck[:20]}"


async def turns(count: int) -> None:
    """Let others run ``count`` times."""
    for _ in range(count):
        await asyncio.sleep(0)
