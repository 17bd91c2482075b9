"""Re-deriving everything that is stored: the rules of DESIGN.md §4 checked over the whole database."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from groat.store.batch import batch_hash
from groat.store.flow import Flow, Query

BATCHES_PAGE = 500

CHECKS: dict[str, str] = {
    "verify_sums": "debits equal credits per asset",
    "verify_counters": "balances are the fold of their postings, versions have no gap",
    "verify_running": "each posting carries the balances after it",
    "verify_holds": "holds are the fold of their transactions",
    "verify_pending": "pending is the sum of open holds",
    "verify_reversals": "reversals never exceed their transaction",
    "verify_keys": "each transaction stands under a key, and each key names some that exist",
    "verify_streams": "streams have no holes",
    "verify_unbatched": "every transaction belongs to a batch",
    "hash_chain": "the audit chain is unbroken",
}


class Problem(NamedTuple):
    """A contradiction: which check of :data:`CHECKS`, about what, what follows from the postings, what is there."""

    check: str
    what: str
    expected: str
    found: str


class Report(msgspec.Struct):
    """The result of a verification; ``problems`` is empty when all holds."""

    transactions: int
    postings: int
    accounts: int
    batches: int
    problems: list[Problem]

    @property
    def ok(self) -> bool:
        """Whether nothing contradicts."""
        return not self.problems


def verify(progress: Callable[[str, int, int], None]) -> Flow[Report]:
    """Check everything over one snapshot; ``progress(check, done, total)`` is called as it goes."""
    transactions, postings, accounts, batches = yield Query("verify_counts")
    problems: list[Problem] = []
    steps = [name for name in CHECKS if name != "hash_chain"]
    for number, name in enumerate(steps):
        progress(name, number, len(steps))
        for what, expected, found in (yield Query(name)):
            problems.append(Problem(name, str(what), str(expected), str(found)))
    progress(steps[-1], len(steps), len(steps))
    problems += yield from _verify_chain(batches, progress)
    return Report(transactions, postings, accounts, batches, problems)


def _verify_chain(total: int, progress: Callable[[str, int, int], None]) -> Flow[list[Problem]]:
    problems: list[Problem] = []
    ends: dict[str, str] = {}
    after = done = 0
    while True:
        page = yield Query("verify_batches", (after, BATCHES_PAGE))
        for id, chain, previous, stored in page:
            transactions = yield Query("verify_batch_transactions", (id,))
            rows = yield Query("verify_batch_postings", (id,))
            if previous != ends.get(chain, ""):
                problems.append(Problem("hash_chain", f"batch {id}", ends.get(chain, ""), previous))
            acts = yield Query("verify_batch_acts", (id,))
            derived = batch_hash(previous, transactions, rows, acts)
            if derived != stored:
                problems.append(Problem("hash_chain", f"batch {id}", derived, stored))
            ends[chain] = stored
            after = id
        done += len(page)
        progress("hash_chain", done, total)
        if len(page) < BATCHES_PAGE:
            return problems
