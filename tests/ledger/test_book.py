"""A book checks the moves of a transaction together, tells who pays for them, and then applies them."""

from __future__ import annotations

import random

import pytest

from groat.ledger.amounts import Asset
from groat.ledger.book import Book, Move, Table
from groat.ledger.errors import Refusal
from groat.ledger.rows import Account, Leg

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


def test_an_account_of_parts_hears_of_each_allowed_move_before_it_is_applied() -> None:
    payer, payee = account("user:a", 10), account("house:x")
    heard: list[tuple[str, int, int]] = []

    def allocate(book: Book, account: Account, move: Move) -> None:
        heard.append((account.path, move.amount, account.balance))
        book.put(PARTS, "p", [move.amount])

    book = book_of(payer, payee)
    book.allocators[payer] = allocate
    assert isinstance(book.move([Move(0, payer, payee, 11, 0)]), Refusal)
    assert heard == []
    legs = book.move([Move(0, payer, payee, 3, 0), Move(1, payee, payer, 1, 0)])
    assert not isinstance(legs, Refusal)
    assert [type(leg) for leg in legs] == [Leg, Leg]
    assert heard == [("user:a", 3, 10), ("user:a", 1, 10)]
    assert book.row(PARTS, "p") == [1]
    # What it noted goes with a command that is refused after all.
    book.rollback()
    assert (payer.balance, payee.balance, book.row(PARTS, "p")) == (10, 0, None)


def test_new_limits_are_told_from_other_changes() -> None:
    payer, payee = account("user:a", 10), account("house:x")
    book = book_of(payer, payee)
    book.move([Move(0, payer, payee, 3, 0)])
    assert not book.has_new_limits("user:a", "CREDIT")
    payer.ceiling = 50
    assert book.has_new_limits("user:a", "CREDIT")
