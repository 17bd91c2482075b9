"""Metered work: what each step of its flows asks for, and what a block comes to on a ledger."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from groat import Groat, Refusal, Refused, metering
from groat.ledger.errors import Busy
from groat.ledger.text import parse_time
from groat.metering import Job, JobCall, plan_of
from tests.helpers.clock import Clock
from tests.helpers.money import give, refused, standing

WHERE: dict[str, Any] = {"destination": "house:llm", "key": "job-1"}


def job(**more: Any) -> Job:
    made = Job(plan_of("user:a", "5.00", "USD", **WHERE, lasts=30, **more))
    made.hold, made.is_held, made._digits, made._run = "h", True, 2, 1
    return made


def held(*, replayed: bool = False) -> Any:
    return SimpleNamespace(hold=SimpleNamespace(id="h", amount="5.00"), replayed=replayed)


def no(code: str, **fields: str) -> Refused:
    return Refused(Refusal(code, code, fields))


def passes(error: Exception) -> bool:
    return isinstance(error, Busy)


def test_signs_of_life_go_on_past_an_outage_and_end_with_the_hold() -> None:
    flow = job().beat(passes)
    first: Any = next(flow)
    assert 8 <= first <= 10
    keys = []
    for _ in range(3):
        call: Any = flow.send(None)
        assert (call.word, call.given["hold"], call.given["expires_in"]) == ("extend", "h", 30)
        keys.append(call.given["key"])
        pauses: list[Any] = []
        for _ in range(9):
            pauses.append(flow.throw(Busy()))
            assert flow.send(None).word == "extend"  # type: ignore[union-attr]
        assert pauses[0] <= 0.1
        assert max(pauses) <= 4
        after: Any = flow.send(held())
        assert 8 <= after <= 10
    assert len(set(keys)) == 3
    gone = job()
    flow = gone.beat(passes)
    next(flow)
    flow.send(None)
    with pytest.raises(StopIteration):
        flow.throw(no("hold_expired"))
    assert not gone.is_held


def test_the_end_is_told_again_under_its_key_until_it_is_answered() -> None:
    ending = job(excess="overdraft", overdraft="2", patience_s=60)
    ending.use("1.234")
    ending.use(2)
    flow = ending.end(failed=False, passes=passes)
    call: Any = next(flow)
    # The used amount is rounded up to the asset's smallest unit.
    assert (call.word, call.given["actual"], call.given["overdraft"]) == ("settle", "3.24", "2")
    for _ in range(5):
        assert isinstance(flow.throw(Busy()), float)
        assert flow.send(None) == call
    with pytest.raises(StopIteration):
        flow.send(SimpleNamespace(settled="so"))
    assert ending.settled == "so"
    hasty = job(patience_s=0).end(failed=False, passes=passes)
    next(hasty)
    with pytest.raises(Busy):
        hasty.throw(Busy())
    final = job().end(failed=False, passes=passes)
    next(final)
    with pytest.raises(Refused):
        final.throw(no("hold_resolved", state="captured"))


def test_a_job_that_failed_is_released_or_pays_what_it_used() -> None:
    flow = job().end(failed=True, passes=passes)
    released: Any = next(flow)
    assert (released.word, released.given["hold"]) == ("release", "h")
    with pytest.raises(StopIteration):
        flow.throw(no("hold_expired"))
    paying = job(on_error="settle")
    paying.actual = "0.5"
    call: Any = next(paying.end(failed=True, passes=passes))
    assert (call.word, call.given["actual"]) == ("settle", "0.50")


def begun(answers: list[Any]) -> tuple[list[JobCall], Job]:
    """The calls with which a job begins, given their answers or errors."""
    starting = Job(plan_of("user:a", "5", "USD", **WHERE))
    flow, calls = starting.begin(), []
    told = iter(answers)
    step: Any = next(flow)
    while True:
        calls.append(step)
        answer = next(told)
        try:
            step = flow.throw(answer) if isinstance(answer, Exception) else flow.send(answer)
        except StopIteration:
            return calls, starting


def test_a_job_runs_again_under_its_key_unless_it_was_settled() -> None:
    calls, _ = begun([held()])
    assert [c.given["key"] for c in calls] == ["job-1/hold"]
    # The process died a moment ago, and its hold still stands.
    calls, starting = begun([held(replayed=True), held()])
    assert [c.word for c in calls] == ["hold", "extend"]
    # The hold of the first run expired, the second was released, the third refused for lack of money.
    poor = Refused(Refusal("insufficient_funds", "", replayed=True))
    again = [
        held(replayed=True),
        no("hold_expired"),
        held(replayed=True),
        no("hold_resolved", state="released"),
    ]
    calls, starting = begun([*again, poor, held()])
    assert [c.given["key"] for c in calls if c.word == "hold"] == [
        "job-1/hold", "job-1/2/hold", "job-1/3/hold", "job-1/4/hold",
    ]  # fmt: skip
    ending: Any = next(starting.end(failed=False, passes=passes))
    assert ending.given["key"] == "job-1/4/settle"
    for final in (
        [held(replayed=True), no("hold_resolved", state="captured")],
        [Refused(Refusal("insufficient_funds", ""))],
        [no("account_frozen")],
    ):
        with pytest.raises(Refused):
            begun(final)


@pytest.mark.parametrize("amount", [0.1, True, None, "-1", "x", Decimal(-1)])
def test_what_is_used_is_an_exact_amount(amount: Any) -> None:
    counting = job()
    for act in (counting.use, lambda given: setattr(counting, "actual", given)):
        with pytest.raises((TypeError, ValueError, ArithmeticError)):
            act(amount)
    assert (counting.actual, counting.left) == (Decimal(0), Decimal("5.00"))


@pytest.mark.parametrize("more", [{"key": ""}, {"key": "k" * 201}, {"lasts": 2}, {"on_error": "keep"}])
def test_what_is_no_job(more: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        plan_of("user:a", "5", "USD", **{**WHERE, **more})


async def test_a_block_pays_what_it_used_once(groat: Groat) -> None:
    await give(groat, "user:a", "20")

    async def run(fails: bool) -> Any:
        async with groat.metered("user:a", 5, "CREDIT", **WHERE, excess="available") as running:
            assert (await standing(groat, "user:a"))[:2] == ("20", "5")
            for _ in range(7):
                running.use(1)
            if fails:
                raise ZeroDivisionError
        return running.settled

    with pytest.raises(ZeroDivisionError):
        await run(fails=True)
    # Nothing was paid, and the job may be run again, once.
    assert (await standing(groat, "user:a"))[:2] == ("20", "0")
    settled = await run(fails=False)
    assert (settled.captured, settled.spent) == ("5", "2")
    assert (await refused(run(fails=False))).code == "hold_resolved"
    assert (await standing(groat, "user:a"))[:2] == ("13", "0")


async def test_a_block_keeps_its_hold_while_it_runs(
    groat: Groat, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metering, "BEATS", 3_000)
    await give(groat, "user:a", "20")
    async with groat.metered("user:a", 5, "CREDIT", **WHERE, lasts=3_000) as running:
        for _ in range(3):
            clock.advance(2_000)
            async with asyncio.timeout(30):
                while True:
                    now = await groat.held(running.hold)
                    assert now
                    if parse_time(str(now.expires_at)) == clock() + 3_000_000_000:
                        break
                    await asyncio.sleep(0.01)
        running.actual = 4
        assert running.is_held
    assert running.settled.captured == "4"


async def test_work_that_outlives_its_hold_is_paid_all_the_same(groat: Groat, clock: Clock) -> None:
    await give(groat, "user:a", "20")
    async with groat.metered("user:a", 5, "CREDIT", **WHERE) as running:
        clock.advance(61)
        await groat.expire_due()
        assert (await standing(groat, "user:a")).held == "0"
        running.use(6)
    assert (running.settled.captured, running.settled.spent) == ("0", "6")
