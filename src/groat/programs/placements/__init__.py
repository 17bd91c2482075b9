"""Placements: candidates, the files that name them, and the credits that they get by the file or all at once.

All credits go out in runs (:mod:`groat.programs.runs`): checked first, posted whole, undone as a run.
"""

from pathlib import Path

from groat.programs import Program
from groat.programs.placements import files, operations
from groat.programs.placements.commands import NEWS, TOLD
from groat.programs.placements.errors import PLACEMENT_ERRORS, PLACEMENT_REFUSALS
from groat.programs.placements.finishing import finishing
from groat.programs.placements.own_settings import PlacementsSettings
from groat.programs.placements.socketio import CLAIMS, JOIN_EVENTS
from groat.programs.placements.views import PlacementNews, PlacementTold
from groat.programs.placements.words import Placements
from groat.settings import Settings
from groat.store.extension import Event, Extension, Tells


async def _story(settings: Settings) -> None:
    # Imported here, because only the demo tells the story.
    from groat.programs.placements.story import tell_placements_story

    await tell_placements_story(settings)


PLACEMENTS = Program(
    "placements",
    extension=Extension(
        "placements",
        Path(__file__).parent,
        tells=Tells(events=(Event(TOLD, PlacementTold), Event(NEWS, PlacementNews)), join_events=JOIN_EVENTS),
    ),
    operations=(*operations.operations, *files.operations),
    errors=PLACEMENT_REFUSALS | PLACEMENT_ERRORS,
    settings=PlacementsSettings,
    facade=(Placements,),
    jobs=(finishing,),
    story=_story,
    claims=CLAIMS,
)
"""The program that ``programs = ["placements"]`` in the settings turns on."""

__all__ = ["PLACEMENTS"]
