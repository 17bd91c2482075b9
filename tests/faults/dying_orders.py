"""Nodes that die before one statement of fulfilling an order. Words: how (``manual`` or ``payment``), and the order."""

from __future__ import annotations

from groat import Groat
from groat.programs.credits import CREDITS
from groat.programs.credits.orders.order import NAME
from groat.programs.credits.orders.payments import PaymentMessage, Payments
from groat.programs.workflow.words import workflow_of
from tests.faults.dying import run


def message(order: str) -> PaymentMessage:
    """Return the gateway's message about the payment of an order."""
    said = ("payment.succeeded", f"pay-{order}", order, "9.00", "USD", "", "{}")
    return PaymentMessage(f"msg-{order}", *said, 0, "", "", "")


async def act(groat: Groat, how: str, order: str) -> str:
    """Fulfil the order, by hand or for a payment."""
    flow = workflow_of(groat)
    if how == "payment":
        await Payments(flow).take_in(message(order))
    else:
        await flow.take(NAME, order, "fulfil", {}, by="user:ada", roles=["admin"], key=f"fulfil-{order}")
    return "done"


if __name__ == "__main__":
    run(act, [CREDITS])
