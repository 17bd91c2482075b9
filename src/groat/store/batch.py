"""The input of a batch (prepared commands) and its result (verdicts and events)."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import msgspec

from groat.ledger.amounts import format_amount
from groat.ledger.bulks import Bulk
from groat.ledger.commands import Command
from groat.ledger.errors import Refusal
from groat.ledger.rows import TransactionRow
from groat.ledger.settling import SettleHold
from groat.ledger.views import (
    BalanceView,
    BulkTransactions,
    SettledView,
    TransactionView,
    transaction_view,
)
from groat.store.due import Place
from groat.store.due_holds import NONE_KNOWN, HoldSides


class Outcome(msgspec.Struct, omit_defaults=True):
    """The frozen verdict of a key that did not make exactly one transaction."""

    refusal: Refusal | None = None
    transactions: list[str] = []
    balances: list[BalanceView] = []
    positions: dict[str, str] = {}
    at: int = 0
    extra: Any = None


class Done:
    """The verdict of an accepted command: its transactions as stored, or the balances of one that changed nothing.

    ``is_dry`` says that it was a dry run.
    """

    __slots__ = ("command", "is_dry", "outcome", "replayed", "transactions")

    def __init__(
        self,
        command: Command,
        transactions: list[TransactionRow],
        outcome: Outcome | None,
        replayed: bool = False,
    ) -> None:
        self.is_dry = False
        self.command = command
        self.transactions = transactions
        self.outcome = outcome
        self.replayed = replayed

    @property
    def extra(self) -> Any:
        """Return the data that a program's command added to its effect."""
        return self.outcome.extra if self.outcome else None

    def view(self) -> TransactionView:
        """Return the answer on the wire of a command that makes at most one transaction."""
        row = self.transactions[0] if self.transactions else None
        return self._view(self.command, row, self.outcome or Outcome(), self.extra)

    def bulk_view(self) -> BulkTransactions:
        """Return the answer on the wire of a bulk. An item that found nothing to do has a transaction without an id."""
        command = self.command
        if not isinstance(command, Bulk):
            return BulkTransactions(
                [self._marked(transaction_view(t)) for t in self.transactions], self.replayed
            )
        idle = dict(self.extra or ())
        nothing = Outcome(at=self.outcome.at if self.outcome else 0)
        rows = iter(self.transactions)
        views = [
            self._view(item, None if index in idle else next(rows), nothing, idle.get(index))
            for index, item in enumerate(command.items)
        ]
        return BulkTransactions(views, self.replayed)

    def _view(
        self, command: Command, row: TransactionRow | None, outcome: Outcome, extra: Any
    ) -> TransactionView:
        if row is None:
            view = transaction_view_of_nothing(command, outcome, self.replayed)
            if command.capped:
                view.moved = extra["moved"]
            if isinstance(command, SettleHold):
                view.settled = msgspec.convert(extra, SettledView)
            return self._marked(view)
        view = transaction_view(row, self.replayed)
        if command.capped and len({leg.source.asset for leg in row.legs}) == 1:
            moved = sum(leg.amount or leg.pending for leg in row.legs)
            view.moved = format_amount(moved, row.legs[0].source.scale)
        return self._marked(view)

    def _marked(self, view: TransactionView) -> TransactionView:
        view.replayed = self.replayed
        if self.is_dry:
            view.dry_run = True
            if not self.replayed:
                # Nobody was told, so that there is no position to wait for.
                view.positions = {}
        return view


class Broken(NamedTuple):
    """The verdict of a command whose ``decide()`` raised: it changed nothing, and nothing is frozen under its key."""

    error: Exception


class LockedElsewhere(NamedTuple):
    """The verdict of a command whose rows another transaction holds: it was not decided, and may be tried again."""


class Retry(NamedTuple):
    """The verdict of a command that needs more rows because of an earlier one: the next batch decides it."""


Verdict = Done | Refusal | Broken | LockedElsewhere | Retry


class Prepared(NamedTuple):
    """A command with its digests, made before the batch.

    ``forms`` are those of all forms of its key, in the order in which they are looked up; ``older`` is the one that
    nodes of versions before look up, "" if that is ``key``.
    """

    command: Command
    key: str
    forms: tuple[str, ...]
    older: str
    body: str


def prepare(command: Command) -> Prepared:
    """Compute the digests of a checked command."""
    forms, older = command.key_digests()
    # Without another form for older nodes the caller sent the key itself, so the first digest is its own.
    key = command.key_digest() if older else forms[0]
    return Prepared(command, key, forms, older, command.body_digest())


class Published(NamedTuple):
    """Events of one stream that a batch committed, offsets ``first`` to ``last``; ``events`` None: read them."""

    stream: str
    epoch: str
    first: int
    last: int
    events: tuple[bytes, ...] | None


BOARD_PREFIX: Final = "board:"


def hint_of(board: str) -> Published:
    """Make the hint that a board (``<name>:<id>``) has changed. It has neither events nor an offset."""
    return Published(BOARD_PREFIX + board, "", 0, 0, None)


class Committed(NamedTuple):
    """The result of a batch: a verdict for each command in order, and its events. ``batch`` 0: no batch row.

    ``has_later`` says that it left news for rooms, which a batch of their own numbers. ``holds`` are those that it made
    and left open, each with its accounts.
    """

    verdicts: list[Verdict]
    published: list[Published]
    batch: int
    expired: int
    has_later: bool = False
    holds: HoldSides = NONE_KNOWN


class Expired(NamedTuple):
    """The result of a batch that expired due holds; it got as far as ``after``, or to the end if that is None."""

    committed: Committed
    after: Place | None


def transaction_view_of_nothing(command: Command, outcome: Outcome, replayed: bool) -> TransactionView:
    """Return the answer of a command that made no transaction: the present balances and positions."""
    nothing = TransactionRow(
        "",
        command.kind,
        command.principal,
        command.key,
        command.actor or command.principal,
        command.reason,
        command.encoded_metadata,
        outcome.at,
        outcome.at,
        [],
    )
    view = transaction_view(nothing, replayed)
    view.id, view.balances, view.positions = None, outcome.balances, outcome.positions
    return view
