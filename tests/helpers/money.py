"""Short words for what nearly every test does."""

from __future__ import annotations

from collections.abc import Awaitable
from itertools import count
from typing import Any, NamedTuple

import msgspec
import pytest

from groat import Groat, InvalidInput, Refusal, Refused
from groat.ledger.views import TransactionView

_numbers = count(1)


def untimed(told: Any) -> Any:
    """Answers, as plain values, without the moments at which their balances were read."""
    if isinstance(told, dict):
        return {name: untimed(value) for name, value in told.items() if name != "as_of"}
    if isinstance(told, list | tuple):
        return [untimed(each) for each in told]
    return untimed(msgspec.to_builtins(told)) if isinstance(told, msgspec.Struct) else told


class Standing(NamedTuple):
    """One balance as its owner sees it."""

    balance: str
    held: str
    available: str
    version: int


def new_key() -> str:
    """A key that no other call gets."""
    return f"key-{next(_numbers)}"


async def give(groat: Groat, account: str, amount: str, asset: str = "CREDIT") -> TransactionView:
    """Credit an account out of the house."""
    return await groat.post([("house:bonus", account, amount, asset)], key=new_key())


async def standing(groat: Groat, account: str, asset: str = "CREDIT") -> Standing:
    """How a balance stands; an account that is not open stands at nothing."""
    view = await groat.account(account)
    for balance in view.balances if view else ():
        if balance.asset == asset:
            return Standing(balance.balance, balance.held, balance.available, balance.version)
    return Standing("0", "0", "0", 0)


async def refused(call: Awaitable[Any]) -> Refusal:
    """The refusal of a call that must be refused."""
    with pytest.raises(Refused) as caught:
        await call
    return caught.value.refusal


async def invalid(call: Awaitable[Any]) -> str:
    """The code of a call whose input is invalid."""
    with pytest.raises(InvalidInput) as caught:
        await call
    return caught.value.code
