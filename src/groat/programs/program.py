"""The parts of a program, and the search for the programs that the settings name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from groat.ledger.errors import GroatError, Rule
from groat.store.sqlite import Extension

if TYPE_CHECKING:
    from groat.programs.workflow import Kind, Workflow

GROUP = "groat.programs"
"""The entry points of installed packages under which programs are found."""

PROGRAM_ERRORS: dict[str, Rule] = {
    "program_not_found": Rule(500, "No installed package brings a program of this name (setting programs)."),
}


class ProgramError(GroatError):
    """A program that the settings name cannot be used; codes of :data:`PROGRAM_ERRORS`."""

    rules = PROGRAM_ERRORS


Job = Callable[["Workflow", Mapping[str, str]], AbstractAsyncContextManager[Any]]
"""A program's work in the background: a context that is entered once the server runs, and left before it ends.

It is given the server's workflow and the program's options (setting ``options``).
"""


class Program:
    """A ready-made use of groat: kinds of requests, tables of its own beyond theirs, and jobs in the background."""

    def __init__(
        self,
        name: str,
        *,
        kinds: Sequence[Kind[Any]] = (),
        extension: Extension | None = None,
        jobs: Sequence[Job] = (),
    ) -> None:
        self.name = name
        self.kinds = tuple(kinds)
        self.extension = extension
        self.jobs = tuple(jobs)


def installed_programs() -> list[Program]:
    """All programs that installed packages bring. Raises as :func:`find_programs`."""
    return find_programs(sorted(entry.name for entry in entry_points(group=GROUP)))


def find_programs(names: Iterable[str]) -> list[Program]:
    """The programs of these names. Raises ProgramError ``program_not_found``, ValueError for kinds of one name."""
    installed = {entry.name: entry for entry in entry_points(group=GROUP)}
    programs: list[Program] = []
    for name in dict.fromkeys(names):
        if name not in installed:
            known = ", ".join(sorted(installed)) or "none"
            raise ProgramError("program_not_found", f"There is no program {name!r}; installed: {known}.")
        programs.append(installed[name].load())
    kinds = [kind.name for program in programs for kind in program.kinds]
    twice = {name for name in kinds if kinds.count(name) > 1}
    if twice:
        raise ValueError(f"several programs declare the kind {', '.join(sorted(twice))}")
    return programs
