"""The result of a look at a sheet."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

Columns = Collection[int]
"""The numbers of the columns that count, from 1."""


class Looks(NamedTuple):
    """The looks of a sheet besides its values, by row and column, both from 1.

    ``formats`` are those that matter, ``errors`` the errors of formulas (such as #N/A); ``hidden_rows`` counts rows,
    ``hidden_columns`` are numbers of columns; ``merged`` are ranges of cells (top, left, bottom, right).
    """

    formats: Mapping[tuple[int, int], str]
    errors: Mapping[tuple[int, int], str]
    hidden_rows: int
    hidden_columns: frozenset[int]
    merged: Sequence[tuple[int, int, int, int]] = ()


NOTHING = Looks(MappingProxyType({}), MappingProxyType({}), 0, frozenset())
