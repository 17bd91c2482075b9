"""The flows of the outbox: put an entry in, claim what is due, settle it, list and replay what was given up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from groat.ledger.book import Book, Table
from groat.programs.outbox.channel import NOTE_MAX, Channel, Entry, EntryOutcome
from groat.store.flow import Flow, Query

ENTRY = Table("outbox", lock="read_outbox", write="insert_outbox")

FORGET_US = 30 * 86_400_000_000
"""An entry is forgotten after this time (30 days): one that is done, or one that no node delivers."""

_encode = msgspec.json.Encoder(order="deterministic").encode


class Stored(NamedTuple):
    """An entry as staff see it; ``number`` is its place in the order of all."""

    number: int
    id: str
    channel: str
    target: str
    state: str
    at: int
    due_at: int | None
    attempts: int
    note: str
    claim: str


class Backlog(NamedTuple):
    """A channel's entries: how many are ``waiting``, the age of the oldest of these (seconds), how many ``failed``."""

    waiting: int = 0
    oldest_s: float = 0.0
    failed: int = 0


def put(book: Book, id: str, channel: str, target: str, body: Any) -> None:
    """Put an entry into the outbox, in the commit of the command that decides.

    ``id`` is a UUID that no other entry has, ``channel`` the name of a :class:`Channel`, ``body`` any JSON value.
    Entries for one ``target`` of a channel are delivered in the order of their commits.
    """
    book.put(ENTRY, id, list(row_of(id, channel, target, body, book.now, book.now)))


def row_of(
    id: str, channel: str, target: str, body: Any, at: int, now: int, reached: str = ""
) -> tuple[Any, ...]:
    """Make the row of a new entry that is due ``now``. Its cause happened ``at``, and ``give_up_s`` counts from then.

    Both are in microseconds since 1970 (UTC).
    """
    return (id, channel, target, _encode(body).decode(), at, at, now, reached)


def any_due(channel: str) -> Flow[bool]:
    """Return whether a channel has anything that is due."""
    return (yield Query("any_outbox_due", (channel,))) is not None


def claim(channel: Channel, claimant: str) -> Flow[list[Entry]]:
    """Claim what is due, each the first of its target; what has waited too long is given up instead."""
    (now,) = yield Query("read_now")
    lease = now + int(channel.lease_s * 1e6)
    rows = yield Query("claim_outbox", (claimant, lease, now, channel.claim_max, channel.name))
    late = now - int(channel.give_up_s * 1e6)
    entries: list[Entry] = []
    given_up: list[tuple[Any, ...]] = []
    for _, id, target, body, at, since, attempts, reached in sorted(rows):
        if since < late:
            given_up.append((id, claimant, "failed", "it was not delivered in time", None))
        else:
            entries.append(Entry(id, target, msgspec.json.decode(body), at, attempts, reached, claimant))
    if given_up:
        yield Query("settle_outbox", (given_up,))
    return entries


def settle(channel: Channel, outcomes: Sequence[EntryOutcome]) -> Flow[None]:
    """Write the outcomes of claimed entries. One that waits is due again after a pause that grows with each attempt."""
    (now,) = yield Query("read_now")
    rows = []
    for entry, state, note in outcomes:
        pause_s = min(channel.retry_s * 2 ** min(entry.attempts - 1, 16), channel.retry_s_max)
        due_at = now + int(pause_s * 1e6) if state == "waiting" else None
        # PostgreSQL's texts have no U+0000.
        rows.append((entry.id, entry.claim, state, note.replace("\0", "")[:NOTE_MAX], due_at))
    yield Query("settle_outbox", (rows,))


def reach(entry: Entry, reached: str) -> Flow[bool]:
    """Write how far a delivery got; False if another sender has claimed the entry meanwhile."""
    return (yield Query("reach_outbox", (entry.id, entry.claim, reached))) is not None


def find(id: str) -> Flow[Stored | None]:
    """Find an entry by its id."""
    row = yield Query("find_outbox", (id,))
    return Stored(*row) if row else None


def page(state: str, channel: str, after: int, limit: int) -> Flow[list[Stored]]:
    """List entries whose ``state`` is ``waiting`` or ``failed``, of a channel or of all (""), behind a number."""
    return [Stored(*row) for row in (yield Query(f"page_outbox_{state}", (after, channel, limit)))]


def replay(id: str) -> Flow[bool]:
    """Make an entry due now that was given up or waits; False if it is done, or being delivered."""
    (now,) = yield Query("read_now")
    return (yield Query("replay_outbox", (id, now))) is not None


def measure() -> Flow[dict[str, Backlog]]:
    """Count the entries that wait and those that were given up, by channel; one without any of them is left out."""
    (now,) = yield Query("read_now")
    found = {
        channel: Backlog(waiting, max(0, now - since) / 1_000_000)
        for channel, waiting, since in (yield Query("measure_outbox"))
    }
    for channel, failed in (yield Query("count_failed_outbox")):
        found[channel] = found.get(channel, Backlog())._replace(failed=failed)
    return found


def forget_outbox(_: int, limit: int) -> Flow[bool]:
    """Forget at most ``limit`` entries that are done, or not delivered by anybody, for 30 days; see ``Forget``."""
    (now,) = yield Query("read_now")
    return len((yield Query("prune_outbox", (now - FORGET_US, limit)))) == limit
