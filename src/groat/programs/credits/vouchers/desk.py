"""The desk at which codes are handed in: it reads what was typed, brakes guessing, and redeems."""

from __future__ import annotations

from groat.engine.groat import Groat
from groat.ledger.amounts import format_amount
from groat.ledger.errors import Refusal
from groat.ledger.text import format_time
from groat.programs.credits.vouchers import codes
from groat.programs.credits.vouchers.codes import Mint
from groat.programs.credits.vouchers.errors import VoucherError
from groat.programs.credits.vouchers.guesses import Brake, Guesses, Watched
from groat.programs.credits.vouchers.reading import campaign_of_code
from groat.programs.credits.vouchers.redeeming import Redeem
from groat.programs.credits.vouchers.views import VoucherPreview, terms_view
from groat.store.batch import Done


class Desk:
    """Redeems codes for people, as callers type them. ``mint`` makes single-use codes of the server's secret."""

    def __init__(self, groat: Groat, mint: Mint, brake: Brake, link: str) -> None:
        self.mint = mint
        self.link = link
        self._groat = groat
        self._guesses = Guesses(groat, mint, brake)

    async def redeem(
        self, typed: str, person: str, *, address: str, principal: str, key: str, reason: str = "",
        dry_run: bool = False,
    ) -> Done | Refusal:  # fmt: skip
        """Redeem a code for a person (``user:42``), whose guesses count, and with them those of the ``address``.

        Raises VoucherError ``voucher_not_found``, ``voucher_mistyped``, ``voucher_throttled``; then nothing stands
        under the key, and a right code is as good as before.
        """
        groat = self._groat.dry_run if dry_run else self._groat
        watched = self._guesses.watched(person, address)
        async with self._guesses.turn(watched):
            code = await self._meant(typed, watched)
            command = Redeem(
                principal=principal, key=key, reason=reason, code=codes.digest_of(code), person=person
            )
            try:
                return await groat.execute(command)
            except VoucherError as error:
                if error.code == "voucher_not_found":
                    await self._guesses.wrong(watched)
                raise

    async def preview(
        self, typed: str, person: str, *, address: str, principal: str, key: str
    ) -> VoucherPreview:
        """Tell what a code would give a person now. Raises VoucherError as :meth:`redeem` does."""
        verdict = await self.redeem(
            typed, person, address=address, principal=principal, key=key, dry_run=True
        )
        code = codes.normalise(typed)
        row = await self._groat.read(campaign_of_code, codes.digest_of(code or ""))
        if row is None:
            raise VoucherError("voucher_not_found")
        refused = verdict if isinstance(verdict, Refusal) else None
        return VoucherPreview(
            name=row.name,
            amount=format_amount(row.amount, (await self._groat.asset(row.asset)).scale),
            asset=row.asset,
            grant=terms_view(row),
            ends_at=None if row.ends_at is None else format_time(row.ends_at),
            redeemable=refused is None,
            code="" if refused is None else refused.code,
            detail="" if refused is None else refused.detail,
        )

    async def _meant(self, typed: str, watched: tuple[Watched, ...]) -> str:
        code = codes.normalise(typed)
        if code is None:
            await self._guesses.wrong(watched)
            raise VoucherError("voucher_not_found")
        if codes.is_mistyped(code):
            # It cannot be a code, so that nobody learns anything who tries it.
            raise VoucherError("voucher_mistyped")
        return code

    def link_to(self, code: str) -> str:
        """Return the address at which a code is redeemed, to be shown as a QR code."""
        return self.link.replace("{code}", code)
