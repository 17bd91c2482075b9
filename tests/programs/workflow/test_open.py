"""How many open requests a person may have: exactly so many, however many are filed at once and wherever."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from groat import Groat, Refusal
from groat.programs.workflow import Workflow
from groat.programs.workflow.views import RequestView
from groat.store.flow import Query
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.programs.workflow.pliant import pliant

MOST = 3


async def file(
    workflow: Workflow, key: str, user: str = "42", by: str = "", roles: tuple[str, ...] = ()
) -> RequestView | Refusal:
    return await workflow.file("task", {}, user=user, key=key, by=by, roles=roles)


async def end(workflow: Workflow, request: RequestView | Refusal, key: str = "e") -> RequestView | Refusal:
    assert isinstance(request, RequestView), request
    return await workflow.take("task", request.id, "end", {}, by="user:ada", key=key, roles=["admin"])


def said(answer: RequestView | Refusal) -> str:
    return answer.code if isinstance(answer, Refusal) else answer.state


async def are_open(workflow: Workflow, user: str = "42") -> int:
    """As many as there are, not as many as somebody counted."""
    return sum(row.open for row in (await workflow.page(user=user, limit=500)).rows)


@pytest.fixture
def workflow(groat: Groat) -> Workflow:
    return Workflow(groat, [pliant()], open_max=MOST)


async def test_beyond_the_limit_nobody_files_until_one_ends(workflow: Workflow) -> None:
    first, *_ = [await file(workflow, str(number)) for number in range(MOST)]
    refused = await file(workflow, "more")
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.status, refused.fields) == (
        "too_many_open",
        409,
        {"open": str(MOST), "max": str(MOST)},
    )
    # Of others it says nothing, and what is open already goes on.
    assert said(await file(workflow, "other", user="7")) == "open"
    assert said(await end(workflow, first)) == "ended"
    assert said(await file(workflow, "again")) == "open"
    assert said(await file(workflow, "and again")) == "too_many_open"
    # The verdict under the key stays.
    assert said(await file(workflow, "more")) == "too_many_open"
    assert await are_open(workflow) == MOST


@pytest.mark.parametrize(
    ("by", "roles"),
    [("user:42", ("admin",)), ("user:42", ("support",)), ("user:ada", ("admin",)), ("system:clock", ("system",))],
    ids=["an admin", "support", "for somebody", "the system"],
)  # fmt: skip
async def test_staff_and_the_system_may_file_more(groat: Groat, by: str, roles: tuple[str, ...]) -> None:
    kind = pliant()
    filing = kind.transitions["file"]
    kind.transitions["file"] = filing._replace(by=(*filing.by, "admin", "system"))
    workflow = Workflow(groat, [kind], open_max=MOST)
    answers = [await file(workflow, str(number), by=by, roles=roles) for number in range(MOST + 2)]
    assert [said(answer) for answer in answers] == ["open"] * (MOST + 2)
    # They count all the same for whoever is bound by it.
    assert said(await file(workflow, "own")) == "too_many_open"


async def test_a_role_that_is_not_of_the_staff_is_bound(workflow: Workflow) -> None:
    answers = [await file(workflow, str(number), roles=("partner",)) for number in range(MOST + 1)]
    assert [said(answer) for answer in answers] == ["open"] * MOST + ["too_many_open"]


async def test_no_limit_unless_there_is_one(groat: Groat) -> None:
    workflow = Workflow(groat, [pliant()])
    assert {said(await file(workflow, str(number))) for number in range(2 * MOST)} == {"open"}


async def test_what_one_batch_opens_and_ends_counts(groat: Groat, workflow: Workflow) -> None:
    made = [await file(workflow, str(number)) for number in range(MOST - 1)]
    answers = await asyncio.gather(
        file(workflow, "fits"),
        file(workflow, "one more"),
        end(workflow, made[0], "e0"),
        end(workflow, made[1], "e1"),
        file(workflow, "room again"),
        file(workflow, "and again"),
        file(workflow, "full again"),
    )
    assert [said(answer) for answer in answers] == [
        "open",
        "too_many_open",
        "ended",
        "ended",
        "open",
        "open",
        "too_many_open",
    ]
    assert await are_open(workflow) == MOST


async def test_a_refused_filing_does_not_count(groat: Groat) -> None:
    """Nor one that breaks: what it changed of the count is undone with it."""

    def refuse(*_: object) -> Refusal:
        return Refusal("wrong_state", "Not today.")

    workflow = Workflow(groat, [pliant(file=refuse)], open_max=1)
    willing = Workflow(groat, [pliant()], open_max=1)
    answers = await asyncio.gather(file(workflow, "refused"), file(willing, "a"), file(willing, "b"))
    assert [said(answer) for answer in answers] == ["wrong_state", "open", "too_many_open"]


async def test_exactly_so_many_are_filed_at_once_at_two_nodes(database: Database, clock: Clock) -> None:
    most, rounds, filings = 7, 4, 30
    stores = [database.store(clock, extensions=Groat.standing) for _ in range(2)]
    # Small batches, so that many of them meet.
    async with (
        Groat.open(database.url, store=stores[0], batch_max=3) as one,
        Groat.open(database.url, store=stores[1], batch_max=3) as other,
    ):
        await one.add_asset("USD", 2)
        nodes = [Workflow(groat, [pliant()], open_max=most) for groat in (one, other)]
        for turn in range(rounds):
            verdicts = Counter(
                map(
                    said,
                    await asyncio.gather(
                        *(file(nodes[n % 2], f"{turn}/{n}") for n in range(filings)),
                        *(file(nodes[n % 2], f"{turn}/{n}", user="7") for n in range(filings)),
                    ),
                )
            )
            free = 2 * most if turn == 0 else 3
            assert verdicts == {"open": free, "too_many_open": 2 * filings - free}, turn
            assert [await are_open(nodes[1], user) for user in ("42", "7")] == [most, most]
            # Two of one person's end, and one of the other's: there is room for three.
            ending = (await nodes[0].page(user="42", state="open", limit=2)).rows
            ending += (await nodes[0].page(user="7", state="open", limit=1)).rows
            for row in ending:
                view = await nodes[0].view(row)
                assert said(await end(nodes[turn % 2], view, f"{turn}/{row.id}")) == "ended"
        report = await one.verify()
        assert report.ok, report.problems


async def test_the_count_costs_one_statement_a_batch_behind_the_boxes(
    database: Database, clock: Clock
) -> None:
    asked: list[str] = []

    def note(query: Query) -> None:
        asked.append(query.name)

    store = database.store(clock, before_query=note, extensions=Groat.standing)
    async with Groat.open(database.url, store=store) as groat:
        await groat.add_asset("USD", 2)
        workflow = Workflow(groat, [pliant()], open_max=MOST)
        asked.clear()
        await asyncio.gather(
            *(file(workflow, f"{user}/{n}", user=str(user)) for user in range(5) for n in range(MOST + 1))
        )
    assert asked.count("begin_batch") == 1
    locks = [
        name for name in asked if name in ("lock_requests", "lock_notification_boxes", "count_open_requests")
    ]
    assert locks == ["lock_requests", "lock_notification_boxes", "count_open_requests"]
