"""Marks say how far a person has read a stream's notifications, which are numbered 1, 2, 3 without gaps."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

# Reading out of order leaves gaps. Beyond so many spans, everything before the first gap counts as read.
SPANS_MAX = 100

Span = tuple[int, int]


class Mark(NamedTuple):
    """All numbers up to ``upto`` are read, and those of the ``spans`` (first, last), sorted and with gaps between."""

    upto: int = 0
    spans: tuple[Span, ...] = ()

    def has(self, number: int) -> bool:
        """Return whether this one is read."""
        if number <= self.upto:
            return True
        place = bisect_left(self.spans, (number + 1,)) - 1
        return place >= 0 and number <= self.spans[place][1]

    def read(self) -> int:
        """Return how many are read."""
        return self.upto + sum(last - first + 1 for first, last in self.spans)

    def unread(self, total: int) -> Iterator[int]:
        """The numbers up to ``total`` that are not read, the highest first."""
        top = total
        for first, last in reversed(self.spans):
            yield from range(top, last, -1)
            top = min(top, first - 1)
        yield from range(top, self.upto, -1)

    def add(self, numbers: Iterable[int] = (), upto: int = 0) -> Mark:
        """Return the mark after these numbers, and all up to ``upto``, were read, too."""
        reached = max(self.upto, upto)
        merged: list[Span] = []
        for first, last in sorted([*self.spans, *((number, number) for number in numbers)]):
            if last <= reached:
                continue
            if first <= reached + 1:
                reached = last
            elif merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
            else:
                merged.append((first, last))
        while len(merged) > SPANS_MAX:
            reached = merged.pop(0)[1]
        return Mark(reached, tuple(merged))

    def after(self, stale: int) -> Mark:
        """Return the mark with everything up to ``stale`` read."""
        return self.add(upto=stale) if stale > self.upto else self


def decode_spans(text: str) -> tuple[Span, ...]:
    """Spans from their JSON."""
    return msgspec.json.decode(text, type=tuple[Span, ...])


def encode_spans(spans: tuple[Span, ...]) -> str:
    """Spans as JSON: ``[[4,4],[7,9]]``."""
    return msgspec.json.encode(spans).decode()
