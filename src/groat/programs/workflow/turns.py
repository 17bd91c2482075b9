"""Turns: the transitions that one command takes, its own and those of the requests that its step files.

A plan takes their steps over the rows of a book without changing any: first to learn which rows they need, and again,
once these are locked, to learn what is to happen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from groat.engine.ids import derived_id
from groat.ledger.book import Book, NotLocked, Refs, Table, refuse
from groat.ledger.causes import Cause
from groat.ledger.commands import check_known, check_move
from groat.ledger.errors import InvalidInput, Refusal
from groat.ledger.grants import left_to_take
from groat.ledger.rows import HOLD_OPEN
from groat.ledger.text import check_metadata
from groat.programs.workflow.kinds import Kind
from groat.programs.workflow.rows import MOVES, REQUEST, RequestRow, moves_of, text_of
from groat.programs.workflow.states import FILE, Transition
from groat.programs.workflow.steps import File, Pay, Request, Reserve, Settle, Step, TakeBack, read_units

FILES_MAX = 20
"""A command files at most this many requests beside its own."""

ROWS_MAX = 1_000
"""A step reads at most this many rows of a table."""


class Turn:
    """One transition of one request, and once it is planned, the effects of its step.

    ``request`` is "" when filing; ``txn`` is the id of its transaction; ``named`` are the ids of the requests that it
    reads, by field; ``row`` is the request as stored. ``path`` is () for the command's own turn, (2,) for the second
    request that its step files, (2, 1) for the first one that this files, and so on. ``aliases`` are the actor's other
    principals.
    """

    __slots__ = (
        "actor", "aliases", "input", "kind", "named", "owner", "parent", "path", "request", "row", "step", "transition",
        "txn",
    )  # fmt: skip

    def __init__(
        self,
        kind: Kind[Any],
        transition: Transition,
        given: msgspec.Struct,
        *,
        txn: str,
        actor: str,
        owner: str,
        request: str = "",
        parent: str | None = None,
        named: Mapping[str, str] | None = None,
        path: tuple[int, ...] = (),
        aliases: frozenset[str] = frozenset(),
    ) -> None:
        self.kind = kind
        self.transition = transition
        self.input = given
        self.txn = txn
        self.actor = actor
        self.owner = owner
        self.request = request
        self.parent = parent
        self.named = named or {}
        self.path = path
        self.aliases = aliases
        self.row: RequestRow | None = None
        self.step = Step()

    @property
    def id(self) -> str:
        """The request's id."""
        return self.request or self.txn

    @property
    def name(self) -> str:
        """The kind of its transaction."""
        return f"{self.kind.name}.{self.transition.name}"

    @property
    def cause(self) -> str:
        """The cause of its transaction and hold."""
        return str(Cause("request", self.kind.name, self.id))

    @property
    def target(self) -> str:
        """The state to which its step leads. Raises ValueError where the step says none that is declared."""
        to = self.transition.to
        target = self.step.to or to[0]
        if target not in to or (not self.step.to and len(to) > 1):
            raise ValueError(f"{self.name} must lead to one of {to}")
        return target

    def money_of(self, data: msgspec.Struct, book: Book) -> tuple[int | None, str | None]:
        """The smallest units and the asset that data of the kind names. Raises InvalidInput."""
        if not (self.kind.files_money or (self.kind.has_money and isinstance(data, self.kind.data))):
            return None, None
        asset: str = data.asset  # type: ignore[attr-defined]
        return read_units(data.amount, asset, book.assets), asset  # type: ignore[attr-defined]


class TurnPlan:
    """The turns of one command over a book, in the order in which they are taken; ``refs`` are the rows they need."""

    def __init__(self, kinds: Mapping[str, Kind[Any]], book: Book, refs: Refs) -> None:
        self.turns: list[Turn] = []
        self.refs = refs
        self._kinds = kinds
        self._book = book
        # The requests as the turns so far will leave them.
        self._drafts: dict[str, RequestRow] = {}
        self._written: dict[tuple[Table, str], tuple[Any, ...]] = {}
        self._filed = 0

    def stored(self, id: str) -> RequestRow | None:
        """A request as the turns so far leave it. Raises NotLocked where its row was not asked for."""
        if id in self._drafts:
            return self._drafts[id]
        return stored(self._book, id)

    def add(self, turn: Turn) -> Refusal | None:
        """Plan a turn that :meth:`refused` lets pass and all that it files, or say why one of them is refused.

        Raises NotLocked while rows that one reads are still to be locked, InvalidInput for money that no command may
        move, ValueError for what its kind does not declare, and whatever a step raises.
        """
        request = self._read(turn)
        if turn.transition.reads:
            self._read_rows(turn, request)
        try:
            step = turn.transition.step(request, turn.input)
        finally:
            self.refs.assets |= request.unknown
        if isinstance(step, Refusal):
            return step
        self._check(turn, request, step)
        turn.step = step
        self.turns.append(turn)
        if step.files or turn.path:
            self._draft(turn)
        waits = False
        for number, file in enumerate(step.files, 1):
            try:
                refused = self._add_file(turn, file, number)
            except NotLocked:
                # The rows of the others are of the same ranks, so name them before any of these is locked.
                waits = True
                continue
            if refused is not None:
                return refused
        if waits:
            raise NotLocked
        return None

    def _add_file(self, by: Turn, file: File, number: int) -> Refusal | None:
        kind = self._kinds[file.kind] if file.kind in by.transition.files else None
        owner = file.owner or by.owner
        if kind is None or not isinstance(file.data, kind.form) or not kind.takes(owner):
            raise ValueError(
                f"{by.name} may not file this for {owner}: {file.kind} {type(file.data).__name__}"
            )
        self._filed += 1
        if self._filed > FILES_MAX:
            raise ValueError(f"{by.name} files more than {FILES_MAX} requests")
        check_metadata(msgspec.to_builtins(file.data))
        if kind.files_money:
            asset = file.data.asset  # type: ignore[attr-defined]
            self.refs.assets.add(asset)
            read_units(file.data.amount, asset, self._book.assets)  # type: ignore[attr-defined]
        transition = kind.transitions[FILE]
        parent = getattr(file.data, kind.parent.field) if kind.parent else ""
        named = {each.field: getattr(file.data, each.field) for each in transition.named}
        for id in (parent, *named.values()):
            if id and id not in self._drafts and (REQUEST, id) not in self._book.rows:
                raise ValueError(f"{by.name} files {kind.name} for {id}, which it does not read")
        turn = Turn(
            kind, transition, file.data, txn=derived_id(by.txn, number), actor=by.actor, owner=owner,
            parent=parent or None, named={field: id for field, id in named.items() if id}, path=(*by.path, number),
        )  # fmt: skip
        return self.refused(turn) or self.add(turn)

    # Show a step its rows

    def _read(self, turn: Turn) -> Request[Any]:
        row, kind, book = turn.row, turn.kind, self._book
        if row is None:
            amount, asset = turn.money_of(turn.input, book)
            request = Request(
                id=turn.id, kind=kind.name, owner=turn.owner, state="", version=0, data=turn.input, amount=amount,
                asset=asset, filed_by=turn.actor, filed_at=book.now, changed_at=book.now, now=book.now,
                actor=turn.actor, assets=book.assets, transaction=turn.txn,
            )  # fmt: skip
        else:
            request = self._request(row, turn.actor)
            request.transaction = turn.txn
            hold = book.holds.get(row.hold or "")
            request.held = hold.remaining if hold and hold.status == HOLD_OPEN else 0
            request.approvals = row.given()
            request.corrected = row.corrected().given
            if turn.transition.confirms:
                request.moved = moves_of(book.row(MOVES, row.id))
        request.aliases, request.terms = turn.aliases, kind.terms
        if turn.parent is not None:
            request.parent = self._other(turn.parent, turn.actor)
        for field, id in turn.named.items():
            request.named[field] = self._other(id, turn.actor)
        for each in turn.transition.granted:
            request.granted[each.field] = self._left_of(getattr(request.data, each.field))
        return request

    def _left_of(self, transaction: str) -> int:
        """Return what is left to take back of what a transaction granted, 0 for no transaction."""
        if not transaction:
            return 0
        self.refs.transactions.add(transaction)
        made = self._book.transactions.get(transaction)
        if made is None:
            raise NotLocked
        return sum(left_to_take(leg, made.reversed.get(leg.number, 0)) for leg in made.legs)

    def _other(self, id: str, actor: str) -> Request[Any]:
        row = self.stored(id)
        assert row is not None
        return self._request(row, actor)

    def _request(self, row: RequestRow, actor: str) -> Request[Any]:
        return Request(
            id=row.id, kind=row.kind, owner=row.owner, state=row.state, version=row.version,
            data=row.read(self._kinds[row.kind]), amount=row.amount, asset=row.asset, filed_by=row.filed_by,
            filed_at=row.filed_at, changed_at=row.changed_at, now=self._book.now, actor=actor, assets=self._book.assets,
        )  # fmt: skip

    def _read_rows(self, turn: Turn, request: Request[Any]) -> None:
        """Hand the step its rows, table by table in the order of their ranks, or name those that are to be locked."""
        book = self._book
        for rows in turn.transition.rows:
            ids = list(rows.ids(request, turn.input))
            if len(ids) > ROWS_MAX:
                raise ValueError(f"{turn.name} reads more than {ROWS_MAX} rows of {rows.table.name}")
            self.refs.rows.setdefault(rows.table, set()).update(ids)
            if any((rows.table, id) not in book.rows for id in ids):
                raise NotLocked
            for row in ((rows.table, id) for id in ids):
                values = self._written.get(row) or book.rows[row].values
                request.rows[row] = None if values is None else tuple(values)

    # Refuse, or find a fault

    def refused(self, turn: Turn) -> Refusal | None:
        """Refuse a turn that names another request as its kind does not allow it."""
        refused = self._parent_refused(turn) if turn.parent is not None else None
        return refused or (self._named_refused(turn) if turn.named else None)

    def _parent_refused(self, turn: Turn) -> Refusal | None:
        declared, id = turn.kind.parent, turn.parent or ""
        assert declared is not None
        parent = self.stored(id)
        if (
            parent is None
            or parent.kind not in declared.kinds
            or not (declared.anybodys or parent.owner == turn.owner)
        ):
            return refuse("parent_not_found", request=id)
        if turn.row is None and declared.states and parent.state not in declared.states:
            # Whoever does not own the parent is not told in which state it is.
            state = {"state": parent.state} if parent.owner == turn.owner else {}
            return refuse("parent_not_taking", request=id, **state)
        return None

    def _named_refused(self, turn: Turn) -> Refusal | None:
        for each in turn.transition.named:
            id = turn.named.get(each.field)
            if id is None:
                continue
            found = self.stored(id)
            if (
                found is None
                or found.kind not in each.kinds
                or not (each.anybodys or found.owner == turn.owner)
            ):
                return refuse("named_not_found", field=each.field, request=id)
        return None

    def _check(self, turn: Turn, request: Request[Any], step: Step) -> None:
        for effect in step.money:
            if isinstance(effect, Reserve | Pay):
                check_move(effect.source, effect.destination, effect.amount, effect.asset, self._book.assets)
            elif isinstance(effect, Settle) and effect.amount is not None and effect.amount < 0:
                raise InvalidInput("amount_not_positive")
            elif isinstance(effect, TakeBack):
                self._check_take_back(turn, request, step, effect)
        for draw in step.draws:
            self.refs.assets.add(draw.asset)
            check_known(draw.asset, self._book.assets)
        for write in step.writes:
            row = (write.table, write.id)
            if write.table not in turn.transition.writes or row not in request.rows:
                raise ValueError(f"{turn.name} writes {write.table.name} {write.id}, which it does not read")
            self._written[row] = write.values

    def _check_take_back(self, turn: Turn, request: Request[Any], step: Step, effect: TakeBack) -> None:
        read = {getattr(request.data, each.field) for each in turn.transition.granted}
        if effect.transaction not in read or len(step.money) > 1:
            raise ValueError(f"{turn.name} takes back grants that it does not read, or moves more than that")
        if effect.amount <= 0:
            raise InvalidInput("amount_not_positive")

    def _draft(self, turn: Turn) -> None:
        """Keep the request, and its parent, as the turn will leave them, for the steps of what it files."""
        row, step, now = turn.row, turn.step, self._book.now
        if row is None:
            row = first_row(turn, self._book)
        data = row.data if step.data is None else text_of(step.data)
        amount, asset = (row.amount, row.asset) if step.data is None else turn.money_of(step.data, self._book)
        self._drafts[turn.id] = msgspec.structs.replace(
            row,
            state=turn.target,
            version=row.version + 1,
            changed_at=now,
            data=data,
            amount=amount,
            asset=asset,
        )
        if step.parent is not None and turn.parent is not None:
            parent = self.stored(turn.parent)
            assert parent is not None
            self._drafts[parent.id] = msgspec.structs.replace(
                parent, version=parent.version + 1, changed_at=now, data=text_of(step.parent)
            )


def stored(book: Book, id: str) -> RequestRow | None:
    """A request as the book has it, None where there is none. Raises NotLocked where its row was not asked for."""
    found = book.rows.get((REQUEST, id))
    if found is None:
        raise NotLocked
    return None if found.values is None else RequestRow(*found.values)


def first_row(turn: Turn, book: Book) -> RequestRow:
    """The row of a request that is being filed, before its step. Raises ValueError where that makes no data."""
    kind, now = turn.kind, book.now
    if not isinstance(turn.input if turn.step.data is None else turn.step.data, kind.data):
        raise ValueError(f"{turn.name} must make the data of what was filed")
    amount, asset = turn.money_of(turn.input, book)
    return RequestRow(
        turn.id, kind.name, turn.owner, "", 0, text_of(turn.input), None, amount, asset,
        kind.needed(amount, asset, book.assets), "[]", turn.actor, now, now, None, None, "", turn.parent, None, 0, 0,
    )  # fmt: skip
