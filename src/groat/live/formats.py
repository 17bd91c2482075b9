"""Formats: how the events of a stream become bytes for one kind of reader.

The bytes are made once and shared by all readers of a room. Events are already encoded JSON in UTF-8 and are never
decoded here.
"""

from collections.abc import Iterator, Sequence
from typing import Final, Protocol

CHUNK_BYTES: Final = 60_000
"""Events are joined into messages of about this many bytes. A larger event travels alone."""

Chunk = tuple[int, bytes]
"""The offset of the last event in the bytes, and the bytes."""


class Format(Protocol):
    """Encodes the events of one stream for one kind of reader. Readers with equal formats share their bytes."""

    def __hash__(self) -> int:
        """Return the same number for equal formats."""

    def one(self, epoch: str, at: int, event: bytes) -> bytes:
        """Encode a single event with its offset. Nearly every commit brings a stream one event."""

    def encode(self, epoch: str, first: int, events: Sequence[bytes]) -> list[Chunk]:
        """Encode the events with offsets first, first + 1, ... as chunks of bounded size, in order."""


def chunks(first: int, items: Sequence[bytes]) -> Iterator[tuple[int, list[bytes]]]:
    """Cut items with offsets first, first + 1, ... into runs of about CHUNK_BYTES each."""
    run: list[bytes] = []
    size = 0
    for at, item in enumerate(items, first):
        if run and size + len(item) > CHUNK_BYTES:
            yield at - 1, run
            run, size = [], 0
        run.append(item)
        size += len(item) + 1
    if run:
        yield first + len(items) - 1, run
