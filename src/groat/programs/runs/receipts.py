"""Receipts: per person of a run, when it was committed, how many devices were sent it, and when it was seen."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from groat.ledger.amounts import Asset, format_amount
from groat.ledger.rows import TransactionRow
from groat.ledger.text import format_time
from groat.programs.runs import reading
from groat.programs.runs.rows import CheckedRow, RunRow, StoredDraft
from groat.programs.runs.views import Outcome
from groat.store.flow import Flow
from groat.store.streams import Reached, read_deliveries


class RunReceipt(msgspec.Struct):
    """The receipt of one person's row.

    ``sent`` counts the person's devices that got the change, at once or when they came back, and ``seen`` those that
    have shown it; ``sent_at`` and ``seen_at`` are the first of these moments.
    """

    number: int
    line: int
    user: str
    amount: str
    outcome: Outcome
    before: str | None
    after: str | None
    transaction: str | None
    committed_at: str | None
    sent: int
    sent_at: str | None
    seen: int
    seen_at: str | None


class RunReceiptPage(msgspec.Struct):
    """Receipts of a run: those behind the first ``from`` of ``total``."""

    items: list[RunReceipt]
    start: int = msgspec.field(name="from")
    total: int


def page_receipts(
    run: RunRow, stored: StoredDraft, start: int, limit: int, assets: dict[str, Asset]
) -> Flow[RunReceiptPage]:
    """Read the receipts of rows that a run posts: ``limit`` of those behind the first ``start``."""
    rows, total = yield from reading.rows_of(stored, "selected", start, limit)
    fates = yield from reading.read_fates(run, rows, assets)
    events = {
        row.number: event for row in rows if (event := _event(row, fates[row.number].transaction)) is not None
    }
    told = yield from read_deliveries(sorted(set(events.values())))
    scale = assets[run.asset].scale
    items = [
        _receipt(row, fates[row.number], told.get(events.get(row.number, ("", 0)), ()), scale) for row in rows
    ]
    return RunReceiptPage(items, start, total)


def _event(row: CheckedRow, made: TransactionRow | None) -> tuple[str, int] | None:
    stream = f"user:{row.person}"
    position = None if made is None else made.positions.get(stream)
    return None if position is None else (stream, int(position.rpartition(":")[2]))


def _receipt(row: CheckedRow, fate: reading.RowFate, devices: Sequence[Reached], scale: int) -> RunReceipt:
    made = fate.transaction
    before, after = (None, None) if made is None else reading.balances_of(made, row.person)
    sent = [each.sent for each in devices if each.sent is not None]
    seen = [each.seen for each in devices if each.seen is not None]
    units = abs(after - before) if before is not None and after is not None else row.posts or 0
    return RunReceipt(
        number=row.number,
        line=reading.line_of(row),
        user=row.person,
        amount=format_amount(units, scale),
        outcome=fate.outcome,
        before=None if before is None else format_amount(before, scale),
        after=None if after is None else format_amount(after, scale),
        transaction=fate.id,
        committed_at=None if made is None else format_time(made.recorded_at),
        sent=len(sent),
        sent_at=_first(sent),
        seen=len(seen),
        seen_at=_first(seen),
    )


def _first(times: Sequence[int]) -> str | None:
    return format_time(min(times)) if times else None
