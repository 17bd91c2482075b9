"""Vouchers: campaigns whose codes people redeem for credits, each once per rule, in one commit with what it pays."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from groat.programs.credits.own_settings import CreditsSettings
from groat.programs.credits.vouchers import operations, staff
from groat.programs.credits.vouchers.codes import Mint
from groat.programs.credits.vouchers.desk import Desk
from groat.programs.credits.vouchers.guesses import Brake
from groat.programs.credits.vouchers.redeeming import NEWS, TOLD
from groat.programs.credits.vouchers.views import VoucherNews, VoucherTold
from groat.programs.program import Host
from groat.store.extension import Event

OPERATIONS = (*operations.operations, *staff.operations)
EVENTS = (Event(TOLD, VoucherTold), Event(NEWS, VoucherNews))
PROMISE = (
    "verify_vouchers",
    "campaigns, codes and people are the fold of their redemptions, which were paid",
)


@asynccontextmanager
async def redeeming_codes(host: Host) -> AsyncIterator[Desk]:
    """Take the codes of vouchers as long as a server runs."""
    services = host.services
    settings = services.part(CreditsSettings)
    mint = Mint(settings.voucher_secret or services.settings.secret)
    brake = Brake(
        settings.voucher_guesses_per_person,
        settings.voucher_guesses_per_address,
        settings.voucher_guess_window_s,
    )
    yield Desk(services.groat, mint, brake, settings.voucher_link)
