"""Read the lines of accounts with their locks, write them and what was crossed, and hand crossings to who listens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

from groat.ledger.book import Book
from groat.ledger.crossings import LINES, AccountLines, Name
from groat.ledger.rows import Account
from groat.store.flow import Flow, Query

KEPT_US: Final = 30 * 86_400_000_000
"""Crossings are kept for 30 days: those that somebody acted on, and those that nobody listens to."""


class CrossingRow(NamedTuple):
    """A stored crossing, as :class:`~groat.ledger.crossings.Crossing`; ``attempts`` were made to act on it.

    Amounts are in smallest units, ``at`` is in microseconds.
    """

    id: str
    kind: str
    ref: str
    account: str
    asset: str
    version: int
    direction: str
    threshold: int | None
    available: int
    at: int
    attempts: int


def line_queries(accounts: Iterable[Account]) -> list[Query]:
    """Make the statement that reads the lines of accounts that are locked."""
    return [Query("read_lines", (sorted(account.id for account in accounts if account.extras & LINES),))]


def take_lines(book: Book, read: Sequence[Sequence[Any]]) -> None:
    """Put the lines that were read on the book."""
    by_id = {account.id: account for account in book.accounts.values() if account.extras & LINES}
    thresholds: dict[int, dict[Name, int]] = {id: {} for id in by_id}
    for id, kind, ref, threshold in read:
        thresholds[id][kind, ref] = threshold
    for id, account in by_id.items():
        book.account_lines[account] = AccountLines(account, thresholds[id])


def write_crossings(book: Book, new_id: Callable[[], str]) -> Flow[None]:
    """Write the lines that a batch changed, and what it crossed."""
    drawn, gone = [], []
    for lines in book.changed(AccountLines):
        (before,) = book.before(lines) or ({},)
        id = lines.account.id
        drawn += [
            (id, *name, threshold)
            for name, threshold in lines.thresholds.items()
            if before.get(name) != threshold
        ]
        gone += [(id, *name) for name in before if name not in lines.thresholds]
    if drawn:
        yield Query("write_lines", (sorted(drawn),))
    if gone:
        yield Query("drop_lines", (sorted(gone),))
    if book.crossings:
        rows = [
            (new_id(), c.kind, c.ref, c.account.id, c.version, c.direction, c.threshold, c.available, book.now,
             book.now)
            for c in book.crossings
        ]  # fmt: skip
        yield Query("insert_crossings", (rows,))


def due_crossings(kind: str, limit: int) -> Flow[list[CrossingRow]]:
    """Read the crossings of a kind that somebody must act on now, the oldest first."""
    return [CrossingRow(*row) for row in (yield Query("due_crossings", (kind, limit)))]


def settle_crossings(done: Sequence[str], failed: Sequence[tuple[str, float]]) -> Flow[None]:
    """Note which crossings were acted on, and which are due again after a pause (seconds)."""
    if done:
        yield Query("end_crossings", ([(id,) for id in sorted(done)],))
    if failed:
        (now,) = yield Query("read_now")
        yield Query("put_off_crossings", (sorted((id, now + int(pause_s * 1e6)) for id, pause_s in failed),))


def forget_crossings(limit: int) -> Flow[int]:
    """Forget at most ``limit`` crossings that are older than 30 days; returns how many."""
    (now,) = yield Query("read_now")
    return len((yield Query("forget_crossings", (now - KEPT_US, limit))))
