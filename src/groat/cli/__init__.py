"""The ``groat`` command."""

from __future__ import annotations

import sys
from importlib.metadata import version as installed_version
from typing import Annotated

import typer
from rich.text import Text

from groat.cli import (
    adopting,
    archiving,
    benchmark,
    clocks,
    crediting,
    demo,
    doctor,
    epochs,
    exporting,
    importing,
    programs,
    server,
    tokens,
    users,
    verifying,
)
from groat.cli.output import aside
from groat.cli.plugged import Commands
from groat.ledger.errors import GroatError

app = typer.Typer(
    name="groat",
    cls=Commands,
    help="Live balances for any app: what a person sees is what is committed.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="markdown",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"groat {installed_version('groat')}")
        raise typer.Exit


@app.callback()
def groat(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop"),
    ] = False,
) -> None:
    """Live balances for any app: what a person sees is what is committed."""


app.command("serve")(server.serve)
app.command("demo")(demo.demo)
app.command("migrate")(server.migrate)
app.command("token")(tokens.token)
app.add_typer(users.app, name="user")
importing.app.command("credits", no_args_is_help=True)(crediting.credits_)
app.add_typer(importing.app, name="import")
app.command("adopt", no_args_is_help=True)(adopting.adopt)
app.add_typer(clocks.app, name="clock")
app.add_typer(epochs.app, name="epoch")
app.add_typer(programs.app, name="program")
app.command("verify")(verifying.verify)
app.command("doctor")(doctor.doctor)
app.command("archive")(archiving.archive)
app.command("export", no_args_is_help=True)(exporting.export)
app.command("bench")(benchmark.bench)


def main() -> None:
    """Run the command line. An error of ours is one line with its stable code, and exit code 2."""
    try:
        app()
    except GroatError as error:
        aside.print(Text.assemble(("error", "bold red"), f" {error.code}: {error.detail}"), soft_wrap=True)
        sys.exit(2)
