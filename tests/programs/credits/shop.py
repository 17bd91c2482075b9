"""A shop as the tests of orders need it: it sells packages, takes orders on, and takes in what gateways say."""

from __future__ import annotations

from itertools import count
from typing import Any

import msgspec

from groat import Groat, Refusal
from groat.programs.credits.orders.catalogue import Package, Price, PutPackage, StoredPackage
from groat.programs.credits.orders.payments import PaymentMessage, Payments
from groat.programs.workflow.views import RequestView
from groat.programs.workflow.words import workflow_of
from tests.helpers.money import new_key, standing

STARTER = Package(name="Starter", credits="500", prices=(Price("9.00", "USD", -1),), pay_within_s=86_400)
CALLERS: dict[str, tuple[str, list[str]]] = {
    "buyer": ("user:42", []),
    "other": ("user:7", []),
    "ada": ("user:ada", ["admin"]),
    "bela": ("user:bela", ["admin"]),
    "sam": ("user:sam", ["support"]),
    "shop": ("service:shop", ["service"]),
    "system": ("system:credits", ["system"]),
}
_numbers = count(1)


class Shop:
    """Orders of one ledger, for user 42 unless said otherwise."""

    def __init__(self, groat: Groat) -> None:
        self.groat = groat
        self.flow = workflow_of(groat)
        self.payments = Payments(self.flow)

    async def put(
        self, id: str = "starter", package: Package = STARTER, version: int | None = None, **changes: Any
    ) -> StoredPackage | Refusal:
        """Put a package into the catalogue."""
        command = PutPackage(
            principal="user:ada", key=new_key(), package=id, version=version,
            wanted=msgspec.structs.replace(package, **changes),
        )  # fmt: skip
        verdict = await self.groat.execute(command)
        return verdict if isinstance(verdict, Refusal) else msgspec.convert(verdict.extra, StoredPackage)

    async def ask(self, caller: str = "buyer", user: str = "42", **form: Any) -> RequestView | Refusal:
        """File an order."""
        by, roles = CALLERS[caller]
        given = {"package": "starter", **form}
        return await self.flow.file("credit_order", given, user=user, key=new_key(), by=by, roles=roles)

    async def order(self, caller: str = "buyer", user: str = "42", **form: Any) -> RequestView:
        """File an order that is taken."""
        filed = await self.ask(caller, user, **form)
        assert isinstance(filed, RequestView), filed
        return filed

    async def take(
        self, order: RequestView, transition: str, caller: str = "ada", key: str = "", **given: Any
    ) -> RequestView | Refusal:
        """Take a transition of an order."""
        by, roles = CALLERS[caller]
        return await self.flow.take(
            "credit_order", order.id, transition, given, by=by, key=key or new_key(), roles=roles
        )

    async def look(self, order: RequestView) -> RequestView:
        """The order as it is now."""
        found = await self.flow.find("credit_order", order.id)
        assert found is not None
        return found

    async def balance(self, account: str = "user:42") -> str:
        """The balance of CREDIT."""
        return (await standing(self.groat, account)).balance

    def message(
        self, payment: str, order: str, price: str = "9.00", what: str = "succeeded", **more: str
    ) -> PaymentMessage:
        """A message about a payment, under an id of its own unless one is given."""
        id = more.get("id") or f"msg_{next(_numbers)}"
        currency, reason = more.get("currency", "USD"), more.get("reason", "")
        return PaymentMessage(
            id,
            f"payment.{what}",
            payment,
            order,
            price,
            currency,
            reason,
            more.get("body", "{}"),
            0,
            "",
            "",
            "",
        )

    async def hear(
        self, payment: str, order: str, price: str = "9.00", what: str = "succeeded", **more: str
    ) -> str:
        """Take in such a message; returns its outcome."""
        taken, _ = await self.payments.take_in(self.message(payment, order, price, what, **more))
        return taken.outcome

    async def cases(self) -> list[RequestView]:
        """The payments that wait for staff, the oldest first."""
        page = await self.flow.page(sort="oldest", kind="credit_payment", state="unmatched")
        return [await self.flow.view(row) for row in page.rows]
