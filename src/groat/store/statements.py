"""Read SQL statements from files: each has a name and a shape, which says what goes in and what comes out.

``-- name: find_keys :bulk`` heads a statement. Shapes: ``:exec`` None; ``:one`` a row or None; ``:many`` a list of
rows; ``:rows`` writes the list of rows given as the one argument (on SQLite ``VALUES :rows``) and answers how many
were written; ``:add`` writes such a list of rows that are new or locked, answers None, and may still be under way
while the flow goes on; ``:bulk`` reads for the list given as its first argument, which reaches SQLite as one JSON text
answered by one JSON array of rows, and PostgreSQL as an array for each column.

``long`` behind a shape (``:many long``) marks a statement that may take minutes, such as those of a verification. It is
waited for as long as the database answers anybody; all others only for seconds.

The last three shapes are for speed. For each row, ``sqlite3`` releases the interpreter lock and takes it back; next to
a busy event loop that can cost milliseconds a row. So what runs for each command runs as one step for all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

_HEAD = re.compile(r"^-- name: (\w+) :(exec|one|many|rows|add|bulk)( long)?[ \t]*$", re.MULTILINE)


class Statement(NamedTuple):
    """A named statement of a dialect."""

    name: str
    shape: str
    sql: str
    long: bool = False


def load_statements(directories: Iterable[Path]) -> dict[str, Statement]:
    """Load all statements of the ``*.sql`` files in the directories; raises ValueError for a name given twice."""
    statements: dict[str, Statement] = {}
    for directory in directories:
        for file, statement in _statements_in(directory):
            if statement.name in statements:
                raise ValueError(f"{file}: statement {statement.name} exists already")
            statements[statement.name] = statement
    return statements


# The files stay as they are while a process runs, and it may open many stores.
@cache
def _statements_in(directory: Path) -> list[tuple[str, Statement]]:
    """Each statement of a directory, after the name of its file."""
    found = []
    for path in sorted(directory.glob("*.sql")):
        text = path.read_text("utf-8")
        heads = list(_HEAD.finditer(text))
        for head, following in zip(heads, [*heads[1:], None], strict=True):
            name, shape, long = head.groups()
            body = text[head.end() : following.start() if following else len(text)]
            sql = "\n".join(line for line in body.splitlines() if line and not line.startswith("--"))
            found.append((path.name, Statement(name, shape, sql.rstrip().rstrip(";"), bool(long))))
    return found
