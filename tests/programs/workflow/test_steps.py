"""What a step says wrongly moves no money, what others did to a request's hold blocks nothing, and approvals are of
what was seen.
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from groat import Groat, GroatError, Refusal, StoreError
from groat.ledger import commands
from groat.ledger.book import Book
from groat.ledger.commands import Effect
from groat.programs.workflow import Books, Kind, Pay, Request, Reserve, Settle, Step, Unreserve, Workflow
from groat.programs.workflow.views import RequestView
from tests.programs.workflow.pliant import Note, Task, hold, pliant, release


async def filed(groat: Groat, kind: Kind[Any], **data: Any) -> tuple[Workflow, RequestView]:
    workflow = Workflow(groat, [kind])
    answer = await workflow.file("task", data, user="42", key="f")
    assert isinstance(answer, RequestView), answer
    return workflow, answer


async def take(
    workflow: Workflow, request: RequestView, name: str, by: str = "42", key: str = "", note: str = ""
) -> RequestView | Refusal:
    roles = [] if by == "42" else ["admin"]
    given = {"note": note} if name in ("edit", "end") else {}
    return await workflow.take(
        "task", request.id, name, given, by=f"user:{by}", key=key or f"{name}/{by}/{note}", roles=roles
    )


async def look(workflow: Workflow, request: RequestView) -> RequestView:
    found = await workflow.find("task", request.id)
    assert found is not None
    return found


def said(answer: RequestView | Refusal) -> str:
    return answer.code if isinstance(answer, Refusal) else answer.state


async def held(groat: Groat) -> str:
    found = await groat.account("user:42")
    assert found is not None
    return found.balances[0].held


async def test_a_second_hold_would_lose_the_first(groat: Groat) -> None:
    workflow, request = await filed(groat, pliant(file=hold, edit=hold, end=release))
    with pytest.raises(StoreError, match="holds already"):
        await take(workflow, request, "edit")
    assert await held(groat) == "10.00"
    assert said(await take(workflow, request, "end", "ada")) == "ended"
    assert await held(groat) == "0.00"


async def test_nothing_ends_with_a_hold(groat: Groat) -> None:
    workflow, request = await filed(groat, pliant(file=hold))
    with pytest.raises(StoreError, match="must capture or release"):
        await take(workflow, request, "end", "ada")
    assert (await look(workflow, request)).state == "open"


@pytest.mark.parametrize("effect", [Unreserve(), Settle()], ids=["release", "capture"])
async def test_there_must_be_a_hold_to_resolve(groat: Groat, effect: Unreserve | Settle) -> None:
    workflow, request = await filed(groat, pliant(edit=lambda *_: Step(money=(effect,))))
    with pytest.raises(StoreError, match="holds nothing"):
        await take(workflow, request, "edit")


class Captured(commands.Capture):
    """A capture by a version that let anybody resolve the hold of a request."""

    def decide(self, book: Book) -> Effect | Refusal:
        """See :meth:`Command.decide`."""
        return as_before(commands.Capture, self, book)


class Released(commands.Release):
    """A release by such a version."""

    def decide(self, book: Book) -> Effect | Refusal:
        """See :meth:`Command.decide`."""
        return as_before(commands.Release, self, book)


def as_before(kind: Any, command: Any, book: Book) -> Effect | Refusal:
    cause, book.holds[command.hold].cause = book.holds[command.hold].cause, None
    try:
        verdict: Effect | Refusal = kind.decide(command, book)
        return verdict
    finally:
        book.holds[command.hold].cause = cause


def capture(*_: Any) -> Step:
    return Step(money=(Settle(),))


@pytest.mark.parametrize(
    ("by_hand", "step", "goes_on"),
    [(Released, release, True), (Captured, capture, True), (Captured, release, False), (Released, capture, False)],
    ids=["released, released", "captured, captured", "captured, released", "released, captured"],
)  # fmt: skip
async def test_what_was_captured_by_hand_is_not_released(
    groat: Groat, by_hand: Any, step: Any, goes_on: bool
) -> None:
    workflow, request = await filed(groat, pliant(file=hold, end=step))
    assert request.hold is not None
    await groat.execute(by_hand(principal="service:shop", key="by hand", hold=request.hold))
    answer = await take(workflow, request, "end", "ada")
    if goes_on:
        assert isinstance(answer, RequestView), answer
        assert (answer.state, answer.hold) == ("ended", None)
    else:
        assert said(answer) == "hold_resolved"


USER, HOUSE = "user:42", "house:tasks"


@pytest.mark.parametrize(
    "effect",
    [Pay(USER, HOUSE, 0, "USD"), Pay(USER, HOUSE, -5, "USD"), Pay(USER, USER, 5, "USD"),
     Pay("user:42:a b", HOUSE, 5, "USD"), Pay(HOUSE, "external:\0", 5, "USD"), Pay(USER, HOUSE, 5, "GOLD"),
     Pay(USER, HOUSE, 2**63, "USD"), Reserve(USER, HOUSE, 0, "USD"), Reserve(USER, HOUSE, -5, "USD"), Settle(-1)],
    ids=str,
)  # fmt: skip
async def test_money_that_no_command_may_move(groat: Groat, effect: Any) -> None:
    file = hold if isinstance(effect, Settle) else lambda *_: Step()
    workflow, request = await filed(groat, pliant(file=file, edit=lambda *_: Step(money=(effect,))))
    before = await groat.account(USER)
    # With a good one in the same batch, which it must not take along.
    bad, good = await asyncio.gather(
        take(workflow, request, "edit"),
        groat.post([("house:bank", "user:7", "1", "USD")], key="beside"),
        return_exceptions=True,
    )
    assert isinstance(bad, GroatError), bad
    assert not isinstance(good, BaseException), good
    assert await groat.account(USER) == before
    assert (await look(workflow, request)).version == 1


# Approvals


def approve(r: Request[Task], given: Note) -> Step | Refusal:
    if given.note == "wrong":
        return Refusal("hold_not_found", "No terms like these.")
    return Step(data=msgspec.structs.replace(r.data, note=given.note))


async def test_terms_that_cannot_be_are_refused_to_the_first_approver(groat: Groat) -> None:
    workflow, request = await filed(groat, pliant(end=approve, thresholds={"USD": "1"}))
    assert said(await take(workflow, request, "end", "ada", note="wrong")) == "hold_not_found"
    assert said(await take(workflow, request, "end", "ada", note="fair")) == "open"
    assert said(await take(workflow, request, "end", "bela", note="fair")) == "ended"


def raise_amount(r: Request[Task], given: Note) -> Step:
    return Step(data=msgspec.structs.replace(r.data, amount=given.note))


async def test_approvals_are_of_what_was_seen(groat: Groat) -> None:
    workflow, request = await filed(groat, pliant(edit=raise_amount, thresholds={"USD": "10"}))
    assert said(await take(workflow, request, "end", "ada")) == "open"
    edited = await take(workflow, request, "edit", note="400")
    assert isinstance(edited, RequestView)
    assert (edited.approvals.needed, edited.approvals.given) == (2, [])
    assert said(await take(workflow, request, "end", "bela")) == "open"
    assert said(await take(workflow, request, "end", "ada", key="again")) == "ended"


async def test_a_larger_amount_needs_the_second_approver(groat: Groat) -> None:
    workflow, request = await filed(groat, pliant(edit=raise_amount, thresholds={"USD": "100"}))
    assert request.approvals.needed == 1
    await take(workflow, request, "edit", note="400")
    assert said(await take(workflow, request, "end", "ada")) == "open"


async def test_who_comes_back_is_approved_anew(groat: Groat) -> None:
    workflow, request = await filed(groat, pliant(thresholds={"USD": "1"}))
    assert said(await take(workflow, request, "end", "ada")) == "open"
    await take(workflow, request, "go")
    await take(workflow, request, "back")
    assert (await look(workflow, request)).approvals.given == []
    assert said(await take(workflow, request, "end", "bela")) == "open"


async def test_a_payment_of_at_most_moves_what_is_there(groat: Groat) -> None:
    pays = (Pay(USER, HOUSE, 400, "USD"), Pay(USER, HOUSE, 1_000_000, "USD", at_most=True))
    kind = pliant(edit=lambda *_: Step(money=pays))
    kind.books = lambda request: Books(moved=pays if request.version > 1 else ())
    workflow, request = await filed(groat, kind)
    assert said(await take(workflow, request, "edit")) == "open"
    found = await groat.account(USER)
    assert found
    assert found.balances[0].available == "0.00"
    assert (await groat.verify()).problems == []
    # There is nothing left, so that the plain payment is refused.
    assert said(await take(workflow, request, "edit", note="again")) == "insufficient_funds"
    too_much = (Pay(USER, HOUSE, 400, "USD"), Pay(USER, HOUSE, 100, "USD", at_most=True))
    kind.books = lambda request: Books(moved=too_much if request.version > 1 else ())
    assert {problem.check for problem in (await groat.verify()).problems} == {"verify_request_money"}
    kind.books = lambda request: Books(moved=pays if request.version > 1 else ())
