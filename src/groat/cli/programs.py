"""``groat program``: which programs a database has been used with."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
import typer

from groat.cli.options import open_ledger, require_database, with_settings, written
from groat.cli.output import aside, result
from groat.programs import find_programs, record
from groat.programs.own_settings import check_settings
from groat.settings import Settings, meaning, option_variable

app = typer.Typer(no_args_is_help=True, help="The programs that the database has been used with.")


@app.callback()
def group() -> None:
    """The programs that the database has been used with."""


@app.command("list")
@with_settings("database")
def list_(*, settings: Settings) -> None:
    """List the programs that nodes have run on the database, each with its kinds of requests and how many are open."""
    require_database(settings)

    async def run() -> list[record.Recorded]:
        async with open_ledger(settings) as groat:
            return await record.list_programs(groat)

    for program in asyncio.run(run()):
        kinds = (f"{kind} ({program.open.get(kind, 0)} open)" for kind in program.kinds)
        result.print(f"{program.name}: {', '.join(kinds) or 'no kinds of requests'}")


@app.command("settings", no_args_is_help=True)
@with_settings("programs")
def settings_(name: Annotated[str, typer.Argument(help="The program's name")], *, settings: Settings) -> None:
    """List the settings of a program's own, each with its variable, default and meaning, and check what is given.

    They stand in the settings file under [options.NAME].
    """
    (program,) = find_programs([name])
    for setting in msgspec.structs.fields(program.settings) if program.settings else ():
        default = " (required)" if setting.required else f" [default: {written(setting.default)}]"
        variable = option_variable(name, setting.name)
        result.print(f"{setting.name}{default} [env: {variable}]: {meaning(setting.type)}")
    check_settings(program, settings)


@app.command("remove", no_args_is_help=True)
@with_settings("database", "programs")
def remove(name: Annotated[str, typer.Argument(help="The program's name")], *, settings: Settings) -> None:
    """Take a program out of the database's record, so that nodes start without it. None of its requests may be open.

    Its tables and the requests that have ended stay. Stop the nodes that run it before.
    """
    require_database(settings)

    async def run() -> None:
        async with open_ledger(settings) as groat:
            await record.remove(groat, name)

    asyncio.run(run())
    result.print(f"{name} is removed")
    if name in settings.programs:
        aside.print(f"The setting programs names {name}: the next node that starts so records it again.")
