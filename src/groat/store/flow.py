"""Flows: generators that yield named statements and receive rows.

A flow does no I/O itself, so one and the same flow runs in a writer thread on SQLite, on an asyncio driver, or inside
somebody else's transaction. A driver sends each :class:`Query`'s rows back into the flow, and throws a
:class:`~groat.ledger.errors.StoreError` into it when the database fails.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")


class Query(NamedTuple):
    """A statement by name with its arguments; the SQL file gives the shape of what comes back."""

    name: str
    args: tuple[Any, ...] = ()


Flow = Generator[Query, Any, T]

Contribute = Callable[[Sequence[str]], Flow[dict[str, dict[str, Any]]]]
"""A program's part of the snapshots of these streams: fields by stream, without those that it has nothing for."""

Forget = Callable[[int, int], Flow[bool]]
"""Forgets what a program need not keep any more, at most so many rows; whether there may be more.

The first number is for how long what people were told is kept, microseconds, 0 for ever.
"""

TURN = Query("turn")
"""Yielded before a batch locks rows: a driver that runs several batches at a time lets them do so one after another."""
