"""The assets a process knows: an asset never changes and never goes, so what is known need only be added to."""

from __future__ import annotations

from collections.abc import Iterable

from groat.ledger.amounts import Asset
from groat.store.flow import Flow, Query


def learn_assets(assets: dict[str, Asset], codes: Iterable[str]) -> Flow[None]:
    """Make sure that ``assets`` has these codes: another process may have created one a moment ago."""
    if not assets.keys() >= set(codes):
        assets.update({code: Asset(code, scale) for code, scale in (yield Query("list_assets"))})
