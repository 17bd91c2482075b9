"""Giving back what a request moved: two people, never more than it moved, and everybody concerned is told."""

from __future__ import annotations

import asyncio
from typing import Any

from msgspec import UNSET

from groat import Groat, Refusal
from groat.ledger.reversing import Reverse
from groat.programs.notifications.flows import read_page
from groat.programs.workflow import ADMIN, OWNER, Kind, Nothing, Pay, State, Step, Transition, Workflow
from groat.programs.workflow.views import RequestView
from tests.programs.workflow.payouts import CLEARING, FEES, PAYOUT, WORLD
from tests.programs.workflow.pliant import Task, pliant


async def paid(groat: Groat, filer: str = "42") -> tuple[Workflow, RequestView]:
    """A payout of 20: 0.01 to the fees, the rest to the world."""
    workflow = Workflow(groat, [PAYOUT])
    roles = [] if filer == "42" else ["admin"]
    filed = await workflow.file(
        "payout", {"amount": "20", "asset": "USD"}, user="42", key="f", by=f"user:{filer}", roles=roles
    )
    assert isinstance(filed, RequestView), filed
    assert isinstance(await take(workflow, filed, "approve", "cleo"), RequestView)
    await workflow.take_due()
    found = await workflow.find("payout", filed.id)
    assert found is not None
    assert found.state == "completed"
    return workflow, found


async def take(
    workflow: Workflow, request: RequestView, name: str, by: str, key: str = "", **given: Any
) -> RequestView | Refusal:
    return await workflow.take(
        request.kind, request.id, name, given, by=f"user:{by}", key=key or f"{name}/{by}/{given}",
        roles=[] if by in ("42", "7") else ["admin"],
    )  # fmt: skip


async def correct(workflow: Workflow, request: RequestView, by: str, amount: str = "", key: str = "") -> Any:
    return await take(workflow, request, "correct", by, key, amount=amount, reason="Sent twice")


def code(answer: Any) -> str:
    return answer.code if isinstance(answer, Refusal) else "ok"


async def balance(groat: Groat, path: str) -> str:
    found = await groat.account(path)
    return found.balances[0].balance if found else "none"


async def books(groat: Groat) -> dict[str, str]:
    return {path: await balance(groat, path) for path in ("user:42", CLEARING, FEES, WORLD)}


BEFORE = {"user:42": "480.00", CLEARING: "0.00", FEES: "0.01", WORLD: "19.99"}


async def test_one_proposes_and_another_confirms(groat: Groat) -> None:
    workflow, request = await paid(groat)
    first = await correct(workflow, request, "ada", "5")
    assert (first.state, first.waits, first.version) == ("completed", True, request.version + 1)
    assert (first.correction.by, first.correction.input) == ("user:ada", {"amount": "5"})
    assert await books(groat) == BEFORE
    assert code(await correct(workflow, request, "ada", "5", "again")) == "second_approver"
    # However somebody writes five, it is five.
    assert code(await correct(workflow, request, "ada", "5.00", "in cents")) == "second_approver"
    done = await correct(workflow, request, "bela", "5.0")
    assert (done.state, done.waits, done.corrected) == ("completed", False, {"USD": "5.00"})
    assert done.correction is UNSET
    # From the latest movement on: the world gives the five, the fees keep theirs.
    assert await books(groat) == {**BEFORE, "user:42": "485.00", WORLD: "14.99"}
    # Both steps stand in the history, and the money's transaction names the request.
    found = await workflow.find("payout", request.id)
    assert found is not None
    assert [(s.transition, s.by) for s in (found.history or [])[-2:]] == [
        ("correct", "user:ada"), ("correct", "user:bela"),
    ]  # fmt: skip
    moved = await groat.transaction(done.transaction)
    assert moved is not None
    assert (moved.kind, moved.reason, moved.cause) == (
        "payout.correct", "Sent twice", f"request:payout:{request.id}",
    )  # fmt: skip
    # And it is undone through the request alone, too.
    back = Reverse(principal="service:shop", key="r", transaction=done.transaction, below_floor=True)
    assert code(await groat.execute(back)) == "belongs_to_request"


async def test_all_that_is_left_goes_back_and_nothing_more(groat: Groat) -> None:
    workflow, request = await paid(groat)
    assert code(await correct(workflow, request, "ada", "20.01")) == "correction_wrong"
    for amount in ("0", "-1", "1.001", "abc", "1e3"):
        assert code(await correct(workflow, request, "ada", amount)) == "correction_wrong", amount
    for by in ("ada", "bela"):
        assert code(await correct(workflow, request, by, "5")) == "ok"
    refused = await correct(workflow, request, "ada", "15.01")
    assert (refused.code, refused.fields["left"]) == ("correction_wrong", "15.00")
    for by in ("ada", "bela"):
        assert code(await correct(workflow, request, by)) == "ok"
    assert await books(groat) == {"user:42": "500.00", CLEARING: "0.00", FEES: "0.00", WORLD: "0.00"}
    for amount in ("", "0.01"):
        assert code(await correct(workflow, request, "ada", amount, f"more{amount}")) == "nothing_to_correct"


async def test_nobody_corrects_alone_what_is_theirs(groat: Groat) -> None:
    workflow, request = await paid(groat, filer="ada")
    assert code(await correct(workflow, request, "42", "5")) == "not_allowed"
    owner = await workflow.take("payout", request.id, "correct", {"amount": "5", "reason": "Mine"},
                                by="user:42", key="owner", roles=["admin"])  # fmt: skip
    assert code(owner) == "own_request"
    # Who filed it may propose, and does not confirm what another one proposed.
    assert code(await correct(workflow, request, "bela", "5")) == "ok"
    assert code(await correct(workflow, request, "ada", "5")) == "own_request"
    assert code(await correct(workflow, request, "cleo", "5")) == "ok"


async def test_another_amount_is_another_proposal(groat: Groat) -> None:
    workflow, request = await paid(groat)
    assert code(await correct(workflow, request, "ada", "5")) == "ok"
    second = await correct(workflow, request, "bela", "6")
    assert (second.correction.by, second.correction.input) == ("user:bela", {"amount": "6"})
    assert await books(groat) == BEFORE
    done = await correct(workflow, request, "ada", "6")
    assert done.corrected == {"USD": "6.00"}


async def test_a_proposal_can_be_dropped(groat: Groat) -> None:
    workflow, request = await paid(groat)
    assert code(await take(workflow, request, "drop_correction", "ada", reason="No")) == "nothing_to_correct"
    assert code(await correct(workflow, request, "ada", "5")) == "ok"
    assert (await workflow.waiting()).rows
    dropped = await take(workflow, request, "drop_correction", "ada", "d", reason="A mistake")
    assert isinstance(dropped, RequestView)
    assert not dropped.waits
    assert not (await workflow.waiting()).rows
    # What was dropped is confirmed by nobody: this is a proposal again.
    assert (await correct(workflow, request, "bela", "5")).correction
    assert await books(groat) == BEFORE


async def test_two_that_confirm_at_once_give_back_once(groat: Groat) -> None:
    workflow, request = await paid(groat)
    assert code(await correct(workflow, request, "ada", "15")) == "ok"
    answers = await asyncio.gather(*(correct(workflow, request, by, "15") for by in ("bela", "cleo", "dora")))
    # One confirms; for the others 15 are more than is left.
    assert sorted(map(code, answers)) == ["correction_wrong", "correction_wrong", "ok"]
    assert await balance(groat, "user:42") == "495.00"


async def test_what_the_receiver_spent_is_not_taken(groat: Groat) -> None:
    def pay(r: Any, _: Any) -> Step:
        return Step(money=(Pay("user:42", "user:7", r.amount, r.asset),))

    workflow, request = await ended(groat, pliant(end=pay))
    await groat.post([("user:7", "house:shop", "505", "USD")], key="spent")
    assert code(await correct(workflow, request, "ada", "10")) == "ok"
    answer = await correct(workflow, request, "bela", "10")
    assert (answer.code, answer.fields["account"]) == ("insufficient_funds", "user:7")
    for by in ("ada", "bela"):
        assert code(await correct(workflow, request, by, "5")) == "ok"
    assert await balance(groat, "user:7") == "0.00"
    # Nor does somebody whose money it is decide that it goes.
    receiver = await workflow.take("task", request.id, "correct", {"amount": "1", "reason": "x"},
                                   by="user:7", key="seven", roles=["admin"])  # fmt: skip
    assert code(receiver) == "own_request"


async def ended(groat: Groat, kind: Kind[Any]) -> tuple[Workflow, RequestView]:
    workflow = Workflow(groat, [kind])
    filed = await workflow.file("task", {}, user="42", key="f")
    assert isinstance(filed, RequestView), filed
    done = await workflow.take("task", filed.id, "end", {}, by="user:cleo", key="e", roles=["admin"])
    assert isinstance(done, RequestView), done
    return workflow, done


async def test_a_correction_is_told_to_all_concerned(groat: Groat) -> None:
    def pay(r: Any, _: Any) -> Step:
        return Step(money=(Pay("user:42", "user:7", r.amount, r.asset),))

    workflow, request = await ended(groat, pliant(end=pay))
    for by in ("ada", "bela"):
        assert code(await correct(workflow, request, by)) == "ok"
    for user in ("42", "7"):
        page = await groat.read(read_page, f"user:{user}", [])
        assert (page.items[0].title, page.items[0].body) == ("Task corrected", "10.00 USD. Sent twice")


async def test_a_kind_that_knows_of_no_corrections_moves_nothing_after_one(groat: Groat) -> None:
    """A refund that does not know of the correction would pay twice."""

    def pay(r: Any, _: Any) -> Step:
        return Step(money=(Pay(r.owner, "house:shop", r.amount, r.asset),))

    def refund(r: Any, _: Any) -> Step:
        return Step(money=(Pay("house:shop", r.owner, r.amount, r.asset),))

    kind = Kind(
        "sale", title="Sale", description="", data=Task,
        states=(State("sold", "Sold", open=False), State("refunded", "Refunded", open=False)),
        transitions=(
            Transition("file", "Buy", (), ("sold",), (OWNER,), pay),
            Transition("refund", "Refund", ("sold",), ("refunded",), (ADMIN,), refund, Nothing),
        ),
        example={},
    )  # fmt: skip
    workflow = Workflow(groat, [kind])
    sold = await workflow.file("sale", {}, user="42", key="f")
    assert isinstance(sold, RequestView)
    for by in ("ada", "bela"):
        assert code(await correct(workflow, sold, by, "4")) == "ok"
    assert code(await take(workflow, sold, "refund", "ada")) == "was_corrected"
    assert await balance(groat, "user:42") == "494.00"
    for by in ("ada", "bela"):
        assert code(await correct(workflow, sold, by)) == "ok"
    assert await balance(groat, "user:42") == "500.00"


async def test_what_is_only_held_is_not_corrected(groat: Groat) -> None:
    workflow = Workflow(groat, [PAYOUT])
    filed = await workflow.file("payout", {"amount": "20", "asset": "USD"}, user="42", key="f")
    assert isinstance(filed, RequestView)
    assert code(await correct(workflow, filed, "ada", "5")) == "wrong_state"


async def test_a_version_that_is_over_confirms_nothing(groat: Groat) -> None:
    workflow, request = await paid(groat)
    assert code(await correct(workflow, request, "ada", "5")) == "ok"
    stale = await workflow.take(
        "payout", request.id, "correct", {"amount": "5", "reason": "x"}, by="user:bela", key="stale", roles=["admin"],
        version=request.version,
    )  # fmt: skip
    assert code(stale) == "wrong_state"
    assert await books(groat) == BEFORE


async def test_an_old_key_answers_as_before(groat: Groat) -> None:
    workflow, request = await paid(groat)
    for by in ("ada", "bela"):
        assert code(await correct(workflow, request, by, "5", f"{by}/5")) == "ok"
    for by in ("ada", "bela"):
        again = await correct(workflow, request, by, "5", f"{by}/5")
        assert again.replayed
    assert await balance(groat, "user:42") == "485.00"
