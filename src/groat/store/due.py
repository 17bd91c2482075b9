"""Catch up what is due on the accounts by whose limits a batch decides, before it decides.

A refusal is frozen for ever, so a hold that is over and only waits to be released must not cause one. What is due on
other accounts is left to batches of its own. See rules D1 and D2 of docs/architecture.md.

Each sort of things that fall due is a :class:`Due`. What they find is put on one timeline, so that on each account
everything happens in the order of its moments, whatever sort it is of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple, Protocol

from groat.ledger.book import Book, Pair, Refs
from groat.ledger.commands import Checks, Command
from groat.ledger.rows import TransactionRow
from groat.store.flow import Flow
from groat.store.reading import FIRST_ID, LAST_ID

ON_ACCOUNT_MAX: Final = 100
"""A batch catches up at most this many things of a sort on an account. Commands that need more wait for the next."""
IN_BATCH_MAX: Final = 500

GIVES: Final = 0
RECEIVES: Final = 1

Side = tuple[str, str, int]
"""An account's path and asset, and whether its floor (``GIVES``) or its ceiling (``RECEIVES``) decides."""


class Place(NamedTuple):
    """A place on the timeline: a moment (microseconds), the :attr:`Due.order` of what is due then, and its id."""

    at: int
    order: int
    id: str

    @property
    def thing(self) -> tuple[int, str]:
        """Return the sort and the id, which stay the same if the moment changes."""
        return self.order, self.id

    def passed(self, order: int) -> tuple[int, str]:
        """Return the moment and the id up to which things of a sort are done, once the timeline is done up to here."""
        if order == self.order:
            return self.at, self.id
        return self.at, LAST_ID if order < self.order else FIRST_ID


START: Final = Place(-1, 0, FIRST_ID)


class Found(NamedTuple):
    """Something that is due, and the side of an account that it is due on."""

    place: Place
    side: Side


class Due(Protocol):
    """A sort of things that fall due on accounts, such as holds.

    ``order`` says what comes first at one moment, the lower the earlier: holds (0), then charges, then what expires of
    an account's parts, then ends of periods, then exhaustion. Each sort has an order of its own.
    """

    order: int

    def find(self, sides: Sequence[Side], now: int, most: int) -> Flow[list[Found]]:
        """Read what is due by ``now`` on these sides, at most ``most`` on each, the longest due first."""

    def page(self, now: int, after: tuple[int, str], limit: int) -> Flow[list[Place]]:
        """Read the next that is due by ``now`` on any account, behind a moment and an id, the longest due first."""

    def name(self, ids: set[str], refs: Refs) -> Flow[None]:
        """Name the rows that must be locked to do these things."""

    def ready(self, book: Book, taken: set[str]) -> list[Place]:
        """Return what is due on the locked rows by the book's moment, but for what streams in ``taken`` must hear."""

    def waits_for_its_cause(self, book: Book, id: str) -> bool:
        """Return whether this ends only through its cause, so that nothing here waits for it."""

    def do(self, book: Book, id: str, new_id: Callable[[], str]) -> None:
        """Do it on the book, as transactions of the ledger itself."""


class CatchUp:
    """Chooses what one batch catches up for its commands, and the commands that must wait for more."""

    def __init__(self, dues: Iterable[Due]) -> None:
        self.wanted: set[tuple[int, str]] = set()
        self._dues = {due.order: due for due in sorted(dues, key=lambda due: due.order)}
        self._checks: dict[int, Checks] = {}
        self._any = False
        self._taken: set[Side] = set()
        self._more: set[Side] = set()

    def find(
        self,
        commands: Iterable[Command],
        book: Book,
        originals: Mapping[str, TransactionRow],
        refs: Refs,
    ) -> Flow[None]:
        """Read what to catch up, the longest due first, and name its rows. Call it before these are locked."""
        found = yield from self._due_on(commands, book, originals, ON_ACCOUNT_MAX)
        yield from self._want(_without_gaps(found, ON_ACCOUNT_MAX)[:IN_BATCH_MAX], refs)

    def page(self, book: Book, after: Place, limit: int, refs: Refs) -> Flow[Place | None]:
        """Read what is due next on any account, and name its rows. Return how far this goes, None if to the end."""
        places: list[Place] = []
        for order, due in self._dues.items():
            places += yield from due.page(book.now, after.passed(order), limit)
        places = sorted(places)[:limit]
        yield from self._want(places, refs)
        return places[-1] if len(places) == limit else None

    def _want(self, places: Sequence[Place], refs: Refs) -> Flow[None]:
        self.wanted = {place.thing for place in places}
        for order, due in self._dues.items():
            ids = {place.id for place in places if place.order == order}
            if ids:
                yield from due.name(ids, refs)

    def timeline(self, book: Book, taken: set[str]) -> list[Place]:
        """Return what this batch catches up, in order: all that is due on its locked rows."""
        return sorted(place for due in self._dues.values() for place in due.ready(book, taken))

    def look_again(
        self,
        commands: Sequence[Command],
        book: Book,
        originals: Mapping[str, TransactionRow],
        timeline: Iterable[Place],
    ) -> Flow[None]:
        """Read what is due beside the timeline, once the accounts are locked: commands that need it wait."""
        self._any = True
        doing = {place.thing for place in timeline}
        # Ask for one more on each account than a batch catches up, to see whether more is due.
        for place, side in (yield from self._due_on(commands, book, originals, ON_ACCOUNT_MAX + 1)):
            if place.thing in doing or self._dues[place.order].waits_for_its_cause(book, place.id):
                continue
            # Another transaction has locked something that this batch wanted to do, or an account of it.
            (self._taken if place.thing in self.wanted else self._more).add(side)

    def do(self, timeline: Iterable[Place], book: Book, new_id: Callable[[], str]) -> None:
        """Do all on the timeline, in order."""
        for place in timeline:
            book.moment = place.at
            book.begin()
            self._dues[place.order].do(book, place.id, new_id)
            book.accept()
        book.moment = book.now

    def is_locked_elsewhere(self, command: Command) -> bool:
        """Return whether another transaction holds what must be caught up before the command is decided."""
        return bool(self._taken) and not self._taken.isdisjoint(self._sides(command))

    def must_wait(self, command: Command, book: Book) -> bool:
        """Return whether more is due than this batch does, or an earlier command made more due or set other limits."""
        if book.any_ended:
            floors, _ = self._checks.get(id(command)) or checks_of(command, book, {})
            for pair in floors:
                purse = book.purses.get(book.accounts[pair]) if pair in book.accounts else None
                if purse is not None and purse.has_ended(book.now):
                    return True
        if not self._any:
            return False
        sides = self._sides(command)
        if not self._more.isdisjoint(sides):
            return True
        return any(
            (path, asset) in book.accounts and book.has_new_limits(path, asset) for path, asset, _ in sides
        )

    def _due_on(
        self,
        commands: Iterable[Command],
        book: Book,
        originals: Mapping[str, TransactionRow],
        most: int,
    ) -> Flow[list[Found]]:
        sides: set[Side] = set()
        for command in commands:
            if id(command) not in self._checks:
                self._checks[id(command)] = checks_of(command, book, originals)
            sides.update(self._sides(command))
        found: list[Found] = []
        if sides:
            for due in self._dues.values():
                found += yield from due.find(sorted(sides), book.now, most)
        return found

    def _sides(self, command: Command) -> list[Side]:
        floors, ceilings = self._checks[id(command)]
        return [(*pair, GIVES) for pair in floors] + [(*pair, RECEIVES) for pair in ceilings]


def _without_gaps(found: Sequence[Found], most: int) -> list[Place]:
    """Return what was found in order, but for what lies on an account behind something that was not asked for."""
    sides: dict[Place, set[Pair]] = {}
    counts: dict[tuple[int, Side], int] = {}
    last: dict[tuple[int, Side], Place] = {}
    for place, side in found:
        sides.setdefault(place, set()).add(side[:2])
        of_sort = place.order, side
        counts[of_sort] = counts.get(of_sort, 0) + 1
        last[of_sort] = max(place, last.get(of_sort, place))
    # More of a sort may follow where as much was found as was asked for. Nothing of any sort goes ahead of that.
    ends: dict[Pair, Place] = {}
    for of_sort, place in last.items():
        if counts[of_sort] >= most:
            pair = of_sort[1][:2]
            ends[pair] = min(place, ends.get(pair, place))
    whole: list[Place] = []
    left: set[Pair] = set()
    for place in sorted(sides):
        pairs = sides[place]
        if left.isdisjoint(pairs) and all(place <= ends.get(pair, place) for pair in pairs):
            whole.append(place)
        else:
            left |= pairs
    return whole


def checks_of(command: Command, book: Book, originals: Mapping[str, TransactionRow]) -> Checks:
    """Return the floors and ceilings that decide a command: those it names, or those of all accounts it needs."""
    said = command.checks(originals)
    if said is not None:
        for hold in command.limited_holds():
            if hold in book.hold_sides:
                source, destination = book.hold_sides[hold]
                said.floors.add(source)
                said.ceilings.add(destination)
        return said
    own = Refs()
    command.needs(own, book)
    pairs: set[Pair] = set(own.accounts)
    for id in own.transactions & originals.keys():
        for leg in originals[id].legs:
            pairs |= {(leg.source.path, leg.source.asset), (leg.destination.path, leg.destination.asset)}
    return Checks(pairs, pairs)
