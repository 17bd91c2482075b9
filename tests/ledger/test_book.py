"""A book checks the moves of a transaction together, tells who pays for them, and then applies them."""

from __future__ import annotations

import random

import pytest

from groat.ledger.amounts import Asset
from groat.ledger.book import Book, Move, Table
from groat.ledger.errors import Refusal
from groat.ledger.grants import GRANTS, Terms
from groat.ledger.rows import Account

CREDIT = Asset("CREDIT", 0)
PARTS = Table("parts", "lock_parts", "write_parts")


def book_of(*accounts: Account) -> Book:
    book = Book(1, {"CREDIT": CREDIT})
    for account in accounts:
        book.add(account)
    book.begin()
    return book


def account(name: str, balance: int = 0, floor: int | None = 0, ceiling: int | None = None) -> Account:
    return Account(0, name, CREDIT, floor, ceiling, max(0, -balance), max(0, balance))


def allowed(accounts: list[Account], moves: list[Move]) -> bool:
    """Whether the limits allow the moves together, found by adding up each account on its own."""
    for each in accounts:
        given = sum(m.amount + m.pending for m in moves if m.source is each)
        posted = sum(m.amount for m in moves if m.source is each)
        got = sum(m.amount for m in moves if m.destination is each)
        expected = got + sum(m.pending for m in moves if m.destination is each)
        available = each.available + got - given
        reach = each.reach + expected - posted
        if each.floor is not None and available < each.floor and available < each.available:
            return False
        if each.ceiling is not None and reach > each.ceiling and reach > each.reach:
            return False
    return True


@pytest.mark.parametrize("seed", range(40))
def test_the_legs_of_a_transaction_are_netted_and_a_refused_one_changes_nothing(seed: int) -> None:
    print("seed", seed)
    dice = random.Random(seed)
    verdicts = set()
    for _ in range(200):
        accounts = [
            account(name, dice.randrange(-3, 8), dice.choice([None, 0, -2]), dice.choice([None, 5, 9]))
            for name in "abcd"
        ]
        book = book_of(*accounts)
        moves = []
        for number, amount in enumerate(dice.choices(range(6), k=dice.randrange(1, 5))):
            source, destination = dice.sample(accounts, 2)
            moves.append(Move(number, source, destination, amount, 0 if amount else dice.randrange(1, 6)))
        before = [each.state() for each in accounts]
        may = allowed(accounts, moves)
        legs = book.move(moves)
        assert isinstance(legs, Refusal) != may, moves
        if isinstance(legs, Refusal):
            assert [each.state() for each in accounts] == before
        else:
            assert [leg.amount for leg in legs] == [move.amount for move in moves]
        verdicts.add(may)
    assert verdicts == {True, False}


def test_grants_are_as_before_where_a_later_move_of_the_same_command_is_refused() -> None:
    promotions, payer, payee = account("house:x", floor=None), account("user:a", 10), account("house:y")
    book = book_of(promotions, payer, payee)
    book.begin()
    given = book.move([Move(0, promotions, payer, 5, 0, grant=Terms(lasts=7))])
    assert not isinstance(given, Refusal)
    (allocation,) = given[0].allocations
    grant = allocation.grant
    assert (grant.remaining, grant.due_at, payer.extras, payer.balance) == (5, book.now + 7, GRANTS, 15)
    too_soon = Move(1, promotions, payer, 1, 0, grant=Terms(expires_at=book.now))
    refused = book.move([Move(0, payer, payee, 3, 0), too_soon])
    assert isinstance(refused, Refusal)
    assert (refused.code, grant.remaining, payer.balance, payee.balance) == ("expires_in_past", 5, 15, 0)
    spent = book.move([Move(0, payer, payee, 7, 0)])
    assert not isinstance(spent, Refusal)
    assert [(each.grant, each.amount) for each in spent[0].allocations] == [(grant, -5)]
    assert (grant.remaining, grant.due_at, book.purses[payer].live) == (0, None, [])
    book.rollback()
    assert (payer.balance, payer.extras, book.purses[payer].free) == (10, 0, 0)


def test_new_limits_are_told_from_other_changes() -> None:
    payer, payee = account("user:a", 10), account("house:x")
    book = book_of(payer, payee)
    book.move([Move(0, payer, payee, 3, 0)])
    assert not book.has_new_limits("user:a", "CREDIT")
    payer.ceiling = 50
    assert book.has_new_limits("user:a", "CREDIT")
