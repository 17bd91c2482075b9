"""Look things up: read-only methods whose answers decide nothing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from groat.ledger.accounts import Policy, check_path
from groat.ledger.amounts import Amount, Asset, amount_text, parse_amount
from groat.ledger.budget_views import BudgetView
from groat.ledger.check_views import CheckView
from groat.ledger.clock import ClockView, LeapView, seconds
from groat.ledger.errors import InvalidInput, StoreError
from groat.ledger.text import check_id, check_limit, check_principal, format_time, parse_time
from groat.ledger.views import AccountView, AuditView, EntryView, HoldView, ShareView, TransactionView
from groat.store import budgets, members, reading
from groat.store.checking import check_spend
from groat.store.flow import Flow
from groat.store.members import MemberView
from groat.store.moment import LedgerTime, read_time
from groat.store.replica import Replica

P = ParamSpec("P")
T = TypeVar("T")

Time = str | datetime
Id = str | UUID


class Lookup(ABC):
    """The methods that look things up, from whatever database :meth:`read` reads."""

    _assets: dict[str, Asset]
    _policy: Policy = Policy()

    @abstractmethod
    async def read(self, flow: Callable[P, Flow[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a flow over one snapshot of the database; raises StoreError."""

    @abstractmethod
    async def assets(self) -> dict[str, Asset]:
        """Return all assets, by code."""

    @abstractmethod
    async def asset(self, code: str) -> Asset:
        """The asset of a code; raises InvalidInput ``unknown_asset``."""

    async def account(self, path: str, at: Time | None = None) -> AccountView | None:
        """Return an account's balances now, or as they were by effective dates up to ``at``; None if it is not open."""
        check_path(path)
        return await self._reading(reading.read_account, path, None if at is None else parse_time(at))

    async def accounts(
        self, prefix: str = "", asset: str = "", after: str = "", limit: int = 50
    ) -> list[AccountView]:
        """Return the next accounts behind the path ``after`` under a prefix of whole segments, sorted by path."""
        if prefix:
            check_path(prefix)
        return await self._reading(reading.read_accounts, prefix, asset, after, check_limit(limit))

    async def entries(
        self, path: str, asset: str, before_version: int | None = None, limit: int = 50
    ) -> list[EntryView]:
        """Return an account's history with running balance, newest first; raises InvalidInput."""
        return await self.read(
            reading.read_entries,
            check_path(path),
            await self.asset(asset),
            before_version,
            check_limit(limit),
        )

    async def clock(self) -> ClockView:
        """Return the time of the ledger, and whether it is a sandbox, whose clock can be set forward."""
        return clock_view(await self.read(read_time))

    async def transaction(self, id: Id) -> TransactionView | None:
        """Return a transaction as its first answer showed it, None if there is none."""
        found = await self._reading(reading.read_transactions, [check_id(id)])
        return found[0] if found else None

    async def transactions(self, after: str = reading.FIRST_ID, limit: int = 500) -> list[TransactionView]:
        """Return the next transactions behind an id, in the order of their ids: for exports."""
        return await self._reading(reading.page_transactions, after, check_limit(limit))

    async def held(self, id: Id) -> HoldView | None:
        """Return a hold as it is now, None if there is none."""
        return await self._reading(reading.read_hold, check_id(id))

    async def grant_asset(self, id: Id) -> str | None:
        """Return the asset of a grant, None if there is none."""
        return await self.read(reading.read_grant_asset, check_id(id))

    async def check(
        self, account: str, asset: str, amount: Amount | None = None, *, of: str = "service:local"
    ) -> CheckView:
        """Say whether a principal may spend an amount from an account now, and how much it may at most.

        The answer is the verdict that a posting would get over the books as they are; it reserves nothing. Without an
        amount ``allowed`` says whether anything may be spent. Raises InvalidInput.
        """
        known = await self.asset(asset)
        units = None
        if amount is not None:
            units = parse_amount(amount_text(amount), known)
            if units == 0:
                raise InvalidInput("amount_not_positive")
        return await self._reading(
            check_spend, check_path(account), asset, units, check_principal(of), self._policy
        )

    async def budget(self, id: Id, *, removed: bool = False) -> BudgetView | None:
        """Return a budget with what is used of it now, None if there is none; ``removed`` finds a removed one, too."""
        found = await self._reading(budgets.read_budget, check_id(id))
        return found if found is None or removed or not found.removed else None

    async def budgets(
        self,
        account: str = "",
        *,
        of: str = "",
        asset: str = "",
        after: str = reading.FIRST_ID,
        limit: int = 50,
    ) -> list[BudgetView]:
        """Return the next budgets behind an id, in the order in which they were set, with what is used of each.

        ``account``, ``of`` (a principal) and ``asset`` choose some of them.
        """
        return await self._reading(budgets.read_budgets, after, check_limit(limit), account, of, asset)

    async def audit(
        self, before: str = reading.LAST_ID, limit: int = 50, actor: str = "", target: str = ""
    ) -> list[AuditView]:
        """List audit entries before an id, newest first, by actor and target: transactions, and acts without money."""
        return await self._reading(reading.read_audit, before, actor, target, check_limit(limit))

    async def members(self, account: str) -> list[MemberView]:
        """List the members of a shared account, by their ids."""
        return await self.read(members.list_members, check_path(account))

    async def shares(self, user: str) -> list[ShareView]:
        """List the shared accounts that a person is a member of."""
        return await self.read(members.list_shares, f"user:{user}")

    async def rights_on(self, account: str, user: str) -> frozenset[str]:
        """Return what a person may do on a shared account: ``read``, ``spend``, ``manage``, or nothing."""
        return await self.read(members.rights_on, account, f"user:{user}")

    async def _reading(self, flow: Callable[..., Flow[T]], *args: Any) -> T:
        # The last argument of these flows is the assets, for they format amounts.
        try:
            return await self.read(flow, *args, self._assets)
        except KeyError:
            # A row may have an asset that another process created a moment ago.
            await self.assets()
            return await self.read(flow, *args, self._assets)


class Stale(Lookup):
    """Looks things up where answers may be ``seconds_max`` old: on a replica that is recent enough, or the primary.

    ``seconds`` is how old the oldest of its answers was at most; 0.0 for the primary.
    """

    def __init__(self, truth: Lookup, replica: Replica | None, seconds_max: float) -> None:
        self.seconds = 0.0
        self._truth = truth
        self._assets = truth._assets
        self._policy = truth._policy
        self._replica = replica
        self._seconds_max = seconds_max

    async def read(self, flow: Callable[P, Flow[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a flow over one snapshot of the replica, or of the database; raises StoreError."""
        if self._replica is not None:
            try:
                result, seconds = await self._replica.read(self._seconds_max, flow, *args, **kwargs)
            except StoreError:
                # The replica is away, too far behind, or canceled the read to go on replaying.
                self._replica.fallbacks += 1
            else:
                self.seconds = max(self.seconds, seconds)
                return result
        return await self._truth.read(flow, *args, **kwargs)

    async def assets(self) -> dict[str, Asset]:
        """Return all assets, by code, as they are now."""
        return await self._truth.assets()

    async def asset(self, code: str) -> Asset:
        """The asset of a code; raises InvalidInput ``unknown_asset``."""
        return await self._truth.asset(code)


def clock_view(time: LedgerTime) -> ClockView:
    """Make the view of the time of the ledger."""
    leap = LeapView(seconds(time.leapt), format_time(time.leapt_at)) if time.leapt else None
    return ClockView(bool(time.sandbox), format_time(time.now), seconds(time.ahead), leap)
