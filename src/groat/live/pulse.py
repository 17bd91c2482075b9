"""The heartbeat of a socket: pings that want an answer, and a look at a client that does not read."""

from __future__ import annotations

from groat.live.clock import NEVER
from groat.live.endings import Ending


class Pulse:
    """The heartbeat of one socket, however many sessions it carries.

    `at` is the clock's time of the next beat, NEVER before `start`. Set `heard` whenever the client sends something.
    """

    __slots__ = ("_every_s", "_stalled", "at", "heard")

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._stalled = -1
        self.at = NEVER
        self.heard = True

    def start(self, now: float) -> None:
        """Begin to beat. Starting again does nothing."""
        if self.at == NEVER:
            self.at = now + self._every_s

    def beat(self, now: float, backlog: int | None) -> Ending | None:
        """Judge the client, and return why it must go; None means that it lives.

        `backlog` is how many bytes wait for a client that does not read, None for one that reads. Ping the latter. The
        former cannot answer a ping that it has not read, but it must go on reading.
        """
        if backlog is None:
            if not self.heard:
                return Ending.SILENT
            self.heard = False
        else:
            if backlog == self._stalled:
                return Ending.SLOW
            self._stalled = backlog
        self.at = now + self._every_s
        return None

    def drained(self) -> None:
        """Note that the client reads again."""
        self._stalled = -1
