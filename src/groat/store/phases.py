"""The phases of a batch: read the keys, gather, lock, catch up, decide, write. docs/architecture.md has the rules.

Each phase is a flow. The store's driver wraps all of them into one transaction, so money, verdicts, events and the
batch's row are in one COMMIT.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from operator import attrgetter
from typing import Any, Final, NamedTuple

import msgspec

from groat.ledger.accounts import Policy
from groat.ledger.amounts import Asset
from groat.ledger.book import Book, LateNews, NotLocked, PastEntry, Refs
from groat.ledger.budgets import Spender
from groat.ledger.commands import Command, Effect
from groat.ledger.crossings import AccountLines
from groat.ledger.errors import CommandFailed, Refusal, Replaced
from groat.ledger.keys import OWN, Form
from groat.ledger.rows import HOLD_OPEN, MoreGrants
from groat.ledger.views import balance_view
from groat.store.batch import (
    Broken,
    Committed,
    Done,
    Expired,
    LockedElsewhere,
    Outcome,
    Prepared,
    Retry,
    Verdict,
)
from groat.store.beside import find_causes, read_pasts
from groat.store.budgets import name_budgets
from groat.store.crossings import write_crossings
from groat.store.due import CatchUp, Due, Place
from groat.store.due_grants import DueGrants
from groat.store.due_holds import NONE_KNOWN, DueHolds, HoldSides, name_holds
from groat.store.extension import Completion
from groat.store.flow import FEW, TURN, Flow, Query, hand_over
from groat.store.grants import name_grants, read_rest
from groat.store.keys import Known, key_row, keys_query, known_keys, replay, verdict_on
from groat.store.locking import AccountIds, Locker, know_accounts, pairs_of
from groat.store.moment import LedgerTime, Watch, watch_time
from groat.store.rows import load_transactions
from groat.store.writing import Link, number_events, postings_of, statements, write_program_rows

# The lease for catching up what no command asks for. A node that falls silent keeps it for LEASE_US microseconds.
EXPIRY = "expiry"
LEASE_US = 5_000_000
_decode = msgspec.json.decode
DUES: Final[tuple[Due, ...]] = (DueHolds(), DueGrants())


class Context(NamedTuple):
    """The caches and settings that a process brings to each of its batches.

    ``assets`` and ``account_ids`` are the caches, and are added to: neither ever changes in one database. Nor do the
    accounts of holds, of which ``hold_sides`` has some; who commits a batch may add those that it made. ``causes``
    are the programs' statements that find the causes of rows stored without one. ``dues`` are the sorts of things that
    fall due. ``completion`` completes the notifications that rooms are told later. ``watch`` looks whether the
    database's clock leaps.
    """

    assets: dict[str, Asset]
    account_ids: AccountIds
    policy: Policy
    new_id: Callable[[], str]
    causes: Sequence[str] = ()
    dues: Sequence[Due] = DUES
    completion: Completion | None = None
    watch: Watch | None = None
    hold_sides: HoldSides = NONE_KNOWN


def commit_batch(
    prepared: Sequence[Prepared],
    context: Context,
    worker: str,
    wait: bool = True,
    rooms_later: bool = False,
) -> Flow[Committed]:
    """Decide the commands over the locked rows, and write what they changed.

    ``worker`` names the hash chain. ``wait=False`` locks only rows that are free; commands that need others get the
    verdict :class:`LockedElsewhere`. With ``rooms_later`` rooms of roles are not locked: :func:`tell_rooms` tells them,
    once this is committed. Raises Interrupted when another batch was first with a key, an account or a
    stream, or Replaced: run it again.
    """
    batch = Batch(context, worker, wait, rooms_later)
    yield from batch.read_keys(prepared)
    yield from batch.gather()
    yield from batch.lock()
    yield from batch.catch_up()
    yield from batch.decide()
    return (yield from batch.write())


def expire_batch(
    after: Place, limit: int, holder: str, context: Context, worker: str, wait: bool = True
) -> Flow[Expired]:
    """Catch up the next that is due behind a place, ``limit`` at most, while ``holder`` has the lease for it.

    ``wait=False`` leaves what needs rows that are taken. While a leap of the clock is not confirmed, nothing is done.
    """
    batch = Batch(context, worker, wait)
    yield from batch.read_keys(())
    if (
        batch.time_stands
        or not batch.any_due
        or (yield Query("take_lease", (EXPIRY, holder, LEASE_US))) is None
    ):
        return Expired(Committed([], [], 0, 0), None)
    came_to = yield from batch.gather_due(after, limit)
    if wait:
        # Otherwise batches of commands would wait for this one's rows in the database, some until a timeout.
        yield TURN
    yield from batch.lock()
    yield from batch.catch_up()
    return Expired((yield from batch.write()), came_to)


def tell_rooms(limit: int, context: Context, worker: str) -> Flow[Committed]:
    """Tell rooms what committed batches left for them, the oldest ``limit`` things, unless another node does so."""
    batch = Batch(context, worker, wait=True)
    rows = yield Query("take_later", (limit,))
    if not rows:
        return Committed([], [], 0, 0)
    yield from batch.read_keys(())
    batch.take_news([_read_news(*row[1:]) for row in rows])
    yield from batch.gather()
    yield from batch.lock()
    batch.complete_news()
    yield Query("drop_later", ([(id,) for id, *_ in rows],))
    return (yield from batch.write())


class Batch:
    """One batch. Its phases run in the order in which they stand here.

    ``known`` are the entries of its commands' keys, and ``commands`` those commands that none of these decided.
    ``caught_up`` counts what it caught up.
    """

    book: Book
    locker: Locker
    any_due: bool
    time_stands: bool
    _previous: str
    _link: Link
    _more_due: bool

    def __init__(self, context: Context, worker: str, wait: bool, rooms_later: bool = False) -> None:
        self.prepared: Sequence[Prepared] = ()
        self.known: dict[str, Known] = {}
        self.commands: list[Command] = []
        self.caught_up = 0
        self._context = context
        self._worker = worker
        self._wait = wait
        self._refs = Refs(rooms_later)
        self._due = CatchUp(context.dues)
        self._ids: AccountIds = {}
        self._verdicts: list[Verdict] = []
        self._decided: list[tuple[Prepared, Done | Refusal]] = []
        self._stale_keys: list[tuple[str]] = []
        self._needed_more = False

    def read_keys(self, prepared: Sequence[Prepared]) -> Flow[None]:
        """Read the batch's moment, the end of its hash chain, and what stands under the keys of its commands."""
        context = self._context
        asked_at = context.watch.moment() if context.watch is not None else 0.0
        queries = [Query("begin_batch", (self._worker,))]
        if prepared:
            queries.append(keys_query(prepared))
        begin, *found = yield from hand_over(queries, len(prepared) <= FEW)
        clock, ahead, held, leapt, leapt_at, turn, *rest = begin
        epoch, last_at, self._previous, self.any_due, known_extras, any_across = rest
        time = LedgerTime(None, ahead, held, leapt, leapt_at, turn, clock)
        if context.watch is not None:
            time = yield from watch_time(context.watch, asked_at, time, context.new_id)
        self.time_stands = time.leapt > 0
        self.book = Book(max(time.now, last_at), context.assets, self._refs.rooms_later)
        self.book.known_extras, self.book.stays = known_extras, context.policy.stays
        self.book.hold_sides = self._refs.known_holds
        self.locker = Locker(self.book, self._refs, epoch, context.policy, self._wait)
        self.locker.any_across = bool(any_across)
        self.prepared = prepared
        self.known = known_keys(found[0]) if found else {}
        self.commands = [p.command for p in prepared if verdict_on(p, self.known) is None]

    def gather(self) -> Flow[None]:
        """Name all rows that the commands need, and what must be caught up for them. Lock the rows of programs."""
        refs, locker = self._refs, self.locker
        for command in self.commands:
            command.needs(refs, self.book)
        # SKIP LOCKED hides rows, so a missing account proves nothing here: ignore the id cache.
        self._ids = yield from know_accounts(refs.accounts, self._context.account_ids if self._wait else {})
        if self._wait:
            yield TURN
        yield from locker.lock_program_rows([c for c in self.commands if c.staged])
        yield from name_holds(refs, refs.holds, self._context.hold_sides if self._wait else NONE_KNOWN)
        if refs.grants:
            yield from name_grants(refs, refs.grants)
        if refs.budgets:
            yield from name_budgets(refs, refs.budgets)
        if locker.any_across:
            refs.spenders.update(*((c.principal, c.actor) for c in self.commands))
        if refs.transactions:
            locker.originals = yield from load_transactions(sorted(refs.transactions), self.book.assets)
            for original in locker.originals.values():
                refs.accounts |= pairs_of(original)
        if self.any_due:
            yield from self._due.find(self.commands, self.book, locker.originals, refs)

    def gather_due(self, after: Place, limit: int) -> Flow[Place | None]:
        """Name the rows of what is due next on any account. Return how far that goes, None if to the end."""
        return (yield from self._due.page(self.book, after, limit, self._refs))

    def take_news(self, news: Sequence[LateNews]) -> None:
        """Put news for rooms on the book, and name what telling them needs."""
        self.book.late = list(news)
        for each in news:
            self._refs.streams.add(each.stream)
            if each.notification is not None:
                self._completion().need(self._refs, each.stream)

    def complete_news(self) -> None:
        """Write the notifications of the news, whose rows are locked, and put them into the events."""
        for number, news in enumerate(self.book.late):
            if news.notification is not None:
                added = self._completion().complete(self.book, news.stream, news.notification)
                self.book.late[number] = news._replace(notification=added)

    def _completion(self) -> Completion:
        if self._context.completion is None:
            raise CommandFailed("Rooms are to be notified, and the ledger was opened without notifications.")
        return self._context.completion

    def lock(self) -> Flow[None]:
        """Lock all rows that are named, in the lock order, and read what the locks guard."""
        try:
            number, self._more_due = yield from self.locker.lock(self._ids)
        except Replaced:
            self._context.account_ids.clear()
            raise
        self._link = Link(self._worker, self._previous, number)
        yield from find_causes(self.book, self.locker.originals, self._context.causes)
        yield from read_pasts(self.book, self._refs)

    def catch_up(self) -> Flow[None]:
        """Do what is due on the locked rows, in the order of its moments, and see what is due beside it."""
        locker = self.locker
        timeline = self._due.timeline(self.book, locker.taken_streams())
        if self._more_due and self.commands:
            yield from self._due.look_again(self.commands, self.book, locker.originals, timeline)
        self._due.do(timeline, self.book, self._context.new_id)
        self.caught_up = len(self.book.made)

    def decide(self) -> Flow[None]:
        """Give each command its verdict, one after the other: the one that stands under its key, or a new one."""
        known = self.known
        for p in self.prepared:
            found = verdict_on(p, known)
            if found is not None:
                self._verdicts.append((yield from replay(p, found, self._context.assets)))
                continue
            verdict = yield from self._decide_with_all(p)
            self._verdicts.append(verdict)
            if isinstance(verdict, Done | Refusal):
                self._stale_keys.extend([(p.key,)] if p.key in known else [])
                known[p.key] = Known(OWN, p.body, None, None, verdict)
                self._decided.append((p, verdict))

    def _decide_with_all(self, p: Prepared) -> Flow[Verdict]:
        """Decide a command, once more if it needs grants of a locked account that were not read."""
        while True:
            try:
                return self._decide(p)
            except MoreGrants as more:
                # Where one account needs more than its first grants, others may, and each would ask by itself.
                every = self.book.purses.values() if self._needed_more else (more.purse,)
                self._needed_more = True
                yield from read_rest(self.book, every)

    def _decide(self, p: Prepared) -> Verdict:
        if self._due.is_locked_elsewhere(p.command) or (
            not self._wait and self.locker.is_locked_elsewhere(p.command)
        ):
            return LockedElsewhere()
        if self._due.must_wait(p.command, self.book):
            return Retry()
        # Until a command was decided or something caught up, the book has just the rows that the command asked for.
        return decide(p.command, self.book, first=not self._decided and not self.caught_up)

    def write(self) -> Flow[Committed]:
        """Write what was caught up and decided: few rows together, many in the order in which they are ready."""
        book, streams = self.book, self.locker.streams
        made = sorted(book.made, key=attrgetter("id"))
        postings = postings_of(made)
        first = [Query("insert_postings", (postings,))] if postings else []
        few = len(postings) <= FEW and len(self._decided) <= FEW
        if not few:
            # Write these first: the database adds them while this process encodes the events.
            yield from hand_over(first, few)
            first = []
        published, later = yield from number_events(book, streams)
        for account in book.fresh:
            yield Query("drop_account", (account.id,))
        audit = sorted(
            (entry.id, entry.at, *entry.entry)
            if isinstance(entry, PastEntry)
            else (self._context.new_id(), book.now, *entry)
            for entry in book.audit
        )
        rest: Iterable[Query] = ()
        has_row = bool(book.made or audit or book.late or book.changed(AccountLines))
        if has_row:
            commands = len(self._decided)
            rest = statements(book, made, streams, self._link, commands, published, postings, audit)
        if self._stale_keys:
            yield Query("drop_older_keys", (sorted(self._stale_keys),))
        kept = [Query("insert_later", (later,))] if later else []
        yield from hand_over(chain(first, rest, kept, self._keys()), few)
        boards = yield from write_program_rows(book)
        yield from write_crossings(book, self._context.new_id)
        number = self._link.batch if has_row else 0
        if self.prepared and not number and not self._decided:
            # This batch only replays, so ask the database to confirm that the earlier commits are durable.
            yield Query("confirm")
        told = [*published, *boards]
        return Committed(self._verdicts, told, number, self.caught_up, bool(later), self._new_holds())

    def _new_holds(self) -> HoldSides:
        """Return the holds that are new and open, each with its accounts."""
        if not self.book.holds:
            return NONE_KNOWN
        new = (row.hold for row in self.book.made if row.hold is not None and row.hold.id == row.id)
        return {
            hold.id: ((hold.source.path, hold.source.asset), (hold.destination.path, hold.source.asset))
            for hold in new
            if hold.status == HOLD_OPEN
        }

    def _keys(self) -> Iterator[Query]:
        """Make the statement that writes the keys, when its turn comes: the database works on others meanwhile."""
        if self._decided:
            yield Query("insert_keys", (self._key_rows(),))

    def _key_rows(self) -> list[tuple[Any, ...]]:
        # The offset of each stream when a command was decided. Its answer does not include later events of the batch.
        # Only the answers that have balances, those of commands that found nothing to do, tell it.
        stood: dict[str, str] = {}
        told = any(isinstance(v, Done) and v.outcome and v.outcome.balances for _, v in self._decided)
        if told:
            stood = {n: f"{stream.epoch}:{stream.first - 1}" for n, stream in self.locker.streams.items()}
            for row in self.book.made[: self.caught_up]:
                stood |= row.positions
        rows: dict[str, tuple[Any, ...]] = {}
        for p, verdict in self._decided:
            if told and isinstance(verdict, Done):
                for row in verdict.transactions:
                    stood |= row.positions
            rows[p.key] = entry = key_row(p, verdict, stood, self.book.now)
            if p.older and p.older not in self.known:
                rows.setdefault(p.older, (p.older, int(Form.FOR_OLDER), *entry[2:]))
        return sorted(rows.values())


def decide(command: Command, book: Book, first: bool) -> Done | Refusal | Broken | Retry:
    """Decide a command over the book. An exception in it becomes its verdict, and its changes are undone."""
    book.begin()
    book.spender = Spender(command.principal, command.actor or command.principal)
    try:
        effect = command.decide(book)
    except MoreGrants:
        book.rollback()
        raise
    except NotLocked as error:
        book.rollback()
        return Broken(error) if first else Retry()
    except Exception as error:  # noqa: BLE001 (a program's code may raise anything; the verdict carries it)
        book.rollback()
        return Broken(error)
    if isinstance(effect, Refusal):
        book.rollback()
        return effect
    book.accept()
    return Done(command, effect.transactions, _outcome(effect, book))


def _read_news(stream: str, event: str, line: str | None, notification: str | None) -> LateNews:
    return LateNews(
        stream,
        event.encode(),
        None if line is None else _decode(line),
        None if notification is None else _decode(notification),
    )


def _outcome(effect: Effect, book: Book) -> Outcome | None:
    if len(effect.transactions) == 1 and effect.extra is None:
        return None
    return Outcome(
        transactions=[t.id for t in effect.transactions],
        balances=[balance_view(a) for a in effect.accounts],
        at=book.now,
        extra=effect.extra,
    )
