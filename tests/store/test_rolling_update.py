"""A server of the version before grants goes on beside new ones; what it does not know begins once it is gone.

`tests/data/older/before_grants.tar.xz` is the ledger's part of that version, as it was.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from groat import Groat, Refused
from groat.ledger.errors import OlderNodes
from groat.ledger.lines import SetLine
from groat.store.crossings import due_crossings
from tests.helpers.databases import Database, SqliteDatabase
from tests.helpers.money import standing

OLDER = Path(__file__).parents[1] / "data" / "older"
OLDER_BY = "service:local"
"""The principal by whom the older node posts."""


class OlderNode:
    """A server of an older version, which posts what it is told."""

    def __init__(self, package: Path, url: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(OLDER / "node.py"), str(package), url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        # Its log is on standard output, too.
        while not (first := self._line()).startswith('"'):
            pass
        assert str(package) in first

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the older node has ended"
        return line

    def _post(self, *movement: Any) -> list[Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(movement) + "\n")
        self._process.stdin.flush()
        while not (line := self._line()).startswith("["):
            pass
        answer: list[Any] = json.loads(line)
        return answer

    async def post(self, source: str, destination: str, amount: str, key: str) -> list[Any]:
        """Post; [id, replayed], or [the code of the error, False]."""
        return await asyncio.to_thread(self._post, source, destination, amount, key)

    def end(self) -> None:
        """End as kill -9 does: nobody takes its note away."""
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def older(database: Database, tmp_path: Path) -> Iterator[OlderNode]:
    """An older server on the empty database, which it has made."""
    with tarfile.open(OLDER / "before_grants.tar.xz") as packed:
        packed.extractall(tmp_path / "older", filter="data")
    node = OlderNode(tmp_path / "older", database.url)
    yield node
    node.end()


async def test_an_older_node_beside_new_ones(older: OlderNode, database: Database) -> None:
    assert len((await older.post("house:b", "user:a", "100", "first"))[0]) == 36
    # A clock of its own for the store, as servers have.
    async with Groat.open(database.url) as new:
        # Under one key there is one verdict, whichever version it came to.
        repeated = await new.post([("house:b", "user:a", "100", "CREDIT")], key="first")
        assert repeated.replayed
        by_new = await new.post([("user:a", "house:s", "1", "CREDIT")], key="second")
        assert await older.post("user:a", "house:s", "1", "second") == [by_new.id, True]
        for call in (
            new.grant("user:a", 50, "CREDIT", key="g"),
            new.set_state("user:a", "freeze", reason="Order of a court", key="f"),
        ):
            with pytest.raises(OlderNodes):
                await call
        # Both move one account at once.
        for round_ in range(10):
            await asyncio.gather(
                older.post("user:a", "house:s", "1", f"older-{round_}"),
                new.post([("user:a", "house:s", "2", "CREDIT")], key=f"new-{round_}"),
            )
        assert (await standing(new, "user:a"))[:2] == ("69", "0")
        # It hangs for so long that it counts as gone.
        _age(database)
        await new.grant("user:a", 50, "CREDIT", key="g")
        before = await standing(new, "user:a")
        # It wakes up: what has grants it cannot move, not even what it gives, and all else it can.
        for movement in (("user:a", "house:s"), ("house:b", "user:a")):
            assert await older.post(*movement, "5", f"late-{movement[0]}") == ["command_failed", False]
        assert await standing(new, "user:a") == before
        assert len((await older.post("house:b", "user:c", "5", "other"))[0]) == 36
        # Nothing is frozen under the key, so the new version carries it out.
        await new.post([("user:a", "house:s", "5", "CREDIT")], key="late-user:a")
        assert (await standing(new, "user:a"))[0] == "114"
        report = await new.verify()
        assert report.ok, report.problems


async def test_an_older_node_passes_no_budget_and_loses_no_crossing(
    older: OlderNode, database: Database
) -> None:
    await older.post("house:b", "user:a", "100", "first")
    line = SetLine(
        principal="service:t", key="l", account="user:a", asset="CREDIT", line_kind="t", threshold=90
    )
    async with Groat.open(database.url) as new:
        # As long as it is alive, no account and no principal begins to have what it would not see.
        for begin in (
            lambda: new.set_budget("user:a", "CREDIT", 20, window="month", key="account"),
            lambda: new.set_budget("", "CREDIT", 20, of=OLDER_BY, window="month", key="across"),
            lambda: new.execute(line),
        ):
            with pytest.raises(OlderNodes):
                await begin()
        _age(database)
        budget = await new.set_budget("user:a", "CREDIT", 20, window="month", key="account")
        across = await new.set_budget("", "CREDIT", 30, of=OLDER_BY, window="month", key="across")
        await new.execute(line)

        # It wakes up, and spends as fast as it can while the others do.
        async def spends_late() -> list[list[Any]]:
            sides = [("user:a", "house:s"), ("house:b", "user:b")] * 5
            return [await older.post(*each, "20", f"late-{n}") for n, each in enumerate(sides)]

        spent = [
            new.post([("user:a", "house:s", "5", "CREDIT")], key=f"new-{n}", principal="service:new")
            for n in range(8)
        ]
        codes, found = await asyncio.gather(spends_late(), asyncio.gather(*spent, return_exceptions=True))
        assert codes == [["command_failed", False]] * 10
        assert [getattr(each, "code", "") for each in found].count("budget_exceeded") == 4
        used = [(await new.budget(each.id)).used for each in (budget, across)]  # type: ignore[union-attr]
        assert used == ["20", "0"]
        (crossing,) = await new.read(due_crossings, "t", 10)
        assert (crossing.direction, crossing.available) == ("down", 85)
        # Its refusal stands under no key, and the new version decides it.
        with pytest.raises(Refused, match="budget_exceeded"):
            await new.post([("user:a", "house:s", "20", "CREDIT")], key="late-0", principal=OLDER_BY)
        await new.post([("house:b", "user:b", "20", "CREDIT")], key="late-1", principal=OLDER_BY)
        report = await new.verify()
        assert report.ok, report.problems


def _age(database: Database) -> None:
    sql = "UPDATE groat_node SET seen_at = seen_at - 91000000 RETURNING 1"
    if isinstance(database, SqliteDatabase):
        with database.raw() as connection:
            assert connection.execute(sql).fetchall() == [(1,)]
    else:
        assert database.rows(sql) == [(1,)]
