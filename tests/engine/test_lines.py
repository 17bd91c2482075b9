"""A command that takes an account over one of its lines leaves a crossing in its commit, and does nothing else."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from groat import Groat, Refusal, StoreError
from groat.ledger.book import Book
from groat.ledger.bulks import Bulk
from groat.ledger.commands import Command, Post, Posting
from groat.ledger.crossings import cross
from groat.ledger.errors import OlderNodes
from groat.ledger.lines import SetLine
from groat.programs.crossings import Crossings
from groat.store.crossings import CrossingRow, due_crossings
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.money import new_key

KIND = "test.low"

# The step, and what it crossed: the way, the line, and what was available after it. user:a begins with 100.
TABLE = """
post  user:a > house:s  49   -
post  user:a > house:s  1    -
post  user:a > house:s  1    down 50 to 49
post  house:b > user:a  1    up 50 to 50
post  user:a > house:s  40   down 20 to 10, down 50 to 10
post  user:a > house:s  11   insufficient_funds
post  house:b > user:a  40   up 20 to 50, up 50 to 50
hold  user:a > house:s  31   down 20 to 19, down 50 to 19
capture                 31   -
post  house:b > user:a  1    up 20 to 20
hold  user:a > house:s  5    down 20 to 15
release                 -    up 20 to 20
post  house:b > user:a  100  up 50 to 120
hold  user:a > house:s  110  down 20 to 10, down 50 to 10
expire                  -    up 20 to 120, up 50 to 120
set   user:a            30   down 50 to 30
grant house:p > user:a  30   up 50 to 60
expire                  -    down 50 to 30
set   user:a            60   up 50 to 60
bulk  user:a > house:s  55   -
"""


def line(threshold: int | None, *, ref: str = "", begins: bool = False, account: str = "user:a") -> SetLine:
    return SetLine(
        principal="service:test", key=new_key(), account=account, asset="CREDIT", line_kind=KIND,
        ref=ref or str(threshold), threshold=threshold, begins=begins,
    )  # fmt: skip


def post(source: str, destination: str, amount: int) -> Post:
    legs = (Posting(source, destination, amount, "CREDIT"),)
    return Post(principal="service:test", key=new_key(), postings=legs)


async def crossed(groat: Groat) -> list[CrossingRow]:
    return await groat.read(due_crossings, KIND, 10_000)


def shown(rows: list[CrossingRow]) -> str:
    rows = sorted(rows, key=lambda row: (row.version, row.threshold or 0))
    return ", ".join(f"{row.direction} {row.threshold} to {row.available}" for row in rows) or "-"


async def setup(groat: Groat) -> None:
    await groat.execute(post("house:b", "user:a", 100))
    for threshold in (50, 20):
        await groat.execute(line(threshold))


async def test_each_kind_of_command_leaves_what_it_crossed(groat: Groat, clock: Clock) -> None:
    await setup(groat)
    seen: set[str] = set()
    held = ""
    for row in TABLE.strip().splitlines():
        step, *sides, amount, wanted = [each for each in row.split("  ") if each]
        step, *sides = [each.strip() for each in (*step.split(" ", 1), *sides)]
        source, _, destination = sides[0].partition(" > ") if sides else ("", "", "")
        amount, wanted = amount.strip(), wanted.strip()
        refusal = ""
        match step:
            case "post":
                verdict = await groat.execute(post(source, destination, int(amount)))
                refusal = verdict.code if isinstance(verdict, Refusal) else ""
            case "hold":
                view = await groat.hold(source, destination, amount, "CREDIT", expires_in=60, key=new_key())
                held = str(view.id)
            case "capture":
                await groat.capture(held, key=new_key())
            case "release":
                await groat.release(held, key=new_key())
            case "expire":
                clock.advance(61)
                await groat.expire_due()
            case "grant":
                await groat.grant("user:a", amount, "CREDIT", lasts=timedelta(seconds=60), key=new_key())
            case "set":
                await groat.set_balance("user:a", "CREDIT", amount, key=new_key())
            case "bulk":
                # A bulk is one decision: what it crosses there and back, it does not cross.
                items = (post(source, destination, int(amount)), post(destination, source, int(amount)))
                await groat.execute(Bulk(principal="service:test", key=new_key(), items=items))
        new = [each for each in await crossed(groat) if each.id not in seen]
        seen |= {each.id for each in new}
        assert (refusal or shown(new)) == wanted, row


async def test_a_batch_leaves_what_one_command_after_the_other_does(groat: Groat) -> None:
    await setup(groat)
    steps: list[Command] = [
        post("user:a", "house:s", 60), post("user:a", "house:s", 41), post("house:b", "user:a", 20),
        line(30), post("user:a", "house:s", 45), line(None, ref="50"), post("house:b", "user:a", 90),
    ]  # fmt: skip
    verdicts = await groat.execute_many(steps)
    assert [isinstance(each, Refusal) for each in verdicts] == [False, True, *[False] * 5]
    wanted = (
        "down 50 to 40, up 50 to 60, down 20 to 15, down 30 to 15, down 50 to 15, up 20 to 105, up 30 to 105"
    )
    assert shown(await crossed(groat)) == wanted


async def test_a_line_drawn_above_the_balance_is_crossed_only_if_it_begins(groat: Groat) -> None:
    await groat.execute(post("house:b", "user:a", 10))
    await groat.execute(line(50))
    assert shown(await crossed(groat)) == "-"
    await groat.execute(line(60, begins=True))
    assert shown(await crossed(groat)) == "down 60 to 10"
    # An account that nobody opened before stands at nothing.
    await groat.execute(line(5, begins=True, account="user:new"))
    assert shown(await crossed(groat)) == "down 5 to 0, down 60 to 10"


async def test_accounts_are_marked_as_long_as_they_have_lines(groat: Groat, database: Database) -> None:
    def marks() -> list[Any]:
        return database.rows("SELECT extras FROM groat_account WHERE path = 'user:a'")

    await setup(groat)
    assert await asyncio.to_thread(marks) == [(32,)]
    await groat.execute(line(None, ref="50"))
    await groat.execute(line(None, ref="20"))
    assert await asyncio.to_thread(marks) == [(0,)]
    await groat.execute(post("user:a", "house:s", 100))
    assert shown(await crossed(groat)) == "-"


async def test_no_line_is_drawn_while_a_node_knows_none(
    groat: Groat, database: Database, clock: Clock
) -> None:
    def older() -> object:
        return database.rows(
            "INSERT INTO groat_node (name, address, seen_at, extras)"
            f" VALUES ('old', '', {clock()}, 1) RETURNING name"
        )

    await asyncio.to_thread(older)
    with pytest.raises(StoreError) as error:
        await groat.execute(line(50))
    assert isinstance(error.value, OlderNodes)
    # This node knows grants.
    await groat.grant("user:b", 5, "CREDIT", key="b")


async def test_a_program_notes_what_else_is_crossed_and_a_refusal_leaves_nothing(groat: Groat) -> None:
    class Spend(Post, kw_only=True):
        def decide(self, book: Book) -> Any:
            cross(book, KIND, "80", book.accounts["user:a", "CREDIT"], "down")
            return Post.decide(self, book)

    await groat.execute(post("house:b", "user:a", 10))
    made = [
        Spend(principal="service:test", key=new_key(), postings=post("user:a", "house:s", n).postings)
        for n in (4, 7)
    ]
    await groat.execute_many(made)
    (row,) = await crossed(groat)
    assert (row.ref, row.account, row.threshold, row.version) == ("80", "user:a", None, 1)


async def test_each_line_is_acted_on_once_for_all_its_crossings_and_again_after_a_failure(
    groat: Groat, clock: Clock
) -> None:
    acted: list[tuple[str, int]] = []
    fails = [True]

    async def act(crossing: CrossingRow) -> None:
        acted.append((crossing.ref, crossing.available))
        if fails and crossing.ref == "20":
            fails.pop()
            raise RuntimeError("not yet")

    work, other = Crossings(groat, KIND, act), Crossings(groat, KIND, act)
    await setup(groat)
    await groat.execute_many(
        [post("user:a", "house:s", 90), post("house:b", "user:a", 50), post("user:a", "house:s", 55)]
    )
    assert await work.round() == 3
    # Another node has no part in it while this one holds the lease.
    clock.advance(2)
    assert (await other.round(), acted) == (0, [("20", 5), ("50", 5)])
    assert (await work.round(), acted) == (3, [("20", 5), ("50", 5), ("20", 5)])
    assert await work.round() == 0


async def test_old_crossings_are_forgotten(groat: Groat, clock: Clock, database: Database) -> None:
    def count() -> Any:
        return database.rows("SELECT count(*) FROM groat_crossing")[0][0]

    await setup(groat)
    await groat.execute(post("user:a", "house:s", 90))
    await groat.prune()
    assert await asyncio.to_thread(count) == 2
    clock.advance(31 * 86_400)
    await groat.prune()
    assert await asyncio.to_thread(count) == 0


async def test_what_was_crossed_in_archived_months_still_agrees(groat: Groat, clock: Clock) -> None:
    await setup(groat)
    await groat.execute(post("user:a", "house:s", 90))
    clock.advance(45 * 86_400)
    await groat.archive("2026-02-01T00:00:00Z")
    await groat.execute(post("house:b", "user:a", 90))
    assert shown(await crossed(groat)) == "down 20 to 10, down 50 to 10, up 20 to 100, up 50 to 100"
    assert (await groat.verify()).ok
