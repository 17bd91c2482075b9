"""The outbox of mail: rows that a commit put there, claimed by one sender at a time, kept until they are settled."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import NamedTuple

from groat.identity.model import EVERYBODY
from groat.programs.notifications.flows import read_boxes
from groat.programs.notifications.notices import EMAIL, Box, Notified, is_person
from groat.store.flow import Flow, Query

LEASE_US = 300_000_000
"""For how long a claim holds: when its sender has died, another one takes over after that."""

LATE_US = 86_400_000_000
"""A mail that could not be sent for a day is no news any more, and is dropped."""

FORGET_US = 30 * LATE_US
"""For how long it is kept what became of a mail."""

RETRY_US = 30_000_000
RETRY_US_MAX = 3_600_000_000
READERS_MAX = 500

SENT, REFUSED, LATE, UNWANTED, SPREAD, WAITING = "sent", "refused", "late", "unwanted", "spread", "waiting"
"""The outcome of a mail: ``unwanted`` when there is no address, or the person changed their choice meanwhile.

It is ``late``, too, when its notification is gone.
"""


class Letter(NamedTuple):
    """A claimed mail: to a person's ``address``, or (``address`` None) to those of a room's readers who want mail."""

    id: str
    stream: str
    attempts: int
    reached: str
    notification: Notified
    address: str | None


class Settled(NamedTuple):
    """The outcome of a claimed mail, and when it is due again (microseconds), None for never."""

    id: str
    claim: str
    state: str
    due_at: int | None


class Backlog(NamedTuple):
    """The number of mails that are neither sent nor given up, and the age of the oldest of them."""

    waiting: int = 0
    oldest_s: float = 0.0


def any_due() -> Flow[bool]:
    """Return whether there is mail to send."""
    return (yield Query("any_mail_due")) is not None


def claim(claimant: str, limit: int) -> Flow[list[Letter]]:
    """Take up to ``limit`` mails that are due; what cannot or need not be sent any more is settled at once."""
    (now,) = yield Query("read_now")
    rows = yield Query("claim_mail", (claimant, now + LEASE_US, now, limit))
    if not rows:
        return []
    found = yield Query("read_notifications", (sorted({row[1] for row in rows}),))
    notifications = {values[0]: Notified(*values) for values in found}
    people = sorted({row[2] for row in rows if is_person(row[2])})
    addresses = dict((yield Query("find_mail_addresses", (people,))) if people else ())
    boxes = (yield from read_boxes(people)) if people else {}
    letters: list[Letter] = []
    settled: list[Settled] = []
    for id, notification, stream, at, attempts, reached in rows:
        news = notifications.get(notification)
        if news is None or at < now - LATE_US:
            settled.append(Settled(id, claimant, LATE, None))
        elif not is_person(stream):
            letters.append(Letter(id, stream, attempts, reached, news, None))
        elif addresses.get(stream) and boxes[stream].wants(EMAIL, news.category):
            letters.append(Letter(id, stream, attempts, reached, news, addresses[stream]))
        else:
            settled.append(Settled(id, claimant, UNWANTED, None))
    if settled:
        yield Query("settle_mail", (settled,))
    return letters


def spread(letter: Letter, reached: str, claimant: str, new_id: Callable[[], str]) -> Flow[str | None]:
    """Put a mail into the outbox for each of the room's readers behind ``reached`` who want one, for a page of them.

    Returns how far it got, None when these were the last ones. Who has a role is known of those with an account here;
    of others only their tokens tell, and these are not there.
    """
    (now,) = yield Query("read_now")
    readers = yield Query("list_mail_readers", (reached, READERS_MAX))
    last = len(readers) < READERS_MAX
    reached = readers[-1][0] if readers else reached
    if (yield Query("reach_mail", (letter.id, claimant, reached))) is None:
        # Another sender took over meanwhile, and goes on from where this one got to.
        return None
    role = letter.stream.partition(":")[2]
    news = letter.notification
    rows = [
        (new_id(), news.id, stream, news.at, now)
        for stream, ways, roles in readers
        if (letter.stream == EVERYBODY or role in json.loads(roles or "[]"))
        and Box(stream, ways=ways).wants(EMAIL, news.category)
    ]
    if rows:
        yield Query("insert_notification_mail", (rows,))
    if not last:
        return reached
    yield Query("settle_mail", ([Settled(letter.id, claimant, SPREAD, None)],))
    return None


def settle(outcomes: Sequence[tuple[Letter, str]], claimant: str) -> Flow[None]:
    """Keep what became of mails: those still ``waiting`` are due again, later after each attempt."""
    (now,) = yield Query("read_now")
    rows = []
    for letter, state in outcomes:
        pause = min(RETRY_US * 2 ** min(letter.attempts - 1, 16), RETRY_US_MAX)
        rows.append(Settled(letter.id, claimant, state, now + pause if state == WAITING else None))
    yield Query("settle_mail", (rows,))


def measure() -> Flow[Backlog]:
    """Measure how much mail waits, and for how long."""
    (now,) = yield Query("read_now")
    waiting, since = yield Query("measure_mail")
    return Backlog(waiting, max(0, now - since) / 1_000_000 if waiting else 0.0)


def forget_mail(_: int, limit: int) -> Flow[bool]:
    """Forget at most ``limit`` mails that are done and a month old, or that nobody sent for so long; see ``Forget``."""
    (now,) = yield Query("read_now")
    return len((yield Query("prune_mail", (now - FORGET_US, limit)))) == limit
