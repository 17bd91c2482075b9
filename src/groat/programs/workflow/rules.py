"""The rules for every kind: who may take a transition, from which state, and how often."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any, NamedTuple

import msgspec

from groat.ledger.accounts import owner_stream
from groat.ledger.book import Book, NotLocked, refuse
from groat.ledger.errors import Refusal
from groat.ledger.text import format_time
from groat.programs.notifications.notices import is_person
from groat.programs.workflow.kinds import Kind
from groat.programs.workflow.rows import OPEN, Corrections, RequestRow
from groat.programs.workflow.states import OWNER, SERVICE, SYSTEM
from groat.programs.workflow.steps import Approval, Pay, Reserve, Step, TakeBack, Unreserve, person_of
from groat.programs.workflow.turns import Turn
from groat.programs.workflow.views import is_role_of

_AMOUNT = re.compile(r"[0-9]{1,19}(\.[0-9]{1,18})?")


class Taker(NamedTuple):
    """The taker of a transition: a principal, its ``roles``, and the other principals of the same person."""

    by: str
    roles: frozenset[str]
    aliases: frozenset[str]

    def is_one_of(self, *principals: str) -> bool:
        """Return whether one of these is the same person."""
        me = {person_of(principal) for principal in (self.by, *self.aliases)}
        return not me.isdisjoint(person_of(principal) for principal in principals)

    def owns(self, owner: str) -> bool:
        """Return whether requests of this stream are their own; those of the house are nobody's own."""
        return self.by == owner and is_person(owner)

    def may(self, turn: Turn) -> bool:
        """Return whether they may take the transition, as its owner or by a role."""
        mine = self.owns(turn.owner) and OWNER in turn.transition.by
        return mine or is_role_of(turn.transition, self.roles)

    def is_bounded(self, turn: Turn) -> bool:
        """Return whether the bound on open requests holds: a person who is not staff files for themselves."""
        return not turn.request and self.owns(turn.owner) and self.roles.isdisjoint(turn.kind.audience)


def transition_refused(turn: Turn, taker: Taker, version: int | None) -> Refusal | None:
    """Refuse a transition of a request that is not there, or not in such a state, or not theirs to take."""
    row, transition = turn.row, turn.transition
    if row is None or row.kind != turn.kind.name:
        return refuse("request_not_found", request=turn.request)
    if not taker.may(turn):
        # A caller who may not read the request must not learn that it exists.
        reads = taker.owns(row.owner) or not taker.roles.isdisjoint(turn.kind.audience | {SERVICE, SYSTEM})
        return refuse("not_allowed") if reads else refuse("request_not_found", request=turn.request)
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
    if version not in (None, row.version):
        return Refusal(
            "wrong_state",
            f"The request changed meanwhile: it is at version {row.version}, not {version}.",
            {"state": row.state, "version": str(row.version)},
        )
    filer = () if transition.by_filer else (row.filed_by,)
    if transition.decides and taker.is_one_of(row.owner, *filer, _recipient(turn.kind, row)):
        return refuse("own_request")
    if transition.approves and taker.is_one_of(*(approval.by for approval in row.given())):
        return refuse("second_approver")
    if transition.approves and not all(
        is_same(a.input, approval_of(turn, taker, 0).input) for a in row.given()
    ):
        return refuse("approval_differs")
    return None


def too_many_open(turn: Turn, taker: Taker, book: Book, most: int) -> Refusal | None:
    """Refuse a filing beyond ``most`` open requests, 0 for any number. Raises NotLocked if they are not counted yet."""
    if not most or not taker.is_bounded(turn):
        return None
    if (OPEN, turn.owner) not in book.rows:
        raise NotLocked
    values = book.row(OPEN, turn.owner)
    count = 0 if values is None else int(values[1])
    if count < most:
        return None
    return Refusal(
        "too_many_open",
        f"{count} requests are open, and nobody may have more than {most}. Wait until some end.",
        {"open": str(count), "max": str(most)},
    )


def line_taken(turn: Turn, book: Book) -> Refusal | None:
    """Refuse a line that another request has. Raises NotLocked for an account that was not known to be needed."""
    for draw in turn.step.draws:
        account = book.accounts.get((draw.account, draw.asset))
        if account is None:
            raise NotLocked
        lines = book.account_lines.get(account)
        others = (
            [ref for kind, ref in lines.thresholds if kind == draw.kind and ref != turn.id] if lines else []
        )
        if others and draw.threshold is not None:
            return refuse(draw.taken, request=others[0])
    return None


def receives(taker: Taker, turns: list[Turn]) -> bool:
    """Return whether money of these steps goes to the very person who takes them."""
    paid = [
        effect.destination
        for turn in turns
        for effect in turn.step.money
        if isinstance(effect, Reserve | Pay)
    ]
    return taker.is_one_of(*(owner_stream(path) or "" for path in paid))


def drop_proposal(row: RequestRow, taker: Taker) -> Refusal | None:
    """Withdraw the proposed correction from the row; return a refusal if that cannot be."""
    corrections = row.corrected()
    if corrections.proposed is None:
        return Refusal("nothing_to_correct", "Nobody proposes a correction of this request.")
    if taker.is_one_of(row.owner):
        return refuse("own_request")
    row.correct(msgspec.structs.replace(corrections, proposed=None))
    return None


def unconfirmed(turn: Turn, row: RequestRow, taker: Taker) -> Refusal | None:
    """Propose a correction in the row, or confirm another person's proposal; return a refusal if neither can be."""
    concerned = {row.owner}
    corrections = row.corrected()
    given = dict(corrections.given)
    for effect in turn.step.money:
        if isinstance(effect, Pay):
            concerned |= {owner_stream(effect.source) or "", owner_stream(effect.destination) or ""}
        if isinstance(effect, Pay | TakeBack):
            given[effect.asset] = given.get(effect.asset, 0) + effect.amount
    if taker.is_one_of(*concerned):
        return refuse("own_request")
    proposed, mine = corrections.proposed, approval_of(turn, taker, row.changed_at)
    if proposed is None or not is_same(proposed.input, mine.input):
        # Another proposal replaces the first, which nobody has confirmed.
        row.correct(msgspec.structs.replace(corrections, proposed=mine))
    elif taker.is_one_of(proposed.by):
        return refuse("second_approver")
    elif taker.is_one_of(row.filed_by):
        return refuse("own_request")
    else:
        row.correct(Corrections(given))
    return None


def moves_after_correction(kind: Kind[Any], row: RequestRow, step: Step) -> bool:
    """Return whether the step moves money of a corrected request whose kind does not reckon with corrections."""
    if not row.corrections:
        return False
    moves = any(not isinstance(effect, Unreserve) for effect in step.money)
    return moves and kind.inherits_correct and bool(row.corrected().given)


def approval_of(turn: Turn, taker: Taker, now: int) -> Approval:
    """Make the approval of this taker: the input without its reason, at ``now`` (microseconds)."""
    terms = {name: value for name, value in msgspec.to_builtins(turn.input).items() if name != "reason"}
    return Approval(taker.by, now, terms)


def is_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Return whether two inputs ask for the same: ``5`` and ``5.00`` are one amount."""
    return _by_value(one) == _by_value(other)


def _by_value(terms: dict[str, Any]) -> dict[str, Any]:
    amount = terms.get("amount")
    # An empty one stands for all that is left, and what is no amount is compared as it is, for nobody has read it yet.
    if isinstance(amount, str) and _AMOUNT.fullmatch(amount):
        return {**terms, "amount": Fraction(amount)}
    return terms


def _recipient(kind: Kind[Any], row: RequestRow) -> str:
    """Return who receives the request's money, "" for nobody who is known here."""
    user = getattr(row.read(kind), kind.recipient) if kind.recipient else ""
    return f"user:{user}" if user else ""
