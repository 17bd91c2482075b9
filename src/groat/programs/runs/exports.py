"""Rows and receipts as CSV: what is bad to be mended, and what was posted to be kept or sent again."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import ExitStack

from groat.api.answer import Answer, Download
from groat.api.call import Call
from groat.api.examples import ID
from groat.api.operations import LIMIT, Operations
from groat.api.rights import Right
from groat.csv_cells import csv_line
from groat.facade import Groat
from groat.ledger.text import check_id
from groat.programs.runs import reading
from groat.programs.runs.errors import RunError
from groat.programs.runs.operations import FROM, SHOW, window
from groat.programs.runs.receipts import RunReceiptPage, page_receipts
from groat.programs.runs.rows import RunRow, StoredDraft
from groat.programs.runs.views import RunRowView
from groat.programs.runs.words import Runs

operations = Operations()

CSV = b"text/csv; charset=utf-8"
PAGE = 500
ROLES = ("user", "email", "name", "amount", "reason")
_RECEIPT = {
    "number": 1, "line": 1, "user": "42", "amount": "50", "outcome": "posted", "before": "100", "after": "150",
    "transaction": ID, "committed_at": "2026-11-20T18:59:50.123456Z", "sent": 2,
    "sent_at": "2026-11-20T18:59:50.153456Z", "seen": 1, "seen_at": "2026-11-20T18:59:52.123456Z",
}  # fmt: skip


@operations.declare(
    "exportDraftRows",
    "GET /v1/runs/drafts/{id}/rows.csv",
    Right.READ,
    "bulk runs",
    "Export rows of a draft",
    answer=str,
    media_type="text/csv",
    query=(SHOW,),
    codes=("draft_not_found", "invalid_id"),
)
async def export_draft_rows(call: Call) -> Download:
    """A CSV of the rows as they were sent, with what is wrong with each (`show=bad`): mend them and send them again."""
    show, _, _ = window(call)
    id = check_id(call.params["id"])
    return await _download(lines_of_draft(call.services.groat, id, show), f"draft-{id}")


async def lines_of_draft(groat: Groat, id: str, show: str) -> AsyncIterator[Sequence[str]]:
    """Yield the cells of a draft's rows of one sort, after those of the header. Raises RunError ``draft_not_found``."""
    stored = await groat.program(Runs).drafts.find(id)
    assets = await groat.assets()
    yield ["line", *ROLES, "problem", "what to do"]
    start = 0
    while items := (await groat.read(reading.page_rows, stored, show, start, PAGE, assets)).items:
        start += len(items)
        for row in items:
            problem = row.problem
            told = ("", "") if problem is None else (problem.code, problem.detail)
            yield [str(row.line), *_as_sent(row), *told]


@operations.declare(
    "exportRun",
    "GET /v1/runs/{id}/rows.csv",
    Right.READ,
    "bulk runs",
    "Export rows of a run",
    answer=str,
    media_type="text/csv",
    query=(SHOW,),
    codes=("run_not_found", "invalid_id"),
)
async def export_run(call: Call) -> Download:
    """A CSV of the rows with what became of each. Sent again as a file it gives the same rows."""
    show, _, _ = window(call)
    id = check_id(call.params["id"])
    return await _download(lines_of_run(call.services.groat, id, show), f"run-{id}")


async def lines_of_run(groat: Groat, id: str, show: str) -> AsyncIterator[Sequence[str]]:
    """Yield the cells of a run's rows of one sort, after those of the header. Raises RunError ``run_not_found``."""
    run, stored = await _find(groat, id)
    assets = await groat.assets()
    yield ["user", "amount", "reason", "outcome", "before", "after", "transaction"]
    start = 0
    while items := (await groat.read(reading.page_run_rows, run, stored, show, start, PAGE, assets)).items:
        start += len(items)
        for row in items:
            yield [
                row.user, row.amount, row.reason, str(row.outcome), row.balance or "", row.after or "",
                str(row.transaction or ""),
            ]  # fmt: skip


@operations.declare(
    "listReceipts",
    "GET /v1/runs/{id}/receipts",
    Right.READ,
    "bulk runs",
    "Read receipts of a run",
    answer=RunReceiptPage,
    query=(FROM, LIMIT),
    codes=("run_not_found", "invalid_id"),
    answer_example={"items": [_RECEIPT], "from": 0, "total": 1},
)
async def list_receipts(call: Call) -> Answer:
    """For each person whether it is committed, to how many of their devices it was sent, and how many have shown it, as
    long as events are kept.
    """
    _, start, limit = window(call)
    run, stored = await _find(call.services.groat, call.params["id"])
    groat = call.services.groat
    return Answer.of(await groat.read(page_receipts, run, stored, start, limit, await groat.assets()))


@operations.declare(
    "exportReceipts",
    "GET /v1/runs/{id}/receipts.csv",
    Right.READ,
    "bulk runs",
    "Export receipts of a run",
    answer=str,
    media_type="text/csv",
    codes=("run_not_found", "invalid_id"),
)
async def export_receipts(call: Call) -> Download:
    """The receipts as a CSV."""
    run, stored = await _find(call.services.groat, call.params["id"])
    groat = call.services.groat
    assets = await groat.assets()
    names = [name for name in _RECEIPT if name != "number"]

    async def lines() -> AsyncIterator[Sequence[str]]:
        yield names
        start = 0
        while items := (await groat.read(page_receipts, run, stored, start, PAGE, assets)).items:
            start += len(items)
            for each in items:
                values = [getattr(each, name) for name in names]
                yield ["" if value is None else str(value) for value in values]

    return await _download(lines(), f"receipts-{run.id}")


async def _find(groat: Groat, id: str) -> tuple[RunRow, StoredDraft]:
    found = await groat.read(reading.find_run, check_id(id))
    if found is None:
        raise RunError("run_not_found")
    run = found[0].run
    return run, await groat.program(Runs).drafts.find(run.draft)


def _as_sent(row: RunRowView) -> Iterable[str]:
    own = {"user": row.user, "email": row.email, "name": row.name, "amount": row.amount, "reason": row.reason}
    if row.matched in ("email", "name"):
        own["user"] = ""
    return [row.raw.get(role, own[role]) for role in ROLES]


async def _download(lines: AsyncIterator[Sequence[str]], name: str) -> Download:
    with ExitStack() as stack:
        file = stack.enter_context(tempfile.TemporaryFile())
        async for cells in lines:
            file.write(csv_line(cells).encode())
        file.seek(0)
        head = (b"content-disposition", f'attachment; filename="{name}.csv"'.encode())
        return Download(file, CSV, (head,), stack.pop_all())
