"""``groat verify``: derive everything again from what was posted."""

from __future__ import annotations

import asyncio

import typer

from groat.cli.options import open_ledger, require_database, with_settings
from groat.cli.output import progress, result
from groat.programs.program import installed_programs
from groat.settings import Settings
from groat.store.verify import CHECKS, Report


@with_settings("database")
def verify(*, settings: Settings) -> None:
    """Derive every balance, hold, version, stream and hash again and compare; exit code 1 if anything differs.

    Reads one snapshot of the database, so servers may go on meanwhile.
    """
    require_database(settings)
    report = asyncio.run(_verify(settings))
    counted = f"{report.transactions} transactions, {report.postings} postings, {report.accounts} balances"
    result.print(f"{counted}, {report.batches} batches")
    for name, promise in report.checks.items():
        wrong = [problem for problem in report.problems if problem.check == name]
        result.print(f"{'WRONG' if wrong else 'right'}: {promise}")
        for problem in wrong:
            result.print(f"  {problem.what}: found {problem.found}, expected {problem.expected}")
    if not report.ok:
        raise typer.Exit(1)


async def _verify(settings: Settings) -> Report:
    # Imported here, for their operations would slow every other command down.
    from groat.programs.standing import STANDING

    with progress() as shown:
        task = shown.add_task("Verifying", total=None)

        def moved(check: str, done: int, total: int) -> None:
            promise = CHECKS.get(check, "what programs keep")
            shown.update(task, description=promise.capitalize(), completed=done, total=total)

        async with open_ledger(settings) as groat:
            # Take every installed program: requests may be of one that these settings do not turn on.
            programs = (*STANDING, *installed_programs())
            audits = [audit for program in programs if program.audits for audit in program.audits(programs)]
            groat.audits.update({audit.name: audit for audit in audits})
            return await groat.verify(moved)
