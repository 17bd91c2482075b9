"""The words about budgets: set, change, remove and read them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Literal

import msgspec

from groat.engine.lookup import Id, Lookup
from groat.ledger.amounts import Amount
from groat.ledger.budget_views import BudgetView
from groat.ledger.budgeting import ALERTS, ChangeBudget, SetBudget
from groat.ledger.commands import Command
from groat.ledger.limits import UNSET, Unset
from groat.store.batch import Done

LOCAL = "service:local"


class BudgetWords(Lookup):
    """The methods that set and change budgets. They raise as those that move money."""

    @abstractmethod
    async def _done(self, command: Command) -> Done:
        """Execute a command. Raises Refused, InvalidInput, Overloaded, Closed, StoreError."""

    @abstractmethod
    async def amount(self, amount: Amount, asset: str, *, signed: bool = False) -> int:
        """Return the smallest units in an amount; raises InvalidInput."""

    async def set_budget(
        self,
        account: str,
        asset: str,
        limit: Amount,
        *,
        window: Literal["hour", "day", "month"],
        key: str,
        of: str = "",
        rolling: bool = False,
        zone: str = "UTC",
        alerts: Sequence[int] = ALERTS,
        reason: str = "",
        actor: str = "",
        principal: str = LOCAL,
        as_owner: bool = False,
    ) -> BudgetView:
        """Set how much may be spent from an account in a window; ``of`` limits one principal alone (``user:7``).

        Without an account ("") it is the principal's budget across all accounts, whatever its API keys. The window is
        an hour, day or month of ``zone``, or a ``rolling`` one: the last 60 minutes, 24 hours or 30 days. What was
        spent before does not count. Raises Refused (``too_many_budgets``), InvalidInput.
        """
        command = SetBudget(
            principal=principal,
            key=key,
            actor=actor,
            reason=reason,
            account=account,
            asset=asset,
            of=of,
            window=window,
            rolling=rolling,
            zone=zone,
            limit=await self.amount(limit, asset, signed=True),
            alerts=tuple(alerts),
            as_owner=as_owner,
        )
        return _view(await self._done(command))

    async def change_budget(
        self,
        budget: Id,
        *,
        key: str,
        limit: Amount | Unset = UNSET,
        stopped: bool | Unset = UNSET,
        alerts: Sequence[int] | Unset = UNSET,
        reason: str = "",
        actor: str = "",
        principal: str = LOCAL,
        as_owner: bool = False,
    ) -> BudgetView:
        """Raise or lower a budget, stop or resume it, or change its alerts; the next decision goes by it.

        Raises Refused (``budget_not_found``, ``budget_of_staff``), InvalidInput.
        """
        units: int | Unset = UNSET
        if limit is not UNSET:
            found = await self.budget(budget, removed=True)
            # Without a budget there is no asset to parse the amount by, and the verdict is budget_not_found anyway.
            units = await self.amount(limit, found.asset, signed=True) if found else 0
        command = ChangeBudget(
            principal=principal,
            key=key,
            actor=actor,
            reason=reason,
            budget=str(budget),
            limit=units,
            stopped=stopped,
            alerts=UNSET if isinstance(alerts, Unset) else tuple(alerts),
            as_owner=as_owner,
        )
        return _view(await self._done(command))

    async def remove_budget(
        self,
        budget: Id,
        *,
        key: str,
        reason: str = "",
        actor: str = "",
        principal: str = LOCAL,
        as_owner: bool = False,
    ) -> BudgetView:
        """Remove a budget; returns how it stood. Raises Refused (``budget_not_found``, ``budget_of_staff``)."""
        command = ChangeBudget(
            principal=principal,
            key=key,
            actor=actor,
            reason=reason,
            budget=str(budget),
            removes=True,
            as_owner=as_owner,
        )
        return _view(await self._done(command))


def _view(done: Done) -> BudgetView:
    return msgspec.convert(done.extra, BudgetView)
