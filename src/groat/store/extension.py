"""A program's part of the database: tables, statements, checks, and additions to snapshots and events."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from groat.store.flow import Contribute, Forget


class Event(NamedTuple):
    """A type of events that a program tells the readers of streams, with the type of its ``data``, None for no data.

    ``name`` is the type; ``socket_io`` and ``webhook`` are its names on these roads, ``name`` itself unless given.
    """

    name: str
    data: type[msgspec.Struct] | None = None
    socket_io: str = ""
    webhook: str = ""

    def names(self) -> tuple[str, str]:
        """Return the names for Socket.IO and for webhooks."""
        return self.socket_io or self.name, self.webhook or self.name


class Tells(NamedTuple):
    """The types of what a program tells the readers of streams; the OpenAPI document is made from them.

    ``snapshot`` and ``event`` are structs whose fields the program adds to snapshots and to events. ``events`` are the
    types of events that it tells; ``of_kinds`` is the type of the data of the event ``<kind>_updated`` of each kind of
    requests.
    """

    snapshot: type[msgspec.Struct] | None = None
    event: type[msgspec.Struct] | None = None
    events: tuple[Event, ...] = ()
    of_kinds: type[msgspec.Struct] | None = None


class Extension(NamedTuple):
    """A program's own tables: ``directory`` holds ``sql/<dialect>/*.sql`` and ``migrations/<dialect>/NNNN_*.sql``.

    ``snapshot`` reads what the program adds to the snapshots of streams. ``checks`` are its checks of ``groat verify``:
    pairs of a named statement, which lists contradictions (what, expected, found), and the promise that it checks.
    ``forgets`` delete what need not be kept any more. ``causes`` names the statement that finds, for ids of
    transactions and holds that are stored without a cause, those that the program made: (id, cause) pairs. ``tells``
    are the types of what the program adds to snapshots and events.
    """

    name: str
    directory: Path
    snapshot: Contribute | None = None
    checks: tuple[tuple[str, str], ...] = ()
    forgets: tuple[Forget, ...] = ()
    causes: str = ""
    tells: Tells = Tells()


class Brings(Protocol):
    """A program, as far as a database goes."""

    @property
    def extension(self) -> Extension | None:
        """The program's tables and what belongs to them, None for none."""
