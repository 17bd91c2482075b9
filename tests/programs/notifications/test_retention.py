"""Old notifications go: what is left counts, lists and verifies as before, on both stores."""

from __future__ import annotations

import asyncio
from pathlib import Path
from shutil import copy

import pytest

from groat import Groat
from groat.engine import groat as engine
from groat.engine.ids import new_id
from groat.programs.notifications import NOTIFICATIONS, flows, retention
from groat.programs.notifications.commands import MarkRead, Read
from tests.helpers.clock import Clock
from tests.helpers.databases import Database

DAY = 86_400
ME = "user:42"
YEAR_US = 365 * DAY * 1_000_000


async def told(groat: Groat, clock: Clock, days: int, to: str = ME, start: int = 1) -> None:
    """A notification a day; the clock stands a day behind the last one."""
    for day in range(start, start + days):
        await groat.notify(to, f"Day {day}", key=new_id(), thread="t")
        clock.advance(DAY)


async def marked(groat: Groat, reader: str, *reads: Read) -> None:
    command = MarkRead(principal=reader, key=new_id(), reader=reader, wish=(), reads=reads)
    await groat.execute(command)


async def listed(groat: Groat, *rooms: str, limit: int = 50, unread: bool = False) -> list[list[str]]:
    """The titles of all pages, and that they agree on how many are unread."""
    pages: list[list[str]] = []
    before: dict[str, int] | None = None
    while True:
        page = await groat.read(flows.read_page, ME, rooms, before, limit, unread)
        pages.append([item.title for item in page.items])
        before = page.before
        if before is None:
            return pages


async def unread(groat: Groat, *rooms: str) -> int:
    return (await groat.read(flows.read_page, ME, rooms)).unread


def titles(first: int, last: int) -> list[str]:
    """The titles of these days, the latest first."""
    return [f"Day {day}" for day in range(last, first - 1, -1)]


def numbers(database: Database, stream: str = ME) -> list[int]:
    rows = database.rows(f"SELECT number FROM groat_notification WHERE stream = '{stream}' ORDER BY number")
    return [number for (number,) in rows]


def box(database: Database, stream: str = ME) -> tuple[int, int, int]:
    """How many there were of a stream, up to which number they have gone, up to which its person has read them."""
    ((total, gone, upto),) = database.rows(
        f"""SELECT b.total, coalesce(g.gone, 0), b.upto
        FROM groat_notification_box AS b LEFT JOIN groat_notification_gone AS g ON g.stream = b.stream
        WHERE b.stream = '{stream}'"""
    )
    return total, gone, upto


async def test_what_is_old_goes_and_counts_as_read(groat: Groat, database: Database, clock: Clock) -> None:
    await told(groat, clock, 20)
    await marked(groat, ME, Read(ME, 2, (4, 9, 15)))
    assert await unread(groat) == 15
    clock.advance(354 * DAY)
    await groat.prune()
    # Told 374 to 366 days ago were the first nine; the tenth was so 365 days ago, which is not longer.
    assert numbers(database) == list(range(10, 21))
    assert box(database) == (20, 9, 9)
    assert await unread(groat) == 10
    assert await listed(groat) == [titles(10, 20)]
    assert await listed(groat, unread=True) == [[*titles(16, 20), *titles(10, 14)]]
    standing = (await groat.read(flows.read_standings, ME, []))[ME]
    assert (standing.total, standing.unread, standing.mark) == (20, 10, (9, ((15, 15),)))
    said = (await groat.read(flows.snapshot, [ME]))[ME]["notifications"]
    assert (said["total"], said["unread"]) == (20, 10)
    assert said["marks"] == {ME: {"upto": 9, "spans": ((15, 15),)}}
    assert [item.number for item in said["items"]] == list(range(20, 9, -1))
    # Numbers go on, and again nothing is old.
    await groat.notify(ME, "Day 21", key="more")
    await groat.prune()
    assert box(database) == (21, 9, 9)
    assert await unread(groat) == 11


async def test_all_may_go(groat: Groat, database: Database, clock: Clock) -> None:
    await told(groat, clock, 3)
    clock.advance(1_000 * DAY)
    await groat.prune()
    assert (numbers(database), box(database)) == ([], (3, 3, 3))
    assert (await unread(groat), await listed(groat)) == (0, [[]])
    assert (await groat.verify()).ok
    await groat.notify(ME, "Day 4", key="more")
    assert (numbers(database), await unread(groat)) == ([4], 1)


async def test_a_list_goes_on_across_the_cut(groat: Groat, clock: Clock) -> None:
    await told(groat, clock, 20)
    first = await groat.read(flows.read_page, ME, [], None, 8)
    assert first.before == {ME: 13}
    clock.advance(354 * DAY)
    await groat.prune()
    second = await groat.read(flows.read_page, ME, [], first.before, 8)
    assert ([item.title for item in second.items], second.before) == (titles(10, 12), None)
    # A reader whose place has gone is at the end.
    third = await groat.read(flows.read_page, ME, [], {ME: 5}, 8)
    assert (third.items, third.before) == ([], None)
    assert await listed(groat, limit=4) == [titles(17, 20), titles(13, 16), titles(10, 12)]


async def test_of_a_room_news_stay_and_what_says_where_they_begin(database: Database, clock: Clock) -> None:
    room = "role:all"
    store = database.store(clock, extensions=Groat.standing)
    async with Groat.open(database.url, store=store, notification_days=5) as groat:
        await told(groat, clock, 40, room)
        await told(groat, clock, 1, start=41)
        await marked(groat, ME, Read(room, 0, (3, 20)))
        before = await unread(groat, room)
        await groat.prune()
        # Told longer ago than 30 days were the first eleven.
        assert numbers(database, room) == list(range(11, 41))
        assert box(database, room) == (40, 10, 0)
        # News are those behind the twelfth, but for the one that was read, and there is one's own.
        assert await unread(groat, room) == before == 28 - 1 + 1
        assert await listed(groat, room) == [titles(11, 41)]
        clock.advance(100 * DAY)
        await groat.prune()
        assert numbers(database, room) == [40]
        assert await unread(groat, room) == 0
        # Somebody new does not begin with what has gone.
        await groat.notify("all", "News", key="news")
        assert await unread(groat, room) == 1
        # To read all up to the latest is still that.
        reads = await groat.read(flows.resolve, ME, [room], [], "", await self_id(groat, room))
        await marked(groat, ME, *reads)
        assert await unread(groat, room) == 0
        assert (await groat.verify()).ok


async def self_id(groat: Groat, room: str) -> str:
    """The id of the latest notification."""
    return (await groat.read(flows.read_page, ME, [room], None, 1)).items[0].id


async def test_no_more_than_so_many_go_at_a_time(
    groat: Groat, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = [f"user:{number}" for number in range(5)]
    for user in users:
        await told(groat, clock, 3, user)
    clock.advance(1_000 * DAY)
    monkeypatch.setattr(retention, "BOXES_MAX", 2)
    assert await groat.write(retention.forget_notifications, YEAR_US, 4)
    # Two streams with two each, those with the oldest first.
    assert [box(database, user)[1] for user in users] == [2, 2, 0, 0, 0]
    assert (await groat.verify()).ok
    rounds = 1
    while await groat.write(retention.forget_notifications, YEAR_US, 4):
        rounds += 1
        assert (await groat.verify()).ok
    assert [box(database, user)[1] for user in users] == [3] * 5
    assert 4 <= rounds <= 8
    monkeypatch.setattr(engine, "PRUNE_MAX", 1)
    await told(groat, clock, 3, users[0])
    clock.advance(1_000 * DAY)
    await groat.prune()
    assert box(database, users[0]) == (6, 6, 6)


async def test_nothing_goes_when_they_are_kept_for_ever(database: Database, clock: Clock) -> None:
    store = database.store(clock, extensions=Groat.standing)
    async with Groat.open(database.url, store=store, notification_days=0) as groat:
        await told(groat, clock, 3)
        clock.advance(10_000 * DAY)
        await groat.prune()
        assert (numbers(database), box(database)) == ([1, 2, 3], (3, 0, 0))


async def test_what_is_old_waits_for_one_before_it_that_is_not(
    groat: Groat, database: Database, clock: Clock
) -> None:
    await told(groat, clock, 4)
    # As by a clock that was fast for a moment.
    fast = f"UPDATE groat_notification SET at = at + {100 * DAY * 1_000_000} WHERE number = 3"
    database.rows(f"{fast} RETURNING 1")
    clock.advance(400 * DAY)
    await groat.prune()
    assert (numbers(database), box(database)) == ([3, 4], (4, 2, 2))
    clock.advance(100 * DAY)
    await groat.prune()
    assert (numbers(database), box(database)) == ([], (4, 4, 4))


async def test_nodes_notify_read_and_forget_at_once(groat: Groat, database: Database, clock: Clock) -> None:
    users = [f"user:{number}" for number in range(6)]
    for user in users:
        await told(groat, clock, 10, user)
    clock.advance(1_000 * DAY)
    store = database.store(clock, extensions=Groat.standing)

    async def forget(node: Groat) -> None:
        # A few at a time, so that there is much between.
        while await node.write(retention.forget_notifications, YEAR_US, retention.BOXES_MAX):
            pass

    async with Groat.open(database.url, store=store, notification_days=0) as other:
        await asyncio.gather(
            forget(groat),
            forget(other),
            *(node.notify(user, "New", key=new_id()) for node in (groat, other) for user in users * 5),
            *(marked(node, user, Read(user, 0, (3, 7, 12))) for node in (groat, other) for user in users),
        )
        await forget(groat)
    for user in users:
        assert box(database, user) == (20, 10, 10)
        assert numbers(database, user) == list(range(11, 21))
        standing = (await groat.read(flows.read_standings, user, []))[user]
        assert standing.unread in (9, 10)


async def test_a_database_of_before_is_brought_up_to_date(
    database: Database, clock: Clock, tmp_path: Path
) -> None:
    for dialect in ("sqlite", "postgres"):
        (tmp_path / "before" / "sql" / dialect).mkdir(parents=True)
        steps = tmp_path / "before" / "migrations" / dialect
        steps.mkdir(parents=True)
        copy(NOTIFICATIONS.directory / "migrations" / dialect / "0001_notifications.sql", steps)
    before = NOTIFICATIONS._replace(directory=tmp_path / "before", snapshot=None, checks=(), forgets=())
    async with Groat.open(database.url, store=database.store(clock, extensions=[before])):
        database.rows(
            f"INSERT INTO groat_notification_box VALUES ('{ME}', 3, 0, '[[2,2]]', '', '{{}}') RETURNING 1"
        )
        for number in (1, 2, 3):
            at = clock() - (392 - 10 * number) * DAY * 1_000_000
            row = f"('{new_id()}', '{ME}', {number}, 'info', 'Day {number}', '', 'general', '', NULL, {at})"
            database.rows(f"INSERT INTO groat_notification VALUES {row} RETURNING 1")
    async with Groat.open(database.url, store=database.store(clock, extensions=Groat.standing)) as groat:
        assert (await groat.verify()).ok
        await groat.prune()
        # Told 382, 372 and 362 days ago.
        assert (numbers(database), box(database)) == ([3], (3, 2, 2))
        assert (await groat.verify()).ok


TAMPERING = {
    "the oldest is missing": f"DELETE FROM groat_notification WHERE stream = '{ME}' AND number = 4",
    "one is missing": f"DELETE FROM groat_notification WHERE stream = '{ME}' AND number = 5",
    "the latest is missing": f"DELETE FROM groat_notification WHERE stream = '{ME}' AND number = 6",
    "all are missing": "DELETE FROM groat_notification",
    "more is said to be gone": "UPDATE groat_notification_gone SET gone = gone + 1",
    "less is said to be gone": "UPDATE groat_notification_gone SET gone = gone - 1",
    "nothing is said to be gone": "DELETE FROM groat_notification_gone",
    "one has come back": f"UPDATE groat_notification SET number = 3 WHERE stream = '{ME}' AND number = 5",
    "what is gone is unread": "UPDATE groat_notification_box SET upto = 2",
}


@pytest.mark.parametrize("what", TAMPERING)
async def test_tampering_with_what_is_left_is_found(database: Database, clock: Clock, what: str) -> None:
    async with Groat.open(database.url, store=database.store(clock, extensions=Groat.standing)) as groat:
        await told(groat, clock, 3)
        clock.advance(400 * DAY)
        await told(groat, clock, 3, start=4)
        await groat.prune()
        assert box(database) == (6, 3, 3)
        assert (await groat.verify()).ok
        database.rows(f"{TAMPERING[what]} RETURNING 1")
        report = await groat.verify()
        assert {problem.check for problem in report.problems} == {"verify_notifications"}
