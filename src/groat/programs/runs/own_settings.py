"""The settings of runs: ``[options.runs]``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

if TYPE_CHECKING:
    from groat.settings import Settings

_ASSET = re.compile(r"[A-Z][A-Z0-9_]{0,15}", re.ASCII)
_AMOUNT = re.compile(r"\d{1,19}(\.\d{1,18})?", re.ASCII)


class RunsSettings(msgspec.Struct, frozen=True):
    """Say from where on another person must approve a run, and what pays where a run names nothing."""

    approve_amount: Annotated[
        dict[str, str],
        Meta(description="Amounts by asset from which on another person must approve a run"),
    ] = {}
    approve_people: Annotated[
        int,
        Meta(
            ge=0, description="Number of people from which on another person must approve a run, 0 for none"
        ),
    ] = 0
    source: Annotated[
        str, Meta(min_length=1, max_length=255, description="Account that pays where a run names none")
    ] = "house:bonus"

    def __post_init__(self) -> None:
        """Check the amounts."""
        for asset, amount in self.approve_amount.items():
            if not _ASSET.fullmatch(asset) or not _AMOUNT.fullmatch(amount):
                raise ValueError(
                    f'approve_amount: {asset} = "{amount}" is no asset with an amount such as "100"'
                )


def settings_of(settings: Settings) -> RunsSettings:
    """Read the settings of runs out of those of a ledger. Raises SettingsError."""
    # The program names this struct, and is not loaded before the ledger is.
    from groat.programs.own_settings import read_own_settings
    from groat.programs.runs.program import PROGRAM

    found = read_own_settings(PROGRAM, settings)
    assert isinstance(found, RunsSettings)
    return found
