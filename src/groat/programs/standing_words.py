"""Tables and words of the programs that every database has, for a ledger that is opened without a server.

:mod:`groat.programs.standing` has the whole programs. An app that serves nothing need not load their operations.
"""

from __future__ import annotations

from typing import Any

from groat.programs.notifications import NOTIFICATIONS
from groat.programs.notifications.facade import Notifying
from groat.programs.outbox import OUTBOX
from groat.programs.runs import RUNS
from groat.programs.runs.kind import RUN_KIND
from groat.programs.runs.words import Runs
from groat.programs.words import Words
from groat.programs.workflow import WORKFLOW, Kind
from groat.store.extension import Extension

STANDING_EXTENSIONS: tuple[Extension, ...] = (NOTIFICATIONS, WORKFLOW, OUTBOX, RUNS)

STANDING_KINDS: tuple[Kind[Any], ...] = (RUN_KIND,)

STANDING_FACADE: tuple[type[Words[Any]], ...] = (Runs,)
"""The words of these programs that are found as ``groat.program(...)``."""


class StandingWords(Notifying):
    """The words that every ledger has, whatever programs it was opened with."""
