"""The bank's house accounts and shared refusals."""

from __future__ import annotations

from typing import Any

from groat.ledger.amounts import parse_amount
from groat.ledger.errors import InvalidInput, Refusal, Rule
from groat.programs.workflow import Books, Request

CLEARING = "house:clearing"
"""Money on its way: captured for a transfer, and not arrived yet."""

LOANS = "house:loans"
"""The loan book: below zero by the amount that is lent out."""

INTEREST = "house:interest"
CARDS = "house:cards"
"""The debt to the card network."""

COINS = "house:bitcoin"
"""Below zero by the coins that the bank's own wallet holds."""

FEES = "house:fees"
"""The fees paid to bitcoin's network."""

AMOUNT_WRONG = {
    "amount_wrong": Rule(422, "Not an amount, or an asset that does not exist; detail says which.")
}


def no_money(_: Request[Any]) -> Books:
    """Return the empty books of requests that move no money themselves."""
    return Books()


def outside(number: str) -> str:
    """Return the account that stands for one at another bank."""
    return f"external:{number}"


def amount_of(request: Request[Any], text: str, asset: str) -> int | Refusal:
    """Return the smallest units of an amount given beside the request's own, or the refusal ``amount_wrong``."""
    try:
        return request.units(text, asset)
    except InvalidInput as error:
        return Refusal("amount_wrong", error.detail, {"amount": text[:64]})


def stored(request: Request[Any], text: str, asset: str) -> int:
    """Return the smallest units of a decimal string that a step left in the data, 0 for an empty one."""
    return parse_amount(text, request.assets[asset], signed=True) if text else 0


def money_of(request: Request[Any]) -> tuple[int, str]:
    """Return the request's own amount, in smallest units, and its asset."""
    assert request.amount is not None
    assert request.asset is not None
    return request.amount, request.asset
