"""One live reader, whatever it speaks: who it is, what it follows, and how long.

NEW --enter or attend--> ENTERING --release--> LIVE; any of them --close or lost--> ENDED. A door makes a session for
each reader and is its shell: it translates what the client says into calls of the session, and what the session decides
into words of its protocol. One socket may carry several sessions. A session has neither timers nor tasks of its own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from enum import IntEnum
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

from groat.identity.errors import Unauthorized
from groat.identity.model import Identity
from groat.ledger.accounts import check_stream
from groat.ledger.errors import GroatError, InvalidInput
from groat.live.boards import BoardFormat, BoardWatch, is_board
from groat.live.clock import NEVER
from groat.live.endings import Ending
from groat.live.errors import Denial, Denied
from groat.live.feeds import Subscription
from groat.live.formats import Format
from groat.live.limits import BURST_S, Bucket
from groat.store.streams import Resume

if TYPE_CHECKING:
    from groat.live.service import Live

Position = tuple[str, int]
"""The place of a reader in a stream: the stream's epoch, and the offset of the last event."""

Positions = Callable[[Identity], Mapping[str, Position]]
"""Tells how far a reader has come in their streams, once it is known who they are."""

_RENEWABLE: Final = frozenset({"token_expired", "token_revoked", "token_not_yet_valid"})


class SessionState(IntEnum):
    """The states of a session."""

    NEW = 0
    ENTERING = 1
    LIVE = 2
    ENDED = 3


class Shell(Protocol):
    """The interface of a door, as a session uses it."""

    def format(self, stream: str, viewed: bool) -> Format:
        """Return the format of a stream; `viewed` tells a stream that staff look at from the reader's own."""

    def board(self, stream: str) -> tuple[BoardFormat, Callable[[bytes], Any]]:
        """Return the format of a board, and the function that sends its bytes. It never waits."""

    def writer(self, subscription: Subscription) -> Callable[[bytes], Any]:
        """Return the function that sends the bytes of a subscription's format. It never waits.

        While the hub calls it, the `offset` of each subscription of the reader is the last one that it was sent, these
        bytes included.
        """

    def end(self, why: Ending) -> None:
        """Tell the client why the session has ended. It is called once, and not after `Session.lost`."""


class Session:
    """One reader. `expires_at` is a time of the service's clock, NEVER for a token without an end.

    `carrier` stands for the socket of a session that may share it: a person's sessions on one socket count as one.
    `own` has the subscriptions of the reader's own streams and roles, by stream. `stalled` is for a door without
    `choke`: it says that the client does not take what it is sent. `device` names it in the notes of what was sent.
    """

    __slots__ = (
        "_bucket",
        "_coming",
        "_live",
        "_shell",
        "_views",
        "_watches",
        "carrier",
        "choked",
        "device",
        "expires_at",
        "identity",
        "own",
        "stalled",
        "state",
    )

    def __init__(self, live: Live, shell: Shell, carrier: object | None = None) -> None:
        self._live = live
        self.carrier = carrier
        self._shell = shell
        self._bucket: Bucket | None = None
        self._views: dict[str, Subscription | None] = {}
        self._watches: dict[str, BoardWatch] = {}
        # The latest attempt to open each view. Of two attempts the later one counts.
        self._coming: dict[str, object] = {}
        self.own: dict[str, Subscription] = {}
        self.state = SessionState.NEW
        self.device = ""
        self.choked = False
        self.stalled = False
        self.identity: Identity | None = None
        self.expires_at = NEVER

    @property
    def is_live(self) -> bool:
        """Return whether the client is let in, and follows its streams."""
        return self.state is SessionState.LIVE

    @property
    def ended(self) -> bool:
        """Return whether the session is over."""
        return self.state is SessionState.ENDED

    @property
    def is_stuck(self) -> bool:
        """Return whether the client does not read what it was sent."""
        return self.choked or self.stalled

    def shares_with(self, others: Iterable[Session]) -> bool:
        """Return whether one of the others is on the same socket."""
        return self.carrier is not None and any(each.carrier is self.carrier for each in others)

    def subscriptions(self) -> list[Subscription]:
        """Return the subscriptions of all streams: the reader's own ones and the viewed ones."""
        return [*self.own.values(), *(view for view in self._views.values() if view is not None)]

    # Entering.

    def enter(self, token: str, positions: Positions) -> Coroutine[Any, Any, dict[str, Resume]]:
        """Enter with a token: follow one's own stream and those of one's roles, each from its position.

        `positions` tells the positions that count for the identity of the token's bearer.

        The session is ENTERING at once. Await the answer, which has what each stream begins with; give that to the
        client, then call `release`. Raises Denied (when awaited). After a refusal the session is NEW, unless it has
        ended meanwhile.
        """
        self._begin()
        return self._entered(partial(self._enter, token, positions))

    def start_over(self) -> Coroutine[Any, Any, dict[str, Resume]]:
        """Forget the positions of `enter`, and begin each stream with its snapshot.

        Await the answer, like that of `enter`. Raises Denied ``UNAVAILABLE`` and ``ENDED``.
        """
        assert self.state is SessionState.ENTERING
        return self._entered(self._start_over)

    def attend(
        self, identity: Identity, positions: Mapping[str, Position | None]
    ) -> Coroutine[Any, Any, dict[str, Resume]]:
        """Enter for a request whose caller is known and may read these streams, each from its position, if it has one.

        Otherwise like `enter`. Of boards only the epoch of a position counts, which is the mark of their state. Raises
        TooManyReaders, Closed and StoreError, too.
        """
        self._begin()
        return self._entered(partial(self._attend, identity, positions))

    def _begin(self) -> None:
        if not self.ended:
            assert self.state is SessionState.NEW
            self.state = SessionState.ENTERING

    async def _entered(self, work: Callable[[], Awaitable[dict[str, Resume]]]) -> dict[str, Resume]:
        try:
            if self.ended:
                raise Denied(Denial.ENDED)
            return await work()
        except (GroatError, Denied):
            if self.ended:
                raise Denied(Denial.ENDED) from None
            self._leave_all()
            self._live.dismiss(self)
            self.identity = None
            self.expires_at = NEVER
            self.state = SessionState.NEW
            raise

    async def _enter(self, token: str, positions: Positions) -> dict[str, Resume]:
        live = self._live
        if not token:
            raise Denied(Denial.NO_TOKEN)
        try:
            revision = live.revision
            identity = await live.authenticate(token)
            if self.ended:
                raise Denied(Denial.ENDED)
            streams = live.streams_of(identity)
            if not streams:
                raise Denied(Denial.NOTHING_TO_READ)
            live.admit(self, identity, revision)
            self._be(identity)
            return await self._join_all(streams, positions(identity))
        except Unauthorized as refusal:
            old = refusal.code in _RENEWABLE
            raise Denied(Denial.TOKEN_OLD if old else Denial.TOKEN_INVALID, refusal.code) from None
        except GroatError as failure:
            live.log_failure("connect", failure)
            raise Denied(Denial.UNAVAILABLE) from None

    async def _start_over(self) -> dict[str, Resume]:
        streams = list(self.own)
        self._leave_all()
        try:
            return await self._join_all(streams, {})
        except GroatError as failure:
            self._live.log_failure("connect", failure)
            raise Denied(Denial.UNAVAILABLE) from None

    async def _attend(
        self, identity: Identity, positions: Mapping[str, Position | None]
    ) -> dict[str, Resume]:
        live = self._live
        live.attend(self, identity)
        self._be(identity)
        # From now on a change closes the session. One that was heard of before may be younger than the identity.
        if (
            live.has_changed(identity.principal, 0)
            and identity in (await live.identities.recheck([identity])).revoked
        ):
            self.close(Ending.REVOKED)
        if self.ended:
            raise Denied(Denial.ENDED)
        return await self._join_all(list(positions), positions)

    def _be(self, identity: Identity) -> None:
        """Take this identity, and its end as a duration: setting the machine's clock later changes nothing."""
        self.identity = identity
        clock = self._live.clock
        if identity.expires_at is None:
            self.expires_at = NEVER
        else:
            self.expires_at = clock.now() + identity.expires_at - clock.wall()

    async def _join_all(
        self, streams: Sequence[str], positions: Mapping[str, Position | None]
    ) -> dict[str, Resume]:
        """Subscribe to the streams. Their answers share the bytes that one reply may have."""
        resumes: dict[str, Resume] = {}
        budget = self._live.limits.reply_bytes_max
        for left, stream in zip(range(len(streams), 0, -1), streams, strict=True):
            if is_board(stream):
                resumes[stream] = await self._watch(stream, positions.get(stream))
                continue
            subscription, resumes[stream] = await self._join(
                stream, False, positions.get(stream), budget // left
            )
            if self.ended:
                self._live.hub.leave(subscription)
                raise Denied(Denial.ENDED)
            self.own[stream] = subscription
            budget -= sum(len(event.data) for event in resumes[stream].events)
        return resumes

    async def _join(
        self, stream: str, viewed: bool, position: Position | None, bytes_max: int
    ) -> tuple[Subscription, Resume]:
        epoch, offset = position or (None, 0)
        shell, identity = self._shell, self.identity
        # Nobody reads in the place of a person but their own devices.
        own = not viewed and identity is not None and stream == f"user:{identity.user}"
        return await self._live.hub.join(
            stream,
            shell.format(stream, viewed),
            self,
            shell.writer,
            epoch,
            offset,
            bytes_max,
            self.device if own else "",
        )

    def release(self) -> None:
        """Go live: the client has been given what its streams begin with."""
        if self.state is SessionState.ENTERING:
            self.state = SessionState.LIVE
            self._go_on()

    def _go_on(self) -> None:
        for subscription in self.subscriptions():
            if not self.choked:
                self._live.hub.release(subscription)
        for watch in self._watches.values():
            self._live.boards.release(watch)

    def renew_in_s(self) -> int | None:
        """Return after how many whole seconds the client should renew its token; None if the token has no end."""
        if self.expires_at == NEVER:
            return None
        left_s = self.expires_at - self._live.now()
        # Renew a short-lived token at two thirds of its remaining life, or it would be renewed at every turn.
        return max(1, int(left_s - min(self._live.limits.expiry_margin_s, left_s / 3)))

    async def renew(self, token: str) -> None:
        """Go on with a newer token of the same principal and the same roles; with any other one the session ends.

        Raises Denied ``UNAVAILABLE``; ``ENDED`` when the session is over.
        """
        live = self._live
        revision = live.revision
        try:
            identity = await live.authenticate(token)
        except Unauthorized:
            self.close(Ending.EXPIRED)
            raise Denied(Denial.ENDED) from None
        except GroatError as failure:
            live.log_failure("refresh", failure)
            raise Denied(Denial.UNAVAILABLE if self.state is SessionState.LIVE else Denial.ENDED) from None
        if self.state is SessionState.LIVE and self.identity is not None:
            if identity.principal != self.identity.principal:
                self.close(Ending.TOKEN_INVALID)
            elif identity.roles != self.identity.roles or live.has_changed(identity.principal, revision):
                self.close(Ending.RIGHTS_CHANGED)
            else:
                live.renewed(self, identity)
                self._be(identity)
                return
        raise Denied(Denial.ENDED)

    # Views.

    def view(self, stream: str, position: Position | None) -> Coroutine[Any, Any, Resume]:
        """Let a member of the staff follow somebody's stream, or one of the house: that is audited. Or watch a board.

        Raises Denied at once: ``ALREADY_VIEWED``, ``NOT_ALLOWED``, ``UNKNOWN_STREAM``, ``TOO_MANY_VIEWS``. Otherwise
        await the answer, which has what the stream begins with; give that to the client, then call `release_view`.
        Raises Denied ``UNAVAILABLE`` and ``ENDED`` when awaited.
        """
        assert self.identity is not None
        if stream in self._views:
            raise Denied(Denial.ALREADY_VIEWED)
        self._check_viewer(self.identity, stream)
        if len(self._views) >= self._live.limits.views_max:
            raise Denied(Denial.TOO_MANY_VIEWS)
        self._views[stream] = None
        attempt = self._coming[stream] = object()
        return self._view(self.identity, stream, position, attempt)

    async def _view(
        self, identity: Identity, stream: str, position: Position | None, attempt: object
    ) -> Resume:
        live = self._live
        if is_board(stream):
            return await self._view_board(stream, attempt)
        joined = None
        try:
            await live.audit_view(identity, stream)
            if not self.ended:
                joined, resume = await self._join(stream, True, position, live.limits.reply_bytes_max)
        except GroatError as failure:
            live.log_failure("subscribe", failure)
        # Meanwhile the client may have left the stream, or gone. Then the place in _views is not this attempt's any
        # more, though a later attempt may hold it.
        wanted = not self.ended and self._coming.get(stream) is attempt
        if wanted:
            del self._coming[stream]
        if joined is None or not wanted:
            if joined is not None:
                live.hub.leave(joined)
            elif wanted:
                del self._views[stream]
            raise Denied(Denial.UNAVAILABLE if wanted else Denial.ENDED)
        self._views[stream] = joined
        return resume

    def _check_viewer(self, identity: Identity, stream: str) -> None:
        if is_board(stream):
            self._live.boards.check_reader(identity, stream)
            return
        if not identity.is_staff or not stream.startswith(("user:", "house:")):
            raise Denied(Denial.NOT_ALLOWED)
        try:
            check_stream(stream)
        except InvalidInput:
            raise Denied(Denial.UNKNOWN_STREAM) from None

    async def _view_board(self, stream: str, attempt: object) -> Resume:
        refused = Denied(Denial.UNAVAILABLE)
        resume = None
        try:
            resume = await self._watch(stream, None, attempt)
        except GroatError as failure:
            self._live.log_failure("subscribe", failure)
        except Denied as denied:
            refused = denied
        if self.ended or self._coming.get(stream) is not attempt:
            raise Denied(Denial.ENDED)
        del self._coming[stream]
        if resume is None:
            del self._views[stream]
            raise refused
        return resume

    async def _watch(self, stream: str, position: Position | None, attempt: object = None) -> Resume:
        """Watch a board. It has no events: the answer is its state, unless `position` has the state's mark."""
        assert self.identity is not None
        boards = self._live.boards
        form, write = self._shell.board(stream)
        watch, state = await boards.join(self.identity, stream, form, self, write)
        if self.ended or self._coming.get(stream) is not attempt:
            boards.leave(watch)
            raise Denied(Denial.ENDED)
        self._watches[stream] = watch
        known = position is not None and position[0] == state.mark
        return Resume(known, state.mark, [], 0, 0, None if known else state.data)

    def mark_of(self, board: str) -> str:
        """Return the mark of the last state of a watched board that was written."""
        return self._watches[board].mark

    def release_view(self, stream: str) -> None:
        """Let a view go live: the client has been given what its stream begins with."""
        if stream in self._watches:
            self._live.boards.release(self._watches[stream])
        subscription = self._views.get(stream)
        if subscription is not None and not self.choked:
            self._live.hub.release(subscription)

    def leave(self, stream: str) -> None:
        """Follow a viewed stream no more. Leaving one that is not viewed does nothing."""
        self._coming.pop(stream, None)
        watch = self._watches.pop(stream, None)
        if watch is not None:
            self._live.boards.leave(watch)
        subscription = self._views.pop(stream, None)
        if subscription is not None:
            self._live.hub.leave(subscription)

    # Receipts.

    def note_seen(self, stream: str, device: str, offset: int, ago_ms: int | None) -> None:
        """Note that a device of the reader has shown everything up to an offset of one of the reader's own streams.

        It showed the event `ago_ms` milliseconds ago, if that is known. Raises Denied ``NOT_ALLOWED``, ``AHEAD``.
        """
        # Staff who view a person's stream do not read in their place.
        subscription = self.own.get(stream)
        if subscription is None:
            raise Denied(Denial.NOT_ALLOWED)
        if offset > subscription.offset:
            raise Denied(Denial.AHEAD)
        self._live.note_seen(stream, device, offset, ago_ms)

    # Limits, and calls from the transport and the clock.

    def charge(self, count: float = 1) -> bool:
        """Count what the client sends, in messages. Returns False, and ends the session, when it is too much."""
        now = self._live.now()
        if self._bucket is None:
            rate = self._live.limits.messages_per_second
            self._bucket = Bucket(rate * BURST_S, rate, now)
        if self._bucket.take(now, count):
            return True
        self.close(Ending.FLOODING)
        return False

    def choke(self) -> None:
        """Write nothing more: the client does not read, and what waits for it has reached its bound."""
        if self.choked or self.ended:
            return
        self.choked = True
        self._live.stats.slow_drops += 1
        for subscription in self.subscriptions():
            subscription.park()

    def drain(self) -> None:
        """Catch up from the database and go on live: hardly anything waits for the client any more."""
        if not self.choked or self.ended:
            return
        self.choked = False
        if self.state is SessionState.LIVE:
            self._go_on()

    def tick(self, now: float) -> None:
        """End the session if its time is over."""
        if now >= self.expires_at:
            self.close(Ending.EXPIRED)

    def lost(self) -> None:
        """Leave the service and the hub without a word: the client is gone. Again does nothing."""
        if self.ended:
            return
        self.state = SessionState.ENDED
        self._leave_all()
        self._live.dismiss(self)
        # Otherwise shell and session would keep each other until the garbage collector finds them.
        del self._shell

    def close(self, why: Ending) -> None:
        """End the session. Ending it again does nothing."""
        if not self.ended:
            shell = self._shell
            self.lost()
            shell.end(why)

    def _leave_all(self) -> None:
        for subscription in self.subscriptions():
            self._live.hub.leave(subscription)
        for watch in self._watches.values():
            self._live.boards.leave(watch)
        self._watches = {}
        self.own = {}
        self._views = {}
        self._coming = {}
