"""Rows on their way out, as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from groat.sheets.model import Row

_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


def bad_rows_csv(rows: Iterable[Row]) -> str:
    """A CSV of just the rows with an error, with the reason why, to be corrected and read again."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["line", "user", "amount", "reason", "code", "what to do"])
    for row in rows:
        if row.error is not None:
            cells = [row.user, row.amount, row.reason, row.error.code, row.error.detail]
            writer.writerow([row.line, *map(safe_cell, cells)])
    return out.getvalue()


def safe_cell(text: str) -> str:
    """The text with an apostrophe before it if a spreadsheet would run it as a formula (CWE-1236); numbers stay."""
    runs = text.startswith(("=", "+", "-", "@", "\t", "\r")) and not _PLAIN.fullmatch(text)
    return "'" + text if runs else text
