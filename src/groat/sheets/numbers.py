"""Amounts as people write them. The decimal sign is decided for a whole column, never for one cell."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN
from decimal import Decimal as Number

from groat.sheets.errors import RowError
from groat.sheets.model import Cell, Decimal, shown

_SPACES = re.compile("(?<=[0-9])[ '_\u00a0\u2009\u202f\u2019](?=[0-9]{3})")
_FORMS: dict[Decimal, re.Pattern[str]] = {
    # Groups of three digits or, as in India, of two with a last one of three; or no groups at all.
    ".": re.compile(
        r"-?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}|[0-9]+)(?:\.[0-9]+)?"
    ),
    ",": re.compile(r"-?(?:[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]+)?"),
}
_SHOWS = re.compile(r"-?[0-9]+([.,])(?:[0-9]{1,2}|[0-9]{4,})")
"""Texts that can be read in one way only. They are most, and need no reading in both."""
_PLAIN_FORM = re.compile(r"(0|[1-9][0-9]{0,17})(?:\.([0-9]{1,18}))?")
_EXPONENT = re.compile(r"-?[0-9]+[.,][0-9]+E\+[0-9]+", re.IGNORECASE)
PRECISE_DIGITS = 15


def readings(text: str) -> dict[Decimal, str]:
    """Return the plain forms (with a point) that an amount's text can mean, by the sign before its fraction."""
    text = _SPACES.sub("", text.strip().removeprefix("+").replace("\N{MINUS SIGN}", "-"))
    found: dict[Decimal, str] = {}
    if _FORMS["."].fullmatch(text):
        found["."] = _plain(text.replace(",", ""))
    if _FORMS[","].fullmatch(text):
        found[","] = _plain(text.replace(".", "").replace(",", "."))
    return found


def signs_shown(texts: Iterable[str]) -> set[Decimal]:
    """Return the decimal signs that a column shows: a text shows one if it can be read in one way only."""
    shown: set[Decimal] = set()
    for text in texts:
        plain = _SHOWS.fullmatch(text)
        if plain:
            shown.add("." if plain[1] == "." else ",")
        else:
            found = readings(text)
            if len(found) == 1:
                shown.update(found)
        if len(shown) == 2:
            break
    return shown


def read_amount(cell: Cell, decimal: Decimal | None, scale: int) -> str:
    """Return the amount in plain form; text that is no amount comes back as it is. Raises RowError."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise RowError(
            "amount_mangled", "TRUE or FALSE" if isinstance(cell, bool) else f"the time {shown(cell)}"
        )
    if not isinstance(cell, str):
        return _plain(_digits(cell, scale))
    text = cell.strip()
    if not text:
        raise RowError("amount_missing")
    if decimal == "." and (plain := _PLAIN_FORM.fullmatch(text)):
        fraction = plain[2].rstrip("0") if plain[2] else ""
        return f"{plain[1]}.{fraction}" if fraction else plain[1]
    if _EXPONENT.fullmatch(text):
        raise RowError("amount_imprecise")
    found = readings(text)
    if decimal is not None and decimal in found:
        return found[decimal]
    meanings = set(found.values()) if decimal is None else set()
    if len(meanings) == 2:
        raise RowError("amount_ambiguous", f"{found['.']} or {found[',']}")
    return meanings.pop() if meanings else text


def _digits(cell: float, scale: int) -> str:
    """Return a number's digits. Those beyond 15 are noise of binary fractions, or the spreadsheet has lost them."""
    text = repr(cell)
    if len(text) <= PRECISE_DIGITS and "e" not in text and math.isfinite(cell):
        # Most amounts are so short that nothing of them can be noise.
        return text
    if not math.isfinite(cell):
        raise RowError("amount_mangled", "no number")
    kept = Number(f"{cell:.{PRECISE_DIGITS}g}")
    if abs(kept) >= 10**PRECISE_DIGITS:
        raise RowError("amount_imprecise")
    unit = Number(1).scaleb(-scale)
    if _rounded(Number(repr(cell)), unit) != _rounded(kept, unit):
        raise RowError("amount_imprecise")
    return f"{kept:f}"


def _rounded(number: Number, unit: Number) -> Number:
    return (number / unit).to_integral_value(ROUND_HALF_EVEN)


def _plain(text: str) -> str:
    """Return digits with at most one point and without superfluous zeros."""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, _, fraction = digits.partition(".")
    fraction = fraction.rstrip("0")
    return sign + (whole.lstrip("0") or "0") + (f".{fraction}" if fraction else "")
