"""The table of a server's operations, rights and codes, made of the core's and its programs'."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, get_args

import msgspec

from groat.api.operations import Operation
from groat.api.problems import HTTP_ERRORS
from groat.api.rights import Right
from groat.identity.errors import IDENTITY_ERRORS
from groat.ledger.budget_views import BudgetView
from groat.ledger.budgeting import UPDATED
from groat.ledger.clock import ClockForwarded
from groat.ledger.errors import (
    BUDGET_REFUSALS,
    CLOCK_REFUSALS,
    INPUT_ERRORS,
    MEMBER_REFUSALS,
    REFUSALS,
    SERVER_ERRORS,
    STATE_REFUSALS,
    Rule,
    refusal_rule,
)
from groat.ledger.views import AccountUpdated, MemberUpdated
from groat.live.errors import LIVE_ERRORS
from groat.live.socketio.events import shapes
from groat.live.socketio.packets import RESERVED
from groat.programs.program import Program, check_once
from groat.sandbox.pool import SANDBOX_ERRORS
from groat.sheets import SHEET_ERRORS
from groat.store.extension import Event

CORE_CODES: dict[str, Rule] = {
    **REFUSALS,
    **STATE_REFUSALS,
    **CLOCK_REFUSALS,
    **BUDGET_REFUSALS,
    **MEMBER_REFUSALS,
    **INPUT_ERRORS,
    **SERVER_ERRORS,
    **IDENTITY_ERRORS,
    **SHEET_ERRORS,
    **SANDBOX_ERRORS,
    **LIVE_ERRORS,
    **HTTP_ERRORS,
}

_NAMED = re.compile(r"{\w+}")


CORE_EVENTS = (
    Event("balance_updated"),
    Event("account_updated", AccountUpdated),
    Event("member_updated", MemberUpdated),
    Event("clock_forwarded", ClockForwarded),
    Event(UPDATED, BudgetView),
)
_EVENT_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_.-]{0,63}", re.ASCII)


class Catalogue:
    """The operations of a server by id, who may call each, and every stable code that an answer may carry.

    ``core`` are the operations that every server has. ``codes`` does not have those that kinds of requests declare.
    ``events`` are the types of events that streams carry, ``event_fields`` the types of what programs add to events, by
    field, ``packets`` the types of the objects of the events of Socket.IO, by name, and ``join_events`` the rooms for
    which their clients ask by events. ``boards`` are those of the programs.

    Raises ValueError where two programs, or a program and the core, bring operations of one id or one route, one
    code, events of one type or name, or boards of one name, and for a name that no event can have.
    """

    def __init__(self, core: Iterable[Operation], programs: Iterable[Program]) -> None:
        self.programs = tuple(programs)
        listed = [*core, *chain.from_iterable(program.operations for program in self.programs)]
        check_once("operation", (operation.id for operation in listed))
        # /v1/holds/{id} and /v1/holds/{hold} are one route.
        check_once("route", (f"{each.method} {_NAMED.sub('{}', each.path)}" for each in listed))
        check_once("channel", (channel.name for program in self.programs for channel in program.channels))
        check_once("code", chain(CORE_CODES, *(program.errors for program in self.programs)))
        self.operations: dict[str, Operation] = {operation.id: operation for operation in listed}
        self.rights: dict[str, Right] = {id: operation.right for id, operation in self.operations.items()}
        self.events = (*CORE_EVENTS, *chain.from_iterable(_events_of(self.programs)))
        check_once("event", (event.name for event in self.events))
        for road, names in zip(
            ("Socket.IO event", "webhook"),
            zip(*(event.names() for event in self.events), strict=True),
            strict=True,
        ):
            check_once(road, names)
            for name in names:
                if not _EVENT_NAME.fullmatch(name) or name in RESERVED:
                    raise ValueError(f"{name!r} cannot be the name of a {road}")
        self.event_fields = {
            field.encode_name: _type_of(field.type)
            for program in self.programs
            if program.extension is not None and program.extension.tells.event is not None
            for field in msgspec.structs.fields(program.extension.tells.event)
        }
        self.packets = shapes(self.events, self.event_fields)
        self.join_events = {
            name: room
            for program in self.programs
            if program.extension is not None
            for name, room in program.extension.tells.join_events.items()
        }
        self.boards = tuple(chain.from_iterable(program.boards for program in self.programs))
        check_once("board", (board.name for board in self.boards))
        self.codes = dict(CORE_CODES)
        for program in self.programs:
            self.codes |= program.errors

    def rule_of(self, code: str) -> Rule:
        """Return what a code means, also one of a kind of requests. Raises KeyError for one that nobody declared."""
        return self.codes[code] if code in self.codes else refusal_rule(code)

    def described(self) -> list[Operation]:
        """List what the OpenAPI document has: the operations, and what programs describe beside them."""
        more = (program.describe(self.programs) for program in self.programs if program.describe)
        return [*self.operations.values(), *chain.from_iterable(more)]


def _type_of(annotated: Any) -> Any:
    """Return the type of a field that an event may lack."""
    (type_,) = (each for each in get_args(annotated) or (annotated,) if each is not msgspec.UnsetType)
    return type_


def _events_of(programs: Iterable[Program]) -> Iterator[Iterable[Event]]:
    programs = tuple(programs)
    kinds = [kind.name for program in programs for kind in program.kinds]
    for program in programs:
        if program.extension is not None:
            tells = program.extension.tells
            yield tells.events
            if tells.of_kinds is not None:
                yield [
                    Event(f"{kind}_updated", tells.of_kinds, packets=tells.packets_of_kinds) for kind in kinds
                ]
