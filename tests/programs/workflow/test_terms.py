"""What is filed may be less than what is kept, and two people who approve must approve the same terms."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
import pytest

from groat import Groat, GroatError, Refusal
from groat.ledger.errors import Refusal as No
from groat.programs.workflow import ADMIN, OWNER, Kind, Request, State, Step, Transition, Workflow
from groat.programs.workflow.views import RequestView, input_schema
from tests.helpers.clock import Clock
from tests.helpers.databases import Database


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    amount: str
    asset: str


class Deal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    amount: str
    asset: str
    rate: str = ""


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rate: str
    reason: str = ""


def file(r: Request[Wish], _: Wish) -> Step:
    return Step(data=Deal(r.data.amount, r.data.asset))


def approve(r: Request[Deal], terms: Terms) -> Step:
    return Step(data=msgspec.structs.replace(r.data, rate=terms.rate))


DEAL = Kind(
    "deal",
    title="Deal",
    description="Terms are added when it is approved.",
    data=Deal,
    form=Wish,
    states=(State("pending", "Pending", waits=True), State("agreed", "Agreed", open=False)),
    transitions=(
        Transition("file", "Wish", (), ("pending",), (OWNER,), file),
        Transition("approve", "Agree", ("pending",), ("agreed",), (ADMIN,), approve, Terms, {"rate": "5"},
                   decides=True, approves=True),
    ),
    example={"amount": "200", "asset": "USD"},
    thresholds={"USD": "100"},
)  # fmt: skip


@pytest.fixture
async def workflow(database: Database, clock: Clock) -> AsyncIterator[Workflow]:
    async with Groat.open(database.url, store=database.store(clock, extensions=Groat.standing)) as groat:
        await groat.add_asset("USD", 2)
        yield Workflow(groat, [DEAL])


async def agree(
    workflow: Workflow, request: RequestView, by: str, rate: str, reason: str = ""
) -> RequestView | No:
    given = {"rate": rate, "reason": reason}
    key = f"{by}/{rate}"
    return await workflow.take(
        "deal", request.id, "approve", given, by=f"user:{by}", key=key, roles=["admin"]
    )


async def test_a_form_is_filed_and_data_is_kept(workflow: Workflow) -> None:
    filed = await workflow.file("deal", {"amount": "200", "asset": "USD"}, user="42", key="f")
    assert isinstance(filed, RequestView)
    assert filed.data == {"amount": "200", "asset": "USD", "rate": ""}
    # What is not in the form cannot be filed.
    with pytest.raises(GroatError) as caught:
        await workflow.file("deal", {"amount": "200", "asset": "USD", "rate": "0"}, user="42", key="g")
    assert caught.value.code == "invalid_data"
    assert set(input_schema(DEAL, DEAL.transitions["file"])["properties"]) == {"amount", "asset"}


async def test_two_approve_the_same_or_not_at_all(workflow: Workflow) -> None:
    filed = await workflow.file("deal", {"amount": "200", "asset": "USD"}, user="42", key="f")
    assert isinstance(filed, RequestView)
    first = await agree(workflow, filed, "ada", "5.5", "A good customer")
    assert isinstance(first, RequestView)
    assert (first.state, first.data["rate"]) == ("pending", "")
    assert [(a.by, a.input) for a in first.approvals.given] == [("user:ada", {"rate": "5.5"})]
    other = await agree(workflow, filed, "bela", "4.0")
    assert isinstance(other, Refusal)
    assert other.code == "approval_differs"
    agreed = await agree(workflow, filed, "bela", "5.5")
    assert isinstance(agreed, RequestView)
    assert (agreed.state, agreed.data["rate"]) == ("agreed", "5.5")
