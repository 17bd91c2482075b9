"""The database's record of programs: a node that lacks one does not start, and only what has no open request goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from groat import Groat
from groat.http.app import create_app
from groat.programs import Program, ProgramError, find_programs, record
from groat.programs.bank import BANK
from groat.programs.workflow import Workflow
from groat.programs.workflow.views import RequestView
from groat.settings import Settings
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.fixtures import clock, database
from tests.helpers.secrets import SECRET

__all__ = ["clock", "database"]

EMPTY = Program("empty")


@dataclass
class Node:
    """A node of some programs, started for a moment."""

    database: Database
    clock: Clock
    programs: Sequence[Program] = field(default_factory=tuple)

    async def start(self) -> None:
        async with Groat.open(
            self.database.url, store=self.database.store(self.clock, extensions=Groat.standing)
        ) as groat:
            await record.start_with(groat, self.programs, Settings())


async def test_a_node_that_lacks_a_program_does_not_start(database: Database, clock: Clock) -> None:
    await Node(database, clock).start()
    await Node(database, clock, [BANK]).start()
    await Node(database, clock, [EMPTY, BANK]).start()
    for programs, lacking in (([], "bank, empty"), ([BANK], "empty"), ([EMPTY], "bank")):
        with pytest.raises(ProgramError) as caught:
            await Node(database, clock, programs).start()
        assert caught.value.code == "program_missing"
        assert f"Nodes have run {lacking} on this database." in caught.value.detail
        assert f"groat program remove {lacking.split(',')[0]}" in caught.value.detail
    await Node(database, clock, [BANK, EMPTY]).start()


async def test_the_server_checks_and_records(database: Database) -> None:
    def settings(*programs: str) -> Settings:
        return Settings(database=database.url, secret=SECRET, jwt_secret=SECRET, programs=programs)

    async with create_app(settings("bank")).running():
        pass
    with pytest.raises(ProgramError):
        async with create_app(settings()).running():
            raise AssertionError("it serves")


async def test_a_program_with_open_requests_stays(database: Database, clock: Clock) -> None:
    await Node(database, clock, [BANK, EMPTY]).start()
    async with Groat.open(database.url, store=database.store(clock, extensions=Groat.standing)) as groat:
        await groat.add_asset("USD", 2)
        await groat.post([("house:x", "user:42", "20", "USD")], key="1")
        workflow = Workflow(groat, BANK.kinds)
        data = {"amount": "1.50", "asset": "USD", "external": "DE89370400440532013000", "name": "Ada"}
        filed = await workflow.file("transfer", data, user="42", key="2")
        assert isinstance(filed, RequestView)
        with pytest.raises(ProgramError) as caught:
            await record.remove(groat, "bank")
        assert caught.value.code == "program_in_use"
        assert "1 transfer" in caught.value.detail
        (bank, empty) = await record.list_programs(groat)
        assert (bank.name, bank.open, empty) == ("bank", {"transfer": 1}, record.Recorded("empty", (), {}))
        assert set(bank.kinds) == {kind.name for kind in BANK.kinds}
        await workflow.take("transfer", filed.id, "cancel", {}, by="user:42", key="3")
        await record.remove(groat, "bank")
        assert [program.name for program in await record.list_programs(groat)] == ["empty"]
    await Node(database, clock, [EMPTY]).start()


async def test_an_older_versions_kinds_are_not_forgotten(database: Database, clock: Clock) -> None:
    (bank,) = find_programs(["bank"])
    await Node(database, clock, [bank]).start()
    await Node(database, clock, [Program("bank", kinds=bank.kinds[:1])]).start()
    async with Groat.open(database.url, store=database.store(clock, extensions=Groat.standing)) as groat:
        (found,) = await record.list_programs(groat)
        assert set(found.kinds) == {kind.name for kind in bank.kinds}


async def test_only_what_is_there_is_removed(database: Database, clock: Clock) -> None:
    await Node(database, clock, [EMPTY]).start()
    async with Groat.open(database.url, store=database.store(clock, extensions=Groat.standing)) as groat:
        with pytest.raises(ProgramError) as caught:
            await record.remove(groat, "shop")
        assert (caught.value.code, "it has empty" in caught.value.detail) == ("program_not_recorded", True)


async def test_a_start_that_brings_nothing_new_writes_nothing(database: Database, clock: Clock) -> None:
    await Node(database, clock, [BANK]).start()
    before = database.rows("SELECT * FROM groat_program")
    clock.advance(60)
    written: list[str] = []
    store = database.store(clock, lambda query: written.append(query.name), Groat.standing)
    async with Groat.open(database.url, store=store) as groat:
        written.clear()
        await record.start_with(groat, [BANK], Settings())
        assert "record_program" not in written
        await record.start_with(groat, [BANK, EMPTY], Settings())
        assert "record_program" in written
    assert database.rows("SELECT * FROM groat_program WHERE name = 'bank'") == before
