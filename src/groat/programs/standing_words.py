"""Tables and words of the programs that every database has, for a ledger that is opened without a server.

:mod:`groat.programs.standing` has the whole programs. An app that serves nothing need not load their operations.
"""

from __future__ import annotations

from groat.programs.notifications import NOTIFICATIONS
from groat.programs.notifications.facade import Notifying
from groat.programs.outbox import OUTBOX
from groat.programs.workflow import WORKFLOW
from groat.store.extension import Extension

STANDING_EXTENSIONS: tuple[Extension, ...] = (NOTIFICATIONS, WORKFLOW, OUTBOX)


class StandingWords(Notifying):
    """The words that every ledger has, whatever programs it was opened with."""
