"""Gather calls for one key each into shared reads of the database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Gather(Generic[K, V]):
    """Calls ``read`` with up to ``size_max`` keys, ``at_once`` calls at a time, without a timer.

    Callers who ask while reads are under way share the next one. So a single caller is answered at once, and a thousand
    callers cost a few reads. A read begins only after each caller that it answers has asked.
    """

    def __init__(
        self, read: Callable[[Sequence[K]], Awaitable[dict[K, V]]], size_max: int = 200, at_once: int = 2
    ) -> None:
        self._read = read
        self._size_max = size_max
        self._at_once = at_once
        self._waiting: list[tuple[K, asyncio.Future[V]]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, key: K) -> V:
        """Return the answer for one key. Raises the read's exceptions, KeyError when it leaves the key out."""
        answer: asyncio.Future[V] = asyncio.get_running_loop().create_future()
        self._waiting.append((key, answer))
        self._begin()
        return await answer

    def _begin(self) -> None:
        if len(self._tasks) < self._at_once:
            task = asyncio.create_task(self._work(), name="groat-gather")
            self._tasks.add(task)
            # A task that is cancelled before it begins does not run its own clean-up.
            task.add_done_callback(self._end)

    async def _work(self) -> None:
        try:
            while self._waiting:
                await self._answer_some()
        finally:
            # A callback would run one turn later. A caller in between would wait for a task that has ended.
            self._end(asyncio.current_task())

    def _end(self, task: asyncio.Task[None] | None) -> None:
        self._tasks.discard(task)
        self._waiting = [asked for asked in self._waiting if not asked[1].done()]
        if self._waiting:
            self._begin()

    async def _answer_some(self) -> None:
        asked, self._waiting = self._waiting[: self._size_max], self._waiting[self._size_max :]
        try:
            found = await self._read(list(dict.fromkeys(key for key, _ in asked)))
        except asyncio.CancelledError:
            for _, answer in asked:
                answer.cancel()
            raise
        except Exception as error:  # noqa: BLE001 (it is raised where it belongs: by everybody who asked)
            for _, answer in asked:
                if not answer.done():
                    answer.set_exception(error)
            return
        for key, answer in asked:
            if answer.done():
                continue
            if key in found:
                answer.set_result(found[key])
            else:
                answer.set_exception(KeyError(key))
