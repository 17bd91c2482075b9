"""The mail of the outbox: the text and address of each entry. A room's mail becomes one entry for each reader."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import NamedTuple

from groat.identity.model import EVERYBODY
from groat.programs.notifications.flows import read_boxes
from groat.programs.notifications.notices import EMAIL, MAIL, Box, Notified, is_person
from groat.programs.outbox import Entry, EntryOutcome
from groat.programs.outbox.flows import reach, row_of
from groat.store.flow import Flow, Query

READERS_MAX = 500
TAKEN_OVER_MAX = 100

FORGET_US = 30 * 86_400_000_000


class Letter(NamedTuple):
    """An entry of the outbox as a mail: to a person's ``address``, or to the readers of a room who want mail (None)."""

    entry: Entry
    notification: Notified
    address: str | None


def read_letters(entries: Iterable[Entry]) -> Flow[tuple[list[Letter], list[EntryOutcome]]]:
    """Read the letters of these entries, and the outcomes of those that cannot or need not be mailed any more."""
    entries = list(entries)
    wanted = sorted({entry.body["notification"] for entry in entries})
    found = yield Query("read_notifications", (wanted,))
    notifications = {values[0]: Notified(*values) for values in found}
    people = sorted({entry.target for entry in entries if is_person(entry.target)})
    addresses = dict((yield Query("find_mail_addresses", (people,))) if people else ())
    boxes = (yield from read_boxes(people)) if people else {}
    letters: list[Letter] = []
    outcomes: list[EntryOutcome] = []
    for entry in entries:
        news = notifications.get(entry.body["notification"])
        if news is None:
            outcomes.append(EntryOutcome(entry, "dropped", "the notification is gone"))
        elif not is_person(entry.target):
            letters.append(Letter(entry, news, None))
        elif addresses.get(entry.target) and boxes[entry.target].wants(EMAIL, news.category):
            letters.append(Letter(entry, news, addresses[entry.target]))
        else:
            outcomes.append(
                EntryOutcome(entry, "dropped", "there is no address, or no mail is wanted any more")
            )
    return letters, outcomes


def spread(letter: Letter, reached: str, new_id: Callable[[], str]) -> Flow[str | None]:
    """Put a mail into the outbox for each reader of the room who wants one: for a page of readers behind ``reached``.

    Returns how far it got, None after the last page. Only people with an account here get mail: the roles of others are
    known from their tokens alone, and these are not there.
    """
    (now,) = yield Query("read_now")
    readers = yield Query("list_mail_readers", (reached, READERS_MAX))
    last = len(readers) < READERS_MAX
    reached = readers[-1][0] if readers else reached
    if not (yield from reach(letter.entry, reached)):
        # Another sender took over meanwhile, and goes on from where this one got to.
        return None
    room = letter.entry.target
    role = room.partition(":")[2]
    news = letter.notification
    rows = [
        row_of(new_id(), MAIL, stream, {"notification": news.id}, news.at, now)
        for stream, channels, roles in readers
        if (room == EVERYBODY or role in json.loads(roles or "[]"))
        and Box(stream, channels=channels).wants(EMAIL, news.category)
    ]
    if rows:
        yield Query("insert_outbox", (rows,))
    return None if last else reached


def take_over() -> Flow[bool]:
    """Move mail that is due and that a node of an earlier version wrote into the outbox; return whether there was any.

    Such a node keeps its mail in a table of its own, and goes on with the mail that it has claimed there.
    """
    if (yield Query("any_mail_due")) is None:
        return False
    (now,) = yield Query("read_now")
    rows = yield Query("take_over_mail", (now, TAKEN_OVER_MAX))
    if rows:
        moved = [
            row_of(id, MAIL, stream, {"notification": notification}, at, now, reached)
            for id, notification, stream, at, reached in rows
        ]
        yield Query("insert_outbox", (moved,))
    return bool(rows)


def forget_mail(_: int, limit: int) -> Flow[bool]:
    """Forget at most ``limit`` mails of the earlier table that are done and a month old; see ``Forget``."""
    (now,) = yield Query("read_now")
    return len((yield Query("prune_mail", (now - FORGET_US, limit)))) == limit
