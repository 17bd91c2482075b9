"""A WebSocket that is passed on: bytes go both ways between its client and the worker that keeps its session.

The client's handshake is passed on as it came, so the worker answers that, too. Here nobody reads what goes through.
Whoever reads slowly makes the other side wait, and when one side goes, so does the other.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, cast

from groat.live.service import DRAINED_PER_S
from groat.live.socketio.engine_errors import BAD_REQUEST, UNKNOWN_SID, EngineError
from groat.live.socketio.seals import HEADER

if TYPE_CHECKING:
    from groat.live.socketio.relay import SessionRelay
    from groat.live.socketio.sids import Owner

BUSY: Final = "too many requests are passed on now"


class SocketPassage(asyncio.Protocol):
    """The side of the worker that keeps the session. The client's side calls `feed`, `choke`, `drain` and `lost`."""

    def __init__(self, relay: SessionRelay, owner: Owner, seal: bytes) -> None:
        self._relay = relay
        self._owner = owner
        self._seal = seal
        self._near: asyncio.Transport
        self._hang_up: Callable[[], None]
        self._far: asyncio.Transport | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_counted = False
        self._is_over = False

    def begin(self, near: asyncio.Transport, head: bytes, hang_up: Callable[[], None]) -> None:
        """Pass on the client's handshake, and from then on everything. Never waits."""
        self._near, self._hang_up = near, hang_up
        near.pause_reading()
        self._is_counted = self._relay.enter()
        if not self._is_counted:
            self._refuse(EngineError(BAD_REQUEST, BUSY, 503))
            return
        self._task = asyncio.get_running_loop().create_task(self._connect(_sealed(head, self._seal)))

    async def _connect(self, head: bytes) -> None:
        try:
            await self._relay.connect(self._owner, lambda: self)
        except OSError:
            self._relay.stats.unreachable += 1
            if not self._is_over:
                self._refuse(EngineError(UNKNOWN_SID))
            return
        if self._far is not None and not self._is_over:
            self._far.write(head)
            if not self._near.is_closing():
                self._near.resume_reading()

    def _refuse(self, error: EngineError) -> None:
        status = HTTPStatus(error.status)
        self._near.write(
            b"HTTP/1.1 %d %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b"
            % (status, status.phrase.encode(), len(error.body), error.body)
        )
        self._hang_up()

    # Calls from the client's side.

    def feed(self, data: bytes) -> None:
        """Pass on what the client sends."""
        if self._far is not None:
            self._far.write(data)

    def choke(self) -> None:
        """Read no more, for the client does not."""
        if self._far is not None and not self._far.is_closing():
            self._far.pause_reading()

    def drain(self) -> None:
        """Read on."""
        if self._far is not None and not self._far.is_closing():
            self._far.resume_reading()

    def shut(self, window_s: float) -> None:
        """Begin to close, at some moment within this many seconds; a few need no window."""
        pause_s = random.uniform(0, min(window_s, self._relay.stats.open / DRAINED_PER_S))  # noqa: S311
        asyncio.get_running_loop().call_later(pause_s, self._near.close)

    def lost(self) -> None:
        """End: the client is gone."""
        self._is_over = True
        if self._far is not None:
            self._far.abort()
        self._leave()

    def _leave(self) -> None:
        if self._is_counted:
            self._is_counted = False
            self._relay.leave()

    # Called by the event loop.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the worker's side, unless the client left meanwhile."""
        self._far = cast(asyncio.Transport, transport)
        if self._is_over:
            self._far.abort()

    def data_received(self, data: bytes) -> None:
        """Pass on what the worker sends."""
        self._near.write(data)

    def pause_writing(self) -> None:
        """Let the client wait, for the worker does not read."""
        if not self._near.is_closing():
            self._near.pause_reading()

    def resume_writing(self) -> None:
        """Take more from the client."""
        if not self._near.is_closing():
            self._near.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """End: the worker closed, or is gone. The client may read what was sent."""
        self._leave()
        if not self._is_over:
            self._hang_up()


def _sealed(head: bytes, seal: bytes) -> bytes:
    """Return the head of a request with this seal, in place of any other."""
    line, *headers = head.split(b"\r\n")
    kept = [each for each in headers if each.partition(b":")[0].strip().lower() != HEADER]
    return b"\r\n".join((line, b"%b: %b" % (HEADER, seal), *kept))
