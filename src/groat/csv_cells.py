"""CSV that is safe to open in a spreadsheet (RFC 4180; OWASP, "CSV Injection"), and the way back, exactly.

A text that a spreadsheet would run as a formula gets an apostrophe in front: one that begins, after any blanks, with a
sign such as ``=``; one that begins with a tab or a line break; and what comes after a ``;``, a tab or a line break
within it, for another program may cut cells there. :func:`plain_text` takes away just these apostrophes. The console's
``lib/csv.ts`` has the same rule, tested by the same table (``tests/data/csv_cells.json``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# Blanks, control characters and such as nobody sees; written out, for "\s" means another set in JavaScript.
_BLANK = "\\x00-\\x20\\x7f-\\xa0\\u1680\\u2000-\\u200f\\u2028-\\u202f\\u205f\\u2060\\u3000\\ufeff"
_SIGN = "=+\\-@|%\\ufe62\\ufe63\\ufe66\\ufe6b\\uff0b\\uff0d\\uff1d\\uff20"
_RUNS = rf"[{_BLANK}']*[{_SIGN}]"

_LEAD = re.compile(rf"[{_BLANK}']*")
_FORMULA = re.compile(rf"{_RUNS}|'*[\t\r\n]")
_FORMULA_WITHIN = re.compile(rf"([;\t\r\n])(?={_RUNS})")
_ESCAPED_WITHIN = re.compile(rf"([;\t\r\n])'(?={_RUNS})")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
_QUOTED = re.compile(rf'["\r\n,;\t]|^[{_BLANK}]|[{_BLANK}]\Z')


def safe_text(text: str) -> str:
    """The text with apostrophes where a spreadsheet would run it; a plain negative number stays one."""
    if _NUMBER.fullmatch(text):
        return text
    head, rest = _split(text)
    return ("'" if _FORMULA.match(text) else "") + head + _FORMULA_WITHIN.sub(r"\1'", rest)


def plain_text(cell: str) -> str:
    """The text that :func:`safe_text` made the cell of; a cell that it did not make stays as it is."""
    head, rest = _split(cell)
    if head.startswith("'") and _FORMULA.match(cell) and not _NUMBER.fullmatch(cell):
        head = head[1:]
    return head + _ESCAPED_WITHIN.sub(r"\1", rest)


def csv_line(texts: Iterable[str]) -> str:
    """A line of a file, with its end; texts that a program may cut or trim are quoted."""
    return ",".join(map(_cell, texts)) + "\r\n"


def _split(text: str) -> tuple[str, str]:
    """Blanks and apostrophes that the text begins with, and the rest."""
    at = len(_LEAD.match(text)[0])  # type: ignore[index]
    return text[:at], text[at:]


def _cell(text: str) -> str:
    safe = safe_text(text)
    return '"' + safe.replace('"', '""') + '"' if _QUOTED.search(safe) else safe
