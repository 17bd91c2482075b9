"""Rows of the ledger as they are stored, and stored transactions as rows of a book."""

from __future__ import annotations

from typing import Any

import msgspec

from groat.ledger.amounts import Asset
from groat.ledger.rows import Account, HoldRow, Leg, TransactionRow
from groat.store.assets import learn_assets
from groat.store.flow import Flow, Query
from groat.store.grants import load_allocations

_encode = msgspec.json.encode
_decode = msgspec.json.decode


def transaction_values(row: TransactionRow) -> tuple[Any, ...]:
    """Return the columns of a transaction, without its batch."""
    return (
        row.id,
        row.kind,
        row.principal,
        row.key,
        row.actor,
        row.reason,
        row.metadata,
        row.effective_at,
        row.recorded_at,
        row.reverses,
        row.hold.id if row.hold else None,
        _encode(row.hold_after).decode() if row.hold_after else None,
        _encode(row.positions).decode(),
        row.cause,
    )


def posting_values(row: TransactionRow, leg: Leg) -> tuple[Any, ...]:
    """Return the columns of a posting."""
    return (
        row.id,
        leg.number,
        leg.source.id,
        leg.destination.id,
        leg.amount,
        leg.pending,
        leg.source_balance,
        leg.source_held,
        leg.source_version,
        leg.destination_balance,
        leg.destination_held,
        leg.destination_version,
        row.effective_at,
    )


def account_values(a: Account) -> tuple[Any, ...]:
    """Return the columns of an account that a batch can change."""
    return (a.id, a.debits, a.credits, a.debits_pending, a.credits_pending, a.version, a.floor, a.ceiling)


def hold_values(h: HoldRow) -> tuple[Any, ...]:
    """Return the columns of a new hold."""
    return (
        h.id,
        h.source.id,
        h.destination.id,
        h.amount,
        h.captured,
        h.released,
        h.expires_at,
        h.status,
        h.created_at,
        h.cause,
        h.first_expires_at,
    )


def hold_changes(h: HoldRow) -> tuple[Any, ...]:
    """Return the columns of a hold that a batch can change."""
    return (h.id, h.captured, h.released, h.expires_at, h.status, h.cause, h.first_expires_at)


def load_transactions(ids: list[str], assets: dict[str, Asset]) -> Flow[dict[str, TransactionRow]]:
    """Load the transactions that exist, by id, each with accounts of its own that are on no book."""
    found = yield Query("find_transactions", (ids,))
    if len(found) < len(ids):
        missing = sorted(set(ids) - {values[0] for values in found})
        found = [*found, *(yield Query("find_archived_transactions", (missing,)))]
    loaded: dict[str, TransactionRow] = {}
    holds: dict[str, str] = {}
    after: dict[str, Any] = {}
    for values in found:
        reverses, hold, hold_after, positions, cause = values[9:]
        id, kind, principal, key, actor, reason, metadata, effective_at, recorded_at = values[:9]
        texts = (id, kind, principal, key, actor, reason, metadata)
        row = TransactionRow(*texts, effective_at, recorded_at, [], reverses, cause=cause)
        row.positions = _decode(positions)
        loaded[row.id] = row
        if hold:
            holds[row.id] = hold
            after[row.id] = tuple(_decode(hold_after))
    if not loaded:
        return loaded
    accounts: dict[int, Account] = {}
    legs = yield Query("find_legs", (list(loaded),))
    # Read the postings of archived transactions, and of those archived between the two statements.
    bare = sorted(loaded.keys() - {values[0] for values in legs})
    if bare:
        legs = [*legs, *(yield Query("find_archived_legs", (bare,)))]
    legs = sorted(legs)
    yield from learn_assets(assets, (values[12] for values in legs))
    for values in legs:
        id, number, amount, pending, *rest = values
        sides = rest[6:]
        for account_id, path, asset, floor, ceiling, extras in (sides[:6], sides[6:]):
            if account_id not in accounts:
                account = Account(account_id, path, assets[asset], floor, ceiling, extras=extras)
                accounts[account_id] = account
        leg = Leg(number, accounts[sides[0]], accounts[sides[6]], amount, pending, *rest[:6])
        loaded[id].legs.append(leg)
    yield from load_allocations(loaded)
    if holds:
        found = yield Query("read_holds", (sorted(set(holds.values())),))
        stored = {h[0]: h for h in found}
        for id, hold_id in holds.items():
            leg = loaded[id].legs[0]
            _, _, _, *rest = stored[hold_id]
            loaded[id].hold = HoldRow(hold_id, leg.source, leg.destination, *rest)
            loaded[id].hold_after = after[id]
    return loaded
