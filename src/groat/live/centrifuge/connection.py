"""One live connection: the Centrifuge protocol as a state machine, without transport.

NEW --connect--> CONNECTING --reply--> CONNECTED; any of them --close--> CLOSED. A transport hands in whole text
messages with `receive`, says when it is `choke`d, `drain`ed or `lost`, and offers `write` and `hang_up`. One timer of
the service calls `tick` when `deadline` has come; a connection has neither timers nor a task of its own.
"""

from __future__ import annotations

import math
import time
from enum import IntEnum
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import msgspec

from groat.identity.errors import Unauthorized
from groat.identity.model import Identity
from groat.ledger.errors import GroatError
from groat.live import frames
from groat.live.centrifuge import channels, protocol
from groat.live.centrifuge.channels import ChannelFormat
from groat.live.centrifuge.protocol import Raw, Reply
from groat.live.feeds import Subscription
from groat.live.limits import BURST_S, Bucket

if TYPE_CHECKING:
    from groat.live.doors import Wire
    from groat.live.service import Live
    from groat.store.streams import Resume

VERSION: Final = "groat"
NEVER: Final = math.inf
LINE_BYTES: Final = 4 * 1024
"""A line counts as one message, and as one more for each this many bytes."""
PIECE_COST: Final = 0.25
"""The cost of a read that completes no message. A large message arrives in some dozens of reads."""
_RENEWABLE: Final = frozenset({"token_expired", "token_revoked", "token_not_yet_valid"})


class ConnectionState(IntEnum):
    """The states of a connection."""

    NEW = 0
    CONNECTING = 1
    CONNECTED = 2
    CLOSED = 3


class Connection:
    """The server's side of one client. `deadline`, `expires_at` and `ping_at` are times of the loop, in seconds."""

    __slots__ = (
        "_bucket",
        "_coming",
        "_live",
        "_stalled",
        "_subs",
        "_transport",
        "_waiting",
        "choked",
        "client",
        "deadline",
        "device",
        "expires_at",
        "heard",
        "identity",
        "ping_at",
        "state",
    )

    def __init__(self, live: Live, transport: Wire) -> None:
        now = live.now()
        self._live = live
        self._transport = transport
        self._bucket: Bucket | None = None
        self._subs: dict[str, Subscription | None] = {}
        # The latest attempt to open each view. Of two attempts the later one counts.
        self._coming: dict[str, object] = {}
        self._waiting: list[protocol.ClientCommand] | None = None
        self._stalled = -1
        self.state = ConnectionState.NEW
        self.choked = False
        self.heard = True
        self.client = ""
        self.device = ""
        self.identity: Identity | None = None
        self.ping_at = NEVER
        self.expires_at = NEVER
        self.deadline = now + live.limits.first_frame_s
        live.opened(self)

    @property
    def is_stuck(self) -> bool:
        """Return whether the client does not read what it was sent."""
        return self.choked

    @property
    def is_known(self) -> bool:
        """Return whether the client has said who it is."""
        return self.state is ConnectionState.CONNECTED

    # Calls from the transport (see doors.Receiver).

    def receive(self, message: bytes) -> None:
        """Take one text message: one or more commands, separated by newlines.

        Each line counts towards the rate limit, also an empty one and a pong. A long line counts several times.
        """
        self.heard = True
        now = self._live.now()
        if message.count(b"\n") > self._live.limits.messages_per_second * BURST_S:
            self.close(protocol.TOO_MANY_REQUESTS)
            return
        for line in message.split(b"\n"):
            if self.state is ConnectionState.CLOSED:
                return
            if not self._may_send(now, 1 + len(line) // LINE_BYTES):
                self.close(protocol.TOO_MANY_REQUESTS)
                return
            if not line or line == b"{}":
                # A pong: an idle client sends nothing else.
                continue
            try:
                command = protocol.decode_command(line)
            except (msgspec.MsgspecError, RecursionError, UnicodeError):
                self.close(protocol.BAD_REQUEST)
                return
            self._live.stats.received += 1
            self._take(command)

    def receive_binary(self, message: bytes) -> None:
        """Close: the transport takes no binary messages for this door."""
        self.close(protocol.BAD_REQUEST)

    def receive_control(self) -> bool:
        """Note a ping or pong of the transport's own, or a part of a message. Returns False when it is one too many."""
        self.heard = True
        return self._charge(1)

    def receive_piece(self) -> None:
        """Charge for bytes that complete no message."""
        self._charge(PIECE_COST)

    def _charge(self, count: float) -> bool:
        if self._may_send(self._live.now(), count):
            return True
        self.close(protocol.TOO_MANY_REQUESTS)
        return False

    def too_slow(self) -> None:
        """Close: a message that began did not end in time."""
        self.close(protocol.SLOW)

    def give_way(self) -> None:
        """Close for the sake of another connection."""
        self.close(protocol.STALE)

    def choke(self) -> None:
        """Stop writing, for the transport's buffer is full. Take no commands whose replies would add to it."""
        if self.choked or self.state is ConnectionState.CLOSED:
            return
        self.choked = True
        self._live.stats.slow_drops += 1
        self._transport.pause_reading()
        for subscription in self._subs.values():
            if subscription is not None:
                subscription.park()

    def drain(self) -> None:
        """Catch up from the database and go on live: the transport's buffer is nearly empty."""
        if not self.choked or self.state is ConnectionState.CLOSED:
            return
        self.choked = False
        self._stalled = -1
        self._transport.resume_reading()
        if self.state is ConnectionState.CONNECTED:
            for subscription in self._subs.values():
                if subscription is not None:
                    self._live.hub.release(subscription)

    def lost(self) -> None:
        """Leave the service and the hub: the transport is gone."""
        if self.state is not ConnectionState.CLOSED:
            self._forget()

    # Calls from the clock and the service.

    def tick(self, now: float) -> None:
        """Do what is due: close a silent newcomer, an expired or a dead client, or else ping."""
        if self.state is not ConnectionState.CONNECTED:
            # While a connect is under way, the server is late, not the client.
            if self.state is ConnectionState.NEW:
                self.close(protocol.STALE)
            else:
                self.deadline = now + self._live.limits.first_frame_s
            return
        if now >= self.expires_at:
            self.close(protocol.EXPIRED)
            return
        if now >= self.ping_at:
            if self.choked:
                # The client cannot answer a ping that it has not read, but it must go on reading.
                backlog = self._transport.backlog()
                if backlog == self._stalled:
                    self.close(protocol.SLOW)
                    return
                self._stalled = backlog
            else:
                if not self.heard:
                    self.close(protocol.NO_PONG)
                    return
                self.heard = False
                self._transport.write(channels.PING)
            self.ping_at = now + self._live.limits.ping_s
        self.deadline = min(self.ping_at, self.expires_at)

    def close(self, why: protocol.Disconnect) -> None:
        """End the connection for a reason that tells the SDK whether to come back. Closing it again does nothing."""
        if self.state is ConnectionState.CLOSED:
            return
        self._forget()
        closes = self._live.stats.closes
        closes[why.code] = closes.get(why.code, 0) + 1
        # Do not listen to a client that sent too much any more, not even for a close frame.
        self._transport.hang_up(why.code, why.reason, deaf=why is protocol.TOO_MANY_REQUESTS)

    def _forget(self) -> None:
        self.state = ConnectionState.CLOSED
        self._waiting = None
        for subscription in self._subs.values():
            if subscription is not None:
                self._live.hub.leave(subscription)
        self._subs = {}
        self._coming = {}
        self._live.closed(self)

    # Commands.

    def _may_send(self, now: float, count: float) -> bool:
        if self._bucket is None:
            rate = self._live.limits.messages_per_second
            self._bucket = Bucket(rate * BURST_S, rate, now)
        return self._bucket.take(now, count)

    def _take(self, command: protocol.ClientCommand) -> None:
        if command.connect is not None:
            if self.state is not ConnectionState.NEW or command.id <= 0:
                self.close(protocol.BAD_REQUEST)
                return
            self.state = ConnectionState.CONNECTING
            self._waiting = []
            self._live.spawn(self, self._connect(command.id, command.connect))
        elif self.state is ConnectionState.NEW:
            self.close(protocol.BAD_REQUEST)
        elif self._waiting is not None:
            self._waiting.append(command)
        else:
            self._do(command)

    def _do(self, command: protocol.ClientCommand) -> None:
        id = command.id
        if command.send is not protocol.EMPTY:
            return
        if id <= 0:
            self.close(protocol.BAD_REQUEST)
        elif command.subscribe is not None:
            self._subscribe(id, command.subscribe)
        elif command.unsubscribe is not None:
            self._unsubscribe(id, command.unsubscribe.channel)
        elif command.refresh is not None:
            self._live.spawn(self, self._refresh(id, command.refresh.token))
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

    async def _connect(self, id: int, request: protocol.ConnectRequest) -> None:
        live = self._live
        error = None
        try:
            if not request.token:
                error = protocol.UNAUTHORIZED
                return
            revision = live.revision
            identity = await live.authenticate(request.token)
            if self.state is not ConnectionState.CONNECTING:
                return
            channels = live.channels(identity)
            error = protocol.PERMISSION_DENIED if not channels else live.admit(self, identity, revision)
            if error is None:
                self.identity = identity
                self.device = protocol.device_of(request.data)
                await self._join_all(id, identity, channels, request.subs)
        except Unauthorized as refusal:
            if refusal.code in _RENEWABLE:
                error = protocol.TOKEN_EXPIRED
            else:
                self.close(protocol.INVALID_TOKEN)
        except GroatError as failure:
            live.log_failure("connect", failure)
            error = protocol.INTERNAL
        finally:
            # After an error reply the client may try again on the same connection, until its first-frame time is up.
            if error is not None and self.state is ConnectionState.CONNECTING:
                self._abandon()
                self._error(id, error)

    def _abandon(self) -> None:
        for subscription in self._subs.values():
            if subscription is not None:
                self._live.hub.leave(subscription)
        self._subs = {}
        self._waiting = None
        self._live.dismiss(self)
        self.identity = None
        self.state = ConnectionState.NEW

    async def _join_all(
        self, id: int, identity: Identity, channels: list[str], positions: dict[str, protocol.ConnectSub]
    ) -> None:
        live = self._live
        results: dict[str, protocol.SubscribeResult] = {}
        budget = live.limits.reply_bytes_max
        for left, channel in zip(range(len(channels), 0, -1), channels, strict=True):
            position = positions.get(channel)
            recover = position is not None and position.recover
            subscription, resume = await self._join(channel, channel, recover, position, budget // left)
            if self.state is not ConnectionState.CONNECTING:
                live.hub.leave(subscription)
                return
            self._subs[channel] = subscription
            results[channel] = _subscribe_result(resume, recover)
            budget -= sum(len(event.data) for event in resume.events)
        self.client = str(uuid4())
        expires, ttl = self._set_life(identity)
        result = protocol.ConnectResult(
            client=self.client,
            version=VERSION,
            ping=live.limits.ping_s,
            pong=True,
            subs=results,
            expires=expires,
            ttl=ttl,
        )
        waiting, self._waiting = self._waiting or [], None
        self.state = ConnectionState.CONNECTED
        live.stats.connects += 1
        self._reply(Reply(id, connect=result))
        for subscription in [sub for sub in self._subs.values() if sub is not None]:
            if not self.choked:
                live.hub.release(subscription)
        for command in waiting:
            if self.state is ConnectionState.CONNECTED:
                self._do(command)

    async def _join(
        self,
        channel: str,
        stream: str,
        recover: bool,
        position: protocol.ConnectSub | protocol.SubscribeRequest | None,
        bytes_max: int,
    ) -> tuple[Subscription, Resume]:
        epoch, offset = (position.epoch, position.offset) if recover and position else (None, 0)
        return await self._live.hub.join(
            stream, channel, ChannelFormat, self, self._transport.write, epoch, offset, bytes_max
        )

    def _set_life(self, identity: Identity) -> tuple[bool, int]:
        """Set the times of pings and of expiry. Returns whether the connection expires, and its ttl in seconds."""
        now = self._live.now()
        limits = self._live.limits
        if self.ping_at == NEVER:
            self.ping_at = now + limits.ping_s
        if identity.expires_at is None:
            self.expires_at = NEVER
        else:
            self.expires_at = now + identity.expires_at - time.time()
        self.deadline = min(self.ping_at, self.expires_at)
        if identity.expires_at is None:
            return False, 0
        left_s = self.expires_at - now
        # Renew a short-lived token at two thirds of its remaining life, or it would be renewed at every turn.
        return True, max(1, int(left_s - min(limits.expiry_margin_s, left_s / 3)))

    async def _refresh(self, id: int, token: str) -> None:
        live = self._live
        try:
            identity = await live.authenticate(token)
        except Unauthorized:
            # After an error reply the SDK would give up. After this close it comes back with a new token.
            self.close(protocol.EXPIRED)
            return
        except GroatError as failure:
            live.log_failure("refresh", failure)
            if self.state is ConnectionState.CONNECTED:
                self._error(id, protocol.INTERNAL)
            return
        if self.state is not ConnectionState.CONNECTED or self.identity is None:
            return
        if identity.principal != self.identity.principal:
            self.close(protocol.INVALID_TOKEN)
        elif identity.roles != self.identity.roles:
            self.close(protocol.STATE_INVALIDATED)
        else:
            self.identity = identity
            live.renewed(self, identity)
            expires, ttl = self._set_life(identity)
            self._reply(Reply(id, refresh=protocol.RefreshResult(self.client, VERSION, expires, ttl)))

    # Channels.

    def _subscribe(self, id: int, request: protocol.SubscribeRequest) -> None:
        assert self.identity is not None
        channel = request.channel
        if channel in self._subs:
            self._error(id, protocol.ALREADY_SUBSCRIBED)
            return
        stream = self._live.viewed_stream(self.identity, channel)
        if isinstance(stream, protocol.Error):
            self._error(id, stream)
        elif sum(1 for name in self._subs if name.startswith("view:")) >= self._live.limits.views_max:
            self._error(id, protocol.LIMIT_EXCEEDED)
        else:
            self._subs[channel] = None
            attempt = self._coming[channel] = object()
            self._live.spawn(self, self._view(id, request, stream, attempt))

    async def _view(self, id: int, request: protocol.SubscribeRequest, stream: str, attempt: object) -> None:
        live = self._live
        channel = request.channel
        assert self.identity is not None
        joined = None
        try:
            await live.audit_view(self.identity, stream)
            joined, resume = await self._join(
                channel, stream, request.recover, request, live.limits.reply_bytes_max
            )
        except GroatError as failure:
            live.log_failure("subscribe", failure)
        # Meanwhile the client may have unsubscribed, or gone. Then the place in _subs is not ours any more, though a
        # later attempt may hold it.
        wanted = self.state is ConnectionState.CONNECTED and self._coming.get(channel) is attempt
        if wanted:
            del self._coming[channel]
        if joined is None or not wanted:
            if joined is not None:
                live.hub.leave(joined)
            elif wanted:
                del self._subs[channel]
            if self.state is ConnectionState.CONNECTED:
                self._error(id, protocol.INTERNAL)
            return
        self._subs[channel] = joined
        self._reply(Reply(id, subscribe=_subscribe_result(resume, request.recover)))
        if not self.choked:
            live.hub.release(joined)

    def _unsubscribe(self, id: int, channel: str) -> None:
        # Only the server ends server-side subscriptions. Leaving a channel that one does not have is no error.
        if channel.startswith("view:"):
            self._coming.pop(channel, None)
            subscription = self._subs.pop(channel, None)
            if subscription is not None:
                self._live.hub.leave(subscription)
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
        # Take receipts only for the caller's own streams: staff who view a person's stream do not read in their
        # place.
        subscription = self._subs.get(seen.stream)
        if subscription is None or seen.stream.startswith("view:"):
            self._error(id, protocol.PERMISSION_DENIED)
        elif seen.offset > subscription.offset:
            self._error(id, protocol.MALFORMED)
        else:
            self._live.note_seen(seen.stream, self.device or self.client, seen.offset, seen.ago_ms)
            self._reply(Reply(id, rpc=protocol.RpcResult(Raw(b"{}"))))


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
