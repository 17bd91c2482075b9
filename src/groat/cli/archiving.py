"""``groat archive``: move closed months out of the tables that every commit writes to."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from groat.cli.options import open_ledger, require_database, with_settings
from groat.cli.output import progress, result
from groat.settings import Settings
from groat.store.archive import ArchivedRows, Month


@with_settings("database")
def archive(
    *,
    before: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m"],
            metavar="YYYY-MM",
            help="Archive all months before this one; none: list the archive",
        ),
    ] = None,
    settings: Settings,
) -> None:
    """Move the transactions and postings of closed months into the archive, while servers go on.

    Everything still finds them there. It may be broken off and repeated at any time.
    """
    require_database(settings)
    for month in asyncio.run(_archive(settings, before)):
        name = f"{month.month // 100}-{month.month % 100:02}"
        result.print(f"{name}: {month.transactions} transactions, {month.postings} postings")


async def _archive(settings: Settings, before: datetime | None) -> list[Month]:
    async with open_ledger(settings) as groat:
        if before is None:
            return await groat.archived()
        with progress() as shown:
            task = shown.add_task("Archiving", total=None)

            def moved(stretch: ArchivedRows) -> None:
                name = f"Archiving {stretch.month // 100}-{stretch.month % 100:02}"
                shown.update(task, description=name, advance=stretch.transactions)

            return await groat.archive(before.replace(tzinfo=UTC), moved)
