"""Wire forms of budgets."""

from __future__ import annotations

from typing import Annotated

import msgspec

from groat.ledger.amounts import format_amount
from groat.ledger.budgets import Budget
from groat.ledger.text import format_time

Window = Annotated[str, msgspec.Meta(extra_json_schema={"enum": ["hour", "day", "month"]})]
SetBy = Annotated[str, msgspec.Meta(extra_json_schema={"enum": ["owner", "staff"]})]


class BudgetView(msgspec.Struct):
    """A budget as it stands: amounts as decimal strings. ``left`` is what may still be spent in the current window.

    ``account`` is null for one across accounts, ``of`` (the principal) for one on whoever spends. The window began at
    ``begins_at``; more is left by itself at ``resets_at``, which is null for a rolling window of which nothing is used.
    ``alerts`` are percentages. ``removed`` comes with one that was just removed.
    """

    id: str
    account: str | None
    asset: str
    of: str | None
    window: Window
    rolling: bool
    zone: str
    limit: str
    used: str
    left: str
    begins_at: str
    resets_at: str | None
    stopped: bool
    alerts: list[int]
    set_by: SetBy
    created_at: str
    removed: bool | msgspec.UnsetType = msgspec.UNSET


def budget_view(budget: Budget, now: int) -> BudgetView:
    """Make the view of a budget at a moment."""
    resets_at = budget.resets_at(now)
    return BudgetView(
        budget.id,
        None if budget.account is None else budget.account.path,
        budget.asset,
        budget.principal or None,
        budget.window,
        budget.rolling,
        budget.zone,
        format_amount(budget.limit, budget.scale),
        format_amount(budget.used(now), budget.scale),
        format_amount(budget.left(now), budget.scale),
        format_time(budget.counts_from(now)),
        None if resets_at is None else format_time(resets_at),
        budget.stopped,
        list(budget.alerts),
        budget.set_by,
        format_time(budget.created_at),
        msgspec.UNSET if budget.removed_at is None else True,
    )
