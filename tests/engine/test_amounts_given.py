"""Amounts as apps have them: str, int and Decimal are taken, what is inexact is refused; a refusal says its figures."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from groat import Groat, InvalidInput, Refused
from tests.helpers.money import give


async def balance(groat: Groat, account: str, asset: str) -> str:
    found = await groat.account(account)
    assert found is not None
    return {b.asset: b.balance for b in found.balances}[asset]


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (12, "12.00"),
        ("12", "12.00"),
        (Decimal("12.5"), "12.50"),
        (Decimal("12.500"), "12.50"),
        (Decimal("1E+3"), "1000.00"),
        (Decimal("125E-1"), "12.50"),
        (Decimal(1), "1.00"),
        (12_233_720_368_547_758, "12233720368547758.00"),
    ],
)
async def test_every_word_takes_it(groat: Groat, amount: Any, said: str) -> None:
    await groat.post([("house:b", "user:a", amount, "USD")], key="post")
    assert await balance(groat, "user:a", "USD") == said
    hold = await groat.hold("user:a", "house:s", amount, "USD", key="hold")
    await groat.capture(str(hold.id), key="capture", amount=amount)
    back = await groat.bulk([[("house:b", "user:b", amount, "USD")]], key="bulk")
    await groat.reverse(str(back.transactions[0].id), key="reverse", amounts=[amount])
    await groat.set_limits("user:c", "USD", key="limits", floor=0, ceiling=amount)
    await groat.set_balance("user:c", "USD", amount, key="set")
    await groat.open_account("user:d", "USD", key="open", floor=-1, ceiling=amount)
    assert [await balance(groat, user, "USD") for user in ("user:a", "user:b", "user:c")] == [
        "0.00",
        "0.00",
        said,
    ]


INEXACT = [1.5, 1.0, float("nan"), True, None, [1], b"1", 1j, Decimal("NaN"), Decimal("-Infinity"), Decimal("sNaN"),
           Decimal("1E+999999999"), Decimal("1E-999999999")]  # fmt: skip


@pytest.mark.parametrize("amount", INEXACT, ids=repr)
async def test_what_is_no_exact_amount_is_refused_by_every_word(groat: Groat, amount: Any) -> None:
    first = await give(groat, "user:a", "100")
    hold = str((await groat.hold("user:a", "house:s", 10, "CREDIT", key="h")).id)
    words = [
        groat.post([("house:b", "user:a", amount, "CREDIT")], key="k"),
        groat.bulk([[("house:b", "user:a", amount, "CREDIT")]], key="k"),
        groat.hold("user:a", "house:s", amount, "CREDIT", key="k"),
        groat.set_balance("user:a", "CREDIT", amount, key="k"),
    ]
    if amount is not None:
        words += [
            groat.capture(hold, key="k", amount=amount),
            groat.reverse(str(first.id), key="k", amounts=[amount]),
            groat.set_limits("user:a", "CREDIT", key="k", floor=amount),
            groat.open_account("user:n", "CREDIT", key="k", ceiling=amount),
        ]
    for word in words:
        with pytest.raises(InvalidInput) as caught:
            await word
        assert caught.value.code == "invalid_amount"
    # Nothing was frozen under the key.
    await groat.post([("house:b", "user:a", 1, "CREDIT")], key="k")


async def test_a_float_is_refused_with_the_reason(groat: Groat) -> None:
    with pytest.raises(InvalidInput, match="Give a decimal string, an int or a Decimal"):
        await groat.post([("house:b", "user:a", 0.1, "USD")], key="k")  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("amount", "code"),
    [(Decimal("0.001"), "too_many_digits"), (Decimal("-0.0"), "amount_not_positive"), (0, "amount_not_positive"),
     (-1, "amount_not_positive"), (2**63, "amount_overflow"), (10**5_000, "amount_overflow"),
     ("1e3", "invalid_amount")],
    ids=["fraction", "minus zero", "zero", "negative", "one too many", "far too many", "exponent"],
)  # fmt: skip
async def test_the_rules_of_amounts_hold_for_all_of_them(groat: Groat, amount: Any, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        await groat.post([("house:b", "user:a", amount, "USD")], key="k")
    assert caught.value.code == code


async def test_a_refusal_says_whose_and_how_much(groat: Groat) -> None:
    await give(groat, "user:a", "5")
    with pytest.raises(Refused) as caught:
        await groat.post([("user:a", "house:s", 10, "CREDIT")], key="k")
    assert str(caught.value) == "insufficient_funds: user:a has 5 CREDIT available, 10 were needed"
    assert str(caught.value.refusal) == str(caught.value)
    with pytest.raises(Refused) as again:
        await groat.post([("user:a", "house:s", 10, "CREDIT")], key="k")
    assert str(again.value) == str(caught.value)

    await groat.set_limits("user:a", "CREDIT", key="l", floor=3, ceiling=20)
    with pytest.raises(Refused) as floor:
        await groat.post([("user:a", "house:s", 4, "CREDIT")], key="f")
    assert str(floor.value) == (
        "insufficient_funds: user:a has 5 CREDIT available, 4 were needed above its floor of 3"
    )
    with pytest.raises(Refused) as ceiling:
        await give(groat, "user:a", "16")
    assert str(ceiling.value) == "ceiling_exceeded: user:a would reach 21 CREDIT, its ceiling is 20"
    with pytest.raises(Refused) as bulk:
        await groat.bulk(
            [[("house:b", "user:b", 1, "CREDIT")], [("user:b", "house:b", 2, "CREDIT")]], key="b"
        )
    assert str(bulk.value) == "insufficient_funds: user:b has 1 CREDIT available, 2 were needed (item 1)"
    with pytest.raises(Refused, match=r"hold_not_found: There is no hold with this id\. \(hold 0190"):
        await groat.release("01900000-0000-7000-8000-000000000000", key="r")
