"""Lock the rows of a batch in the one order that all batches keep, and read them once they are locked."""

from __future__ import annotations

from groat.ledger.accounts import Policy
from groat.ledger.book import HOLD_OPEN, Account, Book, HoldRow, ProgramRow, Refs, Table, TransactionRow
from groat.ledger.commands import Command
from groat.ledger.errors import Interrupted
from groat.store.assets import learn_assets
from groat.store.flow import Flow, Query

# The statements that pass over rows which others hold; only stores with row locks have them.
FREE_ROWS = ("lock_free_holds", "lock_free_accounts")
FREE_STREAMS = "lock_free_streams"
# Stands for the id of a stream whose row another transaction holds.
LOCKED_ELSEWHERE = -1
STAGES_MAX = 12
# A process caches the ids of so many accounts, some 10 MB. When it meets more, it forgets all and begins anew.
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
    """A stream's epoch: the database's, and how often this stream began anew within it."""
    return f"{epoch}.{generation}" if generation else epoch


def know_accounts(pairs: set[tuple[str, str]], known: AccountIds) -> Flow[AccountIds]:
    """The ids of those that are open; they stay what they are, so this needs no lock."""
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


def lock_rows_of(refs: Refs, book: Book, staged: list[Command]) -> Flow[None]:
    """Lock the rows of programs that the commands name, until the staged ones name no more."""
    # Programs' rows are locked first, by rank, table and id. A staged kind may name more once it has seen its rows, so
    # those of a higher rank wait until all have named theirs: then no batch holds such a row and waits for a lower one.
    for _ in range(STAGES_MAX):
        missing = {table: ids - {id for t, id in book.rows if t == table} for table, ids in refs.rows.items()}
        ranks = [table.rank for table, ids in missing.items() if ids]
        if not ranks:
            break
        for table, ids in sorted(missing.items()):
            if ids and table.rank == min(ranks):
                yield from _lock_rows(book, table, ids)
        for command in staged:
            command.needs(refs, book)
        if refs.assets - book.assets.keys():
            # Another process created an asset that this one does not know. The needs of a command may depend on it.
            yield from learn_assets(book.assets, refs.assets)
            for command in staged:
                command.needs(refs, book)


def _lock_rows(book: Book, table: Table, ids: set[str]) -> Flow[None]:
    found = {values[0]: values for values in (yield Query(table.lock, (sorted(ids),)))}
    for id in ids:
        book.rows[table, id] = ProgramRow(table, id, found.get(id))


def add_sides(refs: Refs, holds: set[str]) -> Flow[None]:
    """Name both accounts of each of these holds."""
    if holds:
        for id, source, destination, asset in (yield Query("find_holds", (sorted(holds),))):
            refs.known_holds.add(id)
            refs.accounts.add((source, asset))
            refs.accounts.add((destination, asset))


def lock(
    book: Book,
    refs: Refs,
    ids: AccountIds,
    policy: Policy,
    originals: dict[str, TransactionRow],
    wait: bool,
) -> Flow[None]:
    """Open the accounts that are missing, lock holds and accounts, and put all on the book."""
    unknown = refs.accounts - ids.keys()
    fresh: list[tuple[str, str]] = []
    if unknown:
        # Accounts that only a hold or a row names, and accounts that another batch may have opened meanwhile.
        ids |= yield from _find_accounts(unknown)
        fresh = sorted(unknown - ids.keys())
    if fresh:
        opening = [(path, asset, *policy.limits(path), 0, 0, 0, 0, 0, book.now) for path, asset in fresh]
        if (yield Query("open_accounts", (opening,))) != len(opening):
            raise Interrupted("Another batch opened one of the accounts first.")
        ids |= yield from _find_accounts(set(fresh))
    lock_holds, lock_accounts = ("lock_holds", "lock_accounts") if wait else FREE_ROWS
    held = (yield Query(lock_holds, (sorted(refs.holds),))) if refs.holds else []
    by_id: dict[int, Account] = {}
    opened = set(fresh)
    if ids:
        locked = yield Query(lock_accounts, (sorted(ids.values()),))
        yield from learn_assets(book.assets, (row[2] for row in locked))
        for id, path, asset, *rest in locked:
            account = Account(id, path, book.assets[asset], *rest, fresh=(path, asset) in opened)
            by_id[id] = account
            book.add(account)
    for id, source, destination, *rest in held:
        if source in by_id and destination in by_id:
            book.holds[id] = HoldRow(id, by_id[source], by_id[destination], *rest)
    if originals:
        for original in originals.values():
            original.legs = [
                leg._replace(
                    source=by_id.get(leg.source.id, leg.source),
                    destination=by_id.get(leg.destination.id, leg.destination),
                )
                for leg in original.legs
            ]
        for id, leg_number, amount in (yield Query("find_reversed", (sorted(originals),))):
            reversed_ = originals[id].reversed
            reversed_[leg_number] = reversed_.get(leg_number, 0) + amount
        book.transactions.update(originals)


def due_holds(book: Book, streams: dict[str, Stream]) -> list[HoldRow]:
    """The locked holds that are over, but for those with a cause or whose owners' streams are taken."""
    due = [
        h
        for h in book.holds.values()
        if h.status == HOLD_OPEN and h.cause is None and h.expires_at is not None and h.expires_at <= book.now
    ]
    taken = {name for name, stream in streams.items() if stream.id == LOCKED_ELSEWHERE}
    if taken:
        due = [h for h in due if h.source.stream not in taken and h.destination.stream not in taken]
    return sorted(due, key=lambda h: (h.expires_at, h.id))


def is_locked_elsewhere(command: Command, book: Book, refs: Refs, streams: dict[str, Stream]) -> bool:
    """Return whether a row that the command needs exists, but was not free."""
    own = Refs()
    command.needs(own, book)
    for id in own.holds & refs.known_holds:
        if id not in book.holds:
            return True
    for id in own.transactions & book.transactions.keys():
        for leg in book.transactions[id].legs:
            own.accounts |= {
                (leg.source.path, leg.source.asset),
                (leg.destination.path, leg.destination.asset),
            }
    names = set(own.streams)
    for pair in own.accounts:
        if pair not in book.accounts:
            return True
        names.add(book.accounts[pair].stream or "")
    return any(name in streams and streams[name].id == LOCKED_ELSEWHERE for name in names)


def lock_streams(book: Book, refs: Refs, epoch: str, wait: bool) -> Flow[dict[str, Stream]]:
    """Lock the streams of all that is told; the id of one that is not free is ``LOCKED_ELSEWHERE``."""
    names = {account.stream for account in book.accounts.values() if account.stream} | refs.streams
    if not names:
        return {}
    streams = {
        name: Stream(name, epoch, LOCKED_ELSEWHERE if id is None else id, generation, head)
        for name, id, generation, head in (
            yield Query("lock_streams" if wait else FREE_STREAMS, (sorted(names),))
        )
    }
    for name in names - streams.keys():
        streams[name] = Stream(name, epoch, None, 0, 0)
    return streams
