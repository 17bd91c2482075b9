"""Metered work: reserve an estimate, keep it reserved while the work goes on, and settle what was used.

The flows are generators. Each yields a :class:`JobCall`, and is sent its answer or thrown its error, or a number of
seconds to wait. :class:`Metered` and :class:`AsyncMetered` carry them out through the door that they are given: a
ledger in this process, or a server.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
import uuid
from collections.abc import Awaitable, Callable, Generator
from contextlib import suppress
from decimal import ROUND_UP, Decimal
from types import TracebackType
from typing import Any, Final, Literal, NamedTuple

Amount = str | int | Decimal
Word = Literal["hold", "extend", "settle", "release"]

BEATS: Final = 3
"""A hold is extended so many times in the time that it lasts, so that two beats may fail."""

JITTER: Final = 0.2
"""By at most this part of it a pause between two beats is shorter, so that jobs that began together spread."""

FIRST_PAUSE_S: Final = 0.1
PAUSE_MAX_S: Final = 4.0
RUNS_MAX: Final = 1_000
KEY_MAX: Final = 200
"""A key leaves room for what the four calls add to it."""


class JobPlan(NamedTuple):
    """The job as it is asked for: its estimate, how many seconds a hold lasts, and how it ends."""

    account: str
    destination: str
    estimate: Decimal
    asset: str
    key: str
    lasts: int
    excess: str
    overdraft: Amount | None
    on_error: Literal["release", "settle"]
    reason: str
    metadata: dict[str, Any] | None
    patience_s: float


class JobCall(NamedTuple):
    """A call to make: the word and its arguments."""

    word: Word
    given: dict[str, Any]


class JobDoor(NamedTuple):
    """The way to a ledger. ``call`` makes a call and returns its transaction, or something to await for it.

    ``passes`` says of an error whether the same call may succeed later, under the same key.
    """

    call: Callable[[JobCall], Any]
    passes: Callable[[Exception], bool]


Flow = Generator[JobCall | float, Any, Any]


def plan_of(
    account: str,
    estimate: Amount,
    asset: str,
    *,
    destination: str,
    key: str,
    lasts: int = 60,
    excess: str = "refuse",
    overdraft: Amount | None = None,
    on_error: Literal["release", "settle"] = "release",
    reason: str = "",
    metadata: dict[str, Any] | None = None,
    patience_s: float = 60.0,
) -> JobPlan:
    """Check what a job is given. Raises ValueError and TypeError."""
    if not key or len(key) > KEY_MAX:
        raise ValueError(
            f"a key has 1 to {KEY_MAX} characters: it names the job, and other keys are made of it"
        )
    if lasts < BEATS:
        raise ValueError(f"lasts is in whole seconds, at least {BEATS}")
    if on_error not in ("release", "settle"):
        raise ValueError('on_error is "release" or "settle"')
    return JobPlan(
        account, destination, _decimal(estimate), asset, key, lasts, excess, overdraft, on_error, reason, metadata,
        patience_s,
    )  # fmt: skip


def _decimal(amount: Amount) -> Decimal:
    if isinstance(amount, bool) or not isinstance(amount, str | int | Decimal):
        raise TypeError(f"an amount is a decimal string, an int or a Decimal, not {type(amount).__name__}")
    return Decimal(amount)


class Job:
    """Counts what a metered block uses. :meth:`use` adds to ``actual``, which may be set, too.

    ``hold`` is the id of the hold. ``settled`` says after the block what was captured, spent beyond the hold, freed,
    and used without being paid (``shortfall``); it is None while the block runs and where the hold was released.
    ``is_held`` turns false when the hold ended before the work did: what is used is then paid when the job is settled.
    """

    def __init__(self, plan: JobPlan) -> None:
        self.plan = plan
        self.hold = ""
        self.settled: Any = None
        self.is_held = False
        self._actual = Decimal(0)
        self._lock = threading.Lock()
        self._run = 0
        self._digits = 0

    @property
    def actual(self) -> Decimal:
        """The sum of what was used so far."""
        return self._actual

    @actual.setter
    def actual(self, amount: Amount) -> None:
        value = _decimal(amount)
        if value < 0:
            raise ValueError("what was used is zero or above")
        with self._lock:
            self._actual = value

    @property
    def left(self) -> Decimal:
        """The rest of the estimate; below zero once more was used."""
        return self.plan.estimate - self._actual

    def use(self, amount: Amount) -> None:
        """Add to what was used. Raises ValueError for an amount below zero, TypeError for a float."""
        value = _decimal(amount)
        if value < 0:
            raise ValueError("what was used is zero or above")
        with self._lock:
            self._actual += value

    # The flows.

    def begin(self) -> Flow:
        """Reserve the estimate. A job that failed or died may be run again under its key, one that was settled not."""
        plan = self.plan
        for self._run in range(1, RUNS_MAX):
            try:
                made = yield JobCall(
                    "hold",
                    {
                        "source": plan.account,
                        "destination": plan.destination,
                        "amount": format(plan.estimate, "f"),
                        "asset": plan.asset,
                        "expires_in": plan.lasts,
                        "reason": plan.reason,
                        "metadata": plan.metadata,
                        "key": self._key("hold"),
                    },
                )
                self.hold, self.is_held = made.hold.id, True
                self._digits = len(made.hold.amount.partition(".")[2])
                if made.replayed:
                    # An earlier run made this hold. If it is still open, it goes on with it.
                    yield self._extension()
                return
            except Exception as error:
                if not _is_over(error) and not _may_pass_anew(error):
                    raise
                # The hold of an earlier run has ended, or was refused then. This run gets one of its own.
        raise RuntimeError(f"the job {plan.key} was begun {RUNS_MAX} times")

    def beat(self, passes: Callable[[Exception], bool]) -> Flow:
        """Extend the hold again and again, also past an outage, until it has ended."""
        every, pause_s = self.plan.lasts / BEATS, FIRST_PAUSE_S
        yield _jittered(every)
        while True:
            try:
                yield self._extension()
            except Exception as error:  # noqa: BLE001 (the end of the job tells what is wrong, whatever it is)
                if getattr(error, "code", "") in ("hold_expired", "hold_resolved"):
                    self.is_held = False
                    return
                if passes(error):
                    yield _jittered(pause_s)
                    pause_s = min(2 * pause_s, PAUSE_MAX_S, every)
                    continue
            pause_s = FIRST_PAUSE_S
            yield _jittered(every)

    def end(self, failed: bool, passes: Callable[[Exception], bool]) -> Flow:
        """Settle what was used, or release the hold of a job that failed; again until the server has said so."""
        plan = self.plan
        until, pause_s = time.monotonic() + plan.patience_s, FIRST_PAUSE_S
        common = {"hold": self.hold, "reason": plan.reason}
        if failed and plan.on_error == "release":
            call = JobCall("release", {**common, "key": self._key("release")})
        else:
            step = Decimal(1).scaleb(-self._digits)
            policy = {"excess": plan.excess, "overdraft": plan.overdraft}
            actual = format(self._actual.quantize(step, ROUND_UP), "f")
            used = {"actual": actual, "metadata": plan.metadata, "key": self._key("settle")}
            call = JobCall("settle", {**common, **policy, **used})
        while True:
            try:
                made = yield call
            except Exception as error:
                if call.word == "release" and getattr(error, "code", "") in ("hold_expired", "hold_resolved"):
                    break
                if not passes(error) or time.monotonic() + pause_s > until:
                    raise
            else:
                self.settled = made.settled if call.word == "settle" else None
                break
            yield _jittered(pause_s)
            pause_s = min(2 * pause_s, PAUSE_MAX_S)
        self.is_held = False

    def _extension(self) -> JobCall:
        key = self._key(f"extend/{uuid.uuid4().hex}")
        return JobCall("extend", {"hold": self.hold, "expires_in": self.plan.lasts, "key": key})

    def _key(self, word: str) -> str:
        run = f"/{self._run}" if self._run > 1 else ""
        return f"{self.plan.key}{run}/{word}"


def _is_over(error: Exception) -> bool:
    """Return whether a hold ended without being settled."""
    code = getattr(error, "code", "")
    fields = getattr(error, "fields", {})
    return code == "hold_expired" or (code == "hold_resolved" and fields.get("state") == "released")


def _may_pass_anew(error: Exception) -> bool:
    """Return whether an earlier run was refused for a reason that may have passed since."""
    refusal = getattr(error, "refusal", error)
    return bool(getattr(refusal, "replayed", False) and getattr(refusal, "retryable_with_new_key", False))


def _jittered(seconds: float) -> float:
    return seconds * (1 - JITTER * random.random())  # noqa: S311 (no secret: it spreads callers)


def _note(error: BaseException, job: Job, failed: Exception) -> None:
    """Let the error of the block go on, and say with it what became of the hold."""
    error.add_note(f"groat: the hold {job.hold} of the job {job.plan.key} was not ended: {failed}")


class AsyncMetered:
    """``async with groat.metered(...) as job``: see :meth:`groat.Groat.metered`."""

    def __init__(self, door: JobDoor, plan: JobPlan) -> None:
        self._door = door
        self._job = Job(plan)
        self._beat: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Job:
        await self._run(self._job.begin())
        self._beat = asyncio.create_task(self._run(self._job.beat(self._door.passes)), name="groat-metered")
        return self._job

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._beat is not None
        self._beat.cancel()
        await asyncio.wait([self._beat])
        try:
            await self._run(self._job.end(error is not None, self._door.passes))
        except Exception as failed:
            if error is None:
                raise
            _note(error, self._job, failed)

    async def _run(self, flow: Flow) -> None:
        with suppress(StopIteration):
            step = next(flow)
            while True:
                if isinstance(step, float):
                    await asyncio.sleep(step)
                    step = flow.send(None)
                    continue
                try:
                    answer = self._door.call(step)
                    answer = await answer if isinstance(answer, Awaitable) else answer
                except Exception as failed:  # noqa: BLE001 (the flow decides what becomes of it)
                    step = flow.throw(failed)
                else:
                    step = flow.send(answer)


class Metered:
    """``with groat.metered(...) as job``: the twin of :class:`AsyncMetered`, with a thread that keeps the hold."""

    def __init__(self, door: JobDoor, plan: JobPlan) -> None:
        self._door = door
        self._job = Job(plan)
        self._ended = threading.Event()
        self._beat: threading.Thread | None = None

    def __enter__(self) -> Job:
        self._run(self._job.begin(), time.sleep)
        self._beat = threading.Thread(target=self._keep, name="groat-metered", daemon=True)
        self._beat.start()
        return self._job

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        try:
            self._run(self._job.end(error is not None, self._door.passes), time.sleep)
        except Exception as failed:
            if error is None:
                raise
            _note(error, self._job, failed)

    def _keep(self) -> None:
        self._run(self._job.beat(self._door.passes), self._ended.wait)

    def _run(self, flow: Flow, pause: Callable[[float], Any]) -> None:
        with suppress(StopIteration):
            step = next(flow)
            while True:
                if isinstance(step, float):
                    if pause(step):
                        return
                    step = flow.send(None)
                    continue
                try:
                    answer = self._door.call(step)
                except Exception as failed:  # noqa: BLE001 (the flow decides what becomes of it)
                    step = flow.throw(failed)
                else:
                    step = flow.send(answer)
