"""Derive all stored values anew, and check the rules of docs/architecture.md over the whole database.

Most of it is one walk over all transactions in the order in which they were committed, page by page: each batch's hash,
each account's balances and versions as they grow, each key. The walk keeps a row of numbers for each account. To bound
the memory, one walk covers a million accounts, and each further million takes one more walk.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec

from groat.ledger.commands import digest_of
from groat.ledger.granting import AUTOMATIC
from groat.store.batch import Outcome
from groat.store.flow import Flow, Query
from groat.store.reading import LAST_ID
from groat.store.writing import batch_hash

BATCHES_PAGE = 2_000
TRANSACTIONS_PAGE = 5_000
ACCOUNTS_PAGE = 20_000
# An account takes some 170 bytes.
ACCOUNTS_MAX = 1_000_000
PROBLEMS_MAX = 100
LAST_BATCH = 2**63 - 1

CHECKS: dict[str, str] = {
    "verify_sums": "debits equal credits per asset",
    "verify_holds": "holds are the fold of their transactions",
    "verify_pending": "pending is the sum of open holds",
    "verify_reversals": "reversals never exceed their transaction",
    "verify_streams": "streams have no holes",
    "verify_later": "news that are left for rooms are of transactions that exist",
    "hash_chain": "the audit chain is unbroken",
    "verify_unbatched": "every transaction belongs to a batch",
    "verify_running": "each posting carries the balances after it",
    "verify_keys": "each transaction stands under a key, and each key names some that exist",
    "verify_counters": "balances are the fold of their postings, versions have no gap",
    "verify_grants": "what remains, is held, expired and was voided of grants is the fold of their allocations",
    "verify_hold_parts": "what holds took from grants is the fold of their allocations",
    "verify_purses": "what is free of an account's grants is at most what is available",
    "verify_purse_sums": "what an account's row says of its grants is what they come to",
    "verify_allocations": "allocations are of grants of the posting's accounts, and of at most what it moved",
    "verify_lineage": "grants came with the transactions and from the grants that they name",
    "verify_lines": "accounts with lines are marked, and what was crossed is what happened",
    "verify_budgets": "accounts with budgets are marked, and what is used of budgets is what postings counted",
    "verify_members": "members have the rights that the audit says, and their accounts are marked",
    "verify_states": "accounts are frozen or closed as audited; on closed ones nothing is left or held",
}
# Each of these is one statement that lists contradictions.
LISTS = (
    "verify_sums",
    "verify_holds",
    "verify_pending",
    "verify_reversals",
    "verify_streams",
    "verify_later",
    "verify_grants",
    "verify_hold_parts",
    "verify_purses",
    "verify_purse_sums",
    "verify_allocations",
    "verify_lineage",
    "verify_lines",
    "verify_budgets",
    "verify_members",
    "verify_states",
)
PRESENT = ("verify_transactions", "verify_postings")
ARCHIVED = ("verify_archived_transactions", "verify_archived_postings")
WALKED = ("hash_chain", "verify_unbatched", "verify_running", "verify_keys")

Progress = Callable[[str, int, int], None]
Add = Callable[[str, Any, Any, Any], None]
"""Notes a contradiction: the check, the subject, the expected value, and the one found."""


class Audit(NamedTuple):
    """A program's check that takes more than a statement: its name, its promise, and the flow that checks it."""

    name: str
    promise: str
    flow: Callable[[Add], Flow[None]]


_decode_outcome = msgspec.json.Decoder(Outcome).decode


class Problem(NamedTuple):
    """A contradiction: the check (of :data:`CHECKS` or a program), its subject, what was expected, what was found."""

    check: str
    what: str
    expected: str
    found: str


class Report(msgspec.Struct):
    """The result of a verification; ``problems`` is empty when all holds, and has at most 100 of each check.

    ``checks`` are those that were made, each with its promise.
    """

    transactions: int
    postings: int
    accounts: int
    batches: int
    problems: list[Problem]
    checks: dict[str, str]

    @property
    def ok(self) -> bool:
        """Return whether nothing contradicts."""
        return not self.problems


def verify(progress: Progress, programs: dict[str, str], audits: Sequence[Audit] = ()) -> Flow[Report]:
    """Check everything over one snapshot; ``progress(check, done, total)`` is called as it goes.

    ``programs`` are the checks of programs: named statements that list contradictions, each with its promise.
    ``audits`` are those that take more than a statement.
    """
    transactions, postings, accounts, batches, has_grants = yield Query("verify_counts")
    (archived,) = yield Query("archived_upto")
    problems = Problems()
    lists = (*LISTS, *programs)
    for number, name in enumerate(lists):
        progress(name, number, len(lists))
        for what, expected, found in (yield Query(name)):
            problems.add(name, what, expected, found)
    for audit in audits:
        progress(audit.name, 0, 1)
        yield from audit.flow(problems.add)
    promises = CHECKS | programs | {audit.name: audit.promise for audit in audits}
    after = 0
    while True:
        folds = yield from _load_folds(after)
        first = after == 0
        walk = Walk(folds, problems, first, archived, bool(has_grants))
        yield from walk.run(progress, transactions)
        if first:
            if walk.done != transactions:
                problems.add("verify_unbatched", "all transactions", transactions, walk.done)
            yield from _check_names(walk.named, problems)
        yield from _check_folds(folds, after, problems, progress, accounts)
        after = folds.last
        if len(folds.slots) < ACCOUNTS_MAX:
            return Report(transactions, postings, accounts, batches, problems.found, promises)


class Problems:
    """Contradictions, at most PROBLEMS_MAX of each check."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self._counts: dict[str, int] = {}

    def add(self, check: str, what: Any, expected: Any, found: Any) -> None:
        """Note one, unless there are enough of its kind."""
        count = self._counts[check] = self._counts.get(check, 0) + 1
        if count <= PROBLEMS_MAX:
            self.found.append(Problem(check, str(what), str(expected), str(found)))


class Folds:
    """The sums of the postings read so far, for the accounts with ids above ``after`` and up to ``last``.

    Columns of numbers rather than objects, for there are many accounts: ``slots`` tells an account's place in them.
    """

    __slots__ = (
        "after", "balances", "changes", "credits", "credits_pending", "debits", "debits_pending", "held", "last",
        "slots", "versions",
    )  # fmt: skip

    def __init__(self, after: int, ids: Sequence[int]) -> None:
        self.after = after
        self.last = ids[-1] if ids else after
        self.slots = {id: slot for slot, id in enumerate(ids)}
        nothing = bytes(8 * len(ids))
        self.debits, self.credits = array("q", nothing), array("q", nothing)
        self.debits_pending, self.credits_pending = array("q", nothing), array("q", nothing)
        # The balances after the latest posting, and the number of postings.
        self.balances, self.held = array("q", nothing), array("q", nothing)
        self.versions, self.changes = array("q", nothing), array("q", nothing)

    def lacks(self, account: int) -> bool:
        """Return whether there is no account with this id: it would be among these."""
        is_last = len(self.slots) < ACCOUNTS_MAX
        return account > self.after and (is_last or account <= self.last)


def _load_folds(after: int) -> Flow[Folds]:
    ids = array("q")
    last = after
    while len(ids) < ACCOUNTS_MAX:
        page = yield Query("verify_accounts", (last, min(ACCOUNTS_PAGE, ACCOUNTS_MAX - len(ids))))
        if not page:
            break
        ids.extend(row[0] for row in page)
        last = ids[-1]
    return Folds(after, ids)


def _check_folds(folds: Folds, after: int, problems: Problems, progress: Progress, total: int) -> Flow[None]:
    done = 0
    while done < len(folds.slots):
        page = yield Query("verify_accounts", (after, ACCOUNTS_PAGE))
        for id, path, asset, *counters, version in page:
            slot = folds.slots.get(id)
            if slot is None:
                break
            after = id
            done += 1
            fold = (
                folds.debits[slot], folds.credits[slot], folds.debits_pending[slot], folds.credits_pending[slot],
            )  # fmt: skip
            changes = folds.changes[slot]
            if fold != tuple(counters) or changes != version or folds.versions[slot] != version:
                problems.add(
                    "verify_counters",
                    f"{path}/{asset}",
                    " ".join(map(str, fold)) + f" v{changes}",
                    " ".join(map(str, counters)) + f" v{version}",
                )
        progress("verify_counters", min(done, total), total)


def _check_names(named: int, problems: Problems) -> Flow[None]:
    """Return whether the keys name just the transactions that were found under them."""
    (names,) = yield Query("verify_names")
    if names != named:
        for txn, key in (yield Query("verify_missing")):
            problems.add("verify_keys", f"key {key}", f"a transaction {txn}", "none")


class Walk:
    """One walk over all transactions in the order of their commits.

    ``folds`` are the accounts whose postings are added up. The first walk (``whole``) looks at hashes and keys, too;
    ``named`` counts the transactions that it found under their keys, ``done`` all that it read: from the archive for
    batches up to ``archived``, from the present tables for the others. ``has_grants`` says that there are any.
    """

    def __init__(
        self, folds: Folds, problems: Problems, whole: bool, archived: int, has_grants: bool
    ) -> None:
        self._has_grants = has_grants
        self.named = 0
        self.done = 0
        self._archived = archived
        self._folds = folds
        self._problems = problems
        self._whole = whole
        self._ends: dict[str, str] = {}

    def run(self, progress: Progress, total: int) -> Flow[None]:
        """Read everything and compare."""
        after = 0
        while after < LAST_BATCH:
            batches = yield Query("verify_batches", (after, BATCHES_PAGE))
            upto = batches[-1][0] if len(batches) == BATCHES_PAGE else LAST_BATCH
            if after < self._archived < upto:
                upto = self._archived
                batches = [row for row in batches if row[0] <= upto]
            yield from self._run_page(batches, after, upto, progress, total)
            after = upto
        for check in WALKED if self._whole else WALKED[2:3]:
            progress(check, total, total)

    def _run_page(
        self, batches: list[Any], after: int, upto: int, progress: Progress, total: int
    ) -> Flow[None]:
        """The batches above ``after`` and up to ``upto``, and all transactions of those and of any missing ones."""
        waiting: list[tuple[Any, ...]] = []
        place = (after, LAST_ID)
        read, read_postings = PRESENT if after >= self._archived else ARCHIVED
        while True:
            page = yield Query(read, (*place, upto, TRANSACTIONS_PAGE))
            waiting += page
            ended = len(page) < TRANSACTIONS_PAGE
            # The next page may hold more of the last batch.
            complete = upto if ended else waiting[-1][0] - 1
            taken = [row for row in waiting if row[0] <= complete]
            waiting = waiting[len(taken) :]
            rows = [row for row in batches if row[0] <= complete]
            batches = batches[len(rows) :]
            yield from self._take(rows, taken, read_postings, after, complete)
            after = complete
            self.done += len(taken)
            progress(WALKED[0] if self._whole else WALKED[2], min(self.done, total), total)
            if ended:
                return
            place = page[-1][:2]

    def _take(
        self,
        batches: list[Any],
        transactions: list[tuple[Any, ...]],
        read_postings: str,
        after: int,
        upto: int,
    ) -> Flow[None]:
        postings: list[tuple[Any, ...]] = []
        for start in range(0, len(transactions), TRANSACTIONS_PAGE):
            ids = [row[1] for row in transactions[start : start + TRANSACTIONS_PAGE]]
            postings += yield Query(read_postings, (ids,))
        legs: dict[str, list[tuple[Any, ...]]] = {}
        for posting in postings:
            legs.setdefault(posting[0], []).append(tuple(posting))
        made = {
            batch: [tuple(row[1:]) for row in rows] for batch, rows in groupby(transactions, itemgetter(0))
        }
        grants = (yield from self._read_grants(transactions)) if self._has_grants and self._whole else {}
        acts: dict[int, list[tuple[Any, ...]]] = {}
        if self._whole:
            for batch, *act in (yield Query("verify_acts", (after, upto))):
                acts.setdefault(batch, []).append(tuple(act))
            yield from self._check_keys(transactions)
        known = {row[0]: row for row in batches}
        for batch in sorted(known.keys() | made.keys()):
            rows = made.get(batch, [])
            moved = [leg for row in rows for leg in sorted(legs.get(row[0], ()))]
            if self._whole:
                of_grants = grants.get(batch, ([], []))
                self._check_batch(batch, known.get(batch), rows, moved, acts.get(batch, []), of_grants)
            self._fold(moved)

    def _read_grants(
        self, transactions: list[tuple[Any, ...]]
    ) -> Flow[dict[int, tuple[list[Any], list[Any]]]]:
        """Read the allocations of transactions and the grants that they made, by batch and in order."""
        batches = {row[1]: row[0] for row in transactions}
        found: dict[int, tuple[list[Any], list[Any]]] = {}
        ids = list(batches)
        for start in range(0, len(ids), TRANSACTIONS_PAGE):
            page = ids[start : start + TRANSACTIONS_PAGE]
            for row in (yield Query("verify_allocations_of", (page,))):
                found.setdefault(batches[row[0]], ([], []))[0].append(tuple(row))
            for row in (yield Query("verify_granted_by", (page,))):
                found.setdefault(batches[row[8]], ([], []))[1].append(tuple(row))
        for allocations, granted in found.values():
            allocations.sort()
            granted.sort()
        return found

    def _check_batch(
        self,
        batch: int,
        stored: Any,
        rows: list[Any],
        moved: list[Any],
        acts: list[Any],
        grants: tuple[list[Any], list[Any]],
    ) -> None:
        if stored is None:
            for row in rows:
                self._problems.add("verify_unbatched", row[0], "a batch", "none")
            return
        _, chain, previous, hash_ = stored
        end = self._ends.get(chain, "")
        if previous != end:
            self._problems.add("hash_chain", f"batch {batch}", end, previous)
        derived = batch_hash(previous, rows, moved, acts, *grants)
        if derived != hash_:
            self._problems.add("hash_chain", f"batch {batch}", derived, hash_)
        self._ends[chain] = hash_

    def _check_keys(self, transactions: list[tuple[Any, ...]]) -> Flow[None]:
        wanted = {row[1]: digest_of(row[3], row[4]) for row in transactions if row[2] not in AUTOMATIC}
        digests = list(dict.fromkeys(wanted.values()))
        named: set[str] = set()
        for start in range(0, len(digests), TRANSACTIONS_PAGE):
            page = digests[start : start + TRANSACTIONS_PAGE]
            for txn, outcome in (yield Query("verify_keys", (page,))):
                if txn is not None:
                    named.add(txn)
                elif outcome is not None:
                    named.update(_decode_outcome(outcome).transactions)
        for id in wanted:
            if id in named:
                self.named += 1
            else:
                self._problems.add("verify_keys", id, "a key", "none")

    def _fold(self, postings: list[tuple[Any, ...]]) -> None:
        changes = []
        for (
            txn, _, source, destination, amount, pending, source_balance, source_held, source_version,
            destination_balance, destination_held, destination_version, _,
        ) in postings:  # fmt: skip
            changes.append((source, source_version, False, amount, pending, source_balance, source_held, txn))
            changes.append(
                (
                    destination,
                    destination_version,
                    True,
                    amount,
                    pending,
                    destination_balance,
                    destination_held,
                    txn,
                )
            )
        # Within a batch transactions are not in the order in which they were decided; an account's changes are.
        changes.sort()
        folds, slots = self._folds, self._folds.slots
        for account, version, taking, amount, pending, balance, held, txn in changes:
            slot = slots.get(account)
            if slot is None:
                if folds.lacks(account):
                    self._problems.add(
                        "verify_counters", f"{txn} v{version}", f"an account {account}", "none"
                    )
                continue
            try:
                if taking:
                    expected, expected_held = folds.balances[slot] + amount, folds.held[slot]
                    folds.credits[slot] += amount
                    folds.credits_pending[slot] += pending
                else:
                    expected, expected_held = folds.balances[slot] - amount, folds.held[slot] + pending
                    folds.debits[slot] += amount
                    folds.debits_pending[slot] += pending
            except OverflowError:
                self._problems.add("verify_counters", f"account {account}", "64 bits", f"{txn} v{version}")
            if balance != expected or held != expected_held:
                self._problems.add(
                    "verify_running",
                    f"{txn} v{version}",
                    f"{expected} held {expected_held}",
                    f"{balance} held {held}",
                )
            folds.balances[slot], folds.held[slot] = balance, held
            folds.versions[slot] = version
            folds.changes[slot] += 1
