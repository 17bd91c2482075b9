"""The bank: saved recipients, transfers, standing orders, cards, loans and bitcoin, as kinds of requests.

Each kind has a module of its own. The work at the gateways to the outside is in :mod:`groat.programs.bank.jobs`.
"""

from contextlib import AbstractAsyncContextManager

from groat.programs import Host, Program
from groat.programs.bank.beneficiaries import BENEFICIARY
from groat.programs.bank.bitcoin import BITCOIN_ADDRESS, BITCOIN_TRANSACTION
from groat.programs.bank.card_payments import CARD_PAYMENT
from groat.programs.bank.cards import CARD
from groat.programs.bank.jobs import Gateways, at_the_gateways
from groat.programs.bank.loans import LOAN
from groat.programs.bank.own_settings import BankSettings
from groat.programs.bank.standing_orders import STANDING_ORDER
from groat.programs.bank.transfers import TRANSFER
from groat.programs.workflow import Workflow
from groat.settings import Settings


def _gateways(host: Host) -> AbstractAsyncContextManager[Gateways]:
    services = host.services
    return at_the_gateways(services.part(Workflow), services.part(BankSettings))


async def _story(settings: Settings) -> None:
    # Imported here, because only the demo tells the story.
    from groat.programs.bank.story import tell_bank_story

    await tell_bank_story(settings)


BANK = Program(
    "bank",
    kinds=(
        TRANSFER,
        BENEFICIARY,
        STANDING_ORDER,
        CARD,
        CARD_PAYMENT,
        LOAN,
        BITCOIN_TRANSACTION,
        BITCOIN_ADDRESS,
    ),
    jobs=(_gateways,),
    settings=BankSettings,
    story=_story,
)
"""The program that ``programs = ["bank"]`` in the settings turns on."""

__all__ = ["BANK"]
