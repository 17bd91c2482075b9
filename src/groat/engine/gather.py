"""Many callers who each want one answer from the database: those who wait at the same time share one read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Gather(Generic[K, V]):
    """Calls ``read`` with up to ``size_max`` keys, ``at_once`` calls at a time; no timer holds anybody back.

    While the reads under way last, the next one gathers: a single caller is answered as fast as without, a thousand at
    once cost a few reads. A read begins after everybody it answers has asked.
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
        """The answer for one key. Raises what the read raises."""
        answer: asyncio.Future[V] = asyncio.get_running_loop().create_future()
        self._waiting.append((key, answer))
        if len(self._tasks) < self._at_once:
            task = asyncio.create_task(self._run())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await answer

    async def _run(self) -> None:
        while self._waiting:
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
            else:
                for key, answer in asked:
                    if not answer.done():
                        answer.set_result(found[key])
