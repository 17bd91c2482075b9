"""The cache of assets: an asset never changes and is never deleted, so the cache is only added to."""

from __future__ import annotations

from collections.abc import Iterable

from groat.ledger.amounts import Asset
from groat.store.flow import Flow, Query


def learn_assets(assets: dict[str, Asset], codes: Iterable[str]) -> Flow[None]:
    """Read those of these codes that ``assets`` lacks: another process may have created one a moment ago."""
    if not assets.keys() >= set(codes):
        assets.update({code: Asset(code, scale) for code, scale in (yield Query("list_assets"))})
