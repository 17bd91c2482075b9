"""Flows that read streams, and the few that keep them: epochs, retention, receipts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from groat.ledger.amounts import Asset
from groat.ledger.clock import seconds
from groat.ledger.rows import Account
from groat.ledger.text import format_time
from groat.ledger.views import BalanceView, read_view
from groat.store.assets import learn_assets
from groat.store.flow import Contribute, Flow, Query
from groat.store.grants import read_expiring
from groat.store.locking import stream_epoch
from groat.store.members import list_shares, shared_balances
from groat.store.moment import read_time

BEHIND_MAX = 10_000

_encode = msgspec.json.encode


class Head(NamedTuple):
    """The end of a stream (``offset``, 0 before its first event) and the ``oldest`` offset that is still kept."""

    epoch: str
    offset: int
    oldest: int


class StoredEvent(NamedTuple):
    """One stored event: ``data`` is its JSON, ready to be embedded."""

    offset: int
    data: bytes


class Snapshot(NamedTuple):
    """A person's balances as JSON (``data``) and the position up to which they include the stream."""

    epoch: str
    offset: int
    data: bytes


class Resume(NamedTuple):
    """The events or the snapshot with which a reader goes on.

    ``recovered``: ``events`` follow its position without a gap, ``offset`` is the last of them, ``head`` the stream's;
    else ``snapshot`` and ``offset`` replace what it knew. ``ahead``: it knew more than the database does.
    """

    recovered: bool
    epoch: str
    events: list[StoredEvent]
    offset: int
    head: int
    snapshot: bytes | None
    ahead: bool = False


class Wanted(NamedTuple):
    """The position from which a reader wants up to ``limit`` events of up to ``bytes_max`` bytes, but at least one."""

    stream: str
    epoch: str | None
    offset: int
    limit: int
    bytes_max: int


def read_heads(streams: Sequence[str]) -> Flow[dict[str, Head]]:
    """Read the heads of the streams; one that nobody has written to is at offset 0."""
    (epoch,) = yield Query("read_epoch")
    heads = {name: Head(epoch, 0, 1) for name in streams}
    for name, generation, head, oldest in (yield Query("read_heads", (list(streams),))):
        heads[name] = Head(stream_epoch(epoch, generation), head, head + 1 if oldest is None else oldest)
    return heads


def read_events(stream: str, after: int, limit: int, bytes_max: int) -> Flow[list[StoredEvent]]:
    """Read events behind ``after`` in order: at most ``limit``, at most ``bytes_max`` bytes, but at least one."""
    rows = yield Query("read_events", (stream, after, limit))
    return _cut([StoredEvent(offset, text.encode()) for offset, text in rows], 0, limit, bytes_max)


def _cut(events: list[StoredEvent], start: int, limit: int, bytes_max: int) -> list[StoredEvent]:
    size = 0
    stop = start
    for event in events[start : start + limit]:
        size += len(event.data)
        if stop > start and size > bytes_max:
            break
        stop += 1
    return events[start:stop]


def read_ranges(ranges: Mapping[str, tuple[int, int]]) -> Flow[dict[str, list[StoredEvent]]]:
    """Read events of several streams in one statement: for each stream those behind ``after`` up to ``upto``."""
    found: dict[str, list[StoredEvent]] = {name: [] for name in ranges}
    wanted = [(name, after, upto) for name, (after, upto) in ranges.items()]
    for name, offset, text in (yield Query("read_ranges", (wanted,))):
        found[name].append(StoredEvent(offset, text.encode()))
    for events in found.values():
        events.sort()
    return found


def read_snapshot(
    stream: str, assets: dict[str, Asset], programs: Sequence[Contribute] = ()
) -> Flow[Snapshot]:
    """Read the balances of the stream's person, what programs add, and the position, in one database snapshot."""
    heads = yield from read_heads([stream])
    return (yield from _read_snapshots(heads, assets, programs))[stream]


def _read_snapshots(
    heads: Mapping[str, Head], assets: dict[str, Asset], programs: Sequence[Contribute]
) -> Flow[dict[str, Snapshot]]:
    time = yield from read_time()
    added: dict[str, dict[str, Any]] = {stream: {} for stream in heads}
    for contribute in programs:
        for stream, fields in (yield from contribute(list(heads))).items():
            added[stream] |= fields
    snapshots: dict[str, Snapshot] = {}
    for stream, head in heads.items():
        kind, _, user = stream.partition(":")
        data: dict[str, Any] = {"user": user} if kind == "user" else {}
        balances: list[BalanceView] = []
        if kind == "user":
            rows = yield Query("read_balances", (stream, f"{stream}:", f"{stream};"))
            yield from learn_assets(assets, (row[2] for row in rows))
            accounts = [account_of(row, assets) for row in rows]
            yield from read_expiring(accounts)
            balances = [read_view(account) for account in accounts]
            balances += yield from shared_balances(stream, assets)
            shares = yield from list_shares(stream)
            if shares:
                data["shared"] = shares
        data |= {"balances": balances, "as_of": format_time(time.now)}
        if time.sandbox:
            data["ahead_s"] = seconds(time.ahead)
        data |= added[stream]
        snapshots[stream] = Snapshot(head.epoch, head.offset, _encode(data))
    return snapshots


def account_of(row: Sequence[Any], assets: dict[str, Asset]) -> Account:
    """Make an account from (id, path, asset, floor, ceiling, four counters, version, extras, as_of)."""
    id, path, asset, *rest = row
    return Account(id, path, assets[asset], *rest)


def resume_many(
    wanted: Sequence[Wanted], assets: dict[str, Asset], programs: Sequence[Contribute] = ()
) -> Flow[dict[Wanted, Resume]]:
    """Go on from positions, or start with a snapshot where that is impossible (see :class:`Resume`).

    All in one database snapshot; the events of all readers that go on are read by one statement.
    """
    heads = yield from read_heads(list({each.stream for each in wanted}))
    ranges: dict[str, tuple[int, int]] = {}
    lost: list[Wanted] = []
    for each in wanted:
        head = heads[each.stream]
        if (
            each.epoch != head.epoch
            or not 0 <= each.offset <= head.offset
            or each.offset + 1 < head.oldest
            or head.offset - each.offset > BEHIND_MAX
        ):
            lost.append(each)
        elif each.offset < head.offset:
            after, upto = ranges.get(each.stream, (each.offset, 0))
            ranges[each.stream] = (
                min(after, each.offset),
                max(upto, min(head.offset, each.offset + each.limit)),
            )
    found = (yield from read_ranges(ranges)) if ranges else {}
    answers: dict[Wanted, Resume] = {}
    for each in wanted:
        after = ranges.get(each.stream, (0, 0))[0]
        events = _cut(found.get(each.stream, []), each.offset - after, each.limit, each.bytes_max)
        last = events[-1].offset if events else each.offset
        head = heads[each.stream]
        answers[each] = Resume(True, head.epoch, events, last, head.offset, None)
    if not lost:
        return answers
    snapshots = yield from _read_snapshots({e.stream: heads[e.stream] for e in lost}, assets, programs)
    for each in lost:
        head, snapshot = heads[each.stream], snapshots[each.stream]
        ahead = each.epoch == head.epoch and each.offset > head.offset
        answers[each] = Resume(False, snapshot.epoch, [], snapshot.offset, head.offset, snapshot.data, ahead)
    return answers


def renew_epoch(stream: str, epoch: str, offset: int) -> Flow[bool]:
    """Begin the stream anew if a reader's ``offset`` of ``epoch`` is ahead of its head; False if it is not."""
    head = (yield from read_heads([stream]))[stream]
    if head.epoch != epoch or offset <= head.offset:
        return False
    generation = int(epoch.partition(".")[2] or 0)
    return (yield Query("renew_stream", (stream, generation))) is not None


def renew_database(epoch: str) -> Flow[None]:
    """Begin all streams anew: no reader can go on from an earlier position."""
    yield Query("set_epoch", (epoch,))


def write_receipts(rows: Sequence[tuple[str, str, int, int]]) -> Flow[None]:
    """Keep how far devices have seen streams: (stream, device, offset, microseconds); never backwards."""
    yield Query("write_receipts", (list(rows),))
    yield Query(
        "write_deliveries", ([(stream, device, 1, offset, at) for stream, device, offset, at in rows],)
    )


def write_sent(rows: Sequence[tuple[str, str, int, int]]) -> Flow[None]:
    """Keep how far devices were sent streams: (stream, device, offset, microseconds)."""
    yield Query(
        "write_deliveries", ([(stream, device, 0, offset, at) for stream, device, offset, at in rows],)
    )


class Reached(NamedTuple):
    """A device that was ``sent`` an event, or has shown it (``seen``): when, in microseconds; None for not."""

    device: str
    sent: int | None
    seen: int | None


def read_deliveries(events: Sequence[tuple[str, int]]) -> Flow[dict[tuple[str, int], list[Reached]]]:
    """Read which devices these events (stream, offset) reached, as far as that is kept."""
    rows = (yield Query("read_deliveries", (list(events),))) if events else []
    found: dict[tuple[str, int], list[Reached]] = {}
    for stream, offset, device, sent, seen in rows:
        found.setdefault((stream, offset), []).append(Reached(device, sent, seen))
    return found


def prune_deliveries(age: int, limit: int) -> Flow[int]:
    """Forget at most ``limit`` deliveries older than ``age`` (microseconds); returns how many."""
    (now,) = yield Query("read_now")
    (count,) = yield Query("count_old_deliveries", (now - age, limit))
    if count:
        yield Query("prune_deliveries", (now - age, limit))
    return int(count)


def read_ages(events: Sequence[tuple[str, int]]) -> Flow[dict[tuple[str, int], float]]:
    """Read the seconds since the commits of these events (stream, offset), as far as they are kept."""
    rows = yield Query("read_ages", (list(events),))
    return {(stream, offset): age / 1_000_000 for stream, offset, age in rows}


def read_receipts(stream: str) -> Flow[list[tuple[str, int, int]]]:
    """Read (device, offset, microseconds) of each device that reported on the stream."""
    rows: list[tuple[str, int, int]] = yield Query("read_receipts", (stream,))
    return rows


def prune_events(age: int, limit: int) -> Flow[int]:
    """Forget at most ``limit`` events older than ``age`` (microseconds, by the database's clock); returns how many."""
    (now,) = yield Query("read_now")
    before = now - age
    (count,) = yield Query("count_old_events", (before, limit))
    if count:
        yield Query("prune_events", (before, limit))
    return int(count)


def read_batches(after: int, worker: str, limit: int) -> Flow[list[tuple[int, str]]]:
    """Read (id, streams as JSON) of the batches behind ``after``, in order; those of ``worker`` empty or left out."""
    rows: list[tuple[int, str]] = yield Query("read_batches", (after, worker, limit))
    return rows


def last_batch() -> Flow[int]:
    """Read the id of the newest batch, 0 if there is none."""
    (id,) = yield Query("last_batch")
    return int(id)


def any_later() -> Flow[bool]:
    """Return whether rooms are still to be told something."""
    return (yield Query("any_later")) is not None


def any_due() -> Flow[bool]:
    """Return whether a hold or a grant is due."""
    return (yield Query("any_due")) is not None
