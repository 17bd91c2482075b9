"""The commands of a run: each posts a chunk of its rows, one transaction a person, in one commit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import msgspec

from groat.ledger.accounts import ADJUSTMENTS
from groat.ledger.amounts import AMOUNT_MAX
from groat.ledger.book import Book, Move, Refs
from groat.ledger.causes import Cause, declare_mover
from groat.ledger.commands import Checks, Command, Effect
from groat.ledger.errors import Refusal
from groat.ledger.reversing import Reverse
from groat.ledger.rows import Account, Leg, TransactionRow
from groat.programs.runs.errors import BELONGS_TO_RUN, RunError
from groat.programs.runs.rows import (
    CHUNK,
    RUN,
    RUNNING,
    SET,
    SKIP,
    ChunkRow,
    RunRow,
    run_of,
    skip_id,
    transaction_of,
)

MOVER = "run"
REFUSE, TAKE_LEFT, BELOW_FLOOR = "refuse", "take_what_is_left", "below_floor"
"""The ways of an undo with a person who has spent some of it."""

declare_mover(
    MOVER, "The run {id} {did} this, and it is undone there: POST /v1/runs/{id}/undo.", BELONGS_TO_RUN
)


class PostedRow(NamedTuple):
    """A row to post: its number, the user's id, smallest units, its own reason, and the transaction that it undoes."""

    number: int
    person: str
    units: int
    reason: str
    original: str | None = None


class PostRows(Command, kw_only=True):
    """Post the next rows of a run, all or none. ``after`` is the number behind which they are next.

    Raises RunError ``run_not_running`` out of its decision unless it is their turn, so that nothing stands under its
    key. A refusal names the row (``number``, ``user``).
    """

    kind: ClassVar[str] = "run.post"
    run: str
    after: int
    asset: str
    source: str
    mode: str
    rows: tuple[PostedRow, ...]

    def target(self) -> Any:
        """Cover the run and the rows."""
        return (self.run, self.after, self.rows[0].number, self.rows[-1].number, len(self.rows))

    def weight(self) -> int:
        """Count each row; the ids of their transactions are made of one (:func:`transaction_of`)."""
        return len(self.rows)

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the run, the source and the people's accounts."""
        refs.rows.setdefault(RUN, set()).add(self.run)
        asset = self.asset
        refs.assets.add(asset)
        refs.accounts.add((self._source, asset))
        refs.accounts.update([(f"user:{row.person}", asset) for row in self.rows])

    @property
    def _source(self) -> str:
        return ADJUSTMENTS if self.mode == SET else self.source

    def checks(self, originals: Mapping[str, TransactionRow]) -> Checks:
        """Check the floor of the source and the ceilings of the people; where balances are set, both of both."""
        house = {(self._source, self.asset)}
        people = {(f"user:{row.person}", self.asset) for row in self.rows}
        return Checks(house | people, house | people) if self.mode == SET else Checks(house, people)

    def decide(self, book: Book) -> Effect | Refusal:
        """Post each row in turn. What a lenient run is refused it leaves out."""
        run = run_of(book, self.run)
        if run is None or run.state != RUNNING or run.after != self.after:
            raise RunError("run_not_running", run=self.run)
        base, cause = self.ids[0], str(Cause(MOVER, run.mode, run.id))
        self.ids = [transaction_of(base, row.number) for row in self.rows]
        made: list[TransactionRow] = []
        skipped = moved = 0
        for place, row in enumerate(self.rows):
            legs = self.legs(book, run, row)
            if isinstance(legs, Refusal):
                if not run.lenient:
                    return Refusal(
                        legs.code, legs.detail, {**legs.fields, "number": str(row.number), "user": row.person}
                    )
                id = skip_id(run.id, row.number)
                book.put(SKIP, id, [id, run.id, row.number, legs.code])
                skipped += 1
            elif legs:
                moved += legs[0].amount
                made.append(
                    self.record(
                        book,
                        legs,
                        number=place,
                        reason=row.reason or self.reason,
                        reverses=row.original,
                        cause=cause,
                    )
                )
        self._count(book, run, len(made), skipped, moved, base)
        return Effect(made, extra={"run": run.id, "posted": len(made), "skipped": skipped})

    def legs(self, book: Book, run: RunRow, row: PostedRow) -> list[Leg] | Refusal:
        """Move what a row asks for; nothing where there is nothing to do."""
        account, source = (
            book.accounts[f"user:{row.person}", self.asset],
            book.accounts[self._source, self.asset],
        )
        if self.mode != SET:
            return book.move([Move(0, source, account, row.units, 0)])
        delta = row.units - account.balance
        if delta == 0:
            return []
        return book.move(
            [Move(0, source, account, delta, 0) if delta > 0 else Move(0, account, source, -delta, 0)]
        )

    def _count(self, book: Book, run: RunRow, made: int, skipped: int, moved: int, base: str) -> None:
        last = self.rows[-1].number
        run.after, run.chunk = last, run.chunk + 1
        run.posted += made
        run.skipped += skipped
        run.idle += len(self.rows) - made - skipped
        run.moved += moved
        book.put(RUN, run.id, run.values())
        chunk = ChunkRow(f"{run.id} {run.chunk}", run.id, base, self.rows[0].number, last, book.now)
        book.put(CHUNK, chunk.id, chunk.values())


class UndoRows(PostRows, kw_only=True):
    """Take back the next rows of a run that undoes another one: each is the reversal of one transaction.

    ``short`` says what happens where a person has less than is to be taken back: it is refused, what is left is taken,
    or the balance falls below its floor.
    """

    kind: ClassVar[str] = "run.undo"
    short: str = REFUSE

    def target(self) -> Any:
        """Cover the run and the rows."""
        return (*PostRows.target(self), self.short)

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the run and the transactions; the store adds the accounts that these moved."""
        refs.rows.setdefault(RUN, set()).add(self.run)
        refs.transactions.update([row.original for row in self.rows if row.original])

    def checks(self, originals: Mapping[str, TransactionRow]) -> Checks:
        """Check the floor of each destination and the ceiling of each source of the transactions."""
        checks = Checks(set(), set())
        for row in self.rows:
            original = originals.get(row.original or "")
            for leg in original.legs if original else ():
                checks.floors.add((leg.destination.path, leg.destination.asset))
                checks.ceilings.add((leg.source.path, leg.source.asset))
        return checks

    def legs(self, book: Book, run: RunRow, row: PostedRow) -> list[Leg] | Refusal:
        """Post backwards what is left of the transaction; nothing where that, or what there is, is nothing."""
        original = book.transactions[row.original or ""]
        if sum(leg.amount for leg in original.legs) <= sum(original.reversed.values()):
            return []
        (leg,) = original.legs
        amount: int | None = None
        if self.short == TAKE_LEFT:
            left = leg.amount - original.reversed.get(leg.number, 0)
            amount = min(left, _spare(leg.destination))
            if amount <= 0:
                return []
        reverse = Reverse(
            principal=self.principal,
            key=self.key,
            transaction=original.id,
            amounts=None if amount is None else (amount,),
            below_floor=self.short == BELOW_FLOOR,
            short="debt" if self.short == BELOW_FLOOR else "refuse",
        )
        return reverse.put_back(book, original)


def _spare(account: Account) -> int:
    """Return how much may be taken of an account without falling below its floor."""
    return AMOUNT_MAX if account.floor is None else max(0, account.available - account.floor)


def problem_of(refusal: Refusal) -> dict[str, Any]:
    """Return the row at which a refusal stopped a run, as it is kept with the run."""
    number = refusal.fields.get("number", "0")
    return {
        "number": int(number),
        "user": refusal.fields.get("user", ""),
        "code": refusal.code,
        "detail": refusal.detail,
    }


def encode_problem(problem: dict[str, Any]) -> str:
    """Write such a row as it is stored."""
    return msgspec.json.encode(problem).decode()
