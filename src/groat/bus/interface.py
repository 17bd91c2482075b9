"""The interface of a bus: announce commits of this worker to the others, and hear of theirs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

import msgspec

from groat.store.batch import Published

Publish = Callable[[list[Published]], None]

WAITING_MAX = 50_000
"""This many hints may wait to be sent. More are dropped, and the periodic check finds their events."""


class Traffic(msgspec.Struct):
    """Counters of a bus since its start: hints sent, heard and dropped, and how often it was lost."""

    sent: int = 0
    heard: int = 0
    dropped: int = 0
    losses: int = 0


class Bus(ABC):
    """Sends and receives hints, which may be lost, late or repeated; listeners compare offsets with what they know.

    ``connected`` is false while no hints flow; nothing else depends on it. ``kind`` names the technique. ``has_nodes``
    says that several servers may work on the database, ``tells_boards`` that other workers' hints of boards arrive.
    """

    kind = ""
    has_nodes = True
    tells_boards = True

    def __init__(self) -> None:
        self.connected = False
        self.traffic = Traffic()

    @abstractmethod
    async def start(self) -> None:
        """Begin to listen."""

    @abstractmethod
    async def stop(self) -> None:
        """Stop listening; hints that wait are dropped."""

    @abstractmethod
    def announce(self, published: list[Published]) -> None:
        """Tell other workers what this one committed, soon and without waiting."""

    def follow(self, stream: str) -> None:  # noqa: B027  (most buses tell of all streams)
        """Note that somebody here reads this stream. A bus may leave out hints of streams that nobody follows."""

    def unfollow(self, stream: str) -> None:  # noqa: B027
        """Take back one :meth:`follow`: the stream has one reader fewer."""
