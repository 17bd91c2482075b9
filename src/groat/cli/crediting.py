"""``groat import credits``: check a file of people and amounts, and post it as a bulk run."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.table import Table as Grid

from groat import Groat
from groat.cli.options import open_ledger, require_database, with_settings
from groat.cli.output import aside, progress, result
from groat.cli.transactions_file import PRINCIPAL, FileError
from groat.csv_cells import csv_line
from groat.ledger.keys import derive
from groat.programs.runs.exports import lines_of_draft
from groat.programs.runs.importing import draft_file, drive, file_draft
from groat.programs.runs.views import DraftChoices, RunDraft, RunView
from groat.programs.runs.words import Runs
from groat.settings import Settings

SHOWN_MAX = 50
_SIGNS = {"point": ".", "comma": ","}

Column = Annotated[
    str | None, typer.Option(help="Its column: the words of the header, or a number from 1; empty for none")
]


@with_settings("database", "redis")
def credits_(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, XLSX, XLS or ODS with people and amounts")],
    *,
    asset: Annotated[str, typer.Option(help="Asset of the amounts")] = "CREDIT",
    mode: Annotated[Literal["add", "set"], typer.Option(help="Add to balances, or set them")] = "add",
    reason: Annotated[str, typer.Option(help="Reason of rows that have none")] = "",
    source: Annotated[
        str, typer.Option(help="Account of the house that pays; the setting's if not given")
    ] = "",
    duplicates: Annotated[
        Literal["ask", "sum", "first"],
        typer.Option(help="Rows of one person: refused, added up, or only the first"),
    ] = "ask",
    sheet: Annotated[
        str | None, typer.Option(help="Sheet of a workbook; the first visible one if not given")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding of a text file, such as cp1251")] = None,
    delimiter: Annotated[str | None, typer.Option(help="Sign that parts the cells of a text file")] = None,
    decimal: Annotated[
        Literal["point", "comma"] | None,
        typer.Option(help="Sign before the fraction of the amounts; if not given, the one that they show"),
    ] = None,
    user: Column = None,
    email: Column = None,
    name: Column = None,
    amount_column: Column = None,
    amount: Annotated[
        str | None, typer.Option(help="One amount for all rows, of a file without a column for it")
    ] = None,
    reason_column: Column = None,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Post the good rows, and leave out the bad ones")
    ] = False,
    bad_rows: Annotated[
        Path | None, typer.Option(help="File to write the bad rows to, as CSV, with what to do")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Post a file once more that was posted before")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what a run would come to, and post nothing")
    ] = False,
    settings: Settings,
) -> None:
    """Give credits to the people of a file, as the console does: every row is checked, then they are posted as a run.

    People are found by id, then e-mail address, then name. A file that was posted before is not posted again, unless
    you say so; a run that was interrupted goes on. Exit code 1: rows are bad, or the run does not go on; 2: the file
    cannot be read as it is.
    """
    reader = {
        "sheet": sheet, "encoding": encoding, "delimiter": delimiter, "decimal": _SIGNS.get(decimal or ""),
        "user_column": user, "email_column": email, "name_column": name, "amount_column": amount_column,
        "reason_column": reason_column,
    }  # fmt: skip
    chosen = {key: value for key, value in reader.items() if value is not None}
    try:
        data = file.read_bytes()
    except OSError as error:
        raise FileError("file_unreadable", f"{file} cannot be read: {error.strerror}.") from error
    require_database(settings)

    async def run() -> int:
        async with open_ledger(settings) as groat:
            runs = groat.program(Runs)
            choices = DraftChoices(
                asset, mode, reason, source, file.name, duplicates=duplicates, amount=amount, reader=chosen
            )
            draft = await draft_file(groat, data, choices, by=PRINCIPAL)
            _show(draft)
            if draft.summary.bad:
                await _show_bad(runs, draft)
            if bad_rows is not None:
                with bad_rows.open("w", encoding="utf-8", newline="") as out:
                    async for line in lines_of_draft(groat, draft.id, "bad"):
                        out.write(csv_line(line))
            known = draft.repeats[0].run if draft.repeats and not again else None
            if dry_run or known is not None or (draft.summary.bad and not skip_bad):
                await runs.discard(draft.id)
            if known is not None:
                result.print(f"the file was posted before, by the run {known}; --again posts it once more")
                return 0 if dry_run else await _follow(groat, known)
            if dry_run or (draft.summary.bad and not skip_bad):
                if not dry_run:
                    aside.print("Nothing was posted. Mend the bad rows, or leave them out by --skip-bad.")
                return 1 if draft.summary.bad or draft.source_problem else 0
            # The place among the runs of the same file: two commands at once file one of them.
            key = derive("import", "credits", draft.origin.digest or draft.id, len(draft.repeats))
            return await _follow(groat, (await file_draft(groat, draft, by=PRINCIPAL, key=key)).id)

    raise typer.Exit(asyncio.run(run()))


def _show(draft: RunDraft) -> None:
    summary = draft.summary
    reading = draft.reading
    if reading is not None:
        for warning in reading.warnings:
            aside.print(f"note: {warning.detail}")
        for role, words in reading.columns.items():
            aside.print(f"{role}: column {reading.places[role]}, “{words}”", markup=False)
    result.print(
        f"{summary.rows} rows: {summary.good} good, {summary.bad} bad; {summary.people} people,"
        f" {summary.new_people} of them new; {draft.asset} {summary.total} in all, {summary.biggest} at most"
    )
    if draft.source_problem is not None:
        aside.print(f"{draft.source}: {draft.source_problem.detail}", markup=False)
    if draft.needs_approval:
        aside.print("Another person must approve the run.")
    if not draft.atomic:
        aside.print(f"It is posted in {draft.chunks} commits, each of them whole.")


async def _show_bad(runs: Runs[Groat], draft: RunDraft) -> None:
    grid = Grid("line", "person", "amount", "code", "what to do")
    page = await runs.rows(draft.id, show="bad", limit=SHOWN_MAX)
    for row in page.items:
        person = row.user or row.email or row.name
        code, detail = (row.problem.code, row.problem.detail) if row.problem else ("", "")
        grid.add_row(str(row.line), person, row.amount, code, detail)
    aside.print(grid, markup=False)
    if page.total > SHOWN_MAX:
        aside.print(f"and {page.total - SHOWN_MAX} more")


async def _follow(groat: Groat, run: str) -> int:
    """Post the run here, or watch a server do it, until it ends or waits for somebody."""
    with progress() as shown:
        task = shown.add_task("Posting", total=None)

        def told(view: RunView) -> None:
            shown.update(task, total=view.rows, completed=view.posted.rows + view.skipped)

        view = await drive(groat, run, told)
    said = f"run {view.id}: {view.state}, {view.posted.rows} of {view.rows} rows posted, {view.posted.amount} in all"
    result.print(f"{said}, {view.skipped} left out" if view.skipped else said)
    if view.state == "pending":
        aside.print("It waits for approval by another person.")
        return 0
    if view.problem is not None:
        aside.print(f"Row {view.problem.number}, {view.problem.user}: {view.problem.detail}", markup=False)
    return 0 if view.state == "done" else 1
