"""Where the bank keeps money that is no person's, and what all its kinds of requests say no with."""

from __future__ import annotations

from typing import Any

from groat.ledger.amounts import parse_amount
from groat.ledger.errors import InvalidInput, Refusal, Rule
from groat.programs.workflow import Books, Request

CLEARING = "house:clearing"
"""Money on its way: what was captured for a transfer and has not arrived yet."""

LOANS = "house:loans"
"""The loan book: below zero by what is lent out."""

INTEREST = "house:interest"
CARDS = "house:cards"
"""What the card network is owed."""

COINS = "house:bitcoin"
"""Below zero by the coins that the bank's own wallet holds."""

FEES = "house:fees"
"""What bitcoin's network was paid."""

AMOUNT_WRONG = {
    "amount_wrong": Rule(422, "An amount is none, or of an asset that does not exist; detail says which.")
}


def no_money(_: Request[Any]) -> Books:
    """What requests that move no money themselves hold and moved."""
    return Books()


def outside(number: str) -> str:
    """The account that stands for one at another bank."""
    return f"external:{number}"


def amount_of(request: Request[Any], text: str, asset: str) -> int | Refusal:
    """The smallest units of an amount that somebody gave beside the request's own; the refusal ``amount_wrong``."""
    try:
        return request.units(text, asset)
    except InvalidInput as error:
        return Refusal("amount_wrong", error.detail, {"amount": text[:64]})


def stored(request: Request[Any], text: str, asset: str) -> int:
    """The smallest units of a decimal string that a step left in the data; an empty one is nothing."""
    return parse_amount(text, request.assets[asset], signed=True) if text else 0


def money_of(request: Request[Any]) -> tuple[int, str]:
    """The request's own amount, in smallest units, and its asset."""
    assert request.amount is not None
    assert request.asset is not None
    return request.amount, request.asset
