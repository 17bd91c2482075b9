"""``groat export``: balances, transactions or entries as CSV or JSON lines, all of one moment."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Annotated, Any, Literal

import typer

from groat import Groat
from groat.cli.options import open_ledger, require_database, with_settings
from groat.cli.output import aside, progress
from groat.csv_cells import csv_line
from groat.ledger.amounts import Asset, format_amount
from groat.ledger.budgeting import PastBudget
from groat.ledger.commands import digest_of
from groat.ledger.text import format_time
from groat.programs.runs.exports import lines_of_run
from groat.settings import Settings
from groat.store.flow import Flow, Query
from groat.store.reading import FIRST_ID, state_changes
from groat.store.replica import STALE_S_MAX, TooStale

PAGE = 1_000
REPLICA_S = 5.0

Row = dict[str, Any]
Take = Callable[[list[Row]], None]
"""Takes a page of rows in the thread that reads them."""


@with_settings("database", "replica")
def export(
    what: Annotated[
        Literal["transactions", "entries", "balances", "run"],
        typer.Argument(
            help="transactions: one row a posting; entries: each account's history; balances: how all stands;"
            " run: the rows of a bulk run"
        ),
    ],
    *,
    run: Annotated[
        str | None, typer.Option("--run", help="Id of the bulk run whose rows are to be written, as CSV")
    ] = None,
    format: Annotated[
        Literal["csv", "jsonl"], typer.Option("--format", help="CSV, or one JSON object a line")
    ] = "csv",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; standard output if not given")
    ] = None,
    max_stale: Annotated[
        int | None,
        typer.Option(
            "--max-stale",
            min=1,
            max=STALE_S_MAX,
            help="Read from the replica if it is at most so old, seconds",
        ),
    ] = None,
    settings: Settings,
) -> None:
    """Write transactions, entries or balances, as they are at one moment, while servers go on; or the rows of a run.

    `groat import transactions` makes the transactions again from their CSV, with holds and keys, in another database;
    `groat import credits` reads the rows of a run again.
    """
    require_database(settings)
    if what == "run":
        if run is None or format != "csv" or max_stale:
            raise typer.BadParameter("run takes --run ID, and is written as CSV from the database itself")
        asyncio.run(_run_rows(run, output, settings))
    else:
        asyncio.run(_run(what, format, output, max_stale, settings))


async def _run(what: str, form: str, output: Path | None, max_stale: int | None, settings: Settings) -> None:
    with ExitStack() as stack:
        file = stack.enter_context(output.open("w", encoding="utf-8", newline="")) if output else sys.stdout
        shown = stack.enter_context(progress())
        task = shown.add_task(f"Exporting {what}", total=None)
        write = _csv_writer(file, COLUMNS[what]) if form == "csv" else _jsonl_writer(file)
        count = 0

        def take(rows: list[Row]) -> None:
            nonlocal count
            write(rows)
            count += len(rows)
            shown.update(task, completed=count)

        async with open_ledger(settings, settings.replica if max_stale else "") as groat:
            assets = await groat.assets()
            await _read(groat, max_stale, FLOWS[what], assets, take)
        file.flush()
    aside.print(f"{count} rows")


async def _run_rows(run: str, output: Path | None, settings: Settings) -> None:
    with ExitStack() as stack:
        file = stack.enter_context(output.open("w", encoding="utf-8", newline="")) if output else sys.stdout
        count = -1
        async with open_ledger(settings) as groat:
            async for line in lines_of_run(groat, run, "all"):
                file.write(csv_line(line))
                count += 1
        file.flush()
    aside.print(f"{count} rows")


async def _read(groat: Groat, max_stale: int | None, flow: Callable[..., Flow[None]], *args: Any) -> None:
    """Run a flow on the replica where that is wanted and possible before the first row, else on the database."""
    if groat.replica is not None and max_stale is not None:
        await groat.replica.found(REPLICA_S)
        try:
            _, seconds = await groat.replica.read(max_stale, flow, *args)
        except TooStale as error:
            aside.print(f"{error.detail} Reading from the database itself.")
        else:
            aside.print(f"from the replica, at most {seconds:.1f} s old when it began")
            return
    await groat.read(flow, *args)


def _csv_writer(file: IO[str], columns: Iterable[str]) -> Take:
    columns = tuple(columns)
    file.write(csv_line(columns))

    def write(rows: list[Row]) -> None:
        file.writelines(csv_line([_text(row[name]) for name in columns]) for row in rows)

    return write


def _text(value: Any) -> str:
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def _jsonl_writer(file: IO[str]) -> Take:
    def write(rows: list[Row]) -> None:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)

    return write


COLUMNS = {
    "balances": ("account", "asset", "balance", "available", "held", "version", "floor", "ceiling"),
    "transactions": (
        "transaction", "date", "source", "destination", "amount", "asset", "reason", "kind", "pending", "recorded_at",
        "principal", "key", "actor", "reverses", "hold", "cause", "metadata", "leg", "hold_state", "hold_expires_at",
        "key_form", "key_body", "grants", "account_state", "account_act", "budgets", "budget", "member_rights",
    ),
    "entries": (
        "account", "asset", "version", "transaction", "at", "delta", "balance", "held_delta", "held", "counterparty",
    ),
}  # fmt: skip


ALLOCATION = (
    "grant", "account", "amount", "held", "class", "expires_at", "voided_at", "due_at", "priority", "cause", "note",
    "parent", "origin", "version", "created_at",
)  # fmt: skip


def _balances(assets: Mapping[str, Asset], take: Take) -> Flow[None]:
    after = ("", "")
    while page := (yield Query("export_balances", (*after, PAGE))):
        rows = []
        for path, asset, balance, held, version, floor, ceiling in page:
            scale = assets[asset].scale
            amounts = (balance, balance - held, held)
            limits = [None if limit is None else format_amount(limit, scale) for limit in (floor, ceiling)]
            values = (path, asset, *(format_amount(amount, scale) for amount in amounts), version, *limits)
            rows.append(dict(zip(COLUMNS["balances"], values, strict=True)))
        take(rows)
        after = page[-1][:2]


def _transactions(assets: Mapping[str, Asset], take: Take) -> Flow[None]:
    # The archive has the first batches, month by month; what is present follows.
    months = [month for month, *_ in (yield Query("list_archive"))]
    for month in months:
        yield from _transactions_of(("export_archived_transactions", month), assets, take)
    yield from _transactions_of(("export_transactions",), assets, take)
    yield from _states(take)
    yield from _members(take)
    yield from _budgets(take)


def _transactions_of(place: tuple[Any, ...], assets: Mapping[str, Asset], take: Take) -> Flow[None]:
    after: tuple[str, int] = ("", 0)
    name, *month = place
    while page := (yield Query(name, (*after, PAGE, *month))):
        digests = [digest_of(principal, key) for principal, key in (row[11:13] for row in page)]
        keys = {digest: (form, body) for digest, form, body, *_ in (yield Query("find_keys", (digests,)))}
        ids = list(dict.fromkeys(row[0] for row in page))
        grants, uses = (yield from _grants(ids)), (yield from _uses(ids))
        rows = []
        for values, digest in zip(page, digests, strict=True):
            id, leg, kind, at, recorded_at, source, destination, asset, amount, pending, reason, *rest = (
                values
            )
            *texts, metadata, hold_after, expires_at = rest
            scale = assets[asset].scale
            form, body = keys.get(digest, (None, None))
            cells = (
                id, format_time(at), source, destination, format_amount(amount, scale), asset, reason, kind,
                format_amount(pending, scale), format_time(recorded_at), *texts,
                json.loads(metadata) if metadata else {}, leg, json.loads(hold_after)[2] if hold_after else None,
                None if expires_at is None else format_time(expires_at), form, body, grants.get((id, leg)), None,
                None, uses.get((id, leg)), None, None,
            )  # fmt: skip
            rows.append(dict(zip(COLUMNS["transactions"], cells, strict=True)))
        take(rows)
        after = page[-1][:2]


def _states(take: Take) -> Flow[None]:
    """Read how accounts were frozen, closed and opened: a row for each change, of the transaction that made it."""
    last = None
    while page := (yield from state_changes(last, PAGE)):
        digests = [digest_of(change.principal, change.key) for change in page]
        keys = {digest: rest for digest, *rest in (yield Query("find_keys", (digests,)))}
        rows = []
        for change, digest in zip(page, digests, strict=True):
            form, body, txn, outcome = keys.get(digest, (None, None, None, None))
            made = [txn] if txn else json.loads(outcome or "{}").get("transactions", [None])
            cells = {
                "transaction": made[0], "source": change.path, "destination": change.rest_to, "reason": change.reason,
                "kind": f"{change.act}_account", "recorded_at": format_time(change.at), "principal": change.principal,
                "key": change.key, "actor": change.actor, "key_form": form, "key_body": body,
                "account_state": change.state, "account_act": change.id,
            }  # fmt: skip
            rows.append({name: cells.get(name) for name in COLUMNS["transactions"]})
        take(rows)
        last = page[-1]


def _members(take: Take) -> Flow[None]:
    """Read the members of shared accounts, and who asked for them: a row for each, of no transaction."""
    after = ""
    while page := (yield Query("export_members", (after, PAGE))):
        rows = []
        for _, path, member, rights, principal, key, actor, reason, at in page:
            cells = {
                "source": path, "destination": member, "reason": reason, "recorded_at": format_time(at),
                "principal": principal, "key": key, "actor": actor, "member_rights": rights,
            }  # fmt: skip
            rows.append({name: cells.get(name) for name in COLUMNS["transactions"]})
        take(rows)
        after = page[-1][0]


def _grants(ids: list[str]) -> Flow[dict[tuple[str, int], list[Row]]]:
    """Read what transactions changed of grants, by transaction and posting: smallest units and microseconds."""
    found: dict[tuple[str, int], list[Row]] = {}
    for id, leg, _, *values in sorted((yield Query("export_allocations", (ids,))), key=lambda row: row[:3]):
        found.setdefault((id, leg), []).append(dict(zip(ALLOCATION, values, strict=True)))
    return found


def _uses(ids: list[str]) -> Flow[dict[tuple[str, int], list[list[Any]]]]:
    """Read what transactions counted on which budgets, when its window began: smallest units and microseconds."""
    found: dict[tuple[str, int], list[list[Any]]] = {}
    for id, leg, *use, _ in sorted((yield Query("find_budget_uses", (ids,)))):
        found.setdefault((id, leg), []).append(use)
    return found


def _budgets(take: Take) -> Flow[None]:
    """Read all budgets, also those that were removed: a row for each, of no transaction."""
    after = FIRST_ID
    while page := (yield Query("export_budgets", (after, PAGE))):
        rows = []
        for *values, alerts, spent, set_by, created_at, removed_at in page:
            shown = (*values, json.loads(alerts), json.loads(spent), set_by, created_at, removed_at)
            budget = dict(zip(PastBudget.__struct_fields__, shown, strict=True))
            rows.append({name: budget if name == "budget" else None for name in COLUMNS["transactions"]})
        take(rows)
        after = page[-1][0]


def _entries(assets: Mapping[str, Asset], take: Take) -> Flow[None]:
    sources = ["export_entries"]
    if (yield Query("list_archive")):
        sources.insert(0, "export_archived_entries")
    after = ("", "")
    while accounts := (yield Query("export_accounts", (*after, PAGE))):
        for path, asset, account in accounts:
            scale, version = assets[asset].scale, 0
            for source in sources:
                while page := (yield Query(source, (account, version, PAGE))):
                    rows = []
                    for version, id, delta, balance, held_delta, held, other, at in page:
                        values = (
                            path, asset, version, id, format_time(at), format_amount(delta, scale),
                            format_amount(balance, scale), format_amount(held_delta, scale),
                            format_amount(held, scale), other,
                        )  # fmt: skip
                        rows.append(dict(zip(COLUMNS["entries"], values, strict=True)))
                    take(rows)
        after = accounts[-1][:2]


FLOWS: dict[str, Callable[[Mapping[str, Asset], Take], Flow[None]]] = {
    "balances": _balances,
    "transactions": _transactions,
    "entries": _entries,
}
