"""The live service of one server process: its connections, their limits, and its clock."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

import structlog

from groat.engine.histogram import SECONDS, Histogram
from groat.identity.model import Identity, Rechecked
from groat.ledger.errors import Closed, GroatError
from groat.live.boards import Board, Boards
from groat.live.clock import Clock, LoopClock, wait
from groat.live.endings import Ending
from groat.live.errors import Denial, Denied, TooManyReaders
from groat.live.hub import CHECK_EVERY_S, Hub, HubStats
from groat.live.limits import MINUTE_S, Bucket, LiveLimits

if TYPE_CHECKING:
    from groat.engine.groat import Groat
    from groat.live.session import Session
    from groat.settings import Settings

TICK_S: Final = 1.0
DRAINED_PER_S: Final = 50
ANOTHER_COST: Final = 0.1
"""The cost of another session on a socket that carries one of the same person, in connects."""
HOUSE: Final = "house:"
_VIEWS_LOOKED_AT: Final = 20
_CHANGED_KEPT: Final = 10_000
_MEASURED_MAX: Final = 200
SENT_PER_FLUSH: Final = 2_000
"""So many notes of what devices were sent are written at most at once; the others follow, and are fewer by then."""

log = structlog.stdlib.get_logger("groat.live")


class Closable(Protocol):
    """A reader, or a socket that carries readers."""

    def close(self, why: Ending) -> None:
        """End it."""


class Socket(Closable, Protocol):
    """A client's socket, as the service keeps it: it says when the clock has to call it."""

    @property
    def deadline(self) -> float:
        """The time of the next `tick`."""

    def tick(self, now: float) -> None:
        """Do what is due."""


class Authenticator(Protocol):
    """The part of identity that the live side uses."""

    async def authenticate_token(self, token: str) -> Identity:
        """Identify the bearer of a token. Raises Unauthorized."""

    async def changes(self, after_rev: int) -> tuple[int, list[str]]:
        """Return the principals whose rights changed, or of whom a session ended, since then."""

    async def recheck(self, identities: Sequence[Identity]) -> Rechecked:
        """Check again identities of changed principals: who is let in as before, and who not at all."""

    def listen(self, changed: Callable[[], None]) -> None:
        """Call back when this process changed somebody's rights or ended a session."""


class Live:
    """Live delivery of one process, started and stopped on its event loop.

    `groat` is an open Groat, `identities` identifies the bearers of tokens, `settings` has the bounds, `clock` tells
    the time, `boards` are those of the programs. `stats` counts; `to_screen` has the seconds from commits to screens.
    """

    def __init__(
        self,
        groat: Groat,
        identities: Authenticator,
        settings: Settings,
        limits: LiveLimits | None = None,
        clock: Clock | None = None,
        boards: Iterable[Board] = (),
    ) -> None:
        self.clock = clock or LoopClock()
        self.limits = limits or LiveLimits.of(settings)
        self.stats = HubStats()
        self.to_screen = Histogram(SECONDS)
        self.hub = Hub(groat.streams, self.stats, groat.bus, self.clock)
        self.boards = Boards(groat, boards, groat.bus, self.clock)
        self.revision = 0
        self.draining = False
        self.running = False
        self.identities = identities
        self._groat = groat
        self._sockets: set[Socket] = set()
        self._attending: set[Session] = set()
        self._of_principal: dict[str, dict[Session, Identity]] = {}
        self._connects: dict[str, Bucket] = {}
        self._changed: dict[str, int] = {}
        self._views: dict[tuple[str, str], str] = {}
        self._view_locks: dict[tuple[str, str], asyncio.Lock] = {}
        self._seen: dict[tuple[str, str], int] = {}
        self._shown: dict[tuple[str, str, int], float] = {}
        self._idle = asyncio.Event()
        self._rights_changed = asyncio.Event()
        self._rev = -1
        self._tasks: set[asyncio.Task[None]] = set()
        self._keepers: list[asyncio.Task[None]] = []
        self._unlisten: list[Callable[[], Any]] = []
        self._loop: asyncio.AbstractEventLoop

    # Life.

    async def start(self) -> None:
        """Begin to listen to the ledger and to keep the clock. Raises StoreError."""
        self._loop = asyncio.get_running_loop()
        self._rev, _ = await self.identities.changes(-1)
        self._unlisten = [self._groat.listen(self.hub.hear), self._groat.listen(self.boards.hear)]
        self.identities.listen(self._rights_changed.set)
        self._keepers = [
            self._loop.create_task(self._every(TICK_S, self._tick)),
            self._loop.create_task(self.boards.run()),
            self._loop.create_task(self._every(CHECK_EVERY_S, self.hub.check)),
            self._loop.create_task(self._every(CHECK_EVERY_S, self.boards.check)),
            self._loop.create_task(self._every(CHECK_EVERY_S, self._close_changed, self._rights_changed)),
            self._loop.create_task(self._every(TICK_S, self._flush_seen)),
            self._loop.create_task(self._every(TICK_S, self._flush_sent)),
        ]
        self.running = True

    def begin_drain(self, window_s: float | None = None) -> None:
        """Take no new readers, and close the present ones at random moments within the window (seconds).

        The protocol has no jitter of its own, so this keeps the clients from all coming back at once. A few need no
        window.
        """
        if self.draining:
            return
        self.draining = True
        readers = self._readers()
        window_s = self.limits.drain_s if window_s is None else window_s
        window_s = min(window_s, len(readers) / DRAINED_PER_S)
        for reader in readers:
            self.clock.call_later(random.uniform(0, window_s), reader.close, Ending.SHUTDOWN)  # noqa: S311

    async def drain(self, window_s: float | None = None) -> None:
        """Call `begin_drain`, then wait until all are gone, at most for the window and the time of a close."""
        window_s = self.limits.drain_s if window_s is None else window_s
        self.begin_drain(window_s)
        self._note_idle()
        await wait(self.clock, self._idle, window_s + self.limits.close_s)
        if left := len(self._readers()):
            log.warning("readers left after draining", count=left)

    def _readers(self) -> list[Closable]:
        return [*self._sockets, *self._attending]

    def _note_idle(self) -> None:
        if self.draining and not self._sockets and not self._attending:
            self._idle.set()

    async def stop(self) -> None:
        """Close the remaining readers, write the receipts, and end all tasks."""
        if not self.running:
            return
        self.running = False
        self.draining = True
        for unlisten in self._unlisten:
            unlisten()
        for reader in self._readers():
            reader.close(Ending.SHUTDOWN)
        ending = [*self._keepers, *self._tasks]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        await self.hub.stop()
        try:
            await self._flush_seen()
            await self._flush_sent()
        except GroatError as failure:
            self.log_failure("flush_seen", failure)

    def now(self) -> float:
        """Return the clock's monotonic time in seconds."""
        return self.clock.now()

    # Sockets and sessions.

    def opened(self, socket: Socket) -> None:
        """Count a socket. From now on the clock calls it at its deadlines, and draining closes it."""
        self._sockets.add(socket)
        self.stats.connections += 1

    def closed(self, socket: Socket) -> None:
        """Forget a socket that is gone."""
        self._sockets.remove(socket)
        self.stats.connections -= 1
        self._note_idle()

    def admit(self, session: Session, identity: Identity, revision: int) -> None:
        """Count a session for its principal.

        `revision` is the value of `self.revision` before the token was checked, so that rights changed since then
        count. Raises Denied ``TOKEN_OLD``, ``TOO_OFTEN``, ``TOO_MANY_READERS``.
        """
        principal = identity.principal
        if self.has_changed(principal, revision):
            raise Denied(Denial.TOKEN_OLD)
        now = self.now()
        bucket = self._connects.get(principal)
        if bucket is None:
            rate, most = self.limits.connects_per_minute, self.limits.connections_per_user
            # All the tabs that a person may have come back at once after a restart.
            bucket = self._connects[principal] = Bucket(max(rate, most), rate / MINUTE_S, now)
        mine = self._of_principal.get(principal, {})
        if not bucket.take(now, ANOTHER_COST if session.shares_with(mine) else 1):
            raise Denied(Denial.TOO_OFTEN)
        if not self._count(session, identity):
            raise Denied(Denial.TOO_MANY_READERS)

    def has_changed(self, principal: str, revision: int) -> bool:
        """Return whether this process has heard that the principal's rights changed, since `revision`."""
        return self._changed.get(principal, 0) > revision

    def attend(self, session: Session, identity: Identity) -> None:
        """Count a session that has no socket: a request. Draining closes it, too.

        Raises TooManyReaders, and Closed when the server is shutting down.
        """
        if self.draining or not self.running:
            raise Closed
        if not self._count(session, identity):
            raise TooManyReaders
        self._attending.add(session)

    def _count(self, session: Session, identity: Identity) -> bool:
        mine = self._of_principal.setdefault(identity.principal, {})
        if (
            len(mine) >= self.limits.connections_per_user
            and not identity.is_service
            and not session.shares_with(mine)
            and len({each.carrier or each for each in mine}) >= self.limits.connections_per_user
        ):
            # A session that stopped reading has most likely lost its client, so the oldest of these gives way.
            stuck = next((each for each in mine if each.is_stuck), None)
            if stuck is None:
                return False
            del mine[stuck]
            stuck.close(Ending.SLOW)
            mine = self._of_principal.setdefault(identity.principal, {})
        mine[session] = identity
        return True

    def renewed(self, session: Session, identity: Identity) -> None:
        """Note that a session goes on with another token of the same principal."""
        self._of_principal[identity.principal][session] = identity

    def dismiss(self, session: Session) -> None:
        """Stop counting a session. Dismissing one that is not counted does nothing."""
        self._attending.discard(session)
        if session.identity is not None:
            principal = session.identity.principal
            mine = self._of_principal.get(principal, {})
            mine.pop(session, None)
            if not mine:
                self._of_principal.pop(principal, None)
        self._note_idle()

    def spawn(self, session: Session, work: Coroutine[Any, Any, None]) -> None:
        """Run work that a session waits for. A fault in the work closes that session."""

        def done(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            if not task.cancelled() and (error := task.exception()) is not None:
                log.error("live task failed", exc_info=error)
                session.close(Ending.FAULT)

        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(done)

    # Rights.

    async def authenticate(self, token: str) -> Identity:
        """Identify the bearer of a token. Raises Unauthorized, StoreError."""
        return await self.identities.authenticate_token(token)

    @staticmethod
    def streams_of(identity: Identity) -> list[str]:
        """Return the streams that a caller follows: their own one first, then those of their roles."""
        own = [f"user:{identity.user}"] if identity.user is not None else []
        return own + identity.rooms

    @staticmethod
    def may_read(identity: Identity, stream: str) -> bool:
        """Return whether a caller may read a stream: their own and their roles'; staff and services, anybody's."""
        if stream.startswith("role:"):
            return stream in identity.rooms
        mine = identity.user is not None and stream == f"user:{identity.user}"
        return mine or identity.is_staff or identity.is_service

    async def audit_view(self, identity: Identity, stream: str) -> None:
        """Write to the audit log that somebody views a person's stream, once per hour. Raises StoreError.

        Streams of the house belong to no person, so viewing them is not logged.
        """
        if stream.startswith(HOUSE):
            return
        viewed = (identity.principal, stream)
        hour = _hour()
        if self._views.get(viewed) == hour:
            return
        lock = self._view_locks.setdefault(viewed, asyncio.Lock())
        async with lock:
            if self._views.get(viewed) != hour and not await self._was_viewed(
                identity.principal, stream, hour
            ):
                await self._groat.act("view", actor=identity.principal, target=stream)
            self._views[viewed] = hour
        self._view_locks.pop(viewed, None)

    async def _was_viewed(self, actor: str, target: str, hour: str) -> bool:
        """Return whether the audit log has this view already, from before a restart or from another process."""
        entries = await self._groat.audit(actor=actor, target=target, limit=_VIEWS_LOOKED_AT)
        return any(entry.kind == "view" and entry.at.startswith(hour) for entry in entries)

    def log_failure(self, what: str, failure: GroatError) -> None:
        """Log a database error. The client will try again."""
        log.warning("live request failed", what=what, code=failure.code, detail=failure.detail)

    # Receipts.

    def note_seen(self, stream: str, device: str, offset: int, ago_ms: int | None = None) -> None:
        """Remember how far a device has read, and measure how long an event took to it.

        The device showed the event ``ago_ms`` ago. Both are written within a second; each second takes a bounded
        number of measurements, the first ones.
        """
        key = (stream, device)
        if offset > self._seen.get(key, -1):
            self._seen[key] = offset
        if ago_ms is not None and len(self._shown) < _MEASURED_MAX:
            self._shown.setdefault((*key, offset), self.now() - ago_ms / 1_000)
        log.debug("receipt", stream=stream, device=device, offset=offset)

    async def _flush_seen(self) -> None:
        shown, self._shown = self._shown, {}
        if self._seen:
            await self._write_seen()
        if shown:
            # The database computes the ages by one clock. They are read after this moment, so they are never too small,
            # and this process's clock alone says how long ago the event was shown.
            asked_at = self.now()
            ages = await self._groat.streams.ages(list({(stream, offset) for stream, _, offset in shown}))
            for (stream, _, offset), shown_at in shown.items():
                if (stream, offset) in ages:
                    self.to_screen.add(max(0.0, ages[stream, offset] - (asked_at - shown_at)))

    async def _flush_sent(self) -> None:
        """Write what devices were sent. What a failure loses is not missed: the next note says at least as much."""
        now = time.time_ns() // 1_000
        rows = [(*sent, now) for sent in self.hub.take_sent(SENT_PER_FLUSH)]
        if rows:
            await self._groat.streams.sent(rows)

    async def _write_seen(self) -> None:
        seen, self._seen = self._seen, {}
        now = time.time_ns() // 1_000
        rows = [(stream, device, offset, now) for (stream, device), offset in seen.items()]
        written = False
        try:
            await self._groat.streams.seen(rows)
            written = True
        finally:
            if not written:
                # A client whose receipt was accepted does not send it again, so keep it for the next flush.
                self._seen = seen | {
                    key: max(offset, seen.get(key, -1)) for key, offset in self._seen.items()
                }

    # The clock.

    async def _every(
        self,
        period_s: float,
        work: Callable[[], Coroutine[Any, Any, None]],
        sooner: asyncio.Event | None = None,
    ) -> None:
        """Repeat some work for ever. The period varies on purpose, so that processes do not keep step.

        Setting `sooner` begins the next turn at once.
        """
        sooner = sooner or asyncio.Event()
        while True:
            await wait(self.clock, sooner, period_s * random.uniform(0.9, 1.0))  # noqa: S311
            sooner.clear()
            try:
                await work()
            except GroatError as failure:
                self.log_failure(work.__name__, failure)
            except Exception:
                log.exception("keeping the clock failed", what=work.__name__)

    async def _tick(self) -> None:
        now = self.now()
        for socket in [each for each in self._sockets if each.deadline <= now]:
            socket.tick(now)
        self._connects = {who: bucket for who, bucket in self._connects.items() if not bucket.is_full(now)}
        hour = _hour()
        if any(then != hour for then in self._views.values()):
            self._views = {viewed: then for viewed, then in self._views.items() if then == hour}

    async def _close_changed(self) -> None:
        rev, changed = await self.identities.changes(self._rev)
        if changed:
            await self._invalidate(changed)
        # Advance only now: after a failed read, the next turn does all of it again.
        self._rev = rev

    async def _invalidate(self, principals: Sequence[str]) -> None:
        """Close the readers of these principals, except those who are let in as before."""
        self.revision += 1
        for principal in principals:
            self._changed[principal] = self.revision
        while len(self._changed) > _CHANGED_KEPT:
            del self._changed[next(iter(self._changed))]
        readers = [
            (reader, identity)
            for principal in principals
            for reader, identity in self._of_principal.get(principal, {}).items()
        ]
        unchanged, revoked = await self.identities.recheck([identity for _, identity in readers])
        for reader, identity in readers:
            if identity in revoked:
                reader.close(Ending.REVOKED)
            elif identity not in unchanged:
                reader.close(Ending.RIGHTS_CHANGED)


def _hour() -> str:
    """Return the present hour in the form in which times of the audit log begin."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H")
