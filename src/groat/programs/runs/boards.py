"""The boards of runs: how far each is, and those that are being posted. Whoever reads runs may watch them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from groat.api.rights import sees_everything
from groat.ledger.amounts import Asset
from groat.live.boards import Board
from groat.programs.runs import reading
from groat.programs.runs.reading import StoredRun, Undoing
from groat.programs.runs.rows import MOVING_BOARD, RUNNING
from groat.programs.runs.views import RunProgress, RunsMoving
from groat.store.flow import Flow
from groat.store.reading import LAST_ID

if TYPE_CHECKING:
    from groat.engine.groat import Groat
    from groat.identity import Identity

MOVING_MAX = 50


def _may(identity: Identity, id: str) -> bool:
    return sees_everything(identity)


def _progress(stored: StoredRun, undoing: Undoing, assets: Mapping[str, Asset]) -> RunProgress:
    view = reading.run_view(stored, undoing, assets, [])
    return RunProgress(*(getattr(view, field) for field in RunProgress.__struct_fields__))


def _find_runs(ids: Iterable[str]) -> Flow[list[tuple[StoredRun, Undoing]]]:
    found = []
    for id in ids:
        run = yield from reading.find_run(id)
        if run is not None:
            found.append(run)
    return found


async def _read_runs(groat: Groat, ids: Sequence[str]) -> dict[str, RunProgress]:
    found = await groat.read(_find_runs, ids)
    assets = await groat.assets()
    return {stored.run.id: _progress(stored, undoing, assets) for stored, undoing in found}


async def _read_moving(groat: Groat, ids: Sequence[str]) -> dict[str, RunsMoving]:
    if _MOVING not in ids:
        return {}
    found = await groat.read(reading.page_runs, LAST_ID, RUNNING, MOVING_MAX)
    assets = await groat.assets()
    return {_MOVING: RunsMoving([_progress(*each, assets) for each in found])}


_RUNS, _MOVING = MOVING_BOARD.split(":")

BOARDS = (Board("run", RunProgress, _may, _read_runs), Board(_RUNS, RunsMoving, _may, _read_moving))
