"""Channels: a program declares one, and nodes deliver its entries of the outbox."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from groat.api.services import Services
    from groat.settings import Settings

State = Literal["waiting", "sent", "failed", "dropped"]

NOTE_MAX = 500
"""The reason why an entry was not delivered is cut to this many characters."""


class Undeliverable(Exception):
    """Raised by a delivery that would fail again in the same way: the entry is given up, until staff replay it."""


class Entry(NamedTuple):
    """An entry that a sender has claimed: ``body`` is the JSON value that :func:`put` was given for ``target``.

    ``at`` is the time of its commit, in microseconds since 1970 (UTC). ``attempts`` counts this attempt, too.
    ``reached`` says how far an earlier attempt got, in the channel's own words. ``claim`` names this claim: once its
    lease is over, another sender may claim the entry.
    """

    id: str
    target: str
    body: Any
    at: int
    attempts: int
    reached: str
    claim: str


class EntryOutcome(NamedTuple):
    """The outcome of a delivery: ``sent``; ``waiting`` (tried again later); ``failed`` (given up); ``dropped`` (nobody
    wants it any more). ``note`` says why it was not delivered, and is shown to staff.
    """

    entry: Entry
    state: State
    note: str = ""


class Delivery(NamedTuple):
    """Entries to deliver, no two for the same target; ``services`` are those of the node.

    Ask ``has_time()`` before each entry: False says that the lease, or the server, ends soon.
    """

    services: Services
    entries: Sequence[Entry]
    has_time: Callable[[], bool]


Deliver = Callable[[Delivery], Awaitable[Sequence[EntryOutcome]]]
"""Delivers entries and returns their outcomes. Entries without one are tried again later, and all if it raises."""


class Channel(NamedTuple):
    """A way to the outside. ``name`` is unique among all programs.

    An entry that fails is tried again after ``retry_s`` seconds, twice that, and so on up to ``retry_s_max``, and given
    up ``give_up_s`` after it was first due. ``claim_max`` entries are claimed at a time, for ``lease_s`` seconds: a
    delivery must be over by half of that. ``active`` says whether a node with these settings delivers.
    """

    name: str
    deliver: Deliver
    active: Callable[[Settings], bool] = lambda _: True
    retry_s: float = 30.0
    retry_s_max: float = 3_600.0
    give_up_s: float = 86_400.0
    claim_max: int = 10
    lease_s: float = 300.0


def each(deliver: Callable[[Services, Entry], Awaitable[None]]) -> Deliver:
    """Make a channel's ``deliver`` of a function that delivers one entry; those of a claim run at the same time.

    It returns once the entry is delivered, and raises :class:`Undeliverable` to give it up. After any other error the
    entry is tried again later. It may be called twice for one entry: send ``entry.id`` along, so that the
    receiver can ignore the second delivery.
    """

    async def one(services: Services, entry: Entry) -> EntryOutcome:
        try:
            await deliver(services, entry)
        except Undeliverable as error:
            return EntryOutcome(entry, "failed", str(error))
        except Exception as error:  # noqa: BLE001  (one entry's fault must not keep the others from theirs)
            return EntryOutcome(entry, "waiting", f"{type(error).__name__}: {error}")
        return EntryOutcome(entry, "sent")

    async def deliver_all(delivery: Delivery) -> Sequence[EntryOutcome]:
        return await asyncio.gather(*(one(delivery.services, entry) for entry in delivery.entries))

    return deliver_all
