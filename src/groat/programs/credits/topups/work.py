"""The job of automatic top-ups: it looks at accounts that crossed their lines, and follows the orders it filed.

Each step is one command under a key of the rule and its version, so that two nodes, or one that died in between, do it
once. An order is filed in the commit that finds, under the account's lock, that less than the line is available; the
charge for it is put into the outbox in the same commit.
"""

from __future__ import annotations

import time
from typing import Any, ClassVar

import msgspec

from groat.engine.groat import Groat
from groat.engine.ids import derived_id
from groat.ledger.book import Book, Pair, Refs, refuse
from groat.ledger.commands import Effect
from groat.ledger.errors import Refusal
from groat.ledger.keys import Key, derive
from groat.programs.credits.orders import CREDIT_ORDER
from groat.programs.credits.orders.catalogue import Package, list_packages
from groat.programs.credits.own_settings import CreditsSettings
from groat.programs.credits.payments import Charge, charge
from groat.programs.credits.topups.rule import AUTO_TOP_UP, LINE, Sight, TopUp
from groat.programs.crossings import Crossings
from groat.programs.workflow import SYSTEM, Work, Worker, Workflow
from groat.programs.workflow.commands import Take
from groat.programs.workflow.rows import RequestRow
from groat.programs.workflow.turns import stored
from groat.programs.workflow.views import RequestView
from groat.store.crossings import CrossingRow
from groat.store.flow import Flow, Query

BY = "system:credits"
AT_ONCE = 100


class TakeLook(Take, kw_only=True):
    """Take the transition ``look`` of a rule with what the locked account shows.

    With ``charges`` the payment door is to charge for what it orders. A rule that is on and whose account is not below
    the line stays as it is.
    """

    kind: ClassVar[str] = "request"
    pair: Pair
    charges: bool = False

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the account, too."""
        Take.needs(self, refs, book)
        refs.accounts.add(self.pair)

    def decide(self, book: Book) -> Effect | Refusal:
        """Look at the account, and go by that."""
        account = book.accounts[self.pair]
        lines = book.account_lines.get(account)
        line = None if lines is None else lines.thresholds.get((LINE, self.request))
        below = line is not None and account.available < line
        row = stored(book, self.request)
        if row is None or (row.state == "on" and not below):
            return Effect()
        if below and account.standing != "open":
            return refuse(f"account_{account.standing}", account=account.path, asset=account.asset)
        self.input = msgspec.structs.replace(self.input, below=below)
        effect = Take.decide(self, book)
        if isinstance(effect, Effect):
            for filed in effect.extra.get("filed", ()) if self.charges else ():
                order = stored(book, filed["id"])
                assert order is not None
                charge(book, derived_id(order.id, "charge"), _charge_of(order))
        return effect


class TopUps:
    """Works for one process, by the settings."""

    def __init__(self, workflow: Workflow, settings: CreditsSettings) -> None:
        self._workflow = workflow
        self._groat: Groat = workflow.groat
        self._settings = settings
        self._crossings = Crossings(self._groat, LINE, self._crossed)
        works = [
            Work(AUTO_TOP_UP.name, "checking", self._check),
            Work(AUTO_TOP_UP.name, "late", self._give_up),
        ]
        self._worker = Worker(workflow, "credits", works)
        self.ordered = 0

    async def round(self) -> None:
        """Act on crossings, on rules that are to be looked at, and on orders that have ended. Raises StoreError."""
        await self._crossings.round()
        await self._worker.round()
        await self._follow()

    async def _crossed(self, crossing: CrossingRow) -> None:
        rule = await self._workflow.whole(crossing.ref)
        if rule is not None and rule.state == "on":
            await self._look(rule, derive("credits", "top_up", crossing.id, rule.version))

    async def _check(self, rule: RequestView) -> None:
        # A refusal is final for its key, so that each hour has another one.
        await self._look(rule, derive("credits", "top_up", rule.id, rule.version, int(time.time() // 3_600)))

    async def _look(self, rule: RequestView, key: Key) -> None:
        data = msgspec.convert(rule.data, TopUp)
        price = await self._price(data)
        if isinstance(price, str):
            await self._worker.take(rule, "miss", {"reason": price})
            return
        command = TakeLook(
            principal=BY,
            key=key,
            declared=self._workflow.kinds[AUTO_TOP_UP.name],
            kinds=self._workflow.kinds,
            transition="look",
            request=rule.id,
            input=Sight(below=True, price=price[0], currency=price[1], wait_s=self._settings.payment_wait_s),
            roles=frozenset((SYSTEM,)),
            version=rule.version,
            pair=(rule.owner, data.asset),
            charges=self._settings.payment_door is not None,
        )
        verdict = await self._groat.execute(command)
        if not isinstance(verdict, Refusal):
            self.ordered += bool(verdict.extra and verdict.extra.get("filed"))
        elif verdict.code != "wrong_state":
            await self._worker.take(rule, "miss", {"reason": verdict.detail})

    async def _price(self, data: TopUp) -> tuple[str, str] | str:
        """Return what the rule's package costs at present, and in which currency; or why it cannot be bought."""
        now, packages = await self._groat.read(_catalogue)
        package = packages.get(data.package)
        if package is None or not package.is_sold(now):
            return f"The package {data.package} is not sold at present."
        prices = package.prices_at(now)
        currency = data.currency or (next(iter(prices)) if len(prices) == 1 else "")
        if currency not in prices:
            return f"The package {data.package} has no price in {currency or 'one currency alone'}."
        return prices[currency].amount, currency

    async def _give_up(self, rule: RequestView) -> None:
        """End the order, unless it has ended meanwhile; then the rule goes on with it."""
        order = await self._workflow.whole(rule.data["order"])
        if order is not None and order.open:
            await self._worker.take(order, "expire", {})

    async def _follow(self) -> None:
        for id, order, state, reason in await self._groat.read(_over):
            rule = await self._workflow.whole(id)
            if rule is None or rule.data.get("order") != order:
                continue
            landed = state not in ("cancelled", "expired")
            given: dict[str, Any] = {"state": state, "reason": "" if landed else reason}
            await self._worker.take(rule, "landed" if landed else "failed", given)


def _charge_of(order: RequestRow) -> Charge:
    data = order.read(CREDIT_ORDER)
    return Charge(
        order=order.id,
        owner=order.owner,
        amount=data.price,
        currency=data.currency,
        package=data.package,
        cause=data.cause,
    )


def _catalogue() -> Flow[tuple[int, dict[str, Package]]]:
    (now,) = yield Query("read_now")
    return now, {each.id: each.package for each in (yield from list_packages())}


def _over() -> Flow[list[tuple[str, str, str, str]]]:
    rows = yield Query("credits_top_ups_over", (AT_ONCE,))
    return [(id, order, state, reason) for id, order, state, reason in rows]
