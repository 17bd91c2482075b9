"""Declarations of kinds of requests: data, states, and transitions with their steps."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from math import ceil
from typing import Any, Generic, Protocol

import msgspec

from groat.ledger.accounts import check_stream
from groat.ledger.amounts import Asset
from groat.ledger.errors import InvalidInput, Rule, declare_refusals
from groat.programs.notifications.notices import BOX
from groat.programs.workflow.correcting import inherited
from groat.programs.workflow.states import (
    CORRECT,
    FILE,
    HISTORY,
    OWNER,
    READERS,
    SERVICE,
    SYSTEM,
    State,
    Transition,
)
from groat.programs.workflow.steps import Books, D, Parent
from groat.settings import Settings

PEOPLE = ("user:*",)
REQUEST_RANK = 0

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class People(Protocol):
    """Finds the people that the server knows, for kinds whose data names somebody."""

    async def user_of(self, text: str) -> str | None:
        """Find the user id of an id or e-mail address; None if there is no such person."""


class Kind(Generic[D]):
    """A kind of request. ``data`` is the type of what is kept; its fields ``amount`` and ``asset`` are money. ``form``
    is the type of what is filed, if that is less than the data. It has the same name for the parent, and for the money
    unless the step of filing finds that; that step returns the data. Fields of data and inputs whose encoded name
    begins with an underscore are the server's own: no view, event or schema shows them.

    ``owners`` are the streams whose requests these may be: paths in which ``*`` stands for any one segment, people
    (``user:*``) or streams of the house (``house:promo``). ``parent`` is the request that they belong to. ``recipient``
    is the field of the data with the id of the user who receives the money, if any; they do not decide on it.
    ``thresholds`` are decimal amounts by asset from which two approvers are needed. ``refusals`` are the codes with
    which its steps may refuse. ``resolve`` completes the data before it is filed; it may raise InvalidInput, and then
    nothing is frozen under the key. ``example`` is filed in documents and tests. ``terms`` reads the settings that its
    steps go by (``request.terms``).

    ``books`` says what a request must hold and have moved; ``groat verify`` compares that with the money. It counts
    what a ``correct`` of the kind's own gave back, and not what an inherited one did. A kind that declares no
    transition ``correct`` inherits it; one of whose requests nothing can be given back says why in ``uncorrectable``.

    Raises ValueError when the parts do not fit together.
    """

    def __init__(
        self,
        name: str,
        *,
        title: str,
        description: str,
        data: type[D],
        states: tuple[State, ...],
        transitions: tuple[Transition, ...],
        example: dict[str, Any],
        form: type[msgspec.Struct] | None = None,
        owners: tuple[str, ...] = PEOPLE,
        parent: Parent | None = None,
        recipient: str = "",
        thresholds: dict[str, str] | None = None,
        refusals: dict[str, Rule] | None = None,
        resolve: Callable[[People, Any], Awaitable[Any]] | None = None,
        uncorrectable: str = "",
        books: Callable[[Any], Books] | None = None,
        terms: Callable[[Settings], Any] | None = None,
    ) -> None:
        self.name = name
        self.title = title
        self.description = description
        self.data = data
        self.form: type[msgspec.Struct] = form or data
        self.states = {state.name: state for state in states}
        self.transitions = {transition.name: transition for transition in transitions}
        self.uncorrectable = uncorrectable
        self.books = books
        self.read_terms = terms
        self.terms: Any = None
        """The settings that its steps go by, as a workflow read them."""
        self.inherits_correct = CORRECT not in self.transitions
        more = inherited(states, self.transitions.get(CORRECT), uncorrectable)
        self.transitions |= {t.name: t for t in more if t.name not in self.transitions}
        self.example = example
        self.owners = owners
        self._owners = re.compile("|".join(re.escape(each).replace(r"\*", "[^:]+") for each in owners))
        self.parent = parent
        self.recipient = recipient
        self.thresholds = thresholds or {}
        self.refusals = refusals or {}
        self.resolve = resolve
        self.has_money = _has_money(data)
        self.files_money = self.has_money and _has_money(self.form)
        self._check(len(states), len({t.name for t in transitions}) == len(transitions))
        declare_refusals(self.refusals)
        deciding = {role for t in transitions if t.decides for role in t.by} - {OWNER, SERVICE, SYSTEM}
        self.roles = tuple(sorted(deciding))
        """The staff roles that decide, sorted."""
        self.audience = READERS | deciding
        """The roles that hear of its requests."""
        self.rooms = tuple(sorted(f"role:{role}" for role in self.audience))
        """Their rooms, sorted."""
        every = self.transitions.values()
        self.approvable = frozenset(state for t in every if t.approves for state in t.sources)
        """The states in which staff approve a request."""
        self.links = frozenset(each.field for t in every for each in t.named) & set(data.__struct_fields__)
        """The fields of the data that name other requests."""

    def _check(self, states: int, differ: bool) -> None:
        names = [self.name, *self.states, *self.transitions]
        wrong = [name for name in names if not _NAME.fullmatch(name)]
        if wrong or states != len(self.states) or not differ:
            raise ValueError(f"{self.name}: names must be lower_case and differ: {wrong}")
        if FILE not in self.transitions or self.transitions[FILE].sources:
            raise ValueError(f"{self.name}: the transition {FILE!r} begins a request, from no state")
        if HISTORY in self.transitions:
            raise ValueError(
                f"{self.name}: no transition may be named {HISTORY!r}, which is what is read there"
            )
        for t in self.transitions.values():
            unknown = {*t.sources, *t.to} - self.states.keys()
            if unknown or not t.to or not t.by or (t.name != FILE and not t.sources):
                raise ValueError(
                    f"{self.name}.{t.name}: needs known states, and somebody to take it: {unknown}"
                )
            if t.on_refused and t.on_refused not in self.transitions:
                raise ValueError(f"{self.name}.{t.name}: there is no transition {t.on_refused}")
            self._check_reads(t)
        for state in self.states.values():
            due = self.transitions.get(state.on_due)
            if state.on_due and (due is None or state.name not in due.sources or SYSTEM not in due.by):
                raise ValueError(
                    f"{self.name}.{state.name}: {state.on_due} is not the system's to take from here"
                )

        for pattern in self.owners or ("",):
            if not is_owner(pattern.replace("*", "x")):
                raise ValueError(f"{self.name}: {pattern!r} is no owner such as user:* or house:promo")
        if self.parent is not None and self.parent.field not in self.form.__struct_fields__:
            raise ValueError(f"{self.name}: what is filed has no field {self.parent.field} for the parent")

    def _check_reads(self, t: Transition) -> None:
        types = (self.form,) if t.name == FILE else (t.input, self.data)
        fields = {field for type_ in types for field in type_.__struct_fields__}
        for named in t.named:
            if named.field not in fields:
                raise ValueError(
                    f"{self.name}.{t.name}: there is no field {named.field} that names a request"
                )
        ranks = t.ranks
        if any(not REQUEST_RANK < rank < BOX.rank for rank in ranks) or ranks != sorted(set(ranks)):
            raise ValueError(
                f"{self.name}.{t.name}: the tables it reads need ranks from {REQUEST_RANK + 1} to {BOX.rank - 1},"
                f" each a higher one than the table before: {ranks}"
            )
        unread = {table.name for table in t.writes} - {rows.table.name for rows in t.rows}
        if unread:
            raise ValueError(f"{self.name}.{t.name}: it writes what it does not read: {sorted(unread)}")

    def takes(self, owner: str) -> bool:
        """Return whether this stream may own requests of the kind."""
        return self._owners.fullmatch(owner) is not None and is_owner(owner)

    @property
    def named_roles(self) -> frozenset[str]:
        """The roles that its transitions name, staff's and the app's own."""
        return frozenset(role for t in self.transitions.values() for role in t.by) - {OWNER, SERVICE, SYSTEM}

    def needed(self, amount: int | None, asset: str | None, assets: dict[str, Asset]) -> int:
        """Return how many different people must approve."""
        threshold = self.thresholds.get(asset or "")
        if amount is None or asset is None or threshold is None:
            return 1
        return 2 if amount >= units_of(threshold, assets[asset].scale) else 1


def _has_money(type_: type[msgspec.Struct]) -> bool:
    """Return whether values of this type name an amount and its asset."""
    return {"amount", "asset"} <= set(type_.__struct_fields__)


@lru_cache(maxsize=256)
def units_of(threshold: str, scale: int) -> int:
    """Return the smallest units from which on a threshold is reached."""
    # A threshold may be finer than the asset.
    units: Fraction = Fraction(threshold) * 10**scale
    return ceil(units)


def is_owner(stream: str) -> bool:
    """Return whether requests may be of this stream: a person's, or one of the house."""
    try:
        return not check_stream(stream).startswith("role:")
    except InvalidInput:
        return False


def check_kinds(kinds: Mapping[str, Kind[Any]]) -> None:
    """Check that the kinds which others name exist, and that no filing leads back to itself.

    What a step files is locked after what it reads itself, so the tables that filing reads are of higher ranks. Raises
    ValueError.
    """
    for kind in kinds.values():
        for t in kind.transitions.values():
            parents = kind.parent.kinds if kind.parent else ()
            named = {*t.files, *parents, *(name for each in t.named for name in each.kinds)}
            if named - kinds.keys():
                raise ValueError(f"{kind.name}.{t.name}: there are no kinds {sorted(named - kinds.keys())}")
            _check_files(kinds, f"{kind.name}.{t.name}", t, (kind.name,) if t.name == FILE else ())


def _check_files(kinds: Mapping[str, Kind[Any]], where: str, t: Transition, filing: tuple[str, ...]) -> None:
    for name in t.files:
        following = kinds[name].transitions[FILE]
        if name in filing:
            raise ValueError(f"{where}: filing goes round in a circle: {' > '.join((*filing, name))}")
        if SYSTEM not in following.by:
            raise ValueError(f"{where}: it files {name}, which {SYSTEM} may not file")
        if t.ranks and following.ranks and following.ranks[0] <= t.ranks[-1]:
            raise ValueError(f"{where}: it files {name}, which reads a table of no higher rank than it reads")
        lowest = following._replace(reads=(*t.reads, *following.reads))
        _check_files(kinds, where, lowest, (*filing, name))
