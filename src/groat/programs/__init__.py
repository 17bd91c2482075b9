"""Ready-made uses of the ledger and its streams: each program adds commands, tables and events of its own."""

from groat.programs.console import ConsoleModule
from groat.programs.program import Host, Job, Program, ProgramError, find_programs
from groat.programs.words import Ledger, Words, word

__all__ = [
    "ConsoleModule",
    "Host",
    "Job",
    "Ledger",
    "Program",
    "ProgramError",
    "Words",
    "find_programs",
    "word",
]
