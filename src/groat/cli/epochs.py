"""``groat epoch renew``: run it on a restored database before that serves again."""

from __future__ import annotations

import asyncio

import typer

from groat.cli.options import open_ledger, require_database, shown_database, with_settings
from groat.cli.output import result
from groat.settings import Settings

app = typer.Typer(no_args_is_help=True, help="The name of this history, which every position carries.")


@app.callback()
def group() -> None:
    """The name of this history, which every position carries."""


@app.command("renew")
@with_settings("database", "redis")
def renew(*, settings: Settings) -> None:
    """Begin all streams anew, after a restore: every reader gets a snapshot instead of going on from where it was.

    No money and no event changes. Servers that run meanwhile send their readers the snapshots within seconds.
    """
    require_database(settings)

    async def run() -> str:
        async with open_ledger(settings) as groat:
            return await groat.renew_epoch()

    result.print(f"{shown_database(settings)} has the epoch {asyncio.run(run())}")
