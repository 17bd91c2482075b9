"""Look up every update of people's credits: by whom, why, before and after, and which devices it reached."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from groat.ledger.amounts import Asset, format_amount
from groat.ledger.rows import Account, TransactionRow
from groat.ledger.text import format_time
from groat.programs.credits.admin.views import CreditUpdate, DeviceView
from groat.store.flow import Flow, Query
from groat.store.rows import load_transactions
from groat.store.streams import Reached, read_deliveries

PEOPLE = "user"

Assets = dict[str, Asset]
Event = tuple[str, int]


class Sought(NamedTuple):
    """The updates that are looked for: of a ``user``, by an ``actor``, with a text in the ``reason``, '' for all.

    Committed from ``start`` up to, not including, ``end`` (microseconds since 1970).
    """

    user: str
    actor: str
    reason: str
    start: int
    end: int


def page_updates(
    wanted: Sought, before: str, limit: int, assets: Assets
) -> Flow[tuple[list[CreditUpdate], str | None]]:
    """Read the updates of the next ``limit`` transactions below an id, newest first; with the id to go on from."""
    whose = f"{PEOPLE}:{wanted.user}" if wanted.user else PEOPLE
    statement = "credits_page_updates_of" if wanted.user else "credits_page_updates"
    args = (before, whose, wanted.actor, wanted.start, wanted.end, wanted.reason, limit)
    ids = [id for (id,) in (yield Query(statement, args))]
    if not ids:
        return [], None
    loaded = yield from load_transactions(ids, assets)
    undone = {id for id, _, amount in (yield Query("find_reversed", (ids,))) if amount}
    rows = [loaded[id] for id in ids if id in loaded]
    told = yield from read_deliveries(sorted({event for row in rows for event in _events(row).values()}))
    items = [
        update
        for row in rows
        for update in _updates(row, row.id in undone, told)
        if not wanted.user or update.user == wanted.user
    ]
    return items, ids[-1] if len(ids) == limit else None


def read_devices(transaction: str, user: str, assets: Assets) -> Flow[list[DeviceView] | None]:
    """Read which devices of a person a transaction reached; None where it did not change what they have."""
    row = (yield from load_transactions([transaction], assets)).get(transaction)
    event = None if row is None else _events(row).get(f"{PEOPLE}:{user}")
    if event is None:
        return None
    devices = (yield from read_deliveries([event])).get(event, [])
    devices.sort(key=lambda each: min(filter(None, (each.sent, each.seen))))
    return [DeviceView(each.device, _time(each.sent), _time(each.seen)) for each in devices]


def _events(row: TransactionRow) -> dict[str, Event]:
    """Return the events of people that tell of a transaction, by stream."""
    return {
        stream: (stream, int(position.rpartition(":")[2]))
        for stream, position in row.positions.items()
        if stream.startswith(f"{PEOPLE}:")
    }


def _updates(
    row: TransactionRow, undone: bool, told: Mapping[Event, list[Reached]]
) -> Iterable[CreditUpdate]:
    events = _events(row)
    for account, was, now in _balances(row):
        if was == now:
            continue
        _, user, *_ = account.path.split(":")
        event = events.get(f"{PEOPLE}:{user}")
        devices = [] if event is None else told.get(event, [])
        sent = [each.sent for each in devices if each.sent is not None]
        seen = [each.seen for each in devices if each.seen is not None]
        yield CreditUpdate(
            transaction=row.id,
            at=format_time(row.recorded_at),
            kind=row.kind,
            user=user,
            account=account.path,
            asset=account.asset,
            delta=format_amount(now - was, account.scale),
            before=format_amount(was, account.scale),
            after=format_amount(now, account.scale),
            actor=row.actor,
            principal=row.principal,
            reason=row.reason,
            cause=row.cause,
            reverses=row.reverses,
            reversed=undone,
            sent=len(sent),
            seen=len(seen),
            sent_at=_time(min(sent, default=None)),
            seen_at=_time(min(seen, default=None)),
        )


def _balances(row: TransactionRow) -> Iterable[tuple[Account, int, int]]:
    """Return people's accounts with their balances before and after a transaction."""
    found: dict[int, tuple[Account, int, int]] = {}
    for leg in row.legs:
        for account, delta, balance in (
            (leg.source, -leg.amount, leg.source_balance),
            (leg.destination, leg.amount, leg.destination_balance),
        ):
            if account.path.startswith(f"{PEOPLE}:"):
                _, was, _ = found.get(account.id, (account, balance - delta, 0))
                found[account.id] = (account, was, balance)
    return found.values()


def _time(at: int | None) -> str | None:
    return None if at is None else format_time(at)
