"""Flows that read streams, and the few that keep them: epochs, retention, receipts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from groat.ledger.amounts import Asset
from groat.ledger.book import Account
from groat.ledger.text import format_time
from groat.ledger.views import BalanceView, balance_view
from groat.store.assets import learn_assets
from groat.store.batch import stream_epoch
from groat.store.flow import Flow, Query

BEHIND_MAX = 10_000

_encode = msgspec.json.encode


class Head(NamedTuple):
    """Where a stream ends (``offset``, 0 before its first event) and the ``oldest`` offset that is still kept."""

    epoch: str
    offset: int
    oldest: int


class Event(NamedTuple):
    """One stored event: ``data`` is its JSON, ready to be embedded."""

    offset: int
    data: bytes


class Snapshot(NamedTuple):
    """A person's balances as JSON (``data``) and the position up to which they include the stream."""

    epoch: str
    offset: int
    data: bytes


class Resume(NamedTuple):
    """How a reader goes on.

    ``recovered``: ``events`` follow its position without a gap, ``offset`` is the last of them, ``head`` the stream's;
    else ``snapshot`` and ``offset`` replace what it knew. ``ahead``: it knew more than the database does.
    """

    recovered: bool
    epoch: str
    events: list[Event]
    offset: int
    head: int
    snapshot: bytes | None
    ahead: bool = False


def read_heads(streams: Sequence[str]) -> Flow[dict[str, Head]]:
    """The heads of the streams; one that nobody wrote to yet stands at offset 0."""
    (epoch,) = yield Query("read_epoch")
    heads = {name: Head(epoch, 0, 1) for name in streams}
    for name, generation, head, oldest in (yield Query("read_heads", (list(streams),))):
        heads[name] = Head(stream_epoch(epoch, generation), head, head + 1 if oldest is None else oldest)
    return heads


def read_events(stream: str, after: int, limit: int, bytes_max: int) -> Flow[list[Event]]:
    """Events behind ``after`` in order: at most ``limit``, and no more than fit into ``bytes_max`` but at least one."""
    return _within((yield Query("read_events", (stream, after, limit))), bytes_max)


def _within(rows: list[tuple[int, str]], bytes_max: int) -> list[Event]:
    events: list[Event] = []
    size = 0
    for offset, text in rows:
        data = text.encode()
        size += len(data)
        if events and size > bytes_max:
            break
        events.append(Event(offset, data))
    return events


def read_ranges(ranges: Mapping[str, tuple[int, int]]) -> Flow[dict[str, list[Event]]]:
    """Events of several streams in one statement: for each stream those behind ``after`` up to ``upto``."""
    found: dict[str, list[Event]] = {name: [] for name in ranges}
    wanted = [(name, after, upto) for name, (after, upto) in ranges.items()]
    for name, offset, text in (yield Query("read_ranges", (wanted,))):
        found[name].append(Event(offset, text.encode()))
    for events in found.values():
        events.sort()
    return found


def read_snapshot(stream: str, assets: dict[str, Asset]) -> Flow[Snapshot]:
    """All balances of the stream's person, and the stream's position, in one database snapshot."""
    head = (yield from read_heads([stream]))[stream]
    (now,) = yield Query("read_now")
    balances: list[BalanceView] = []
    kind, _, user = stream.partition(":")
    if kind == "user":
        rows = yield Query("read_balances", (stream, f"{stream}:", f"{stream};"))
        yield from learn_assets(assets, (row[2] for row in rows))
        balances = [balance_view(account_of(row, assets)) for row in rows]
    data = {"balances": balances, "as_of": format_time(now)}
    if kind == "user":
        data = {"user": user, **data}
    return Snapshot(head.epoch, head.offset, _encode(data))


def account_of(row: Sequence[Any], assets: dict[str, Asset]) -> Account:
    """An account from (id, path, asset, floor, ceiling, four counters, version)."""
    id, path, asset, *rest = row
    return Account(id, path, assets[asset], *rest)


def resume(
    stream: str, epoch: str | None, offset: int, limit: int, bytes_max: int, assets: dict[str, Asset]
) -> Flow[Resume]:
    """Go on from a position, or start with a snapshot where that is impossible (see :class:`Resume`)."""
    head = (yield from read_heads([stream]))[stream]
    if (
        epoch == head.epoch
        and 0 <= offset <= head.offset
        and offset + 1 >= head.oldest
        and head.offset - offset <= BEHIND_MAX
    ):
        events = (yield from read_events(stream, offset, limit, bytes_max)) if offset < head.offset else []
        last = events[-1].offset if events else offset
        return Resume(True, head.epoch, events, last, head.offset, None)
    snapshot = yield from read_snapshot(stream, assets)
    ahead = epoch == head.epoch and offset > head.offset
    return Resume(False, snapshot.epoch, [], snapshot.offset, snapshot.offset, snapshot.data, ahead)


def renew_epoch(stream: str, epoch: str, offset: int) -> Flow[bool]:
    """Begin the stream anew because a reader stands at ``offset`` of ``epoch``, ahead of the head; False: not so."""
    head = (yield from read_heads([stream]))[stream]
    if head.epoch != epoch or offset <= head.offset:
        return False
    yield Query("renew_stream", (stream,))
    return True


def renew_database(epoch: str) -> Flow[None]:
    """Begin all streams anew: no reader goes on from a position it had."""
    yield Query("set_epoch", (epoch,))


def write_receipts(rows: Sequence[tuple[str, str, int, int]]) -> Flow[None]:
    """Keep how far devices have seen streams: (stream, device, offset, microseconds); never backwards."""
    yield Query("write_receipts", (list(rows),))


def read_receipts(stream: str) -> Flow[list[tuple[str, int, int]]]:
    """(device, offset, microseconds) of each device that reported on the stream."""
    rows: list[tuple[str, int, int]] = yield Query("read_receipts", (stream,))
    return rows


def prune_events(age: int, limit: int) -> Flow[int]:
    """Forget at most ``limit`` events older than ``age`` (microseconds, by the database's clock); how many went."""
    (now,) = yield Query("read_now")
    before = now - age
    (count,) = yield Query("count_old_events", (before, limit))
    if count:
        yield Query("prune_events", (before, limit))
    return int(count)


def read_batches(after: int, worker: str, limit: int) -> Flow[list[tuple[int, str]]]:
    """(id, streams as JSON) of the batches behind ``after``, in order; those of ``worker`` are empty, or left out."""
    rows: list[tuple[int, str]] = yield Query("read_batches", (after, worker, limit))
    return rows


def last_batch() -> Flow[int]:
    """The id of the newest batch, 0 when there is none."""
    (id,) = yield Query("last_batch")
    return int(id)


def any_due() -> Flow[bool]:
    """Whether a hold is due."""
    return (yield Query("any_due")) is not None
