"""The operations that every server has, whatever its programs."""

from __future__ import annotations

from itertools import chain

from groat.api.operations import Operation
from groat.http import (
    accounts,
    actions,
    auth,
    budgets,
    checks,
    clock,
    grants,
    holds,
    me,
    members,
    people,
    sheets,
    states,
    streams,
    system,
    transactions,
    users,
)

_ROOMS = (
    transactions,
    holds,
    grants,
    accounts,
    states,
    members,
    clock,
    budgets,
    checks,
    me,
    streams,
    actions,
    people,
    users,
    auth,
    sheets,
    system,
)

CORE: tuple[Operation, ...] = tuple(chain.from_iterable(room.operations for room in _ROOMS))
