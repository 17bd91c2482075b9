"""Work that is given up when its caller has left."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from groat.asgi import Receive

T = TypeVar("T")


class CallerLeft(Exception):
    """The connection ended before the answer; nobody is there to read one."""


async def attended(receive: Receive, work: Awaitable[T]) -> T:
    """Return the result of ``work``, which is cancelled when the caller leaves; that raises CallerLeft.

    ``receive`` is ASGI's, of a request whose body was read or is not wanted.
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
