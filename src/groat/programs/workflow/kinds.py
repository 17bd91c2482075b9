"""Declarations of kinds of requests: data, states, and transitions with their steps.

A transition's step is a pure function of the request and the input. It says what shall happen (:class:`Step`) or why
not (a Refusal); the workflow locks what is needed, moves the money, keeps the history, tells everybody: one commit.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from fractions import Fraction
from typing import Annotated, Any, Generic, Literal, NamedTuple, Protocol, TypeVar

import msgspec
from msgspec import Meta

from groat.ledger.accounts import owner_stream
from groat.ledger.amounts import Asset, format_amount, parse_amount
from groat.ledger.errors import GroatError, InvalidInput, Refusal, Rule, declare_refusals
from groat.programs.notifications import Notice

D = TypeVar("D", bound=msgspec.Struct)

OWNER = "owner"
ADMIN = "admin"
SERVICE = "service"
SYSTEM = "system"
"""Takers of transitions: the owner, staff of a role (``admin`` or another), an app's server, a time-out."""

FILE = "file"
"""The transition that begins a request; its input is the data."""

CORRECT = "correct"
DROP = "drop_correction"
"""The transitions that every kind inherits: give back what a request moved, and withdraw such a proposal."""

OTHERS_MAX = 2
"""A step may notify so many people beside the owner."""

HISTORY = "history"
"""No transition may have this name: its address serves the steps of a request."""

RULES: dict[str, Rule] = {
    "request_not_found": Rule(404, "There is no such request."),
    "not_allowed": Rule(403, "Who calls may not take this transition."),
    "already_decided": Rule(409, "Somebody else decided it first; decided_by says who."),
    "wrong_state": Rule(409, "The transition does not start from the state that the request is in."),
    "own_request": Rule(
        403, "Nobody decides a request that they filed, that is their own, or whose money they receive."
    ),
    "second_approver": Rule(409, "You approved it already; somebody else must approve it as well."),
    "approval_differs": Rule(
        409, "Somebody approved it with other terms. Approve the same ones, or reject it."
    ),
    "parent_not_found": Rule(
        404, "The request that this one belongs to does not exist, or is somebody else's."
    ),
    "nothing_to_correct": Rule(
        409, "Nothing is left that this request moved, or nothing of it can be given back; detail says why."
    ),
    "correction_wrong": Rule(
        422,
        "The amount is none, or more than is left (left) of what the request moved. Empty, it is all that is left.",
    ),
    "was_corrected": Rule(
        409, "Money of the request was given back, so it moves none any more but by another correction."
    ),
    "too_many_open": Rule(
        409, "As many of the person's requests are open (open) as one may have (max). Wait until some end."
    ),
}
"""The refusals of every kind, in the order of the checks; those of the kind and of the ledger follow."""

declare_refusals(RULES)

REQUEST_ERRORS: dict[str, Rule] = {
    "kind_not_found": Rule(404, "This server knows no such kind of request (setting programs)."),
    "transition_not_found": Rule(404, "The kind has no such transition; GET /v1/kinds lists them."),
    "invalid_data": Rule(
        400, "The data or input does not fit what the kind declares; detail says which field."
    ),
}


class RequestError(GroatError):
    """Raised for data or input that cannot become a step; codes of :data:`REQUEST_ERRORS`."""

    rules = REQUEST_ERRORS


_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Reserve(NamedTuple):
    """Reserve ``amount`` (smallest units) of the source for the destination, until the request resolves it."""

    source: str
    destination: str
    amount: int
    asset: str


class Settle(NamedTuple):
    """Post what the request holds: all that is left (None) or ``amount`` smallest units, and release the rest."""

    amount: int | None = None


class Unreserve(NamedTuple):
    """Give back what is left of the request's hold."""


class Pay(NamedTuple):
    """Move ``amount`` (smallest units) at once."""

    source: str
    destination: str
    amount: int
    asset: str


Money = Reserve | Settle | Unreserve | Pay


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The input of a transition that asks for nothing."""


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The input of a transition that must be explained: the filer reads ``reason``, 1 to 1,000 characters."""

    reason: Annotated[str, Meta(min_length=1, max_length=1_000)]


class Correction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The part of a request's money that is given back, a decimal string, and why; empty is all that is left."""

    reason: Annotated[str, Meta(min_length=1, max_length=1_000)]
    amount: Annotated[str, Meta(max_length=64, description="All that is left, if empty.")] = ""


class Moved(NamedTuple):
    """A request's movement from one account to another, smallest units in all; ``latest`` is the last transaction.

    ``how``: by a ``step``, by the ``capture`` of its hold, by a correction (``correct``), or against it by ``hand``.
    """

    source: str
    destination: str
    asset: str
    amount: int
    latest: str
    how: str = "step"


class Books(NamedTuple):
    """The money that a request must hold and have moved, by its state and data.

    Smallest units of the request's asset are ``held``. Posts of nothing count as none.
    """

    held: int = 0
    moved: tuple[Pay, ...] = ()


class Approval(msgspec.Struct, frozen=True):
    """An approval: by whom (a principal), when (microseconds), and of which input, without its reason."""

    by: str
    at: int
    input: dict[str, Any] = {}


class Request(Generic[D]):
    """A request as a step sees it. Amounts are smallest units, times microseconds since 1970 (UTC).

    ``owner`` is the stream and account of whose request it is (``user:42``); ``held`` is what is left of its hold;
    ``amount`` and ``asset`` are those of its data, None where the data names none; ``actor`` takes the transition.
    ``moved`` is what it moved so far, the latest first, for a correction alone; ``corrected`` how much was given back
    by corrections, by asset.
    """

    __slots__ = (
        "actor", "amount", "approvals", "asset", "assets", "changed_at", "corrected", "data", "filed_at", "filed_by",
        "held", "id", "kind", "moved", "now", "owner", "parent", "state", "version",
    )  # fmt: skip

    def __init__(
        self,
        *,
        id: str,
        kind: str,
        owner: str,
        state: str,
        version: int,
        data: D,
        amount: int | None,
        asset: str | None,
        filed_by: str,
        filed_at: int,
        changed_at: int,
        now: int,
        actor: str,
        assets: dict[str, Asset],
        approvals: tuple[Approval, ...] = (),
        held: int = 0,
        parent: Request[Any] | None = None,
        moved: tuple[Moved, ...] = (),
        corrected: dict[str, int] | None = None,
    ) -> None:
        self.id = id
        self.kind = kind
        self.owner = owner
        self.state = state
        self.version = version
        self.data = data
        self.amount = amount
        self.asset = asset
        self.filed_by = filed_by
        self.filed_at = filed_at
        self.changed_at = changed_at
        self.now = now
        self.actor = actor
        self.assets = assets
        self.approvals = approvals
        self.held = held
        self.parent = parent
        self.moved = moved
        self.corrected = corrected or {}

    @property
    def user(self) -> str:
        """The owner's user id."""
        return self.owner.removeprefix("user:")

    def units(self, text: str, asset: str) -> int:
        """The smallest units in a decimal string above zero. Raises InvalidInput."""
        return read_units(text, asset, self.assets)

    def text(self, units: int, asset: str) -> str:
        """Smallest units as a decimal string."""
        return format_amount(units, self.assets[asset].scale)

    def money(self) -> str:
        """The request's amount for people to read: "12.50 USD"."""
        assert self.amount is not None
        assert self.asset is not None
        return f"{self.text(self.amount, self.asset)} {self.asset}"


class Step(NamedTuple):
    """The effects of a transition. ``to`` is the state it leads to, needed where its declaration names several.

    ``data`` replaces the request's and ``parent`` its parent's; ``due_at`` (microseconds) is when the new state's
    ``then`` is taken; ``notice`` tells the owner, ``others`` are (stream, notice) pairs for whom it concerns too;
    ``reason`` stands on the transaction and in the history.
    """

    to: str = ""
    money: tuple[Money, ...] = ()
    data: msgspec.Struct | None = None
    parent: msgspec.Struct | None = None
    due_at: int | None = None
    notice: Notice | None = None
    others: tuple[tuple[str, Notice], ...] = ()
    reason: str = ""


Decide = Callable[[Any, Any], Step | Refusal]
"""A step: (Request, input) to what shall happen. Pure: no clock, no I/O, no randomness."""


class State(NamedTuple):
    """A state: ``open`` while something can still happen, ``waits`` while staff must decide.

    ``then`` is the transition that the system takes once a step's ``due_at`` has come; ``tone`` is how it looks.
    """

    name: str
    title: str
    open: bool = True
    waits: bool = False
    then: str = ""
    tone: Literal["neutral", "wait", "good", "bad"] = "neutral"


class Transition(NamedTuple):
    """One way from a state to another: ``by`` whom, from which ``sources``, to one of ``to``, with which ``input``.

    ``decides``: staff decide on a request by it, so nobody takes it on their own. ``approves``: above the kind's
    threshold two different people must. ``otherwise`` is what the system takes where this one is refused to it.
    ``confirms``: it corrects, so one person proposes it, and it happens when another one asks for the same.
    """

    name: str
    title: str
    sources: tuple[str, ...]
    to: tuple[str, ...]
    by: tuple[str, ...]
    step: Decide
    input: type[msgspec.Struct] = Nothing
    example: dict[str, Any] | None = None
    decides: bool = False
    approves: bool = False
    otherwise: str = ""
    confirms: bool = False


class People(Protocol):
    """Finds the people that the server knows, for kinds whose data names somebody."""

    async def user_of(self, text: str) -> str | None:
        """The user id of an id or e-mail address; None when nobody of that name can be found."""


class Kind(Generic[D]):
    """A kind of request. ``data`` is the type of what is kept; its fields ``amount`` and ``asset`` are money. ``form``
    is the type of what is filed where that is less, with the same names for money and parent; the step of filing then
    returns the data. Fields of data and inputs whose encoded name begins with an underscore are the server's own: no
    view, event or schema shows them.

    ``parent`` is (field, kind): the field of the data that holds the id of the request this one belongs to, if any, and
    what that one must be; it has the same owner. ``recipient`` is the field of the data that holds the id of the user
    who receives its money, if any; they do not decide on it. ``thresholds`` are decimal amounts by asset from which two
    approvers are needed. ``refusals`` are the codes its steps may answer. ``resolve`` completes what is filed before
    that, which freezes nothing under the key; it may raise InvalidInput. ``example`` is filed in documents and tests.
    ``books`` says what its requests must hold and have moved, which ``groat verify`` compares with the money: without
    what was given back by an inherited ``correct``, and with it by one that the kind declares.
    ``uncorrectable`` says why nothing of its requests can be given back, for a kind of which that is so; any other one
    that declares no transition ``correct`` inherits it.
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
        parent: tuple[str, Kind[Any]] | None = None,
        recipient: str = "",
        thresholds: dict[str, str] | None = None,
        refusals: dict[str, Rule] | None = None,
        resolve: Callable[[People, Any], Awaitable[Any]] | None = None,
        uncorrectable: str = "",
        books: Callable[[Any], Books] | None = None,
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
        self.inherits_correct = CORRECT not in self.transitions
        inherited = _inherited(states, self.transitions.get(CORRECT), uncorrectable)
        self.transitions |= {t.name: t for t in inherited if t.name not in self.transitions}
        self.example = example
        self.parent = parent
        self.recipient = recipient
        self.thresholds = thresholds or {}
        self.refusals = refusals or {}
        self.resolve = resolve
        self.has_money = {"amount", "asset"} <= set(data.__struct_fields__)
        self._check(len(states), len({t.name for t in transitions}) == len(transitions))
        declare_refusals(self.refusals)

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
            if t.otherwise and t.otherwise not in self.transitions:
                raise ValueError(f"{self.name}.{t.name}: there is no transition {t.otherwise}")
        for state in self.states.values():
            then = self.transitions.get(state.then)
            if state.then and (then is None or state.name not in then.sources or SYSTEM not in then.by):
                raise ValueError(
                    f"{self.name}.{state.name}: {state.then} is not the system's to take from here"
                )

    @property
    def roles(self) -> tuple[str, ...]:
        """The staff roles that decide, sorted."""
        deciding = {role for t in self.transitions.values() if t.decides for role in t.by}
        return tuple(sorted(deciding - {OWNER, SERVICE, SYSTEM}))

    @property
    def named_roles(self) -> frozenset[str]:
        """The roles that its transitions name, staff's and the app's own."""
        return frozenset(role for t in self.transitions.values() for role in t.by) - {OWNER, SERVICE, SYSTEM}

    def needed(self, amount: int | None, asset: str | None, assets: dict[str, Asset]) -> int:
        """Return how many different people must approve."""
        threshold = self.thresholds.get(asset or "")
        if amount is None or asset is None or threshold is None:
            return 1
        # A threshold may be finer than the asset.
        return 2 if amount >= Fraction(threshold) * 10 ** assets[asset].scale else 1


def person_of(principal: str) -> str:
    """The person behind a principal, whatever the spelling: two that differ only in case are one."""
    return principal.lower()


def read_units(text: str, asset: str, assets: dict[str, Asset]) -> int:
    """The smallest units in a decimal string above zero. Raises InvalidInput."""
    if asset not in assets:
        raise InvalidInput("unknown_asset", asset=asset[:32].encode("ascii", "backslashreplace").decode())
    units = parse_amount(text, assets[asset])
    if units <= 0:
        raise InvalidInput("amount_not_positive")
    return units


def give_back(request: Request[Any], correction: Correction) -> Step | Refusal:
    """Give back what the request moved, all that is left or a part of it, and leave it in its state.

    From whoever gained by it to whoever lost, the latest movement first; nobody is left with more or less than before
    the request.
    """
    nets: dict[str, dict[str, int]] = {}
    # A net begins with its account's latest movement, and so stands in the order in which it is given back.
    for move in request.moved:
        net = nets.setdefault(move.asset, {})
        net[move.destination] = net.get(move.destination, 0) + move.amount
        net[move.source] = net.get(move.source, 0) - move.amount
    lefts = {asset: sum(units for units in net.values() if units > 0) for asset, net in nets.items()}
    lefts = {asset: units for asset, units in lefts.items() if units}
    if not lefts:
        return Refusal("nothing_to_correct", "Nothing is left that this request moved.")
    if correction.amount:
        wanted = correction_units(request, correction.amount, lefts)
        if isinstance(wanted, Refusal):
            return wanted
        lefts = wanted
    money = tuple(
        Pay(*sides, asset) for asset, units in lefts.items() for sides in _backwards(nets[asset], units)
    )
    notice = told_of(request, lefts, correction)
    streams = dict.fromkeys(owner_stream(effect.source) or "" for effect in money)
    others = tuple((stream, notice) for stream in streams if stream)[:OTHERS_MAX]
    return Step(request.state, money=money, notice=notice, others=others)


def told_of(request: Request[Any], lefts: dict[str, int], correction: Correction) -> Notice:
    """Write the text about a correction of so many smallest units (``lefts``, by asset) for a person concerned."""
    text = ", ".join(f"{request.text(units, asset)} {asset}" for asset, units in lefts.items())
    title = f"{request.kind.replace('_', ' ').capitalize()} corrected"
    return Notice("warning", title, f"{text}. {correction.reason}")


def correction_units(request: Request[Any], text: str, lefts: dict[str, int]) -> dict[str, int] | Refusal:
    """The smallest units of a correction's amount, of the one asset of which something is left (``lefts``)."""
    shown = ", ".join(f"{request.text(units, asset)} {asset}" for asset, units in lefts.items())
    if len(lefts) > 1:
        detail = f"The request moved several assets ({shown}). Correct all of it, without an amount."
        return Refusal("correction_wrong", detail, {"left": shown})
    ((asset, left),) = lefts.items()
    try:
        units = request.units(text, asset)
    except InvalidInput as error:
        return Refusal("correction_wrong", error.detail, {"amount": text, "left": request.text(left, asset)})
    if units > left:
        detail = f"{shown} are left of what the request moved."
        return Refusal("correction_wrong", detail, {"amount": text, "left": request.text(left, asset)})
    return {asset: units}


def _backwards(net: dict[str, int], units: int) -> list[tuple[str, str, int]]:
    """(from, to, units): ``units`` in all from those who gained to those who lost."""
    gained = {account: most for account, most in net.items() if most > 0}
    lost = {account: -most for account, most in net.items() if most < 0}
    found: list[tuple[str, str, int]] = []
    while units:
        giver, taker = next(iter(gained)), next(iter(lost))
        part = min(units, gained[giver], lost[taker])
        found.append((giver, taker, part))
        units -= part
        for account, left in ((giver, gained), (taker, lost)):
            left[account] -= part
            if not left[account]:
                del left[account]
    return found


def _inherited(
    states: tuple[State, ...], declared: Transition | None, uncorrectable: str
) -> tuple[Transition, ...]:
    """The transitions that correct: from where a request has ended, unless the kind declares one of its own."""
    ended = tuple(s.name for s in states if not s.open) or tuple(s.name for s in states)
    sources = declared.sources if declared else ended

    def refuse(*_: Any) -> Refusal:
        """Say why nothing can be given back."""
        return Refusal("nothing_to_correct", uncorrectable)

    def stay(request: Request[Any], _: Reason) -> Step:
        """Nobody proposes a correction any more."""
        return Step(request.state)

    example = {"amount": "1.00", "reason": "Sent twice"}
    step: Decide = refuse if uncorrectable else give_back
    return (
        Transition(CORRECT, "Correct", ended, ended, (ADMIN,), step, Correction, example, confirms=True),
        Transition(
            DROP, "Drop the correction", sources, sources, (ADMIN,), stay, Reason, {"reason": "A mistake"}
        ),
    )
