"""The commands of programs, loaded only when somebody asks for one.

They are run as ``groat <program> <command>``, or as ``groat <group> <command>`` in a group that a program names.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Sequence
from typing import Any, get_type_hints

import typer
from typer.core import TyperGroup
from typer.main import get_group

from groat import Groat
from groat.cli.options import open_ledger, require_database, with_settings
from groat.programs.own_settings import read_own_settings
from groat.programs.program import (
    Command,
    Program,
    ProgramError,
    find_programs,
    installed_groups,
    installed_names,
)
from groat.settings import Settings, SettingsError, load

PANEL = "Programs"


class Commands(TyperGroup):
    """The commands of groat, and after them one group for each program and those that programs name.

    The help lists those of programs that the environment or its settings file turns on, and loads none of them.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        """List groat's own commands in their order, then the programs."""
        own = super().list_commands(ctx)
        programs = _turned_on()
        groups = [group for group, program in installed_groups().items() if program in programs]
        return [*own, *(name for name in (*programs, *groups) if name not in own)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Find a command of groat, else the group of an installed program."""
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        if cmd_name in installed_names():
            return ProgramCommands(cmd_name)
        program = installed_groups().get(cmd_name)
        return None if program is None else ProgramCommands(program, cmd_name)


class ProgramCommands(TyperGroup):
    """The commands of one program, or of a ``group`` that it names; it is loaded when they are listed or one is run."""

    def __init__(self, program: str, group: str = "") -> None:
        text = f"The commands of the program {program}."
        super().__init__(name=group or program, help=text, no_args_is_help=True, rich_help_panel=PANEL)
        self._program = program
        self._group = group

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """Prepare to run a command. Raises ProgramError before anything is printed."""
        self.load()
        return super().make_context(*args, **kwargs)

    def list_commands(self, ctx: Any) -> list[str]:
        """List the commands in the order in which the program declares them. Raises ProgramError."""
        return self.load().list_commands(ctx)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Find a command by its name. Raises ProgramError."""
        return self.load().get_command(ctx, cmd_name)

    def load(self) -> TyperGroup:
        """Load the program, and make the group of its commands. Raises ProgramError."""
        (program,) = find_programs([self._program])
        return group_of(program, self._group)


def group_of(program: Program, group: str = "") -> TyperGroup:
    """Make the group of a program's commands, or one of those that it names.

    Raises ProgramError ``program_without_commands`` where there are none.
    """
    commands: Sequence[Command] = program.command_groups.get(group, ()) if group else program.commands
    if not commands:
        where = f" in the group {group}" if group else ""
        raise ProgramError(
            "program_without_commands", f"The program {program.name} brings no commands{where}."
        )
    app = typer.Typer(rich_markup_mode="markdown")
    # With a callback, a single command is a group of one, too.
    app.callback()(lambda: None)
    for function in commands:
        app.command()(with_settings("database", "programs")(_plugged(program, function)))
    return get_group(app)


def _plugged(program: Program, function: Callable[..., Any]) -> Callable[..., None]:
    """Wrap a program's function into one that takes ``settings`` and fills in the ledger and settings by type."""
    hints = get_type_hints(function, include_extras=True)
    given = {name: type_ for name, type_ in hints.items() if type_ in (Settings, Groat, program.settings)}

    async def call(settings: Settings, values: dict[str, Any]) -> None:
        own = read_own_settings(program, settings)
        for name, type_ in given.items():
            values[name] = settings if type_ is Settings else own
        if Groat not in given.values():
            await _result(function(**values))
            return
        async with open_ledger(settings) as groat:
            values |= {name: groat for name, type_ in given.items() if type_ is Groat}
            await _result(function(**values))

    def run(*, settings: Settings, **values: Any) -> None:
        if program.name not in settings.programs:
            wanted = ",".join((*settings.programs, program.name))
            raise ProgramError(
                "program_not_turned_on",
                f"The program {program.name} is installed, but the setting programs does not turn it on: give"
                f" --programs {wanted}, set GROAT_PROGRAMS, or name it in the settings file.",
            )
        if Groat in given.values():
            require_database(settings)
        asyncio.run(call(settings, values))

    own = [
        parameter.replace(annotation=hints[parameter.name], kind=inspect.Parameter.KEYWORD_ONLY)
        for parameter in inspect.signature(function).parameters.values()
        if parameter.name not in given
    ]
    settings_ = inspect.Parameter("settings", inspect.Parameter.KEYWORD_ONLY, annotation=Settings)
    run.__name__, run.__doc__ = function.__name__, function.__doc__
    run.__signature__ = inspect.Signature([*own, settings_])  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in (*own, settings_)}
    return run


async def _result(made: Any) -> None:
    if inspect.isawaitable(made):
        await made


def _turned_on() -> list[str]:
    try:
        wanted = load().programs
    except SettingsError:
        # The help must be readable whatever the settings are; the command that needs them says what is wrong.
        return []
    installed = installed_names()
    return [name for name in wanted if name in installed]
