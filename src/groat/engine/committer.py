"""Group commit without a timer: while one batch commits, the next one forms.

A busy moment makes large batches and a quiet one small ones; a batch costs a constant number of statements, so load
makes each command cheaper. Callers wait for the verdict of their own command, which comes after the COMMIT.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from time import perf_counter
from typing import ParamSpec, TypeVar

import structlog
from opentelemetry.trace import Tracer

from groat.engine.histogram import SECONDS, SIZES, Histogram
from groat.engine.tracing import CallTrace, Traces
from groat.ledger.accounts import Policy
from groat.ledger.amounts import Asset
from groat.ledger.book import Pair
from groat.ledger.commands import Command
from groat.ledger.errors import (
    Busy,
    Closed,
    CommandFailed,
    GroatError,
    Interrupted,
    Overloaded,
    Refusal,
    Replaced,
    StoreError,
    Unavailable,
)
from groat.store.batch import (
    Broken,
    Committed,
    Done,
    LockedElsewhere,
    Prepared,
    Published,
    Retry,
    prepare,
)
from groat.store.due import Place
from groat.store.flow import FEW, Flow
from groat.store.inside import TriedOut, try_out
from groat.store.interface import Store
from groat.store.moment import Watch
from groat.store.phases import Context, commit_batch, expire_batch, tell_rooms

P = ParamSpec("P")
T = TypeVar("T")

log = structlog.get_logger("groat.committer")

# A failed batch is tried again, and commands whose rows are locked wait, for this many seconds.
PATIENCE_S = 5.0
PAUSE_S = 0.02
PAUSE_MAX_S = 0.5
APART_S = 0.1
LANES = 2
# A batch of expiry takes this many things that are due, so few that its statements go together: others wait for it.
EXPIRED_MAX = FEW
NEWS_MAX = 500
# The accounts of so many holds are kept, some 5 MB, so that whoever settles one soon after need not have them read.
HOLDS_KNOWN_MAX = 10_000
# Idle lanes share the commands that wait. Below this number a second COMMIT costs more than it saves.
SHARE_MIN = 100
ANSWERS_AT_ONCE = 32
# The next batch waits no longer than this while each turn of the event loop brings more commands.
GATHER_S = 0.01

Waiting = tuple[Prepared, "asyncio.Future[Done | Refusal]", CallTrace | None]
"""A command, the future for its verdict, and the call that brought it if that is traced."""


class Stats:
    """Counters of the committer since its start, and the time of each run of a batch in the store (seconds)."""

    __slots__ = (
        "batches",
        "commands",
        "commits",
        "expired",
        "failed_batches",
        "overloaded",
        "refusals",
        "sizes",
    )

    def __init__(self) -> None:
        self.batches = 0
        self.commands = 0
        self.commits = Histogram(SECONDS)
        self.sizes = Histogram(SIZES)
        self.expired = 0
        self.failed_batches = 0
        self.overloaded = 0
        self.refusals: dict[str, int] = {}


class Chain:
    """Batches that run one after the other: each names the hash of the one before it under the same ``name``."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Committer:
    """Queues commands and commits them in batches. ``queue_max`` transactions may wait, ``batch_max`` share a COMMIT.

    A command counts as many transactions as it may make: a bulk as many as it has items.
    """

    def __init__(
        self,
        store: Store,
        assets: dict[str, Asset],
        policy: Policy,
        new_id: Callable[[], str],
        worker: str,
        publish: Callable[[list[Published]], None],
        queue_max: int,
        batch_max: int,
        tracer: Tracer | None = None,
        watch: Watch | None = None,
    ) -> None:
        self.stats = Stats()
        self._traces = Traces(tracer) if tracer else None
        self._store = store
        self._hold_sides: dict[str, tuple[Pair, Pair]] = {}
        self._context = Context(
            assets, {}, policy, new_id, store.causes, completion=store.completion, watch=watch,
            hold_sides=self._hold_sides,
        )  # fmt: skip
        self._new_id = new_id
        self._worker = worker
        self._publish = publish
        self._queue_max = queue_max
        self._batch_max = batch_max
        self._queue: deque[Waiting] = deque()
        self._weight = 0
        self._wake = asyncio.Event()
        self._closing = False
        self._tasks: list[asyncio.Task[None]] = []
        self._idle = 0
        # On a store with row locks, these run beside the lanes, so each needs a hash chain of its own.
        self._expiry = Chain(f"{worker}.due")
        self._rooms = Chain(f"{worker}.rooms")
        self._apart: set[asyncio.Task[None]] = set()
        self._trials = asyncio.Lock()

    @property
    def waiting(self) -> int:
        """Return the number of commands that wait for a batch."""
        return len(self._queue)

    def start(self) -> None:
        """Begin to commit: one batch at a time; on a store with row locks two, one working while the other waits."""
        lanes = self._idle = LANES if self._store.row_locks else 1
        for lane in range(lanes):
            # Each lane has a hash chain of its own.
            chain = Chain(f"{self._worker}.{lane}" if lane else self._worker)
            self._tasks.append(asyncio.create_task(self._run(chain), name=f"groat-committer-{lane}"))

    async def close(self) -> None:
        """Take no more commands, commit those that wait, and stop."""
        self._closing = True
        self._wake.set()
        await asyncio.gather(*self._tasks)
        while self._apart:
            await asyncio.gather(*self._apart)

    def submit(self, commands: Sequence[Command]) -> list[asyncio.Future[Done | Refusal]]:
        """Queue checked commands, all or none; each future brings a verdict or raises a GroatError.

        A caller may stop waiting at any time: its command is committed or dropped whole, and its key tells which.
        Raises Overloaded when the queue has no room for all, Closed when the committer stops.
        """
        if self._closing:
            raise Closed
        weight = sum(command.weight() for command in commands)
        # A bulk may be larger than the queue; it is taken when the queue is empty.
        if self._queue and self._weight + weight > self._queue_max:
            self.stats.overloaded += 1
            raise Overloaded
        self._weight += weight
        loop = asyncio.get_running_loop()
        call = self._traces.call(commands) if self._traces else None
        futures = []
        for command in commands:
            needed = command.ids_needed()
            command.ids = [self._new_id()] if needed == 1 else [self._new_id() for _ in range(needed)]
            future: asyncio.Future[Done | Refusal] = loop.create_future()
            prepared = prepare(command)
            self._queue.append((prepared, future, call))
            futures.append(future)
        self._wake.set()
        return futures

    async def try_out(self, commands: Sequence[Command]) -> list[Done | Refusal]:
        """Decide checked commands one after the other, and undo it all; one such trial runs at a time.

        Raises Closed, StoreError, and what a command that broke raises.
        """
        if self._closing:
            raise Closed
        prepared = []
        for command in commands:
            command.ids = [self._new_id() for _ in range(command.ids_needed())]
            prepared.append(prepare(command))
        # The trial undoes the accounts that it opens, so it must not keep their ids.
        context = self._context._replace(account_ids={}, assets=dict(self._context.assets))
        deadline = perf_counter() + PATIENCE_S
        async with self._trials:
            while True:
                try:
                    await self._store.write(try_out, prepared, context, f"{self._worker}.dry")
                except TriedOut as tried:
                    return tried.verdicts
                except StoreError as error:
                    if not self._may_pass(error) or perf_counter() > deadline:
                        raise
                    await asyncio.sleep(PAUSE_S)
                except GroatError:
                    raise
                except Exception as error:
                    log.exception("dry_run_failed")
                    raise CommandFailed(repr(error)) from error

    async def expire_some(self, after: Place, wait: bool) -> Place | None:
        """Expire some of the holds that are due behind a place, unless another node does so; return how far it got.

        None: nothing more is due, or another node has the lease. Without ``wait`` it passes over holds with locked
        rows. Raises StoreError.
        """
        chain = self._expiry
        expired = await self._write(
            chain,
            expire_batch,
            after,
            EXPIRED_MAX,
            self._worker,
            self._context,
            chain.name,
            wait or not self._store.row_locks,
        )
        self.stats.expired += expired.committed.expired
        if expired.committed.published:
            self._publish(expired.committed.published)
        return expired.after

    async def tell_rooms(self) -> bool:
        """Tell rooms some of what is left for them; return whether there was any. Raises StoreError."""
        committed = await self._write(self._rooms, tell_rooms, NEWS_MAX, self._context, self._rooms.name)
        if committed.published:
            self._publish(committed.published)
        return bool(committed.published)

    async def _run(self, chain: Chain) -> None:
        while await self._gather():
            batch = self._take()
            self._idle -= 1
            with self._answering(batch):
                await self._settle(batch, chain)
            self._idle += 1

    async def _gather(self) -> bool:
        """Wait until there is a batch to take. Returns False when no command will come any more.

        Callers whose batch is through send their next commands one after the other. As long as each turn of the event
        loop adds some to those that wait, the batch gains more from these than the writer loses by waiting.
        """
        since = 0.0
        while True:
            waiting = len(self._queue)
            if waiting:
                since = since or perf_counter()
                await asyncio.sleep(0)
                # Meanwhile another lane may have taken all of them.
                enough = len(self._queue) <= waiting or waiting >= self._batch_max
                if self._queue and (enough or perf_counter() - since > GATHER_S):
                    return True
            elif self._closing:
                return False
            else:
                since = 0.0
                self._wake.clear()
                await self._wake.wait()

    def _take(self) -> list[Waiting]:
        batch: list[Waiting] = []
        size = 0
        most = min(self._batch_max, max(SHARE_MIN, -(-self._weight // self._idle)))
        while self._queue and (not batch or size < most):
            waiting = self._queue.popleft()
            weight = waiting[0].command.weight()
            self._weight -= weight
            if not waiting[1].cancelled():
                batch.append(waiting)
                size += weight
        return batch

    async def _settle(self, batch: list[Waiting], chain: Chain) -> None:
        """Run a batch until every command has an answer, for at most ``PATIENCE_S``.

        An interrupted batch runs again under the same keys, which decide if the outcome of a COMMIT is unknown.
        Commands whose rows are taken wait apart.
        """
        deadline = perf_counter() + PATIENCE_S
        wait, pause_s = True, PAUSE_S
        while True:
            try:
                committed = await self._commit(batch, chain, wait)
            except CommandFailed as error:
                if len(batch) == 1:
                    self._fail(batch, error)
                    return
                # The batch breaks on its data. Halve it until the culprit is alone.
                for half in _halves(batch):
                    await self._settle(half, chain)
                return
            except Busy as error:
                if not self._may_pass(error):
                    self._fail(batch, error)
                    return
                if not wait or perf_counter() > deadline:
                    self._set_apart(*_halves(batch))
                    return
                wait = False
                continue
            except StoreError as error:
                if isinstance(error, Replaced):
                    log.error("database_replaced", hint="if it was restored, run `groat epoch renew`")
                if not self._may_pass(error) or perf_counter() > deadline:
                    self._fail(batch, error)
                    return
                wait = True
                if isinstance(error, Unavailable):
                    await asyncio.sleep(pause_s)
                    pause_s = min(2 * pause_s, PAUSE_MAX_S)
                continue
            locked, retry = await self._committed(batch, committed)
            self._set_apart(locked)
            self._queue.extendleft(reversed(retry))
            self._weight += sum(prepared.command.weight() for prepared, _, _ in retry)
            return

    def _may_pass(self, error: StoreError) -> bool:
        # The driver of a store without row locks has waited already, so only what another batch interrupted runs again.
        return error.passing and (self._store.row_locks or isinstance(error, Interrupted))

    def _set_apart(self, *batches: list[Waiting]) -> None:
        for batch in filter(None, batches):
            task = asyncio.create_task(self._run_apart(batch), name="groat-apart")
            self._apart.add(task)
            task.add_done_callback(self._apart.discard)

    async def _run_apart(self, batch: list[Waiting]) -> None:
        with self._answering(batch):
            await self._wait_apart(batch)

    @contextmanager
    def _answering(self, batch: list[Waiting]) -> Iterator[None]:
        """Answer every caller of the batch even after a fault of ours, and keep the task that runs batches alive."""
        try:
            yield
        except Exception as error:
            log.exception("batch_broke", commands=len(batch))
            self._fail(batch, CommandFailed(repr(error)))

    async def _wait_apart(self, batch: list[Waiting]) -> None:
        """Run a batch again and again beside the lanes, without rows that are taken, for at most ``PATIENCE_S``."""
        deadline = perf_counter() + PATIENCE_S
        # Batches that wait apart run at the same time, so each needs a hash chain of its own.
        chain = Chain(f"{self._worker}.{self._new_id()}")
        error: StoreError = Busy()
        while batch and perf_counter() < deadline:
            await asyncio.sleep(APART_S)
            try:
                committed = await self._commit(batch, chain, wait=False)
                locked, retry = await self._committed(batch, committed)
                batch = retry + locked
            except StoreError as failed:
                error = failed
                if isinstance(error, Busy | CommandFailed) and len(batch) > 1:
                    # SKIP LOCKED does not help with a row that another transaction inserts, nor with a statement that
                    # takes too long. Halve the batch until the culprit is alone.
                    self._set_apart(*_halves(batch))
                    return
                if not self._may_pass(error):
                    break
        if batch:
            self._fail(batch, error)

    async def _commit(self, batch: list[Waiting], chain: Chain, wait: bool) -> Committed:
        prepared = [prepared for prepared, _, _ in batch]
        traced = self._traces and self._traces.batch((call for _, _, call in batch), len(batch))
        with traced or nullcontext():
            return await self._write(
                chain,
                commit_batch,
                prepared,
                self._context,
                chain.name,
                wait,
            )

    async def _write(self, chain: Chain, flow: Callable[P, Flow[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        started = perf_counter()
        try:
            return await self._store.write(flow, *args, **kwargs)
        except StoreError as error:
            self.stats.failed_batches += 1
            if isinstance(error, Unavailable) and self._store.row_locks:
                # The batch may yet be committed, and no other batch may have the same predecessor.
                chain.name = f"{self._worker}.{self._new_id()}"
            raise
        except Exception as error:
            # No exception of a program, its needs() included, may end the task that runs all batches.
            log.exception("batch_failed")
            raise CommandFailed(repr(error)) from error
        finally:
            self.stats.commits.add(perf_counter() - started)

    def _fail(self, batch: list[Waiting], error: StoreError) -> None:
        log.error("commands_failed", code=error.code, detail=error.detail, commands=len(batch))
        for _, future, _ in batch:
            if not future.done():
                future.set_exception(type(error)(error.detail))

    async def _committed(
        self, batch: list[Waiting], committed: Committed
    ) -> tuple[list[Waiting], list[Waiting]]:
        """Resolve the callers' futures. Return (locked, retry): those with locked rows, those that need more."""
        stats = self.stats
        locked: list[Waiting] = []
        retry: list[Waiting] = []
        answered = 0
        stats.batches += 1
        stats.sizes.add(len(batch))
        stats.expired += committed.expired
        if committed.holds:
            if len(self._hold_sides) > HOLDS_KNOWN_MAX:
                self._hold_sides.clear()
            self._hold_sides.update(committed.holds)
        # Listeners come first: a caller that hears its verdict can rely on the event being on its way.
        if committed.published:
            self._publish(committed.published)
        for waiting, verdict in zip(batch, committed.verdicts, strict=True):
            if isinstance(verdict, LockedElsewhere):
                locked.append(waiting)
                continue
            if isinstance(verdict, Retry):
                retry.append(waiting)
                continue
            prepared, future, _ = waiting
            stats.commands += 1
            if isinstance(verdict, Refusal):
                stats.refusals[verdict.code] = stats.refusals.get(verdict.code, 0) + 1
            if not future.done():
                _answer(prepared, future, verdict)
                answered += 1
                if answered % ANSWERS_AT_ONCE == 0:
                    await asyncio.sleep(0)
        return locked, retry


def _halves(batch: list[Waiting]) -> tuple[list[Waiting], list[Waiting]]:
    middle = len(batch) // 2
    return batch[:middle], batch[middle:]


def _answer(
    prepared: Prepared, future: asyncio.Future[Done | Refusal], verdict: Done | Refusal | Broken
) -> None:
    if not isinstance(verdict, Broken):
        future.set_result(verdict)
    elif isinstance(verdict.error, GroatError):
        future.set_exception(verdict.error)
    else:
        log.error(
            "command_broke", kind=prepared.command.kind, key=prepared.command.key, exc_info=verdict.error
        )
        future.set_exception(CommandFailed(f"{prepared.command.kind}: {verdict.error!r}"))
