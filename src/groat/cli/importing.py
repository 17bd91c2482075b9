"""``groat import``: a file of transactions into the ledger, at most once each, however often it is run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import msgspec
import typer
from rich.progress import Progress
from rich.table import Table

from groat import Groat
from groat.cli.options import open_ledger, with_settings
from groat.cli.output import aside, progress, result
from groat.cli.transactions_file import (
    PRINCIPAL,
    FileError,
    Problem,
    infer_assets,
    parse_assets,
    read_legs,
    to_posts,
)
from groat.ledger.amounts import Asset
from groat.ledger.commands import OpenAccount, Post
from groat.ledger.errors import Refusal
from groat.ledger.keys import derive
from groat.settings import Settings
from groat.store.batch import Done

CHUNK_MAX = 1_000
ATTEMPTS_MAX = 100
SHOWN_MAX = 50

app = typer.Typer(no_args_is_help=True, help="Bring data in from files.")


class Refused(NamedTuple):
    """A transaction of the file that was refused; nothing of it was posted."""

    id: str
    refusal: Refusal


class Outcome(NamedTuple):
    """How many transactions were posted by this run, how many by earlier ones, and which were refused."""

    posted: int
    known: int
    refused: list[Refused]


@app.callback()
def group() -> None:
    """Bring data in from files."""


@app.command("transactions", no_args_is_help=True)
@with_settings("database", "redis")
def transactions(
    file: Annotated[
        Path, typer.Argument(help="CSV: transaction,date,source,destination,amount,asset[,reason]")
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
    rate: Annotated[
        float | None,
        typer.Option(
            min=0.1, help="At most this many transactions a second; as fast as possible if not given"
        ),
    ] = None,
    retry_refused: Annotated[
        bool,
        typer.Option(
            "--retry-refused", help="Try again what an earlier run was refused (keys get a suffix /2, /3 ...)"
        ),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every row and write nothing")] = False,
    settings: Settings,
) -> None:
    """Post the transactions of a CSV file.

    Rows that share `transaction` are the legs of one atomic transaction. Its key comes from that id, so a second run
    changes nothing and a run that was killed goes on where it stopped. `date` becomes the effective date (midnight
    UTC for a day). A server may serve the same database meanwhile: open screens follow. Every row is checked before
    anything is written. Exit code 1: some transactions were refused (they are listed); 2: rows are wrong.
    """
    asyncio.run(
        _run(file, settings, floor == "none", parse_assets(asset or []), rate, retry_refused, dry_run)
    )


async def _run(
    file: Path,
    settings: Settings,
    no_floor: bool,
    declared: Mapping[str, Asset],
    rate: float | None,
    retry_refused: bool,
    dry_run: bool,
) -> None:
    legs = read_legs(file)
    async with open_ledger(settings) as groat:
        present = await groat.assets()
        inferred = infer_assets(legs, {**declared, **present})
        assets = {**inferred, **declared, **present}
        posts, problems = to_posts(legs, assets)
        if problems:
            _show_problems(problems)
            raise FileError(
                "rows_invalid", f"{len(problems)} rows of {file} are wrong, so nothing was written."
            )
        _note_assets(declared, present, inferred)
        accounts = sorted(
            {(path, p.asset) for post in posts for p in post.postings for path in (p.source, p.destination)}
        )
        if dry_run:
            result.print(
                f"{len(posts)} transactions in {len(legs)} rows on {len(accounts)} balances: all rows are good"
            )
            return
        for code, made in assets.items():
            if code not in present:
                await groat.add_asset(code, made.scale)
        with progress() as shown:
            if no_floor:
                await _open_accounts(groat, accounts, shown)
            outcome = await _post(groat, posts, rate, retry_refused, shown)
    result.print(
        f"{outcome.posted} posted, {outcome.known} known from earlier runs, {len(outcome.refused)} refused"
    )
    if outcome.refused:
        _show_refused(outcome.refused)
        raise typer.Exit(1)


async def _open_accounts(groat: Groat, accounts: Sequence[tuple[str, str]], shown: Progress) -> None:
    """Open what is not open yet without a floor; accounts that exist keep their limits."""
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
    groat: Groat, posts: Sequence[Post], rate: float | None, retry_refused: bool, shown: Progress
) -> Outcome:
    task = shown.add_task("Posting", total=len(posts))
    posted = known = 0
    refused: list[Refused] = []
    rest = iter(posts)
    started = time.monotonic()
    done = 0
    # Slowed down, a chunk is a tenth of a second's worth, so that those who watch see a flow.
    size = CHUNK_MAX if rate is None else max(1, min(CHUNK_MAX, int(rate / 10)))
    while chunk := list(islice(rest, size)):
        for post, verdict in zip(chunk, await groat.execute_many(chunk), strict=True):
            if retry_refused and isinstance(verdict, Refusal) and verdict.replayed:
                verdict = await _again(groat, post, verdict)
            if isinstance(verdict, Refusal):
                refused.append(Refused((post.metadata or {})["import"], verdict))
            elif verdict.replayed:
                known += 1
            else:
                posted += 1
        done += len(chunk)
        shown.advance(task, len(chunk))
        if rate is not None:
            await asyncio.sleep(max(0.0, started + done / rate - time.monotonic()))
    return Outcome(posted, known, refused)


async def _again(groat: Groat, post: Post, verdict: Done | Refusal) -> Done | Refusal:
    """Try a transaction that was refused before under its next key: a refused key had no effect and never will."""
    for attempt in range(2, ATTEMPTS_MAX + 1):
        if not (isinstance(verdict, Refusal) and verdict.replayed):
            break
        (verdict,) = await groat.execute_many(
            [msgspec.structs.replace(post, key=derive(post.names or post.key, attempt))]
        )
    return verdict


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


def _show_problems(problems: Sequence[Problem]) -> None:
    table = Table("line", "code", "what is wrong", title="Rows that are wrong")
    for problem in problems[:SHOWN_MAX]:
        table.add_row(str(problem.line), problem.code, problem.detail)
    aside.print(table)
    if len(problems) > SHOWN_MAX:
        aside.print(f"and {len(problems) - SHOWN_MAX} more")


def _show_refused(refused: Sequence[Refused]) -> None:
    table = Table("transaction", "code", "why", title="Refused transactions; nothing of them was posted")
    for id, refusal in refused:
        where = ", ".join(f"{name} {value}" for name, value in refusal.fields.items())
        table.add_row(id, refusal.code, f"{refusal.detail} ({where})" if where else refusal.detail)
    aside.print(table)
