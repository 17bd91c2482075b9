"""The settings of placements: ``[options.placements]``."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class PlacementsSettings(msgspec.Struct, frozen=True):
    """Say what candidates get, and how long the rows of files are kept."""

    asset: Annotated[
        str,
        Meta(
            pattern="^[A-Z][A-Z0-9_]{0,15}$",
            description="The asset of candidates' credits, and of a placement that names no other",
        ),
    ] = "CREDIT"
    keep_rows_days: Annotated[
        int,
        Meta(
            ge=0,
            le=36_500,
            description="Days for which the rows of files are kept after a placement went into the archive,"
            " 0 for ever",
        ),
    ] = 0
