"""Flows: generators that yield named statements and receive rows.

A flow does no I/O itself, so one and the same flow runs in a writer thread on SQLite, on an asyncio driver, or inside
somebody else's transaction. A driver sends each :class:`Query`'s rows back into the flow, and throws a
:class:`~groat.ledger.errors.StoreError` into it when the database fails.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")


class Query(NamedTuple):
    """A statement by name with its arguments; the SQL file gives the shape of what comes back."""

    name: str
    args: tuple[Any, ...] = ()


class Together(NamedTuple):
    """Statements that a driver may run as one, in any order, over one snapshot of the database; answered by a list.

    So none may need what another one writes, or read what another one locks (rule D3). Those that write (``:add``) are
    answered by None.
    """

    queries: tuple[Query, ...]


Flow = Generator[Query | Together, Any, T]

Contribute = Callable[[Sequence[str]], Flow[dict[str, dict[str, Any]]]]
"""A program's part of the snapshots of these streams: fields by stream, without those that it has nothing for."""

Forget = Callable[[int, int], Flow[bool]]
"""Deletes what a program need not keep any more; returns whether there may be more.

The first argument says for how long notifications are kept (microseconds, 0 for ever), the second how many rows to
delete at most.
"""

FEW = 32
"""At most this many rows are handed over together. More go statement by statement, while the next is prepared."""


def hand_over(queries: Iterable[Query], few: bool) -> Flow[list[Any]]:
    """Hand over independent statements: together if they have few rows, else one by one as they are made."""
    if few:
        every = tuple(queries)
        if len(every) > 1:
            together: list[Any] = yield Together(every)
            return together
        queries = every
    answers = []
    for query in queries:
        answers.append((yield query))
    return answers


TURN = Query("turn")
"""Yielded before a batch locks rows: a driver that runs several batches at a time lets them do so one after another."""
