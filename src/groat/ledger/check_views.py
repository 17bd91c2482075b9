"""The wire form of a check: what somebody may spend from an account."""

from __future__ import annotations

import msgspec

from groat.ledger.budget_views import BudgetView


class GrantsView(msgspec.Struct):
    """The available amount by what it is: free parts of grants by class, and ``plain`` money."""

    paid: str
    promotional: str
    plain: str


class PaceView(msgspec.Struct):
    """The amounts spent in the last hour and the last day, and for how many seconds ``most`` lasts at such a pace.

    That is null where nothing was spent, or nothing limits what may be.
    """

    hour: str
    day: str
    lasts_at_hour_s: int | None
    lasts_at_day_s: int | None


class CheckView(msgspec.Struct, kw_only=True):
    """The answer to "may it be spent": ``allowed`` is the verdict that a posting of the amount would get now.

    ``refusal`` is the code of one that would be refused. ``most`` is what may be spent at most, null without a limit:
    what is available above the floor, and left of each budget that counts what ``of`` (a principal) spends. ``budget``
    is the one of which the least is left. Amounts are decimal strings.
    """

    account: str
    asset: str
    of: str
    amount: str | None
    allowed: bool
    refusal: str | None
    detail: str | None
    most: str | None
    available: str
    floor: str | None
    grants: GrantsView
    budget: BudgetView | None
    pace: PaceView
