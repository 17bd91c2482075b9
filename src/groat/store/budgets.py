"""Read budgets with the locks that guard them, and write what a batch counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec

from groat.ledger.amounts import Asset
from groat.ledger.book import Book, Refs
from groat.ledger.budget_views import BudgetView, budget_view
from groat.ledger.budgeting import concerned
from groat.ledger.budgets import BUDGETS, Budget, Budgets
from groat.ledger.rows import Account, TransactionRow, Use
from groat.store.assets import learn_assets
from groat.store.flow import Flow, Query

KEPT_US: Final = 62 * 86_400_000_000
"""Longer than any window, so that what is older counts nowhere and returns nowhere."""

_encode = msgspec.json.encode
_decode = msgspec.json.decode


def budget_of(row: Sequence[Any], account: Account | None, assets: dict[str, Asset]) -> Budget:
    """Make a budget of a row as the statements give it; its account is the second column."""
    id, _, asset, principal, window, rolling, zone, limit, stopped, alerts, spent, *rest = row
    return Budget(
        id, account, asset, assets[asset].scale, principal, window, bool(rolling), zone, limit, bool(stopped),
        tuple(_decode(alerts)), tuple((begin, amount) for begin, amount in _decode(spent)), *rest,
    )  # fmt: skip


def name_budgets(refs: Refs, budgets: set[str]) -> Flow[None]:
    """Name the account of each of these budgets that exists, or the principal of one across accounts."""
    if budgets:
        for id, path, asset, principal in (yield Query("find_budgets", (sorted(budgets),))):
            refs.known_budgets.add(id)
            if path is None:
                refs.spenders.add(principal)
            else:
                refs.accounts.add((path, asset))
            refs.streams.update(concerned(path or "", principal))


class BudgetLocks:
    """The budgets across accounts that a batch locks, and what earlier transactions counted on any.

    ``taken`` are the principals of those that others hold, and the transactions that counted on such.
    """

    def __init__(self) -> None:
        self.taken: set[str] = set()
        self._uses: dict[str, list[tuple[int, Use]]] = {}
        self._known = False

    def lock(self, book: Book, refs: Refs, statement: str) -> Flow[None]:
        """Lock the budgets of those who spend, and of those who spent what is to end or to be reversed."""
        principals: dict[str, str] = {}
        if refs.spenders:
            found = yield Query("find_budgets_across", (sorted(refs.spenders),))
            principals = dict(map(tuple, found))
        of_before = yield from self._find_uses(refs.holds | refs.transactions)
        ids = sorted(principals.keys() | of_before.keys())
        if not ids:
            return
        rows = yield Query(statement, (ids,))
        yield from learn_assets(book.assets, (row[2] for row in rows))
        for row in rows:
            take_budget(book, budget_of(row, None, book.assets))
        for id in set(ids) - {row[0] for row in rows}:
            self.taken |= {principals[id]} if id in principals else set()
            self.taken |= of_before.get(id, set())

    def read(self, book: Book, originals: Iterable[TransactionRow], rows: Sequence[Any]) -> Flow[None]:
        """Put the budgets of locked accounts on the book, and what holds and originals counted on any."""
        by_id = {account.id: account for account in book.accounts.values()}
        for row in rows:
            take_budget(book, budget_of(row, by_id[row[1]], book.assets))
        if book.budgets is None:
            return
        if not self._known:
            yield from self._find_uses({*book.holds, *(row.id for row in originals)})
        for hold in book.holds.values():
            hold.uses = tuple(use for _, use in self._uses.get(hold.id, ()))
        for row in originals:
            found = self._uses.get(row.id, ())
            if found:
                row.legs = [
                    leg._replace(uses=tuple(use for number, use in found if number == leg.number))
                    for leg in row.legs
                ]

    def _find_uses(self, transactions: set[str]) -> Flow[dict[str, set[str]]]:
        """Read what these transactions counted; returns those that counted on each budget across accounts."""
        self._known = True
        across: dict[str, set[str]] = {}
        if transactions:
            for txn, leg, budget, begin, amount, is_across in (
                yield Query("find_budget_uses", (sorted(transactions),))
            ):
                self._uses.setdefault(txn, []).append((leg, Use(budget, begin, amount)))
                if is_across:
                    across.setdefault(budget, set()).add(txn)
        return across


def read_all(book: Book, refs: Refs) -> Flow[None]:
    """Read all of it without a lock, onto a book that nothing is written of."""
    budgets = BudgetLocks()
    yield from budgets.lock(book, refs, "find_budgets_as_they_are")
    query = budget_query(book)
    rows = (yield query[0]) if query else ()
    if rows or book.budgets is not None:
        yield from budgets.read(book, book.transactions.values(), rows)
    if book.budgets is not None:
        # Holds that are over have not given back their amounts yet, but these count as free already.
        accounts = sorted(account.id for account in book.accounts.values() if account.id > 0)
        for id, begin, amount in (yield Query("due_budget_uses", (accounts, book.now))):
            budget = book.budgets.by_id.get(id)
            if budget is not None:
                budget.give_back(begin, amount, book.now)


def take_budget(book: Book, budget: Budget) -> None:
    """Put a budget on the book."""
    if book.budgets is None:
        book.budgets = Budgets()
    book.budgets.add(budget)


def budget_query(book: Book) -> list[Query]:
    """Make the statement that reads the budgets of accounts that are locked, if any has some."""
    if not book.extras:
        return []
    ids = sorted(account.id for account in book.accounts.values() if account.extras & BUDGETS)
    return [Query("read_budgets", (ids,))] if ids else []


def budget_statements(book: Book) -> Iterator[Query]:
    """Make what writes the budgets that a batch changed, and what it counted on them."""
    changed = sorted(_values(budget) for budget in book.changed(Budget))
    if changed:
        yield Query("write_budgets", (changed,))
    uses = sorted((row.id, leg.number, *use) for row in book.made for leg in row.legs for use in leg.uses)
    if uses:
        yield Query("insert_budget_uses", (uses,))


def _values(b: Budget) -> tuple[Any, ...]:
    return (
        b.id, None if b.account is None else b.account.id, b.asset, b.principal, b.window, b.rolling, b.zone, b.limit,
        b.stopped, _encode(b.alerts).decode(), _encode(b.spent).decode(), b.set_by, b.created_at, b.removed_at,
    )  # fmt: skip


def forget_uses(limit: int) -> Flow[int]:
    """Forget at most ``limit`` of what was counted in windows that are over for a month; returns how many."""
    (now,) = yield Query("read_now")
    return len((yield Query("forget_budget_uses", (now - KEPT_US, limit))))


def read_budgets(
    after: str, limit: int, account: str, of: str, asset: str, assets: dict[str, Asset]
) -> Flow[list[BudgetView]]:
    """Read the next ``limit`` budgets behind an id, on an account, of a principal and in an asset ("": any)."""
    rows = yield Query("page_budgets", (after, account, of, asset, limit))
    return [_view(row, assets) for row in rows]


def read_budget(id: str, assets: dict[str, Asset]) -> Flow[BudgetView | None]:
    """Read a budget as it stands now, or stood when it was removed; None if there is none."""
    row = yield Query("read_budget", (id,))
    return None if row is None else _view(row, assets)


def _view(row: Sequence[Any], assets: dict[str, Asset]) -> BudgetView:
    *values, path, now = row
    account = None if path is None else Account(row[1], path, assets[row[2]], None, None)
    budget = budget_of(values, account, assets)
    return budget_view(budget, budget.removed_at or now)
