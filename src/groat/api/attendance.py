"""Cancel work when its caller has left."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from groat.asgi import Receive

T = TypeVar("T")


class CallerLeft(Exception):
    """The connection ended before the answer, so nobody can read one."""


async def attended(receive: Receive, work: Awaitable[T]) -> T:
    """Return the result of ``work``. When the caller leaves, cancel it and raise CallerLeft.

    ``receive`` is ASGI's. The request's body must have been read, or not be wanted.
    """
    task, gone = asyncio.ensure_future(work), asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait((task, gone), return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise CallerLeft
        return task.result()
    finally:
        left = [each for each in (task, gone) if not each.done()]
        for each in left:
            each.cancel()
        await asyncio.gather(*left, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
