"""Write rows as CSV."""

from __future__ import annotations

from collections.abc import Iterable

from groat.csv_cells import csv_line
from groat.sheets.model import ReadRow


def bad_rows_csv(rows: Iterable[ReadRow]) -> str:
    """Return a CSV of only the rows with an error, with the reason, so that they can be corrected and read again."""
    lines = [csv_line(["line", "user", "amount", "reason", "code", "what to do"])]
    for row in rows:
        if row.error is not None:
            cells = [row.user, row.amount, row.reason, row.error.code, row.error.detail]
            lines.append(csv_line([str(row.line), *cells]))
    return "".join(lines)
