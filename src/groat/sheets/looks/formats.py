"""Number formats: which of them show other text than the number, and which text."""

from __future__ import annotations

import re
from functools import lru_cache

PLAIN = frozenset({0, 1, 2, 3, 4, 11, 48, 49, *range(37, 45)})
"""Formats that every workbook has, which show a whole number as itself; those of times are no numbers to the reader."""
PERCENT = "0%"
BUILT_IN = {9: PERCENT, 10: PERCENT, 12: "# ?/?", 13: "# ??/??"}
_PADDED = re.compile(r"0{2,}")
_PLAIN_FORM = re.compile(r"General|@|[#,]*[#0](?:\.[0#]+)?(?:E\+0+)?", re.IGNORECASE)

_LOCAL_UNIT = re.compile(r"\[\$([^\]-]+)(?:-[^\]]*)?\]")
_QUOTED = re.compile(r'"([^"]*)"')
_BARE_UNIT = re.compile("[$€£¥₹₽₿]")
_UNIT = re.compile("[$€£¥₹₽₿]|[A-Z]{3}")
_THOUSANDS = re.compile(r'"[^"]*\b(?:k|m|tsd|mio|mln|thousands?|millions?)\b[^"]*"', re.IGNORECASE)


def shown_id(number: int, form: str) -> str | None:
    """Return the digits of an id as a format shows them; None if it shows other text."""
    body = re.sub(r"\[[^\]]*\]", "", form.split(";")[0])
    return str(number).zfill(len(body)) if _PADDED.fullmatch(body) else None


@lru_cache(maxsize=1_000)
def scales(form: str) -> bool:
    """Return whether a format shows another amount than the cell's number: per cent, or thousands left out."""
    body = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", form.split(";")[0])
    return (
        "%" in body
        or "?/" in body
        or bool(re.search(r"[0#],+(?![0#])", body))
        or bool(_THOUSANDS.search(form.split(";")[0]))
    )


@lru_cache(maxsize=1_000)
def unit(form: str) -> str:
    """Return the sign or the code of money that a format writes beside the amount, "" for none."""
    section = form.split(";")[0]
    found = [*_LOCAL_UNIT.findall(section), *_QUOTED.findall(section), *_BARE_UNIT.findall(section)]
    return next((text.strip() for text in found if _UNIT.fullmatch(text.strip())), "")


def format_of(number: int, own: dict[int, str]) -> str:
    """Return a style's format by its number where it matters, else ""; ``own`` are the workbook's own formats."""
    form = own.get(number, BUILT_IN.get(number, ""))
    return form if form and number not in PLAIN and _matters(form) else ""


def _matters(form: str) -> bool:
    body = re.sub(r"\[[^\]]*\]", "", form.split(";")[0]).strip()
    return not _PLAIN_FORM.fullmatch(body) or scales(form) or unit(form) != ""
