"""A program's part of the database: tables, statements, checks, and additions to snapshots and events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

import msgspec

from groat.ledger.book import Book, Refs
from groat.store.flow import Contribute, Forget


class Packets(NamedTuple):
    """The objects that Socket.IO clients get of an event's data, in place of the data itself.

    ``reads`` is the type into which the data is read: it may leave out fields that nobody asks for. ``of`` makes of it
    (type of event, object) pairs; one event may tell of several things. ``shape`` is the type of the objects.
    ``listed`` is the field of a snapshot that lists such data as it stands, "" for none; then the shape has a field
    ``snapshot``, false unless it is set.
    """

    reads: type[msgspec.Struct]
    shape: type[msgspec.Struct]
    of: Callable[[Any], Iterable[tuple[str, msgspec.Struct]]]
    listed: str = ""


class Event(NamedTuple):
    """A type of events that a program tells the readers of streams, with the type of its ``data``, None for no data.

    ``name`` is the type; ``socket_io`` and ``webhook`` are its names on these roads, ``name`` itself unless given.
    Socket.IO clients get ``packets`` of the data, or the data as it is.
    """

    name: str
    data: type[msgspec.Struct] | None = None
    socket_io: str = ""
    webhook: str = ""
    packets: Packets | None = None

    def names(self) -> tuple[str, str]:
        """Return the names for Socket.IO and for webhooks."""
        return self.socket_io or self.name, self.webhook or self.name


class Tells(NamedTuple):
    """The types of what a program tells the readers of streams; the OpenAPI document is made from them.

    ``snapshot`` and ``event`` are structs whose fields the program adds to snapshots and to events. ``events`` are the
    types of events that it tells; ``of_kinds`` is the type of the data of the event ``<kind>_updated`` of each kind of
    requests, and ``packets_of_kinds`` is what Socket.IO clients get of it. ``join_events`` are events by which an app's
    Socket.IO clients ask for a room, and which, as in the setting of this name.
    """

    snapshot: type[msgspec.Struct] | None = None
    event: type[msgspec.Struct] | None = None
    events: tuple[Event, ...] = ()
    of_kinds: type[msgspec.Struct] | None = None
    packets_of_kinds: Packets | None = None
    join_events: Mapping[str, str] = MappingProxyType({})


class Completion(NamedTuple):
    """Completes what a command told a room of a role, once a server tells the room.

    ``need`` names the rows to lock for it. ``complete`` gets what the command left in place of the event's
    ``notification``, writes what belongs to it, and returns the ``notification`` itself.
    """

    need: Callable[[Refs, str], None]
    complete: Callable[[Book, str, dict[str, Any]], dict[str, Any]]


class Extension(NamedTuple):
    """A program's own tables: ``directory`` holds ``sql/<dialect>/*.sql`` and ``migrations/<dialect>/NNNN_*.sql``.

    ``snapshot`` reads what the program adds to the snapshots of streams. ``checks`` are its checks of ``groat verify``:
    pairs of a named statement, which lists contradictions (what, expected, found), and the promise that it checks.
    ``forgets`` delete what need not be kept any more. ``causes`` names the statement that finds, for ids of
    transactions and holds that are stored without a cause, those that the program made: (id, cause) pairs. ``tells``
    are the types of what the program adds to snapshots and events. ``completion`` is of the one program that adds
    notifications to events.
    """

    name: str
    directory: Path
    snapshot: Contribute | None = None
    checks: tuple[tuple[str, str], ...] = ()
    forgets: tuple[Forget, ...] = ()
    causes: str = ""
    tells: Tells = Tells()
    completion: Completion | None = None


def find_completion(extensions: Iterable[Extension]) -> Completion | None:
    """Return what completes the notifications of rooms, None if no extension does."""
    return next((e.completion for e in extensions if e.completion is not None), None)


class Brings(Protocol):
    """A program, as far as a database goes."""

    @property
    def extension(self) -> Extension | None:
        """The program's tables and what belongs to them, None for none."""
