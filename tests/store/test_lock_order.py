"""The lock order is a table: batches keep it, and every statement that locks rows stands in it."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import groat.store
from groat import Groat
from groat.ledger.accounts import Policy
from groat.ledger.book import Book, Refs, Table
from groat.ledger.clock import TIME
from groat.ledger.commands import Command, Hold
from groat.store.batch import Done
from groat.store.flow import Query
from groat.store.locking import LOCK_ORDER, Locker
from groat.store.statements import load_statements
from tests.engine.vouchers import TABLE, VOUCHERS, Issue, Redeem
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.money import give, new_key

SQL = Path(groat.store.__file__).parent / "sql" / "postgres"
# Rows that no batch locks: they are locked alone, or behind a lock on the whole task.
ALONE = {"lock_archive", "take_later"}


def places(asked: list[str]) -> list[int]:
    """The steps of the lock order that these statements are, one after the other."""
    of_programs = {TABLE.lock: 0}
    steps = {s.statement: n for n, s in enumerate(LOCK_ORDER)} | {
        s.free: n for n, s in enumerate(LOCK_ORDER) if s.free
    }
    return [step for name in asked if (step := of_programs.get(name, steps.get(name))) is not None]


async def test_a_batch_locks_in_the_order_of_the_table(database: Database, clock: Clock) -> None:
    asked: list[str] = []

    def note(query: Query) -> None:
        asked.append(query.name)

    store = database.store(clock, before_query=note, extensions=[VOUCHERS])
    async with Groat.open(database.url, store=store) as groat:
        await groat.add_asset("CREDIT", 0)
        await give(groat, "house:vouchers", "50")
        await give(groat, "user:a", "50")
        held = await groat.hold("user:a", "house:s", "5", "CREDIT", key="h")
        issued = await groat.execute(
            Issue(principal="service:x", key="i", voucher="v", owner="user:new", amount=5)
        )
        assert isinstance(issued, Done)
        await groat.set_budget("", "CREDIT", 50, window="day", of="service:x", key="across")
        asked.clear()
        redeem = Redeem(principal="service:x", key="r", voucher="v")
        hold = Hold(
            principal="service:x", key=new_key(), source="user:a", destination="house:other", amount=1,
            asset="CREDIT",
        )  # fmt: skip
        verdicts = await groat.execute_many([redeem, hold])
        assert all(isinstance(verdict, Done) for verdict in verdicts), verdicts
        assert asked.count("begin_batch") == 1
        # All steps but holds, which the capture locks.
        assert sorted(set(places(asked))) == [0, 1, 2, 4, 5, 6, 7]
        assert places(asked)[:4] == [0, 1, 2, 4], asked
        asked.clear()
        await groat.capture(str(held.id), key="c")
    steps = places(asked)
    assert {3, 4, 5, 7} <= set(steps)
    assert [s for s in steps if s != 5] == sorted(s for s in steps if s != 5), asked


def test_a_staged_command_is_asked_again_for_rows_that_lead_on_and_for_no_others() -> None:
    first, last = Table("first", "lock_first", ""), Table("last", "lock_last", "", rank=1, leads=False)
    seen: list[set[str]] = []

    class Asks(Command, kw_only=True):
        kind = "asks"
        staged = True

        def needs(self, refs: Refs, book: Book) -> None:
            seen.append({table.name for table, _ in book.rows})
            refs.rows.setdefault(first, set()).add("1")
            if (first, "1") in book.rows:
                refs.rows.setdefault(last, set()).add("2")

    command, book, refs = Asks(principal="service:x", key="k"), Book(0, {}), Refs()
    command.needs(refs, book)
    flow = Locker(book, refs, "", Policy(), True).lock_program_rows([command])
    asked = [next(flow)]
    with suppress(StopIteration):
        while True:
            asked.append(flow.send([]))
    assert asked == [Query("lock_first", (["1"],)), Query("lock_last", (["2"],))]
    assert seen == [set(), {"first"}]


def test_every_statement_that_locks_rows_stands_in_the_table() -> None:
    locking = {
        name
        for name, statement in load_statements([SQL]).items()
        if re.search(r"\bFOR (NO KEY )?UPDATE\b", statement.sql)
    }
    ordered = {name for step in LOCK_ORDER for name in (step.statement, step.free)}
    # The row of the time is locked as rows of programs are.
    assert locking - ALONE <= ordered | {TIME.lock}
    assert {"lock_holds", "lock_accounts", "lock_streams"} <= locking


def test_only_steps_of_a_batch_that_may_pass_over_rows_name_a_statement_for_it() -> None:
    assert [step.rows for step in LOCK_ORDER if step.free] == [
        "budgets across accounts",
        "holds",
        "accounts",
        "streams",
    ]
    statements = load_statements([SQL])
    for step in LOCK_ORDER:
        if step.free:
            assert "SKIP LOCKED" in statements[step.free].sql
            assert "SKIP LOCKED" not in statements[step.statement].sql


def test_no_step_moves() -> None:
    """Nodes of earlier versions lock in this order beside newer ones, so a step may be added, but none may move."""
    known = ["rows of programs", "new accounts", "holds", "accounts", "streams", "new streams", "keys"]
    assert [step.rows for step in LOCK_ORDER if step.rows in known] == known
