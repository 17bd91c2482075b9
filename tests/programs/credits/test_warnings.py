"""Warnings ahead: one for each grant and line, whatever dies, whoever else warns."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from groat import Groat
from groat.ledger.amounts import Asset
from groat.ledger.errors import StoreError
from groat.programs.credits import CREDITS
from groat.programs.credits.jobs import LEASE_US, CreditsWork
from groat.programs.credits.own_settings import CreditsSettings
from groat.programs.credits.warnings import EndingGrant, Warnings, forget_warnings, notice_of
from groat.programs.notifications.flows import read_page
from groat.store.flow import Query
from tests.helpers.clock import START, Clock
from tests.helpers.databases import Database
from tests.programs.credits.granting import Granting

DAY_S = 86_400


async def told(groat: Groat, user: str = "42") -> list[str]:
    """The titles of a person's notifications, the first one first."""
    page = await groat.read(read_page, f"user:{user}", [])
    return [item.title for item in reversed(page.items)]


async def test_each_line_is_warned_of_once(groat: Groat, clock: Clock, grant: Granting) -> None:
    id = await grant("user:42", "120", days=30, note="Welcome")
    job = Warnings(groat, (1, 7))
    await job.round()
    clock.advance(22.9 * DAY_S)
    await job.round()
    assert await told(groat) == []
    clock.advance(0.2 * DAY_S)
    for _ in range(3):
        await job.round()
    # From the first of January on thirty days.
    assert await told(groat) == ["120 credits expire on 31 January"]
    clock.advance(6 * DAY_S)
    await asyncio.gather(*(Warnings(groat, (7, 1)).round() for _ in range(3)))
    assert await told(groat) == ["120 credits expire on 31 January"] * 2
    (event, _) = [msgspec.json.decode(e.data) for e in await groat.streams.read("user:42", 0)][-2:]
    notice: dict[str, Any] = event["notification"]
    assert (notice["category"], notice["subject"]) == ("credits", {"kind": "grant", "id": id})
    assert (notice["level"], notice["thread"]) == ("warning", f"grant:{id}")
    assert notice["body"] == (
        "Spend what you have left (Welcome) before 12:00 UTC on 31 January 2026. It is lost then."
    )


async def test_after_downtime_the_nearest_line_alone_is_told(
    groat: Groat, clock: Clock, grant: Granting
) -> None:
    await grant("user:42", "120", days=30)
    clock.advance(29.5 * DAY_S)
    await Warnings(groat, (7, 3, 1)).round()
    await Warnings(groat, (7, 3, 1)).round()
    assert len(await told(groat)) == 1


async def test_a_grant_shorter_than_a_line_never_crosses_it(
    groat: Groat, clock: Clock, grant: Granting
) -> None:
    await grant("user:42", "5", days=3)
    await Warnings(groat, (7, 1)).round()
    assert await told(groat) == []
    clock.advance(2.5 * DAY_S)
    await Warnings(groat, (7, 1)).round()
    assert await told(groat) == ["5 credits expire on 4 January"]


async def test_what_never_ends_is_over_or_belongs_to_the_house_is_not_warned_of(
    groat: Groat, clock: Clock, grant: Granting
) -> None:
    await grant("user:42", "5")
    await grant("house:lounge", "5", days=12)
    await grant("user:42", "5", days=10)
    clock.advance(11 * DAY_S)
    await Warnings(groat, (7, 1)).round()
    assert await told(groat) == []


async def test_many_are_warned_page_by_page(
    groat: Groat, clock: Clock, grant: Granting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groat.programs.credits.warnings.PAGE", 2)
    for n in range(5):
        await grant(f"user:{n}", "1", days=10, note=f"No. {n}")
    clock.advance(4 * DAY_S)
    job = Warnings(groat, (7,))
    await job.round()
    assert job.sent == 5
    assert [await told(groat, str(n)) for n in range(5)] == [["1 credit expires on 11 January"]] * 5


@pytest.mark.parametrize("lost", ["insert_keys", "credits_write_warnings", "commit"])
async def test_a_crash_in_the_commit_leaves_all_or_nothing(
    database: Database, clock: Clock, lost: str
) -> None:
    """The commit dies at a statement; whoever works next warns, once."""
    assert CREDITS.extension is not None
    dying = False

    def die(query: Query) -> None:
        if dying and query.name == lost:
            raise ConnectionError(f"died at {lost}")

    extensions = (*Groat.standing, CREDITS.extension)
    store = database.store(clock, before_query=die, extensions=extensions)
    async with Groat.open(database.url, store=store, programs=[CREDITS]) as groat:
        await groat.add_asset("CREDIT", 0)
        await Granting(groat)("user:42", "9", days=10)
        clock.advance(4 * DAY_S)
        dying = True
        with pytest.raises(StoreError):
            await Warnings(groat, (7,)).round()
        dying = False
        assert await told(groat) == []
        await Warnings(groat, (7,)).round()
        await Warnings(groat, (7,)).round()
        assert await told(groat) == ["9 credits expire on 11 January"]


async def test_one_node_at_a_time_warns(groat: Groat, clock: Clock, grant: Granting) -> None:
    first, second = (CreditsWork(groat, CreditsSettings()) for _ in range(2))
    assert (await first.round(), await second.round()) == (True, False)
    clock.advance(LEASE_US / 1e6 + 1)
    assert (await second.round(), await first.round()) == (True, False)


async def test_notes_of_warnings_are_forgotten_with_their_grants(
    groat: Groat, clock: Clock, grant: Granting, database: Database
) -> None:
    await grant("user:42", "9", days=100)
    clock.advance(95 * DAY_S)
    await Warnings(groat, (7,)).round()
    assert database.rows("SELECT count(*) FROM groat_credits_warning") == [(1,)]
    clock.advance(6 * DAY_S)
    await groat.expire_due()
    await groat.write(forget_warnings, 0, 10)
    assert database.rows("SELECT count(*) FROM groat_credits_warning") == [(1,)]
    clock.advance(30 * DAY_S)
    await groat.write(forget_warnings, 0, 10)
    assert database.rows("SELECT count(*) FROM groat_credits_warning") == [(0,)]


@pytest.mark.parametrize(
    ("asset", "units", "title"),
    [
        (Asset("CREDIT", 0), 1, "1 credit expires on 1 January"),
        (Asset("CREDIT", 0), 120, "120 credits expire on 1 January"),
        (Asset("USD", 2), 100, "1.00 USD expire on 1 January"),
    ],
)
def test_the_wording(asset: Asset, units: int, title: str) -> None:
    at = int(START.timestamp()) * 1_000_000
    ending = EndingGrant("g", "user:42", asset.code, units, at, "", "", 0)
    assert notice_of(ending, {asset.code: asset}).title == title
