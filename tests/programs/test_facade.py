"""The words of programs: typed, with await and without, and only of programs that are turned on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, assert_type

import msgspec
import pytest
from expense_claims import EXPENSES, Claim, ExpenseClaims

from groat import Closed, Groat, Refused, SyncGroat
from groat.ledger.errors import GroatError, InvalidInput
from groat.programs import Ledger, Program, ProgramError, Words, word
from groat.programs.standing import STANDING
from groat.programs.workflow import ADMIN, Kind, Parent, Requests, State, Step, Transition
from groat.programs.workflow.codes import RequestError
from groat.programs.workflow.views import RequestView
from groat.settings import Settings
from tests.helpers.databases import Database
from tests.helpers.fixtures import database

__all__ = ["database"]

CLAIM = Claim("42.50", "USD", "Train to the fair")
ADA: dict[str, Any] = {"by": "user:ada", "roles": ("admin",)}
MEI: dict[str, Any] = {"by": "user:mei", "roles": ("admin",)}


class Counting(Words[Ledger]):
    """Words that are no requests, and call each other."""

    @word
    async def double(self, number: int) -> int:
        """Twice the number."""
        await self.groat.assets()
        return 2 * number

    @word
    async def quadruple(self: Counting[Groat], number: int) -> int:
        """Four times the number."""
        return await self.double(await self.double(number))


COUNTING = Program("counting", facade=(Counting,))


async def test_requests_are_filed_taken_on_and_read(database: Database) -> None:
    async with Groat.open(database.url, programs=[EXPENSES]) as groat:
        await groat.add_asset("USD", 2)
        claims = groat.program(ExpenseClaims)
        assert_type(claims, ExpenseClaims[Groat])
        filing = claims.file(CLAIM, user="42", key="first")
        filed = await assert_type(filing, Coroutine[Any, Any, RequestView])
        assert (filed.state, filed.user, filed.replayed) == ("pending", "42", False)
        again = await claims.file(CLAIM, user="42", key="first")
        assert (again.id, again.replayed) == (filed.id, True)
        paid = await claims.take(filed.id, "pay", key="pay", version=filed.version, **ADA)
        assert (paid.state, paid.decided_by) == ("paid", "user:ada")
        found = await claims.get(filed.id)
        assert found is not None
        assert [step.transition for step in found.history or ()] == ["file", "pay"]
        assert await claims.get("01890000-0000-7000-8000-000000000000") is None
        assert [each.id for each in await claims.page(user="42", state="paid")] == [filed.id]
        assert await claims.page(user="7") == []
        with pytest.raises(Refused) as refused:
            await claims.take(filed.id, "pay", key="pay again", **ADA)
        assert refused.value.code == "already_decided"
        with pytest.raises(ValueError, match="expense has no transition 'eat'"):
            await claims.take(filed.id, "eat", key="eat", **ADA)
        with pytest.raises(InvalidInput):
            await claims.file(Claim("1.234", "USD", "Too exact"), user="42", key="second")
        with pytest.raises(RequestError) as wrong:
            await claims.take(filed.id, "reject", {"why": 7}, key="wrong", **ADA)
        assert wrong.value.code == "invalid_data"
        account = await groat.account("user:42")
        assert account is not None
        assert account.balances[0].balance == "42.50"
        assert (await groat.verify()).ok


class Budget(msgspec.Struct, frozen=True):
    """What a department may spend."""

    title: str
    budget: str = ""


BUDGET = Kind(
    "budget",
    title="Budget",
    description="What a department may spend.",
    data=Budget,
    states=(State("open", "Open"),),
    transitions=(Transition("file", "Plan", (), ("open",), (ADMIN,), lambda *_: Step()),),
    example={"title": "Fair"},
    owners=("house:*",),
    parent=Parent("budget", ("budget",)),
)


class Budgets(Requests[Ledger, Budget]):
    """Requests that are no person's, and belong to each other."""

    kind = BUDGET


async def test_requests_of_the_house_and_of_a_parent(tmp_path: Path) -> None:
    program = Program("budgets", kinds=(BUDGET,), facade=(Budgets,))
    async with Groat.open(f"sqlite:///{tmp_path}/a.db", programs=[program]) as groat:
        budgets = groat.program(Budgets)
        whole = await budgets.file(Budget("Fair"), owner="house:sales", key="1", **ADA)
        part = await budgets.file(Budget("Train", whole.id), owner="house:sales", key="2", **ADA)
        await budgets.file(Budget("Desk"), owner="house:office", key="3", **ADA)
        assert [each.id for each in await budgets.page(owner="house:sales")] == [part.id, whole.id]
        assert [each.id for each in await budgets.page(parent=whole.id)] == [part.id]
        with pytest.raises(GroatError):
            await budgets.file(Budget("Mine"), user="42", key="4", **ADA)
        with pytest.raises(GroatError):
            await budgets.file(Budget("Nobody's"), key="5", **ADA)


async def test_thresholds_are_those_of_the_settings(tmp_path: Path) -> None:
    settings = Settings(thresholds={"expense": {"USD": "10"}})
    async with Groat.open(f"sqlite:///{tmp_path}/a.db", programs=[EXPENSES], settings=settings) as groat:
        await groat.add_asset("USD", 2)
        claims = groat.program(ExpenseClaims)
        filed = await claims.file(CLAIM, user="42", key="first")
        assert (await claims.take(filed.id, "pay", key="1", **ADA)).state == "pending"
        assert (await claims.take(filed.id, "pay", key="2", **MEI)).state == "paid"


def test_the_synchronous_twin_has_the_same_words(tmp_path: Path) -> None:
    groat = SyncGroat.open(f"sqlite:///{tmp_path}/a.db", programs=[EXPENSES, COUNTING])
    with pytest.raises(Closed):
        groat.program(ExpenseClaims)
    with groat:
        groat.add_asset("USD", 2)
        claims = groat.program(ExpenseClaims)
        assert_type(claims, ExpenseClaims[SyncGroat])
        assert_type(claims.page(), list[RequestView])
        with ThreadPoolExecutor(4) as threads:
            filed = list(threads.map(lambda n: claims.file(CLAIM, user="42", key=f"{n}"), range(4)))
        assert {view.state for view in filed} == {"pending"}
        assert claims.take(filed[0].id, "pay", key="pay", **ADA).state == "paid"
        assert len(claims.page(state="pending")) == 3
        with pytest.raises(Refused):
            claims.take(filed[0].id, "withdraw", key="late", by="user:42")
        assert groat.program(Counting).quadruple(3) == 12
        assert groat.verify().ok


async def test_words_call_each_other(tmp_path: Path) -> None:
    async with Groat.open(f"sqlite:///{tmp_path}/a.db", programs=[COUNTING]) as groat:
        assert await groat.program(Counting).quadruple(3) == 12
        assert groat.program(Counting) is groat.program(Counting)


@pytest.mark.parametrize("words", [ExpenseClaims, Counting])
async def test_only_words_of_programs_that_are_turned_on(
    tmp_path: Path, words: Callable[[Any], object]
) -> None:
    database = f"sqlite:///{tmp_path}/a.db"
    async with Groat.open(database) as groat:
        with pytest.raises(
            ProgramError, match=r"No program that is turned on has the words .*; turned on: none"
        ) as no:
            groat.program(words)
        assert no.value.code == "program_not_turned_on"

    def ask() -> None:
        other = COUNTING if words is ExpenseClaims else EXPENSES
        with (
            SyncGroat.open(database, programs=[other]) as twin,
            pytest.raises(ProgramError, match=other.name),
        ):
            twin.program(words)

    await asyncio.to_thread(ask)


def test_a_ledger_has_the_tables_of_all_standing_programs() -> None:
    assert [each.extension for each in STANDING if each.extension is not None] == list(Groat.standing)
