"""What a request did is undone through the request alone, whichever door somebody tries, and whoever wrote it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from groat import Groat, Refusal, StoreError
from groat.engine.ids import new_id
from groat.ledger.book import Book
from groat.ledger.commands import Capture, Effect, Release, Resolve
from groat.ledger.reversing import Reverse
from groat.ledger.rows import HOLD_CAPTURED
from groat.programs.workflow import Workflow
from groat.programs.workflow.views import RequestView
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.programs.workflow.payouts import PAYOUT


@asynccontextmanager
async def opened(database: Database, clock: Clock) -> AsyncIterator[Groat]:
    async with Groat.open(database.url, store=database.store(clock, extensions=Groat.standing)) as groat:
        await groat.add_asset("USD", 2)
        await groat.post([("house:bank", "user:42", "500", "USD")], key="start")
        yield groat


async def filed(groat: Groat, key: str = "f") -> tuple[Workflow, RequestView]:
    workflow = Workflow(groat, [PAYOUT])
    answer = await workflow.file("payout", {"amount": "20", "asset": "USD"}, user="42", key=key)
    assert isinstance(answer, RequestView), answer
    return workflow, answer


async def take(workflow: Workflow, request: RequestView, name: str, **given: Any) -> RequestView:
    answer = await workflow.take("payout", request.id, name, given, by="user:ada", key=f"{request.id}/{name}",
                                 roles=["admin"])  # fmt: skip
    assert isinstance(answer, RequestView), answer
    return answer


def older(database: Database) -> None:
    """As a version without causes left the rows."""
    for table in ("groat_txn", "groat_hold"):
        database.rows(f"UPDATE {table} SET cause = NULL")


def refused(verdict: Any, request: RequestView) -> None:
    assert isinstance(verdict, Refusal), verdict
    assert (verdict.code, verdict.status) == ("belongs_to_request", 409)
    assert (verdict.fields["request"], verdict.fields["kind"]) == (request.id, "payout")
    assert f"/v1/requests/payout/{request.id}/correct" in verdict.detail


async def untouched(groat: Groat, workflow: Workflow, before: RequestView, available: str) -> None:
    now = await workflow.find("payout", before.id)
    assert now is not None
    assert (now.state, now.version, now.hold) == (before.state, before.version, before.hold)
    account = await groat.account("user:42")
    assert account is not None
    assert account.balances[0].available == available


@pytest.mark.parametrize("version", ["this", "older"])
async def test_a_hold_of_a_request_is_resolved_by_nobody_else(
    database: Database, clock: Clock, version: str
) -> None:
    async with opened(database, clock) as groat:
        workflow, request = await filed(groat)
        assert request.hold
        if version == "older":
            older(database)
        common: dict[str, Any] = {"principal": "service:shop", "hold": request.hold}
        commands = [Capture(key="c", **common), Capture(key="p", amount=5, final=False, **common),
                    Release(key="r", **common)]  # fmt: skip
        for verdict in await groat.execute_many(commands):
            refused(verdict, request)
        await untouched(groat, workflow, request, "480.00")
        # The request itself goes on, and nothing is left of the hold then.
        assert (await take(workflow, request, "reject", reason="No")).state == "rejected"
        for verdict in await groat.execute_many([Release(key="r2", **common), Capture(key="c2", **common)]):
            refused(verdict, request)
        await untouched(groat, workflow, (await workflow.find("payout", request.id)) or request, "500.00")
        if version == "this":
            # The older one's is no work of ours: its hash was made with a cause that is taken away here.
            assert (await groat.verify()).ok


@pytest.mark.parametrize("version", ["this", "older"])
async def test_a_transaction_of_a_request_is_reversed_by_nobody_else(
    database: Database, clock: Clock, version: str
) -> None:
    async with opened(database, clock) as groat:
        workflow, request = await filed(groat)
        approved = await take(workflow, request, "approve")
        await workflow.take_due()
        if version == "older":
            older(database)
        completed = await workflow.find("payout", request.id)
        assert completed is not None
        assert completed.state == "completed"
        ids = [step.transaction for step in completed.history or []]
        assert len(ids) == 3
        assert approved.transaction in ids
        verdicts = await groat.execute_many(
            [Reverse(principal="service:shop", key=f"{id}/{n}", transaction=id, amounts=amounts, below_floor=True)
             for id in ids for n, amounts in enumerate([None, (1,)])]
        )  # fmt: skip
        for verdict in verdicts:
            refused(verdict, completed)
        await untouched(groat, workflow, completed, "480.00")


async def test_a_claim_in_metadata_is_no_link(database: Database, clock: Clock) -> None:
    async with opened(database, clock) as groat:
        _, request = await filed(groat)
        claim = {"request": request.id, "cause": f"request:payout:{request.id}"}
        posted = await groat.post([("user:42", "house:shop", "5", "USD")], key="p", metadata=claim)
        assert posted.cause is None
        back = await groat.reverse(str(posted.id), key="r")
        assert (back.reverses, back.cause) == (posted.id, None)
        made = await groat.transaction(request.id)
        assert made is not None
        assert made.cause == f"request:payout:{request.id}"


async def test_an_expiry_that_somebody_gave_a_request_s_hold_does_nothing(
    database: Database, clock: Clock
) -> None:
    async with opened(database, clock) as groat:
        workflow, request = await filed(groat)
        database.rows(f"UPDATE groat_hold SET expires_at = {clock()} WHERE id = '{request.hold}'")
        clock.advance(1)
        await groat.post([("user:42", "house:shop", "5", "USD")], key="p")
        await untouched(groat, workflow, request, "475.00")
        hold = await groat.held(request.hold or "")
        assert hold is not None
        assert hold.state == "open"
        assert (await take(workflow, request, "approve")).state == "approved"


class Taking(Resolve, kw_only=True):
    """A program's command that takes a hold which is not its own."""

    kind = "taking"

    def target(self) -> Any:
        """The hold."""
        return self.hold

    def decide(self, book: Book) -> Effect | Refusal:
        """Capture it."""
        hold = book.holds[self.hold]
        move = book.resolve(hold, hold.remaining, hold.remaining, HOLD_CAPTURED, f"request:payout:{new_id()}")
        legs = book.move([move], limits=False)
        assert not isinstance(legs, Refusal)
        return Effect([self.record(book, legs, hold=hold)])


async def test_no_other_program_takes_it_either(database: Database, clock: Clock) -> None:
    async with opened(database, clock) as groat:
        workflow, request = await filed(groat)
        with pytest.raises(StoreError, match="belongs to request:payout"):
            await groat.execute(Taking(principal="service:shop", key="t", hold=request.hold or ""))
        await untouched(groat, workflow, request, "480.00")


async def test_a_node_that_never_met_the_asset_takes_steps_too(database: Database, clock: Clock) -> None:
    store = database.store(clock, extensions=Groat.standing)
    async with Groat.open(database.url, store=store) as other, opened(database, clock) as groat:
        _, request = await filed(groat)
        # The other node began before there was the asset.
        rejected = await take(Workflow(other, [PAYOUT]), request, "reject", reason="No")
        assert (rejected.state, rejected.amount) == ("rejected", "20.00")
