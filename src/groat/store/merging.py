"""Merge statements that are handed over together into one for PostgreSQL, so that they cost one round trip.

asyncpg sends a statement when the one before is answered, and has no public way to send more. PostgreSQL runs whatever
stands in one statement over one snapshot, and what writes in any order; that is what a
:class:`~groat.store.flow.Together` allows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from groat.store.statements import Statement

_PARAMETER = re.compile(r"\$(\d+)")


class Merged(Statement):
    """A statement that does what several do; ``shape`` has their shapes."""

    __slots__ = ()

    def answers(self, row: Sequence[Any]) -> list[Any]:
        """Return the answer of each, as it would have been alone."""
        found = iter(row)
        return [None if shape == "add" else _answer(shape, next(found)) for shape in self.shape.split()]


def _answer(shape: str, rows: list[Any] | None) -> Any:
    tuples = [tuple(row) for row in rows or ()]
    if shape == "one":
        return tuples[0] if tuples else None
    return tuples


def merge(statements: Sequence[Statement]) -> Merged:
    """Make one statement whose arguments are those of all, one after the other. Raises ValueError on a shape."""
    writes, reads, count = [], [], 0
    for number, (name, shape, sql, _) in enumerate(statements):
        parameters = max(map(int, _PARAMETER.findall(sql)), default=0)
        text = _PARAMETER.sub(lambda found, base=count: f"${int(found[1]) + base}", sql)  # type: ignore[misc]
        count += parameters
        if shape == "add":
            writes.append(f"s{number} AS (\n{text})")
        elif shape in ("one", "many", "bulk"):
            # The text is that of a named statement.
            reads.append(f"(SELECT array_agg(s{number}) FROM (\n{text}) AS s{number})")  # noqa: S608
        else:
            raise ValueError(f"{name} cannot go together with others")
    sql = (f"WITH {', '.join(writes)}\n" if writes else "") + f"SELECT {', '.join(reads) or 'true'}"
    return Merged(" + ".join(s.name for s in statements), " ".join(s.shape for s in statements), sql)
