"""``groat import``: post the transactions of a file, each at most once, however often it is run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import msgspec
import typer
from rich.progress import Progress
from rich.table import Table as Grid

from groat import Groat
from groat.cli.exported_file import (
    Standing,
    infer_exported_assets,
    is_export,
    part_changes,
    part_standing,
    to_restores,
)
from groat.cli.exported_states import FileChange, to_state_commands
from groat.cli.options import open_ledger, with_settings
from groat.cli.output import aside, progress, result
from groat.cli.transactions_file import (
    PRINCIPAL,
    FileError,
    FileTable,
    LineProblem,
    infer_assets,
    parse_assets,
    read_table,
    to_legs,
    to_posts,
)
from groat.engine.committer import SHARE_MIN
from groat.engine.ids import new_id
from groat.ledger.accounts import Limits
from groat.ledger.amounts import Asset
from groat.ledger.book import Book, Refs
from groat.ledger.budgeting import RestoreBudget
from groat.ledger.commands import Command, digest_of
from groat.ledger.errors import Refusal
from groat.ledger.keys import derive
from groat.ledger.limits import OpenAccount
from groat.ledger.members import SetMember
from groat.ledger.past_states import RestoreStates
from groat.ledger.restore import Restore
from groat.settings import Settings
from groat.sheets.model import Decimal
from groat.store.batch import Done
from groat.store.flow import Flow, Query
from groat.store.reading import StateChange, state_changes
from groat.store.rehearsal import made_later, rehearse

# A batch takes so many at least, so those of a chunk are decided together and in their order.
CHUNK_MAX = SHARE_MIN
ATTEMPTS_MAX = 100
STATES_PAGE = 1_000
SHOWN_MAX = 50

_NOUNS: dict[type[Standing], str] = {
    SetMember: "members of shared accounts are",
    RestoreBudget: "budgets are",
}

app = typer.Typer(no_args_is_help=True, help="Bring data in from files.")


class RefusedRow(NamedTuple):
    """A transaction of the file that was refused; nothing of it was posted."""

    id: str
    refusal: Refusal


class ImportSummary(NamedTuple):
    """The numbers of transactions posted by this run and by earlier ones, and the refused transactions."""

    posted: int
    known: int
    refused: list[RefusedRow]


@app.callback()
def group() -> None:
    """Bring data in from files."""


@app.command("transactions", no_args_is_help=True)
@with_settings("database", "redis")
def transactions(
    file: Annotated[
        Path,
        typer.Argument(help="CSV: transaction,date,source,destination,amount,asset[,reason], or an export"),
    ],
    *,
    floor: Annotated[
        Literal["policy", "none"],
        typer.Option(help="Floor of the accounts this opens: what the policies say, or none at all"),
    ] = "policy",
    asset: Annotated[
        list[str] | None,
        typer.Option(
            help="Create this asset with this scale if it is missing, such as USD:2; may be repeated"
        ),
    ] = None,
    decimal: Annotated[
        Literal["point", "comma"] | None,
        typer.Option(
            help="The sign before the fraction of the amounts; if not given, the one that they show"
        ),
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of the file, such as cp1251; UTF-8 if not given")
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(
            min=0.1, help="At most this many transactions a second; as fast as possible if not given"
        ),
    ] = None,
    retry_refused: Annotated[
        bool,
        typer.Option(
            "--retry-refused", help="Try again what an earlier run was refused, under keys of its own"
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what a run would come to, and write nothing")
    ] = False,
    settings: Settings,
) -> None:
    """Post the transactions of a CSV file.

    Rows that share `transaction` are the legs of one atomic transaction. Its key comes from that id, so a second run
    changes nothing and a run that was killed goes on where it stopped. `date` becomes the effective date (midnight
    UTC for a day), and what was effective first is posted first. What `groat export transactions` wrote is made again
    as it was. A server may serve the same database meanwhile: open screens follow. Every row is checked before
    anything is written. Exit code 1: some transactions were (or would be) refused, and are listed; 2: rows are wrong.
    """
    signs: dict[str | None, Decimal | None] = {"point": ".", "comma": ",", None: None}
    table = read_table(file, encoding)
    options = _Options(file, floor == "none", parse_assets(asset or []), rate, retry_refused, dry_run)
    asyncio.run(_run(table, signs[decimal], settings, options))


class _Options(NamedTuple):
    file: Path
    no_floor: bool
    declared: Mapping[str, Asset]
    rate: float | None
    retry_refused: bool
    dry_run: bool


async def _run(table: FileTable, decimal: Decimal | None, settings: Settings, options: _Options) -> None:
    async with open_ledger(settings) as groat:
        present = await groat.assets()
        commands: Sequence[Command]
        standing: list[Standing] = []
        changes: list[FileChange] = []
        if is_export(table):
            table, changes = part_changes(table)
            table, standing = part_standing(table)
            inferred = infer_exported_assets(table.rows, {**options.declared, **present})
            assets = {**inferred, **options.declared, **present}
            commands, problems = to_restores(table, assets, changes)
        else:
            legs, problems = to_legs(table, decimal)
            inferred = infer_assets(legs, {**options.declared, **present})
            assets = {**inferred, **options.declared, **present}
            commands, wrong = to_posts(legs, assets)
            problems += wrong
        if problems:
            _show_problems(sorted(problems))
            detail = f"{len(problems)} rows of {options.file} are wrong, so nothing was written."
            raise FileError("rows_invalid", detail)
        _note_assets(options.declared, present, inferred)
        if options.dry_run:
            count = sum(map(_moves, commands))
            size = f"{count} transactions in {len(table.rows)} rows on {len(_accounts(commands))} balances"
            outcome = await _rehearse(groat, settings, commands, assets, options)
            said = f"{size}: all rows are good"
            if outcome.known or outcome.refused:
                said += (
                    f"; a run would post {outcome.posted}, {outcome.known} are known from earlier runs,"
                    f" {len(outcome.refused)} would be refused"
                )
        else:
            for code, made in assets.items():
                if code not in present:
                    await groat.add_asset(code, made.scale)
            with progress() as shown:
                if options.no_floor:
                    await _open_accounts(groat, _accounts(commands), shown)
                before, after = await _state_commands(groat, changes, commands)
                refused = await _set_states(groat, before)
                outcome = await _post(groat, commands, options, shown)
                refused += await _set_states(groat, after)
                refused += await _set_standing(groat, standing, options.retry_refused)
                outcome.refused.extend(refused)
            said = (
                f"{outcome.posted} posted, {outcome.known} known from earlier runs,"
                f" {len(outcome.refused)} refused"
            )
    result.print(said, soft_wrap=True)
    if changes:
        last = {change.account: change.past.state for change in changes}
        kept = sum(state != "open" for state in last.values())
        said = f"{len(changes)} changes of accounts' states are in the file: {kept} are frozen, closing or closed"
        result.print(said, soft_wrap=True)
    for kind, noun in _NOUNS.items():
        count = sum(isinstance(each, kind) for each in standing)
        if count:
            result.print(f"{count} {noun} in the file", soft_wrap=True)
    if outcome.refused:
        _show_refused(outcome.refused, "would be refused" if options.dry_run else "were refused")
        raise typer.Exit(1)


def _accounts(commands: Iterable[Command]) -> list[tuple[str, str]]:
    """Collect the (path, asset) pairs between which the commands move money."""
    refs, book = Refs(), Book(0, {})
    for command in commands:
        command.needs(refs, book)
    return sorted(refs.accounts)


async def _rehearse(
    groat: Groat,
    settings: Settings,
    commands: Sequence[Command],
    assets: dict[str, Asset],
    options: _Options,
) -> ImportSummary:
    limits = (lambda _: Limits(None)) if options.no_floor else settings.policy().limits
    again = _attempt if options.retry_refused else None
    imported = await _imported_before(groat, commands)
    rest = [command for command in commands if id(command) not in imported]
    foreseen = await groat.read(rehearse, rest, assets, limits, new_id, again)
    made = await _made_later(
        groat, [c for c, each in zip(rest, foreseen, strict=True) if each.known and each.refusal is not None]
    )
    refused = [
        RefusedRow(_shown_id(command), each.refusal)
        for command, each in zip(rest, foreseen, strict=True)
        if each.refusal is not None and id(command) not in made
    ]
    good = [
        each.known or id(command) in made
        for command, each in zip(rest, foreseen, strict=True)
        if _moves(command) and (each.refusal is None or id(command) in made)
    ]
    known = sum(good)
    return ImportSummary(len(good) - known, known + len(imported), refused)


async def _open_accounts(groat: Groat, accounts: Sequence[tuple[str, str]], shown: Progress) -> None:
    """Open the accounts that are not open yet, without a floor; accounts that exist keep their limits."""
    task = shown.add_task("Opening accounts", total=len(accounts))
    rest = iter(accounts)
    while chunk := list(islice(rest, CHUNK_MAX)):
        await groat.execute_many(
            [
                OpenAccount(
                    principal=PRINCIPAL,
                    # Earlier versions kept a digest here, for a path may be as long as a key.
                    key=derive(
                        "import", "open", blake2b(f"{path}/{asset}".encode(), digest_size=16).hexdigest()
                    ),
                    reason="Import",
                    account=path,
                    asset=asset,
                    floor=None,
                )
                for path, asset in chunk
            ]
        )
        shown.advance(task, len(chunk))


async def _post(
    groat: Groat, commands: Sequence[Command], options: _Options, shown: Progress
) -> ImportSummary:
    task = shown.add_task("Posting", total=len(commands))
    posted = known = 0
    refused: list[RefusedRow] = []
    rest = iter(commands)
    started = time.monotonic()
    done = 0
    rate = options.rate
    # Slowed down, a chunk is a tenth of a second's worth, so that those who watch see a flow.
    size = CHUNK_MAX if rate is None else max(1, min(CHUNK_MAX, int(rate / 10)))
    while chunk := list(islice(rest, size)):
        imported = await _imported_before(groat, chunk)
        fresh = [command for command in chunk if id(command) not in imported]
        known += len(imported)
        verdicts = list(zip(fresh, await groat.execute_many(fresh), strict=True))
        made: set[int] = set()
        if not options.retry_refused:
            made = await _made_later(
                groat, [c for c, verdict in verdicts if isinstance(verdict, Refusal) and verdict.replayed]
            )
        for command, verdict in verdicts:
            if options.retry_refused and isinstance(verdict, Refusal) and verdict.replayed:
                verdict = await _again(groat, command, verdict)
            if id(command) in made:
                known += 1
            elif isinstance(verdict, Refusal):
                refused.append(RefusedRow(_shown_id(command), verdict))
            elif not _moves(command):
                continue
            elif verdict.replayed or not verdict.transactions:
                known += 1
            else:
                posted += 1
        done += len(chunk)
        shown.advance(task, len(chunk))
        if rate is not None:
            await asyncio.sleep(max(0.0, started + done / rate - time.monotonic()))
    return ImportSummary(posted, known, refused)


async def _state_commands(
    groat: Groat, changes: Sequence[FileChange], commands: Sequence[Command]
) -> tuple[list[RestoreStates], list[RestoreStates]]:
    """Make commands of the file's changes of states that are not here: those before the transactions, those after."""
    if not changes:
        return [], []
    here: list[StateChange] = []
    while page := await groat.read(state_changes, here[-1] if here else None, STATES_PAGE):
        here += page
    return to_state_commands(changes, here, (each for each in commands if isinstance(each, Restore)))


async def _set_states(groat: Groat, commands: Sequence[RestoreStates]) -> list[RefusedRow]:
    """Write the states that accounts had; returns what was refused where accounts are not in the last of them."""
    refused = []
    for command in commands:
        verdict = await groat.execute(command)
        if isinstance(verdict, Refusal):
            differs = verdict.code != "wrong_account_state" or "balance" in verdict.fields
            if differs or verdict.fields["state"] != command.changes[-1].state:
                refused.append(RefusedRow(command.account, verdict))
    return refused


async def _set_standing(groat: Groat, commands: Sequence[Standing], retry: bool) -> list[RefusedRow]:
    """Make members and budgets as they were once all is posted; returns what was refused."""
    refused = []
    for command in commands:
        verdict = await groat.execute(command)
        if retry and isinstance(verdict, Refusal) and verdict.replayed:
            verdict = await _again(groat, command, verdict)
        if isinstance(verdict, Refusal):
            refused.append(RefusedRow(command.account, verdict))
    return refused


async def _imported_before(groat: Groat, commands: Sequence[Command]) -> set[int]:
    """Find the identities of exported transactions that a version without :class:`Restore` imported as plain ones."""
    restores = [command for command in commands if isinstance(command, Restore)]
    keys = {digest_of(PRINCIPAL, f"import/{r.made[0].id}"): r for r in restores}
    found = await groat.read(_find, list(keys)) if keys else []
    return {id(keys[digest]) for digest, *_ in found}


def _find(digests: list[str]) -> Flow[list[tuple[str, int]]]:
    return [tuple(row) for row in (yield Query("find_keys", (digests,)))]


async def _made_later(groat: Groat, refused: Sequence[Command]) -> set[int]:
    """Find the identities of refused transactions that a run with --retry-refused has posted since."""
    if not refused:
        return set()
    made = await groat.read(made_later, refused, _attempt)
    return {id(command) for command, was_made in zip(refused, made, strict=True) if was_made}


async def _again(groat: Groat, command: Command, verdict: Done | Refusal) -> Done | Refusal:
    """Try a refused transaction again under its next key; its earlier keys have had no effect, and never will.

    An older version may have used the next key for another transaction; then the one after it is tried.
    """
    for attempt in range(2, ATTEMPTS_MAX + 1):
        if not isinstance(verdict, Refusal) or not (verdict.replayed or verdict.code == "key_reused"):
            break
        (verdict,) = await groat.execute_many([_attempt(command, attempt)])
    return verdict


def _attempt(command: Command, number: int) -> Command:
    return msgspec.structs.replace(command, key=derive(command.names or command.key, number), ids=[])


def _moves(command: Command) -> bool:
    """Return whether it is counted: a change of an account's state may have a transaction that moves nothing."""
    return not isinstance(command, Restore) or any(made.lines for made in command.made)


def _shown_id(command: Command) -> str:
    return (
        command.made[0].id
        if isinstance(command, Restore)
        else str((command.metadata or {}).get("import", ""))
    )


def _note_assets(
    declared: Mapping[str, Asset], present: Mapping[str, Asset], inferred: Mapping[str, Asset]
) -> None:
    for code, made in inferred.items():
        aside.print(
            f"{code} is new: its scale is {made.scale}, as many digits as the file's amounts have;"
            f" --asset {code}:N says otherwise"
        )
    for code, wanted in declared.items():
        if code in present and present[code].scale != wanted.scale:
            aside.print(f"{code} exists with scale {present[code].scale}, which never changes")


def _show_problems(problems: Sequence[LineProblem]) -> None:
    table = Grid("line", "code", "what is wrong", title="Rows that are wrong")
    for problem in problems[:SHOWN_MAX]:
        table.add_row(str(problem.line), problem.code, problem.detail)
    aside.print(table)
    if len(problems) > SHOWN_MAX:
        aside.print(f"and {len(problems) - SHOWN_MAX} more")


def _show_refused(refused: Sequence[RefusedRow], how: str) -> None:
    table = Grid("transaction", "code", "why", title=f"Transactions that {how}; nothing of them was posted")
    for id, refusal in refused:
        where = ", ".join(f"{name} {value}" for name, value in refusal.fields.items())
        table.add_row(id, refusal.code, f"{refusal.detail} ({where})" if where else refusal.detail)
    aside.print(table)
