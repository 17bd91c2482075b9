"""groat's door for Socket.IO clients: a live session for each namespace of a connection, and resuming without code.

A stock client that comes back sends the `pid` of its last CONNECT answer and, as its `offset`, the last argument of the
last event it handled, when that is a string. So behind the packets of each event of a stream, in the same write, goes
a packet `["groat:position", "..."]` with the positions of all streams of its namespace. The packets are shared by all
who read a stream; only that one is each client's own.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from struct import Struct
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

import msgspec
import structlog

from groat.identity.errors import IDENTITY_ERRORS
from groat.live.boards import BoardState
from groat.live.endings import Ending
from groat.live.errors import BOARD_CODES, LIVE_ERRORS, Denial, Denied
from groat.live.formats import Chunk
from groat.live.frames import text
from groat.live.session import Position, Session
from groat.live.socketio.connection import Member, SocketConnection, SocketServer
from groat.live.socketio.joins import told_room, wanted_stream
from groat.live.socketio.packets import MAIN
from groat.live.socketio.pids import Pids, positions_of
from groat.sparing import SparingLog
from groat.store.batch import BOARD_PREFIX

if TYPE_CHECKING:
    from groat.identity.model import Identity
    from groat.live.doors import HttpRequest
    from groat.live.feeds import Subscription
    from groat.live.service import Live
    from groat.settings import Settings
    from groat.store.streams import Resume

_pack_head = Struct(">HH").pack
"""Packs the head of a frame of 126 to 65,535 bytes: the byte of flags and opcode with the byte 126, and the size."""

HOLD_S: Final = 3.0
"""A client that cannot be let in now is kept waiting for so long, in seconds. Stock clients begin their back-off anew
with each transport that opens, so they would come back every second."""
_LEAST: Final = (0, *(10**digits for digits in range(1, 20)))
"""The least number with one digit, with two, and so on. All followers share these, which the processor has at hand."""
SHARED_BYTES_MAX: Final = 4 * 1024
"""Each room keeps the last message to its readers up to this size, for the next one to whom it goes."""
MARK: Final = b'["groat:position","'
WATCH: Final = "groat:watch"
UNWATCH: Final = "groat:unwatch"
BOARD: Final = "groat:board"
"""The event that brings a board's state; its name without the prefix, and the state."""
_WRONG: Final = {
    Denial.NO_TOKEN: "unauthenticated",
    Denial.TOKEN_INVALID: "token_invalid",
    Denial.NOTHING_TO_READ: "token_invalid",
}

_BOARD_CODES: Final = {
    **BOARD_CODES,
    Denial.NOT_ALLOWED: "forbidden",
    Denial.ALREADY_VIEWED: "already_watched",
}
_BOARD_DETAILS: Final = {
    "forbidden": "This board is not yours to watch.",
    "already_watched": "This connection watches the board already.",
    "unavailable": "The state could not be read. Ask again.",
    **{code: rule.meaning for code, rule in LIVE_ERRORS.items()},
}

log = structlog.stdlib.get_logger("groat.live")
_told = SparingLog(log)


class Names(Protocol):
    """The names by which an app's pages know events (see events.py)."""

    def packets(self, stream: str, event: bytes) -> Sequence[bytes]:
        """Return the JSON arrays of the packets that tell of an event of a stream."""

    def snapshot_packets(self, stream: str, snapshot: bytes) -> Sequence[bytes]:
        """Return the JSON arrays of the packets that tell how a stream stands."""


class SocketFormat:
    """The packets of a stream's events in one namespace, each a frame of its own.

    `last` has packets that were sent to a reader, what stood before the offset behind them, the offset, what stood
    after it, and all of it together: most readers of a room have come equally far in their other streams.
    """

    __slots__ = ("_stream", "head", "last", "names")

    def __init__(self, names: Names, head: bytes, stream: str) -> None:
        self.names = names
        self.head = head
        self._stream = stream
        self.last = (b"", b"", -1, b"", b"")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SocketFormat) and other.head == self.head and other._stream == self._stream

    def __hash__(self) -> int:
        return hash((self.head, self._stream))

    def one(self, epoch: str, at: int, event: bytes) -> bytes:
        """See Format."""
        return self.framed(self.names.packets(self._stream, event))

    def encode(self, epoch: str, first: int, events: Sequence[bytes]) -> list[Chunk]:
        """See Format. Each event is written by itself, for the client's position goes behind each."""
        return [(at, self.one(epoch, at, event)) for at, event in enumerate(events, first)]

    def snapshot(self, snapshot: bytes) -> bytes:
        """Encode a snapshot of the stream."""
        return self.framed(self.names.snapshot_packets(self._stream, snapshot))

    def framed(self, packets: Sequence[bytes]) -> bytes:
        """Return a frame for each of these packets."""
        return b"".join([text(self.head + packet) for packet in packets])


class BoardPackets:
    """The packets of a board's states in one namespace."""

    __slots__ = ("_head",)

    def __init__(self, head: bytes, stream: str) -> None:
        name = msgspec.json.encode(stream.removeprefix(BOARD_PREFIX))
        self._head = b'%b["%b",{"board":%b,"state":' % (head, BOARD.encode(), name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BoardPackets) and other._head == self._head

    def __hash__(self) -> int:
        return hash(self._head)

    def show(self, state: BoardState) -> bytes:
        """See BoardFormat."""
        return text(b"%b%b}]" % (self._head, state.data))


class _Follower:
    """A reader's subscription: it writes the bytes of its stream, and behind them the reader's position.

    Of a position all but this stream's offset is ready, for offsets between two numbers: the size of a frame changes
    with the digits. Once another stream of the reader has moved, there are none.
    """

    __slots__ = (
        "_after",
        "_before",
        "_form",
        "_from",
        "_head",
        "_names",
        "_reader",
        "_socket",
        "_stream",
        "_subscription",
        "_upto",
    )

    def __init__(self, reader: SocketReader, subscription: Subscription) -> None:
        self._reader = reader
        # Each hop to another object is memory that the processor has not at hand, so `one` finds all it needs here.
        self._form = form = cast(SocketFormat, subscription.room.format)
        self._head = form.head
        self._names = form.names
        self._stream = subscription.feed.stream
        self._socket = reader.connection.socket
        self._subscription = subscription
        self._before = self._after = b""
        self._from = self._upto = 0

    def write(self, data: bytes) -> None:
        """Send packets and position in one write."""
        at = self._subscription.offset
        if not self._from <= at < self._upto:
            self._look_around(at)
        form, before, after = self._form, self._before, self._after
        last = form.last
        if last[0] is not data or last[2] != at or last[1] != before or last[3] != after:
            last = (data, before, at, after, b"%b%b%d%b" % (data, before, at, after))
            if len(data) <= SHARED_BYTES_MAX:
                form.last = last
        self._socket.write(last[4])

    def one(self, epoch: str, at: int, event: bytes) -> bytes:
        """Make packets and position of an event (see feeds.Solo)."""
        if not self._from <= at < self._upto:
            self._look_around(at)
        packets = self._names.packets(self._stream, event)
        if len(packets) == 1:
            (packet,) = packets
            size = len(self._head) + len(packet)
            if 126 <= size < 65_536:
                # Most events are one packet of this size: one copy, and no call.
                return b"".join(
                    (_pack_head(0x817E, size), self._head, packet, self._before, b"%d" % at, self._after)
                )
        return b"%b%b%d%b" % (self._form.framed(packets), self._before, at, self._after)

    def send(self, message: bytes) -> None:
        """Send what `one` made, with another position if another stream of the reader has moved since."""
        if self._upto:
            self._socket.write(message)
        else:
            stale = len(self._before) + len(str(self._subscription.offset)) + len(self._after)
            self.write(message[:-stale])

    def _look_around(self, at: int) -> None:
        reader, mine = self._reader, self._subscription
        if reader.last is not None:
            reader.last._upto = 0
        reader.last = self
        head = b"%b%b=%b:" % (reader.mark_head, mine.feed.stream.encode(), mine.feed.epoch.encode())
        others = [
            b",%b=%b:%d" % (stream.encode(), each.feed.epoch.encode(), each.offset)
            for stream, each in reader.session.own.items()
            if each is not mine
        ]
        self._after = reader.shared(b'%b"]' % b"".join(others))
        digits = len(str(at))
        self._from, self._upto = _LEAST[digits - 1], _LEAST[digits]
        mark = b"%b%d%b" % (head, at, self._after)
        self._before = text(mark).removesuffix(mark) + head


class SocketReader(Member):
    """A person's session in one namespace of a connection: the session's shell, and the service's socket."""

    __slots__ = ("_door", "_head", "last", "mark_head", "session")

    def __init__(self, door: SocketDoor, connection: SocketConnection, namespace: str) -> None:
        super().__init__(connection, namespace)
        self._door = door
        self._head = b"42" if namespace == MAIN else b"42%b," % namespace.encode()
        self.mark_head = self._head + MARK
        self.last: _Follower | None = None
        self.session = Session(door.live, self, connection)

    # Calls from the connection (see Member).

    def connect(self, auth: dict[str, Any]) -> None:
        """Begin to enter with the token of `auth`, or else that of the request that opened the connection."""
        live = self._door.live
        self.session.device = self.connection.socket.id
        live.opened(self)
        if live.draining or not live.running:
            self.connection.close("the server stops")
            return
        token = auth.get("token")
        if token is None:
            token = self.connection.memory
        live.spawn(self.session, self._enter(bare(token), auth.get("pid"), auth.get("offset")))

    def event(self, name: str, args: list[Any], id: int | None) -> None:
        """Answer an event that asks to join a room. Others are nobody's, and only an acknowledgement says so."""
        self._door.live.stats.received += 1
        identity = self.session.identity
        assert identity is not None
        if name in (WATCH, UNWATCH):
            self._watch(name, args, id)
            return
        room = self._door.join_events.get(name)
        if room is None:
            # A client can make up any number of names, so they share one line.
            _told.warning("socketio_event_ignored", name=name[:200], setting="join_events")
            if id is not None:
                self.acknowledge(
                    id, problem("unknown_event", "The server has no such event.", event=name[:200])
                )
            return
        stream = wanted_stream(identity, room, args)
        if stream in self.session.own:
            if id is not None:
                self.acknowledge(id, {"success": True, "room": stream})
            return
        refusal = problem(
            "forbidden",
            "This room is not yours. The rooms of a connection come from its token.",
            event=name[:200],
        )
        _told.warning(
            "socketio_join_refused",
            identity.principal,
            principal=identity.principal,
            name=name,
            room=told_room(room, args),
        )
        self.emit("error", refusal)
        if id is not None:
            self.acknowledge(id, refusal)

    # Boards.

    def _watch(self, event: str, args: list[Any], id: int | None) -> None:
        board = args[0] if args and isinstance(args[0], str) else ""
        stream = BOARD_PREFIX + board
        if event == UNWATCH:
            self.session.leave(stream)
            self._answer(id, {"success": True, "board": board[:200]})
            return
        try:
            viewing = self.session.view(stream, None)
        except Denied as refused:
            self._refuse_board(id, board, refused.why)
        else:
            self._door.live.spawn(self.session, self._view(id, board, viewing))

    async def _view(self, id: int | None, board: str, viewing: Coroutine[Any, Any, Resume]) -> None:
        try:
            resume = await viewing
        except Denied as refused:
            if not self.session.ended:
                self._refuse_board(id, board, refused.why)
            return
        assert resume.snapshot is not None
        stream = BOARD_PREFIX + board
        self._answer(id, {"success": True, "board": board})
        # The first state comes as all others do, so that a page needs one handler.
        first = BoardPackets(self._head, stream).show(BoardState(resume.epoch, resume.snapshot))
        self.connection.socket.write(first)
        self.session.release_view(stream)

    def _answer(self, id: int | None, answer: dict[str, Any]) -> None:
        if id is not None:
            self.acknowledge(id, answer)

    def _refuse_board(self, id: int | None, board: str, why: Denial) -> None:
        code = _BOARD_CODES.get(why, "unavailable")
        refusal = problem(code, _BOARD_DETAILS[code], event=WATCH, board=board[:200])
        if id is None:
            self.emit("error", refusal)
        else:
            self.acknowledge(id, refusal)

    def choke(self) -> None:
        """Let the session's events wait in the database."""
        self.session.choke()

    def drain(self) -> None:
        """Let the session catch up."""
        self.session.drain()

    def disconnected(self) -> None:
        """End the session: the client left the namespace or is gone."""
        self.session.lost()
        self._door.live.closed(self)

    # Calls from the service (see service.Socket).

    @property
    def deadline(self) -> float:
        """The end of the token."""
        return self.session.expires_at

    def tick(self, now: float) -> None:
        """End the session if its time is over."""
        self.session.tick(now)

    def close(self, why: Ending) -> None:
        """End the session."""
        self.session.close(why)

    # Calls from the session (see session.Shell).

    def format(self, stream: str, viewed: bool) -> SocketFormat:
        """Return the format of a stream in this namespace."""
        return SocketFormat(self._door.names, self._head, stream)

    def board(self, stream: str) -> tuple[BoardPackets, Callable[[bytes], Any]]:
        """Return the format of a board in this namespace, and the socket's own function."""
        return BoardPackets(self._head, stream), self.connection.socket.write

    def writer(self, subscription: Subscription) -> Callable[[bytes], Any]:
        """Return the function that sends a stream's packets and the reader's position."""
        follower = subscription.solo = _Follower(self, subscription)
        return follower.write

    def shared(self, end: bytes) -> bytes:
        """Return the bytes that others have too: the positions of most readers end alike."""
        door = self._door
        if door.last_end != end:
            door.last_end = end
        return door.last_end

    def end(self, why: Ending) -> None:
        """Say why: by DISCONNECT only what is final for stock clients; after all else they come back by themselves."""
        self._door.live.stats.count_close(why)
        if why in (Ending.REVOKED, Ending.TOKEN_INVALID):
            self.disconnect()
        else:
            self.connection.close(why.value, abrupt=why is Ending.FLOODING)

    # Entering.

    async def _enter(self, token: str, pid: object, offset: object) -> None:
        session = self.session
        try:
            resumes = await session.enter(token, partial(self._positions, pid, offset))
            recovered = all(resume.recovered for resume in resumes.values())
            if not recovered and any(resume.recovered for resume in resumes.values()):
                # The page is told that it has missed something, so it must be told everything anew.
                resumes = await session.start_over()
        except Denied as refused:
            self._refuse(refused)
            return
        assert session.identity is not None
        if not recovered:
            pid = self._door.pids.make(session.identity.principal, self.namespace)
        assert isinstance(pid, str)
        self._door.live.stats.connects += 1
        self.accept({"pid": pid}, self._beginning(resumes))
        session.release()

    def _positions(self, pid: object, offset: object, identity: Identity) -> Mapping[str, Position]:
        mine = self._door.pids.is_of(pid, identity.principal, self.namespace)
        return positions_of(offset) if mine else {}

    def _beginning(self, resumes: Mapping[str, Resume]) -> bytes:
        """Return what follows the answer to CONNECT: missed events or snapshots, and the position."""
        at = {
            stream: (resume.epoch, resume.offset - len(resume.events)) for stream, resume in resumes.items()
        }
        parts: list[bytes] = []
        # A page that takes the last snapshot for all there is shall end with the person's own.
        for stream, resume in reversed([*resumes.items()]):
            form = self.format(stream, False)
            if resume.snapshot is not None and not _tells_nothing(resume.snapshot):
                parts.append(form.snapshot(resume.snapshot))
            for offset, event in enumerate(resume.events, at[stream][1] + 1):
                at[stream] = (resume.epoch, offset)
                parts += [form.one(resume.epoch, offset, event.data), self._mark(at)]
        return b"".join([*parts, self._mark(at)])

    def _mark(self, at: Mapping[str, Position]) -> bytes:
        vector = ",".join(f"{stream}={epoch}:{offset}" for stream, (epoch, offset) in at.items())
        return text(b'%b%b"]' % (self.mark_head, vector.encode()))

    def _refuse(self, refused: Denied) -> None:
        code = refused.code or _WRONG.get(refused.why)
        if refused.why is Denial.ENDED:
            return
        if code is not None:
            self.refuse(code, {"code": code, "detail": IDENTITY_ERRORS[code].meaning})
        else:
            self._door.live.clock.call_later(HOLD_S, self.connection.close, refused.why.value)


class SocketDoor:
    """Makes the readers of all namespaces. `server.make_handler` is for the Engine.

    `join_events` of programs count beside those of the settings, which come first.
    """

    def __init__(
        self,
        live: Live,
        names: Names,
        settings: Settings,
        join_events: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.live = live
        self.names = names
        self.pids = Pids(settings.secret)
        self.join_events = {**join_events, **settings.join_events}
        self.last_end = b""
        self._query_token = settings.socketio_query_token
        make = partial(SocketReader, self)
        self.server = SocketServer(dict.fromkeys(settings.socketio_namespaces, make), self._token_of)

    def _token_of(self, request: HttpRequest) -> str:
        """Return the token that a request brings besides `auth`, "" if there is none."""
        header = request.header(b"authorization")
        if header or not self._query_token:
            return header
        return request.fields().get("token", "")


class _BareSnapshot(msgspec.Struct, forbid_unknown_fields=True):
    """The snapshot of a room to which no program adds anything."""

    balances: list[Any]
    as_of: str


_read_bare: Final = msgspec.json.Decoder(_BareSnapshot).decode


def _tells_nothing(snapshot: bytes) -> bool:
    """Return whether a snapshot is that of a room, and empty."""
    try:
        return not _read_bare(snapshot).balances
    except msgspec.ValidationError:
        return False


def bare(token: object) -> str:
    """Return a token without the word Bearer before it, which apps leave in; what is no text is no token."""
    if not isinstance(token, str):
        return "?" if token else ""
    kind, _, rest = token.partition(" ")
    return rest.strip() if kind.lower() == "bearer" else token.strip()


def problem(code: str, detail: str, **fields: str) -> dict[str, Any]:
    """Return an error as the client's handlers get it."""
    return {"success": False, "code": code, "detail": detail, **fields}
