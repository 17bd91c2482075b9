"""Credits: what people's grants are worth, where they went, and when they expire.

The ledger itself spends, holds and expires grants (:mod:`groat.ledger.grants`). This program shows them, warns of their
end, and gives them by rules: to everybody who comes, to a group, or again and again. It sells them, too
(:mod:`groat.programs.credits.orders`).
"""

from pathlib import Path

from groat.programs import Program
from groat.programs.credits import groups, operations
from groat.programs.credits.admin import operations as admin
from groat.programs.credits.adopting import adopt
from groat.programs.credits.door_simulator import simulate_door, simulating
from groat.programs.credits.errors import CREDIT_ERRORS
from groat.programs.credits.jobs import measure, working
from groat.programs.credits.orders import CATALOGUE_NEWS, CREDIT_ORDER, CREDIT_PAYMENT, CreditOrders
from groat.programs.credits.orders import operations as order_operations
from groat.programs.credits.orders.payments import taking_payments
from groat.programs.credits.own_settings import CreditsSettings
from groat.programs.credits.payments import PAYMENTS, refuse_to_charge
from groat.programs.credits.recurring import RECURRING_GRANT
from groat.programs.credits.topups import operations as top_up_operations
from groat.programs.credits.topups.alerts import ALERT_UPDATED
from groat.programs.credits.topups.rule import AUTO_TOP_UP
from groat.programs.credits.vouchers import EVENTS as VOUCHER_EVENTS
from groat.programs.credits.vouchers import OPERATIONS as VOUCHER_OPERATIONS
from groat.programs.credits.vouchers import PROMISE as VOUCHER_PROMISE
from groat.programs.credits.vouchers import redeeming_codes
from groat.programs.credits.vouchers.errors import VOUCHER_ERRORS, VOUCHER_REFUSALS
from groat.programs.credits.vouchers.guesses import forget_guesses
from groat.programs.credits.vouchers.words import Vouchers
from groat.programs.credits.warnings import forget_warnings
from groat.settings import Settings
from groat.store.extension import Extension, Tells


async def _story(settings: Settings) -> None:
    # Imported here, because only the demo tells the story.
    from groat.programs.credits.story import tell_credits_story

    await tell_credits_story(settings)


CREDITS = Program(
    "credits",
    kinds=(RECURRING_GRANT, CREDIT_ORDER, CREDIT_PAYMENT, AUTO_TOP_UP),
    extension=Extension(
        "credits",
        Path(__file__).parent,
        forgets=(forget_warnings, forget_guesses),
        checks=(
            (
                "verify_credit_payments",
                "each payment that fulfilled an order is the one that the order names",
            ),
            VOUCHER_PROMISE,
        ),
        tells=Tells(events=(ALERT_UPDATED, CATALOGUE_NEWS, *VOUCHER_EVENTS)),
    ),
    operations=(
        *operations.operations,
        *groups.operations,
        *top_up_operations.operations,
        *order_operations.operations,
        *VOUCHER_OPERATIONS,
        *admin.operations,
    ),
    errors=CREDIT_ERRORS | VOUCHER_REFUSALS | VOUCHER_ERRORS,
    jobs=(simulating, working, taking_payments, redeeming_codes),
    channels=(PAYMENTS,),
    metrics=(measure,),
    settings=CreditsSettings,
    check_ledger=refuse_to_charge,
    story=_story,
    facade=(CreditOrders, Vouchers),
    commands=(simulate_door,),
    command_groups={"grants": (adopt,)},
)
"""The program that ``programs = ["credits"]`` in the settings turns on."""

__all__ = ["CREDITS"]
