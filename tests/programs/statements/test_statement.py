"""A statement agrees with the ledger to the unit, whatever was booked when."""

from __future__ import annotations

import random
import tracemalloc
from contextlib import closing
from itertools import pairwise
from typing import Any

import pytest

from groat import Groat
from groat.ledger.amounts import Asset, parse_amount
from groat.ledger.commands import Post, Posting
from groat.ledger.text import format_time, parse_time
from groat.programs.statements import StatementLine, TooLong, csv_chunks, make_statement, statement
from tests.helpers.clock import Clock
from tests.helpers.databases import SqliteDatabase

USD = Asset("USD", 2)
DAY_US = 86_400_000_000


def moment(day: str) -> int:
    return parse_time(f"{day}T00:00:00Z")


async def lines(
    groat: Groat, start: str, end: str, path: str = "user:42"
) -> tuple[int, list[StatementLine], int]:
    """The opening balance, the lines and the closing balance."""
    made = await make_statement(groat, path, USD, moment(start), moment(end))
    assert made is not None
    with closing(made):
        return made.opening, list(made.lines()), made.closing


async def units_at(groat: Groat, micros: int, path: str = "user:42") -> int:
    """What the ledger itself says of a past moment."""
    account = await groat.account(path, at=format_time(micros))
    assert account is not None
    (balance,) = [b for b in account.balances if b.asset == "USD"]
    return parse_amount(balance.balance, USD, signed=True)


async def pay(
    groat: Groat, key: str, amount: str, at: str, source: str = "house:bank", to: str = "user:42"
) -> None:
    await groat.post([(source, to, amount, "USD")], key=key, reason=f"Payment {key}", at=f"{at}T10:00:00Z")


async def test_lines_stand_by_their_effective_dates(groat: Groat) -> None:
    await pay(groat, "late", "30.00", "2025-12-20")
    await pay(groat, "early", "10.00", "2025-12-05")
    await pay(groat, "before", "5.00", "2025-11-30")
    await pay(groat, "spent", "7.50", "2025-12-10", "user:42", "external:DE1")
    opening, found, end = await lines(groat, "2025-12-01", "2025-12-20")
    assert opening == 500
    assert [(line.reason, line.amount, line.balance, line.counterparty) for line in found] == [
        ("Payment early", 1000, 1500, "house:bank"),
        ("Payment spent", -750, 750, "external:DE1"),
    ]
    assert end == 750
    # The end is not included, the beginning is.
    assert (await lines(groat, "2025-12-20", "2025-12-21"))[1][0].reason == "Payment late"


async def test_holds_are_no_lines_but_what_is_reserved_at_the_end(groat: Groat, clock: Clock) -> None:
    await pay(groat, "in", "10.00", "2025-12-05")
    held = await groat.hold("user:42", "house:shop", "4.00", "USD", key="hold")
    clock.advance(DAY_US / 1e6)
    await groat.capture(str(held.id), amount="3.00", key="capture")
    made = await make_statement(groat, "user:42", USD, moment("2025-12-01"), moment("2026-01-02"))
    assert made is not None
    with closing(made):
        assert [line.amount for line in made.lines()] == [1000]
        assert (made.held, made.closing) == (400, 1000)
    opening, found, end = await lines(groat, "2026-01-02", "2026-02-01")
    assert (opening, [line.amount for line in found], end) == (1000, [-300], 700)


async def test_an_account_that_is_not_open(groat: Groat) -> None:
    assert await make_statement(groat, "user:nobody", USD, 0, DAY_US) is None
    await groat.post([("house:bank", "user:42", "1", "CREDIT")], key="k")
    assert await make_statement(groat, "user:42", USD, 0, DAY_US) is None


async def test_an_empty_period(groat: Groat) -> None:
    await pay(groat, "in", "10.00", "2025-12-05")
    assert await lines(groat, "2025-12-06", "2026-03-01") == (1000, [], 1000)
    assert await lines(groat, "2025-01-01", "2025-02-01") == (0, [], 0)


async def test_too_many_lines(groat: Groat) -> None:
    for number in range(5):
        await pay(groat, f"{number}", "1.00", "2025-12-05")
    start, end = moment("2025-12-01"), moment("2026-01-01")
    with pytest.raises(TooLong):
        await make_statement(groat, "user:42", USD, start, end, lines_max=4)
    made = await make_statement(groat, "user:42", USD, start, end, lines_max=5)
    assert made is not None
    assert len(made) == 5
    made.close()


async def test_what_is_booked_meanwhile_is_not_in_it(groat: Groat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statement, "PAGE", 2)
    for number in range(5):
        await pay(groat, f"{number}", "1.00", "2025-12-05")
    read: Any = groat.read
    calls = 0

    async def read_and_pay(*args: Any) -> Any:
        nonlocal calls
        calls += 1
        found = await read(*args)
        await pay(groat, f"meanwhile {calls}", "9.00", "2025-12-04")
        return found

    monkeypatch.setattr(groat, "read", read_and_pay)
    opening, found, end = await lines(groat, "2025-12-01", "2026-01-01")
    assert (opening, [line.amount for line in found], end) == (0, [100] * 5, 500)
    assert calls > 2


@pytest.mark.parametrize("seed", range(4))
async def test_every_period_agrees_with_the_ledger(
    groat: Groat, clock: Clock, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Random postings, holds, captures and reversals, many of them dated back; then random periods."""
    print(f"seed {seed}")
    dice = random.Random(seed)
    monkeypatch.setattr(statement, "PAGE", dice.randint(1, 12))
    await pay(groat, "start", "100000.00", "2025-06-01")
    for number in range(60):
        clock.advance(dice.choice((0, 1, 3_600, 86_400)))
        at = format_time(max(clock() - dice.choice((0, 0, 1, 40)) * dice.randrange(DAY_US), 0))
        amount = f"{dice.randint(1, 90_000) / 100:.2f}"
        sides = dice.choice((("house:bank", "user:42"), ("user:42", "external:DE1"), ("user:42", "user:7")))
        key = f"{number}"
        what = dice.choice(("post", "post", "hold", "two legs", "reverse"))
        if what == "hold":
            held = await groat.hold(*sides, amount, "USD", key=key)
            if dice.random() < 0.7:
                await groat.capture(str(held.id), amount=None, key=f"{key}/capture")
        elif what == "two legs":
            await groat.post(
                [(*sides, amount, "USD"), ("user:42", "house:fees", "0.25", "USD")], key=key, at=at
            )
        else:
            posted = await groat.post([(*sides, amount, "USD")], key=key, at=at)
            if what == "reverse":
                await groat.reverse(str(posted.id), key=f"{key}/reverse")
    entries = [e for e in await groat.entries("user:42", "USD", limit=500) if float(e.delta)]
    for _ in range(12):
        start, end = sorted(dice.randrange(moment("2025-05-01"), clock() + DAY_US) for _ in range(2))
        made = await make_statement(groat, "user:42", USD, start, end)
        assert made is not None
        with closing(made):
            found = list(made.lines())
            assert made.opening == await units_at(groat, start - 1)
            assert made.closing == await units_at(groat, end - 1)
            assert made.opening + sum(line.amount for line in found) == made.closing
            inside = [e for e in entries if start <= parse_time(e.at) < end]
            assert sorted(line.transaction for line in found) == sorted(e.transaction for e in inside)
            for line, following in pairwise(found):
                assert line.at <= following.at
                if line.at < following.at:
                    assert line.balance == await units_at(groat, line.at)
            assert (made.count_in, made.count_out) == (
                sum(line.amount > 0 for line in found), sum(line.amount < 0 for line in found),
            )  # fmt: skip


async def test_a_long_one_takes_no_more_memory_than_a_short_one(sqlite: SqliteDatabase) -> None:
    """Of 30,000 lines neither gathering nor writing keeps more than some hundreds."""
    async with Groat.open(sqlite.url, store=sqlite.store()) as groat:
        await groat.add_asset("USD", 2)
        for part in range(30):
            await groat.execute_many(
                [
                    Post(
                        principal="service:t", key=f"{part}/{n}", reason="A line of ordinary length, no more",
                        postings=(Posting("house:bank", "user:42", 1, "USD"),),
                    )
                    for n in range(1_000)
                ]
            )  # fmt: skip
        tracemalloc.start()
        made = await make_statement(groat, "user:42", USD, 0, moment("2027-01-01"))
        assert made is not None
        with closing(made):
            size = sum(len(chunk) for chunk in csv_chunks(made))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert len(made) == 30_000
        assert size > 3_000_000
        assert peak < 2_500_000
