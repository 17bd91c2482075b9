"""Grants: parts of a balance that have terms. What each operation does to them is the table :data:`OPERATIONS`.

One place applies it, :func:`allocate`, for every move of an account that has grants. After each command the free parts
of an account's grants sum to at most what is available, or to nothing where less than nothing is (rule 11).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from groat.ledger.accounts import CLASSES
from groat.ledger.amounts import format_amount
from groat.ledger.errors import InvalidInput, Refusal, refusal_rule
from groat.ledger.rows import Account, Allocation, Expiring, Grant, HoldPart, HoldParts, Leg, Purse
from groat.ledger.text import TIME_MAX, check_text

if TYPE_CHECKING:
    from groat.ledger.book import Book, Move

# As for the states of accounts, a named tuple's own way takes longer.
_allocation_of = tuple.__new__

# The end of a move, from `pending` on, that is about nothing but its amount.
_ALONE = (0, None, None, None, None, None)

GRANTS: Final = 1
"""The bit of :attr:`Account.extras` that says that an account has grants, or had some."""

BREAKAGE: Final = "house:breakage"
"""The account that receives what expires."""

LIVE_MAX: Final = 200
"""An account has at most this many grants of which something remains."""

CAUSE_MAX: Final = 64
NOTE_MAX: Final = 200
PRIORITY_MAX: Final = 1_000_000


class Terms(msgspec.Struct, frozen=True):
    """The terms of a grant. It ends at ``expires_at`` or ``lasts`` after the commit (microseconds), both None: never.

    The lower its ``priority``, the earlier it is spent. ``cls`` is ``paid`` or ``promotional``; ``cause`` says in a
    word or two why it was given (``signup``), ``note`` is for people.
    """

    cls: str = "promotional"
    expires_at: int | None = None
    lasts: int | None = None
    priority: int = 100
    cause: str = ""
    note: str = ""

    def check(self) -> None:
        """Raise InvalidInput (``invalid_grant``, ``invalid_time``) unless a grant can have these terms."""
        if self.cls not in CLASSES:
            raise InvalidInput("invalid_grant", f"The class of a grant is one of {', '.join(CLASSES)}.")
        if not -PRIORITY_MAX <= self.priority <= PRIORITY_MAX:
            raise InvalidInput(
                "invalid_grant", f"A priority is a whole number from -{PRIORITY_MAX} to {PRIORITY_MAX}."
            )
        if self.expires_at is not None and self.lasts is not None:
            raise InvalidInput("invalid_grant", "A grant has a moment of expiry or a duration, not both.")
        if not 0 <= (self.expires_at or 0) <= TIME_MAX or not 0 <= (self.lasts or 0) <= TIME_MAX // 2:
            raise InvalidInput("invalid_time")
        if len(self.cause) > CAUSE_MAX or len(self.note) > NOTE_MAX:
            raise InvalidInput(
                "invalid_grant", f"A cause has at most {CAUSE_MAX} characters, a note {NOTE_MAX}."
            )
        check_text(self.cause)
        check_text(self.note)

    def over_by(self, now: int) -> bool:
        """Return whether a grant with these terms would have expired by this moment."""
        ends_at = self.ends_at(now)
        return ends_at is not None and ends_at <= now

    def ends_at(self, now: int) -> int | None:
        """Return the moment at which a grant of this moment expires, None for never."""
        return self.expires_at if self.lasts is None else min(now + self.lasts, TIME_MAX)


class Back(NamedTuple):
    """A posting that a reversal puts back, ``before`` of which earlier ones did; it was recorded at ``at``.

    With ``restore`` what expired meanwhile is given anew for as long as it had left; ``debt`` lets an ordinary spend
    pay what is not left of a grant that is taken back.
    """

    leg: Leg
    before: int
    at: int
    restore: bool = False
    debt: bool = False


class PastAllocation(NamedTuple):
    """An allocation as it was in another database: the grant, which side of the posting has it, and by how much."""

    grant: Grant
    amount: int
    held: int


class Allocating:
    """The allocation of one move: what it changes, and what the source gives that may travel.

    ``limits`` are off for what was reserved before. Its changes go through the book, so a refusal undoes them.
    """

    __slots__ = ("allocations", "book", "limits", "move", "taken")

    def __init__(self, book: Book, move: Move, limits: bool) -> None:
        self.book = book
        self.move = move
        self.limits = limits
        self.allocations: list[Allocation] = []
        self.taken: list[tuple[Grant, int]] = []

    def change(self, purse: Purse, grant: Grant, amount: int, held: int) -> None:
        """Change what remains of a grant, and what is held of it."""
        book = self.book
        book.keep(purse)
        book.touch(grant)
        was, was_due_at = grant.remaining, grant.due_at
        remaining = grant.remaining = was + amount
        grant.held += held
        if remaining == grant.held:
            grant.due_at = None
        elif amount > held:
            ends = grant.voided_at if grant.voided_at is not None else grant.expires_at
            # A part that comes back after the end is due when it comes back.
            grant.due_at = None if ends is None else max(ends, book.moment)
            if grant.due_at is not None and grant.due_at <= purse.moment(book.now):
                book.any_ended = True
        purse.change_free(amount - held, was_due_at, grant.due_at)
        if remaining == 0:
            purse.live.remove(grant)
        elif was == 0:
            purse.need_all()
            purse.live.append(grant)
            purse.live.sort(key=lambda each: each.order)
        self.allocations.append(_allocation_of(Allocation, (grant, amount, held)))

    def take(self, purse: Purse, amount: int, reserve: bool = False) -> Refusal | None:
        """Take an amount from the free parts in the order of spending, or reserve it. The rest is no grant's."""
        moment, rest = purse.moment(self.book.now), amount
        stays = self.book.stays
        if stays and not self.between_people():
            stays = frozenset()
        for grant in tuple(purse.live) if rest else ():
            if grant.cls in stays or grant.ended(moment):
                continue
            free = grant.free
            if free:
                taken = rest if rest < free else free
                self.change(purse, grant, 0 if reserve else -taken, taken if reserve else 0)
                self.taken.append((grant, taken))
                rest -= taken
                if not rest:
                    return None
        if rest:
            purse.need_all()
        if stays and rest and purse.free > max(0, purse.account.available):
            return _stays(purse, amount, stays)
        return None

    def new_grant(self, purse: Purse, amount: int, like: Grant | None, terms: Terms, origin: int) -> None:
        """Make a grant of an amount, ``like`` another one from which it comes, with these terms."""
        purse.need_all()
        account, number = purse.account, sum(each.grant.is_new for each in self.allocations)
        grant = Grant(
            grant_id(account, self.book.now, number), account, 0, 0, 0, 0, 0, terms.expires_at, None, None,
            terms.priority, terms.cls, terms.cause, terms.note, like.id if like else None, "", origin, account.version,
            self.book.now, is_new=True,
        )  # fmt: skip
        self.book.touch(grant)
        grant.amount = amount
        self.change(purse, grant, amount, 0)

    def has_room(self, purse: Purse) -> Refusal | None:
        """Refuse one more live grant where there are as many as there may be."""
        if self.limits and len(purse.live) + purse.behind.number >= LIVE_MAX:
            account = purse.account
            return Refusal(
                "too_many_grants",
                refusal_rule("too_many_grants").meaning,
                {"account": account.path, "asset": account.asset, "most": str(LIVE_MAX)},
            )
        return None

    def between_people(self) -> bool:
        """Return whether the move goes from one person's account to another one of a person."""
        move = self.move
        return move.destination.stream is not None and move.source.stream is not None


def _stays(purse: Purse, amount: int, stays: frozenset[str]) -> Refusal:
    account = purse.account
    kept = sum(grant.free for grant in purse.live if grant.cls in stays)
    available = account.available + amount
    fields = {
        "account": account.path,
        "asset": account.asset,
        "available": format_amount(max(0, available - kept), account.scale),
        "needed": format_amount(amount, account.scale),
        "not_passed_on": format_amount(kept, account.scale),
    }
    detail = (
        f"{fields['not_passed_on']} of the available amount may be spent, but not passed on to other people."
    )
    return Refusal("insufficient_funds", detail, fields)


# The effects on a side of a move. Each function takes the purse of its side.


def _spend(a: Allocating, purse: Purse) -> Refusal | None:
    return a.take(purse, a.move.amount)


def _reserve(a: Allocating, purse: Purse) -> Refusal | None:
    hold = a.move.hold
    if hold is None:
        raise ValueError("a move that reserves must name its hold")
    refusal = a.take(purse, a.move.pending, reserve=True)
    if refusal is None and a.taken:
        hold.parts = HoldParts()
        a.book.touch(hold.parts)
        hold.parts.parts = tuple(HoldPart(grant, amount) for grant, amount in a.taken)
    return refusal


def _resolve(a: Allocating, purse: Purse) -> Refusal | None:
    """Capture from the front of the hold's list, release from its back; what is no grant's is its last part."""
    hold, move = a.move.hold, a.move
    if hold is None or hold.parts is None:
        return None
    a.book.touch(hold.parts)
    parts = list(hold.parts.parts)
    plain = hold.remaining - move.pending - sum(part.left for part in parts)
    rest = move.amount
    for place, part in enumerate(parts):
        taken = min(part.left, rest)
        if taken:
            parts[place] = part._replace(captured=part.captured + taken)
            a.change(purse, part.grant, -taken, -taken)
            a.taken.append((part.grant, taken))
            rest -= taken
    plain -= rest
    rest = -move.pending - move.amount
    rest -= min(plain, rest)
    for place in reversed(range(len(parts))):
        part = parts[place]
        back = min(part.left, rest)
        if back:
            parts[place] = part._replace(released=part.released + back)
            a.change(purse, part.grant, 0, -back)
            rest -= back
    hold.parts.parts = tuple(parts)
    return None


def _give(a: Allocating, purse: Purse) -> Refusal | None:
    terms = a.move.grant
    assert terms is not None
    if a.between_people():
        raise ValueError("between people a grant travels with its terms")
    terms = msgspec.structs.replace(terms, expires_at=terms.ends_at(a.book.now), lasts=None)
    full = a.has_room(purse)
    if full is None:
        a.new_grant(purse, a.move.amount, None, terms, a.move.source.id)
    return full


def _travel(a: Allocating, purse: Purse) -> Refusal | None:
    """Give the receiver what the source's grants paid, with their terms."""
    if a.taken:
        purse.need_all()
    for grant, amount in a.taken:
        same = next((g for g in purse.live if g.parent == grant.id and g.voided_at is None), None)
        if same is not None:
            a.book.touch(same)
            same.amount += amount
            a.change(purse, same, amount, 0)
            continue
        full = a.has_room(purse)
        if full is not None:
            return full
        a.new_grant(purse, amount, grant, _terms_of(grant), grant.origin)
    return None


def _take_back(a: Allocating, purse: Purse) -> Refusal | None:
    """Take back what the posting granted here, of those very grants; what was no grant is spent as by any posting."""
    back = a.move.back
    assert back is not None
    rest = a.move.amount
    for grant, amount in _given(back, purse.account, a.move.amount):
        taken = min(grant.free, amount)
        if taken < amount and not back.debt:
            return short_of(grant, grant.free)
        if taken:
            a.change(purse, grant, -taken, 0)
            rest -= taken
    return a.take(purse, rest)


def _put_back(a: Allocating, purse: Purse) -> Refusal | None:
    """Put back into the grants that paid, from the back of their list."""
    back = a.move.back
    assert back is not None
    moment = purse.moment(a.book.now)
    for grant, amount in _paid(back, purse.account, a.move.amount):
        if back.restore and grant.voided_at is None and grant.expires_at is not None and grant.ended(moment):
            ends_at = min(moment + max(1, grant.expires_at - back.at), TIME_MAX)
            terms = msgspec.structs.replace(_terms_of(grant), expires_at=ends_at)
            a.new_grant(purse, amount, grant, terms, grant.origin)
        else:
            a.change(purse, grant, amount, 0)
    return None


def _end(a: Allocating, purse: Purse) -> Refusal | None:
    ending = a.move.ending
    assert ending is not None
    a.book.touch(ending.grant)
    if ending.voids:
        ending.grant.voided += a.move.amount
    else:
        ending.grant.expired += a.move.amount
    a.change(purse, ending.grant, -a.move.amount, 0)
    return None


def _nothing(a: Allocating, purse: Purse) -> Refusal | None:
    return None


Side = Callable[[Allocating, Purse], Refusal | None]


class GrantEnd(NamedTuple):
    """The grant whose free part a move takes out, because it expired or was voided (``voids``)."""

    grant: Grant
    voids: bool


class GrantRule(NamedTuple):
    """The rule of an operation: its effect on grants of the account that gives, and of the one that receives.

    It ``opens`` the receiver for grants.
    """

    gives: Side
    receives: Side
    opens: bool = False


OPERATIONS: Final[dict[str, GrantRule]] = {
    # Posts, steps of requests, corrections and set balances. Between people's accounts grants travel.
    "post": GrantRule(_spend, _travel),
    "grant": GrantRule(_spend, _give, opens=True),
    "hold": GrantRule(_reserve, _nothing),
    # Captures, releases, and the expiry of holds.
    "resolve": GrantRule(_resolve, _travel),
    "reverse": GrantRule(_take_back, _put_back),
    # The expiry of grants, and their voiding.
    "end": GrantRule(_end, _nothing),
    # From another database, with the allocations that were made there.
    "restore": GrantRule(_nothing, _nothing),
}
"""The effect of each operation on grants."""


def operation_of(move: Move) -> str:
    """Return the operation that a move is part of, a name in :data:`OPERATIONS`."""
    if move[4:] == _ALONE:
        return "post"
    if move.past is not None:
        return "restore"
    if move.pending > 0:
        return "hold"
    if move.pending < 0:
        return "resolve"
    if move.grant is not None:
        return "grant"
    if move.back is not None:
        return "reverse"
    return "end" if move.ending is not None else "post"


def allocate(
    book: Book, move: Move, limits: bool
) -> tuple[tuple[Allocation, ...], Expiring | None, Expiring | None] | Refusal | None:
    """Change the grants of both sides of a move that was just applied to their counters.

    Returns what changed, and what expires next on the source and on the destination; None where neither has grants.
    """
    purses = book.purses
    source, destination = purses.get(move.source), purses.get(move.destination)
    if source is None and destination is None and move.grant is None and move.past is None:
        return None
    a = Allocating(book, move, limits)
    operation = OPERATIONS[operation_of(move)]
    if move.past is not None:
        _restore(a, move.past)
        source, destination = purses.get(move.source), purses.get(move.destination)
    if source is not None:
        refusal = operation.gives(a, source)
        if refusal is not None:
            return refusal
    travels = operation.receives is _travel and a.between_people()
    if destination is None and (operation.opens or (travels and a.taken and move.amount)):
        destination = book.open_purse(move.destination)
    if destination is not None and (travels or operation.receives is not _travel):
        refusal = operation.receives(a, destination)
        if refusal is not None:
            return refusal
    if source is not None:
        _pay_debt(a, source)
    if destination is not None:
        _pay_debt(a, destination)
    return (
        tuple(a.allocations),
        None if source is None else source.expiring(),
        None if destination is None else destination.expiring(),
    )


def _pay_debt(a: Allocating, purse: Purse) -> None:
    """Spend what is free of grants while it is more than what is available: a debt is paid first (rule 11)."""
    excess = purse.free - max(0, purse.account.available)
    if excess <= 0:
        return
    purse.need_all()
    moment = purse.moment(a.book.now)
    for grant in sorted(purse.live, key=lambda each: each.ended(moment)):
        paid = min(grant.free, excess)
        if paid:
            a.change(purse, grant, -paid, 0)
            excess -= paid


def _restore(a: Allocating, past: tuple[PastAllocation, ...]) -> None:
    for each in past:
        purse = a.book.purses.get(each.grant.account) or a.book.open_purse(each.grant.account)
        a.book.touch(each.grant)
        a.change(purse, each.grant, each.amount, each.held)


def spent_by(leg: Leg) -> list[tuple[Grant, int]]:
    """Return what each grant of the source paid for a posting, in the order in which they paid."""
    # A posting that ends a hold may also pay a debt with what it releases; that is not what was posted.
    resolves = leg.pending < 0
    return [
        (each.grant, -each.amount)
        for each in leg.allocations
        if each.grant.account is leg.source and each.amount < 0 and (each.held < 0) == resolves
    ]


def _paid(back: Back, account: Account, amount: int) -> Iterator[tuple[Grant, int]]:
    leg = back.leg
    parts = spent_by(leg) if leg.source is account else []
    return _from_the_back(parts, leg.amount, back.before, amount)


def _given(back: Back, account: Account, amount: int) -> Iterator[tuple[Grant, int]]:
    leg = back.leg
    parts = [
        (each.grant, each.amount)
        for each in leg.allocations
        if each.grant.account is leg.destination and each.amount > 0
    ]
    return _from_the_back(parts if leg.destination is account else [], leg.amount, back.before, amount)


def _from_the_back(
    parts: list[tuple[Grant, int]], whole: int, before: int, amount: int
) -> Iterator[tuple[Grant, int]]:
    """Yield the parts in the stretch of an amount that begins ``before`` from the back; plain money is the last."""
    skip = before
    plain = max(0, whole - sum(size for _, size in parts))
    used = min(plain, skip)
    skip -= used
    amount -= min(plain - used, amount)
    for grant, size in reversed(parts):
        used = min(size, skip)
        skip -= used
        part = min(size - used, amount)
        if part:
            amount -= part
            yield grant, part


def shortfall(move: Move) -> Grant | None:
    """Return a grant of which less is free than a reversal is to take back of it, None if there is none."""
    if move.back is None or move.back.debt:
        return None
    for grant, amount in _given(move.back, move.source, move.amount):
        if grant.free < amount:
            return grant
    return None


def left_to_take(leg: Leg, before: int) -> int:
    """Return how much of what a posting granted is free, so that a reversal can take it; ``before`` others took."""
    given = _given(Back(leg, before, 0), leg.destination, leg.amount - before)
    return sum(min(grant.free, amount) for grant, amount in given)


def short_of(grant: Grant, left: int) -> Refusal:
    """Refuse to take more of a grant than is ``left`` to be taken back."""
    account = grant.account
    fields = {"grant": grant.id, "left": format_amount(left, account.scale), "asset": account.asset}
    return Refusal("grant_spent", refusal_rule("grant_spent").meaning, fields)


def _terms_of(grant: Grant) -> Terms:
    return Terms(grant.cls, grant.expires_at, None, grant.priority, grant.cause, grant.note)


def grant_id(account: Account, now: int, number: int) -> str:
    """Make the id of a grant to an account at its present version; those of one posting sort by their ``number``."""
    digest = hashlib.blake2b(
        f"{account.path}/{account.asset}/{account.version}".encode(), digest_size=9
    ).hexdigest()
    moment = f"{now // 1_000:012x}"
    return f"{moment[:8]}-{moment[8:]}-8{digest[:3]}-8{digest[3:6]}-{digest[6:]}"[:-6] + f"{number:06x}"
