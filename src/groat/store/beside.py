"""Read more about the rows that a batch has locked: causes that are not stored, and accounts' pasts."""

from __future__ import annotations

from collections.abc import Sequence

from groat.ledger.book import PAST_MAX, Book, Refs
from groat.ledger.rows import HoldRow, TransactionRow
from groat.store.flow import Flow, Query


def read_pasts(book: Book, refs: Refs) -> Flow[None]:
    """Read the changes of accounts with a floor since the moments that commands ask for."""
    asked = {
        account.id: (pair, at)
        for pair, at in refs.pasts.items()
        if (account := book.accounts.get(pair)) is not None and account.floor is not None
    }
    if asked:
        book.pasts = {pair: {} for pair, _ in asked.values()}
        wanted = sorted((id, at) for id, (_, at) in asked.items())
        for id, at, delta in (yield Query("changes_since", (wanted, PAST_MAX + 1))):
            book.pasts[asked[id][0]][at] = delta


def find_causes(book: Book, originals: dict[str, TransactionRow], causes: Sequence[str]) -> Flow[None]:
    """Find the causes of rows that an earlier version stored without one."""
    bare: dict[str, list[HoldRow | TransactionRow]] = {}
    for rows in (book.holds, originals):
        for id, row in rows.items():
            if row.cause is None:
                bare.setdefault(id, []).append(row)
    if bare:
        for name in causes:
            for id, cause in (yield Query(name, (sorted(bare),))):
                for row in bare[id]:
                    row.cause = cause
