"""Ready-made uses of the ledger and its streams: each program adds commands, tables and events of its own."""

from groat.programs.program import Job, Program, ProgramError, find_programs

__all__ = ["Job", "Program", "ProgramError", "find_programs"]
