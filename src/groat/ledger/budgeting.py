"""The commands that set budgets, change them, and remove them; they move no money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import msgspec

from groat.ledger.accounts import check_path, owner_stream
from groat.ledger.amounts import AMOUNT_MAX, Asset
from groat.ledger.book import AuditEntry, Book, Refs, refuse
from groat.ledger.budget_views import budget_view
from groat.ledger.budgets import BUDGETS, BUDGETS_MAX, ROLLING, Budget, Budgets
from groat.ledger.calendars import zone_of
from groat.ledger.commands import Checks, Command, Effect, check_known
from groat.ledger.errors import InvalidInput, OlderNodes, Refusal
from groat.ledger.limits import UNSET, Unset
from groat.ledger.rows import TransactionRow
from groat.ledger.text import TIME_MAX, check_id, check_principal

UPDATED: Final = "budget_updated"
"""The type of the event that tells of a budget."""

ALERTS: Final = (80, 100)
ALERTS_MAX: Final = 10


class _BudgetCommand(Command, kw_only=True):
    """Base of both: ``as_owner`` says that the owner of the account does it, who may not change what staff set."""

    as_owner: bool = False

    def checks(self, originals: Mapping[str, TransactionRow]) -> Checks:
        """Check no limits: a budget of which more is spent already stays."""
        return Checks(set(), set())

    def _tell(self, book: Book, budget: Budget, before: Any) -> Effect:
        """Record the change, and tell those concerned."""
        after = budget_view(budget, book.now)
        made = self.record(book, [])
        data = msgspec.to_builtins(after)
        texts = [msgspec.json.encode(each).decode() for each in (before, data)]
        actor = self.actor or self.principal
        target = f"{after.account or after.of}/{budget.asset}"
        book.audit.append(AuditEntry(self.kind, self.principal, actor, target, self.reason, self.key, *texts))
        members = budget.account.members if budget.account else ()
        for stream in dict.fromkeys((*concerned(after.account or "", budget.principal), *members)):
            book.tell(made.id, stream, UPDATED, data)
        return Effect([made], extra=data)


class SetBudget(_BudgetCommand, kw_only=True):
    """Set a budget of ``limit`` (smallest units): on an account, on a principal (``of``), or on one's share of one.

    ``window`` is an hour, a day or a month of the time zone ``zone``, or one that is ``rolling``. It counts what is
    spent from now on. ``alerts`` are the percentages of which the owner is told.
    """

    kind: ClassVar[str] = "set_budget"
    account: str = ""
    asset: str
    of: str = ""
    window: str
    rolling: bool = False
    zone: str = "UTC"
    limit: int
    alerts: tuple[int, ...] = ALERTS

    def target(self) -> Any:
        """Cover all of it."""
        return (
            self.account, self.asset, self.of, self.window, self.rolling, self.zone, self.limit, self.alerts,
            self.as_owner,
        )  # fmt: skip

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`."""
        Command.check(self, assets)
        if self.account:
            check_path(self.account)
        if self.of:
            check_principal(self.of)
        check_known(self.asset, assets)
        if not (self.account or self.of):
            raise InvalidInput("invalid_budget", "Say which account the budget is on, or of whom it is.")
        if self.window not in ROLLING:
            raise InvalidInput("invalid_budget", "The window of a budget is an hour, a day or a month.")
        try:
            zone_of(self.zone)
        except ValueError as error:
            raise InvalidInput(
                "invalid_budget", f"Give a time zone such as Europe/Berlin: {error}."
            ) from None
        _check_limit(self.limit)
        self.alerts = _check_alerts(self.alerts)

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the account, or the budgets of the principal."""
        if self.account:
            refs.accounts.add((self.account, self.asset))
        else:
            refs.spenders.add(self.of)
        refs.streams.update(concerned(self.account, self.of))

    def decide(self, book: Book) -> Effect | Refusal:
        """Set the budget, if the account or the principal has not too many."""
        if not book.knows(BUDGETS):
            raise OlderNodes
        account = book.accounts[self.account, self.asset] if self.account else None
        if book.budgets is None:
            book.budgets = Budgets()
        budgets = book.budgets
        found = budgets.across.get(self.of, ()) if account is None else budgets.on_accounts.get(account, ())
        if sum(each.asset == self.asset for each in found) >= BUDGETS_MAX:
            return refuse("too_many_budgets", account=self.account, of=self.of, asset=self.asset)
        scale = book.assets[self.asset].scale
        budget = Budget(
            self.ids[0], account, self.asset, scale, self.of, self.window, self.rolling, self.zone, self.limit, False,
            self.alerts, (), "owner" if self.as_owner else "staff", book.now,
        )  # fmt: skip
        book.touch(budgets)
        budgets.add(budget)
        # A row that is not written yet differs from its state before.
        budget.removed_at = 0
        book.touch(budget)
        budget.removed_at = None
        if account is not None:
            book.touch(account)
            account.extras |= BUDGETS
            book.extras |= BUDGETS
        return self._tell(book, budget, None)


class ChangeBudget(_BudgetCommand, kw_only=True):
    """Raise or lower a budget, stop it or resume it, change its alerts; or remove it. UNSET stays as it is."""

    kind: ClassVar[str] = "change_budget"
    budget: str
    limit: int | Unset = UNSET
    stopped: bool | Unset = UNSET
    alerts: tuple[int, ...] | Unset = UNSET
    removes: bool = False

    def target(self) -> Any:
        """Cover the budget and all that changes."""
        values = ("keep" if v is UNSET else v for v in (self.limit, self.stopped, self.alerts))
        return (self.budget, *values, self.removes, self.as_owner)

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`."""
        Command.check(self, assets)
        self.budget = check_id(self.budget)
        if self.limit is not UNSET:
            _check_limit(self.limit)
        if self.alerts is not UNSET:
            self.alerts = _check_alerts(self.alerts)

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the budget; the store adds its account and the streams that are told."""
        refs.budgets.add(self.budget)

    def decide(self, book: Book) -> Effect | Refusal:
        """Change what is to change."""
        budgets = book.budgets
        budget = None if budgets is None else budgets.by_id.get(self.budget)
        if budget is None or budgets is None:
            return refuse("budget_not_found", budget=self.budget)
        if self.as_owner and budget.set_by != "owner":
            return refuse("budget_of_staff", budget=self.budget)
        before = msgspec.to_builtins(budget_view(budget, book.now))
        book.touch(budget)
        if self.limit is not UNSET:
            budget.limit = self.limit
        if self.stopped is not UNSET:
            budget.stopped = self.stopped
        if self.alerts is not UNSET:
            budget.alerts = self.alerts
        if self.removes:
            budget.removed_at = book.now
            drop(book, budget)
        return self._tell(book, budget, before)


class PastBudget(msgspec.Struct, frozen=True):
    """A budget of another ledger: amounts in smallest units, times in microseconds, ``account`` a path or None."""

    id: str
    account: str | None
    asset: str
    of: str
    window: str
    rolling: bool
    zone: str
    limit: int
    stopped: bool
    alerts: tuple[int, ...]
    spent: tuple[tuple[int, int], ...]
    set_by: str
    created_at: int
    removed_at: int | None


class RestoreBudget(SetBudget, kw_only=True):
    """Set a budget of another ledger again, with its id and with what is used of it; one that exists stays."""

    kind: ClassVar[str] = "restore_budget"
    past: PastBudget

    @classmethod
    def of_past(cls, past: PastBudget, principal: str, key: str) -> RestoreBudget:
        """Make the command for a budget."""
        return cls(
            principal=principal, key=key, past=past, account=past.account or "", asset=past.asset, of=past.of,
            window=past.window, rolling=past.rolling, zone=past.zone, limit=past.limit, alerts=past.alerts,
            as_owner=past.set_by == "owner",
        )  # fmt: skip

    def target(self) -> Any:
        """Cover the budget."""
        return msgspec.structs.astuple(self.past)

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`."""
        SetBudget.check(self, assets)
        check_id(self.past.id)
        if not all(0 <= begin <= TIME_MAX and 0 <= amount <= AMOUNT_MAX for begin, amount in self.past.spent):
            raise InvalidInput("invalid_budget", "What is used of a budget is a moment and an amount each.")

    def needs(self, refs: Refs, book: Book) -> None:
        """Need what a new budget needs, and the one of this id."""
        SetBudget.needs(self, refs, book)
        refs.budgets.add(self.past.id)

    def decide(self, book: Book) -> Effect | Refusal:
        """Set it as it stood, unless it is there."""
        if book.budgets is not None and self.past.id in book.budgets.by_id:
            return Effect()
        self.ids = [self.past.id]
        effect = SetBudget.decide(self, book)
        if isinstance(effect, Refusal):
            return effect
        assert book.budgets is not None
        budget = book.budgets.by_id[self.past.id]
        budget.spent, budget.stopped = self.past.spent, self.past.stopped
        budget.created_at, budget.removed_at = self.past.created_at, self.past.removed_at
        if budget.removed_at is not None:
            drop(book, budget)
        return effect


def drop(book: Book, budget: Budget) -> None:
    """Take a budget that is removed off the book; its account is no longer marked if that was its last."""
    budgets, account = book.budgets, budget.account
    assert budgets is not None
    book.touch(budgets)
    budgets.drop(budget)
    if account is not None and not budgets.on_accounts[account]:
        book.touch(account)
        account.extras &= ~BUDGETS


def concerned(account: str, principal: str) -> list[str]:
    """Return the streams of the account's owner, and of the person whose budget it is.

    Members of a shared account are told, too; they are known once it is locked.
    """
    found = (owner_stream(account), owner_stream(principal))
    return [each for each in dict.fromkeys(found) if each]


def _check_limit(limit: int) -> None:
    if not 0 <= limit <= AMOUNT_MAX:
        raise InvalidInput("amount_overflow" if limit > 0 else "invalid_budget")


def _check_alerts(alerts: tuple[int, ...]) -> tuple[int, ...]:
    if len(alerts) > ALERTS_MAX or not all(type(each) is int and 1 <= each <= 100 for each in alerts):
        raise InvalidInput("invalid_budget", "The alerts of a budget are up to 10 percentages from 1 to 100.")
    return tuple(sorted(set(alerts)))
