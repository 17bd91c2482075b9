"""Give a ledger without a server what the programs that every database has bring to it: tables and words.

:mod:`groat.programs.standing` has these programs whole. Loading their operations would slow down who serves nothing.
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
