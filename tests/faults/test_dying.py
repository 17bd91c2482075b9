"""kill -9 before any statement of a batch with grants leaves nothing half done; the next try does all of it, once."""

from __future__ import annotations

from typing import Any

import pytest

from groat import Groat
from tests.faults.dying import dying
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.fixtures import clock, database
from tests.helpers.money import standing

__all__ = ["clock", "database"]

WRITTEN = """
SELECT (SELECT count(*) FROM groat_txn), (SELECT count(*) FROM groat_posting), (SELECT count(*) FROM groat_batch),
       (SELECT count(*) FROM groat_event), (SELECT count(*) FROM groat_key), (SELECT count(*) FROM groat_allocation),
       (SELECT count(*) FROM groat_grant), (SELECT sum(remaining * 100 + held * 10 + expired) FROM groat_grant),
       (SELECT count(*) FROM groat_hold), (SELECT count(*) FROM groat_hold_part),
       (SELECT count(*) FROM groat_account), (SELECT sum(version + credits + debits) FROM groat_account)
"""
GRANTS = """
SELECT a.path, g.note, g.remaining, g.held, g.expired, g.amount - g.remaining - g.expired - g.voided
FROM groat_grant AS g JOIN groat_account AS a ON a.id = g.account ORDER BY a.path, g.note
"""


async def begin(groat: Groat, clock: Clock) -> str:
    """Grants of which one expires, plain money, and a transaction that the bulk reverses in part."""
    await groat.add_asset("CREDIT", 0)
    for note, lasts in (("soon", 60), ("later", 600), ("never", None)):
        ends = None if lasts is None else clock.after(lasts)
        await groat.grant("user:a", 10, "CREDIT", key=note, note=note, expires_at=ends)
    await groat.post([("house:bank", "user:a", 5, "CREDIT")], key="plain")
    original = str((await groat.post([("user:a", "house:shop", 4, "CREDIT")], key="original")).id)
    clock.advance(61)
    return original


async def test_a_node_dies_before_each_statement(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("groat.engine.groat.EXPIRY_S", 3_600)
    async with Groat.open(database.url, store=database.store(clock)) as groat:
        original = await begin(groat, clock)
    before = database.rows(WRITTEN)
    died: list[str] = []
    async with dying("dying_member.py", database.url, clock) as nodes:
        while (answer := await nodes.told(len(died), original)) != "done":
            assert database.rows(WRITTEN) == before, answer
            died.append(answer)
        assert await nodes.told(-1, original) == "again"
    needed = {"lock_accounts", "insert_grants", "update_grants", "insert_allocations", "write_hold_parts"}
    assert needed | {"insert_batch", "insert_keys", "commit"} <= set(died)
    async with Groat.open(database.url, store=database.store(clock)) as groat:
        await groat.expire_due()
        assert [(await standing(groat, f"user:{who}")).balance for who in "abc"] == ["4", "0", "9"]
        rows: list[tuple[Any, ...]] = database.rows(GRANTS)
        assert rows == [
            ("user:a", "later", 0, 0, 0, 10),
            ("user:a", "never", 0, 0, 0, 10),
            # The rest of it expired, and so did the part that came back.
            ("user:a", "soon", 0, 0, 9, 1),
            ("user:b", "never", 0, 0, 0, 5),
            ("user:c", "new", 9, 0, 0, 0),
        ]
        report = await groat.verify()
        assert report.ok, report.problems
