"""Notifications are kept, numbered and counted, in the commit of the event that tells of them."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

import msgspec
import pytest

from groat import Groat, InvalidInput, Refusal, Refused
from groat.ledger.book import Book, Move, Refs
from groat.ledger.commands import Command, Effect
from groat.programs.notifications import Notice, need, notify
from groat.programs.notifications.errors import NotificationError
from groat.programs.notifications.flows import read_page
from groat.store.batch import Done
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.money import give, standing


async def events(groat: Groat, stream: str) -> list[dict[str, Any]]:
    return [msgspec.json.decode(event.data) for event in await groat.streams.read(stream, 0)]


async def test_a_notification_is_told_and_kept(groat: Groat) -> None:
    sent = await groat.notify(
        "user:42", "Parcel sent", body="It arrives tomorrow.", level="success", category="orders",
        thread="order-7", subject={"kind": "order", "id": "7"}, key="k",
    )  # fmt: skip
    (event,) = await events(groat, "user:42")
    assert (event["type"], event["kind"], event["transaction"]) == ("notification", "notification", sent.id)
    assert sent.positions["user:42"].endswith(":1")
    wire = {
        "id": sent.id, "level": "success", "title": "Parcel sent", "body": "It arrives tomorrow.",
        "category": "orders", "thread": "order-7", "subject": {"kind": "order", "id": "7"}, "at": event["at"],
        "read": False, "stream": "user:42", "number": 1,
    }  # fmt: skip
    assert event["notification"] == wire | {"unread": 1}
    page = await groat.read(read_page, "user:42", [])
    assert (msgspec.to_builtins(page.items), page.before, page.unread) == ([wire], None, 1)


async def test_a_repetition_notifies_once(groat: Groat) -> None:
    first = await groat.notify("user:42", "Hello", key="k")
    again = await groat.notify("user:42", "Hello", key="k")
    assert (first.replayed, again.replayed, again.id) == (False, True, first.id)
    assert len(await events(groat, "user:42")) == 1
    with pytest.raises(Refused) as refused:
        await groat.notify("user:42", "Hello again", key="k")
    assert refused.value.code == "key_reused"


async def test_unread_is_counted_without_gaps_whatever_shares_the_batch(groat: Groat) -> None:
    sent = await asyncio.gather(
        *(groat.notify(f"user:{n % 3}", f"No. {n}", key=f"k{n}") for n in range(60)),
        *(groat.post([("house:bonus", "user:0", "1", "CREDIT")], key=f"p{n}") for n in range(20)),
    )
    assert len(sent) == 80
    for user in ("user:0", "user:1", "user:2"):
        told = [event["notification"] for event in await events(groat, user) if "notification" in event]
        assert [n["number"] for n in told] == list(range(1, 21))
        assert [n["unread"] for n in told] == list(range(1, 21))
    assert (await standing(groat, "user:0")).balance == "20"


async def test_two_nodes_that_are_the_first_for_a_person_count_on(
    groat: Groat, database: Database, clock: Clock
) -> None:
    store = database.store(clock, extensions=Groat.standing)
    async with Groat.open(database.url, store=store) as other:
        for number in range(30):
            user = f"user:r{number}"
            # Their stream exists, so only the lock on the box that is not there yet keeps the nodes apart.
            await give(groat, user, "1")
            await asyncio.gather(
                *(n.notify(user, "Hello", key=f"{user} {n is groat}") for n in (groat, other))
            )
            told = [event["notification"] for event in (await events(groat, user))[1:]]
            assert [(n["number"], n["unread"]) for n in told] == [(1, 1), (2, 2)]


class Refund(Command, kw_only=True):
    """Pays, tells the payee's stream what happened, and notifies its person by the same event."""

    kind: ClassVar[str] = "refund"
    amount: int
    fails: bool = False

    def target(self) -> Any:
        return self.amount

    def needs(self, refs: Refs, book: Book) -> None:
        refs.accounts |= {("house:bonus", "CREDIT"), ("user:42", "CREDIT")}
        need(refs, "user:42")

    def decide(self, book: Book) -> Effect | Refusal:
        house, payee = book.accounts["house:bonus", "CREDIT"], book.accounts["user:42", "CREDIT"]
        legs = book.move([Move(0, house, payee, self.amount, 0)])
        assert not isinstance(legs, Refusal)
        made = self.record(book, legs)
        told = notify(book, made.id, "user:42", Notice("success", "Refunded"), {"kind": "refund", "id": "1"})
        book.tell(made.id, "user:42", "refund_updated", {"state": "paid"}, told)
        if self.fails:
            return Refusal("insufficient_funds", "Not today.")
        return Effect([made])


async def test_a_program_notifies_by_the_event_of_what_it_did(groat: Groat) -> None:
    verdict = await groat.execute(Refund(principal="service:shop", key="k", amount=5))
    assert isinstance(verdict, Done)
    (event,) = await events(groat, "user:42")
    assert (event["type"], event["data"]) == ("refund_updated", {"state": "paid"})
    assert [change["balance"] for change in event["changes"]] == ["5"]
    assert event["notification"]["title"] == "Refunded"
    assert event["notification"]["unread"] == 1


async def test_what_a_refused_command_said_was_never_said(groat: Groat, database: Database) -> None:
    answers = await asyncio.gather(
        groat.execute(Refund(principal="service:shop", key="a", amount=5, fails=True)),
        groat.execute(Refund(principal="service:shop", key="b", amount=6)),
    )
    assert [type(answer) for answer in answers] == [Refusal, Done]
    (event,) = await events(groat, "user:42")
    assert event["notification"]["number"] == 1
    assert database.rows("SELECT count(*) FROM groat_notification") == [(1,)]


@pytest.mark.parametrize(
    ("to", "wrong", "code"),
    [
        ("user:42", {"level": "fatal"}, "invalid_notice"),
        ("user:42", {"title": ""}, "invalid_notice"),
        ("user:42", {"title": "x" * 201}, "invalid_notice"),
        ("user:42", {"body": "x" * 2_001}, "invalid_notice"),
        ("user:42", {"category": "With Spaces"}, "invalid_notice"),
        ("user:42", {"thread": "with spaces"}, "invalid_notice"),
        ("user:42", {"title": "nul \0"}, "invalid_text"),
        ("user:42", {"subject": {"kind": "order"}}, "invalid_notice"),
        ("user:42", {"subject": {"kind": "order", "id": ""}}, "invalid_notice"),
        ("user:42", {"subject": {"kind": "order", "id": "\0"}}, "invalid_text"),
        ("user:42:more", {}, "invalid_audience"),
        ("house:bonus", {}, "invalid_audience"),
        ("user:not one", {}, "invalid_stream"),
    ],
)  # fmt: skip
async def test_what_is_no_notification_is_not_taken(
    groat: Groat, to: str, wrong: dict[str, Any], code: str
) -> None:
    said = {"title": "Hello", **wrong}
    with pytest.raises((NotificationError, InvalidInput)) as error:
        await groat.notify(to, said.pop("title"), key="k", **said)
    assert error.value.code == code
    assert (await groat.notify("user:42", "Hello", key="k")).replayed is False
