"""Wire forms for callers and screens: decimal strings, RFC 3339 times and canonical ids."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Final

import msgspec

from groat.ledger.amounts import Asset, format_amount
from groat.ledger.rows import Account, Expiring, HoldRow, TransactionRow
from groat.ledger.text import format_time

_encode = msgspec.json.encode
_decode = msgspec.json.decode

# The OpenAPI document knows more than str and Any, but a stored answer must be read as it was written.
HoldState = Annotated[
    str, msgspec.Meta(extra_json_schema={"enum": ["open", "captured", "released", "expired"]})
]
GrantClass = Annotated[str, msgspec.Meta(extra_json_schema={"enum": ["paid", "promotional"]})]
AccountState = Annotated[
    str, msgspec.Meta(extra_json_schema={"enum": ["open", "frozen", "closing", "closed"]})
]
Metadata = Annotated[Any, msgspec.Meta(extra_json_schema={"type": "object"})]


class PostingView(msgspec.Struct):
    """A posting on the wire: ``amount`` is a decimal string."""

    source: str
    destination: str
    amount: str
    asset: str


class ExpiringView(msgspec.Struct):
    """The part of a balance that expires next: its amount as a decimal string, and when."""

    amount: str
    at: str


class AllocationView(msgspec.Struct):
    """By how much a posting (its number from 0) changed what remains of a grant, and what is held of it.

    ``account`` is whose grant it is; ``class`` is paid or promotional; ``expires_at`` is None for never.
    """

    grant: str
    posting: int
    account: str
    amount: str
    held: str
    class_: GrantClass = msgspec.field(name="class")
    expires_at: str | None = None


class BalanceView(msgspec.Struct):
    """A balance on the wire; ``floor`` and ``ceiling`` are None where there is no limit.

    Both are left out of a transaction's balances: its answer tells for ever what it did, and limits have no history.
    ``expiring`` is what expires next, left out where nothing does and of a transaction's balances. What has expired is
    not available, also before it is booked, so two answers of one ``version`` may differ: the one with the later
    ``as_of``, the moment of reading, counts. A transaction's balances are as of its ``recorded_at``. ``dry_run`` comes
    with the answer to a dry run of new limits.
    """

    account: str
    asset: str
    balance: str
    available: str
    held: str
    version: int
    floor: str | msgspec.UnsetType | None = msgspec.UNSET
    ceiling: str | msgspec.UnsetType | None = msgspec.UNSET
    expiring: ExpiringView | msgspec.UnsetType = msgspec.UNSET
    as_of: str | msgspec.UnsetType = msgspec.UNSET
    dry_run: bool | msgspec.UnsetType = msgspec.UNSET


class AccountUpdated(msgspec.Struct):
    """The data of an event ``account_updated``: an account of the stream's owner was frozen, closed or opened again."""

    account: str
    state: AccountState


class MemberUpdated(msgspec.Struct):
    """The data of an event ``member_updated``: what a person may do on a shared account, nothing if they left it.

    It goes to that person, and to the members who manage.
    """

    account: str
    user: str
    rights: list[str]


class ShareView(msgspec.Struct):
    """A shared account that a person is a member of, and what they may do there."""

    account: str
    rights: list[str]


class AccountView(msgspec.Struct):
    """All balances of one account, by asset. ``state`` is left out while it is open."""

    account: str
    balances: list[BalanceView]
    state: AccountState | msgspec.UnsetType = msgspec.UNSET


class HoldView(msgspec.Struct):
    """A hold on the wire; ``state`` is open, captured, released or expired; ``expires_at`` None for never."""

    id: str
    source: str
    destination: str
    asset: str
    amount: str
    captured: str
    released: str
    remaining: str
    state: HoldState
    expires_at: str | None
    created_at: str


SETTLE: Final = "settle"
"""The kind of a settlement, and the member of its metadata that says what was not paid (:class:`Unpaid`)."""


class Unpaid(msgspec.Struct, omit_defaults=True):
    """The part of what was used that a settlement could not post, and the code that kept all of the excess out."""

    shortfall: str
    refused: str = ""


class SettledView(msgspec.Struct):
    """The effect of a settlement, as decimal strings.

    It ``captured`` so much of the hold and ``freed`` the rest; ``spent`` was paid beyond the hold, and ``shortfall``
    was used and not paid. ``refused`` is the code that kept all of the excess out, left out where none did.
    """

    captured: str
    spent: str
    freed: str
    shortfall: str
    refused: str | msgspec.UnsetType = msgspec.UNSET


class TransactionView(msgspec.Struct):
    """A transaction on the wire, with the balances right after it and the positions of its events.

    ``at`` is the effective time, ``recorded_at`` the time of the commit. ``id`` is None for a command that found
    nothing to change; ``balances`` and ``positions`` then are the present ones. ``cause`` is the request that did it
    (``request:transfer:<id>``), None for what a caller posted. ``moved`` is what moved in all, where an amount was
    meant as "at most" and all postings are of one asset. ``grants`` says what it changed of grants, and is left out
    where it changed none. ``settled`` comes with the settlement of a hold. With ``dry_run`` nothing was done, and its
    ids name nothing.
    """

    id: str | None
    kind: str
    postings: list[PostingView]
    reason: str
    metadata: Metadata
    actor: str
    principal: str
    key: str
    at: str
    recorded_at: str
    reverses: str | None
    hold: HoldView | None
    balances: list[BalanceView]
    positions: dict[str, str]
    replayed: bool = False
    cause: str | None = None
    moved: str | msgspec.UnsetType = msgspec.UNSET
    dry_run: bool | msgspec.UnsetType = msgspec.UNSET
    grants: list[AllocationView] | msgspec.UnsetType = msgspec.UNSET
    settled: SettledView | msgspec.UnsetType = msgspec.UNSET


class BulkTransactions(msgspec.Struct):
    """The transactions of an atomic bulk, in the order of its items."""

    transactions: list[TransactionView]
    replayed: bool = False


class EntryView(msgspec.Struct):
    """One line of an account's history: what changed (``delta``, ``held_delta``) and how the account stood after it."""

    transaction: str
    kind: str
    account: str
    asset: str
    delta: str
    balance: str
    held_delta: str
    held: str
    version: int
    counterparty: str
    reason: str
    actor: str
    metadata: Metadata
    at: str
    recorded_at: str
    hold: str | None
    reverses: str | None


class AuditView(msgspec.Struct):
    """One audit entry, of a transaction or of an act that moved no money; ``before`` and ``after`` are JSON values."""

    id: str
    at: str
    actor: str
    principal: str
    kind: str
    target: str
    reason: str
    key: str
    before: Any
    after: Any
    details: Any = None


def read_view(account: Account) -> BalanceView:
    """Make the view of an account that was read at its ``as_of``, 0 for an account as it was in the past."""
    view = balance_view(account)
    if account.as_of:
        view.as_of = format_time(account.as_of)
    return view


def balance_view(account: Account) -> BalanceView:
    """Make the view of an account as it is now."""
    scale = account.scale
    return BalanceView(
        account.path,
        account.asset,
        format_amount(account.balance, scale),
        format_amount(account.available - account.expired, scale),
        format_amount(account.debits_pending, scale),
        account.version,
        None if account.floor is None else format_amount(account.floor, scale),
        None if account.ceiling is None else format_amount(account.ceiling, scale),
        _expiring_view(account.expiring, scale),
    )


def _expiring_view(expiring: Expiring | None, scale: int) -> ExpiringView | msgspec.UnsetType:
    if expiring is None:
        return msgspec.UNSET
    return ExpiringView(format_amount(expiring.amount, scale), format_time(expiring.at))


def _allocation_views(row: TransactionRow) -> list[AllocationView] | msgspec.UnsetType:
    views = [
        AllocationView(
            each.grant.id,
            leg.number,
            each.grant.account.path,
            format_amount(each.amount, leg.source.scale),
            format_amount(each.held, leg.source.scale),
            each.grant.cls,
            None if each.grant.expires_at is None else format_time(each.grant.expires_at),
        )
        for leg in row.legs
        for each in leg.allocations
    ]
    return views or msgspec.UNSET


def _settled_view(row: TransactionRow, metadata: Any) -> SettledView | msgspec.UnsetType:
    if row.kind != SETTLE or not row.legs:
        return msgspec.UNSET
    scale = row.legs[0].source.scale
    captured = sum(leg.amount for leg in row.legs if leg.pending < 0)
    unpaid = metadata.get(SETTLE, {"shortfall": format_amount(0, scale)})
    return SettledView(
        format_amount(captured, scale),
        format_amount(sum(leg.amount for leg in row.legs) - captured, scale),
        format_amount(-sum(leg.pending for leg in row.legs) - captured, scale),
        unpaid["shortfall"],
        unpaid.get("refused", msgspec.UNSET),
    )


def side_view(account: Account, balance: int, held: int, version: int) -> BalanceView:
    """Make the view of a balance right after one of its postings."""
    scale = account.scale
    return BalanceView(
        account.path,
        account.asset,
        format_amount(balance, scale),
        format_amount(balance - held, scale),
        format_amount(held, scale),
        version,
    )


def hold_view(hold: HoldRow, after: tuple[Any, ...] | None = None) -> HoldView:
    """Make the view of a hold as it is, or as it was ``after()`` an earlier transaction."""
    captured, released, status, *end = after or hold.after()
    if end:
        (expires_at,) = end
    else:
        expires_at = hold.expires_at if hold.first_expires_at is None else hold.first_expires_at
    scale = hold.source.scale
    return HoldView(
        hold.id,
        hold.source.path,
        hold.destination.path,
        hold.source.asset,
        format_amount(hold.amount, scale),
        format_amount(captured, scale),
        format_amount(released, scale),
        format_amount(hold.amount - captured - released, scale),
        status,
        None if expires_at is None else format_time(expires_at),
        format_time(hold.created_at),
    )


def transaction_view(row: TransactionRow, replayed: bool = False) -> TransactionView:
    """Make the view of a transaction, with each account that it touched as it was after the last posting."""
    sides: dict[Account, tuple[int, int, int]] = {}
    postings = []
    for leg in row.legs:
        sides[leg.source] = (leg.source_balance, leg.source_held, leg.source_version)
        sides[leg.destination] = (leg.destination_balance, leg.destination_held, leg.destination_version)
        amount = leg.amount or abs(leg.pending)
        postings.append(
            PostingView(
                leg.source.path,
                leg.destination.path,
                format_amount(amount, leg.source.scale),
                leg.source.asset,
            )
        )
    metadata = _decode(row.metadata) if row.metadata else {}
    return TransactionView(
        row.id,
        row.kind,
        postings,
        row.reason,
        metadata,
        row.actor,
        row.principal,
        row.key,
        format_time(row.effective_at),
        format_time(row.recorded_at),
        row.reverses,
        hold_view(row.hold, row.hold_after) if row.hold else None,
        [side_view(account, *side) for account, side in sides.items()],
        row.positions,
        replayed,
        row.cause,
        grants=_allocation_views(row),
        settled=_settled_view(row, metadata),
    )


class BalanceChange(msgspec.Struct):
    """One balance in an event: its change and the absolute values after it, as decimal strings.

    ``expiring`` is what expires next, left out where nothing does.
    """

    account: str
    asset: str
    delta: str
    balance: str
    available: str
    held: str
    version: int
    expiring: ExpiringView | msgspec.UnsetType = msgspec.UNSET


class EventData(msgspec.Struct, omit_defaults=True):
    """An event as it is stored and pushed. ``type`` is ``balance_updated`` where no program told more.

    ``changes`` are of the stream's own balances. ``key`` comes only when the stream's own user issued the command: it
    ends that user's pending overlay. ``hold`` is the id of the hold that the transaction concerns. ``data`` is what a
    program told, by the type of the event.
    """

    type: str
    transaction: str
    kind: str
    reason: str
    at: str
    recorded_at: str
    changes: list[BalanceChange] | msgspec.UnsetType = msgspec.UNSET
    key: str | msgspec.UnsetType = msgspec.UNSET
    hold: str | msgspec.UnsetType = msgspec.UNSET
    data: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    notification: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET


class SnapshotData(msgspec.Struct, omit_defaults=True):
    """A stream as it stood at a position; ``user`` only with a person's, ``balances`` empty with a room's.

    ``as_of`` is the time of reading. ``ahead_s`` comes from a sandbox alone: how many seconds its clock was set
    forward. ``shared`` are the accounts that the person is a member of, left out where there are none; their balances
    are among the others. Programs add fields of their own.
    """

    balances: list[BalanceView]
    as_of: str
    user: str | msgspec.UnsetType = msgspec.UNSET
    ahead_s: float | msgspec.UnsetType = msgspec.UNSET
    shared: list[ShareView] | msgspec.UnsetType = msgspec.UNSET


def bare_event(row: TransactionRow) -> EventData:
    """Make an event about a transaction, without changes."""
    return EventData(
        "balance_updated",
        row.id,
        row.kind,
        row.reason,
        format_time(row.effective_at),
        format_time(row.recorded_at),
    )


def events_of(row: TransactionRow) -> Iterable[tuple[str, EventData]]:
    """Make the (stream, event) pairs of a transaction: one for each owner or member, with all changes of theirs."""
    by_stream: dict[str, dict[Account, BalanceChange]] = {}
    deltas: dict[Account, int] = {}
    for leg in row.legs:
        for account, delta, balance, held, version, expiring in (
            (
                leg.source,
                -leg.amount,
                leg.source_balance,
                leg.source_held,
                leg.source_version,
                leg.source_expiring,
            ),
            (
                leg.destination,
                leg.amount,
                leg.destination_balance,
                leg.destination_held,
                leg.destination_version,
                leg.destination_expiring,
            ),
        ):
            if account.stream is None and not account.members:
                continue
            total = deltas[account] = deltas.get(account, 0) + delta
            scale = account.scale
            change = BalanceChange(
                account.path,
                account.asset,
                format_amount(total, scale),
                format_amount(balance, scale),
                format_amount(balance - held, scale),
                format_amount(held, scale),
                version,
                msgspec.UNSET if expiring is None else _expiring_view(expiring, scale),
            )
            for stream in account.streams:
                by_stream.setdefault(stream, {})[account] = change
    for stream, changes in by_stream.items():
        event = bare_event(row)
        event.changes = list(changes.values())
        if row.principal == stream:
            event.key = row.key
        if row.hold is not None:
            event.hold = row.hold.id
        yield stream, event


def entry_view(asset: Asset, account: str, values: list[Any]) -> EntryView:
    """Make an entry from a row of the ``list_entries`` statement."""
    (
        transaction,
        kind,
        delta,
        balance,
        held_delta,
        held,
        version,
        other,
        reason,
        actor,
        metadata,
        at,
        recorded,
        hold,
        rev,
    ) = values
    return EntryView(
        transaction,
        kind,
        account,
        asset.code,
        format_amount(delta, asset.scale),
        format_amount(balance, asset.scale),
        format_amount(held_delta, asset.scale),
        format_amount(held, asset.scale),
        version,
        other,
        reason,
        actor,
        _decode(metadata) if metadata else {},
        format_time(at),
        format_time(recorded),
        hold,
        rev,
    )
