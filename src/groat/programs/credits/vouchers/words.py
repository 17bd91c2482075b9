"""The words of vouchers, for apps that have the ledger in their own process."""

from __future__ import annotations

import msgspec

from groat.engine.budget_words import LOCAL
from groat.ledger.errors import Refusal, Refused
from groat.ledger.grants import Terms
from groat.programs.credits.vouchers import codes, reading
from groat.programs.credits.vouchers.campaigns import BeginCampaign, Rules
from groat.programs.credits.vouchers.errors import VoucherError
from groat.programs.credits.vouchers.redeeming import Redeem, UndoRedemption
from groat.programs.credits.vouchers.views import CampaignView, RedemptionView, campaign_view
from groat.programs.words import Ledger, Words, word
from groat.store.batch import Done


class Vouchers(Words[Ledger]):
    """Campaigns and redemptions. Guessing is not braked here: only the app knows who types."""

    @word
    async def begin(
        self,
        name: str,
        amount: str,
        asset: str = "CREDIT",
        *,
        code: str,
        key: str,
        grant: Terms | None = None,
        source: str = "house:promotions",
        uses_max: int | None = None,
        uses_each: int | None = 1,
        budget: str | None = None,
        first_purchase: bool = False,
        principal: str = LOCAL,
    ) -> CampaignView:
        """Begin a campaign with a shared code; returns it. Raises InvalidInput, VoucherError, Refused."""
        groat = self.groat
        rules = Rules(
            name=name,
            amount=await groat.amount(amount, asset),
            grant=grant,
            uses_max=uses_max,
            uses_each=uses_each,
            budget=None if budget is None else await groat.amount(budget, asset),
            first_purchase=first_purchase,
        )
        done = _sure(
            await groat.execute(
                BeginCampaign(
                    principal=principal, key=key, rules=rules, asset=asset, source=source, code=code
                )
            )
        )
        found = await groat.read(reading.find_campaign, done.extra["campaign"])
        assert found is not None
        row, now = found
        return campaign_view(row, await groat.assets(), now)

    @word
    async def redeem(self, code: str, user: str, *, key: str, principal: str = LOCAL) -> RedemptionView:
        """Redeem a code, as it was typed, for a user; returns the redemption.

        Raises VoucherError ``voucher_not_found``, ``voucher_mistyped``; Refused for what the campaign does not allow.
        """
        meant = codes.normalise(code)
        if meant is None:
            raise VoucherError("voucher_not_found")
        if codes.is_mistyped(meant):
            raise VoucherError("voucher_mistyped")
        command = Redeem(principal=principal, key=key, code=codes.digest_of(meant), person=f"user:{user}")
        return msgspec.convert(_sure(await self.groat.execute(command)).extra, RedemptionView)

    @word
    async def undo(self, redemption: str, *, reason: str, key: str, principal: str = LOCAL) -> RedemptionView:
        """Take back what a redemption paid, and free its use. Raises VoucherError, InvalidInput, Refused."""
        command = UndoRedemption(principal=principal, key=key, reason=reason, transaction=redemption)
        return msgspec.convert(_sure(await self.groat.execute(command)).extra, RedemptionView)


def _sure(verdict: Done | Refusal) -> Done:
    if isinstance(verdict, Refusal):
        raise Refused(verdict)
    return verdict
