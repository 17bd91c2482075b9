"""The ledger as apps open it: the engine's, with the tables and the words of the programs that every database has."""

from __future__ import annotations

from typing import ClassVar

from groat.engine import groat as engine
from groat.programs.notifications import NOTIFICATIONS
from groat.programs.notifications.facade import Notifying
from groat.programs.workflow import WORKFLOW
from groat.store.extension import Extension


class Groat(Notifying, engine.Groat):
    """A ledger with live streams and notifications. Made by :meth:`open`; all methods are called on one event loop."""

    standing: ClassVar[tuple[Extension, ...]] = (NOTIFICATIONS, WORKFLOW)
