"""Work outside on requests in some states: one node at a time has a request, and a failure is tried again later.

A node may die after the outside has done its part and before it is noted here. So the outside must be able to receive
the same call twice. The result is a transition that the system takes under a key; a second attempt makes the same key,
so it has one effect.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

import structlog

from groat.engine.ids import new_id
from groat.ledger.errors import GroatError, Refusal
from groat.programs.workflow.states import SYSTEM
from groat.programs.workflow.views import RequestView
from groat.programs.workflow.workflow import Workflow
from groat.store.flow import Flow, Query
from groat.store.reading import FIRST_ID

POLL_S = 1.0
AWAY_S_MAX = 30.0
HOUR_S = 3_600
KEPT_US = 86_400_000_000
"""A lease that ended is kept for a day, so that a work that fails for hours keeps its number of attempts."""

log = structlog.get_logger("groat.workflow.worker")


class Work(NamedTuple):
    """A work: ``do`` is called with each request of a ``kind`` in a ``state``, and again later if it raises."""

    kind: str
    state: str
    do: Callable[[RequestView], Awaitable[object]]


class Worker:
    """Does some works for a program, at most ``at_once`` of one work at the same time.

    A node has a request to itself for ``lease_s`` seconds, and a work that takes longer is cancelled. The lease is
    short because the requests of a node that died wait until it is over. A work that fails is tried again after
    ``retry_s`` seconds, twice that, and so on up to ``retry_s_max``, or as soon as the request changes. Errors of the
    types ``away`` mean that something which all works need is away; they are no failure of the request.
    """

    def __init__(
        self,
        workflow: Workflow,
        program: str,
        works: Sequence[Work],
        *,
        at_once: int = 100,
        lease_s: float = 20.0,
        retry_s: float = 1.0,
        retry_s_max: float = HOUR_S,
        away: tuple[type[Exception], ...] = (),
    ) -> None:
        self._workflow = workflow
        self._by = f"system:{program}"
        self._works = tuple(works)
        self._at_once = at_once
        self._lease_s = lease_s
        self._retry_s = retry_s
        self._retry_s_max = retry_s_max
        self._away = away

    async def round(self) -> int:
        """Do each work once on all requests that wait for it; returns their number.

        Raises StoreError and errors of the types ``away``.
        """
        done = 0
        for work in self._works:
            after = FIRST_ID
            while found := await self._workflow.groat.read(_find, work, after, self._at_once):
                after = found[-1][0]
                claim = new_id()
                attempts = await self._workflow.groat.write(_lease, found, claim, self._lease_s)
                if attempts:
                    await self._do(work, attempts, claim)
                    done += len(attempts)
        return done

    async def _do(self, work: Work, attempts: Mapping[str, int], claim: str) -> None:
        results = await asyncio.gather(*(self._one(work, id) for id in attempts), return_exceptions=True)
        ended: list[tuple[str, str]] = []
        failed: list[tuple[str, str, float]] = []
        away: BaseException | None = None
        for id, result in zip(attempts, results, strict=True):
            if result is None or isinstance(result, self._away):
                ended.append((id, claim))
                away = result or away
                continue
            if not isinstance(result, Exception):
                raise result
            pause_s = min(self._retry_s * 2 ** min(attempts[id] - 1, 30), self._retry_s_max)
            failed.append((id, claim, pause_s))
            if isinstance(result, GroatError):
                log.warning("work_waits", kind=work.kind, request=id, code=result.code, detail=result.detail)
            else:
                # One request's fault must not keep the others from their turn.
                log.error("work_failed", kind=work.kind, request=id, exc_info=result)
        await self._workflow.groat.write(_settle, ended, failed)
        if away is not None:
            raise away

    async def _one(self, work: Work, id: str) -> None:
        view = await self._workflow.whole(id)
        # It may have changed since it was claimed.
        if view is not None and view.state == work.state:
            async with asyncio.timeout(self._lease_s):
                await work.do(view)

    async def take(
        self, view: RequestView, transition: str, given: Mapping[str, Any], what: str = ""
    ) -> Refusal | None:
        """Take a transition as the system; returns the refusal, if any, for another node may have been quicker.

        ``what`` tells apart inputs that two nodes may both find right.
        """
        # A refusal is frozen under its key, so each hour has its own. The version makes sure that it happens once.
        key = f"{view.id}/{view.version}/{transition}/{what}/{int(time.time() // HOUR_S)}"
        answer = await self._workflow.take(
            view.kind, view.id, transition, given, by=self._by, key=key, roles=[SYSTEM], version=view.version
        )
        return answer if isinstance(answer, Refusal) else None


async def repeat(
    job: Callable[[], Awaitable[object]],
    poll_s: float = POLL_S,
    away: tuple[type[Exception], ...] = (),
    away_s_max: float = AWAY_S_MAX,
) -> None:
    """Run a job, such as :meth:`Worker.round`, every ``poll_s`` seconds until cancelled, whatever it raises.

    After an error of the types ``away`` the pause is doubled, again and again, up to ``away_s_max``.
    """
    pause_s = poll_s
    while True:
        try:
            await job()
            pause_s = poll_s
        except away as error:
            log.warning("work_away", detail=f"{type(error).__name__}: {error}")
            pause_s = min(pause_s * 2, away_s_max)
        except GroatError as error:
            log.warning("work_waits", code=error.code, detail=error.detail)
        except Exception:
            log.exception("work_broke")
        await asyncio.sleep(pause_s)


def forget_leases(_: int, limit: int) -> Flow[bool]:
    """Forget at most ``limit`` leases that ended a day ago; see ``Forget``."""
    (now,) = yield Query("read_now")
    return len((yield Query("prune_leases", (now - KEPT_US, limit)))) == limit


def _find(work: Work, after: str, limit: int) -> Flow[list[tuple[str, int]]]:
    return [
        (id, version) for id, version in (yield Query("find_work", (work.kind, work.state, after, limit)))
    ]


def _lease(found: list[tuple[str, int]], claim: str, lease_s: float) -> Flow[dict[str, int]]:
    """Claim requests in their versions; those that no other node has, each with the number of attempts."""
    (now,) = yield Query("read_now")
    until = now + int(lease_s * 1e6)
    yield Query("lease_requests", ([(id, version, claim, until, 1) for id, version in found],))
    return dict(sorted((yield Query("find_leases", (claim,)))))


def _settle(ended: list[tuple[str, str]], failed: list[tuple[str, str, float]]) -> Flow[None]:
    if ended:
        yield Query("end_leases", (ended,))
    if failed:
        (now,) = yield Query("read_now")
        yield Query(
            "put_off_leases", ([(id, claim, now + int(pause_s * 1e6)) for id, claim, pause_s in failed],)
        )
