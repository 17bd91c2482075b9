"""``groat verify``: derive everything again from what was posted."""

from __future__ import annotations

import asyncio

import typer

from groat import Groat
from groat.cli.options import with_settings
from groat.cli.output import progress, result
from groat.settings import Settings


@with_settings("database")
def verify(*, settings: Settings) -> None:
    """Derive every balance, hold, version, event and hash again and compare; exit code 1 if anything differs.

    Reads one snapshot of the database, so servers may go on meanwhile.
    """
    asyncio.run(_run(settings))


async def _run(settings: Settings) -> None:
    with progress() as shown:
        task = shown.add_task("Verifying", total=None)

        def moved(done: int, total: int) -> None:
            shown.update(task, completed=done, total=total)

        async with Groat.open(settings.database, policy=settings.policy()) as groat:
            report = await groat.verify(moved)
    for name, count in report.counted.items():
        result.print(f"{name}: {count}")
    for problem in report.problems:
        result.print(f"WRONG: {problem}")
    if report.problems:
        result.print(f"{len(report.problems)} things are wrong")
        raise typer.Exit(1)
    result.print("all is right")
