"""Check what somebody may spend from an account: the decision itself, over the books as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from groat.ledger.accounts import Limits, Policy
from groat.ledger.amounts import AMOUNT_MAX, Asset, format_amount
from groat.ledger.book import Book, Move, Refs
from groat.ledger.budget_views import budget_view
from groat.ledger.budgets import Spender, Tally
from groat.ledger.caps import cut
from groat.ledger.check_views import CheckView, GrantsView, PaceView
from groat.ledger.errors import Refusal
from groat.ledger.rows import Account
from groat.store.flow import Flow, Query
from groat.store.rehearsal import read_books

HOUR_US: Final = 3_600_000_000
DAY_US: Final = 24 * HOUR_US
PACE_MAX: Final = 1_000
"""The pace is that of so many spends at most."""


def check_spend(
    path: str, asset: str, amount: int | None, spender: str, policy: Policy, assets: dict[str, Asset]
) -> Flow[CheckView]:
    """Say whether a principal may spend an amount (smallest units) from an account now, and how much at most."""
    (now,) = yield Query("read_now")
    book, refs = Book(now, assets), Refs()
    book.stays, book.spender = policy.stays, Spender(spender, spender)
    refs.accounts.add((path, asset))
    refs.spenders.add(spender)
    limits: Callable[[str], Limits] = policy.limits
    yield from read_books(book, refs, limits)
    account = book.accounts[path, asset]
    # No account has this id, no floor and no ceiling: it takes whatever comes.
    receiver = Account(0, "house:check", assets[asset], None, None)
    spent = yield Query("read_pace", (path, PACE_MAX, asset))
    scale = account.scale
    most = _most(book, account, receiver)
    nearest = Tally(book.budgets, book.spender, now).tightest(account) if book.budgets else None
    budget = None if nearest is None else budget_view(nearest, now)
    available = account.available
    grants = _grants(book, account)
    refusal = None if amount is None else _refusal(book, account, receiver, amount)
    hour, day = _pace(spent, now, HOUR_US), _pace(spent, now, DAY_US)
    return CheckView(
        account=path,
        asset=asset,
        of=spender,
        amount=None if amount is None else format_amount(amount, scale),
        allowed=(most is None or most > 0) if amount is None else refusal is None,
        refusal=None if refusal is None else refusal.code,
        detail=None if refusal is None else refusal.detail,
        most=None if most is None else format_amount(most, scale),
        available=format_amount(available, scale),
        floor=None if account.floor is None else format_amount(account.floor, scale),
        grants=grants,
        budget=budget,
        pace=PaceView(
            format_amount(hour, scale),
            format_amount(day, scale),
            _lasts(most, hour, HOUR_US),
            _lasts(most, day, DAY_US),
        ),
    )


def _most(book: Book, account: Account, receiver: Account) -> int | None:
    """Return how much may be spent at most, None where nothing limits it."""
    if account.standing != "open":
        return 0
    moves = cut(book, [Move(0, account, receiver, AMOUNT_MAX, 0)], [0])
    if not moves:
        return 0
    room = min(AMOUNT_MAX - account.debits - account.debits_pending, moves[0].amount)
    return None if moves[0].amount == AMOUNT_MAX else room


def _refusal(book: Book, account: Account, receiver: Account, amount: int) -> Refusal | None:
    book.begin()
    verdict = book.move([Move(0, account, receiver, amount, 0)])
    book.rollback()
    return verdict if isinstance(verdict, Refusal) else None


def _grants(book: Book, account: Account) -> GrantsView:
    """Add up what is free of grants by class, and what is available and no grant's."""
    free = {"paid": 0, "promotional": 0}
    purse = book.purses.get(account)
    for grant in purse.live if purse else ():
        if not grant.ended(book.now):
            free[grant.cls] += grant.free
    plain = max(0, account.available - sum(free.values()))
    amounts = (free["paid"], free["promotional"], plain)
    return GrantsView(*(format_amount(each, account.scale) for each in amounts))


def _pace(spent: list[tuple[int, int]], now: int, length: int) -> int:
    """Return what was spent in the last hour or day, extrapolated where there were too many spends to read all."""
    within = [(amount, at) for amount, at in spent if at > now - length]
    total = sum(amount for amount, _ in within)
    if len(within) < PACE_MAX:
        return total
    return total * length // max(1, now - within[-1][1])


def _lasts(most: int | None, pace: int, length: int) -> int | None:
    """Return for how many seconds the amount lasts at a pace, None for ever."""
    if most is None or pace == 0:
        return None
    return most * length // pace // 1_000_000
