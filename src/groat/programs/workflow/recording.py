"""Record a turn: the rows of the request, its step, its parent and its program, and what is told to whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from groat.engine.ids import derived_id
from groat.ledger.book import AuditEntry, Book, NotLocked, Refs
from groat.ledger.crossings import set_line
from groat.ledger.rows import HOLD_OPEN, HoldRow, Leg, TransactionRow
from groat.programs import notifications
from groat.programs.notifications import Notice
from groat.programs.notifications.notices import BOX, is_person
from groat.programs.workflow.kinds import Kind
from groat.programs.workflow.moving import hold_of
from groat.programs.workflow.rows import (
    MOVES,
    OF_PARENT,
    OPEN,
    REQUEST,
    STEP,
    RequestRow,
    StepRow,
    moves_of,
    text_of,
)
from groat.programs.workflow.rules import Taker, approval_of
from groat.programs.workflow.states import ADMIN, OTHERS_MAX
from groat.programs.workflow.steps import Moved
from groat.programs.workflow.turns import Turn, first_row, stored
from groat.programs.workflow.views import FiledView, RequestView, line_of, request_view

SUMMARY = "requests_updated"


def need(
    refs: Refs, turn: Turn, parent_kind: Kind[Any] | None = None, parent: RequestRow | None = None
) -> None:
    """Name what recording a turn needs: the streams that it tells, those of a ``parent`` that it changes, and boxes."""
    for stream in _told_of(turn):
        notifications.need(refs, stream)
    if is_person(turn.owner):
        # The lock on the box also guards the count of the person's open requests.
        notifications.need(refs, turn.owner)
    refs.streams.add(turn.owner)
    refs.streams.update(turn.kind.rooms)
    if parent is not None and parent_kind is not None:
        refs.streams.update(parent_kind.rooms)
        refs.streams.add(parent.owner)


def _told_of(turn: Turn) -> dict[str, Notice]:
    """List a step's notices by stream, without the owner's own: at most OTHERS_MAX, and a room's in place of more."""
    step = turn.step
    if not step.others and (step.notice is None or is_person(turn.owner)):
        return {}
    others = dict(step.others)
    others.pop(turn.owner, None)
    told = dict(list(others.items())[:OTHERS_MAX])
    if step.notice is not None and not is_person(turn.owner):
        told |= dict.fromkeys((f"role:{role}" for role in turn.kind.roles or (ADMIN,)), step.notice)
    if step.rest is not None and len(others) > OTHERS_MAX:
        told[step.rest[0]] = step.rest[1]
    return told


class Recorder:
    """Writes the turns of one command into a book. ``reason`` is the caller's, for steps and inputs that give none."""

    def __init__(
        self, book: Book, kinds: Mapping[str, Kind[Any]], taker: Taker, principal: str, reason: str
    ) -> None:
        self._book = book
        self._kinds = kinds
        self._taker = taker
        self._principal = principal
        self._reason = reason

    def reason(self, turn: Turn) -> str:
        """The reason of a turn's transaction."""
        return turn.step.reason or getattr(turn.input, "reason", "") or self._reason

    def write(self, turn: Turn, target: str, hold: HoldRow | None) -> RequestRow:
        """Write the request as the turn leaves it, in the state ``target``, and the rows of its program."""
        book, kind, step, now = self._book, turn.kind, turn.step, self._book.now
        row = turn.row or first_row(turn, book)
        decided = turn.transition.decides and target != row.state
        if decided:
            if turn.transition.approves:
                row.approve(approval_of(turn, self._taker, now))
            row.decided_by, row.decided_at = turn.actor, now
        if step.data is not None:
            self._check_links(turn, row, step.data)
            row.data = text_of(step.data)
            row.amount, row.asset = turn.money_of(step.data, book)
        if target != row.state or (step.data is not None and not turn.transition.approves):
            self._begin_approval(kind, row, target)
        if target != row.state or step.due_at is not None or _ends_wait(turn, row, now):
            row.due_at = step.due_at
        state = kind.states[target]
        if row.due_at is not None and not state.on_due:
            raise ValueError(f"{kind.name}: the state {target} has nothing to do when it is due")
        row.state = target
        row.version += 1
        row.changed_at = now
        row.reason = self.reason(turn)
        self._count(row.owner, int(state.open) - row.open)
        row.waits = int(state.waits or row.corrected().proposed is not None)
        row.open = int(state.open)
        held = hold or hold_of(book, turn.row)
        row.hold = held.id if held is not None and held.status == HOLD_OPEN else None
        if row.hold is not None and not state.open:
            raise ValueError(f"{kind.name}: it must capture or release its hold before it ends as {target}")
        book.put(REQUEST, row.id, row.values())
        for write in step.writes:
            book.put(write.table, write.id, list(write.values))
        for draw in step.draws:
            account = book.accounts[draw.account, draw.asset]
            set_line(book, account, draw.kind, row.id, draw.threshold)
        return row

    def note(
        self,
        turn: Turn,
        row: RequestRow,
        made: TransactionRow,
        before: str,
        filed: list[Turn],
    ) -> dict[str, Any]:
        """Write the step of a transaction and tell everybody concerned; returns the answer for the caller."""
        book, by, reason = self._book, turn.actor, row.reason
        if (MOVES, row.id) in book.rows:
            self._note_moves(row.id, made.legs, made.id)
        history = StepRow(
            made.id, row.id, row.version, turn.transition.name, before, row.state, by, book.now, reason,
            text_of(turn.input) if turn.request else "{}",
        )  # fmt: skip
        book.put(STEP, history.id, history.values())
        states = [text_of({"state": state} if state else None) for state in (before, row.state)]
        book.audit.append(
            AuditEntry(made.kind, self._principal, by, f"{row.owner}/{row.id}", reason, made.key, *states)
        )
        view = request_view(row, book.assets)
        untold = max(0, len(dict(turn.step.others)) - OTHERS_MAX) if turn.step.others else 0
        line = line_of(view, by, untold)
        for room in turn.kind.rooms:
            book.sum_up(made.id, room, SUMMARY, line)
        news: dict[str, tuple[str, dict[str, Any]]] = {}
        if turn.step.parent is not None:
            parent = self._write_parent(turn, made.id, row, turn.step.parent, reason)
            self._tell_of_parent(made, parent, row, view, by, news)
        view.filed = [FiledView(t.kind.name, t.id, t.owner) for t in filed] or msgspec.UNSET
        answer: dict[str, Any] = msgspec.to_builtins(view)
        view.filed = [each for each in view.filed or () if each.owner == row.owner] or msgspec.UNSET
        news[row.owner] = (f"{row.kind}_updated", msgspec.to_builtins(view) if filed else answer)
        self._tell(turn, made, row, news)
        return answer

    def _check_links(self, turn: Turn, row: RequestRow, data: msgspec.Struct) -> None:
        """Check that the data still names the same requests, for the locks were taken by the ids in the old data."""
        kind = turn.kind
        if turn.row is not None and kind.links:
            was = row.read(kind)
            for field in sorted(kind.links):
                if getattr(data, field) != getattr(was, field):
                    raise ValueError(f"{turn.name} may not change {field}, which names another request")

    def _count(self, owner: str, more: int) -> None:
        """Count this request, so that later commands of the batch see the new count."""
        counted = self._book.rows.get((OPEN, owner))
        if counted is not None and more:
            before = 0 if counted.values is None else counted.values[1]
            self._book.put(OPEN, owner, [owner, before + more])

    def _begin_approval(self, kind: Kind[Any], row: RequestRow, target: str) -> None:
        """Start without approvals in a state where somebody must approve: earlier approvals were of other terms."""
        if target in kind.approvable:
            row.approvals, row.needed = "[]", kind.needed(row.amount, row.asset, self._book.assets)

    def _note_moves(self, id: str, legs: list[Leg], txn: str) -> None:
        """Record the movements, so that later commands of the batch see them."""
        more = [
            Moved(leg.source.path, leg.destination.path, leg.source.asset, leg.amount, txn) for leg in legs
        ]
        moves = (*moves_of(self._book.row(MOVES, id)), *(each for each in more if each.amount))
        self._book.put(MOVES, id, [id, text_of(moves)])

    def _write_parent(
        self, turn: Turn, transaction: str, child: RequestRow, data: msgspec.Struct, reason: str
    ) -> RequestRow:
        """Write the parent and a step of its own: its history says what changed it, and its version goes up."""
        book = self._book
        row = stored(book, child.parent or "")
        assert row is not None
        row.data, row.changed_at = text_of(data), book.now
        row.version += 1
        book.put(REQUEST, row.id, row.values())
        step = StepRow(
            transaction + OF_PARENT, row.id, row.version, turn.name, row.state, row.state, turn.actor, book.now, reason,
            text_of({"request": child.id}),
        )  # fmt: skip
        book.put(STEP, step.id, step.values())
        return row

    # Tell those concerned

    def _tell_of_parent(
        self,
        made: TransactionRow,
        parent: RequestRow,
        row: RequestRow,
        view: RequestView,
        by: str,
        news: dict[str, tuple[str, dict[str, Any]]],
    ) -> None:
        """Tell staff and the parent's owner. An owner of both hears of the parent in the event of the child."""
        changed = request_view(parent, self._book.assets)
        line = line_of(changed, by)
        for room in sorted({*self._kinds[parent.kind].rooms, *self._kinds[row.kind].rooms}):
            self._book.sum_up(made.id, room, SUMMARY, line)
        if parent.owner == row.owner:
            view.changed_parent = changed
        elif is_person(parent.owner):
            news[parent.owner] = (f"{parent.kind}_updated", msgspec.to_builtins(changed))
        else:
            # Many requests may belong to one of the house, so its stream is told once a batch.
            self._book.sum_up(made.id, parent.owner, SUMMARY, line)

    def _tell(
        self,
        turn: Turn,
        made: TransactionRow,
        row: RequestRow,
        news: dict[str, tuple[str, dict[str, Any]]],
    ) -> None:
        notices = _told_of(turn)
        if turn.step.notice is not None and is_person(row.owner):
            notices[row.owner] = turn.step.notice
        touched = {account.stream for leg in made.legs for account in (leg.source, leg.destination)}
        for number, stream in enumerate(dict.fromkeys((*news, *notices))):
            event, data = news.get(stream, ("balance_updated" if stream in touched else "notification", {}))
            told = None
            if stream in notices:
                if (BOX, stream) not in self._book.rows and not self._book.tells_later(stream):
                    raise NotLocked
                # Only the owner and staff can look the request up.
                knows = stream == row.owner or not is_person(row.owner)
                subject = {"kind": row.kind, "id": row.id} if knows else None
                told = notifications.notify(
                    self._book, derived_id(turn.txn, f"notice/{number}"), stream, notices[stream], subject
                )
            self._book.tell(made.id, stream, event, data, told)


def _ends_wait(turn: Turn, row: RequestRow, now: int) -> bool:
    """Return whether this is what the request was due for, so that it is due no more though its state stays."""
    if row.due_at is None or row.due_at > now:
        return False
    due = turn.kind.transitions[turn.kind.states[row.state].on_due]
    return turn.transition.name in (due.name, due.on_refused)
