"""The program of bulk runs, which every database has."""

from __future__ import annotations

from groat.programs.program import Program
from groat.programs.runs import RUNS, exports, operations
from groat.programs.runs.boards import BOARDS
from groat.programs.runs.errors import RUN_ERRORS
from groat.programs.runs.kind import RUN_KIND
from groat.programs.runs.own_settings import RunsSettings
from groat.programs.runs.worker import measure, posting

PROGRAM = Program(
    "runs",
    kinds=(RUN_KIND,),
    extension=RUNS,
    operations=(*operations.operations, *exports.operations),
    errors=RUN_ERRORS,
    jobs=(posting,),
    settings=RunsSettings,
    metrics=(measure,),
    boards=BOARDS,
)
