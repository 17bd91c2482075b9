"""A spend reads only the first grants of an account, and the others when it must."""

from __future__ import annotations

from typing import ClassVar

from groat import Groat
from groat.ledger.book import Book, Move, ProgramRow, Refs, Table
from groat.ledger.commands import Command, Effect
from groat.ledger.errors import Refusal
from groat.store.flow import Query
from groat.store.grants import FRONT
from tests.helpers.clock import Clock
from tests.helpers.databases import Database, SqliteDatabase

GRANTS = 6


async def give(groat: Groat, clock: Clock) -> None:
    """Six grants of 10, of which the third is the first to expire."""
    for number in range(GRANTS):
        ends = clock.after(500 if number == 2 else 1_000 + number)
        priority = 5 if number < 2 else 9
        await groat.grant("user:a", 10, "CREDIT", key=f"g{number}", expires_at=ends, priority=priority)


async def test_more_grants_are_read_only_where_the_first_do_not_suffice(
    database: Database, clock: Clock
) -> None:
    asked: list[str] = []

    def note(query: Query) -> None:
        asked.append(query.name)

    async with Groat.open(database.url, store=database.store(clock, before_query=note)) as groat:
        await groat.add_asset("CREDIT", 0)
        await give(groat, clock)
        assert FRONT < GRANTS
        asked.clear()
        made = await groat.post([("user:a", "house:s", "13", "CREDIT")], key="few")
        assert [(g.amount, g.held) for g in made.grants or []] == [("-10", "0"), ("-3", "0")]
        assert "read_purses" not in asked
        made = await groat.post([("user:a", "house:s", "29", "CREDIT")], key="many")
        assert [g.amount for g in made.grants or []] == ["-7", "-10", "-10", "-2"]
        assert "read_purses" in asked
        found = await groat.account("user:a")
        assert found
        assert found.balances[0].expiring
        assert (found.balances[0].balance, found.balances[0].expiring.amount) == ("18", "8")
        report = await groat.verify()
        assert report.ok, report.problems


async def test_the_end_of_a_hold_reads_more_grants_only_where_it_has_taken_from_them(
    database: Database, clock: Clock
) -> None:
    asked: list[str] = []

    def note(query: Query) -> None:
        asked.append(query.name)

    async with Groat.open(database.url, store=database.store(clock, before_query=note)) as groat:
        await groat.add_asset("CREDIT", 0)
        await give(groat, clock)
        asked.clear()
        few = await groat.hold("user:a", "house:s", "4", "CREDIT", key="few")
        made = await groat.settle(str(few.id), "3", key="few/s")
        assert [(g.amount, g.held) for g in made.grants or []] == [("-3", "-3"), ("0", "-1")]
        assert "read_purses" not in asked
        many = await groat.hold("user:a", "house:s", "25", "CREDIT", key="many")
        asked.clear()
        # Of the third grant, which stands behind the first two, 8 are reserved.
        made = await groat.settle(str(many.id), "20", key="many/s")
        assert [(g.amount, g.held) for g in made.grants or []] == [
            ("-7", "-7"), ("-10", "-10"), ("-3", "-3"), ("0", "-5"),
        ]  # fmt: skip
        assert "read_purses" in asked
        made = await groat.post([("user:a", "house:s", "9", "CREDIT")], key="then")
        assert [g.amount for g in made.grants or []] == ["-7", "-2"]
        # Both grants that are put back are gone, and stand before those that are left.
        await groat.reverse(str(made.id), key="back")
        made = await groat.post([("user:a", "house:s", "30", "CREDIT")], key="last")
        assert [g.amount for g in made.grants or []] == ["-7", "-10", "-10", "-3"]
        report = await groat.verify()
        assert report.ok, report.problems


async def test_what_expires_next_is_known_whichever_grants_were_read(groat: Groat, clock: Clock) -> None:
    await give(groat, clock)
    # The one that ends next is behind the first; once it is gone, the next of all is.
    told = []
    for number, amount in enumerate((3, 17, 5, 5, 3)):
        await groat.post([("user:a", "house:s", str(amount), "CREDIT")], key=f"p{number}")
        snapshot = await groat.account("user:a")
        assert snapshot
        assert snapshot.balances[0].expiring
        told.append(snapshot.balances[0].expiring.amount)
    assert told == ["10", "10", "5", "10", "7"]
    clock.advance(1_001 + GRANTS)
    assert isinstance(await _spend(groat, 1, "late"), Refusal)


async def test_sums_that_an_older_version_left_behind_are_found_anew(
    sqlite: SqliteDatabase, clock: Clock
) -> None:
    async with Groat.open(sqlite.url, store=sqlite.store(clock)) as groat:
        await groat.add_asset("CREDIT", 0)
        await give(groat, clock)
        with sqlite.raw() as connection:
            connection.execute(
                "UPDATE groat_account SET purse_version = version - 1, purse_live = 1, purse_free = 0, purse_next = 3,"
                " purse_next_at = 4 WHERE path = 'user:a'"
            )
        await groat.post([("user:a", "house:s", "1", "CREDIT")], key="p")
        assert sqlite.rows("SELECT purse_live, purse_free FROM groat_account WHERE path = 'user:a'") == [
            (6, 59)
        ]
        report = await groat.verify()
        assert report.ok, report.problems


PLACE = Table("place", lock="", write="")


class NoteAndSpend(Command, kw_only=True):
    """Write a row of a program's own, and then spend."""

    kind: ClassVar[str] = "note_and_spend"
    amount: int

    def target(self) -> int:
        return self.amount

    def needs(self, refs: Refs, book: Book) -> None:
        refs.accounts |= {("user:a", "CREDIT"), ("house:s", "CREDIT")}
        book.rows.setdefault((PLACE, "here"), ProgramRow(PLACE, "here", [0]))

    def decide(self, book: Book) -> Effect | Refusal:
        (count,) = book.row(PLACE, "here") or (0,)
        book.put(PLACE, "here", [count + 1])
        source, shop = book.accounts["user:a", "CREDIT"], book.accounts["house:s", "CREDIT"]
        legs = book.move([Move(0, source, shop, self.amount, 0)])
        if isinstance(legs, Refusal):
            return legs
        return Effect([self.record(book, legs)], extra={"count": book.row(PLACE, "here")})


async def test_a_command_that_needs_more_grants_begins_again_from_nothing(groat: Groat, clock: Clock) -> None:
    await give(groat, clock)
    done = await groat.execute(NoteAndSpend(principal="service:x", key="n", amount=45))
    assert not isinstance(done, Refusal)
    assert done.extra == {"count": [1]}


async def _spend(groat: Groat, amount: int, key: str) -> object:
    return await groat.execute(NoteAndSpend(principal="service:x", key=key, amount=amount))
