"""The settings of credits: ``[options.credits]``."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Days = Annotated[int, Meta(ge=1, le=3_650)]


class CreditsSettings(msgspec.Struct, frozen=True):
    """Say when people are warned of credits that expire."""

    warn_days: Annotated[
        tuple[Days, ...],
        Meta(max_length=10, description="Days ahead of which a person hears that credits will expire"),
    ] = (7, 1)

    def __post_init__(self) -> None:
        """Check that no day is named twice."""
        if len(set(self.warn_days)) < len(self.warn_days):
            raise ValueError("warn_days names a day twice")
