"""The rules from which on another person must approve a run, as the settings have them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from groat.ledger.amounts import Asset
from groat.programs.runs.own_settings import settings_of
from groat.programs.workflow.kinds import units_of

if TYPE_CHECKING:
    from groat.settings import Settings


class Approvals(NamedTuple):
    """The bounds of runs: ``amounts`` and ``thresholds`` (for two approvers) by asset, and a number of ``people``.

    Amounts are decimal strings; no people means any number.
    """

    amounts: Mapping[str, str]
    people: int
    thresholds: Mapping[str, str]

    def why(self, moved: int, people: int, asset: Asset) -> str:
        """Say why another person must approve a run that moves so many smallest units and posts to so many people.

        Returns ``amount``, ``people`` or ``threshold``, and "" where nobody must.
        """
        if self._is_reached(self.amounts, moved, asset):
            return "amount"
        if self.people and people >= self.people:
            return "people"
        return "threshold" if self._is_reached(self.thresholds, moved, asset) else ""

    def _is_reached(self, bounds: Mapping[str, str], moved: int, asset: Asset) -> bool:
        bound = bounds.get(asset.code)
        return bound is not None and moved >= units_of(bound, asset.scale)


def approvals_of(settings: Settings) -> Approvals:
    """Read the bounds out of the settings of a ledger. Raises SettingsError."""
    own = settings_of(settings)
    return Approvals(own.approve_amount, own.approve_people, settings.thresholds.get("run", {}))
