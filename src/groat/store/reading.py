"""Flows that look things up for people and staff: accounts, entries, transactions, holds, the audit log."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from groat.ledger.amounts import AMOUNT_MAX, Asset, format_amount
from groat.ledger.rows import Account, HoldRow, TransactionRow
from groat.ledger.states import Act
from groat.ledger.text import format_time
from groat.ledger.views import (
    AccountView,
    AuditView,
    EntryView,
    HoldView,
    TransactionView,
    entry_view,
    hold_view,
    read_view,
    transaction_view,
)
from groat.store.flow import Flow, Query
from groat.store.grants import read_expiring
from groat.store.rows import load_transactions
from groat.store.streams import account_of

# Below and above all ids: where lists begin that go from old to new, and from new to old.
FIRST_ID = "00000000-0000-0000-0000-000000000000"
LAST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff"


def _grouped(rows: list[Any], assets: dict[str, Asset]) -> Flow[list[AccountView]]:
    views: dict[str, AccountView] = {}
    accounts = [account_of(row, assets) for row in rows]
    yield from read_expiring(accounts)
    for account in accounts:
        view = views.setdefault(account.path, AccountView(account.path, []))
        view.balances.append(read_view(account))
        if account.standing != "open":
            view.state = account.standing
    return list(views.values())


def read_accounts(
    prefix: str, asset: str, after: str, limit: int, assets: dict[str, Asset]
) -> Flow[list[AccountView]]:
    """Read the next ``limit`` accounts behind path ``after`` under ``prefix`` (whole segments; '' is all)."""
    args = (prefix, f"{prefix}:", f"{prefix};", after, limit, asset)
    return (yield from _grouped((yield Query("page_accounts", args)), assets))


def read_account(path: str, at: int | None, assets: dict[str, Asset]) -> Flow[AccountView | None]:
    """Read an account as it is now, or as it was by effective dates up to ``at`` (microseconds)."""
    if at is None:
        rows = yield Query("read_account", (path,))
    else:
        rows = yield Query("read_account_at", (path, at))
    views = yield from _grouped(rows, assets)
    return views[0] if views else None


def read_entries(path: str, asset: Asset, before: int | None, limit: int) -> Flow[list[EntryView]]:
    """Read the next ``limit`` changes of an account below version ``before``, newest first."""
    rows = yield from page_entries(path, asset, AMOUNT_MAX if before is None else before, limit)
    return [entry_view(asset, path, row) for row in rows]


def page_entries(path: str, asset: Asset, before: int, limit: int) -> Flow[list[Any]]:
    """Read the next ``limit`` changes below version ``before`` as stored, newest first, also from the archive."""
    rows: list[Any] = yield Query("page_entries", (path, asset.code, before, limit))
    last = rows[-1][6] if rows else before
    if len(rows) < limit and last > 1:
        rows += yield Query("page_archived_entries", (path, asset.code, last, limit - len(rows)))
    return rows


def read_transactions(ids: list[str], assets: dict[str, Asset]) -> Flow[list[TransactionView]]:
    """Read transactions by id, in the order given, without those that do not exist."""
    loaded = yield from load_transactions(ids, assets)
    return [transaction_view(loaded[id]) for id in ids if id in loaded]


def page_transactions(after: str, limit: int, assets: dict[str, Asset]) -> Flow[list[TransactionView]]:
    """Read the next ``limit`` transactions behind id ``after``, in the order of their ids."""
    ids = [id for (id,) in (yield Query("page_transactions", (after, limit)))]
    return (yield from read_transactions(ids, assets)) if ids else []


def read_hold(id: str, assets: dict[str, Asset]) -> Flow[HoldView | None]:
    """Read a hold as it is now."""
    row = yield Query("find_hold", (id,))
    if row is None:
        return None
    hold_id, source_id, source, asset, destination_id, destination, *rest = row
    giver = Account(source_id, source, assets[asset], None, None)
    taker = Account(destination_id, destination, assets[asset], None, None)
    return hold_view(HoldRow(hold_id, giver, taker, *rest))


def read_grant_asset(id: str) -> Flow[str | None]:
    """Read the asset of a grant."""
    rows = yield Query("find_grants", ([id],))
    return rows[0][3] if rows else None


def read_audit(
    before: str, actor: str, target: str, limit: int, assets: dict[str, Asset]
) -> Flow[list[AuditView]]:
    """Read the next ``limit`` audit entries before an id, newest first: transactions and other acts, merged by id."""
    args = (before, actor, target, limit)
    found = yield Query("page_audit_transactions", args)
    loaded = (yield from load_transactions([row[0] for row in found], assets)) if found else {}
    entries = [_audit_of(loaded[row[0]], target) for row in found]
    for id, at, kind, principal, act_actor, act_target, reason, key, old, new in (
        yield Query("page_acts", args)
    ):
        entries.append(
            AuditView(
                id,
                format_time(at),
                act_actor,
                principal,
                kind,
                act_target,
                reason,
                key,
                msgspec.json.decode(old),
                msgspec.json.decode(new),
            )
        )
    entries.sort(key=lambda e: e.id, reverse=True)
    return entries[:limit]


def _audit_of(row: TransactionRow, target: str) -> AuditView:
    # Show the entry for the account asked for, or else for the first that belongs to a person.
    sides: dict[str, tuple[Account, int, int, int, int]] = {}
    for leg in row.legs:
        for account, delta, balance, held_delta, held in (
            (leg.source, -leg.amount, leg.source_balance, leg.pending, leg.source_held),
            (leg.destination, leg.amount, leg.destination_balance, 0, leg.destination_held),
        ):
            first = sides.get(account.path)
            if first and first[0].asset != account.asset:
                continue
            was, was_held = (first[1], first[2]) if first else (balance - delta, held - held_delta)
            sides[account.path] = (account, was, was_held, balance, held)
    chosen = sides.get(target) or next((s for s in sides.values() if s[0].stream), next(iter(sides.values())))
    account, was, was_held, balance, held = chosen
    scale = account.scale
    return AuditView(
        row.id,
        format_time(row.recorded_at),
        row.actor,
        row.principal,
        row.kind,
        f"{account.path}/{account.asset}",
        row.reason,
        row.key,
        {"balance": format_amount(was, scale), "held": format_amount(was_held, scale)},
        {"balance": format_amount(balance, scale), "held": format_amount(held, scale)},
        {"postings": len(row.legs), "reverses": row.reverses, "hold": row.hold.id if row.hold else None},
    )


def write_act(values: tuple[Any, ...]) -> Flow[None]:
    """Keep an audit entry (id, kind, principal, actor, target, reason, key, before, after) for this moment."""
    (now,) = yield Query("read_now")
    yield Query("insert_acts", ([(values[0], now, *values[1:], None)],))


def list_assets() -> Flow[dict[str, Asset]]:
    """Read all assets, by code."""
    return {code: Asset(code, scale) for code, scale in (yield Query("list_assets"))}


def add_asset(asset: Asset) -> Flow[Asset]:
    """Create an asset unless it exists; returns the asset as stored."""
    yield Query("insert_asset", asset)
    return (yield from list_assets())[asset.code]


def hold_assets(ids: list[str]) -> Flow[dict[str, str]]:
    """Read the asset of each of these holds that exists, by id."""
    rows = (yield Query("find_holds", (ids,))) if ids else []
    return {id: asset for id, _, _, asset in rows}


def paths_to_close() -> Flow[list[tuple[str, str, int]]]:
    """Read the paths that are closing and hold nothing: path, where the rest goes, number of the change."""
    return [tuple(row) for row in (yield Query("paths_to_close", ()))]


class StateChange(NamedTuple):
    """A change of an account's state as the audit log has it: ``at`` in microseconds, ``batch`` that of its entry."""

    batch: int
    id: str
    at: int
    act: Act
    path: str
    state: str
    rest_to: str
    principal: str
    key: str
    actor: str
    reason: str


def state_changes(behind: StateChange | None, limit: int) -> Flow[list[StateChange]]:
    """Read the next changes of accounts' states, in the order in which they were made; None for the first."""
    after = (0, FIRST_ID) if behind is None else (behind.batch, behind.id)
    rows = yield Query("export_state_changes", (*after, limit))
    found = []
    for batch, id, at, kind, path, text, *rest in rows:
        to = msgspec.json.decode(text)
        act = kind.removesuffix("_account")
        found.append(StateChange(batch, id, at, act, path, to["state"], to.get("rest_to", ""), *rest))
    return found


def leg_assets(ids: list[str], most: int) -> Flow[dict[str, list[str]]]:
    """Read the assets of these transactions' postings, in their order, by id; at most ``most`` postings in all."""
    rows = (yield Query("find_leg_assets", (ids, most))) if ids else []
    found: dict[str, list[str]] = {}
    for id, _, asset in sorted(rows):
        found.setdefault(id, []).append(asset)
    return found
