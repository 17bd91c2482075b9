"""Amounts: signed 64-bit integers of an asset's smallest unit inside, decimal strings on the wire, never a float."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from groat.ledger.errors import InvalidInput, printable

AMOUNT_MAX = 2**63 - 1
SCALE_MAX = 18

_AMOUNT = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?", re.ASCII)
_ASSET = re.compile(r"[A-Z][A-Z0-9_]{0,15}", re.ASCII)

Amount = str | int | Decimal
"""An amount as apps may give it: "12.50", 12 or Decimal("12.50"), in whole units of the asset. Never a float."""

# No amount has as many digits. The text of a Decimal beyond this may be as long as its exponent says.
_DIGITS_MAX = 64


class Asset(NamedTuple):
    """A unit that the ledger counts: a ``code`` such as ``USD`` and its ``scale``, the fraction digits, for ever."""

    code: str
    scale: int


def check_asset(code: str, scale: int) -> Asset:
    """Make an :class:`Asset` of a well-formed code and a scale of 0 to 18; raises InvalidInput ``invalid_asset``."""
    fits = isinstance(code, str) and _ASSET.fullmatch(code)
    if not fits or type(scale) is not int or not 0 <= scale <= SCALE_MAX:
        raise InvalidInput("invalid_asset", asset=printable(code, 32))
    return Asset(code, scale)


def amount_text(value: Amount) -> str:
    """Return the decimal string of an amount that an app gave; raises InvalidInput ``invalid_amount``.

    A float is refused, for it is seldom exactly what was written; so are bool, None, NaN and infinity.
    Zeros at the end of a Decimal's fraction do not count.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        # Python refuses to write integers of more than some thousand digits.
        return str(value) if value.bit_length() <= 4 * _DIGITS_MAX else "9" * _DIGITS_MAX
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise InvalidInput(
                "invalid_amount", f"An amount is a finite number, not {value}.", amount=str(value)
            )
        if not value:
            return "0"
        if not -_DIGITS_MAX <= value.adjusted() <= _DIGITS_MAX:
            raise InvalidInput(
                "invalid_amount", f"{value} is beyond every amount.", amount=str(value)[:_DIGITS_MAX]
            )
        text = f"{value:f}"
        return text.rstrip("0").removesuffix(".") if "." in text else text
    if isinstance(value, float):
        raise InvalidInput(
            "invalid_amount",
            "A float is not exact: 0.1 + 0.2 is 0.30000000000000004. Give a decimal string, an int or a Decimal.",
            amount=str(value),
        )
    kind = type(value).__name__
    raise InvalidInput("invalid_amount", f"An amount is a decimal string, an int or a Decimal, not {kind}.")


def parse_amount(text: str, asset: Asset, *, signed: bool = False) -> int:
    """Return the smallest units in a decimal string; ``signed`` allows zero and negative values (for a balance to set).

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
    """Write smallest units as a decimal string with exactly ``scale`` fraction digits: (1250, 2) is "12.50"."""
    if scale == 0:
        return str(value)
    digits = str(abs(value)).rjust(scale + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-scale]}.{digits[-scale:]}"
