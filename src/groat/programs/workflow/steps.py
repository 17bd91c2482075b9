"""The types of steps: the request that a step sees, and the effects that it returns.

A step is a pure function of the request and the input. The workflow locks what it needs, moves the money, writes the
rows, files the requests, keeps the history and tells everybody: one commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

import msgspec
from msgspec import Meta

from groat.ledger.amounts import Asset, format_amount, parse_amount
from groat.ledger.book import Table
from groat.ledger.errors import InvalidInput, Refusal
from groat.ledger.grants import Terms
from groat.programs.notifications import Notice
from groat.programs.notifications.notices import is_person

D = TypeVar("D", bound=msgspec.Struct)


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
    """Move ``amount`` (smallest units) at once; ``at_most`` what may move of it, which may be nothing.

    With ``grant`` it arrives as a grant with these terms.
    """

    source: str
    destination: str
    amount: int
    asset: str
    at_most: bool = False
    grant: Terms | None = None


class TakeBack(NamedTuple):
    """Take back ``amount`` (smallest units) of what a ``transaction`` of this request granted, of those very grants.

    With ``spend`` the person pays out of their balance what is not left of these grants. The transaction is one that
    the step reads as :class:`Granted`, and the step moves nothing else.
    """

    transaction: str
    amount: int
    asset: str
    spend: bool = False


Money = Reserve | Settle | Unreserve | Pay | TakeBack


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
    """All that a request moved from one account to another, in smallest units; ``latest`` is the last transaction's id.

    ``how`` says what moved it: a ``step``, the ``capture`` of the hold, a correction (``correct``), or somebody by
    ``hand`` against the request, as earlier versions allowed.
    """

    source: str
    destination: str
    asset: str
    amount: int
    latest: str
    how: str = "step"


class Books(NamedTuple):
    """The money that a request must hold and have moved, by its state and data.

    ``held`` is in smallest units of the request's asset. A payment of 0 counts as none.
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
    ``amount`` and ``asset`` are those of its data, None where the data names none; ``actor`` takes the transition;
    ``aliases`` are other principals of the same person, where it decides. ``terms`` are the settings of its kind.
    ``transaction`` is the id of the transaction that this step makes.
    ``moved`` is what it moved so far, the latest first, for a correction alone; ``corrected`` how much was given back
    by corrections, by asset. ``parent`` is the request that this one belongs to, ``named`` are the requests that the
    transition reads, by field; :meth:`row` gives the values of rows that it reads. ``granted`` is what is left of the
    grants that it reads, by field.
    """

    __slots__ = (
        "actor", "aliases", "amount", "approvals", "asset", "assets", "changed_at", "corrected", "data", "filed_at",
        "filed_by", "granted", "held", "id", "kind", "moved", "named", "now", "owner", "parent", "rows", "state",
        "terms", "transaction", "unknown", "version",
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
        transaction: str = "",
    ) -> None:
        self.id = id
        self.transaction = transaction
        self.granted: dict[str, int] = {}
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
        self.named: dict[str, Request[Any]] = {}
        self.aliases: frozenset[str] = frozenset()
        self.terms: Any = None
        self.rows: dict[tuple[Table, str], tuple[Any, ...] | None] = {}
        # Assets that this process has not heard of. The command looks for them before it is decided.
        self.unknown: set[str] = set()

    @property
    def user(self) -> str:
        """The owner's user id, "" where the owner is no person."""
        return user_of(self.owner)

    def row(self, table: Table, id: str) -> tuple[Any, ...] | None:
        """The values of a row that the transition reads, as the table's lock statement gives them; None for no row.

        Raises KeyError for a row that the transition does not name.
        """
        return self.rows[table, id]

    def units(self, text: str, asset: str) -> int:
        """The smallest units in a decimal string above zero. Raises InvalidInput."""
        if asset not in self.assets:
            self.unknown.add(asset)
        return read_units(text, asset, self.assets)

    def text(self, units: int, asset: str) -> str:
        """Smallest units as a decimal string."""
        return format_amount(units, self.assets[asset].scale)

    def money(self) -> str:
        """The request's amount for people to read: "12.50 USD"."""
        assert self.amount is not None
        assert self.asset is not None
        return f"{self.text(self.amount, self.asset)} {self.asset}"


class Rows(NamedTuple):
    """Rows of a program's ``table`` that a transition reads and may write. ``ids`` names them by request and input.

    The step finds their values by :meth:`Request.row`. ``ids`` is pure; it may use what is read before this, so tables
    stand in the order of their ranks. A row that does not exist cannot be locked: let the lock statement make it, or
    read with it a row that is always there.
    """

    table: Table
    ids: Callable[[Any, Any], Iterable[str]]


class Named(NamedTuple):
    """Another request that a transition reads: the data's or the input's ``field`` holds its id, "" for none.

    It is of one of these ``kinds`` (their names), and of the same owner unless it may be ``anybodys``. The step finds
    it in ``request.named`` by the field. A field of the data never changes.
    """

    field: str
    kinds: tuple[str, ...]
    anybodys: bool = False


class Granted(NamedTuple):
    """The rest of the grants that a transaction of the request made: the data's ``field`` holds its id, or "".

    The step finds the smallest units that are free of them in ``request.granted`` by the field, and may take them back
    (:class:`TakeBack`). They are known only once all is locked, so such a step names no others and files nothing.
    """

    field: str


class Parent(NamedTuple):
    """The request that those of a kind belong to, if any: the data's ``field`` holds its id, and never changes.

    It is of one of these ``kinds`` (their names), of the same owner unless it may be ``anybodys``, and in one of these
    ``states`` when a request is filed for it; without ``states`` in any. The owner of the request sees nothing of a
    parent that is somebody else's.
    """

    field: str
    kinds: tuple[str, ...]
    anybodys: bool = False
    states: tuple[str, ...] = ()


class Write(NamedTuple):
    """New values for a row that the transition reads, in the order in which the table's write statement takes them."""

    table: Table
    id: str
    values: tuple[Any, ...]


class File(NamedTuple):
    """Another request to file: its kind's name, its form, and the stream of its owner, by default the same one."""

    kind: str
    data: msgspec.Struct
    owner: str = ""


class Draw(NamedTuple):
    """Draw the request's line of an account at ``threshold`` (smallest units), or take it away (None).

    ``kind`` says who listens to it (:mod:`groat.ledger.crossings`). One request has such a line of an account: another
    one is refused with the code ``taken``.
    """

    account: str
    asset: str
    kind: str
    threshold: int | None
    taken: str


class Step(NamedTuple):
    """The effects of a transition. ``to`` is the state it leads to, needed where its declaration names several.

    ``data`` replaces the request's and ``parent`` its parent's; ``due_at`` (microseconds) is when the new state's
    ``on_due`` is taken; ``notice`` tells the owner, ``others`` are (stream, notice) pairs for whom it concerns too. Of
    these 100 are told, and where there are more, ``rest`` (stream, notice) tells a room in place of the others.
    ``writes`` are rows of the program, ``files`` further requests, ``draws`` lines of accounts. ``reason`` stands on
    the transaction and in the history.
    """

    to: str = ""
    money: tuple[Money, ...] = ()
    data: msgspec.Struct | None = None
    parent: msgspec.Struct | None = None
    due_at: int | None = None
    notice: Notice | None = None
    others: tuple[tuple[str, Notice], ...] = ()
    reason: str = ""
    writes: tuple[Write, ...] = ()
    files: tuple[File, ...] = ()
    rest: tuple[str, Notice] | None = None
    draws: tuple[Draw, ...] = ()


Decide = Callable[[Any, Any], Step | Refusal]
"""A step: (Request, input) to what shall happen. Pure: no clock, no I/O, no randomness."""


def user_of(owner: str) -> str:
    """The user id of an owner's stream, "" where the owner is no person."""
    return owner.removeprefix("user:") if is_person(owner) else ""


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
