"""What a declared kind does on every store: who may, what moves, who hears, what becomes due, and what races leave."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from expense_claims import EXPENSE

from groat import Groat, GroatError, Refusal, StoreError
from groat.ledger.errors import Unavailable
from groat.programs.workflow import Kind, State, Step, Transition, Workflow
from groat.programs.workflow.testing import walk
from groat.programs.workflow.views import RequestView, may_take
from groat.store.flow import Query
from tests.helpers.clock import Clock
from tests.helpers.databases import SqliteDatabase
from tests.programs.workflow.payouts import DAY_US, PAYOUT, TIP


@pytest.fixture
def workflow(groat: Groat) -> Workflow:
    return Workflow(groat, [PAYOUT, TIP])


async def filed(
    workflow: Workflow, amount: str = "20", key: str = "f", user: str = "42", **data: Any
) -> RequestView:
    answer = await workflow.file("payout", {"amount": amount, "asset": "USD", **data}, user=user, key=key)
    assert isinstance(answer, RequestView), answer
    return answer


async def take(
    workflow: Workflow, request: RequestView, name: str, by: str = "admin", key: str = "", **given: Any
) -> RequestView | Refusal:
    roles = [] if by in ("42", "7") else ["admin"]
    return await workflow.take(
        request.kind, request.id, name, given, by=f"user:{by}", key=key or f"{name}/{by}", roles=roles
    )


async def standing(groat: Groat, account: str) -> tuple[str, str]:
    """(balance, held) in dollars."""
    found = await groat.account(account)
    if found is None:
        return ("0.00", "0.00")
    return (found.balances[0].balance, found.balances[0].held)


def said(answer: RequestView | Refusal) -> str:
    return answer.code if isinstance(answer, Refusal) else answer.state


async def events(groat: Groat, stream: str) -> list[dict[str, Any]]:
    return [msgspec.json.decode(event.data) for event in await groat.streams.read(stream, 0)]


async def test_filing_holds_and_tells_in_one_commit(groat: Groat, workflow: Workflow) -> None:
    request = await filed(workflow)
    assert (request.state, request.amount, request.hold) == ("pending", "20.00", request.id)
    assert await standing(groat, "user:42") == ("500.00", "20.00")
    last = (await events(groat, "user:42"))[-1]
    assert (last["type"], last["transaction"], last["kind"]) == ("payout_updated", request.id, "payout.file")
    assert [(c["balance"], c["held"]) for c in last["changes"]] == [("500.00", "20.00")]
    assert last["data"]["state"] == "pending"
    (summary,) = await events(groat, "role:admin")
    assert summary["type"] == "requests_updated"
    assert [(i["id"], i["state"], i["user"], i["waits"]) for i in summary["data"]["items"]] == [
        (request.id, "pending", "42", True)
    ]
    # The balances of the account are the owner's affair; staff read them where they have the right.
    assert "changes" not in summary
    assert [e["type"] for e in await events(groat, "role:teller")] == ["requests_updated"]


async def test_approved_completed_and_told(groat: Groat, workflow: Workflow) -> None:
    request = await filed(workflow)
    assert said(await take(workflow, request, "approve")) == "approved"
    assert await standing(groat, "user:42") == ("480.00", "0.00")
    assert await workflow.take_due() == 1
    assert await workflow.take_due() == 0
    view = await workflow.find("payout", request.id)
    assert view is not None
    assert (view.state, view.decided_by, view.open, view.hold) == ("completed", "user:admin", False, None)
    assert await standing(groat, "external:world") == ("19.99", "0.00")
    assert await standing(groat, "house:fees") == ("0.01", "0.00")
    assert isinstance(view.history, list)
    assert [(s.transition, s.source, s.target, s.by) for s in view.history] == [
        ("file", "", "pending", "user:42"),
        ("approve", "pending", "approved", "user:admin"),
        ("complete", "approved", "completed", "system:workflow"),
    ]
    told = [e["notification"]["title"] for e in await events(groat, "user:42") if "notification" in e]
    assert told == ["Approved", "Completed"]
    (auditor,) = await events(groat, "user:auditor")
    assert (auditor["type"], auditor["notification"]["unread"]) == ("notification", 1)
    audit = [
        (e.kind, e.actor, e.before, e.after)
        for e in await groat.audit(target="user:42")
        if e.target != "user:42"
    ]
    assert ("payout.approve", "user:admin", {"state": "pending"}, {"state": "approved"}) in audit


async def test_a_rejection_gives_the_hold_back_and_says_why(groat: Groat, workflow: Workflow) -> None:
    request = await filed(workflow)
    answer = await take(workflow, request, "reject", reason="No receipt")
    assert isinstance(answer, RequestView)
    assert (answer.state, answer.reason) == ("rejected", "No receipt")
    assert await standing(groat, "user:42") == ("500.00", "0.00")


async def test_one_key_has_one_effect(groat: Groat, workflow: Workflow) -> None:
    first, again = await filed(workflow), await filed(workflow)
    assert (first.id, first.replayed, again.replayed) == (again.id, False, True)
    assert (
        await workflow.file("payout", {"amount": "21", "asset": "USD"}, user="42", key="f")
    ).code == "key_reused"  # type: ignore[union-attr]
    one = await take(workflow, first, "approve", key="a")
    await workflow.take_due()
    two = await take(workflow, first, "approve", key="a")
    # The first answer again, though the request moved on.
    assert isinstance(one, RequestView)
    assert isinstance(two, RequestView)
    assert (two.state, two.version, two.replayed) == (one.state, one.version, True)


async def test_two_who_decide_at_once(groat: Groat, workflow: Workflow) -> None:
    request = await filed(workflow)
    answers = await asyncio.gather(
        take(workflow, request, "approve", "ada"), take(workflow, request, "reject", "bela", reason="No")
    )
    assert sorted(map(said, answers)) in (["already_decided", "approved"], ["already_decided", "rejected"])
    (refusal,) = [a for a in answers if isinstance(a, Refusal)]
    view = await workflow.find("payout", request.id)
    assert view is not None
    assert (refusal.fields["decided_by"], refusal.fields["state"]) == (view.decided_by, view.state)


async def test_large_amounts_need_two_people(groat: Groat, workflow: Workflow) -> None:
    request = await filed(workflow, "100.00")
    assert request.approvals.needed == 2
    first = await take(workflow, request, "approve", "ada")
    assert isinstance(first, RequestView)
    assert (first.state, [a.by for a in first.approvals.given]) == ("pending", ["user:ada"])
    assert await standing(groat, "user:42") == ("500.00", "100.00")
    assert said(await take(workflow, request, "approve", "ada", key="again")) == "second_approver"
    assert may_take(PAYOUT, first, "user:ada", frozenset({"admin"})) == ["reject"]
    assert may_take(PAYOUT, first, "user:bela", frozenset({"admin"})) == ["approve", "reject"]
    second = await take(workflow, request, "approve", "bela")
    assert isinstance(second, RequestView)
    assert (second.state, [a.by for a in second.approvals.given]) == ("approved", ["user:ada", "user:bela"])


async def test_nobody_decides_their_own(groat: Groat, workflow: Workflow) -> None:
    await groat.post([("house:bank", "user:ada", "50", "USD")], key="ada")
    own = await filed(workflow, user="ada", key="own")
    assert said(await take(workflow, own, "approve", "ada")) == "own_request"
    for_another = await workflow.file(
        "payout", {"amount": "5", "asset": "USD"}, user="42", key="k", by="user:ada", roles=["admin"]
    )
    assert isinstance(for_another, RequestView)
    assert said(await take(workflow, for_another, "approve", "ada", key="k2")) == "own_request"
    assert said(await take(workflow, for_another, "cancel", "42")) == "rejected"


@pytest.mark.parametrize(
    ("name", "by", "code"),
    [("approve", "42", "not_allowed"), ("cancel", "7", "request_not_found"), ("cancel", "admin", "not_allowed"),
     ("complete", "admin", "not_allowed")],
)  # fmt: skip
async def test_who_may_not(workflow: Workflow, name: str, by: str, code: str) -> None:
    request = await filed(workflow)
    assert said(await take(workflow, request, name, by)) == code


async def test_bad_input_freezes_nothing(groat: Groat, workflow: Workflow) -> None:
    for data, code in (
        ({"amount": "1e3", "asset": "USD"}, "invalid_amount"),
        ({"amount": "0", "asset": "USD"}, "amount_not_positive"),
        ({"amount": "1", "asset": "GOLD"}, "unknown_asset"),
        ({"amount": "1"}, "invalid_data"),
        ({"amount": "1", "asset": "USD", "more": 1}, "invalid_data"),
    ):
        with pytest.raises(GroatError) as raised:
            await workflow.file("payout", data, user="42", key="k")
        assert raised.value.code == code
    assert said(await workflow.file("payout", {"amount": "900", "asset": "USD"}, user="42", key="k")) == (
        "insufficient_funds"
    )
    assert said(
        await workflow.file("payout", {"amount": "1", "asset": "USD", "note": "never"}, user="42", key="l")
    ) == ("payout_odd")
    assert (await workflow.page()).rows == []


async def test_what_is_due_is_done_once(groat: Groat, workflow: Workflow, clock: Clock) -> None:
    lapsing, stuck = await filed(workflow, key="1"), await filed(workflow, key="2", note="stuck")
    await take(workflow, stuck, "approve")
    others = [Workflow(groat, [PAYOUT]) for _ in range(3)]
    await asyncio.gather(*(each.take_due() for each in (workflow, *others)))
    view = await workflow.find("payout", stuck.id)
    assert view is not None
    assert view.state == "failed"
    assert await standing(groat, "user:42") == ("499.99", "20.00")
    clock.advance(DAY_US / 1_000_000)
    await asyncio.gather(*(each.take_due() for each in (workflow, *others)))
    view = await workflow.find("payout", lapsing.id)
    assert view is not None
    assert (view.state, view.version) == ("lapsed", 2)
    assert await standing(groat, "user:42") == ("499.99", "0.00")


async def test_several_steps_of_one_request_in_one_batch(groat: Groat, workflow: Workflow) -> None:
    request = await filed(workflow)
    answers = await asyncio.gather(
        take(workflow, request, "approve"),
        workflow.take("payout", request.id, "complete", by="system:workflow", key="c", roles=["system"]),
        take(workflow, request, "cancel", "42"),
    )
    # The second needs accounts that only the first made it need; it is decided all the same.
    assert [said(a) for a in answers] == ["approved", "completed", "wrong_state"]
    assert await standing(groat, "external:world") == ("19.99", "0.00")


async def test_a_child_changes_its_parent(groat: Groat, workflow: Workflow) -> None:
    request = await filed(workflow)
    tips = [
        workflow.file("tip", {"amount": "1", "asset": "USD", "payout": request.id}, user="42", key=f"t{n}")
        for n in range(5)
    ]
    assert {said(a) for a in await asyncio.gather(*tips)} == {"given"}
    view = await workflow.find("payout", request.id)
    assert view is not None
    assert view.data["tips"] == 500
    assert len((await workflow.page(parent=request.id)).rows) == 5
    assert isinstance(view.history, list)
    given = {row.id for row in (await workflow.page(parent=request.id)).rows}
    assert [(s.version, s.transition, s.source, s.target) for s in view.history[1:]] == [
        (version, "tip.file", "pending", "pending") for version in range(2, 7)
    ]
    assert (
        {s.transaction for s in view.history[1:]} == {s.input["request"] for s in view.history[1:]} == given
    )
    stranger = await workflow.file(
        "tip", {"amount": "1", "asset": "USD", "payout": request.id}, user="7", key="s"
    )
    nowhere = "01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f"
    lost = await workflow.file("tip", {"amount": "1", "asset": "USD", "payout": nowhere}, user="42", key="n")
    assert (said(stranger), said(lost)) == ("parent_not_found", "parent_not_found")


async def test_a_parent_that_is_changed_is_told_with_its_child(groat: Groat, workflow: Workflow) -> None:
    request = await filed(workflow)
    tip = await workflow.file(
        "tip", {"amount": "1", "asset": "USD", "payout": request.id}, user="42", key="t"
    )
    assert isinstance(tip, RequestView)
    assert isinstance(tip.changed_parent, RequestView)
    told = (await events(groat, "user:42"))[-1]
    parent = told["data"]["changed_parent"]
    assert (told["type"], told["data"]["id"], told["data"]["parent"]) == ("tip_updated", tip.id, request.id)
    assert (parent["id"], parent["kind"], parent["version"], parent["data"]["tips"]) == (
        request.id,
        "payout",
        2,
        100,
    )
    assert msgspec.to_builtins(tip.changed_parent) == parent
    lines = (await events(groat, "role:admin"))[-1]["data"]["items"]
    assert [(line["id"], line["version"], line["parent"]) for line in lines] == [
        (tip.id, 1, request.id),
        (request.id, 2, None),
    ]
    # What acts on the version that it saw has seen another one.
    late = await workflow.take(
        "payout", request.id, "lapse", by="system:workflow", key="l", roles=["system"], version=1
    )
    assert said(late) == "wrong_state"
    # A step that leaves the parent alone tells nothing of it.
    (filing,) = [e for e in await events(groat, "user:42") if e["type"] == "payout_updated"]
    assert "changed_parent" not in filing["data"]


async def test_admins_and_support_hear_of_kinds_that_nobody_decides(groat: Groat, workflow: Workflow) -> None:
    assert TIP.roles == ()
    request = await filed(workflow)
    heard = {role: len(await events(groat, f"role:{role}")) for role in ("admin", "support", "teller")}
    tip = await workflow.file(
        "tip", {"amount": "1", "asset": "USD", "payout": request.id}, user="42", key="t"
    )
    for role in ("admin", "support"):
        news = (await events(groat, f"role:{role}"))[heard[role] :]
        assert [line["id"] for event in news for line in event["data"]["items"]] == [tip.id, request.id]  # type: ignore[union-attr]
    # Tellers decide payouts, so they hear that this one changed, and of no tip.
    news = (await events(groat, "role:teller"))[heard["teller"] :]
    assert [line["id"] for event in news for line in event["data"]["items"]] == [request.id]


async def test_lists_and_counts(groat: Groat, workflow: Workflow) -> None:
    made = [await filed(workflow, amount, key=amount) for amount in ("3", "9", "5")]
    await filed(workflow, "2", key="7", user="7")
    await take(workflow, made[0], "reject", reason="No")

    async def amounts(**wanted: Any) -> list[int | None]:
        found: list[int | None] = []
        after = None
        while True:
            page = await workflow.waiting(limit=1, after=after, **wanted)
            found += [row.amount for row in page.rows]
            if page.last is None or not page.rows:
                return found
            after = page.last

    assert await amounts() == [200, 500, 900]
    assert await amounts(sort="oldest") == [900, 500, 200]
    assert await amounts(sort="largest") == [900, 500, 200]
    assert await amounts(kind="tip") == []
    assert await workflow.counts() == {"payout": 3}
    assert [row.amount for row in (await workflow.page(user="42")).rows] == [500, 900, 300]
    assert [row.amount for row in (await workflow.page(state="rejected")).rows] == [300]

    async def paged(**wanted: Any) -> list[int | None]:
        found: list[int | None] = []
        after = ""
        while (page := await workflow.page(limit=1, after=after, **wanted)).last is not None:
            found += [row.amount for row in page.rows]
            after = page.last[0]
        return found

    tips = [
        await workflow.file(
            "tip", {"amount": text, "asset": "USD", "payout": made[1].id}, user="42", key=text
        )
        for text in ("1", "2")
    ]
    assert {said(tip) for tip in tips} == {"given"}
    assert await paged(kind="payout") == [200, 500, 900, 300]
    assert await paged(kind="payout", sort="oldest") == [300, 900, 500, 200]
    assert await paged(user="42", sort="oldest") == [300, 900, 500, 100, 200]
    assert await paged(user="42", sort="oldest", state="pending") == [900, 500]
    assert await paged(parent=made[1].id, sort="oldest") == [100, 200]
    assert await paged(parent=made[1].id) == [200, 100]
    assert await paged(parent=made[1].id, sort="oldest", user="7") == []
    snapshot = msgspec.json.decode((await groat.streams.snapshot("user:42")).data)
    assert [r["amount"] for r in snapshot["requests"]] == ["5.00", "9.00"]


async def test_who_is_looking(workflow: Workflow, clock: Clock) -> None:
    request = await filed(workflow)
    await workflow.mark_present(request.id, "user:ada")
    assert [v.by for v in await workflow.mark_present(request.id, "user:bela")] == ["user:ada", "user:bela"]
    clock.advance(16)
    assert await workflow.presence() == {}


@pytest.mark.parametrize("kind", [PAYOUT, EXPENSE], ids=lambda kind: kind.name)
async def test_every_transition_as_every_role(groat: Groat, kind: Kind[Any]) -> None:
    await groat.post([("house:bank", "user:walker", "10000", "USD")], key="walker")
    walked = await walk(groat, kind)
    assert walked.refused > 50


async def test_a_walk_finds_what_a_declaration_gets_wrong(groat: Groat) -> None:
    def wrong(*_: Any) -> Step:
        return Step(to="elsewhere")

    broken = Kind(
        "broken", title="Broken", description="", data=TIP.data,
        states=(State("here", "Here"), State("there", "There")),
        transitions=(
            Transition("file", "File", (), ("here",), ("owner",), lambda *_: Step()),
            Transition("go", "Go", ("here",), ("there",), ("owner",), wrong),
        ),
        example={"amount": "1", "asset": "USD", "payout": ""},
    )  # fmt: skip
    with pytest.raises(Exception, match="must lead to one of"):
        await walk(groat, broken)


async def test_a_fault_between_any_two_statements_leaves_all_or_nothing(
    sqlite: SqliteDatabase, clock: Clock
) -> None:
    left: list[int] = []

    def strike(_: Query) -> None:
        if left and left[0] == 0:
            raise Unavailable()
        if left:
            left[0] -= 1

    store = sqlite.store(clock, before_query=strike, extensions=Groat.standing)
    async with Groat.open(sqlite.url, store=store) as groat:
        await groat.add_asset("USD", 2)
        await groat.post([("house:bank", "user:42", "500", "USD")], key="start")
        workflow = Workflow(groat, [PAYOUT])
        struck = 0
        for name in ("file", "approve", "complete"):
            for after in range(100):
                before = (
                    await standing(groat, "user:42"),
                    sqlite.rows("SELECT state, version FROM groat_request"),
                )
                left[:] = [after]
                try:
                    done = await _next_step(workflow, name)
                except StoreError:
                    left.clear()
                    struck += 1
                    now = (
                        await standing(groat, "user:42"),
                        sqlite.rows("SELECT state, version FROM groat_request"),
                    )
                    assert now == before, (name, after)
                    continue
                left.clear()
                # Struck at every statement; the same key then has its one effect.
                assert not done.replayed
                break
        report = await groat.verify()
        assert report.ok, report.problems
        assert sqlite.rows("SELECT state, version FROM groat_request") == [("completed", 3)]
        assert await standing(groat, "user:42") == ("480.00", "0.00")
    assert struck > 30


async def _next_step(workflow: Workflow, name: str) -> RequestView:
    if name == "file":
        return await filed(workflow)
    (row,) = (await workflow.page(user="42")).rows
    by, role = ("user:admin", "admin") if name == "approve" else ("system:workflow", "system")
    answer = await workflow.take("payout", row.id, name, by=by, key=name, roles=[role])
    assert isinstance(answer, RequestView), answer
    return answer
