"""The one command of all requests: taking a transition, of which filing is the first."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from groat.ledger.accounts import owner_stream
from groat.ledger.amounts import Asset
from groat.ledger.book import (
    HOLD_CAPTURED,
    HOLD_OPEN,
    HOLD_RELEASED,
    Account,
    AuditEntry,
    Book,
    HoldRow,
    Leg,
    Move,
    NotLocked,
    Refs,
    TransactionRow,
    refuse,
)
from groat.ledger.causes import Cause
from groat.ledger.commands import Command, Effect, check_move
from groat.ledger.errors import InvalidInput, Refusal
from groat.ledger.text import check_id, check_metadata, format_time
from groat.programs import notifications
from groat.programs.notifications.notices import BOX
from groat.programs.workflow.kinds import (
    ADMIN,
    DROP,
    OTHERS_MAX,
    OWNER,
    SERVICE,
    SYSTEM,
    Approval,
    Kind,
    Moved,
    Pay,
    Request,
    Reserve,
    Settle,
    Step,
    Transition,
    Unreserve,
    person_of,
    read_units,
)
from groat.programs.workflow.rows import (
    MOVES,
    OF_PARENT,
    OPEN,
    REQUEST,
    STEP,
    Corrections,
    RequestRow,
    StepRow,
    moves_of,
    text_of,
)
from groat.programs.workflow.views import is_role_of, line_of, request_view

SUPPORT = "support"
READERS = frozenset({ADMIN, SUPPORT})
"""The roles that read everything, and so hear of every request, whoever decides it and if nobody does."""

SUMMARY = "requests_updated"


class Take(Command, kw_only=True):
    """Take a transition of a request, or file one.

    ``declared`` is the kind; ``request`` the id, empty when filing; ``owner`` whose request is filed (``user:42``);
    ``input`` the transition's, the form when filing; ``parent`` the id of the request that it belongs to, if any, which
    never changes. ``roles`` are those of who calls; ``version`` the one that they saw, None for whichever it is now.
    Who files as the owner may have ``open_max`` open requests at most, 0 for any number. ``aliases`` are the other
    principals of the same person.
    """

    kind: ClassVar[str] = "request"
    staged: ClassVar[bool] = True

    declared: Any
    transition: str
    input: msgspec.Struct
    request: str = ""
    owner: str = ""
    parent: str | None = None
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

    def ids_needed(self) -> int:
        """The transaction's, and one for each notification."""
        return 2 + OTHERS_MAX

    @property
    def _transition(self) -> Transition:
        found: Transition = self.declared.transitions[self.transition]
        return found

    @property
    def _cause(self) -> str:
        return str(Cause("request", self.declared.name, self.request or self.ids[0]))

    @property
    def _by(self) -> str:
        return self.actor or self.principal

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`; the data's amount must be one."""
        Command.check(self, assets)
        if self.request:
            self.request = check_id(self.request)
        elif self.declared.has_money:
            read_units(self.input.amount, self.input.asset, assets)  # type: ignore[attr-defined]
        check_metadata(msgspec.to_builtins(self.input))
        if self.parent is not None:
            self.parent = check_id(self.parent)

    # Needs

    def needs(self, refs: Refs, book: Book) -> None:
        """The request and its parent, and once these are locked what its step moves and whom it tells."""
        # A request that is being filed asks for its own row too, though there is none yet: nobody may hold boxes while
        # they wait for requests.
        id = self.request or self.ids[0]
        refs.rows.setdefault(REQUEST, set()).add(id)
        if self.parent is not None:
            refs.rows[REQUEST].add(self.parent)
        if self._transition.confirms:
            refs.rows.setdefault(MOVES, set()).add(id)
        if (REQUEST, id) not in book.rows:
            return
        row = self._stored(book, id)
        for stored in (row, self._stored(book, self.parent) if self.parent else None):
            if stored is not None:
                refs.assets |= stored.assets()
        notifications.need(refs, row.owner if row else self.owner)
        if self._is_bounded:
            refs.rows.setdefault(OPEN, set()).add(self.owner)
        refs.streams.update(f"role:{role}" for role in self._audience)
        # A step may depend on how much is left of the hold, so lock it even if the step does not name it now.
        if row is not None and row.hold is not None:
            refs.holds.add(row.hold)
        step = self._outlook(row, book)
        if not isinstance(step, Step):
            return
        for stream, _ in step.others:
            notifications.need(refs, stream)
        for effect in step.money:
            if isinstance(effect, Reserve | Pay):
                refs.accounts |= {(effect.source, effect.asset), (effect.destination, effect.asset)}

    @property
    def _audience(self) -> set[str]:
        return {*READERS, *self.declared.roles}

    @property
    def _is_bounded(self) -> bool:
        """Return whether it is filed by its owner, who is no staff, so that they may have too many open."""
        filed_by_owner = not self.request and self._by == self.owner
        return bool(self.open_max) and filed_by_owner and self.roles.isdisjoint(self._audience)

    def _outlook(self, row: RequestRow | None, book: Book) -> Step | Refusal | None:
        # Take the step to learn what it needs. An exception here is raised again in decide(), which reports it.
        if (row.state if row else "") not in (self._transition.sources or ("",)):
            return None
        try:
            return self._step(row, book)
        except Exception:  # noqa: BLE001
            return None

    def _step(self, row: RequestRow | None, book: Book) -> Step | Refusal:
        """Take the step. Raises InvalidInput for money that no command may move."""
        step = self._transition.step(self._read(row, book), self.input)
        if isinstance(step, Step):
            for effect in step.money:
                if isinstance(effect, Reserve | Pay):
                    check_move(effect.source, effect.destination, effect.amount, effect.asset, book.assets)
                elif isinstance(effect, Settle) and effect.amount is not None and effect.amount < 0:
                    raise InvalidInput("amount_not_positive")
        return step

    def _stored(self, book: Book, id: str) -> RequestRow | None:
        found = book.rows.get((REQUEST, id))
        if found is None or found.values is None:
            return None
        return RequestRow(*found.values)

    def _read(self, row: RequestRow | None, book: Book) -> Request[Any]:
        kind: Kind[Any] = self.declared
        now = book.now
        if row is None:
            amount, asset = self._money(self.input, book)
            request = Request(
                id=self.ids[0] if self.ids else "", kind=kind.name, owner=self.owner, state="", version=0,
                data=self.input, amount=amount, asset=asset, filed_by=self._by, filed_at=now, changed_at=now, now=now,
                actor=self._by, assets=book.assets,
            )  # fmt: skip
        else:
            hold = book.holds.get(row.hold or "")
            request = Request(
                id=row.id, kind=kind.name, owner=row.owner, state=row.state, version=row.version, data=row.read(kind),
                amount=row.amount, asset=row.asset, filed_by=row.filed_by, filed_at=row.filed_at,
                changed_at=row.changed_at, now=now, actor=self._by, assets=book.assets, approvals=row.given(),
                held=hold.remaining if hold and hold.status == HOLD_OPEN else 0, corrected=row.corrected().given,
                moved=moves_of(book.row(MOVES, row.id)) if self._transition.confirms else (),
            )  # fmt: skip
        parent = self._stored(book, self.parent) if self.parent else None
        if parent is not None:
            request.parent = self._read_parent(parent, book)
        return request

    def _read_parent(self, row: RequestRow, book: Book) -> Request[Any]:
        parent_kind: Kind[Any] = self.declared.parent[1]
        return Request(
            id=row.id, kind=row.kind, owner=row.owner, state=row.state, version=row.version, data=row.read(parent_kind),
            amount=row.amount, asset=row.asset, filed_by=row.filed_by, filed_at=row.filed_at,
            changed_at=row.changed_at, now=book.now, actor=self._by, assets=book.assets,
        )  # fmt: skip

    def _money(self, data: msgspec.Struct, book: Book) -> tuple[int | None, str | None]:
        if not self.declared.has_money:
            return None, None
        asset: str = data.asset  # type: ignore[attr-defined]
        return read_units(data.amount, asset, book.assets), asset  # type: ignore[attr-defined]

    # Verdict

    def decide(self, book: Book) -> Effect | Refusal:
        """Check who may take it and from where, take the step, move its money, and tell everybody concerned."""
        row = None
        if self.request:
            row = self._stored(book, self.request)
            refused = self._refused(row)
            if refused is not None:
                return refused
        elif not self._may(self._by == self.owner):
            return refuse("not_allowed")
        if self.parent is not None:
            refused = self._parent_refused(row, book)
            if refused is not None:
                return refused
        if self._is_bounded:
            count = self._open(book)
            if count >= self.open_max:
                return Refusal(
                    "too_many_open",
                    f"{count} requests are open, and nobody may have more than {self.open_max}. Wait until some end.",
                    {"open": str(count), "max": str(self.open_max)},
                )
        step = self._step(row, book)
        if isinstance(step, Refusal):
            # To the first of two approvers, too, or nobody could approve what the first one did.
            return step
        if row is not None and self._transition.decides and self._receives(step):
            return refuse("own_request")
        if row is not None and self._transition.approves and len(row.given()) + 1 < row.needed:
            row.approve(self._approval(book.now))
            return self._record(book, row, row.state, Step(), [], None)
        if row is not None and self._transition.name == DROP:
            corrections = row.corrected()
            if corrections.proposed is None:
                return Refusal("nothing_to_correct", "Nobody proposes a correction of this request.")
            if self._is_me(row.owner):
                return refuse("own_request")
            row.correct(msgspec.structs.replace(corrections, proposed=None))
        if row is not None and self._transition.confirms:
            refused = self._unconfirmed(row, step)
            if refused is not None:
                return refused
            if row.corrected().proposed is not None:
                return self._record(book, row, row.state, Step(), [], None)
        elif row is not None and row.corrections and self._moves_after_correction(row, step):
            return refuse("was_corrected")
        target = step.to or self._transition.to[0]
        if target not in self._transition.to or (not step.to and len(self._transition.to) > 1):
            raise ValueError(
                f"{self.declared.name}.{self.transition} must lead to one of {self._transition.to}"
            )
        moved = self._move(book, row, step)
        if isinstance(moved, Refusal):
            return moved
        legs, hold = moved
        return self._record(book, row, target, step, legs, hold)

    def _may(self, mine: bool) -> bool:
        return is_role_of(self._transition, self.roles) or (mine and OWNER in self._transition.by)

    def _refused(self, row: RequestRow | None) -> Refusal | None:
        transition = self._transition
        if row is None or row.kind != self.declared.name:
            return refuse("request_not_found", request=self.request)
        mine = self._by == row.owner
        if not self._may(mine):
            # A caller who may not read the request must not learn that it exists.
            reads = mine or not self.roles.isdisjoint(self._audience | {SERVICE, SYSTEM})
            return refuse("not_allowed") if reads else refuse("request_not_found", request=self.request)
        if row.state not in transition.sources:
            if transition.decides and row.decided_by is not None:
                return Refusal(
                    "already_decided",
                    f"{row.decided_by} decided it first: it is {row.state} now.",
                    {
                        "decided_by": row.decided_by,
                        "decided_at": format_time(row.decided_at or 0),
                        "state": row.state,
                    },
                )
            return Refusal(
                "wrong_state",
                f"The request is {row.state}; {transition.name} starts from {' or '.join(transition.sources)}.",
                {"state": row.state},
            )
        if self.version not in (None, row.version):
            return Refusal(
                "wrong_state",
                f"The request changed meanwhile: it is at version {row.version}, not {self.version}.",
                {"state": row.state, "version": str(row.version)},
            )
        if transition.decides and self._is_me(row.owner, row.filed_by, self._recipient(row)):
            return refuse("own_request")
        if transition.approves and self._is_me(*(approval.by for approval in row.given())):
            return refuse("second_approver")
        if transition.approves and any(a.input != self._approval(0).input for a in row.given()):
            return refuse("approval_differs")
        return None

    def _is_me(self, *principals: str) -> bool:
        me = {person_of(principal) for principal in (self._by, *self.aliases)}
        return not me.isdisjoint(person_of(principal) for principal in principals)

    def _recipient(self, row: RequestRow) -> str:
        """Return who receives the request's money, "" for nobody who is known here."""
        kind: Kind[Any] = self.declared
        user = getattr(row.read(kind), kind.recipient) if kind.recipient else ""
        return f"user:{user}" if user else ""

    def _receives(self, step: Step) -> bool:
        """Return whether money of the step goes to the very person who takes it."""
        paid = [effect.destination for effect in step.money if isinstance(effect, Reserve | Pay)]
        return self._is_me(*(owner_stream(path) or "" for path in paid))

    def _unconfirmed(self, row: RequestRow, step: Step) -> Refusal | None:
        """Propose a correction in the row, or confirm another person's proposal; return a refusal if neither can be."""
        concerned = {row.owner}
        given = dict(row.corrected().given)
        for effect in step.money:
            if isinstance(effect, Pay):
                concerned |= {owner_stream(effect.source) or "", owner_stream(effect.destination) or ""}
                given[effect.asset] = given.get(effect.asset, 0) + effect.amount
        if self._is_me(*concerned):
            return refuse("own_request")
        corrections = row.corrected()
        proposed, mine = corrections.proposed, self._approval(row.changed_at)
        if proposed is None or proposed.input != mine.input:
            # Another proposal replaces the first, which nobody has confirmed.
            row.correct(msgspec.structs.replace(corrections, proposed=mine))
        elif self._is_me(proposed.by):
            return refuse("second_approver")
        elif self._is_me(row.filed_by):
            return refuse("own_request")
        else:
            row.correct(Corrections(given))
        return None

    def _moves_after_correction(self, row: RequestRow, step: Step) -> bool:
        """Return whether a kind that knows of no corrections would move money which it does not know to be back."""
        moves = any(not isinstance(effect, Unreserve) for effect in step.money)
        return moves and self.declared.inherits_correct and bool(row.corrected().given)

    def _approval(self, now: int) -> Approval:
        terms = {name: value for name, value in msgspec.to_builtins(self.input).items() if name != "reason"}
        return Approval(self._by, now, terms)

    def _parent_refused(self, row: RequestRow | None, book: Book) -> Refusal | None:
        assert self.parent is not None
        parent = self._stored(book, self.parent)
        owner = row.owner if row else self.owner
        if parent is None or parent.kind != self.declared.parent[1].name or parent.owner != owner:
            return refuse("parent_not_found", request=self.parent)
        return None

    def _open(self, book: Book) -> int:
        if (OPEN, self.owner) not in book.rows:
            raise NotLocked
        values = book.row(OPEN, self.owner)
        return 0 if values is None else int(values[1])

    def _account(self, book: Book, path: str, asset: str) -> Account:
        found = book.accounts.get((path, asset))
        if found is None:
            raise NotLocked
        return found

    def _move(
        self, book: Book, row: RequestRow | None, step: Step
    ) -> tuple[list[Leg], HoldRow | None] | Refusal:
        name = f"{self.declared.name}.{self.transition}"
        before = self._held(book, row)
        resolved: HoldRow | None = None
        moves: list[Move] = []
        if sum(not isinstance(effect, Pay) for effect in step.money) > 1:
            raise ValueError(f"{name} may hold, capture or release only once")
        for effect in step.money:
            if isinstance(effect, Pay):
                source = self._account(book, effect.source, effect.asset)
                destination = self._account(book, effect.destination, effect.asset)
                moves.append(Move(0, source, destination, effect.amount, 0))
                continue
            if isinstance(effect, Reserve):
                if before is not None and before.status == HOLD_OPEN:
                    raise ValueError(f"{name}: the request holds already")
                source = self._account(book, effect.source, effect.asset)
                destination = self._account(book, effect.destination, effect.asset)
                amount = effect.amount
                resolved = HoldRow(
                    self.ids[0], source, destination, amount, 0, 0, None, HOLD_OPEN, book.now, self._cause
                )
                book.holds[resolved.id] = resolved
                move = Move(0, source, destination, 0, amount)
            elif before is None:
                raise ValueError(f"{name}: the request holds nothing")
            elif before.status != HOLD_OPEN:
                # An earlier version let it be resolved by hand. Where it is as the step wants it, the request goes on.
                wanted = 0
                if isinstance(effect, Settle):
                    wanted = before.amount if effect.amount is None else effect.amount
                if before.captured != wanted:
                    return refuse("hold_resolved", hold=before.id, state=before.status)
                continue
            else:
                resolved, amount, status = before, 0, HOLD_RELEASED
                if isinstance(effect, Settle):
                    amount = before.remaining if effect.amount is None else effect.amount
                    status = HOLD_CAPTURED
                if amount > before.remaining:
                    return refuse("exceeds_hold", hold=before.id)
                move = book.resolve(before, amount, before.remaining, status, self._cause)
            # The first posting of a transaction is that of its hold.
            moves.insert(0, move)
        legs = book.move([move._replace(number=n) for n, move in enumerate(moves)])
        return legs if isinstance(legs, Refusal) else (legs, resolved)

    def _held(self, book: Book, row: RequestRow | None) -> HoldRow | None:
        """The hold that the request names, which may be resolved by now."""
        if row is None or row.hold is None:
            return None
        found = book.holds.get(row.hold)
        if found is None:
            raise NotLocked
        return found

    # Writes

    def _record(
        self,
        book: Book,
        row: RequestRow | None,
        target: str,
        step: Step,
        legs: list[Leg],
        hold: HoldRow | None,
    ) -> Effect:
        kind: Kind[Any] = self.declared
        before = row.state if row else ""
        reason = step.reason or getattr(self.input, "reason", "") or self.reason
        stored = self._write(book, row, target, step, hold, reason)
        made = self.record(
            book,
            legs,
            hold=hold,
            kind=f"{kind.name}.{self.transition}",
            reason=reason,
            metadata=text_of({"request": stored.id}),
            cause=self._cause,
        )
        if (MOVES, stored.id) in book.rows:
            self._note_moves(book, stored.id, legs)
        history = StepRow(
            made.id, stored.id, stored.version, self.transition, before, target, self._by, book.now, reason,
            "{}" if row is None else text_of(self.input),
        )  # fmt: skip
        book.put(STEP, history.id, history.values())
        states = [text_of({"state": s} if s else None) for s in (before, target)]
        book.audit.append(
            AuditEntry(
                made.kind, self.principal, self._by, f"{stored.owner}/{stored.id}", reason, self.key, *states
            )
        )
        view = request_view(stored, book.assets)
        lines = [line_of(view, self._by)]
        if step.parent is not None:
            parent = self._write_parent(book, made.id, stored, step.parent, reason)
            view.changed_parent = request_view(parent, book.assets)
            lines.append(line_of(view.changed_parent, self._by))
        told = msgspec.to_builtins(view)
        self._tell(book, made, stored, step, told)
        for role in sorted(self._audience):
            for line in lines:
                book.sum_up(made.id, f"role:{role}", SUMMARY, line)
        return Effect([made], extra=told)

    def _note_moves(self, book: Book, id: str, legs: list[Leg]) -> None:
        """Record the movements, so that later commands of the batch see them."""
        more = [
            Moved(leg.source.path, leg.destination.path, leg.source.asset, leg.amount, self.ids[0])
            for leg in legs
        ]
        moves = (*moves_of(book.row(MOVES, id)), *(move for move in more if move.amount))
        book.put(MOVES, id, [id, text_of(moves)])

    def _write(
        self, book: Book, row: RequestRow | None, target: str, step: Step, hold: HoldRow | None, reason: str
    ) -> RequestRow:
        kind: Kind[Any] = self.declared
        now = book.now
        if row is None:
            if not isinstance(self.input if step.data is None else step.data, kind.data):
                raise ValueError(f"{kind.name}.{self.transition} must make the data of what was filed")
            amount, asset = self._money(self.input, book)
            row = RequestRow(
                self.ids[0], kind.name, self.owner, "", 0, text_of(self.input), None, amount, asset,
                kind.needed(amount, asset, book.assets), "[]", self._by, now, now, None, None, "",
                self.parent, None, 0, 0,
            )  # fmt: skip
        decided = self._transition.decides and target != row.state
        if decided:
            if self._transition.approves:
                row.approve(self._approval(now))
            row.decided_by, row.decided_at = self._by, now
        if step.data is not None:
            row.data = text_of(step.data)
            row.amount, row.asset = self._money(step.data, book)
        if target != row.state or (step.data is not None and not self._transition.approves):
            self._begin_approval(book, row, target)
        if target != row.state or step.due_at is not None or self._ends_wait(row, now):
            row.due_at = step.due_at
        state = kind.states[target]
        if row.due_at is not None and not state.then:
            raise ValueError(f"{kind.name}: the state {target} has nothing to do when it is due")
        row.state = target
        row.version += 1
        row.changed_at = now
        row.reason = reason
        self._count(book, row.owner, int(state.open) - row.open)
        row.waits = int(state.waits or row.corrected().proposed is not None)
        row.open = int(state.open)
        held = hold or self._held(book, row)
        row.hold = held.id if held is not None and held.status == HOLD_OPEN else None
        if row.hold is not None and not state.open:
            raise ValueError(f"{kind.name}: it must capture or release its hold before it ends as {target}")
        book.put(REQUEST, row.id, row.values())
        return row

    def _count(self, book: Book, owner: str, more: int) -> None:
        """Count this request, so that later commands of the batch see the new count."""
        counted = book.rows.get((OPEN, owner))
        if counted is not None and more:
            before = 0 if counted.values is None else counted.values[1]
            book.put(OPEN, owner, [owner, before + more])

    def _write_parent(
        self, book: Book, transaction: str, child: RequestRow, data: msgspec.Struct, reason: str
    ) -> RequestRow:
        """A step of the parent's own, so that its history says what changed it, and its version that something did."""
        row = self._stored(book, child.parent or "")
        assert row is not None
        row.data, row.changed_at = text_of(data), book.now
        row.version += 1
        book.put(REQUEST, row.id, row.values())
        step = StepRow(
            transaction + OF_PARENT, row.id, row.version, f"{child.kind}.{self.transition}", row.state, row.state,
            self._by, book.now, reason, text_of({"request": child.id}),
        )  # fmt: skip
        book.put(STEP, step.id, step.values())
        return row

    def _begin_approval(self, book: Book, row: RequestRow, target: str) -> None:
        """Begin with no approvals where somebody must approve: earlier approvals were of something else."""
        kind: Kind[Any] = self.declared
        if any(t.approves and target in t.sources for t in kind.transitions.values()):
            row.approvals, row.needed = "[]", kind.needed(row.amount, row.asset, book.assets)

    def _ends_wait(self, row: RequestRow, now: int) -> bool:
        """Return whether this is what the request was due for, so that it is due no more though its state stays."""
        if row.due_at is None or row.due_at > now:
            return False
        then = self.declared.transitions[self.declared.states[row.state].then]
        return self.transition in (then.name, then.otherwise)

    def _tell(
        self, book: Book, made: TransactionRow, row: RequestRow, step: Step, view: dict[str, Any]
    ) -> None:
        subject = {"kind": row.kind, "id": row.id}
        notified = None
        if step.notice is not None:
            notified = notifications.notify(book, self.ids[1], row.owner, step.notice, subject)
        book.tell(made.id, row.owner, f"{row.kind}_updated", view, notified)
        touched = {account.stream for leg in made.legs for account in (leg.source, leg.destination)}
        for id, (stream, notice) in zip(self.ids[2:], step.others, strict=False):
            if stream != row.owner:
                if (BOX, stream) not in book.rows:
                    raise NotLocked
                told = notifications.notify(book, id, stream, notice)
                book.tell(
                    made.id, stream, "balance_updated" if stream in touched else "notification", {}, told
                )
