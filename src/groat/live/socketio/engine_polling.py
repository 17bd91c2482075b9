"""The transport of a session over long-polling: what waits to be fetched, and the requests that wait."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from groat.live.socketio import engine_packets as packets

if TYPE_CHECKING:
    from groat.live.socketio.engine import EngineSocket


_STAMP_LENGTH_MAX: Final = 64


class Polling:
    """Keeps what was written until it is fetched. `socket` is its session, set right after it is made.

    `is_posting` is true while a body is taken in. `fault` tells how the client broke the protocol.
    """

    __slots__ = (
        "_high_bytes",
        "_is_closing",
        "_last",
        "_may_take",
        "_paused",
        "_poll",
        "_queue",
        "_size",
        "_stamps",
        "fault",
        "is_posting",
        "socket",
    )

    socket: EngineSocket

    def __init__(self, high_bytes: int) -> None:
        self._high_bytes = high_bytes
        self._queue: list[bytes] = []
        self._size = 0
        self._last: bytes | None = None
        self._is_closing = False
        self._poll: asyncio.Future[None] | None = None
        self._may_take: asyncio.Future[None] | None = None
        self._paused = False
        self._stamps: dict[str, str] = {}
        self.is_posting = False
        self.fault = ""

    # Calls from the session.

    def write(self, framed: bytes) -> None:
        """Keep messages made by `frames.text` and `frames.binary`, or answer the request that waits for them."""
        self._queue.append(framed)
        self._size += len(framed)
        if self._poll is not None:
            _wake(self._poll)
        elif self._size > self._high_bytes:
            self.socket.choke()

    def backlog(self) -> int:
        """Return how many bytes wait to be fetched."""
        return self._size

    def pause_reading(self) -> None:
        """Let bodies wait."""
        self._paused = True

    def resume_reading(self) -> None:
        """Take bodies again."""
        self._paused = False
        _wake(self._may_take)

    @property
    def is_polled(self) -> bool:
        """Return whether a request waits for packets."""
        return self._poll is not None

    def close(self) -> None:
        """End with a close packet behind what was written: both are fetched together."""
        self._is_closing = True
        _wake(self._poll)
        _wake(self._may_take)

    def finish(self, body: bytes, fault: str = "") -> None:
        """End now: this is the last body to be fetched. `fault` says how the client broke the protocol."""
        if self._last is None:
            self._last = body
            self.fault = fault
        self._queue.clear()
        self._size = 0
        _wake(self._poll)
        _wake(self._may_take)

    def leave(self) -> bytes:
        """End, for the session goes on over a WebSocket. Returns the messages that have to go there."""
        rest = b"".join(self._queue)
        self.finish(packets.NOOP_BODY)
        return rest

    def nudge(self) -> None:
        """Answer the request that waits, with nothing."""
        _wake(self._poll)

    @property
    def _has_ended(self) -> bool:
        return self._is_closing or self._last is not None

    # Calls from the requests.

    def is_repeated(self, method: str, stamp: str) -> bool:
        """Return whether a request was answered before, by the `t` that is new in each of a client's requests.

        Proxies ask again when a node dies with the answer. Clients that put whole seconds there may repeat one.
        """
        if not stamp or stamp.isdigit() or len(stamp) > _STAMP_LENGTH_MAX:
            return False
        before = self._stamps.get(method)
        self._stamps[method] = stamp
        return before == stamp

    def poll(self) -> asyncio.Future[None]:
        """Return a future that is done when there is something to fetch. One request may wait, until `end_poll`."""
        self._poll = asyncio.get_running_loop().create_future()
        upgrading = self.socket.upgrading
        if self._queue or self._has_ended or (upgrading is not None and upgrading.is_probed):
            self._poll.set_result(None)
        return self._poll

    def end_poll(self) -> None:
        """Let another request wait."""
        self._poll = None

    def take(self) -> bytes:
        """Fetch all there is: a body, of a noop packet if there is nothing."""
        if self._last is not None:
            body = self._last
        else:
            if self._is_closing:
                self._queue.append(packets.CLOSE_PACKET)
            body = packets.join(self._queue) or packets.NOOP_BODY
            self._queue.clear()
            self._size = 0
        self.socket.fetched()
        return body

    async def may_take(self) -> bool:
        """Wait until the session takes packets. Returns False when it has ended."""
        while self._paused and not self._has_ended:
            self._may_take = asyncio.get_running_loop().create_future()
            await self._may_take
        return not self._has_ended


def _wake(future: asyncio.Future[None] | None) -> None:
    if future is not None and not future.done():
        future.set_result(None)
