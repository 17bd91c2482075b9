"""Orders for ``groat demo``: more packages, an order that waits, some that were fulfilled, one partly refunded."""

from __future__ import annotations

from typing import Any

from groat.engine.groat import Groat
from groat.ledger.keys import derive
from groat.programs.credits.orders.catalogue import Package, Price, PutPackage
from groat.programs.credits.orders.order import CREDIT_ORDER, NAME
from groat.programs.credits.orders.payment_case import CREDIT_PAYMENT
from groat.programs.workflow import SERVICE, Workflow
from groat.programs.workflow.views import RequestView

PACKAGES = {
    "studio": Package(
        name="Studio", description="For a small team.", credits="2400", prices=(Price("39.00", "USD", -1),), place=20,
    ),
    "weekend": Package(
        name="Weekend", description="For one project.", credits="150", prices=(Price("3.50", "USD", -1),),
        lasts_s=3 * 86_400, place=30,
    ),
}  # fmt: skip
ADMIN: dict[str, Any] = {"by": "user:admin", "roles": ["admin"]}


async def tell_orders_story(groat: Groat) -> None:
    """Fill the catalogue, and file some orders. Told again, it changes nothing."""
    await groat.add_asset("USD", 2)
    for id, package in PACKAGES.items():
        await groat.execute(
            PutPackage(principal="service:demo", actor="user:admin", key=_key(id), package=id, wanted=package)
        )
    flow = Workflow(groat, (CREDIT_ORDER, CREDIT_PAYMENT))
    await _order(flow, "7", "starter")
    await _order(flow, "member-2", "weekend")
    paid = await _order(flow, "11", "studio")
    if paid is not None:
        given = {"payment": "pay_demo_11", "amount": "39.00", "currency": "USD"}
        await flow.take(NAME, paid, "pay", given, by="service:demo", roles=[SERVICE], key=_key("pay"))
    refunded = await _order(flow, "11", "starter")
    if refunded is not None:
        await flow.take(NAME, refunded, "fulfil", {"reason": "Paid in cash"}, key=_key("fulfil"), **ADMIN)
        back = {"amount": "200", "reason": "Ordered too much"}
        await flow.take(NAME, refunded, "refund", back, key=_key("refund"), **ADMIN)


async def _order(flow: Workflow, user: str, package: str) -> str | None:
    filed = await flow.file(NAME, {"package": package}, user=user, key=_key(f"{user}/{package}"))
    return filed.id if isinstance(filed, RequestView) else None


def _key(name: str) -> str:
    return derive("demo", "orders", name)
