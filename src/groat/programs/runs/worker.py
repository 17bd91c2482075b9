"""Posts the runs that are running, chunk by chunk. Any node may; one at a time has the lease for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

import structlog
from prometheus_client.core import CounterMetricFamily, Metric

from groat.api.services import Services
from groat.engine.groat import Groat
from groat.engine.ids import new_id
from groat.ledger.errors import GroatError, Refusal, StoreError
from groat.ledger.keys import derive
from groat.programs.program import Host
from groat.programs.runs import reading
from groat.programs.runs.errors import RunError
from groat.programs.runs.kind import NAME, OWNER
from groat.programs.runs.posting import PostedRow, PostRows, UndoRows, problem_of
from groat.programs.runs.reading import StoredRun
from groat.programs.runs.rows import RUNNING, UNDO, RunRow
from groat.programs.workflow import SYSTEM, Workflow
from groat.store.batch import Published
from groat.store.flow import Flow, Query

BY = "system:runs"
LEASE = "runs"
LEASE_US = 5_000_000
POLL_S = 1.0
PAUSE_S = 0.2

log = structlog.get_logger("groat.runs")


class Poster:
    """Posts for one process. ``rows`` counts the rows that it posted, ``chunks`` their commits."""

    def __init__(self, workflow: Workflow) -> None:
        self._workflow = workflow
        self._groat: Groat = workflow.groat
        self._holder = new_id()
        self.wake = asyncio.Event()
        self.rows = self.chunks = 0

    def hear(self, published: list[Published]) -> None:
        """Look at once for runs to post when something happened to one."""
        if any(each.stream == OWNER for each in published):
            self.wake.set()

    async def forever(self) -> None:
        """Post whatever is running, whenever it is, until cancelled."""
        while True:
            try:
                while await self.round():
                    pass
            except StoreError as error:
                log.warning("runs_wait", code=error.code, detail=error.detail)
                await asyncio.sleep(PAUSE_S)
            except Exception:
                log.exception("runs_broke")
                await asyncio.sleep(PAUSE_S)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.wake.wait(), POLL_S)
            self.wake.clear()

    async def round(self) -> int:
        """Post the next chunk of each run that is running; returns the number of runs. Raises StoreError."""
        running = await self._groat.read(reading.running_runs)
        if not running or not await self._groat.write(_take_lease, self._holder):
            return 0
        for run in running:
            await self.go_on(run)
        return len(running)

    async def go_on(self, run: RunRow) -> None:
        """Post the next chunk of a run, or end it; nothing if it is no longer as it was read. Raises StoreError."""
        rows = [] if run.is_over else await self._groat.read(reading.pick_rows, run)
        if not rows:
            await self._take(run, "finish", {})
            return
        try:
            verdict = await self._groat.execute(_command(run, tuple(rows)))
        except RunError:
            # Somebody paused it, or another node was quicker.
            return
        if isinstance(verdict, Refusal):
            await self._take(run, "stop", problem_of(verdict))
            return
        if not verdict.replayed:
            self.rows += len(rows)
            self.chunks += 1

    async def _take(self, run: RunRow, transition: str, given: dict[str, object]) -> None:
        found = await self._groat.read(reading.find_run, run.id)
        if found is None or found[0].state != RUNNING or not _is_same(found[0], run):
            return
        version = found[0].version
        key = f"{run.id}/{version}/{transition}"
        try:
            await self._workflow.take(
                NAME, run.id, transition, given, by=BY, key=key, roles=[SYSTEM], version=version
            )
        except StoreError:
            raise
        except GroatError as error:
            log.error("run_not_ended", run=run.id, transition=transition, code=error.code)


def _is_same(found: StoredRun, run: RunRow) -> bool:
    return (found.run.after, found.run.attempt) == (run.after, run.attempt)


def _command(run: RunRow, rows: tuple[PostedRow, ...]) -> PostRows:
    # A refusal stands under its key for ever, so each attempt has its own.
    key = derive("runs", run.id, run.chunk, run.attempt)
    if run.mode == UNDO:
        return UndoRows(
            principal=BY, key=key, actor=run.actor, reason=run.reason, run=run.id, after=run.after, asset=run.asset,
            source=run.source, mode=run.mode, rows=rows, short=run.short,
        )  # fmt: skip
    return PostRows(
        principal=BY, key=key, actor=run.actor, reason=run.reason, run=run.id, after=run.after, asset=run.asset,
        source=run.source, mode=run.mode, rows=rows,
    )  # fmt: skip


def _take_lease(holder: str) -> Flow[bool]:
    return (yield Query("take_lease", (LEASE, holder, LEASE_US))) is not None


def measure(services: Services) -> Iterator[Metric]:
    """Count what this process posted."""
    poster = services.part(Poster)
    yield CounterMetricFamily("groat_run_rows", "Rows of bulk runs that this process posted", poster.rows)
    yield CounterMetricFamily(
        "groat_run_chunks", "Chunks of bulk runs that this process posted", poster.chunks
    )


@asynccontextmanager
async def posting(host: Host) -> AsyncIterator[Poster]:
    """Post runs as long as a server runs."""
    poster = Poster(host.services.part(Workflow))
    ignore = host.services.groat.listen(poster.hear)
    task = asyncio.create_task(poster.forever(), name="groat-runs")
    try:
        yield poster
    finally:
        ignore()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
