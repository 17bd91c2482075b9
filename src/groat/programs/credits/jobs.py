"""The work of credits in the background: warnings and alerts by one node at a time, other grants by any."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec
from prometheus_client.core import CounterMetricFamily, Metric

from groat.api.services import Services
from groat.engine.groat import Groat
from groat.engine.ids import new_id
from groat.ledger.budgets import ALERT
from groat.ledger.errors import Refusal
from groat.ledger.keys import derive
from groat.programs.credits import recurring
from groat.programs.credits.budget_alerts import BudgetAlerts
from groat.programs.credits.own_settings import CreditsSettings
from groat.programs.credits.recurring import GivePeriod, RecurringGrant
from groat.programs.credits.sign_up import SignUps, check_sign_up
from groat.programs.credits.topups import alerts
from groat.programs.credits.topups.alerts import Alerts
from groat.programs.credits.topups.work import TopUps
from groat.programs.credits.warnings import BY, Warnings
from groat.programs.crossings import Crossings
from groat.programs.program import Host
from groat.programs.workflow import Workflow
from groat.programs.workflow.views import RequestView
from groat.programs.workflow.worker import Work, Worker, repeat
from groat.store.flow import Flow, Query

EVERY_S = 20.0
PLANS_EVERY_S = 2.0
LINES_EVERY_S = 1.0
LEASE = "credits"
LEASE_US = 60_000_000


class CreditsWork:
    """Works for one process. Whoever holds the lease warns; a node that dies leaves it to the others after a minute."""

    def __init__(self, groat: Groat, settings: CreditsSettings) -> None:
        self._groat = groat
        self._name = new_id()
        self.warnings = Warnings(groat, settings.warn_days)
        self.alerts = Alerts(groat, settings.low_balance)
        self.sign_ups: SignUps | None = None
        self.top_ups: TopUps | None = None

    async def round(self) -> bool:
        """Do what is due; False if another node is at it, or the clock leapt. Raises StoreError."""
        if not await self._groat.time_moves() or not await self._groat.write(_take_lease, self._name):
            return False
        await self.warnings.round()
        await self.alerts.draw()
        return True


class RecurringWork:
    """Gives the grants of plans that are due. A node has a plan to itself for as long as it works on it."""

    def __init__(self, workflow: Workflow) -> None:
        self._workflow = workflow
        works = [Work(recurring.NAME, state, self._give) for state in ("due", "pausing", "ending")]
        self._worker = Worker(workflow, "credits", works)

    async def round(self) -> int:
        """Give what is due; returns the number of grants. Raises StoreError."""
        return await self._worker.round()

    async def _give(self, plan: RequestView) -> None:
        groat = self._workflow.groat
        data = msgspec.convert(plan.data, RecurringGrant)
        units = await groat.amount(data.amount, data.asset)
        rollover = await groat.amount(data.rollover, data.asset, signed=True) if data.rollover else None
        command = GivePeriod(
            principal=BY,
            key=derive("credits", recurring.NAME, plan.id, data.number),
            reason=data.note or "Recurring credits",
            plan=plan.id,
            number=data.number,
            account=plan.owner,
            asset=data.asset,
            amount=units,
            rollover=rollover,
            terms=recurring.terms_of(plan.id, data),
        )
        verdict = await groat.execute(command)
        if isinstance(verdict, Refusal):
            await self._worker.take(plan, "miss", {"reason": verdict.detail})
        else:
            await self._worker.take(plan, "gave", {"transaction": verdict.view().id})


@asynccontextmanager
async def working(host: Host) -> AsyncIterator[CreditsWork]:
    """Work in the background as long as a server runs."""
    services = host.services
    settings, groat = services.part(CreditsSettings), services.groat
    work = CreditsWork(groat, settings)
    async with AsyncExitStack() as stack:
        if settings.sign_up is not None:
            await check_sign_up(groat, settings.sign_up)
            work.sign_ups = SignUps(groat, settings.sign_up)
            await stack.enter_async_context(work.sign_ups.watching(services.identities))
        plans = RecurringWork(services.part(Workflow))
        work.top_ups = TopUps(services.part(Workflow), settings)
        low = Crossings(groat, alerts.LINE, work.alerts.act)
        used = Crossings(groat, ALERT, BudgetAlerts(groat).act)
        tasks = [
            asyncio.create_task(repeat(used.round, LINES_EVERY_S), name="groat-credits-budgets"),
            asyncio.create_task(repeat(low.round, LINES_EVERY_S), name="groat-credits-low"),
            asyncio.create_task(repeat(work.top_ups.round, LINES_EVERY_S), name="groat-credits-top-ups"),
            asyncio.create_task(repeat(work.round, EVERY_S), name="groat-credits"),
            asyncio.create_task(repeat(plans.round, PLANS_EVERY_S), name="groat-credits-recurring"),
        ]
        try:
            yield work
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def measure(services: Services) -> Iterator[Metric]:
    """Count what this process did."""
    work = services.part(CreditsWork)
    yield CounterMetricFamily("groat_credits_warnings", "Warnings of credits that expire", work.warnings.sent)
    given = 0 if work.sign_ups is None else work.sign_ups.given
    yield CounterMetricFamily("groat_credits_sign_ups", "Sign-up grants given", given)
    ordered = 0 if work.top_ups is None else work.top_ups.ordered
    yield CounterMetricFamily("groat_credits_top_ups", "Orders that automatic top-ups filed", ordered)


def _take_lease(holder: str) -> Flow[bool]:
    return (yield Query("take_lease", (LEASE, holder, LEASE_US))) is not None
