"""Gather a statement: the lines of a period in the order of their effective dates, and the balances at both ends.

Postings are stored in the order in which they were booked, and some have an earlier effective date. So a statement is
read once, newest first, in pages, and sorted in a temporary database file, which needs little memory however long the
statement is. All pages show one moment, for whatever is booked later has higher versions.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple

from groat.ledger.amounts import Asset
from groat.store.flow import Flow, Query
from groat.store.reading import page_entries

if TYPE_CHECKING:
    from groat.engine.groat import Groat

PAGE = 1_000
# Two batches that overlap may commit in the other order than their moments, by less than their time-outs.
OVERLAP_US = 60_000_000


class TooLong(Exception):
    """The period has more lines than asked for."""


Booked = tuple[int, int, int, str, str, str, str, int]
"""A line as it was booked: (at, version, recorded_at, transaction, kind, counterparty, reason, amount)."""


class StatementLine(NamedTuple):
    """One line: ``amount`` (smallest units, below zero what left) and ``balance`` after it; times in microseconds."""

    at: int
    recorded_at: int
    transaction: str
    kind: str
    counterparty: str
    reason: str
    amount: int
    balance: int


class Bounds(NamedTuple):
    """The account at both ends of the period, in smallest units, and its last ``version`` at the time of reading."""

    version: int
    opening: int
    closing: int
    held: int


class AccountStatement:
    """A statement of ``asset`` at ``path`` from ``start`` up to, not including, ``end`` (microseconds).

    Amounts are smallest units: ``opening`` and ``closing`` balance, what came (``total_in``) and went (``total_out``)
    in how many lines, and what is reserved (``held``) at the end. Close it after use.
    """

    def __init__(self, path: str, asset: Asset, start: int, end: int, bounds: Bounds) -> None:
        self.path = path
        self.asset = asset
        self.start = start
        self.end = end
        self.opening = bounds.opening
        self.closing = bounds.closing
        self.held = bounds.held
        self.count_in = self.count_out = self.total_in = self.total_out = 0
        # The name "" makes a temporary file; only one thread at a time uses it.
        self._file = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._file.execute(
            "CREATE TABLE line (at INTEGER, version INTEGER, recorded_at INTEGER, transaction_id TEXT, kind TEXT,"
            " counterparty TEXT, reason TEXT, amount INTEGER, PRIMARY KEY (at, version)) WITHOUT ROWID"
        )

    def close(self) -> None:
        """Forget the lines."""
        self._file.close()

    def __len__(self) -> int:
        return self.count_in + self.count_out

    def take(self, rows: list[Booked]) -> None:
        """Add lines."""
        self._file.execute("BEGIN")
        self._file.executemany("INSERT INTO line VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        self._file.execute("COMMIT")
        for row in rows:
            if row[-1] > 0:
                self.count_in += 1
                self.total_in += row[-1]
            else:
                self.count_out += 1
                self.total_out -= row[-1]

    def lines(self) -> Iterator[StatementLine]:
        """The lines in the order of their effective dates, those of one moment as they were booked."""
        balance = self.opening
        with closing(
            self._file.execute(
                "SELECT at, recorded_at, transaction_id, kind, counterparty, reason, amount FROM line"
                " ORDER BY at, version"
            )
        ) as found:
            for *facts, amount in found:
                balance += amount
                yield StatementLine._make((*facts, amount, balance))


async def make_statement(
    groat: Groat, path: str, asset: Asset, start: int, end: int, lines_max: int | None = None
) -> AccountStatement | None:
    """Make the statement of a period (microseconds); None if the account is not open.

    Raises TooLong beyond ``lines_max`` lines, and StoreError.
    """
    bounds = await groat.read(read_bounds, path, asset, start, end)
    if bounds is None:
        return None
    statement = AccountStatement(path, asset, start, end, bounds)
    try:
        async for rows in read_lines(groat, path, asset, start, end, bounds, lines_max):
            await asyncio.to_thread(statement.take, rows)
    except BaseException:
        statement.close()
        raise
    return statement


async def read_lines(
    groat: Groat, path: str, asset: Asset, start: int, end: int, bounds: Bounds, lines_max: int | None = None
) -> AsyncIterator[list[Booked]]:
    """Read the lines of a period in pages, the last booked first, as :meth:`AccountStatement.take` takes them.

    Raises TooLong beyond ``lines_max`` lines, and StoreError.
    """
    before, done = bounds.version + 1, False
    count, balance = 0, bounds.opening
    while not done:
        rows = await groat.read(_read_page, path, asset, before)
        done = len(rows) < PAGE or rows[-1][12] < start - OVERLAP_US
        if rows:
            before = rows[-1][6]
        lines = [_line(row) for row in rows if _counts(row, start, end)]
        count += len(lines)
        if lines_max is not None and count > lines_max:
            raise TooLong
        balance += sum(line[-1] for line in lines)
        yield lines
    if balance != bounds.closing:
        raise RuntimeError(f"the statement of {path} in {asset.code} disagrees with the ledger")


def _counts(row: Any, start: int, end: int) -> bool:
    # A hold or a release leaves the balance as it was.
    return bool(row[2]) and start <= row[11] < end


def _line(row: Any) -> Booked:
    id, kind, delta, _, _, _, version, counterparty, reason, _, _, effective_at, recorded_at, *_ = row
    return (effective_at, version, recorded_at, id, kind, counterparty, reason, delta)


def read_bounds(path: str, asset: Asset, start: int, end: int) -> Flow[Bounds | None]:
    """Read the balances at both ends of a period (microseconds); None if the account is not open."""
    now = yield from _counters("read_account", (path,), asset)
    if now is None:
        return None
    before = yield from _counters("read_account_at", (path, start - 1), asset)
    after = yield from _counters("read_account_at", (path, end - 1), asset)
    assert before is not None
    assert after is not None
    return Bounds(now[4], before[1] - before[0], after[1] - after[0], after[2])


def _counters(name: str, args: tuple[Any, ...], asset: Asset) -> Flow[tuple[int, int, int, int, int] | None]:
    """Debits, credits, both pending counters and the version."""
    for _, _, code, _, _, *counters in (yield Query(name, args)):
        if code == asset.code:
            debits, credits, debits_pending, credits_pending, version, *_ = counters
            return debits, credits, debits_pending, credits_pending, version
    return None


def _read_page(path: str, asset: Asset, before: int) -> Flow[list[Any]]:
    return (yield from page_entries(path, asset, before, PAGE))
