"""The words for apps: ``groat.program(TopUps).of("42")``."""

from __future__ import annotations

import msgspec

from groat.identity.model import check_user
from groat.ledger.amounts import format_amount
from groat.programs import Ledger, Words, word
from top_ups.payments import payments_of


class TopUpView(msgspec.Struct):
    """A payment that was taken in."""

    payment: str
    amount: str
    asset: str


class TopUps(Words[Ledger]):
    """Words for apps: ask about the payments that were taken in."""

    @word
    async def of(self, user: str) -> list[TopUpView]:
        """List a person's payments by their ids, the first 100. Raises InvalidInput ``invalid_user``."""
        found = await self.groat.read(payments_of, f"user:{check_user(user)}")
        assets = await self.groat.assets()
        return [TopUpView(id, format_amount(units, assets[code].scale), code) for id, units, code in found]
