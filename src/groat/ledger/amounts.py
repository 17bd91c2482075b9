"""Amounts: signed 64-bit integers of an asset's smallest unit inside, decimal strings on the wire, never a float."""

from __future__ import annotations

import re
from typing import NamedTuple

from groat.ledger.errors import InvalidInput, printable

AMOUNT_MAX = 2**63 - 1
SCALE_MAX = 18

_AMOUNT = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?", re.ASCII)
_ASSET = re.compile(r"[A-Z][A-Z0-9_]{0,15}", re.ASCII)


class Asset(NamedTuple):
    """What is counted: a ``code`` such as ``USD`` and the immutable number of fraction digits, ``scale``."""

    code: str
    scale: int


def check_asset(code: str, scale: int) -> Asset:
    """An :class:`Asset` of a well-formed code and a scale of 0 to 18; raises InvalidInput ``invalid_asset``."""
    if not _ASSET.fullmatch(code) or not 0 <= scale <= SCALE_MAX:
        raise InvalidInput("invalid_asset", asset=printable(code, 32))
    return Asset(code, scale)


def parse_amount(text: str, asset: Asset, *, signed: bool = False) -> int:
    """The smallest units in a decimal string; ``signed`` allows zero and negative values (for a balance to set).

    Raises InvalidInput ``invalid_amount``, ``too_many_digits``, ``amount_not_positive`` or ``amount_overflow``.
    """
    # The length is bounded first, for converting a long string of digits costs quadratic time.
    match = _AMOUNT.fullmatch(text) if len(text) <= 64 else None
    if match is None:
        raise InvalidInput("invalid_amount", amount=printable(text))
    sign, whole, fraction = match.group(1), match.group(2), match.group(3) or ""
    if len(fraction) > asset.scale:
        raise InvalidInput("too_many_digits", amount=text, asset=asset.code, scale=str(asset.scale))
    value = int(whole + fraction.ljust(asset.scale, "0"))
    if value > AMOUNT_MAX:
        raise InvalidInput("amount_overflow", amount=text)
    if not signed and (sign or value == 0):
        raise InvalidInput("amount_not_positive", amount=text)
    return -value if sign else value


def format_amount(value: int, scale: int) -> str:
    """The decimal string of ``value`` smallest units with exactly ``scale`` fraction digits: (1250, 2) is "12.50"."""
    if scale == 0:
        return str(value)
    digits = str(abs(value)).rjust(scale + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-scale]}.{digits[-scale:]}"
