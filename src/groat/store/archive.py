"""Move transactions and postings of closed months out of the tables that every batch writes to.

One short transaction moves some consecutive batches, the oldest first. It locks only rows that nobody changes any
more, so no writer waits for it, and readers find each row in one of the two places. The archive always holds all
batches up to one of them. So it has the first versions of an account, and a transaction before its reversal.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from groat.ledger.errors import Busy, GroatError, Rule
from groat.store.flow import Flow, Query

BATCHES_PAGE = 1_000
# One batch may have more.
TRANSACTIONS_MAX = 2_000
DAY_US = 86_400_000_000

ERRORS = {"month_not_over": Rule(409, "Only months that have been over for a day can be archived.")}


class MonthNotOver(GroatError):
    """A month that may still change cannot be archived."""

    rules = ERRORS

    def __init__(self) -> None:
        super().__init__("month_not_over")


class ArchivedRows(NamedTuple):
    """The number of rows that one call moved into the archive of ``month`` (202501)."""

    month: int
    transactions: int
    postings: int


class Month(NamedTuple):
    """The number of rows that the archive has of a month (202501)."""

    month: int
    transactions: int
    postings: int


def month_of(at: int) -> int:
    """Return the month of a moment (microseconds since 1970, UTC), as 202501."""
    moment = datetime.fromtimestamp(at // 1_000_000, UTC)
    return moment.year * 100 + moment.month


def archive_some(before: int) -> Flow[ArchivedRows | None]:
    """Move the next batches that were committed before a moment (microseconds) and share a month; None: there are none.

    A month must have been over for a day, for a batch that began in it may be committed later. Raises MonthNotOver, and
    StoreError ``busy`` when somebody else is archiving at this moment.
    """
    (now,) = yield Query("read_now")
    if before > now - DAY_US:
        raise MonthNotOver
    (mine,) = yield Query("lock_archive")
    if not mine:
        raise Busy("Somebody else is archiving.")
    (last,) = yield Query("archived_upto")
    batches = yield Query("page_batches", (last, BATCHES_PAGE))
    upto, month, weight = last, 0, 0
    for id, at, count in batches:
        if (
            at >= before
            or (month and month_of(at) != month)
            or (upto > last and weight + count > TRANSACTIONS_MAX)
        ):
            break
        upto, month, weight = id, month_of(at), weight + count
    if upto == last:
        return None
    yield Query("make_month", (month,))
    yield Query("copy_postings", (last, upto, month))
    yield Query("copy_allocations", (last, upto, month))
    yield Query("copy_transactions", (last, upto, month))
    transactions, postings = yield Query("count_copied", (last, upto, month))
    yield Query("drop_postings", (last, upto))
    yield Query("drop_allocations", (last, upto))
    yield Query("drop_transactions", (last, upto))
    yield Query("note_archive", (month, upto, transactions, postings))
    return ArchivedRows(month, transactions, postings)


def list_archive() -> Flow[list[Month]]:
    """List the archive's rows, month by month."""
    return [Month(*row) for row in (yield Query("list_archive"))]
