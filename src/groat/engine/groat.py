"""The facade: everything that an app does with a ledger in its own process, under the names of the API."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from contextvars import Context
from functools import cached_property, partial
from time import perf_counter
from typing import Any, ClassVar, ParamSpec, Self, TypeVar

import msgspec
import structlog
from opentelemetry.trace import TracerProvider

from groat import tracing
from groat.bus import make_bus
from groat.engine.clock_watch import ClockWatch, boot_time
from groat.engine.committer import Committer
from groat.engine.dry_run import DryRun
from groat.engine.expiry import Expiry
from groat.engine.ids import new_id
from groat.engine.ledger_words import LedgerWords
from groat.engine.lookup import Stale, Time
from groat.engine.order_watch import OrderWatch
from groat.engine.rooms import Rooms
from groat.engine.streams import Streams
from groat.ledger.accounts import Policy
from groat.ledger.amounts import Asset, check_asset
from groat.ledger.commands import Command, digest_of
from groat.ledger.errors import Busy, Interrupted, InvalidInput, Refusal, StoreError
from groat.ledger.states import SetState
from groat.ledger.text import parse_time
from groat.settings import Settings, SettingsError
from groat.store import archive as archiving
from groat.store import reading, streams, verify
from groat.store.batch import Done, Published, hint_of
from groat.store.budgets import forget_uses
from groat.store.crossings import forget_crossings
from groat.store.extension import Brings, Extension
from groat.store.flow import Flow
from groat.store.history import new_epoch
from groat.store.inside import LATER
from groat.store.interface import Store
from groat.store.moment import decide_sandbox, look_at_time, read_time
from groat.store.opening import make_replica, make_store, open_store
from groat.store.postgres import PostgresStore
from groat.store.replica import Replica
from groat.store.traced import TracedStore

P = ParamSpec("P")
T = TypeVar("T")

EXPIRY_S = 0.5
ROOMS_S = 0.5
CLOSING_S = 1.0
ORDER_S = 2.0
RETENTION_S = 600.0
STOP_S = 2.0
PRUNE_MAX = 5_000
ARCHIVE_PAUSE_S = 0.5
ARCHIVE_FAILURES_MAX = 10
DAY_US = 86_400_000_000

Listener = Callable[[list[Published]], None]

log = structlog.get_logger("groat")


class Groat(LedgerWords):
    """A ledger with live streams. Made by :meth:`open`; all methods must be called on one event loop.

    ``standing`` are the programs whose tables every database has. ``audits`` are checks of :meth:`verify` by their
    names, beside those of the store; programs add theirs. ``brought`` are the programs that are turned on, and
    ``settings`` what they read. ``is_sandbox`` says whether its clock can be set forward.
    """

    standing: ClassVar[tuple[Extension, ...]] = ()

    def __init__(
        self,
        store: Store,
        *,
        policy: Policy,
        queue_max: int,
        batch_max: int,
        retention_days: float,
        notification_days: float,
        redis: str = "",
        replica: Replica | None = None,
        tracer_provider: TracerProvider | None = None,
        programs: Sequence[Brings] = (),
        settings: Settings | None = None,
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        self.brought: Sequence[Brings] = tuple(programs)
        self.settings = settings or Settings()
        self.replica = replica
        self.tracer = tracing.tracer_of(tracer_provider)
        self.worker = new_id()
        self._make_bus = partial(make_bus, store, self.worker, self._hear, self._notify, redis)
        self.bus = self._make_bus()
        self.order = OrderWatch(store) if isinstance(store, PostgresStore) else None
        if self.tracer is not None:
            store = TracedStore(store, self.tracer)
        self._store = store
        self.is_sandbox = False
        self._assets: dict[str, Asset] = {}
        self.audits: dict[str, verify.Audit] = {}
        self._listeners: list[Listener] = []
        self._changed: list[Callable[[], None]] = []
        self._retention_us = int(retention_days * DAY_US)
        self._notification_us = int(notification_days * DAY_US)
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()
        self.clock_watch = ClockWatch(monotonic or (boot_time if store.has_clock else None))
        self._policy = policy
        self.committer = Committer(
            store,
            self._assets,
            policy,
            new_id,
            self.worker,
            self._committed,
            queue_max,
            batch_max,
            self.tracer,
            self.clock_watch,
        )
        self._expiry = Expiry(store, self.committer)
        self._rooms = Rooms(store, self.committer)
        self.streams = Streams(store, self._assets)

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        database: str,
        *,
        policy: Policy | None = None,
        programs: Sequence[Brings] = (),
        settings: Settings | None = None,
        extensions: Sequence[Extension] = (),
        queue_max: int = 20_000,
        batch_max: int = 2_000,
        retention_days: float = 30.0,
        notification_days: float = 365.0,
        redis: str = "",
        synchronous_standby: bool = False,
        replica: str = "",
        wait_s: float = 0.0,
        migrating: bool = True,
        sandbox: bool = False,
        monotonic: Callable[[], float] | None = None,
        store: Store | None = None,
        tracer_provider: TracerProvider | None = None,
    ) -> AsyncIterator[Self]:
        """Open (and migrate) a database for the length of the ``async with`` block.

        - ``database`` is ``sqlite:///path`` or ``postgresql://...``; ``store`` replaces the one made from it.
        - ``policy`` gives the limits of new accounts.
        - ``programs`` are turned on, with their tables. They alone read ``settings`` (the defaults unless given).
        - ``extensions`` are further tables.
        - ``retention_days`` is how long events are kept for readers that were away.
        - ``notification_days`` is how long notifications are kept, 0 for ever.
        - ``redis`` is the URL of the Redis that nodes of one PostgreSQL share, empty for none.
        - ``synchronous_standby`` says that a promoted standby has all that was acknowledged.
        - ``replica`` is the address of a standby for :meth:`stale` reads, empty for none.
        - ``wait_s`` is how long to wait for a PostgreSQL that is away, in seconds.
        - ``migrating`` False applies no migrations, and refuses a database that lacks some.
        - ``sandbox`` makes a ledger whose clock can be set forward, if this is its first start.
        - ``monotonic`` tells the seconds of a clock that nobody sets, by default this machine's since it was started.
        - ``tracer_provider`` takes spans, by default the one that the process has set before.

        Raises InvalidInput or StoreError (``wrong_scheme``, ``store_unavailable``, ``newer_database``,
        ``not_migrated``), SettingsError ``sandbox_too_late`` for a ``sandbox`` that was started as a real ledger.
        """
        brought = [program.extension for program in programs if program.extension is not None]
        store = store or make_store(database, (*cls.standing, *brought, *extensions), synchronous_standby)
        groat = cls(
            store,
            policy=policy or Policy(),
            queue_max=queue_max,
            batch_max=batch_max,
            retention_days=retention_days,
            notification_days=notification_days,
            redis=redis,
            replica=make_replica(replica, store) if replica else None,
            tracer_provider=tracer_provider,
            programs=programs,
            settings=settings,
            monotonic=monotonic,
        )
        try:
            await groat._start(wait_s, migrating, sandbox)
            yield groat
        finally:
            await groat._stop()

    async def _start(self, wait_s: float, migrating: bool, sandbox: bool) -> None:
        applied = await open_store(self._store, wait_s, migrating=migrating)
        if applied:
            log.info("migrated", steps=[f"{m.room}/{m.number:04}_{m.name}" for m in applied])
        self.is_sandbox = await self._decide_sandbox(sandbox)
        await self.assets()
        self.committer.start()
        # Only a store that is open knows of a pooler, which decides upon the bus.
        self.bus = self._make_bus()
        self.bus.follow(LATER.stream)
        await self.bus.start()
        if self.replica is not None:
            await self.replica.open()
        self._tasks = [
            # Use an empty context: these tasks are no part of a trace in which the app opens its ledger.
            asyncio.create_task(self._repeat(every_s, job, wake), name=name, context=Context())
            for name, every_s, job, wake in (
                ("groat-expiry", EXPIRY_S, self.expire_due, self._stopping),
                ("groat-rooms", ROOMS_S, self._rooms.tell, self._rooms.wake),
                ("groat-closing", CLOSING_S, self.close_accounts, self._stopping),
                ("groat-retention", RETENTION_S, self.prune, self._stopping),
                *([("groat-order", ORDER_S, self.order.look_at_order, self._stopping)] if self.order else []),
            )
        ]

    async def _decide_sandbox(self, wanted: bool) -> bool:
        """Return whether this is a sandbox, as the first start decides. Raises SettingsError ``sandbox_too_late``."""
        found = (await self._store.read(read_time)).sandbox
        if found is None:
            found = await self._store.write(decide_sandbox, wanted)
        if wanted and not found:
            raise SettingsError("sandbox_too_late", setting="sandbox")
        return found

    async def _stop(self) -> None:
        self._stopping.set()
        self._rooms.wake.set()
        # The tasks may wait for a database that does not answer. Their work can be left undone.
        if self._tasks:
            ended, late = await asyncio.wait(self._tasks, timeout=STOP_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
            for task in ended:
                task.result()
        await self.bus.stop()
        if self.replica is not None:
            await self.replica.close()
        await self.committer.close()
        await self._store.close()

    async def _repeat(self, every_s: float, job: Callable[[], Any], wake: asyncio.Event) -> None:
        """Do a job again and again, every so many seconds or when it is woken, until the ledger stops."""
        while not self._stopping.is_set():
            try:
                await job()
            except StoreError as error:
                log.warning("background_failed", job=job.__name__, code=error.code, detail=error.detail)
            except Exception:
                log.exception("background_broke", job=job.__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), every_s)
            if wake is not self._stopping:
                wake.clear()

    async def expire_due(self) -> None:
        """Expire all holds that are due, as the ledger does by itself twice a second. Raises StoreError.

        A command expires the holds on which it depends by itself. If another node is at it already, or the clock leapt
        and staff have not confirmed that, nothing is done.
        """
        if await self.time_moves():
            await self._expiry.round(self._stopping)

    async def time_moves(self) -> bool:
        """Look at the clock, and return whether what time alone drives may move. Raises StoreError.

        It may not while the database's clock has leapt ahead of the servers' own and staff have not confirmed that.
        """
        watch = self.clock_watch
        asked_at = watch.moment()
        if watch.look(asked_at, await self._store.read(read_time)):
            await self._store.write(look_at_time, watch, new_id)
            asked_at = watch.moment()
            watch.look(asked_at, await self._store.read(read_time))
        return not watch.stands

    async def close_accounts(self) -> None:
        """Close the accounts that are closing and hold nothing any more, as the ledger does each second by itself."""
        for path, rest_to, turn in await self._store.read(reading.paths_to_close):
            # A refusal, such as of an account that cannot take the rest, is asked again a minute later.
            key = f"{digest_of('close', path)}/{turn}/{int(time.time() // 60)}"
            await self.execute(
                SetState(
                    principal="system:closing",
                    key=key,
                    reason="Nothing is held any more",
                    account=path,
                    act="finish",
                    rest_to=rest_to,
                )
            )

    async def renew_epoch(self) -> str:
        """Begin all streams anew, as a restored database needs: every reader gets a snapshot. Returns the new epoch."""
        epoch = new_epoch()
        await self._store.write(streams.renew_database, epoch)
        log.warning("epoch_renewed", epoch=epoch)
        return epoch

    async def prune(self) -> int:
        """Delete the events older than the retention, as the ledger does every ten minutes; return how many.

        It also deletes old crossings, notes of who got events, and what programs need not keep any more, and does not
        count that. While a leap of the clock is not confirmed, nothing is deleted.
        """
        if not await self.time_moves():
            return 0
        total, count = 0, PRUNE_MAX
        while count == PRUNE_MAX:
            count = await self._store.write(streams.prune_events, self._retention_us, PRUNE_MAX)
            total += count
        for forget_old in (forget_crossings, forget_uses):
            while await self._store.write(forget_old, PRUNE_MAX) == PRUNE_MAX:
                pass
        while await self._store.write(streams.prune_deliveries, self._retention_us, PRUNE_MAX):
            pass
        for forget in self._store.forgets:
            while await self._store.write(forget, self._notification_us, PRUNE_MAX):
                pass
        return total

    @property
    def policy(self) -> Policy:
        """The limits with which accounts open."""
        return self._policy

    # Listening

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` on the event loop with what each commit published; returns a function that ends this.

        Commits of this process come right after the COMMIT, with their events; those of other processes within about
        50 ms, without events. Offsets may have gaps or come twice; the listener compares them with what it knows.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def show(self, *boards: str) -> None:
        """Tell the readers of boards (``<name>:<id>``), here and elsewhere, that these have changed.

        Commands need not: the tables that they write say which boards show their rows.
        """
        self._committed([hint_of(board) for board in boards])

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback`` soon after any process has committed anything; returns a function that ends this."""
        self._changed.append(callback)
        return lambda: self._changed.remove(callback)

    def _publish(self, published: list[Published]) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(published)
            except Exception:
                # The money is committed: a listener's fault must reach neither the caller nor the other listeners.
                log.exception("listener_failed")

    def _hear(self, published: list[Published]) -> None:
        """Take the hints of others."""
        if any(each.stream == LATER.stream for each in published):
            self._rooms.wake.set()
        self._publish(published)

    def _committed(self, published: list[Published]) -> None:
        self._publish(published)
        self.bus.announce(published)

    def _notify(self) -> None:
        self._rooms.wake.set()
        for callback in tuple(self._changed):
            try:
                callback()
            except Exception:
                # The bus calls this from its own task, which must go on.
                log.exception("listener_failed")

    # Commands

    @cached_property
    def dry_run(self) -> DryRun:
        """The words of the ledger that only say what they would do."""
        return DryRun(self)

    async def execute(self, command: Command) -> Done | Refusal:
        """Execute a command; returns its verdict. Raises InvalidInput (not queued), Overloaded, Closed, StoreError."""
        await self._check(command)
        (future,) = self.committer.submit([command])
        return await future

    async def execute_many(self, commands: Sequence[Command]) -> list[Done | Refusal]:
        """Execute independent commands and return a verdict for each; raises as :meth:`execute` does."""
        for command in commands:
            await self._check(command)
        return [verdict async for verdict in self.verdicts(commands)]

    async def verdicts(self, commands: Sequence[Command]) -> AsyncIterator[Done | Refusal]:
        """Execute checked, independent commands; yields the verdicts in their order, each as soon as it is there.

        A caller that stops waiting drops those that are still queued. Raises Overloaded, Closed, StoreError.
        """
        futures = self.committer.submit(commands)
        try:
            for future in futures:
                yield await future
        finally:
            for future in futures:
                # After a first failure nobody awaits the others, but their exceptions must be retrieved.
                if not future.cancel():
                    _note(future)

    # Assets

    async def assets(self) -> dict[str, Asset]:
        """Return all assets, by code."""
        self._assets.update(await self._store.read(reading.list_assets))
        return dict(self._assets)

    async def add_asset(self, code: str, scale: int) -> Asset:
        """Create an asset, or find it; raises InvalidInput ``invalid_asset``, ``asset_exists`` (with another scale)."""
        asset = check_asset(code, scale)
        stored = await self._store.write(reading.add_asset, asset)
        self._assets[code] = stored
        if stored != asset:
            raise InvalidInput("asset_exists", asset=code, scale=str(stored.scale))
        return stored

    # Looking up: see Lookup

    def stale(self, seconds_max: float) -> Stale:
        """Look things up where an answer may be so old: on the replica if there is one that knows enough."""
        return Stale(self, self.replica, seconds_max)

    async def act(
        self,
        kind: str,
        *,
        actor: str,
        target: str,
        reason: str = "",
        before: Any = None,
        after: Any = None,
        principal: str = "",
        key: str = "",
    ) -> str:
        """Keep an audit entry for something that moved no money; returns its id."""
        id = new_id()
        texts = [msgspec.json.encode(value).decode() for value in (before, after)]
        await self._store.write(
            reading.write_act, (id, kind, principal or actor, actor, target, reason, key, *texts)
        )
        return id

    async def archive(
        self, before: Time, progress: Callable[[archiving.ArchivedRows], None] = lambda _: None
    ) -> list[archiving.Month]:
        """Move what was committed before this moment into the archive, month by month; returns its content.

        Look-ups, replays, reversals and verifications find it there. Nobody waits for its transactions: they are short,
        with pauses between them. Raises MonthNotOver, InvalidInput, StoreError.
        """
        limit, failures = parse_time(before), 0
        while True:
            begun = perf_counter()
            try:
                moved = await self._store.write(archiving.archive_some, limit)
            except StoreError as error:
                failures += 1
                if not isinstance(error, Busy | Interrupted) or failures > ARCHIVE_FAILURES_MAX:
                    raise
                await asyncio.sleep(ARCHIVE_PAUSE_S)
                continue
            if moved is None:
                return await self.archived()
            failures = 0
            progress(moved)
            await asyncio.sleep(perf_counter() - begun)

    async def archived(self) -> list[archiving.Month]:
        """List the archive's rows, month by month."""
        return await self._store.read(archiving.list_archive)

    async def verify(self, progress: Callable[[str, int, int], None] = lambda *_: None) -> verify.Report:
        """Derive everything again from the postings; ``progress(check, done, total)`` is called from another thread."""
        return await self._store.read(
            verify.verify, progress, self._store.checks, tuple(self.audits.values())
        )

    async def read(self, flow: Callable[P, Flow[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a flow over one snapshot of the database; raises StoreError."""
        return await self._store.read(flow, *args, **kwargs)

    async def write(self, flow: Callable[P, Flow[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a flow in a write transaction of its own; raises StoreError. What moves money goes by :meth:`execute`."""
        return await self._store.write(flow, *args, **kwargs)


def _note(future: asyncio.Future[Any]) -> None:
    """Take notice of a failure, so that asyncio does not complain that nobody did."""
    if not future.cancelled():
        future.exception()
