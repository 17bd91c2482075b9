"""Boards: states that programs show to whoever may watch. A change brings the present one, sampled and unnumbered.

A board has no events and no history: nothing is kept, nothing is recovered, and a reader begins with the state as it
is. The store names the boards that a commit changes (`groat.ledger.book.Table.shows`), and each node that has readers
of one reads it again: at most once in EVERY_S, once more for what changed in between, and for all readers together.

Hints may be lost. So every board with readers is also read once a period of `check`, and what has not changed is not
sent.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import msgspec
import structlog

from groat.ledger.errors import GroatError, InvalidInput, Unavailable, printable
from groat.live.clock import Clock, Timer
from groat.live.errors import Denial, Denied
from groat.store.batch import BOARD_PREFIX

if TYPE_CHECKING:
    from groat.bus.interface import Bus
    from groat.engine.groat import Groat
    from groat.identity.model import Identity
    from groat.store.batch import Published

EVERY_S: Final = 0.25
"""A node reads a board, and pushes it, at most once in this time."""
STATE_BYTES_MAX: Final = 60_000
SHOWN_MAX: Final = 2_000
"""A process keeps at most this many boards for its readers."""
_READ_MAX: Final = 100
_RETRY_S: Final = 1.0
_NAME: Final = re.compile(BOARD_PREFIX + r"([a-z][a-z_]{0,31}):([A-Za-z0-9._@|-]{1,128})", re.ASCII)
_GONE: Final = b"null"

log = structlog.stdlib.get_logger("groat.live")
_encode = msgspec.json.encode


class Board(NamedTuple):
    """A sort of boards, which a program declares: ``board:<name>:<id>`` shows what it reads for an id.

    ``state`` is the type of what it shows. ``may`` tells whether a caller may watch the board of an id; roles that
    change end a reader's connection, so that it is asked again. ``read`` returns the present states of some ids, and
    leaves out those of which there is nothing; its calls never overlap.
    """

    name: str
    state: type[msgspec.Struct]
    may: Callable[[Identity, str], bool]
    read: Callable[[Groat, Sequence[str]], Awaitable[Mapping[str, msgspec.Struct]]]


class BoardState(NamedTuple):
    """The state that a board shows: ``data`` is its JSON, ``mark`` the same text for the same data."""

    mark: str
    data: bytes


class BoardFormat(Protocol):
    """Encodes the states of one board for one kind of reader. Readers with equal formats share their bytes."""

    def __hash__(self) -> int:
        """Return the same number for equal formats."""

    def show(self, state: BoardState) -> bytes:
        """Encode a state."""


class Watcher(Protocol):
    """An owner of watches."""

    @property
    def choked(self) -> bool:
        """Return whether nothing may be written until it drains. It then calls `Boards.catch_up`."""


class BoardWatch:
    """One reader of a board. ``mark`` is that of the last state that it was given; it is ``live`` once it has one."""

    __slots__ = ("form", "live", "mark", "reader", "shown", "write")

    def __init__(
        self, shown: Shown, form: BoardFormat, reader: Watcher, write: Callable[[bytes], Any]
    ) -> None:
        self.shown = shown
        self.form = form
        self.reader = reader
        self.write = write
        self.mark = ""
        self.live = False


class Shown:
    """A board with readers on this node. ``due_at`` is when it may be read and pushed next."""

    __slots__ = ("asked", "board", "due_at", "id", "state", "stream", "watches")

    def __init__(self, stream: str, board: Board, id: str) -> None:
        self.stream = stream
        self.board = board
        self.id = id
        self.state: BoardState | None = None
        self.due_at = 0.0
        self.watches: dict[BoardWatch, None] = {}
        self.asked: list[asyncio.Future[BoardState | None]] = []


class Boards:
    """The boards of a process: who watches them, and the one task that reads them.

    ``bus`` is told which boards are watched here. Where it does not bring the hints of boards, any commit of another
    process may have changed any of them.
    """

    def __init__(self, groat: Groat, boards: Iterable[Board], bus: Bus | None, clock: Clock) -> None:
        self._groat = groat
        self._boards = {board.name: board for board in boards}
        self._bus = bus
        self._clock = clock
        self._tells_boards = bus is None or bus.tells_boards
        self._shown: dict[str, Shown] = {}
        self._changed: dict[Shown, None] = {}
        self._work = asyncio.Event()
        self._timer: Timer | None = None

    def __len__(self) -> int:
        return len(self._shown)

    # Readers come and go.

    def check_reader(self, identity: Identity, stream: str) -> None:
        """Raise Denied ``UNKNOWN_STREAM`` or ``NOT_ALLOWED`` unless the caller may watch a board of this name."""
        self._find(identity, stream)

    def _find(self, identity: Identity, stream: str) -> tuple[Board, str]:
        found = _NAME.fullmatch(stream)
        board = self._boards.get(found[1]) if found else None
        if found is None or board is None:
            raise Denied(Denial.UNKNOWN_STREAM, stream=stream)
        if not board.may(identity, found[2]):
            raise Denied(Denial.NOT_ALLOWED, stream=stream)
        return board, found[2]

    async def join(
        self,
        identity: Identity,
        stream: str,
        form: BoardFormat,
        reader: Watcher,
        write: Callable[[bytes], Any],
    ) -> tuple[BoardWatch, BoardState]:
        """Watch a board. Give the reader the state, then call `release`.

        Raises Denied ``UNKNOWN_STREAM``, also where the board has nothing to show, ``NOT_ALLOWED`` and
        ``TOO_MANY_VIEWS``; StoreError.
        """
        board, id = self._find(identity, stream)
        shown = self._shown.get(stream)
        if shown is None:
            if len(self._shown) >= SHOWN_MAX:
                raise Denied(Denial.TOO_MANY_VIEWS, stream=stream)
            shown = self._shown[stream] = Shown(stream, board, id)
            if self._bus is not None:
                self._bus.follow(stream)
        # The watch stands before the read begins, so it misses no change.
        watch = BoardWatch(shown, form, reader, write)
        shown.watches[watch] = None
        try:
            state = await self._ask(shown)
            if state is None:
                raise Denied(Denial.UNKNOWN_STREAM, stream=stream)
        except BaseException:
            self.leave(watch)
            raise
        watch.mark = state.mark
        return watch, state

    def _ask(self, shown: Shown) -> asyncio.Future[BoardState | None]:
        answer: asyncio.Future[BoardState | None] = asyncio.get_running_loop().create_future()
        shown.asked.append(answer)
        self._changed[shown] = None
        self._work.set()
        return answer

    def release(self, watch: BoardWatch) -> None:
        """Let a watch go on: its reader has been given the state with which it begins."""
        watch.live = True
        self.catch_up(watch)

    def catch_up(self, watch: BoardWatch) -> None:
        """Give a reader the present state, unless it has it."""
        state = watch.shown.state
        if watch.live and state is not None and state.mark != watch.mark and not watch.reader.choked:
            watch.mark = state.mark
            watch.write(watch.form.show(state))

    def leave(self, watch: BoardWatch) -> None:
        """End a watch. Ending it again does nothing."""
        shown = watch.shown
        watch.live = False
        shown.watches.pop(watch, None)
        if not shown.watches and self._shown.get(shown.stream) is shown:
            del self._shown[shown.stream]
            self._changed.pop(shown, None)
            if self._bus is not None:
                self._bus.unfollow(shown.stream)

    # Changes come in.

    def hear(self, batch: Sequence[Published]) -> None:
        """The callback of `groat.listen`: a commit may have changed boards. Never waits, never raises."""
        if not self._shown:
            return
        for news in batch:
            shown = self._shown.get(news.stream)
            if shown is not None:
                if shown not in self._changed:
                    self._changed[shown] = None
                    self._work.set()
            elif news.events is None and not self._tells_boards:
                self._mark_all()

    def _mark_all(self) -> None:
        self._changed.update(dict.fromkeys(self._shown.values()))
        if self._changed:
            self._work.set()

    async def check(self) -> None:
        """Read all boards again soon: a hint may have been lost."""
        self._mark_all()

    async def run(self) -> None:
        """Read boards that changed, and push them, until cancelled."""
        while True:
            await self._work.wait()
            self._work.clear()
            now = self._clock.now()
            due = [shown for shown in self._changed if shown.asked or shown.due_at <= now]
            for board in dict.fromkeys(shown.board for shown in due):
                group = [shown for shown in due if shown.board is board]
                for start in range(0, len(group), _READ_MAX):
                    await self._read(board, group[start : start + _READ_MAX])
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self._changed:
                wait_s = min(shown.due_at for shown in self._changed) - self._clock.now()
                self._timer = self._clock.call_later(max(wait_s, 0.0), self._work.set)

    async def _read(self, board: Board, group: list[Shown]) -> None:
        asked = {shown: shown.asked for shown in group}
        for shown in group:
            # A change from here on is read once more.
            self._changed.pop(shown, None)
            shown.asked = []
        found: dict[str, bytes] = {}
        failure: GroatError | None = None
        try:
            states = await board.read(self._groat, [shown.id for shown in group])
            found = {id: _encode(state) for id, state in states.items()}
        except GroatError as error:
            failure = error
            log.warning("board_unread", board=board.name, code=error.code, detail=error.detail)
        except Exception:
            # A program's code may raise anything, and the other boards must go on.
            failure = Unavailable()
            log.exception("board_broke", board=board.name)
        now = self._clock.now()
        for shown, answers in asked.items():
            if failure is None:
                self._take(shown, found.get(shown.id, _GONE), now)
            else:
                shown.due_at = now + _RETRY_S
                if self._shown.get(shown.stream) is shown:
                    self._changed[shown] = None
            for answer in answers:
                if answer.done():
                    continue
                if failure is None:
                    answer.set_result(shown.state if shown.id in found else None)
                else:
                    answer.set_exception(failure)

    def _take(self, shown: Shown, data: bytes, now: float) -> None:
        if len(data) > STATE_BYTES_MAX:
            log.error("board_too_large", board=shown.stream, bytes=len(data), most=STATE_BYTES_MAX)
            data = _GONE
        mark = hashlib.blake2b(data, digest_size=8).hexdigest()
        if shown.state is None or shown.state.mark != mark:
            shown.state = BoardState(mark, data)
        if now < shown.due_at:
            # It was read early, for a newcomer. The others get it when it is due.
            if any(watch.live and watch.mark != mark for watch in shown.watches):
                self._changed[shown] = None
            return
        shown.due_at = now + EVERY_S
        self._push(shown, shown.state)

    def _push(self, shown: Shown, state: BoardState) -> None:
        """Write a state to each reader that lacks it, encoded once for each format."""
        made: dict[BoardFormat, bytes] = {}
        for watch in list(shown.watches):
            if not watch.live or watch.mark == state.mark or watch.reader.choked:
                continue
            form = watch.form
            message = made.get(form)
            if message is None:
                message = made[form] = form.show(state)
            watch.mark = state.mark
            watch.write(message)


def is_board(stream: str) -> bool:
    """Return whether a name is that of a board, well-formed or not."""
    return stream.startswith(BOARD_PREFIX)


def check_board(name: str) -> str:
    """Return the board's name when it is well-formed; raises InvalidInput ``invalid_stream``."""
    if not _NAME.fullmatch(name):
        raise InvalidInput("invalid_stream", stream=printable(name, 128))
    return name
