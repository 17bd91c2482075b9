"""The desk at which codes are handed in: it reads what was typed, brakes guessing, and redeems."""

from __future__ import annotations

from groat.engine.groat import Groat
from groat.ledger.amounts import format_amount
from groat.ledger.errors import Refusal
from groat.ledger.text import format_time
from groat.programs.credits.vouchers import codes
from groat.programs.credits.vouchers.codes import Mint
from groat.programs.credits.vouchers.errors import VoucherError
from groat.programs.credits.vouchers.guesses import Attempt, Brake, Guesses
from groat.programs.credits.vouchers.reading import campaign_of_code
from groat.programs.credits.vouchers.redeeming import Redeem
from groat.programs.credits.vouchers.views import VoucherPreview, terms_view
from groat.store.batch import Done

TELLING = frozenset(
    (
        "voucher_stopped",
        "voucher_not_yet",
        "voucher_over",
        "voucher_used_up",
        "voucher_first_purchase",
        "voucher_budget_used_up",
    )
)
"""Refusals of a shared code that may be a guess."""


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
        async with self._guesses.attempt(self._guesses.watched(person, address)) as attempt:
            code = _meant(typed, attempt)
            command = Redeem(
                principal=principal, key=key, reason=reason, code=codes.digest_of(code), person=person
            )
            try:
                verdict = await groat.execute(command)
            except VoucherError as error:
                if error.code == "voucher_not_found":
                    attempt.was_wrong()
                raise
            if isinstance(verdict, Refusal) and _tells_of(code, verdict):
                attempt.was_refused()
            return verdict

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

    def link_to(self, code: str) -> str:
        """Return the address at which a code is redeemed, to be shown as a QR code."""
        return self.link.replace("{code}", code)


def _meant(typed: str, attempt: Attempt) -> str:
    """Return the code that was typed. Raises VoucherError."""
    code = codes.normalise(typed)
    if code is None:
        attempt.was_wrong()
        raise VoucherError("voucher_not_found")
    if codes.is_mistyped(code):
        # It cannot be a code, so that nobody learns anything who tries it.
        raise VoucherError("voucher_mistyped")
    return code


def _tells_of(code: str, refusal: Refusal) -> bool:
    """Return whether a refusal tells somebody who guesses that there is a code.

    A single-use code is not guessed, and whoever has redeemed a code knows it. A verdict told again tells nothing new.
    """
    return codes.is_word(code) and refusal.code in TELLING and not refusal.replayed
