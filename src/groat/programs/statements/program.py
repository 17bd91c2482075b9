"""The program of statements, which every database has."""

from __future__ import annotations

from groat.programs.program import Program
from groat.programs.statements.operations import STATEMENT_ERRORS, WRITE, operations

PROGRAM = Program("statements", operations=operations, errors=STATEMENT_ERRORS, works=(WRITE,))
