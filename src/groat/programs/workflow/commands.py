"""The one command of all requests: it takes a transition. Filing is the first transition of a request."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, ClassVar

import msgspec

from groat.ledger.amounts import Asset
from groat.ledger.book import Book, Refs, refuse
from groat.ledger.commands import Command, Effect
from groat.ledger.errors import InvalidInput, Refusal
from groat.ledger.keys import derive
from groat.ledger.text import check_id, check_metadata
from groat.programs.workflow import moving, recording, rules
from groat.programs.workflow.rows import MOVES, OPEN, REQUEST, RequestRow, text_of
from groat.programs.workflow.rules import Taker
from groat.programs.workflow.states import DROP
from groat.programs.workflow.steps import Pay, Reserve, Step, TakeBack, read_units
from groat.programs.workflow.turns import Turn, TurnPlan, stored


class Take(Command, kw_only=True):
    """Take a transition of a request, or file one.

    ``declared`` is the kind and ``kinds`` all kinds by name. ``request`` is the id, empty when filing; ``owner`` is the
    stream of whose request is filed (``user:42``). ``input`` is the input of the transition, the form when filing.
    ``parent`` is the id of the request that it belongs to, if any, which never changes; ``named`` are the ids of the
    requests that it reads, by field. ``roles`` are the caller's, ``aliases`` other principals of the same person.
    ``version`` is the one that the caller saw, None for the present one. Somebody who files for themselves may have
    at most ``open_max`` open requests, 0 for any number.
    """

    kind: ClassVar[str] = "request"
    staged: ClassVar[bool] = True

    declared: Any
    transition: str
    input: msgspec.Struct
    request: str = ""
    owner: str = ""
    parent: str | None = None
    named: dict[str, str] = msgspec.field(default_factory=dict)
    kinds: Any = None
    roles: frozenset[str] = frozenset()
    version: int | None = None
    open_max: int = 0
    aliases: frozenset[str] = frozenset()

    def target(self) -> Any:
        """The request, the transition and its input."""
        return (
            self.declared.name,
            self.transition,
            self.request or self.owner,
            msgspec.to_builtins(self.input),
        )

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`; the data's amount must be one."""
        Command.check(self, assets)
        if self.request:
            self.request = check_id(self.request)
        elif self.declared.files_money:
            read_units(self.input.amount, self.input.asset, assets)  # type: ignore[attr-defined]
        check_metadata(msgspec.to_builtins(self.input))
        if self.parent is not None:
            self.parent = check_id(self.parent)

    def _turn(self) -> Turn:
        return Turn(
            self.declared, self.declared.transitions[self.transition], self.input, txn=self.ids[0],
            actor=self.actor or self.principal, owner=self.owner, request=self.request, parent=self.parent,
            named=self.named, aliases=self.aliases,
        )  # fmt: skip

    @property
    def _taker(self) -> Taker:
        return Taker(self.actor or self.principal, self.roles, self.aliases)

    # Needs

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the requests that it names, and once these are locked, what its steps read, move and tell."""
        # A request that is being filed asks for its own row too, though there is none yet: no batch may hold boxes
        # while it waits for requests.
        id = self.request or self.ids[0]
        requests = {id, *self.named.values(), *([self.parent] if self.parent else [])}
        refs.rows.setdefault(REQUEST, set()).update(requests)
        if self.declared.transitions[self.transition].confirms:
            refs.rows.setdefault(MOVES, set()).add(id)
        if (REQUEST, id) not in book.rows:
            return
        turn = self._turn()
        for id in requests:
            row = stored(book, id)
            if row is not None:
                refs.assets |= row.assets()
        self._see(turn, book)
        # A step may depend on how much is left of the hold, so lock it even if the step does not name it now.
        if turn.row is not None and turn.row.hold is not None:
            refs.holds.add(turn.row.hold)
        plan = TurnPlan(self.kinds, book, refs)
        if (turn.row.state if turn.row else "") in (turn.transition.sources or ("",)):
            self._foresee(plan, turn, refs)
        for each in plan.turns or [turn]:
            parent = plan.stored(each.parent) if each.parent and each.step.parent is not None else None
            recording.need(refs, each, self.kinds[parent.kind] if parent else None, parent)
            if self.open_max and self._taker.is_bounded(each):
                refs.rows.setdefault(OPEN, set()).add(each.owner)
            refs.accounts |= {(draw.account, draw.asset) for draw in each.step.draws}
            for effect in each.step.money:
                if isinstance(effect, Reserve | Pay):
                    refs.accounts |= {(effect.source, effect.asset), (effect.destination, effect.asset)}

    def _foresee(self, plan: TurnPlan, turn: Turn, refs: Refs) -> None:
        # decide() raises the same again, and reports it.
        with suppress(Exception):
            try:
                if plan.refused(turn) is None:
                    plan.add(turn)
            except InvalidInput as error:
                # Perhaps another process made the asset, and this one has not heard of it.
                refs.assets |= {error.fields["asset"]} if error.code == "unknown_asset" else set()

    def _see(self, turn: Turn, book: Book) -> None:
        turn.row = stored(book, self.request) if self.request else None
        if turn.row is not None:
            turn.owner = turn.row.owner

    # Verdict

    def decide(self, book: Book) -> Effect | Refusal:
        """Check who may take it and from where, take the steps, move their money, and tell everybody concerned."""
        turn, taker = self._turn(), self._taker
        self._see(turn, book)
        plan = TurnPlan(self.kinds, book, Refs())
        refused = (
            self._refused(turn, taker)
            or plan.refused(turn)
            or rules.too_many_open(turn, taker, book, self.open_max)
            # Refuse the first of two approvers, too. Otherwise the second could not approve what the first one did.
            or plan.add(turn)
        )
        if refused is not None:
            return refused
        row, transition = turn.row, turn.transition
        if row is not None:
            if transition.decides and rules.receives(taker, plan.turns):
                return refuse("own_request")
            if transition.approves and len(row.given()) + 1 < row.needed:
                row.approve(rules.approval_of(turn, taker, book.now))
                return self._wait(turn, row, book)
            if transition.name == DROP:
                refused = rules.drop_proposal(row, taker)
            elif transition.confirms:
                refused = rules.unconfirmed(turn, row, taker)
                if refused is None and row.corrected().proposed is not None:
                    return self._wait(turn, row, book)
            elif rules.moves_after_correction(turn.kind, row, turn.step):
                refused = refuse("was_corrected")
            if refused is not None:
                return refused
        return self._take(plan.turns, book)

    def _refused(self, turn: Turn, taker: Taker) -> Refusal | None:
        if self.request:
            return rules.transition_refused(turn, taker, self.version)
        return None if taker.may(turn) else refuse("not_allowed")

    def _wait(self, turn: Turn, row: RequestRow, book: Book) -> Effect | Refusal:
        """Keep an approval or a proposal: nothing else happens before another person agrees."""
        turn.step = Step()
        return self._take([turn], book, stays=row.state)

    def _take(self, turns: list[Turn], book: Book, stays: str = "") -> Effect | Refusal:
        taker = self._taker
        recorder = recording.Recorder(book, self.kinds, taker, self.principal, self.reason)
        self.ids = [turn.txn for turn in turns]
        transactions, answers = [], []
        for number, turn in enumerate(turns):
            refused = rules.too_many_open(turn, taker, book, self.open_max) if turn.path else None
            refused = refused or rules.line_taken(turn, book)
            if refused is not None:
                return refused
            moved = moving.move(book, turn)
            if isinstance(moved, Refusal):
                return moved
            legs, hold = moved
            before = turn.row.state if turn.row else ""
            row = recorder.write(turn, stays or turn.target, hold)
            reverses = [effect.transaction for effect in turn.step.money if isinstance(effect, TakeBack)]
            made = self.record(
                book,
                legs,
                number=number,
                reverses=reverses[0] if reverses else None,
                hold=hold,
                kind=turn.name,
                reason=row.reason,
                metadata=text_of({"request": row.id}),
                cause=turn.cause,
                key=str(derive(self.names or self.key, *turn.path)) if turn.path else None,
            )
            filed = [each for each in turns if each.path and each.path[:-1] == turn.path]
            answers.append(recorder.note(turn, row, made, before, filed))
            transactions.append(made)
        return Effect(transactions, extra=answers[0])
