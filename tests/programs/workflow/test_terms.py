"""What is filed may be less than what is kept, and two people who approve must approve the same terms."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
import pytest

from groat import Groat, GroatError, Refusal
from groat.ledger.errors import Refusal as No
from groat.programs.workflow import ADMIN, OWNER, Kind, Request, State, Step, Transition, Workflow
from groat.programs.workflow.views import RequestView, input_schema
from groat.settings import SettingsError
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


@pytest.mark.parametrize(
    ("thresholds", "expected"),
    [
        ({}, {"USD": "100"}),
        ({"deal": {"USD": "50"}}, {"USD": "50"}),
        # What is not named stays as it was declared: nobody loses a second approver by setting another's.
        ({"deal": {"EUR": "50.5"}}, {"USD": "100", "EUR": "50.5"}),
    ],
)
def test_thresholds_are_set_by_asset(thresholds: dict[str, dict[str, str]], expected: dict[str, str]) -> None:
    groat = Groat.__new__(Groat)
    groat.audits = {}
    workflow = Workflow(groat, [DEAL], thresholds)
    assert workflow.kinds["deal"].thresholds == expected


@pytest.mark.parametrize(
    "thresholds",
    [{"deals": {"USD": "1"}}, {"deal": {"USD": "1 000"}}, {"deal": {"USD": "-1"}}, {"deal": {"USD": "NaN"}}],
)
def test_a_threshold_that_would_never_count_ends_the_start(thresholds: dict[str, dict[str, str]]) -> None:
    with pytest.raises(SettingsError, match="thresholds"):
        Workflow(Groat.__new__(Groat), [DEAL], thresholds)


async def test_a_threshold_finer_than_the_asset(database: Database, clock: Clock) -> None:
    async with Groat.open(database.url, store=database.store(clock, extensions=Groat.standing)) as groat:
        await groat.add_asset("USD", 2)
        workflow = Workflow(groat, [DEAL], {"deal": {"USD": "100.001"}})
        needed = []
        for amount in ("100.00", "100.01"):
            filed = await workflow.file("deal", {"amount": amount, "asset": "USD"}, user="42", key=amount)
            assert isinstance(filed, RequestView)
            needed.append(filed.approvals.needed)
    assert needed == [1, 2]
