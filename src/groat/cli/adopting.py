"""``groat adopt``: take over balances that an app has kept in a column of its own, and compare both for a while."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.table import Table

from groat import Groat
from groat.cli.adoption_report import AdoptionReport
from groat.cli.columns import ColumnError, ColumnSource
from groat.cli.options import open_ledger, with_settings
from groat.cli.output import aside, result
from groat.engine.adopting import AGAINST, Adoption, Mode
from groat.ledger.amounts import Asset
from groat.ledger.errors import InvalidInput
from groat.settings import Settings


@with_settings("database", "redis")
def adopt(
    *,
    asset: Annotated[
        str, typer.Option(help="Asset of the balances, such as USD; USD:2 creates it if it is missing")
    ],
    account: Annotated[
        str, typer.Option(help="Account of a row, with names of columns in braces, such as user:{id}")
    ] = "{account}",
    balance: Annotated[str, typer.Option(help="Name of the column that has the balance")] = "balance",
    query: Annotated[str, typer.Option(help="SQL query that answers with the rows")] = "",
    source: Annotated[
        str,
        typer.Option(
            help="Database of the query, sqlite:///... or postgresql://...; the ledger's if not given"
        ),
    ] = "",
    csv: Annotated[Path | None, typer.Option(help="CSV file that has the rows, in place of a query")] = None,
    decimal: Annotated[
        Literal["point", "comma"], typer.Option(help="The sign before the fraction of the file's amounts")
    ] = "point",
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of the file, such as cp1251; UTF-8 if not given")
    ] = None,
    against: Annotated[str, typer.Option(help="Account from which opening balances come")] = AGAINST,
    correct: Annotated[
        bool, typer.Option("--correct", help="Set balances that differ to those of the column")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what a run would come to, and write nothing")
    ] = False,
    shadow: Annotated[
        bool, typer.Option("--shadow", help="Only compare the column with the ledger, and write nothing")
    ] = False,
    every: Annotated[
        float | None, typer.Option(min=0.1, help="Repeat after so many seconds, until interrupted")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="CSV file for the rows that somebody has to look at, all of them")
    ] = None,
    settings: Settings,
) -> None:
    """Take a column of balances as opening balances, or compare it with the ledger.

    An account that the ledger has never moved gets its balance by one transaction; one that it has moved is compared,
    and differences are listed. So it may be repeated, and goes on where it was interrupted. Exit code 1: some rows
    differ, cannot be used, or were refused.
    """
    if bool(query) == (csv is not None):
        raise ColumnError("source_missing")
    signs: dict[str, Literal[".", ","]] = {"point": ".", "comma": ","}
    rows = ColumnSource(account, balance, source or settings.database, query, csv, signs[decimal], encoding)
    mode: Mode = "compare" if shadow else "rehearse" if dry_run else "adopt"

    async def run() -> bool:
        async with open_ledger(settings) as groat:
            while True:
                taken = await _asset(groat, asset, mode)
                adoption = Adoption(taken, against=against, mode=mode, correcting=correct)
                with AdoptionReport(report) as wrong:
                    async with aclosing(rows.chunks()) as chunks:
                        async for chunk in chunks:
                            wrong.add(await adoption.take(groat, chunk))
                _tell(adoption, wrong)
                if every is None:
                    return adoption.summary.is_well
                await asyncio.sleep(every)

    if not asyncio.run(run()):
        raise typer.Exit(1)


async def _asset(groat: Groat, text: str, mode: Mode) -> Asset:
    """Return the asset; ``USD:2`` creates it, but not in a run that writes nothing. Raises InvalidInput."""
    code, _, scale = text.partition(":")
    found = (await groat.assets()).get(code)
    if found is not None:
        return found
    if not scale.isdecimal() or len(scale) > 2:
        raise InvalidInput(
            "unknown_asset", f"There is no asset {code}. Write {code}:2 to make it with two digits."
        )
    return await groat.add_asset(code, int(scale)) if mode == "adopt" else Asset(code, int(scale))


def _tell(adoption: Adoption, wrong: AdoptionReport) -> None:
    for line in adoption.summary.lines():
        result.print(line, soft_wrap=True)
    if wrong.shown:
        table = Table("account", "column", "ledger", "outcome", "why", title="Rows to look at")
        for row in wrong.shown:
            table.add_row(*row)
        aside.print(table)
        if rest := wrong.rest():
            aside.print(rest)
