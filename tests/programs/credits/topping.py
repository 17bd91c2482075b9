"""An account with an automatic top-up as tests need it: user 42 has CREDIT, and a package of 500 costs 9.00 USD."""

from __future__ import annotations

from typing import Any

import msgspec

from groat import Groat, Refusal
from groat.programs.credits.own_settings import CreditsSettings, PaymentDoor
from groat.programs.credits.topups.work import TopUps
from groat.programs.outbox.flows import Stored, page
from groat.programs.workflow.views import RequestView
from tests.helpers.money import new_key
from tests.programs.credits.shop import CALLERS, Shop

DOOR = PaymentDoor("http://door.test/charges", "whsec_f5aUPgu40sRN8QIeXmWlP2wJcVbt6yHk")
RULE: dict[str, Any] = {"below": "50", "package": "starter", "cooldown_min": 60, "month_orders": 3}


class Topping:
    """The rule of a user, and the jobs of some nodes that work on it."""

    def __init__(self, groat: Groat, nodes: int = 1, wait_s: int = 600) -> None:
        self.groat = groat
        self.shop = Shop(groat)
        self.flow = self.shop.flow
        settings = CreditsSettings(payment_door=DOOR, payment_wait_s=wait_s)
        self.nodes = [TopUps(self.flow, settings) for _ in range(nodes)]
        self.rule = ""
        self.user = "42"

    async def set_up(self, caller: str = "buyer", user: str = "42", **terms: Any) -> RequestView | Refusal:
        """Set a rule up."""
        by, roles = CALLERS[caller]
        filed = await self.flow.file(
            "auto_top_up", {**RULE, **terms}, user=user, key=new_key(), by=by, roles=roles
        )
        if isinstance(filed, RequestView):
            self.rule = filed.id
        return filed

    async def take(self, transition: str, caller: str = "buyer", **given: Any) -> RequestView | Refusal:
        """Take a transition of the rule."""
        by, roles = CALLERS[caller]
        return await self.flow.take(
            "auto_top_up", self.rule, transition, given, by=by, key=new_key(), roles=roles
        )

    async def look(self) -> RequestView:
        """The rule as it is now."""
        found = await self.flow.find("auto_top_up", self.rule)
        assert found is not None
        return found

    async def work(self, times: int = 3) -> None:
        """Let the jobs work, and the clock of requests."""
        for _ in range(times):
            await self.flow.take_due()
            for node in self.nodes:
                await node.round()

    async def spend(self, amount: str) -> None:
        """Spend some of user 42's credits."""
        await self.groat.post([("user:42", "house:s", amount, "CREDIT")], key=new_key())

    async def orders(self, state: str = "", user: str = "") -> list[RequestView]:
        """The orders of all people or of one, the oldest first."""
        found = await self.flow.page(sort="oldest", kind="credit_order", state=state, user=user)
        return [await self.flow.view(row) for row in found.rows]

    async def charges(self) -> list[Stored]:
        """The charges that wait to be sent to the door."""
        return await self.groat.read(page, "waiting", "credit_payments", 0, 100)

    async def pay(self, what: str = "succeeded", id: str = "") -> str:
        """Let the door tell of the order in flight, by a message of that id; returns what came of it."""
        data = (await self.look()).data
        order = data["order"] or data["last"]
        return await self.shop.hear(f"pay-{order}", order, what=what, id=id)


def plain(view: RequestView | Refusal) -> dict[str, Any]:
    """The data of a rule that was taken."""
    assert isinstance(view, RequestView), view
    data: dict[str, Any] = msgspec.to_builtins(view.data)
    return data
