"""Runs without a server: a file is read and drafted, and its run posted, in the process of whoever asks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from groat.facade import Groat
from groat.programs.runs.errors import RunError
from groat.programs.runs.files import draft_of_bytes
from groat.programs.runs.rows import RUNNING
from groat.programs.runs.views import DraftChoices, RunDraft, RunView
from groat.programs.runs.words import Runs
from groat.programs.runs.worker import Poster
from groat.programs.workflow import SERVICE
from groat.programs.workflow.words import workflow_of
from groat.sandbox.pool import Pool
from groat.sheets.answer import READ

WATCH_S = 0.2


async def draft_file(groat: Groat, file: bytes, choices: DraftChoices, *, by: str) -> RunDraft:
    """Read a file in a process of its own, check its rows, and keep them as a draft.

    Raises SheetError, SandboxError, RunError, InvalidInput, StoreError.
    """
    pool = Pool((READ.module,))
    try:
        return await draft_of_bytes(groat, pool, choices, file, by=by)
    finally:
        await pool.close()


async def file_draft(groat: Groat, draft: RunDraft, *, by: str, key: str) -> RunView:
    """File a draft as a service does. Raises Refused, RunError, StoreError."""
    return await groat.program(Runs).file(draft.id, draft.version, by=by, roles=(SERVICE,), key=key)


async def drive(groat: Groat, run: str, told: Callable[[RunView], None]) -> RunView:
    """Post a run here until it ends or waits for somebody; servers of the same database may do their part.

    ``told`` hears how far it is. Raises RunError ``run_not_found``, StoreError.
    """
    poster = Poster(workflow_of(groat))
    while True:
        view = await groat.program(Runs).get(run)
        if view is None:
            raise RunError("run_not_found")
        told(view)
        if view.state != RUNNING:
            return view
        if not await poster.round():
            # A server has the lease.
            await asyncio.sleep(WATCH_S)
