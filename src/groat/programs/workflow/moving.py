"""Move the money of a step: its hold and its payments become the postings of one transaction."""

from __future__ import annotations

from groat.ledger.book import Book, Move, NotLocked, refuse
from groat.ledger.caps import cut
from groat.ledger.errors import Refusal
from groat.ledger.grants import Back
from groat.ledger.rows import HOLD_CAPTURED, HOLD_OPEN, HOLD_RELEASED, Account, HoldRow, Leg
from groat.programs.workflow.rows import RequestRow
from groat.programs.workflow.steps import Pay, Reserve, Settle, TakeBack
from groat.programs.workflow.turns import Turn


def move(book: Book, turn: Turn) -> tuple[list[Leg], HoldRow | None] | Refusal:
    """Move the money of a turn; returns its postings and the hold that it made or resolved, None for none.

    Raises ValueError for a hold that the kind may not make or resolve now, NotLocked for an account that was not known
    to be needed.
    """
    if turn.step.money and isinstance(turn.step.money[0], TakeBack):
        legs = _take_back(book, turn.step.money[0])
        return legs if isinstance(legs, Refusal) else (legs, None)
    before = hold_of(book, turn.row)
    resolved: HoldRow | None = None
    moves: list[Move] = []
    capped: list[Move] = []
    if sum(not isinstance(effect, Pay) for effect in turn.step.money) > 1:
        raise ValueError(f"{turn.name} may hold, capture or release only once")
    for effect in turn.step.money:
        if isinstance(effect, Pay):
            source = _account(book, effect.source, effect.asset)
            destination = _account(book, effect.destination, effect.asset)
            moves.append(Move(0, source, destination, effect.amount, 0, grant=effect.grant))
            if effect.at_most:
                capped.append(moves[-1])
            continue
        if isinstance(effect, Reserve):
            if before is not None and before.status == HOLD_OPEN:
                raise ValueError(f"{turn.name}: the request holds already")
            source = _account(book, effect.source, effect.asset)
            destination = _account(book, effect.destination, effect.asset)
            amount = effect.amount
            resolved = HoldRow(
                turn.txn, source, destination, amount, 0, 0, None, HOLD_OPEN, book.now, turn.cause
            )
            book.holds[resolved.id] = resolved
            first = Move(0, source, destination, 0, amount, resolved)
        elif before is None:
            raise ValueError(f"{turn.name}: the request holds nothing")
        elif before.status != HOLD_OPEN:
            # An earlier version allowed to resolve it by hand. If the result is the one that the step wants, go on.
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
            first = book.resolve(before, amount, before.remaining, status, turn.cause)
        # The first posting of a transaction is that of its hold.
        moves.insert(0, first)
    numbered = [each._replace(number=number) for number, each in enumerate(moves)]
    if capped:
        numbers = [number for number, each in enumerate(moves) if any(each is one for one in capped)]
        numbered = cut(book, numbered, numbers)
    # A hold may end on an account that is being closed, and the rest of the step goes with it.
    ends = resolved is not None and resolved is before
    legs = book.move(numbered, act="resolve" if ends else "")
    return legs if isinstance(legs, Refusal) else (legs, resolved)


def _take_back(book: Book, effect: TakeBack) -> list[Leg] | Refusal:
    """Post a part of the granting transaction backwards."""
    original = book.transactions[effect.transaction]
    moves: list[Move] = []
    rest = effect.amount
    for leg in original.legs:
        before = original.reversed.get(leg.number, 0)
        amount = min(rest, leg.amount - before)
        if amount:
            back = Back(leg, before, original.recorded_at, debt=effect.spend)
            moves.append(Move(leg.number, leg.destination, leg.source, amount, 0, back=back))
            rest -= amount
    if rest:
        raise ValueError("more is taken back than was granted")
    legs = book.move(moves, act="reverse")
    if isinstance(legs, Refusal):
        return legs
    book.touch(original)
    for leg in legs:
        original.reversed[leg.number] = original.reversed.get(leg.number, 0) + leg.amount
    return legs


def hold_of(book: Book, row: RequestRow | None) -> HoldRow | None:
    """Return the hold that the request names, which may be resolved by now; None for none. Raises NotLocked."""
    if row is None or row.hold is None:
        return None
    found = book.holds.get(row.hold)
    if found is None:
        raise NotLocked
    return found


def _account(book: Book, path: str, asset: str) -> Account:
    found = book.accounts.get((path, asset))
    if found is None:
        raise NotLocked
    return found
