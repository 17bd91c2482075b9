"""The programs that every database has, whatever the settings turn on."""

from __future__ import annotations

from groat.programs.notifications.program import PROGRAM as NOTIFICATIONS
from groat.programs.outbox.program import PROGRAM as OUTBOX
from groat.programs.program import Program
from groat.programs.runs.program import PROGRAM as RUNS
from groat.programs.statements.program import PROGRAM as STATEMENTS
from groat.programs.workflow.program import PROGRAM as WORKFLOW

STANDING: tuple[Program, ...] = (NOTIFICATIONS, WORKFLOW, STATEMENTS, OUTBOX, RUNS)
