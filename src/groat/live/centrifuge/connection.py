"""One live connection: the Centrifuge protocol as a state machine, without transport.

A connection is the shell of one session, which it enters with `connect`. A transport hands in whole text messages with
`receive`, says when it is `choke`d, `drain`ed or `lost`, and offers `write` and `hang_up`. One timer of the service
calls `tick` when `deadline` has come; a connection has neither timers nor a task of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import msgspec

from groat.live import frames
from groat.live.boards import is_board
from groat.live.centrifuge import protocol
from groat.live.centrifuge.channels import PING, BoardPushes, ChannelFormat
from groat.live.centrifuge.protocol import Raw, Reply
from groat.live.endings import Ending
from groat.live.errors import Denial, Denied
from groat.live.limits import BURST_S
from groat.live.pulse import Pulse
from groat.live.session import Session, SessionState

if TYPE_CHECKING:
    from groat.live.doors import Wire
    from groat.live.feeds import Subscription
    from groat.live.service import Live
    from groat.store.streams import Resume

VERSION: Final = "groat"
VIEW_PREFIX: Final = "view:"
LINE_BYTES: Final = 4 * 1024
"""A line counts as one message, and as one more for each this many bytes."""
PIECE_COST: Final = 0.25
"""The cost of a read that completes no message. A large message arrives in some dozens of reads."""


class Connection:
    """The server's side of one client. `deadline` is a time of the service's clock, in seconds."""

    __slots__ = ("_live", "_transport", "_waiting", "client", "deadline", "pulse", "session")

    def __init__(self, live: Live, transport: Wire) -> None:
        self._live = live
        self._transport = transport
        self._waiting: list[protocol.ClientCommand] | None = None
        self.session = Session(live, self)
        self.pulse = Pulse(live.limits.ping_s)
        self.client = ""
        self.deadline = live.now() + live.limits.first_frame_s
        live.opened(self)

    @property
    def choked(self) -> bool:
        """Return whether the client does not read what it was sent."""
        return self.session.choked

    @property
    def is_known(self) -> bool:
        """Return whether the client has said who it is."""
        return self.session.is_live

    # Calls from the transport (see doors.Receiver).

    def receive(self, message: bytes) -> None:
        """Take one text message: one or more commands, separated by newlines.

        Each line counts towards the rate limit, also an empty one and a pong. A long line counts several times.
        """
        self.pulse.heard = True
        session = self.session
        if message.count(b"\n") > self._live.limits.messages_per_second * BURST_S:
            session.close(Ending.FLOODING)
            return
        for line in message.split(b"\n"):
            if session.ended or not session.charge(1 + len(line) // LINE_BYTES):
                return
            if not line or line == b"{}":
                # A pong: an idle client sends nothing else.
                continue
            try:
                command = protocol.decode_command(line)
            except (msgspec.MsgspecError, RecursionError, UnicodeError):
                session.close(Ending.MALFORMED)
                return
            self._live.stats.received += 1
            self._take(command)

    def receive_binary(self, message: bytes) -> None:
        """Close: the transport takes no binary messages for this door."""
        self.session.close(Ending.MALFORMED)

    def receive_control(self) -> bool:
        """Note a ping or pong of the transport's own, or a part of a message. Returns False when it is one too many."""
        self.pulse.heard = True
        return self.session.charge()

    def receive_piece(self) -> None:
        """Charge for bytes that complete no message."""
        self.session.charge(PIECE_COST)

    def too_slow(self) -> None:
        """Close: a message that began did not end in time."""
        self.session.close(Ending.SLOW)

    def give_way(self) -> None:
        """Close for the sake of another connection."""
        self.session.close(Ending.STALE)

    def choke(self) -> None:
        """Stop writing, for the transport's buffer is full. Take no commands whose replies would add to it."""
        if not self.session.choked and not self.session.ended:
            self.session.choke()
            self._transport.pause_reading()

    def drain(self) -> None:
        """Catch up from the database and go on live: the transport's buffer is nearly empty."""
        if self.session.choked and not self.session.ended:
            self.pulse.drained()
            self._transport.resume_reading()
            self.session.drain()

    def lost(self) -> None:
        """Leave the service and the hub: the transport is gone."""
        if not self.session.ended:
            self.session.lost()
            self._forget()

    # Calls from the clock and the service.

    def tick(self, now: float) -> None:
        """Do what is due: close a silent newcomer, an expired or a dead client, or else ping."""
        session = self.session
        if not session.is_live:
            # While a connect is under way, the server is late, not the client.
            if session.state is SessionState.NEW:
                session.close(Ending.STALE)
            else:
                self.deadline = now + self._live.limits.first_frame_s
            return
        session.tick(now)
        if session.ended:
            return
        if now >= self.pulse.at:
            why = self.pulse.beat(now, self._transport.backlog() if session.choked else None)
            if why is not None:
                session.close(why)
                return
            if not session.choked:
                self._transport.write(PING)
        self.deadline = min(self.pulse.at, session.expires_at)

    def close(self, why: Ending) -> None:
        """End the connection. Closing it again does nothing."""
        self.session.close(why)

    def _forget(self) -> None:
        self._waiting = None
        self._live.closed(self)

    # Calls from the session (see session.Shell).

    def format(self, stream: str, viewed: bool) -> ChannelFormat:
        """Return the format of the stream's channel."""
        return ChannelFormat(VIEW_PREFIX + stream.removeprefix("user:") if viewed else stream)

    def board(self, stream: str) -> tuple[BoardPushes, Callable[[bytes], Any]]:
        """Return the format of a board's channel, and the transport's own function."""
        return BoardPushes(stream), self._transport.write

    def writer(self, subscription: Subscription) -> Callable[[bytes], Any]:
        """Return the transport's own function: a push costs no call of Python for its reader."""
        return self._transport.write

    def end(self, why: Ending) -> None:
        """Close with a code that tells the SDK whether to come back."""
        self._forget()
        self._live.stats.count_close(why)
        disconnect = protocol.DISCONNECTS[why]
        # Do not listen to a client that sent too much any more.
        self._transport.hang_up(disconnect.code, disconnect.reason, deaf=why is Ending.FLOODING)

    # Commands.

    def _take(self, command: protocol.ClientCommand) -> None:
        session = self.session
        if command.connect is not None:
            if session.state is not SessionState.NEW or command.id <= 0:
                session.close(Ending.MALFORMED)
                return
            request = command.connect
            positions = {
                channel: (position.epoch, position.offset)
                for channel, position in request.subs.items()
                if position.recover
            }
            self._waiting = []
            self.client = str(uuid4())
            session.device = protocol.device_of(request.data) or self.client
            entering = session.enter(request.token, lambda _: positions)
            self._live.spawn(session, self._connect(command.id, request, entering))
        elif session.state is SessionState.NEW:
            session.close(Ending.MALFORMED)
        elif self._waiting is not None:
            self._waiting.append(command)
        else:
            self._do(command)

    def _do(self, command: protocol.ClientCommand) -> None:
        id = command.id
        if command.send is not protocol.EMPTY:
            return
        if id <= 0:
            self.session.close(Ending.MALFORMED)
        elif command.subscribe is not None:
            self._subscribe(id, command.subscribe)
        elif command.unsubscribe is not None:
            self._unsubscribe(id, command.unsubscribe.channel)
        elif command.refresh is not None:
            self._live.spawn(self.session, self._refresh(id, command.refresh.token))
        elif command.rpc is not None:
            self._rpc(id, command.rpc)
        elif command.ping is not protocol.EMPTY:
            self._reply(Reply(id, ping=protocol.EmptyResult()))
        elif command.publish is not protocol.EMPTY:
            self._error(id, protocol.PERMISSION_DENIED)
        elif any(
            method is not protocol.EMPTY
            for method in (command.presence, command.presence_stats, command.history, command.sub_refresh)
        ):
            self._error(id, protocol.NOT_AVAILABLE)
        else:
            self._error(id, protocol.METHOD_NOT_FOUND)

    def _reply(self, reply: Reply) -> None:
        self._transport.write(frames.text(protocol.encode(reply)))

    def _error(self, id: int, error: protocol.Error) -> None:
        self._reply(Reply(id, error=error))

    # Connect and refresh.

    async def _connect(
        self,
        id: int,
        request: protocol.ConnectRequest,
        entering: Coroutine[Any, Any, dict[str, Resume]],
    ) -> None:
        session = self.session
        try:
            resumes = await entering
        except Denied as refused:
            self._waiting = None
            if refused.why is Denial.TOKEN_INVALID:
                session.close(Ending.TOKEN_INVALID)
            elif not session.ended:
                # The client may try again on the same connection, until its first-frame time is up.
                self._error(id, protocol.ERRORS[refused.why])
            return
        expires, ttl = self._begin_life()
        result = protocol.ConnectResult(
            client=self.client,
            version=VERSION,
            ping=self._live.limits.ping_s,
            pong=True,
            subs={
                channel: _subscribe_result(
                    resume, (position := request.subs.get(channel)) is not None and position.recover
                )
                for channel, resume in resumes.items()
            },
            expires=expires,
            ttl=ttl,
        )
        waiting, self._waiting = self._waiting or [], None
        self._live.stats.connects += 1
        self._reply(Reply(id, connect=result))
        session.release()
        for command in waiting:
            if session.is_live:
                self._do(command)

    def _begin_life(self) -> tuple[bool, int]:
        """Set the deadline. Returns whether the connection expires, and after how many seconds to renew it."""
        self.pulse.start(self._live.now())
        self.deadline = min(self.pulse.at, self.session.expires_at)
        renew_in_s = self.session.renew_in_s()
        return renew_in_s is not None, renew_in_s or 0

    async def _refresh(self, id: int, token: str) -> None:
        try:
            # After an error reply to a bad token the SDK would give up. After a close it comes back with a new one.
            await self.session.renew(token)
        except Denied as refused:
            if refused.why is not Denial.ENDED:
                self._error(id, protocol.ERRORS[refused.why])
        else:
            expires, ttl = self._begin_life()
            self._reply(Reply(id, refresh=protocol.RefreshResult(self.client, VERSION, expires, ttl)))

    # Channels.

    def _subscribe(self, id: int, request: protocol.SubscribeRequest) -> None:
        channel = request.channel
        if channel in self.session.own:
            self._error(id, protocol.ALREADY_SUBSCRIBED)
            return
        if not channel.startswith(VIEW_PREFIX) and not is_board(channel):
            known = channel.startswith(("user:", "role:", "house:"))
            self._error(id, protocol.PERMISSION_DENIED if known else protocol.UNKNOWN_CHANNEL)
            return
        stream = _viewed(channel)
        position = (request.epoch, request.offset) if request.recover else None
        try:
            viewing = self.session.view(stream, position)
        except Denied as refused:
            self._error(id, protocol.ERRORS[refused.why])
        else:
            self._live.spawn(self.session, self._view(id, stream, request.recover, viewing))

    async def _view(self, id: int, stream: str, recover: bool, viewing: Coroutine[Any, Any, Resume]) -> None:
        try:
            resume = await viewing
        except Denied as refused:
            if not self.session.ended:
                self._error(id, protocol.ERRORS[refused.why])
        else:
            result = _board_result(resume) if is_board(stream) else _subscribe_result(resume, recover)
            self._reply(Reply(id, subscribe=result))
            self.session.release_view(stream)

    def _unsubscribe(self, id: int, channel: str) -> None:
        # Only the server ends server-side subscriptions. Leaving a channel that one does not have is no error.
        if channel.startswith(VIEW_PREFIX) or is_board(channel):
            self.session.leave(_viewed(channel))
            self._reply(Reply(id, unsubscribe=protocol.EmptyResult()))
        else:
            self._error(id, protocol.PERMISSION_DENIED)

    # RPC.

    def _rpc(self, id: int, request: protocol.RpcRequest) -> None:
        if request.method == "ping":
            # Some SDKs answer pings but send none. A client that woke up tests its connection with this call.
            self._reply(Reply(id, rpc=protocol.RpcResult(Raw(b"{}"))))
            return
        if request.method != "seen":
            self._error(id, protocol.METHOD_NOT_FOUND)
            return
        try:
            seen = protocol.decode_seen(request.data)
        except (msgspec.MsgspecError, RecursionError):
            self._error(id, protocol.MALFORMED)
            return
        try:
            self.session.note_seen(seen.stream, self.session.device, seen.offset, seen.ago_ms)
        except Denied as refused:
            self._error(id, protocol.ERRORS[refused.why])
        else:
            self._reply(Reply(id, rpc=protocol.RpcResult(Raw(b"{}"))))


def _viewed(channel: str) -> str:
    """Return the stream behind a `view:` channel: of a person, or of the house. A board is its own."""
    if is_board(channel):
        return channel
    viewed = channel.removeprefix(VIEW_PREFIX)
    return viewed if viewed.startswith("house:") else f"user:{viewed}"


def _board_result(resume: Resume) -> protocol.SubscribeResult:
    assert resume.snapshot is not None
    return protocol.SubscribeResult(False, False, "", 0, data=Raw(resume.snapshot))


def _subscribe_result(resume: Resume, recover: bool) -> protocol.SubscribeResult:
    # After a recovery the offset is the one recovered from, and each publication moves it (centrifuge client.go,
    # subscribeCmd): a client that breaks off in between then resumes with what it has really handled.
    before = resume.offset - len(resume.events)
    return protocol.SubscribeResult(
        recoverable=True,
        positioned=True,
        epoch=resume.epoch,
        offset=before,
        recovered=resume.recovered,
        was_recovering=recover,
        publications=[
            protocol.Publication(Raw(event.data), offset)
            for offset, event in enumerate(resume.events, before + 1)
        ],
        data=msgspec.UNSET if resume.snapshot is None else Raw(resume.snapshot),
    )
