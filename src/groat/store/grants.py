"""Read grants with the locks of their accounts, and write what a batch changed of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, Final

from groat.ledger.book import Book, Refs
from groat.ledger.grants import GRANTS
from groat.ledger.rows import (
    Account,
    Allocation,
    Expiring,
    Grant,
    HoldPart,
    HoldParts,
    HoldRow,
    Purse,
    Sums,
    TransactionRow,
)
from groat.store.flow import Flow, Query

FRONT: Final = 2
"""So many of an account's grants are read with its lock; nearly always they pay for what is spent."""


def name_grants(refs: Refs, grants: set[str]) -> Flow[set[str]]:
    """Name these grants, the account of each that exists, and the one that gave it. Return their assets."""
    refs.grants |= grants
    assets = set()
    if grants:
        for id, account, origin, asset in (yield Query("find_grants", (sorted(grants),))):
            refs.known_grants.add(id)
            refs.accounts |= {(account, asset), (origin, asset)}
            assets.add(asset)
    return assets


def purse_queries(accounts: Iterable[Account], holds: Iterable[HoldRow]) -> list[Query]:
    """Make the statements that read the grants of accounts that are locked, and what holds took from them."""
    ids = sorted(account.id for account in accounts if account.extras & GRANTS)
    return [Query("read_purses", (ids,)), *_part_queries(holds)] if ids else []


def front_queries(accounts: Iterable[Account], holds: Iterable[HoldRow]) -> list[Query]:
    """As :func:`purse_queries`, where nothing but decisions needs grants: the first ones of accounts mostly suffice."""
    ids = sorted(account.id for account in accounts if account.extras & GRANTS)
    if not ids:
        return []
    return [Query("read_fronts", (ids, FRONT)), Query("read_sums", (ids,)), *_part_queries(holds)]


def _part_queries(holds: Iterable[HoldRow]) -> list[Query]:
    held = sorted(hold.id for hold in holds if hold.source.extras & GRANTS)
    return [Query("read_hold_parts", (held,))] if held else []


def read_rest(book: Book, purses: Iterable[Purse]) -> Flow[None]:
    """Read the grants of locked accounts that were not read with their locks."""
    by_id = {purse.account.id: purse for purse in purses if purse.behind.number}
    rest: dict[int, list[Grant]] = {id: [] for id in by_id}
    for id, account, *values in (yield Query("read_purses", (sorted(by_id),))):
        if id not in book.grants:
            book.grants[id] = Grant(id, by_id[account].account, *values)
            rest[account].append(book.grants[id])
    for account, purse in by_id.items():
        purse.take_rest(rest[account])


def take_purses(
    book: Book, queries: Sequence[Query], read: Sequence[Sequence[Any]], originals: Iterable[TransactionRow]
) -> Flow[None]:
    """Put on the book what these queries read, and the grants that are gone but named, or named by a row."""
    by_id = {account.id: account for account in book.accounts.values() if account.extras & GRANTS}
    rows, *parts = read
    sums: dict[int, Sums] = {}
    if parts and queries[1].name == "read_sums":
        sums = {id: Sums(*values) for id, *values in parts.pop(0)}
    live: dict[int, list[Grant]] = {id: [] for id in by_id}
    for id, account, *rest in rows:
        grant = book.grants[id] = Grant(id, by_id[account], *rest)
        live[account].append(grant)
    for id, account in by_id.items():
        purse = book.purses[account] = Purse(account, live[id], sums.get(id))
        if purse.has_ended(book.now):
            book.any_ended = True
    wanted = set(book.named_grants)
    wanted |= {grant for _, _, grant, *_ in (parts[0] if parts else ())}
    wanted |= {each.grant.id for row in originals for leg in row.legs for each in leg.allocations}
    missing = sorted(wanted - book.grants.keys())
    if missing:
        incomplete = []
        for id, account, *rest in (yield Query("read_grants", (missing,))):
            if account in by_id:
                grant = Grant(id, by_id[account], *rest)
                purse = book.purses[grant.account]
                if grant.remaining and purse.behind.number:
                    # It stands behind the first ones, so its purse needs all, for they are in order.
                    incomplete.append(purse)
                else:
                    book.grants[id] = grant
        if incomplete:
            yield from read_rest(book, incomplete)
    held: dict[str, list[tuple[Any, ...]]] = {}
    for hold, *part in parts[0] if parts else ():
        held.setdefault(hold, []).append(tuple(part))
    for hold, own in held.items():
        places = [HoldPart(book.grants[grant], *amounts) for _, grant, *amounts in sorted(own)]
        book.holds[hold].parts = HoldParts(tuple(places))


def load_allocations(rows: dict[str, TransactionRow]) -> Flow[None]:
    """Read what stored transactions changed of grants, into the postings of those between accounts with grants."""
    ids = sorted(
        id
        for id, row in rows.items()
        if any((leg.source.extras | leg.destination.extras) & GRANTS for leg in row.legs)
    )
    if not ids:
        return
    found: dict[tuple[str, int], list[tuple[int, Allocation]]] = {}
    for txn, leg_number, place, amount, held, id, account, *rest in (yield Query("find_allocations", (ids,))):
        leg = next(each for each in rows[txn].legs if each.number == leg_number)
        side = leg.source if leg.source.id == account else leg.destination
        allocation = Allocation(Grant(id, side, *rest), amount, held)
        found.setdefault((txn, leg_number), []).append((place, allocation))
    for id in ids:
        row = rows[id]
        row.legs = [
            leg._replace(allocations=_in_order(found[id, leg.number])) if (id, leg.number) in found else leg
            for leg in row.legs
        ]


def _in_order(placed: list[tuple[int, Allocation]]) -> tuple[Allocation, ...]:
    return tuple(allocation for _, allocation in sorted(placed, key=lambda each: each[0]))


def read_expiring(accounts: Sequence[Account]) -> Flow[None]:
    """Note on accounts what is no longer available though not booked yet, and what expires next."""
    by_id = {account.id: account for account in accounts if account.extras & GRANTS}
    if by_id:
        for id, expired, amount, at in (yield Query("read_expiring", (sorted(by_id),))):
            by_id[id].expired = expired
            by_id[id].expiring = None if at is None else Expiring(amount, at)


def allocation_values(made: Iterable[TransactionRow]) -> list[tuple[Any, ...]]:
    """Return the rows of what transactions changed of grants."""
    return [
        (row.id, leg.number, place, grant.id, grant.account.id, amount, held)
        for row in made
        for leg in (row.legs if len(row.legs) == 1 else sorted(row.legs, key=attrgetter("number")))
        for place, (grant, amount, held) in enumerate(leg.allocations)
    ]


def granted_values(changed: Iterable[Grant]) -> list[tuple[Any, ...]]:
    """Return what never changes of the grants that a batch made, by id."""
    return sorted(_terms(grant) for grant in changed if grant.is_new)


def _terms(g: Grant) -> tuple[Any, ...]:
    return (
        g.id, g.account.id, g.expires_at, g.priority, g.cls, g.cause, g.note, g.parent, g.txn, g.origin, g.version,
        g.created_at,
    )  # fmt: skip


def grant_statements(
    book: Book, changed: Sequence[Grant], allocations: list[tuple[Any, ...]]
) -> Iterator[Query]:
    """Make what writes the grants, their allocations, and what holds took from them."""
    new = sorted(
        (
            g.id, g.account.id, g.amount, g.remaining, g.held, g.expired, g.voided, g.expires_at, g.voided_at, g.due_at,
            g.priority, g.cls, g.cause, g.note, g.parent, g.txn, g.origin, g.version, g.created_at, g.remaining > 0,
        )
        for g in changed
        if g.is_new
    )  # fmt: skip
    old = sorted(
        (g.id, g.amount, g.remaining, g.held, g.expired, g.voided, g.voided_at, g.due_at, g.remaining > 0)
        for g in changed
        if not g.is_new
    )
    if new:
        yield Query("insert_grants", (new,))
    if old:
        yield Query("update_grants", (old,))
    if allocations:
        yield Query("insert_allocations", (allocations,))
    touched = set(map(id, book.changed(HoldParts))) if book.holds else ()
    parts = [
        (hold.id, place, part.grant.id, part.amount, part.captured, part.released)
        for hold in book.holds.values()
        if hold.parts is not None and id(hold.parts) in touched
        for place, part in enumerate(hold.parts.parts)
    ]
    if parts:
        yield Query("write_hold_parts", (sorted(parts),))


def extras_values(account: Account, now: int, purse: Purse | None) -> tuple[Any, ...]:
    """Return the columns of an account with extras that a batch can change, at a later moment than before."""
    account.as_of = max(now, account.as_of + 1)
    return (
        account.id, account.debits, account.credits, account.debits_pending, account.credits_pending, account.version,
        account.floor, account.ceiling, account.extras, account.as_of, *_sums_of(purse),
    )  # fmt: skip


def _sums_of(purse: Purse | None) -> tuple[int | None, ...]:
    """Return what an account's row says of all its live grants: as of which version, how many, and what is free."""
    if purse is None:
        return (None,) * 5
    following = purse.expiring() or (0, None)
    return purse.account.version, len(purse.live) + purse.behind.number, purse.free, *following
