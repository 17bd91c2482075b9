"""The outbox of any program: at least once, in the order of each target, again after a failure, replayed by staff."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from itertools import pairwise
from typing import Any, ClassVar

import pytest

from groat import Groat
from groat.engine.ids import new_id
from groat.ledger.book import Book
from groat.ledger.commands import Command, Effect
from groat.ledger.errors import Refusal
from groat.programs.notifications.letters import take_over
from groat.programs.outbox import Channel, Entry, EntryOutcome, Undeliverable, each, flows, put
from groat.programs.outbox.sender import Outbox, Sender
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.live.waiting import until

SEED = 20261130


class Announce(Command, kw_only=True):
    """Says something to somebody outside."""

    kind: ClassVar[str] = "announcement"
    to: str
    text: str

    def target(self) -> Any:
        """Cover both."""
        return (self.to, self.text)

    def decide(self, book: Book) -> Effect | Refusal:
        """Put it into the outbox, or refuse and put nothing there."""
        made = self.record(book, [])
        put(book, made.id, "letters", self.to, {"text": self.text})
        if self.text == "refused":
            return Refusal("insufficient_funds", "No.")
        return Effect([made])


class Outside:
    """The receivers: what reached each, in order, and who takes nothing now."""

    def __init__(self) -> None:
        self.heard: dict[str, list[str]] = defaultdict(list)
        self.ids: list[str] = []
        self.away: set[str] = set()
        self.gone: set[str] = set()
        self.dice = random.Random(SEED)

    async def deliver(self, services: Any, entry: Entry) -> None:
        """Take one, or fail."""
        if entry.target in self.gone:
            raise Undeliverable("410 gone")
        for _ in range(self.dice.randrange(3)):
            await asyncio.sleep(0)
        if entry.target in self.away:
            raise TimeoutError("no answer")
        self.ids.append(entry.id)
        self.heard[entry.target].append(entry.body["text"])


@pytest.fixture
def outside() -> Outside:
    print("seed:", SEED)
    return Outside()


def letters(outside: Outside, **more: Any) -> Channel:
    return Channel("letters", each(outside.deliver), **more)


async def announce(groat: Groat, *said: str) -> None:
    """Say each ``"target text"`` in this order."""
    for each_ in said:
        to, _, text = each_.partition(" ")
        await groat.execute(Announce(principal="service:test", key=new_id(), to=to, text=text))


async def send_all(groat: Groat, channel: Channel) -> None:
    sender = Sender(groat, channel)
    while await sender.send_due():
        pass


def states(database: Database) -> list[tuple[Any, ...]]:
    return database.rows("SELECT target, state, attempts, note FROM groat_outbox ORDER BY number")


async def test_a_refused_command_delivers_nothing(groat: Groat, outside: Outside, database: Database) -> None:
    await announce(groat, "a refused", "a one")
    await send_all(groat, letters(outside))
    assert dict(outside.heard) == {"a": ["one"]}
    assert states(database) == [("a", "sent", 1, "")]
    assert not await Sender(groat, letters(outside)).send_due()


async def test_each_target_keeps_its_order_and_holds_up_no_other(
    groat: Groat, outside: Outside, database: Database, clock: Clock
) -> None:
    outside.away = {"a"}
    await announce(groat, "a one", "b one", "a two", "b two", "a three")
    await send_all(groat, letters(outside))
    assert dict(outside.heard) == {"b": ["one", "two"]}
    assert states(database)[0] == ("a", "waiting", 1, "TimeoutError: no answer")
    assert [attempts for to, _, attempts, _ in states(database) if to == "a"] == [1, 0, 0]
    outside.away.clear()
    # The first is not due yet, and the others wait for it.
    await send_all(groat, letters(outside))
    assert "a" not in outside.heard
    clock.advance(31)
    await send_all(groat, letters(outside))
    assert outside.heard["a"] == ["one", "two", "three"]


async def test_it_is_tried_more_and_more_rarely_and_given_up(
    groat: Groat, outside: Outside, database: Database, clock: Clock
) -> None:
    channel = letters(outside, retry_s=2, retry_s_max=8, give_up_s=40)
    outside.away = {"a"}
    await announce(groat, "a one", "a two")
    tried, second = [], 0
    while states(database)[0][1] == "waiting":
        before = states(database)[0][2]
        await send_all(groat, channel)
        if states(database)[0][2] > before:
            tried.append(second)
        clock.advance(1)
        second += 1
    assert [after - before for before, after in pairwise(tried)][:5] == [2, 4, 8, 8, 8]
    assert states(database)[0][3] == "it was not delivered in time"
    assert second <= 50


async def test_what_was_given_up_is_listed_and_replayed(
    groat: Groat, outside: Outside, database: Database, clock: Clock
) -> None:
    outside.gone = {"a"}
    await announce(groat, "a one", "a two", "b one")
    await send_all(groat, letters(outside))
    failed = await groat.read(flows.page, "failed", "letters", 0, 10)
    assert [(entry.target, entry.note) for entry in failed] == [("a", "410 gone")] * 2
    assert await groat.read(flows.page, "failed", "mail", 0, 10) == []
    assert await groat.read(flows.page, "waiting", "", 0, 10) == []
    outbox = Outbox(groat)
    await outbox.measure()
    assert outbox.backlog("letters") == (0, 0.0, 2)
    # Longer than an entry is tried: it counts from now on.
    clock.advance(5 * 86_400)
    outside.gone.clear()
    for entry in failed:
        assert await groat.write(flows.replay, entry.id)
    waiting = await groat.read(flows.page, "waiting", "", 0, 1)
    assert [entry.id for entry in waiting] == [failed[0].id]
    await send_all(groat, letters(outside))
    assert outside.heard["a"] == ["one", "two"]
    # What is delivered stays so.
    assert not await groat.write(flows.replay, failed[0].id)
    assert not await groat.write(flows.replay, new_id())
    await send_all(groat, letters(outside))
    assert outside.heard["a"] == ["one", "two"]


async def test_a_waiting_entry_is_tried_at_once_when_staff_say_so(
    groat: Groat, outside: Outside, database: Database
) -> None:
    outside.away = {"a"}
    await announce(groat, "a one")
    await send_all(groat, letters(outside))
    outside.away.clear()
    (entry,) = await groat.read(flows.page, "waiting", "letters", 0, 10)
    assert await groat.write(flows.replay, entry.id)
    await send_all(groat, letters(outside))
    assert (outside.heard["a"], states(database)) == (["one"], [("a", "sent", 1, "")])


async def test_a_node_that_died_is_replaced_after_its_lease(
    groat: Groat, outside: Outside, database: Database, clock: Clock
) -> None:
    channel = letters(outside, lease_s=60)
    await announce(groat, "a one", "a two")
    (entry,) = await groat.write(flows.claim, channel, "a node that dies now")
    assert entry.body == {"text": "one"}
    # Nobody else delivers it meanwhile, nor what comes behind it, and nobody replays it.
    await send_all(groat, channel)
    assert not await groat.write(flows.replay, entry.id)
    assert dict(outside.heard) == {}
    clock.advance(61)
    await send_all(groat, channel)
    assert outside.heard["a"] == ["one", "two"]
    # The dead one, back again, has no say any more.
    await groat.write(flows.settle, channel, [EntryOutcome(entry, "failed")])
    assert [state for _, state, *_ in states(database)] == ["sent", "sent"]


async def test_two_nodes_deliver_each_entry_once_and_in_order(
    groat: Groat, outside: Outside, database: Database, clock: Clock
) -> None:
    store = database.store(clock, extensions=Groat.standing)
    async with Groat.open(database.url, store=store) as other:
        channel = letters(outside, claim_max=3)
        senders = [Sender(node, channel, poll_s=0.01).running() for node in (groat, other)]
        async with senders[0], senders[1]:
            for number in range(12):
                await asyncio.gather(*(announce(groat, f"{to} {number}") for to in "abcde"))
            await until(lambda: len(outside.ids) >= 60)
    assert dict(outside.heard) == {to: [str(number) for number in range(12)] for to in "abcde"}
    assert len(set(outside.ids)) == 60


async def test_a_fault_of_the_channel_ends_nothing(groat: Groat, database: Database, clock: Clock) -> None:
    async def broken(delivery: Any) -> Any:
        raise ZeroDivisionError

    async def silent(delivery: Any) -> Any:
        return []

    await announce(groat, "a one")
    await send_all(groat, Channel("letters", broken))
    assert states(database) == [("a", "waiting", 1, "ZeroDivisionError")]
    clock.advance(31)
    await send_all(groat, Channel("letters", silent))
    assert states(database) == [("a", "waiting", 2, "")]


async def test_a_note_is_kept_whatever_it_says(groat: Groat, database: Database) -> None:
    async def refuse(services: Any, entry: Entry) -> None:
        raise Undeliverable("\0" + "x" * 1_000)

    await announce(groat, "a one")
    await send_all(groat, Channel("letters", each(refuse)))
    assert states(database) == [("a", "failed", 1, "x" * 500)]


async def test_mail_of_an_earlier_version_is_taken_over_once(
    groat: Groat, outside: Outside, database: Database, clock: Clock
) -> None:
    old, now = {name: new_id() for name in ("due", "room", "claimed", "sent")}, clock()
    rows = {
        "due": ("user:a", now, "", "", "waiting"),
        "room": ("role:partner", now - 1, "", "user:m", "waiting"),
        "claimed": ("user:b", now + 300_000_000, "a node", "", "waiting"),
        "sent": ("user:c", "NULL", "", "", "sent"),
    }
    for name, (stream, due_at, claim, reached, state) in rows.items():
        columns = "id, notification, stream, at, due_at, attempts, claim, reached, state"
        values = f"'{old[name]}', '{new_id()}', '{stream}', {now - 5}, {due_at}, 1, '{claim}', '{reached}', '{state}'"
        database.rows(f"INSERT INTO groat_notification_mail ({columns}) VALUES ({values}) RETURNING 1")
    while await groat.write(take_over):
        pass
    moved = database.rows("SELECT target, at, reached FROM groat_outbox ORDER BY number")
    assert sorted(moved) == [("role:partner", now - 5, "user:m"), ("user:a", now - 5, "")]
    # The node of before sends what it has claimed. If it dies, this one takes over.
    clock.advance(301)
    while await groat.write(take_over):
        pass
    assert database.rows("SELECT count(*) FROM groat_outbox") == [(3,)]
    left = dict(database.rows("SELECT stream, state FROM groat_notification_mail"))
    assert left == {"user:a": "moved", "user:b": "moved", "role:partner": "moved", "user:c": "sent"}
