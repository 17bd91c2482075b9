"""States, transitions, and those who take transitions."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import msgspec

from groat.ledger.book import Table
from groat.programs.workflow.steps import Decide, Granted, Named, Nothing, Rows

OWNER = "owner"
ADMIN = "admin"
SERVICE = "service"
SYSTEM = "system"
"""Those who take transitions: the owner, staff of a role (``admin`` or another), an app's server, and groat itself.

The system takes what falls due, what a worker did outside, and the filings of steps.
"""

READERS = frozenset({ADMIN, "support"})
"""The roles that read everything, and so hear of every request, whoever decides it."""

FILE = "file"
"""The transition that begins a request; its input is the data."""

CORRECT = "correct"
DROP = "drop_correction"
"""The transitions that every kind inherits: give back what a request moved, and withdraw such a proposal."""

OTHERS_MAX = 100
"""A step notifies at most this many streams beside the owner."""

HISTORY = "history"
"""No transition may have this name: its address serves the steps of a request."""


class State(NamedTuple):
    """A state: ``open`` while something can still happen, ``waits`` while staff must decide.

    ``on_due`` is the transition that the system takes once a step's ``due_at`` has come; ``tone`` is how it looks.
    """

    name: str
    title: str
    open: bool = True
    waits: bool = False
    on_due: str = ""
    tone: Literal["neutral", "wait", "good", "bad"] = "neutral"


class Transition(NamedTuple):
    """One way from a state to another: ``by`` whom, from which ``sources``, to one of ``to``, with which ``input``.

    ``decides``: staff decide on a request by it, so nobody takes it on their own. ``approves``: above the kind's
    threshold two different people must. ``on_refused`` names the transition that the system takes when this one is
    refused to it. ``confirms``: it corrects, so one person proposes it, and it happens when another one asks for the
    same. ``by_filer``: of those who decide, whoever filed the request is one; it is still nobody's own.
    ``reads`` are the rows, requests and grants that its step sees, ``writes`` the tables of which it may write rows
    that it reads, ``files`` the kinds of which it may file requests.
    """

    name: str
    title: str
    sources: tuple[str, ...]
    to: tuple[str, ...]
    by: tuple[str, ...]
    step: Decide
    input: type[msgspec.Struct] = Nothing
    example: dict[str, Any] | None = None
    decides: bool = False
    approves: bool = False
    on_refused: str = ""
    confirms: bool = False
    reads: tuple[Rows | Named | Granted, ...] = ()
    writes: tuple[Table, ...] = ()
    files: tuple[str, ...] = ()
    by_filer: bool = False

    @property
    def named(self) -> tuple[Named, ...]:
        """The requests that it reads."""
        return tuple(each for each in self.reads if isinstance(each, Named))

    @property
    def rows(self) -> tuple[Rows, ...]:
        """The rows that it reads."""
        return tuple(each for each in self.reads if isinstance(each, Rows))

    @property
    def granted(self) -> tuple[Granted, ...]:
        """The grants that it reads."""
        return tuple(each for each in self.reads if isinstance(each, Granted))

    @property
    def ranks(self) -> list[int]:
        """The ranks of the tables that it reads, in this order."""
        return [rows.table.rank for rows in self.rows]
