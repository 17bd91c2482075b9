"""The parts of a program, and the search for the programs that the settings name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, NamedTuple

from groat.ledger.errors import GroatError, Rule
from groat.store.extension import Extension

if TYPE_CHECKING:
    from msgspec import Struct
    from prometheus_client.core import Metric

    from groat.api.operations import Operation
    from groat.api.services import Services
    from groat.engine.groat import Groat
    from groat.live.boards import Board
    from groat.programs.console import ConsoleModule
    from groat.programs.outbox import Channel
    from groat.programs.words import Words
    from groat.programs.workflow import Kind
    from groat.sandbox.pool import SandboxWork
    from groat.settings import Settings
    from groat.store.verify import Audit

GROUP = "groat.programs"
"""The entry points of installed packages under which programs are found."""
COMMAND_GROUP = "groat.commands"
"""The entry points that name further groups of commands, each with the program that brings it."""

PROGRAM_ERRORS: dict[str, Rule] = {
    "program_not_found": Rule(500, "No installed package brings a program of this name (setting programs)."),
    "program_missing": Rule(
        500, "Other nodes run a program on this database that this one lacks (setting programs)."
    ),
    "program_not_recorded": Rule(500, "No node has run a program of this name on this database."),
    "program_in_use": Rule(500, "Requests of the program are open."),
    "program_broken": Rule(500, "An installed package does not load, or what it brings is no program."),
    "program_not_turned_on": Rule(
        500, "The program is installed, but the setting programs does not name it."
    ),
    "program_without_commands": Rule(500, "The program brings no commands of the command line."),
    "console_module_invalid": Rule(500, "The files of a program's console module cannot be served."),
}


class ProgramError(GroatError):
    """A program that the settings name cannot be used; codes of :data:`PROGRAM_ERRORS`."""

    rules = PROGRAM_ERRORS


class Host(NamedTuple):
    """Holds what a job is given: the ``services`` that operations share, and the server's ``programs``."""

    services: Services
    programs: tuple[Program, ...]


Job = Callable[[Host], AbstractAsyncContextManager[Any]]
"""A job: an async context manager, entered before the first call is answered and left when the server ends.

Operations find what it yields, other than None, by its class: ``call.services.part(Mailer)``. Jobs start in the order
of the programs, those that every database has first, and end in reverse.
"""
Measure = Callable[["Services"], Iterable["Metric"]]
"""Reads metrics when somebody asks for them."""
Audits = Callable[[Sequence["Program"]], Iterable["Audit"]]
"""Makes checks of ``groat verify`` that need to know all programs, also those that are not turned on."""
Describe = Callable[[Sequence["Program"]], Iterable["Operation"]]
"""Makes operations that stand in the OpenAPI document beside those that are served, from the server's programs."""
Command = Callable[..., Awaitable[None] | None]
"""A command of the command line: a function, async or not, whose parameters typer reads as options and arguments.

A parameter of the type :class:`groat.Groat` gets the open ledger, one of the type Settings or of the program's own
settings gets these.
"""
Story = Callable[["Settings"], Awaitable[None]]
"""Fills the demo's database with the program's chapter; told again, it changes nothing."""


class Program:
    """A ready-made use of groat. It declares all that it brings, and nothing outside its folder names it.

    - ``kinds`` are its kinds of requests. The codes with which their steps refuse are declared by the kinds.
    - ``extension`` has its tables and checks, and what it adds to snapshots and events.
    - ``operations`` are its HTTP operations, ``errors`` the codes that these answer beyond the server's own.
    - ``jobs`` run as long as the server does; those of a ``last`` program start after and end before all others.
    - ``metrics`` are read for each scrape; ``works`` run in the sandbox; ``console`` is its part of the web console.
    - ``settings`` is the struct of its own settings, which operations and jobs find as ``services.part(<the struct>)``.
    - ``check_settings`` is called before a server starts; it raises SettingsError if the program cannot run with them.
    - ``check_ledger`` is called with the open ledger and the program's own settings before a server works on it; it
      raises SettingsError if the program must not run there with these.
    - ``commands`` are run as ``groat <program> <command>``, those of ``command_groups`` as ``groat <group> <command>``.
    - ``story`` is its chapter of ``groat demo``.
    - ``facade`` has classes of words for apps, found as ``groat.program(<the class>)``.
    - ``channels`` deliver the entries that its commands put into the outbox.
    - ``claims`` name a person before the other claims of the setting ``jwt_user_claims``, where they are among these.
    - ``boards`` show states, each pushed to whoever watches it when it changes.
    - ``audits`` and ``describe`` are called with all programs, and make checks and descriptions of operations.
    """

    def __init__(
        self,
        name: str,
        *,
        kinds: Sequence[Kind[Any]] = (),
        extension: Extension | None = None,
        operations: Sequence[Operation] = (),
        errors: Mapping[str, Rule] | None = None,
        jobs: Sequence[Job] = (),
        metrics: Sequence[Measure] = (),
        works: Sequence[SandboxWork] = (),
        settings: type[Struct] | None = None,
        commands: Sequence[Command] = (),
        command_groups: Mapping[str, Sequence[Command]] | None = None,
        facade: Sequence[type[Words[Any]]] = (),
        audits: Audits | None = None,
        describe: Describe | None = None,
        check_settings: Callable[[Settings], object] | None = None,
        check_ledger: Callable[[Groat, Any], object] | None = None,
        story: Story | None = None,
        console: ConsoleModule | None = None,
        channels: Sequence[Channel] = (),
        claims: Sequence[str] = (),
        boards: Sequence[Board] = (),
        last: bool = False,
    ) -> None:
        self.name = name
        self.kinds = tuple(kinds)
        self.extension = extension
        self.operations = tuple(operations)
        self.errors = dict(errors or {})
        self.jobs = tuple(jobs)
        self.metrics = tuple(metrics)
        self.works = tuple(works)
        self.settings = settings
        self.commands = tuple(commands)
        self.command_groups = {name: tuple(group) for name, group in (command_groups or {}).items()}
        self.facade = tuple(facade)
        self.audits = audits
        self.describe = describe
        self.check_settings = check_settings
        self.check_ledger = check_ledger
        self.story = story
        self.console = console
        self.channels = tuple(channels)
        self.claims = tuple(claims)
        self.boards = tuple(boards)
        self.last = last

    @property
    def roles(self) -> frozenset[str]:
        """The roles that its kinds name."""
        return frozenset[str]().union(*(kind.named_roles for kind in self.kinds))


def installed_names() -> list[str]:
    """List the names of all programs that installed packages bring, without loading any."""
    return sorted(entry.name for entry in entry_points(group=GROUP))


def installed_programs() -> list[Program]:
    """Load all programs that installed packages bring. Raises as :func:`find_programs`."""
    return find_programs(installed_names())


def find_programs(names: Iterable[str]) -> list[Program]:
    """Load the programs of these names. Raises ProgramError ``program_not_found``, ``program_broken``.

    Raises ValueError for kinds of one name.
    """
    installed = {entry.name: entry for entry in entry_points(group=GROUP)}
    programs: list[Program] = []
    for name in dict.fromkeys(names):
        if name not in installed:
            known = ", ".join(sorted(installed)) or "none"
            raise ProgramError("program_not_found", f"There is no program {name!r}; installed: {known}.")
        programs.append(_load(installed[name]))
    check_once("kind", (kind.name for program in programs for kind in program.kinds))
    return programs


def installed_groups() -> dict[str, str]:
    """Return the groups of commands that installed packages name, each with its program, without loading any."""
    programs = {entry.value: entry.name for entry in entry_points(group=GROUP)}
    return {
        entry.name: programs[entry.value]
        for entry in entry_points(group=COMMAND_GROUP)
        if entry.value in programs
    }


def _load(entry: EntryPoint) -> Program:
    package = f"{entry.dist.name} {entry.dist.version}" if entry.dist else "an unknown package"
    try:
        program = entry.load()
    except Exception as error:
        raise ProgramError(
            "program_broken",
            f"The program {entry.name} of the package {package} does not load:"
            f" {type(error).__name__}: {error}. Repair, upgrade or uninstall the package.",
        ) from error
    if not isinstance(program, Program) or program.name != entry.name:
        raise ProgramError(
            "program_broken",
            f"The entry point {entry.name} of the package {package} must lead to the Program of this name;"
            f" {entry.value} does not.",
        )
    return program


def first_claims(programs: Iterable[Program]) -> tuple[str, ...]:
    """List the claims of tokens that name a person before others where these programs are turned on."""
    return tuple(claim for program in programs for claim in program.claims)


def check_once(what: str, names: Iterable[str]) -> None:
    """Raise ValueError if several programs declare ``what`` under one name."""
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        raise ValueError(f"several programs declare the {what} {', '.join(twice)}")
