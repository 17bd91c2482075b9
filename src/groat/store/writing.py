"""Write what a batch decided: postings, events, transactions, balances, the rows of programs, and keys."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

import msgspec

from groat.ledger.book import KNOWN_EXTRAS, Book, LateNews, Line, OutboxEvent, ProgramRow, Table
from groat.ledger.errors import Interrupted
from groat.ledger.rows import Account, Grant, HoldRow, TransactionRow
from groat.ledger.views import EventData, bare_event, events_of
from groat.store.batch import Published, hint_of
from groat.store.budgets import budget_statements
from groat.store.flow import Flow, Query
from groat.store.grants import allocation_values, extras_values, grant_statements, granted_values
from groat.store.locking import Stream
from groat.store.rows import account_values, hold_changes, hold_values, posting_values, transaction_values

# A batch's summary for a stream has at most so many lines. Readers get the rest from the list.
LINES_MAX = 100

_encode = msgspec.json.encode
_decode_event = msgspec.json.Decoder(EventData).decode
_pack = msgspec.msgpack.encode


class Link(NamedTuple):
    """The link of a batch in the hash chain of ``worker``: the hash ``previous`` to it, and the number it will have."""

    worker: str
    previous: str
    batch: int


def number_events(
    book: Book, streams: dict[str, Stream]
) -> Flow[tuple[list[Published], list[tuple[Any, ...]]]]:
    """Give each event of the batch its place in its stream, and open the streams that are new.

    Returns what is published, and the rows of what rooms are told later. Raises Interrupted when another batch opened
    one of the streams first.
    """
    later: list[tuple[Any, ...]] = []
    told: dict[str, list[OutboxEvent]] = {}
    for t in book.outbox:
        told.setdefault(t.transaction, []).append(t)
    events: dict[str, list[bytes]] = {}
    for row in book.made:
        pairs = dict(events_of(row))
        for t in told.get(row.id, ()):
            event = pairs.setdefault(t.stream, bare_event(row))
            event.type, event.data = t.event, t.data
            if t.notification is not None:
                event.notification = t.notification
        for name, event in pairs.items():
            if book.tells_later(name):
                event, added = msgspec.structs.replace(event, notification=msgspec.UNSET), event.notification
                later.append(
                    _later_row(book.now, row.id, LateNews(name, _encode(event), None, added or None))
                )
                continue
            stream = streams[name]
            stream.head += 1
            row.positions[name] = f"{stream.epoch}:{stream.head}"
            events.setdefault(name, []).append(_encode(event))
    for news in book.late:
        if news.line is None:
            streams[news.stream].head += 1
            events.setdefault(news.stream, []).append(_with_notification(news))
    for line in book.lines:
        if book.tells_later(line.stream):
            event = _summary_event(book, line)
            later.append(
                _later_row(book.now, line.transaction, LateNews(line.stream, _encode(event), line.data))
            )
    for name, summary in _summaries(book).items():
        stream = streams[name]
        stream.head += len(summary)
        events.setdefault(name, []).extend(summary)
    if not events:
        return [], later
    missing = [(n, 0, 0) for n in sorted(events) if streams[n].id is None]
    if missing:
        if (yield Query("open_streams", (missing,))) != len(missing):
            raise Interrupted("Another batch began one of the streams first.")
        for name, id, _, _ in (yield Query("lock_streams", ([n for n, _, _ in missing],))):
            streams[name].id = id
    published = [
        Published(n, streams[n].epoch, streams[n].first, streams[n].head, tuple(e))
        for n, e in sorted(events.items())
    ]
    return published, later


def _later_row(now: int, transaction: str, news: LateNews) -> tuple[Any, ...]:
    line, added = (
        None if each is None else _encode(each).decode() for each in (news.line, news.notification)
    )
    return (now, transaction, news.stream, news.event.decode(), line, added)


def _with_notification(news: LateNews) -> bytes:
    if news.notification is None:
        return news.event
    event = _decode_event(news.event)
    event.notification = news.notification
    return _encode(event)


def _summary_event(book: Book, line: Line) -> EventData:
    event = bare_event(book.transactions[line.transaction])
    event.type, event.reason = line.event, ""
    return event


def _summaries(book: Book) -> dict[str, list[bytes]]:
    lines: dict[tuple[str, str], list[tuple[EventData, Any]]] = {}
    for news in book.late:
        if news.line is not None:
            event = _decode_event(news.event)
            lines.setdefault((news.stream, event.type), []).append((event, news.line))
    for line in book.lines:
        if not book.tells_later(line.stream):
            lines.setdefault((line.stream, line.event), []).append((_summary_event(book, line), line.data))
    summaries: dict[str, list[bytes]] = {}
    for (stream, _), told in lines.items():
        # A summary's cause is the last transaction in it.
        event, _ = told[-1]
        event.data = {
            "items": [data for _, data in told[-LINES_MAX:]],
            "more": max(0, len(told) - LINES_MAX),
        }
        summaries.setdefault(stream, []).append(_encode(event))
    return summaries


def postings_of(made: Sequence[TransactionRow]) -> list[tuple[Any, ...]]:
    """Return the rows of all postings of transactions."""
    return [posting_values(t, leg) for t in made for leg in t.legs]


def statements(
    book: Book,
    made: Sequence[TransactionRow],
    streams: dict[str, Stream],
    link: Link,
    commands: int,
    published: Sequence[Published],
    postings: list[tuple[Any, ...]],
    audit: list[tuple[Any, ...]],
) -> Iterator[Query]:
    """Make what writes the batch, one statement after the other, but for postings, the rows of programs, and keys.

    ``made`` are its transactions in the order of their ids.
    """
    if published:
        events = [
            (streams[p.stream].id, p.first + i, book.now, data.decode())
            for p in published
            for i, data in enumerate(p.events or ())
        ]
        yield Query("insert_events", (sorted(events, key=lambda e: e[:2]),))
    transactions = [transaction_values(t) for t in made]
    ranges = _encode([[p.stream, p.epoch, p.first, p.last] for p in published]).decode()
    worker, previous, batch = link
    allocations = allocation_values(made) if book.purses else []
    changed = book.changed(Grant) if book.purses else []
    granted = granted_values(changed)
    digest = batch_hash(previous, transactions, postings, audit, allocations, granted)
    written = (batch, book.now, worker, commands, ranges, previous, digest, KNOWN_EXTRAS)
    yield Query("insert_batch", ([written],))
    if transactions:
        yield Query("insert_transactions", ([(*values, batch) for values in transactions],))
    yield from _hold_statements(book)
    accounts = book.changed(Account)
    if book.purses:
        yield from grant_statements(book, changed, allocations)
    if book.budgets is not None:
        yield from budget_statements(book)
    if book.extras:
        # One that was opened again has none any more, and had some.
        special = [a for a in accounts if a.extras or (book.before(a) or (0,))[-1]]
        if special:
            values = sorted(extras_values(a, book.now, book.purses.get(a)) for a in special)
            yield Query("update_accounts_with_extras", (values,))
        accounts = sorted(set(accounts) - set(special), key=lambda a: a.id)
    if accounts:
        yield Query("update_accounts", (sorted(account_values(a) for a in accounts),))
    if published:
        yield Query("update_streams", (sorted((streams[p.stream].id, p.last) for p in published),))
    if audit:
        yield Query("insert_acts", ([(*values, batch) for values in audit],))


def _hold_statements(book: Book) -> Iterator[Query]:
    if not book.holds:
        return
    made = {t.id for t in book.made}
    new = sorted(hold_values(h) for h in book.holds.values() if h.id in made)
    if new:
        yield Query("insert_holds", (new,))
    old = sorted(hold_changes(h) for h in book.changed(HoldRow) if h.id not in made)
    if old:
        yield Query("update_holds", (old,))


def write_program_rows(book: Book) -> Flow[list[Published]]:
    """Write the rows of programs that commands changed, table by table. Returns hints of the boards that show them."""
    by_table: dict[Table, list[tuple[Any, ...]]] = {}
    for row in book.changed(ProgramRow):
        by_table.setdefault(row.table, []).append(tuple(row.values or ()))
    boards: dict[str, None] = {}
    for table, rows in sorted(by_table.items()):
        if table.write:
            yield Query(table.write, (sorted(rows),))
        if table.shows is not None:
            boards.update(dict.fromkeys(chain.from_iterable(map(table.shows, rows))))
    return [hint_of(board) for board in boards]


def batch_hash(
    previous: str,
    transactions: list[tuple[Any, ...]],
    postings: list[tuple[Any, ...]],
    audit: list[tuple[Any, ...]],
    allocations: list[tuple[Any, ...]],
    granted: list[tuple[Any, ...]],
) -> str:
    """SHA-256 (hex) over the batch's rows in the order of their ids, chained to the one before."""
    # Leave out a missing cause, so that the hash is the one of versions that knew no causes.
    hashed = [row if row[-1] is not None else row[:-1] for row in transactions]
    # Likewise leave out grants where there are none.
    rows = (hashed, postings, audit, allocations, granted) if allocations else (hashed, postings, audit)
    return hashlib.sha256(previous.encode() + _pack(rows)).hexdigest()
