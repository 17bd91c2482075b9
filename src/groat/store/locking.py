"""Lock the rows of a batch, in the same order as every batch, and put them on the book."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from groat.ledger.accounts import Policy
from groat.ledger.book import Book, ProgramRow, Refs, Table
from groat.ledger.commands import Command
from groat.ledger.crossings import LINES
from groat.ledger.errors import Interrupted, Replaced
from groat.ledger.grants import GRANTS
from groat.ledger.rows import MEMBERS, Account, HoldRow, TransactionRow
from groat.store.assets import learn_assets
from groat.store.budgets import BudgetLocks, budget_query
from groat.store.crossings import line_queries, take_lines
from groat.store.flow import FEW, Flow, Query, hand_over
from groat.store.grants import front_queries, purse_queries, take_purses
from groat.store.members import read_members

# Stands for the id of a stream whose row another transaction holds.
LOCKED_ELSEWHERE = -1
STAGES_MAX = 12
# A process caches the ids of this many accounts, some 10 MB. When it meets more, it empties the cache.
KNOWN_MAX = 50_000

AccountIds = dict[tuple[str, str], int]
"""Ids of accounts by (path, asset)."""


class Stream:
    """A stream's row; ``id`` None until it is opened."""

    __slots__ = ("epoch", "first", "generation", "head", "id", "name")

    def __init__(self, name: str, epoch: str, id: int | None, generation: int, head: int) -> None:
        self.name = name
        self.id = id
        self.generation = generation
        self.head = head
        self.first = head + 1
        self.epoch = stream_epoch(epoch, generation)


def stream_epoch(epoch: str, generation: int) -> str:
    """Make a stream's epoch: the database's, and the number of times that this stream began anew within it."""
    return f"{epoch}.{generation}" if generation else epoch


def know_accounts(pairs: set[tuple[str, str]], known: AccountIds) -> Flow[AccountIds]:
    """Find the ids of the accounts that are open. An id never changes, so this needs no lock."""
    ids = {pair: known[pair] for pair in pairs if pair in known}
    if len(ids) < len(pairs):
        found = yield from _find_accounts(pairs - ids.keys())
        if len(known) + len(found) > KNOWN_MAX:
            known.clear()
        known |= found
        ids |= found
    return ids


def _find_accounts(pairs: set[tuple[str, str]]) -> Flow[AccountIds]:
    ordered = sorted(pairs)
    return {ordered[index]: id for index, id in (yield Query("find_accounts", (ordered,)))}


class Locker:
    """Locks what ``refs`` names, step by step in :data:`LOCK_ORDER`, and puts it on the book.

    ``wait=False`` locks only rows that are free. ``any_across`` says that there are budgets across accounts;
    ``originals`` are stored transactions that commands are about;
    ``streams`` are the rows of all streams that may be told something.
    """

    def __init__(self, book: Book, refs: Refs, epoch: str, policy: Policy, wait: bool) -> None:
        self.book = book
        self.refs = refs
        self.wait = wait
        self.any_across = False
        self.originals: dict[str, TransactionRow] = {}
        self.streams: dict[str, Stream] = {}
        self._epoch = epoch
        self._policy = policy
        self._ids: AccountIds = {}
        self._locked: tuple[int, bool] = (0, False)
        self._opened: set[tuple[str, str]] = set()
        self._held: list[Any] = []
        self._budgets = BudgetLocks()

    def lock_program_rows(self, staged: list[Command]) -> Flow[None]:
        """Lock the rows of programs that the commands name, until the staged ones name no more."""
        # Programs' rows are locked first, by rank, table and id. A staged kind may name more once it has seen its rows,
        # so those of a higher rank wait until all have named theirs: then no batch holds such a row and waits for a
        # lower one.
        book, refs = self.book, self.refs
        for _ in range(STAGES_MAX):
            missing = {
                table: ids - {id for t, id in book.rows if t == table} for table, ids in refs.rows.items()
            }
            ranks = [table.rank for table, ids in missing.items() if ids]
            if not ranks:
                break
            leads = False
            for table, ids in sorted(missing.items()):
                if ids and table.rank == min(ranks):
                    yield from self._lock_table(table, ids)
                    leads |= table.leads
            if leads:
                for command in staged:
                    command.needs(refs, book)
            if refs.assets - book.assets.keys():
                # Another process created an asset that this one does not know. What a command needs may depend on it.
                yield from learn_assets(book.assets, refs.assets)
                for command in staged:
                    command.needs(refs, book)

    def _lock_table(self, table: Table, ids: set[str]) -> Flow[None]:
        found = {values[0]: values for values in (yield Query(table.lock, (sorted(ids),)))}
        for id in ids:
            self.book.rows[table, id] = ProgramRow(table, id, found.get(id))

    def lock(self, ids: AccountIds) -> Flow[tuple[int, bool]]:
        """Open the accounts that are missing, and lock holds, accounts and streams. ``ids`` are those that are known.

        Returns the number that the batch will have, and whether anything is due anywhere. Raises Interrupted when
        another batch opened one of the accounts first, Replaced when a known one is not there.
        """
        self._ids = ids
        for step in LOCK_ORDER:
            if step.take is not None:
                yield from step.take(self, step.statement if self.wait else step.free or step.statement)
        self._resolve_originals()
        if self.originals:
            for id, leg_number, amount in (yield Query("find_reversed", (sorted(self.originals),))):
                reversed_ = self.originals[id].reversed
                reversed_[leg_number] = reversed_.get(leg_number, 0) + amount
            self.book.transactions.update(self.originals)
        return self._locked

    def lock_budgets(self, statement: str) -> Flow[None]:
        """Lock the budgets across accounts on which something may count. No batch asks for any where there are none."""
        if self.any_across:
            yield from self._budgets.lock(self.book, self.refs, statement)

    def open_accounts(self, statement: str) -> Flow[None]:
        """Open the accounts that nobody opened before; another batch that does so at this moment is waited for."""
        # Accounts that only a hold or a row names, and accounts that another batch may have opened meanwhile.
        unknown = self.refs.accounts - self._ids.keys()
        if not unknown:
            return
        self._ids |= yield from _find_accounts(unknown)
        fresh = sorted(unknown - self._ids.keys())
        if fresh:
            now, limits = self.book.now, self._policy.limits
            opening = [(path, asset, *limits(path), 0, 0, 0, 0, 0, now) for path, asset in fresh]
            if (yield Query(statement, (opening,))) != len(opening):
                raise Interrupted("Another batch opened one of the accounts first.")
            self._ids |= yield from _find_accounts(set(fresh))
            self._opened.update(fresh)

    def lock_holds(self, statement: str) -> Flow[None]:
        """Lock the holds; they come onto the book with their accounts."""
        if self.refs.holds:
            self._held = yield Query(statement, (sorted(self.refs.holds),))

    def lock_accounts(self, statement: str) -> Flow[None]:
        """Lock the accounts and put them and the holds on the book."""
        book, ids = self.book, self._ids
        if not ids:
            return
        locked = yield Query(statement, (sorted(ids.values()),))
        yield from learn_assets(book.assets, (row[2] for row in locked))
        for id, path, asset, *rest in locked:
            account = Account(id, path, book.assets[asset], *rest, fresh=(path, asset) in self._opened)
            book.add(account)
        if self.wait and not book.accounts.keys() >= ids.keys():
            raise Replaced
        if self._held:
            by_id = self._accounts_by_id()
            for id, source, destination, *rest in self._held:
                if source in by_id and destination in by_id and id not in self._budgets.taken:
                    book.holds[id] = HoldRow(id, by_id[source], by_id[destination], *rest)

    def lock_streams(self, statement: str) -> Flow[None]:
        """Lock the streams of all that is told; the id of one that is not free is ``LOCKED_ELSEWHERE``.

        The batch's number and the grants and lines of accounts are read with them, for that is the first statement
        behind the locks on accounts (rule D3).
        """
        if self.book.extras & MEMBERS:
            yield from read_members(self.book.accounts.values())
        names = {name for account in self.book.accounts.values() for name in account.streams}
        names |= {name for name in self.refs.streams if not self.refs.tells_later(name)}
        queries = [Query(statement, (sorted(names),))] if names else []
        purses = self._purse_queries()
        budgets = budget_query(self.book)
        lines = line_queries(self.book.accounts.values()) if self.book.extras & LINES else []
        queries += [*budgets, *purses, *lines, Query("number_batch", (self.book.now,))]
        *rows, self._locked = yield from hand_over(queries, len(names) <= FEW)
        if lines:
            take_lines(self.book, rows.pop())
        if purses:
            yield from take_purses(self.book, purses, rows[-len(purses) :], self.originals.values())
        if budgets or self.book.budgets is not None:
            found = rows[1 if names else 0] if budgets else ()
            yield from self._budgets.read(self.book, self.originals.values(), found)
        for name, id, generation, head in rows[0] if names else ():
            stream_id = LOCKED_ELSEWHERE if id is None else id
            self.streams[name] = Stream(name, self._epoch, stream_id, generation, head)
        for name in names - self.streams.keys():
            self.streams[name] = Stream(name, self._epoch, None, 0, 0)

    def taken_streams(self) -> set[str]:
        """Return the streams that other transactions hold."""
        return {name for name, stream in self.streams.items() if stream.id == LOCKED_ELSEWHERE}

    def is_locked_elsewhere(self, command: Command) -> bool:
        """Return whether a row that the command needs exists, but was not free."""
        book, own = self.book, Refs()
        command.needs(own, book)
        if any(id not in book.holds for id in own.holds & self.refs.known_holds.keys()):
            return True
        if any(id not in book.grants for id in own.grants & self.refs.known_grants):
            return True
        if self._budgets.taken and not self._budgets.taken.isdisjoint(
            {command.principal, command.actor, *own.transactions, *own.spenders, *own.budgets}
        ):
            return True
        for id in own.transactions & book.transactions.keys():
            own.accounts |= pairs_of(book.transactions[id])
        if not own.accounts <= book.accounts.keys():
            return True
        names = own.streams | {name for pair in own.accounts for name in book.accounts[pair].streams}
        return any(name in self.streams and self.streams[name].id == LOCKED_ELSEWHERE for name in names)

    def _purse_queries(self) -> list[Query]:
        book = self.book
        book.named_grants = self.refs.grants
        if not book.extras & GRANTS:
            return []
        accounts, holds = book.accounts.values(), book.holds.values()
        # Nothing that is due can ask for more grants, and reversals look at all.
        all_needed = self.originals or book.named_grants or any(hold.is_over(book.now) for hold in holds)
        return purse_queries(accounts, holds) if all_needed else front_queries(accounts, holds)

    def _accounts_by_id(self) -> dict[int, Account]:
        return {account.id: account for account in self.book.accounts.values()}

    def _resolve_originals(self) -> None:
        by_id, grants = self._accounts_by_id() if self.originals else {}, self.book.grants
        for original in self.originals.values():
            original.legs = [
                leg._replace(
                    source=by_id.get(leg.source.id, leg.source),
                    destination=by_id.get(leg.destination.id, leg.destination),
                    allocations=tuple(
                        each._replace(grant=grants.get(each.grant.id, each.grant)) for each in leg.allocations
                    ),
                )
                for leg in original.legs
            ]


def pairs_of(transaction: TransactionRow) -> set[tuple[str, str]]:
    """Return the accounts between which a transaction moved something."""
    return {
        (account.path, account.asset) for leg in transaction.legs for account in (leg.source, leg.destination)
    }


class LockStep(NamedTuple):
    """A step of the lock order: rows of one sort, and the statement that locks them in the order of their ids.

    ``free`` passes over rows that others hold instead of waiting for them; only stores with row locks have it. ``take``
    runs the statement; a step without one is taken at another place, which is named.
    """

    rows: str
    statement: str
    free: str = ""
    take: Callable[[Locker, str], Flow[None]] | None = None


LOCK_ORDER = (
    # Those of programs come first, by the rank of their Table, then by its name: Locker.lock_program_rows.
    LockStep("rows of programs", "Table.lock"),
    LockStep("budgets across accounts", "lock_budgets", "lock_free_budgets", Locker.lock_budgets),
    LockStep("new accounts", "open_accounts", take=Locker.open_accounts),
    LockStep("holds", "lock_holds", "lock_free_holds", Locker.lock_holds),
    LockStep("accounts", "lock_accounts", "lock_free_accounts", Locker.lock_accounts),
    LockStep("streams", "lock_streams", "lock_free_streams", Locker.lock_streams),
    # These are written when all commands are decided: Batch.write.
    LockStep("new streams", "open_streams"),
    LockStep("keys", "insert_keys"),
)
