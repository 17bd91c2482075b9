"""Grants as tests need them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from groat import Groat
from tests.helpers.money import new_key


class Granting:
    """Grants to accounts of a ledger."""

    def __init__(self, groat: Groat) -> None:
        self.groat = groat

    async def __call__(
        self, account: str, amount: str, *, asset: str = "CREDIT", days: float | None = None, **terms: Any
    ) -> str:
        """Grant; the grant ends after so many days. Returns its id."""
        lasts = None if days is None else timedelta(days=days)
        made = await self.groat.grant(account, amount, asset, lasts=lasts, key=new_key(), **terms)
        assert isinstance(made.grants, list)
        return made.grants[-1].grant
