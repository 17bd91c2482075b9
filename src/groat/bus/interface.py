"""What the engine needs of a bus: telling other workers what was committed here, and hearing what was elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from groat.store.batch import Published

Publish = Callable[[list[Published]], None]


class Bus(Protocol):
    """Hints follow the commit and may be lost, late or repeated; listeners compare offsets with what they know."""

    async def start(self) -> None:
        """Begin to listen."""

    async def stop(self) -> None:
        """Stop listening; hints that wait are dropped."""

    def announce(self, published: list[Published]) -> None:
        """Tell other workers what this one committed, soon and without waiting."""
