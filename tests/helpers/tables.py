"""Aligned text tables: behaviour that reads like a page of a ledger.

The first line names the columns; a cell is what stands between the beginning of its column and that of the next. A
cell that runs into the next column is an error, so that a table cannot mean anything but what it looks like. Blank
lines and lines that begin with ``#`` are for the reader.
"""

from __future__ import annotations

import re


def parse_table(text: str) -> list[dict[str, str]]:
    """The rows of a table, each as column name -> cell; raises ValueError on a cell out of line."""
    lines = [line.rstrip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.lstrip().startswith("#")]
    header, *body = lines
    starts = [match.start() for match in re.finditer(r"\S+", header)]
    names = header.split()
    ends = [*starts[1:], None]
    rows = []
    for line in body:
        for start in starts:
            if line[start - 1 : start].strip() or (start == starts[0] and line[:start].strip()):
                raise ValueError(f"a cell runs into the column at {start}: {line}")
        rows.append(
            {name: line[start:end].strip() for name, start, end in zip(names, starts, ends, strict=True)}
        )
    return rows
