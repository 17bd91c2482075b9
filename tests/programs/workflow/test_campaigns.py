"""Requests that concern more than one person: of the house, for somebody else's, with rows, and filed by steps."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from copy import copy
from itertools import count
from typing import Any

import msgspec
import pytest

from groat import Groat, GroatError, Refusal, StoreError
from groat.engine.ids import derived_id
from groat.ledger.book import Table
from groat.ledger.errors import Unavailable
from groat.ledger.keys import derive
from groat.programs.workflow import (
    File,
    Kind,
    Named,
    Parent,
    Rows,
    State,
    Step,
    Transition,
    Workflow,
    Write,
)
from groat.programs.workflow.testing import USER, Prepare, walk
from groat.programs.workflow.views import RequestView
from groat.store.flow import Query
from tests.helpers.clock import Clock
from tests.helpers.databases import Database, SqliteDatabase
from tests.programs.workflow.campaigns import (
    BUDGET,
    CAMPAIGN,
    CAMPAIGNS,
    GIFT,
    KINDS,
    PROMO,
    REDEMPTION,
    SECRET,
    USE,
    Gift,
    Redemption,
)

ADMIN: dict[str, Any] = {"by": "user:ada", "roles": ["admin"]}
MARKETING: dict[str, Any] = {"by": "user:mara", "roles": ["marketing"]}
FILING = REDEMPTION.transitions["file"]
OTHER = Table("promo_other", lock="lock_promo_uses", write="write_promo_uses", rank=3)
PEOPLE = ("42", "7", "9", "11")


@pytest.fixture
async def groat(database: Database, clock: Clock) -> AsyncIterator[Groat]:
    """A ledger with the tables of campaigns, which sums to nothing in the end."""
    async with Groat.open(database.url, store=store_of(database, clock)) as groat:
        await groat.add_asset("USD", 2)
        yield groat
        report = await groat.verify()
        assert report.ok, report.problems


def store_of(database: Database, clock: Clock, **more: Any) -> Any:
    return database.store(clock, extensions=[*Groat.standing, CAMPAIGNS], **more)


@pytest.fixture
def workflow(groat: Groat) -> Workflow:
    return Workflow(groat, KINDS)


async def planned(workflow: Workflow, key: str = "c", owner: str = PROMO, **data: Any) -> RequestView:
    return seen(
        await workflow.file(
            "campaign",
            {"title": "Spring", "budget": "10", "worth": "5"} | data,
            owner=owner,
            key=key,
            **ADMIN,
        )
    )


async def running(workflow: Workflow, key: str = "c", **data: Any) -> RequestView:
    campaign = await planned(workflow, key, **data)
    return seen(await take(workflow, campaign, "approve", f"a/{key}", **MARKETING))


async def take(
    workflow: Workflow, request: RequestView, name: str, key: str, given: Any = None, **who: Any
) -> RequestView | Refusal:
    return await workflow.take(request.kind, request.id, name, given or {}, key=key, **who)


async def redeem(
    workflow: Workflow, campaign: RequestView, user: str = "42", key: str = "r"
) -> RequestView | Refusal:
    return await workflow.file("redemption", {"campaign": campaign.id}, user=user, key=key)


def seen(answer: RequestView | Refusal) -> RequestView:
    assert isinstance(answer, RequestView), answer
    return answer


def said(answer: RequestView | Refusal) -> str:
    return answer.code if isinstance(answer, Refusal) else answer.state


async def events(groat: Groat, stream: str) -> list[dict[str, Any]]:
    return [msgspec.json.decode(event.data) for event in await groat.streams.read(stream, 0)]


async def left(database: Database) -> list[int]:
    return [units for (units,) in database.rows("SELECT units FROM promo_budget ORDER BY id")]


# The house's


async def test_the_house_owns_a_campaign(groat: Groat, workflow: Workflow) -> None:
    campaign = await planned(workflow)
    assert (campaign.owner, campaign.user, campaign.filed_by) == (PROMO, "", "user:ada")
    # Its stream tells of it, and staff are told in their rooms; nobody's own stream is.
    (event,) = await events(groat, PROMO)
    assert (event["type"], event["data"]["id"], event["data"]["owner"]) == (
        "campaign_updated",
        campaign.id,
        PROMO,
    )
    for role in ("admin", "support", "marketing"):
        (news,) = await events(groat, f"role:{role}")
        assert [(line["id"], line["owner"], line["user"]) for line in news["data"]["items"]] == [
            (campaign.id, PROMO, "")
        ]
    assert set((await groat.streams.heads([PROMO, "user:ada"])).values()) != set()
    snapshot = msgspec.json.decode((await groat.streams.snapshot(PROMO)).data)
    assert [request["id"] for request in snapshot["requests"]] == [campaign.id]
    page = await workflow.page(owner=PROMO)
    assert [row.id for row in page.rows] == [campaign.id]
    assert [row.id for row in (await workflow.waiting(owner=PROMO)).rows] == [campaign.id]


@pytest.mark.parametrize(
    "owner", ["user:42", "house:promo:summer", "role:admin", "house", "shop:promo", "house:a b"]
)
async def test_a_kind_takes_the_requests_of_its_owners_alone(workflow: Workflow, owner: str) -> None:
    with pytest.raises(GroatError) as caught:
        await workflow.file(
            "campaign", {"title": "", "budget": "1", "worth": "1"}, owner=owner, key="c", **ADMIN
        )
    assert caught.value.code == "owner_not_taken"


async def test_people_file_nothing_for_the_house(workflow: Workflow) -> None:
    data = {"title": "", "budget": "1", "worth": "1"}
    # Not even somebody whom a token calls by the house's name.
    for by in ("user:42", "user:promo", PROMO):
        assert said(await workflow.file("campaign", data, owner=PROMO, key="c", by=by)) == "not_allowed"


async def test_the_owner_is_a_person_or_nobody(groat: Groat) -> None:
    workflow = Workflow(groat, [changed(CAMPAIGN, by=("owner",)), REDEMPTION, GIFT])
    data = {"title": "", "budget": "1", "worth": "1"}
    assert said(await workflow.file("campaign", data, owner=PROMO, key="c", by=PROMO)) == "not_allowed"


async def test_nobody_decides_for_the_house_what_they_filed(workflow: Workflow) -> None:
    campaign = seen(
        await workflow.file(
            "campaign", {"title": "", "budget": "1", "worth": "1"}, owner=PROMO, key="c", **MARKETING
        )
    )
    assert said(await take(workflow, campaign, "approve", "a", **MARKETING)) == "own_request"
    assert (
        said(await take(workflow, campaign, "approve", "b", by="user:max", roles=["marketing"])) == "active"
    )
    # A stranger learns nothing of it.
    assert said(await take(workflow, campaign, "end", "e", by="user:42")) == "request_not_found"


async def test_a_notice_for_the_house_goes_to_those_who_decide(groat: Groat, workflow: Workflow) -> None:
    campaign = await planned(workflow)
    seen(await take(workflow, campaign, "reject", "r", {"reason": "Too dear"}, **MARKETING))
    told = [event for event in await events(groat, "role:marketing") if "notification" in event]
    assert [(event["notification"]["title"], event["notification"]["subject"]["id"]) for event in told] == [
        ("Campaign rejected", campaign.id)
    ]
    assert not [event for event in await events(groat, "role:admin") if "notification" in event]


# Somebody else's parent


async def test_a_redemption_is_one_commit(groat: Groat, workflow: Workflow, database: Database) -> None:
    campaign = await running(workflow)
    before = len(await events(groat, PROMO))
    redemption = seen(await redeem(workflow, campaign))
    assert (redemption.state, redemption.data["worth"], redemption.parent) == ("redeemed", "5", campaign.id)
    assert isinstance(redemption.balances, list)
    balances = {each.account: each.balance for each in redemption.balances}
    assert balances == {"house:promo": "-5.00", "user:42": "5.00"}
    assert database.rows("SELECT id, uses FROM promo_use") == [(f"{campaign.id}/42", 1)]
    assert await left(database) == [500]
    (filed,) = redemption.filed  # type: ignore[misc]
    gift = await workflow.find("gift", filed.id)
    assert gift is not None
    assert (gift.parent, gift.state, gift.owner, gift.filed_by) == (
        redemption.id, "pending", "user:42", "user:42",
    )  # fmt: skip
    # The campaign has a step and a version of its own, and its owner's stream a line of it.
    parent = await workflow.find("campaign", campaign.id)
    assert parent is not None
    assert (parent.data["used"], parent.version) == (1, campaign.version + 1)
    (news,) = (await events(groat, PROMO))[before:]
    assert [line["id"] for line in news["data"]["items"]] == [campaign.id]
    rows = database.rows(
        f"SELECT at FROM groat_request_step WHERE request IN ('{redemption.id}', '{gift.id}')"
    )
    assert len(set(rows)) == 1


async def test_nothing_of_the_parent_reaches_the_owner_of_the_child(groat: Groat, workflow: Workflow) -> None:
    campaign = await running(workflow)
    redemption = seen(await redeem(workflow, campaign))
    found = await workflow.find("redemption", redemption.id)
    told = await events(groat, "user:42")
    for shown in (redemption, found, told, await workflow.page(user="42")):
        text = msgspec.json.encode(msgspec.to_builtins(shown)).decode()
        assert SECRET not in text
        assert "changed_parent" not in text
        assert "user:mara" not in text
    assert [event["type"] for event in told] == ["redemption_updated", "gift_updated"]


async def test_another_persons_request_is_no_parent_unless_the_kind_says_so(workflow: Workflow) -> None:
    campaign = await running(workflow)
    redemption = seen(await redeem(workflow, campaign))
    gift = {"redemption": redemption.id, "what": "Mug"}
    system: dict[str, Any] = {"by": "system:x", "roles": ["system"]}
    assert said(await workflow.file("gift", gift, user="7", key="g", **system)) == "parent_not_found"
    assert said(await workflow.file("gift", gift, user="42", key="h", **system)) == "pending"
    # Of another kind it is none either.
    assert said(
        await workflow.file("gift", gift | {"redemption": campaign.id}, user="42", key="i", **system)
    ) == ("parent_not_found")


async def test_a_parent_takes_children_in_its_states(workflow: Workflow) -> None:
    campaign = await planned(workflow)
    answer = await redeem(workflow, campaign)
    assert isinstance(answer, Refusal)
    # It is somebody else's, so its state is not told.
    assert (answer.code, answer.fields) == ("parent_not_taking", {"request": campaign.id})
    await take(workflow, campaign, "approve", "a", **MARKETING)
    redemption = seen(await redeem(workflow, campaign, key="again"))
    await take(workflow, campaign, "end", "e", **MARKETING)
    assert said(await redeem(workflow, campaign, "7", "late")) == "parent_not_taking"
    # What belongs to it goes on.
    (filed,) = redemption.filed  # type: ignore[misc]
    gift = await workflow.find("gift", filed.id)
    assert gift is not None
    assert said(await take(workflow, gift, "send", "s", **ADMIN)) == "sent"


# Rows


async def test_the_last_voucher_is_redeemed_once(
    groat: Groat, workflow: Workflow, database: Database
) -> None:
    campaign = await running(workflow)
    answers = await asyncio.gather(*(redeem(workflow, campaign, user, f"r/{user}") for user in PEOPLE))
    assert Counter(map(said, answers)) == {"redeemed": 2, "voucher_spent": 2}
    assert await left(database) == [0]
    assert database.rows("SELECT count(*) FROM groat_request WHERE kind = 'gift'") == [(2,)]


async def test_two_nodes_redeem_no_more_than_there_is(database: Database, clock: Clock) -> None:
    stores = [store_of(database, clock) for _ in range(2)]
    async with (
        Groat.open(database.url, store=stores[0], batch_max=3) as one,
        Groat.open(database.url, store=stores[1], batch_max=3) as other,
    ):
        await one.add_asset("USD", 2)
        nodes = [Workflow(groat, KINDS) for groat in (one, other)]
        first, second = [await running(nodes[0], key, budget="50") for key in ("c", "d")]
        users = [str(number) for number in range(20)]
        answers = await asyncio.gather(
            # Everybody tries twice, at both nodes at once, and both campaigns are redeemed in both orders.
            *(redeem(nodes[n % 2], first, user, f"r/{user}/{n}") for user in users for n in range(2)),
            *(
                redeem(nodes[n % 2], second, user, f"s/{user}/{n}")
                for user in reversed(users)
                for n in range(2)
            ),
        )
        verdicts = Counter(map(said, answers))
        assert verdicts["redeemed"] == 20
        assert verdicts["voucher_spent"] + verdicts["voucher_used"] == 60
        assert await left(database) == [0, 0]
        assert database.rows("SELECT count(*) FROM promo_use WHERE uses > 1") == [(0,)]
        report = await one.verify()
        assert report.ok, report.problems


async def test_rows_are_locked_in_the_order_of_their_ranks(database: Database, clock: Clock) -> None:
    asked: list[str] = []

    def note(query: Query) -> None:
        asked.append(query.name)

    async with Groat.open(database.url, store=store_of(database, clock, before_query=note)) as groat:
        await groat.add_asset("USD", 2)
        workflow = Workflow(groat, KINDS, open_max=5)
        campaign = await running(workflow)
        asked.clear()
        await asyncio.gather(
            groat.notify("user:9", "News", key="n"),
            *(redeem(workflow, campaign, user, user) for user in PEOPLE),
        )
    assert asked.count("begin_batch") == 1
    wanted = (
        "lock_requests", "lock_promo_budgets", "lock_promo_uses", "lock_notification_boxes", "count_open_requests"
    )  # fmt: skip
    assert tuple(name for name in asked if name in wanted) == wanted


async def test_a_refused_step_writes_no_row(groat: Groat, workflow: Workflow, database: Database) -> None:
    campaign = await running(workflow, gift="Nothing")
    before = database.rows("SELECT * FROM promo_budget"), len(await events(groat, PROMO))
    # What it files is refused, and so is all of it.
    assert said(await redeem(workflow, campaign)) == "gift_odd"
    assert (database.rows("SELECT * FROM promo_budget"), len(await events(groat, PROMO))) == before
    assert database.rows("SELECT count(*) FROM promo_use WHERE uses > 0") == [(0,)]
    assert await groat.account("user:42") is None
    assert await events(groat, "user:42") == []


async def test_a_step_reads_another_request(workflow: Workflow, database: Database) -> None:
    spring, summer = await running(workflow, "c"), await running(workflow, "d")
    redemption = seen(await redeem(workflow, spring))
    other = {"other": spring.id}
    assert said(await take(workflow, summer, "merge", "m1", other, **MARKETING)) == "wrong_state"
    await take(workflow, spring, "end", "e", **MARKETING)
    assert said(await take(workflow, summer, "merge", "m2", other, **MARKETING)) == "active"
    assert await left(database) == [0, 1500]
    for key, id in (("m3", redemption.id), ("m4", "01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f")):
        answer = await take(workflow, summer, "merge", key, {"other": id}, **MARKETING)
        assert isinstance(answer, Refusal)
        assert (answer.code, answer.fields) == ("named_not_found", {"field": "other", "request": id})


# What a step files


async def test_the_same_key_files_the_same(groat: Groat, workflow: Workflow, database: Database) -> None:
    campaign = await running(workflow)
    first, *rest = [seen(a) for a in await asyncio.gather(*(redeem(workflow, campaign) for _ in range(4)))]
    rest.append(seen(await redeem(workflow, campaign)))
    assert {again.id for again in rest} == {first.id}
    assert all(again.replayed and again.filed == first.filed for again in rest if again is not first)
    (filed,) = first.filed  # type: ignore[misc]
    # Its id and key follow from those of the step that filed it.
    assert filed.id == derived_id(first.id, 1)
    assert database.rows(f"SELECT key FROM groat_txn WHERE id = '{filed.id}'") == [(str(derive("r", 1)),)]
    assert database.rows("SELECT count(*) FROM groat_request WHERE kind = 'gift'") == [(1,)]


async def test_the_limit_of_open_requests_holds_for_what_a_step_files(
    groat: Groat, database: Database
) -> None:
    workflow = Workflow(groat, KINDS, open_max=1)
    spring, summer = await running(workflow, "c"), await running(workflow, "d")
    assert said(await redeem(workflow, spring)) == "redeemed"
    answer = await redeem(workflow, summer, key="more")
    assert (said(answer), await left(database)) == ("too_many_open", [500, 1000])
    # Of another person it says nothing.
    assert said(await redeem(workflow, summer, "7", "other")) == "redeemed"


async def test_what_one_step_files_counts_too(groat: Groat, database: Database) -> None:
    def twice(r: Any, given: Any) -> Any:
        said = FILING.step(r, given)
        return said._replace(files=said.files * 2) if isinstance(said, Step) else said

    workflow = Workflow(groat, [CAMPAIGN, changed(REDEMPTION, step=twice), GIFT], open_max=1)
    campaign = await running(workflow)
    assert said(await redeem(workflow, campaign)) == "too_many_open"
    assert database.rows("SELECT count(*) FROM groat_request WHERE kind <> 'campaign'") == [(0,)]


async def test_nobody_decides_on_a_gift_that_they_caused(workflow: Workflow) -> None:
    campaign = await running(workflow)
    redemption = seen(await redeem(workflow, campaign))
    (filed,) = redemption.filed  # type: ignore[misc]
    gift = await workflow.find("gift", filed.id)
    assert gift is not None
    assert said(await take(workflow, gift, "send", "s", by="user:42", roles=["admin"])) == "own_request"
    assert said(await take(workflow, gift, "send", "t", **ADMIN)) == "sent"


# Many are told


async def test_many_are_told_and_the_rest_in_a_room(groat: Groat, workflow: Workflow) -> None:
    campaign = await running(workflow)
    people = tuple(f"p{number}" for number in range(100))
    seen(await take(workflow, campaign, "announce", "n", {"people": people}, **MARKETING))
    assert [len(await events(groat, f"user:{user}")) for user in people] == [1] * 100
    assert await events(groat, "role:all") == []
    more = (*people, "one", "more", "more")
    seen(await take(workflow, campaign, "announce", "m", {"people": more}, **MARKETING))
    assert [len(await events(groat, f"user:{user}")) for user in (*people, "one", "more")] == [2] * 100 + [
        0,
        0,
    ]
    (room,) = await events(groat, "role:all")
    assert room["notification"]["title"] == "A voucher for you"
    (*_, before, last) = await events(groat, "role:marketing")
    assert ["untold" in event["data"]["items"][0] for event in (before, last)] == [False, True]
    assert last["data"]["items"][0]["untold"] == 2


# Walked


def prepare_for(kind: str) -> Prepare:
    """What the example of a kind needs: a campaign that runs, a redemption of the walker's."""
    numbers = count(1)

    async def prepare(_: Any, workflow: Workflow) -> dict[str, Any]:
        key = f"{kind}/{next(numbers)}"
        if kind == "campaign":
            return {}
        campaign = await running(workflow, key)
        if kind == "redemption":
            return {"campaign": campaign.id}
        return {"redemption": seen(await redeem(workflow, campaign, USER, f"{key}/r")).id}

    return prepare


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_walk(groat: Groat, kind: Kind[Any]) -> None:
    others = tuple(other for other in KINDS if other is not kind)
    ended = await running(Workflow(groat, KINDS), "ended", owner=f"house:{USER}")
    await take(Workflow(groat, KINDS), ended, "end", "end/ended", **MARKETING)
    inputs = {"merge": lambda _: {"other": ended.id}}
    walked = await walk(groat, kind, prepare_for(kind.name), inputs, kinds=others)
    assert {name for _, name, _ in walked.taken} >= kind.transitions.keys() - {"correct", "drop_correction"}


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"reads": (*FILING.reads, Rows(OTHER, lambda r, _: ()))}, "declared and never done.*promo_other"),
        (
            {"writes": (BUDGET, USE, OTHER), "reads": (*FILING.reads, Rows(OTHER, lambda *_: ("x",)))},
            "promo_other",
        ),
        ({"files": ("gift", "campaign")}, "declared and never done.*campaign"),
    ],
    ids=["reads", "writes", "files"],
)
async def test_a_walk_finds_what_is_declared_and_never_done(
    groat: Groat, more: dict[str, Any], problem: str
) -> None:
    kind = changed(REDEMPTION, **more)
    campaign = (
        CAMPAIGN if "campaign" not in more.get("files", ()) else changed(CAMPAIGN, by=("admin", "system"))
    )
    with pytest.raises(AssertionError, match=problem):
        await walk(groat, kind, prepare_for("redemption"), kinds=(campaign, GIFT))


def changed(kind: Kind[Any], **filing: Any) -> Kind[Any]:
    """The kind with another way to file it."""
    other = copy(kind)
    other.transitions = kind.transitions | {"file": kind.transitions["file"]._replace(**filing)}
    return other


# What does not fit together


@pytest.mark.parametrize(
    ("kinds", "problem"),
    [
        ((CAMPAIGN, REDEMPTION), "there are no kinds .*gift"),
        ((REDEMPTION, GIFT), "there are no kinds .*campaign"),
        (
            (CAMPAIGN, REDEMPTION, changed(GIFT, files=("redemption",))),
            "goes round in a circle: redemption > gift",
        ),
        ((CAMPAIGN, REDEMPTION, changed(GIFT, by=("owner",))), "files gift, which system may not file"),
        ((CAMPAIGN, REDEMPTION, changed(GIFT, reads=(Rows(USE, lambda *_: ()),))), "of no higher rank"),
    ],
    ids=["files", "parent", "circle", "by", "rank"],
)
async def test_kinds_that_do_not_fit_together(
    groat: Groat, kinds: tuple[Kind[Any], ...], problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        Workflow(groat, kinds)


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"owners": ()}, "is no owner"),
        ({"owners": ("role:*",)}, "'role:\\*' is no owner"),
        ({"owners": ("house",)}, "is no owner"),
        ({"parent": Parent("elsewhere", ("campaign",))}, "no field elsewhere for the parent"),
        ({"reads": (Named("elsewhere", ("campaign",)),)}, "no field elsewhere that names a request"),
        ({"reads": (Rows(USE, lambda *_: ()), Rows(BUDGET, lambda *_: ()))}, "each a higher one"),
        ({"reads": (Rows(BUDGET._replace(rank=0), lambda *_: ()),)}, "ranks from 1 to 7"),
        ({"reads": (Rows(BUDGET._replace(rank=8), lambda *_: ()),)}, "ranks from 1 to 7"),
        ({"writes": (BUDGET,)}, "it writes what it does not read"),
    ],
    ids=["no owner", "role", "house", "parent", "named", "order", "low", "high", "writes"],
)
def test_what_a_declaration_gets_wrong(more: dict[str, Any], problem: str) -> None:
    filing = Transition("file", "File", (), ("open",), ("owner",), lambda *_: Step())
    known = {name: more.pop(name) for name in ("reads", "writes") if name in more}
    with pytest.raises(ValueError, match=problem):
        Kind(
            "odd", title="Odd", description="", data=Gift, states=(State("open", "Open"),),
            transitions=(filing._replace(**known),), example={}, **more,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (Step(writes=(Write(BUDGET, "another", ("another", 1)),)), "which it does not read"),
        (Step(writes=(Write(OTHER, "x", ("x", 1)),)), "which it does not read"),
        (Step(files=(File("campaign", Gift("", "")),)), "may not file this"),
        (Step(files=(File("gift", Redemption("")),)), "may not file this"),
        (Step(files=(File("gift", Gift("", "Mug"), PROMO),)), "may not file this for house:promo"),
        (
            Step(files=(File("gift", Gift("01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f", "Mug")),)),
            "which it does not read",
        ),
        (Step(files=(File("gift", Gift("", "Mug")),) * 21), "files more than 20 requests"),
    ],
    ids=["row", "table", "kind", "form", "owner", "parent", "many"],
)
async def test_what_a_step_may_not_say(groat: Groat, database: Database, said: Step, problem: str) -> None:
    given = said._replace(data=Redemption("", "5"))
    workflow = Workflow(groat, [CAMPAIGN, changed(REDEMPTION, step=lambda *_: given), GIFT])
    campaign = await running(workflow)
    with pytest.raises(StoreError, match=problem):
        await redeem(workflow, campaign)
    assert database.rows("SELECT count(*) FROM groat_request WHERE kind <> 'campaign'") == [(0,)]
    assert await left(database) == [1000]


async def test_a_fault_between_any_two_statements_leaves_all_or_nothing(
    sqlite: SqliteDatabase, clock: Clock
) -> None:
    faults: list[int] = []

    def strike(_: Query) -> None:
        if faults and faults[0] == 0:
            raise Unavailable
        if faults:
            faults[0] -= 1

    async with Groat.open(sqlite.url, store=store_of(sqlite, clock, before_query=strike)) as groat:
        await groat.add_asset("USD", 2)
        workflow = Workflow(groat, KINDS)
        campaign = await running(workflow, budget="500")
        for turn in range(40):
            faults[:] = [turn]
            try:
                answer = await redeem(workflow, campaign, f"u{turn}", f"r/{turn}")
            except StoreError:
                faults.clear()
                counts = sqlite.rows("SELECT kind, count(*) FROM groat_request GROUP BY kind ORDER BY kind")
                assert counts == (
                    [("campaign", 1), ("gift", turn), ("redemption", turn)] if turn else [("campaign", 1)]
                )
                assert await left(sqlite) == [50_000 - 500 * turn]
                answer = await redeem(workflow, campaign, f"u{turn}", f"r/{turn}")
            struck = faults != []
            faults.clear()
            assert said(answer) == "redeemed"
            if struck and turn > 12:
                break
        assert turn > 12, "no fault fell between the statements of a batch"
        report = await groat.verify()
        assert report.ok, report.problems
