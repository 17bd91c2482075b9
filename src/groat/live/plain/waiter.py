"""A reader over plain HTTP: a buffer between the hub and a request that takes what has come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from groat.ledger.errors import Closed
from groat.live.clock import wait
from groat.live.errors import BOARD_CODES, BoardError, Denied
from groat.live.session import Session

if TYPE_CHECKING:
    from groat.identity.model import Identity
    from groat.live.boards import BoardFormat
    from groat.live.endings import Ending
    from groat.live.feeds import Subscription
    from groat.live.formats import Format
    from groat.live.service import Live
    from groat.live.session import Position
    from groat.store.streams import Resume


class Waiter:
    """The shell of a session that follows some streams in one format. `subscriptions` has its places in them.

    `take` returns the chunks that the hub has written, each with its stream, and of each board the latest state.
    `board_form` makes the format of a board.
    """

    def __init__(self, live: Live, form: Format, board_form: Callable[[str], BoardFormat]) -> None:
        self.session = Session(live, self)
        self.subscriptions: dict[str, Subscription] = {}
        self._live = live
        self._form = form
        self._board_form = board_form
        self._chunks: list[tuple[str, bytes]] = []
        self._boards: dict[str, bytes] = {}
        self._size = 0
        self._news = asyncio.Event()

    async def join(self, identity: Identity, positions: Mapping[str, Position | None]) -> dict[str, Resume]:
        """Subscribe to the streams from their positions. Raises TooManyReaders, BoardError, Closed, StoreError."""
        try:
            return await self.session.attend(identity, positions)
        except Denied as refused:
            if refused.why in BOARD_CODES:
                raise BoardError(BOARD_CODES[refused.why], stream=refused.stream) from None
            # The session has ended meanwhile: the caller has to come again.
            raise Closed from None

    def leave(self) -> None:
        """End, for the request is over or its client has gone."""
        self.session.lost()
        self._news.set()

    async def take(self, wait_s: float) -> list[tuple[str, bytes]]:
        """Wait up to `wait_s` seconds for news; return them.

        Returns nothing when time is up or the session has ended.
        """
        if not self._chunks and not self._boards and not self.session.ended and wait_s > 0:
            await wait(self._live.clock, self._news, wait_s)
        self._news.clear()
        chunks = [*self._chunks, *self._boards.items()]
        self._chunks, self._boards, self._size = [], {}, 0
        self.session.drain()
        return chunks

    # Calls from the session (see session.Shell).

    def format(self, stream: str, viewed: bool) -> Format:
        """Return the one format of the request."""
        return self._form

    def writer(self, subscription: Subscription) -> Callable[[bytes], Any]:
        """Return a function that keeps what is written until it is taken."""
        self.subscriptions[subscription.feed.stream] = subscription
        return partial(self._write, subscription.feed.stream)

    def board(self, stream: str) -> tuple[BoardFormat, Callable[[bytes], Any]]:
        """Return the format of a board, and a function that keeps the latest state until it is taken."""
        return self._board_form(stream), partial(self._show, stream)

    def _write(self, stream: str, data: bytes) -> None:
        self._chunks.append((stream, data))
        self._grow(len(data))

    def _show(self, stream: str, data: bytes) -> None:
        before = len(self._boards.get(stream, b""))
        self._boards[stream] = data
        self._grow(len(data) - before)

    def _grow(self, size: int) -> None:
        self._size += size
        self._news.set()
        if self._size > self._live.limits.write_high_bytes:
            self.session.choke()

    def end(self, why: Ending) -> None:
        """Wake the request: its answer ends here."""
        self._news.set()
