"""The settings of placements: ``[options.placements]``."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class PlacementsSettings(msgspec.Struct, frozen=True):
    """Say what candidates get."""

    asset: Annotated[
        str,
        Meta(
            pattern="^[A-Z][A-Z0-9_]{0,15}$",
            description="The asset of candidates' credits, and of a placement that names no other",
        ),
    ] = "CREDIT"
