"""A program's part of the database: tables, statements, checks, and what they add to snapshots and events."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, Protocol

from groat.store.flow import Contribute, Forget, Tells


class Extension(NamedTuple):
    """A program's own tables: ``directory`` holds ``sql/<dialect>/*.sql`` and ``migrations/<dialect>/NNNN_*.sql``.

    ``snapshot`` is what the program adds to the snapshots of streams. ``checks`` are its own of ``groat verify``: named
    statements that list contradictions (what, expected, found), and what each of them promises. ``forgets`` take
    away what need not be kept any more. ``causes`` names the statement that tells which transactions and holds of some
    ids the program made: (id, cause) pairs, for those that are stored without a cause. ``tells`` are the types of what
    the program adds to snapshots and events.
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
        """Its tables and what belongs to them, None for none."""
