"""Credits for ``groat demo``: grants, some of them over, a plan, an automatic top-up, and orders."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from groat import Groat
from groat.ledger.errors import Refused
from groat.ledger.keys import derive
from groat.programs import find_programs
from groat.programs.credits import CREDITS
from groat.programs.credits.orders import CREDIT_ORDER
from groat.programs.credits.orders.catalogue import Package, Price, PutPackage
from groat.programs.credits.orders.story import tell_orders_story
from groat.programs.credits.recurring import NAME, RECURRING_GRANT
from groat.programs.credits.topups.rule import AUTO_TOP_UP
from groat.programs.credits.vouchers.story import tell_voucher_story
from groat.programs.workflow import Workflow
from groat.settings import Settings

PRINCIPAL = "service:demo"


class _Gift(NamedTuple):
    """A grant: to whom, how much, for how many days (None: for ever), and what it is called."""

    user: str
    amount: str
    days: float | None
    note: str
    cls: str = "promotional"
    cause: str = ""


GIFTS = (
    _Gift("42", "40", 1 / 86_400, "Birthday voucher", cause="voucher"),
    _Gift("42", "160", 5, "Welcome credits", cause="signup"),
    _Gift("42", "300", 20, "Autumn gift"),
    _Gift("42", "500", None, "Starter package", "paid", "order"),
    _Gift("7", "100", 1.5, "Welcome credits", cause="signup"),
    _Gift("11", "200", 90, "Yearly package", "paid", "order"),
    _Gift("member-2", "75", 30, "Welcome credits", cause="signup"),
)


async def tell_credits_story(settings: Settings) -> None:
    """Give the demo's people some credits with terms. Told again, it changes nothing."""
    async with Groat.open(settings.database, programs=[CREDITS]) as groat:
        await groat.add_asset("CREDIT", 0)
        for gift in GIFTS:
            await _give(groat, gift)
        twice = await _give(groat, _Gift("11", "60", 45, "Welcome credits", cause="signup"))
        try:
            await groat.void_grant(
                twice, key=_key("void"), reason="Given twice", principal=PRINCIPAL, actor="user:admin"
            )
        except Refused as refused:
            # Told again, after some of it was spent.
            if refused.code != "grant_spent":
                raise
        await tell_voucher_story(groat, settings)
        plan: dict[str, Any] = {
            "amount": "50", "asset": "CREDIT", "every": "week", "rollover": "20", "note": "Weekly credits",
        }  # fmt: skip
        await Workflow(groat, (RECURRING_GRANT,)).file(
            NAME, plan, user="7", key=_key("plan"), by="user:admin", roles=["admin"]
        )
    async with Groat.open(settings.database, programs=find_programs(["credits"])) as groat:
        await _sell(groat)
        await tell_orders_story(groat)


async def _sell(groat: Groat) -> None:
    """Sell a package, which is bought by itself for somebody who has few credits left."""
    await groat.add_asset("USD", 2)
    package = Package(
        name="Starter package", description="For a start", credits="500", prices=(Price("9.00", "USD", -1),)
    )
    await groat.execute(
        PutPackage(
            principal=PRINCIPAL,
            actor="user:admin",
            key=_key("package"),
            reason="New package",
            package="starter",
            wanted=package,
        )
    )
    rule = {
        "below": "100",
        "package": "starter",
        "month_orders": 3,
        "month_amount": "27.00",
        "currency": "USD",
    }
    await Workflow(groat, (AUTO_TOP_UP, CREDIT_ORDER)).file(
        AUTO_TOP_UP.name, rule, user="7", key=_key("rule"), by="user:7"
    )


async def _give(groat: Groat, gift: _Gift) -> str:
    made = await groat.grant(
        f"user:{gift.user}",
        gift.amount,
        "CREDIT",
        cls=gift.cls,
        lasts=None if gift.days is None else timedelta(days=gift.days),
        cause=gift.cause,
        note=gift.note,
        reason=gift.note,
        key=_key(f"{gift.user}/{gift.note}"),
        principal=PRINCIPAL,
        actor="user:admin",
    )
    assert isinstance(made.grants, list)
    return made.grants[0].grant


def _key(name: str) -> str:
    return derive("demo", "credits", name)
