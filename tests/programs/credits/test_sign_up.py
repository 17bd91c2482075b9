"""The sign-up grant: once for each person at first sight, whoever sees them and whatever the setting says later."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from groat import Groat
from groat.identity import Identities, Identity
from groat.ledger.errors import StoreError
from groat.programs.credits import CREDITS
from groat.programs.credits.own_settings import SignUp
from groat.programs.credits.sign_up import SignUps
from groat.settings import Settings
from groat.store.flow import Query
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.money import give, standing
from tests.helpers.secrets import SECRET
from tests.live.waiting import until

SETTING = SignUp("100", lasts_days=30, note="Welcome")


def person(user: str, *roles: str) -> Identity:
    return Identity(f"user:{user}", user, frozenset(roles))


async def seen(job: SignUps, *people: Identity) -> None:
    for each in people:
        job.see(each)
    await job.give_waiting()


async def test_each_person_gets_it_once(groat: Groat) -> None:
    jobs = [SignUps(groat, SETTING) for _ in range(4)]
    await asyncio.gather(*(seen(job, *(person(str(n)) for n in range(30))) for job in jobs))
    await asyncio.gather(*(seen(job, person("0"), person("30")) for job in jobs))
    assert sum(job.given for job in jobs) == 31
    assert {(await standing(groat, f"user:{n}")).balance for n in range(31)} == {"100"}
    entry = (await groat.entries("user:0", "CREDIT"))[0]
    assert (entry.reason, entry.actor, entry.counterparty) == (
        "Sign-up credits", "system:credits", "house:promotions",
    )  # fmt: skip


async def test_another_setting_changes_nothing_that_was_given(groat: Groat) -> None:
    await seen(SignUps(groat, SETTING), person("42"))
    for changed in ({"amount": "500"}, {"lasts_days": None}, {"class_": "paid"}, {"source": "house:other"}):
        later = SignUps(groat, msgspec.structs.replace(SETTING, **changed))
        await seen(later, person("42"))
        assert later.given == 0
    assert (await standing(groat, "user:42")).balance == "100"


async def test_who_was_here_before_staff_and_services_get_none(groat: Groat, clock: Clock) -> None:
    identities = Identities(groat, Settings(secret=SECRET, jwt_secret=SECRET))
    await give(groat, "user:old", "5")
    await give(groat, "user:saver:savings", "5")
    clock.advance(10)
    job = SignUps(groat, SETTING)
    await seen(job, person("old"), person("saver"), person("ada", "admin"), person("sam", "support"))
    await seen(job, Identity("service:shop", None, frozenset()))
    assert job.given == 0
    # What comes to somebody new before they do themselves makes them no old acquaintance.
    clock.advance(10)
    await give(groat, "user:new", "5")
    await seen(job, person("new"))
    assert (await standing(groat, "user:new")).balance == "105"
    identities.close()


async def test_a_token_that_is_let_in_is_a_sight(groat: Groat) -> None:
    identities = Identities(groat, Settings(secret=SECRET, jwt_secret=SECRET))
    job = SignUps(groat, SETTING)
    async with job.watching(identities):
        tokens = [(await identities.issue_token(f"n{n}"))[0] for n in range(5)]
        await asyncio.gather(*(identities.authenticate_token(token) for token in tokens * 4))
        await until(lambda: job.given == 5, 60)
    assert (await standing(groat, "user:n3")).balance == "100"
    identities.close()


@pytest.mark.parametrize("lost", ["insert_keys", "commit"])
async def test_a_crash_leaves_it_to_the_next_one(database: Database, clock: Clock, lost: str) -> None:
    assert CREDITS.extension is not None
    dying = False

    def die(query: Query) -> None:
        if dying and query.name == lost:
            raise ConnectionError(f"died at {lost}")

    store = database.store(clock, before_query=die, extensions=(*Groat.standing, CREDITS.extension))
    async with Groat.open(database.url, store=store, programs=[CREDITS]) as groat:
        await groat.add_asset("CREDIT", 0)
        job = SignUps(groat, SETTING)
        await seen(job)
        job.see(person("42"))
        dying = True
        with pytest.raises(StoreError):
            await job.give_waiting()
        dying = False
        await job.give_waiting()
        await seen(SignUps(groat, SETTING), person("42"))
        assert (await standing(groat, "user:42")).balance == "100"


async def test_a_refusal_of_one_holds_up_nobody(groat: Groat) -> None:
    job = SignUps(groat, SETTING)
    await seen(job)
    await groat.set_limits("user:full", "CREDIT", ceiling="10", key="limits")
    await seen(job, person("full"), person("42"))
    assert (await standing(groat, "user:full")).balance == "0"
    assert (await standing(groat, "user:42")).balance == "100"
