"""Try again what was refused for a reason that may pass: each attempt has a key of its own."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from groat.client.errors import Problem

T = TypeVar("T")

FIRST_WAIT_S = 0.5
WAIT_S_MAX = 30.0
KEY_MAX = 240


def again(call: Callable[[str], T], *, key: str = "", for_s: float = 30.0) -> T:
    """Make a call with a key, and again with a new one while its refusal may pass, for at most ``for_s`` seconds.

    The first attempt has ``key`` (one of its own unless given), the others keys that are made of it: so whoever repeats
    the whole gets the verdicts of before, and nothing is done twice. The pauses grow from 0.5 to 30 seconds. Raises the
    last Problem, what else the call raises, and ValueError for a key that leaves no room.
    """
    keys, until = _keys(key), time.monotonic() + for_s
    wait_s = FIRST_WAIT_S
    while True:
        try:
            return call(next(keys))
        except Problem as problem:
            if not problem.retryable_with_new_key or (
                not problem.replayed and time.monotonic() + wait_s > until
            ):
                raise
            if problem.replayed:
                # An attempt of an earlier run: pass over it at once.
                continue
        time.sleep(wait_s)
        wait_s = min(WAIT_S_MAX, 2 * wait_s)


async def again_async(call: Callable[[str], Awaitable[T]], *, key: str = "", for_s: float = 30.0) -> T:
    """Do as :func:`again`, on an event loop."""
    keys, until = _keys(key), time.monotonic() + for_s
    wait_s = FIRST_WAIT_S
    while True:
        try:
            return await call(next(keys))
        except Problem as problem:
            if not problem.retryable_with_new_key or (
                not problem.replayed and time.monotonic() + wait_s > until
            ):
                raise
            if problem.replayed:
                continue
        await asyncio.sleep(wait_s)
        wait_s = min(WAIT_S_MAX, 2 * wait_s)


def _keys(key: str) -> Iterator[str]:
    if len(key) > KEY_MAX:
        raise ValueError(
            f"a key of more than {KEY_MAX} characters leaves no room for the number of the attempt"
        )
    key = key or str(uuid.uuid4())
    yield key
    attempt = 1
    while True:
        attempt += 1
        yield f"{key}/try-{attempt}"
