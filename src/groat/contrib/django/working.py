"""Metered work of a synchronous worker: a thread keeps its hold, by a connection that it opens for each beat."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import InterfaceError, OperationalError, connections

from groat.contrib.django.blocks import BlockError
from groat.metering import Job, JobCall, JobDoor, JobPlan, Metered


class InsideMetered(Metered):
    """``with groat.metered(...) as job``: hold and settlement are blocks of their own, before the work and after it.

    Within an open block nobody would see the hold, its row would be locked for as long as the work takes, and a
    rollback would undo what was used.
    """

    def __init__(self, alias: str, plan: JobPlan, word: Callable[[str], Callable[..., Any]]) -> None:
        self._alias = alias
        self._word = word
        self._worker = threading.get_ident()
        super().__init__(JobDoor(self._call, _passes), plan)

    def __enter__(self) -> Job:
        if connections[self._alias].in_atomic_block:
            raise BlockError("work_in_block")
        self._worker = threading.get_ident()
        return super().__enter__()

    def _call(self, what: JobCall) -> Any:
        connection = connections[self._alias]
        # One that was lost is opened anew, as Django does between requests.
        connection.close_if_unusable_or_obsolete()
        try:
            return self._word(what.word)(**what.given).unwrap()
        finally:
            if threading.get_ident() != self._worker:
                connection.close()


def _passes(error: Exception) -> bool:
    """Return whether a call may succeed later: others hold the rows, or the database is away."""
    return isinstance(error, OperationalError | InterfaceError) or getattr(error, "passing", False)
