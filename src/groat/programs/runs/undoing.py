"""Undo a run: its transactions become the rows of a draft, which is looked at, filed and posted like any other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence

from groat.engine.groat import Groat
from groat.ledger.amounts import Asset, format_amount
from groat.ledger.text import check_id
from groat.programs.runs import reading
from groat.programs.runs.checking import Given, read_given
from groat.programs.runs.drafts import PIECE, Drafts
from groat.programs.runs.errors import RunError
from groat.programs.runs.rows import UNDO, CheckedRow, RunRow
from groat.programs.runs.views import DraftChoices, RunDraft, Short
from groat.store.flow import Flow, Query
from groat.store.rows import load_transactions


async def undo_draft(
    groat: Groat,
    drafts: Drafts,
    run: str,
    *,
    by: str,
    reason: str,
    numbers: Collection[int] | None = None,
    short: Short = "refuse",
    operation: str = "",
) -> RunDraft:
    """Make the draft that takes a run back, all of it or rows by their numbers.

    Raises RunError ``run_not_found``, ``run_is_undo``, ``run_nothing_to_undo``, and as :meth:`Drafts.make`.
    """
    found = await groat.read(reading.find_run, check_id(run))
    if found is None:
        raise RunError("run_not_found", run=run)
    stored, _ = found
    if stored.run.mode == UNDO:
        raise RunError("run_is_undo", run=run)
    asset = await groat.asset(stored.run.asset)
    wanted = None if numbers is None else frozenset(numbers)
    choices = DraftChoices(
        asset=asset.code,
        mode="undo",
        reason=reason,
        source=stored.run.source,
        name=stored.data.name,
        operation=operation,
        short=short,
        undoes=run,
    )
    made = await drafts.make(_rows(groat, stored.run, asset, wanted), choices, what=UNDO, by=by)
    if not made.summary.rows:
        await drafts.discard(made.id)
        raise RunError("run_nothing_to_undo", run=run)
    return made


async def _rows(
    groat: Groat, run: RunRow, asset: Asset, wanted: frozenset[int] | None
) -> AsyncIterator[Sequence[Given]]:
    after = 0
    while page := await groat.read(reading.next_rows, run.draft, run.edition, after, PIECE):
        after = page[-1].number
        rows = [row for row in page if row.selected and (wanted is None or row.number in wanted)]
        if rows:
            yield await groat.read(_reversals, run, rows, asset)
        if after >= run.after:
            return


def _reversals(run: RunRow, rows: Sequence[CheckedRow], asset: Asset) -> Flow[list[Given]]:
    """Make a row of each transaction of which something is left to take back."""
    ids = yield from reading.transactions_of(run, rows)
    found_ids = sorted(ids.values())
    posted = {
        id: (amount, bool(taken)) for id, amount, taken in (yield Query("find_run_postings", (found_ids,)))
    }
    missing = [id for id in found_ids if id not in posted]
    for id, made in (yield from load_transactions(missing, {asset.code: asset})).items() if missing else ():
        (leg,) = made.legs
        posted[id] = (leg.amount, leg.source.path.startswith("user:"))
    reversed_: dict[str, int] = {}
    for id, _, amount in (yield Query("find_reversed", (sorted(posted),))) if posted else ():
        reversed_[id] = reversed_.get(id, 0) + amount
    found = []
    for row in rows:
        id = ids.get(row.number, "")
        if id not in posted:
            continue
        amount, taken = posted[id]
        left = amount - reversed_.get(id, 0)
        if left > 0:
            given = read_given(row.given)
            found.append(
                Given(
                    line=given.line or row.number,
                    user=row.person,
                    amount=format_amount(left, asset.scale),
                    email=given.email,
                    name=given.name,
                    gives=taken,
                    original=id,
                )
            )
    return found
