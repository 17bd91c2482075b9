"""Tell people when so much of a budget is used: once for each percentage and window, and each of those concerned.

The commit that counts a spend notes that a percentage was reached, as a crossing; a job tells it under a key of the
budget, the percentage and the window, once it has seen that so much is used by then.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from groat.engine.groat import Groat
from groat.ledger.budget_views import BudgetView
from groat.ledger.budgeting import concerned
from groat.ledger.keys import derive
from groat.programs.notifications import Notice
from groat.programs.notifications.commands import Send
from groat.programs.said import say
from groat.store.crossings import CrossingRow

CATEGORY = "credits"
BY = "system:credits"
STAFF = "role:admin"


class TellBudget(Send, kw_only=True):
    """Tell that a percentage of a budget is used; ``reached`` names the budget, the percentage and the window."""

    kind: ClassVar[str] = "budget_alert"
    reached: str

    def target(self) -> Any:
        """Cover who is told of what. The words follow from when it is told."""
        return (self.to, self.reached)


class BudgetAlerts:
    """Tells those concerned by a budget, and who manages a shared account; admins where that is nobody."""

    def __init__(self, groat: Groat) -> None:
        self._groat = groat

    async def act(self, crossing: CrossingRow) -> None:
        """Tell of a budget, unless less of it is used by now. Raises GroatError."""
        id, percent, _ = crossing.ref.split("/")
        budget = await self._groat.budget(id)
        if budget is None or not is_reached(budget, int(percent)):
            return
        for stream in await self._told(budget) or [STAFF]:
            await self._groat.execute(
                TellBudget(
                    principal=BY,
                    key=derive("credits", "budget", crossing.ref, stream),
                    to=stream,
                    notice=notice_of(budget, int(percent)),
                    subject={"kind": "account", "id": budget.account} if budget.account else None,
                    reached=crossing.ref,
                )
            )

    async def _told(self, budget: BudgetView) -> list[str]:
        """Return the streams of those who hear of a budget, each once. Raises StoreError."""
        members = await self._groat.members(budget.account) if budget.account else []
        managers = [f"user:{member.user}" for member in members if "manage" in member.rights]
        return list(dict.fromkeys((*concerned(budget.account or "", budget.of or ""), *managers)))


def is_reached(budget: BudgetView, percent: int) -> bool:
    """Return whether so many percent of a budget are used."""
    return Decimal(budget.used) * 100 >= Decimal(budget.limit) * percent


def notice_of(budget: BudgetView, percent: int) -> Notice:
    """Word what those concerned are told."""
    # An asset named CREDIT is counted in credits, another one in its own code.
    what = "credits" if budget.asset == "CREDIT" else budget.asset
    window = f"rolling {budget.window}" if budget.rolling else budget.window
    if percent >= 100:
        title = (
            say("The budget of {of} is used up", of=budget.of) if budget.of else say("The budget is used up")
        )
    elif budget.of:
        title = say("{percent} % of the budget of {of} used", percent=percent, of=budget.of)
    else:
        title = say("{percent} % of the budget used", percent=percent)
    body = say(
        "{used} of {limit} {what} a {window} are used, {left} left.",
        used=budget.used,
        limit=budget.limit,
        what=what,
        window=window,
        left=budget.left,
    )
    level = "warning" if percent < 100 else "error"
    return Notice(level, title, body, CATEGORY, f"budget:{budget.id}")
