"""The flow of one batch: read, lock in the fixed order, decide each command, write, and nothing else.

The store's driver wraps it into one transaction, so money, verdicts, events and the batch row are in one COMMIT.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from groat.ledger.accounts import Policy, owner_stream
from groat.ledger.amounts import Asset
from groat.ledger.book import (
    Account,
    Book,
    Line,
    NotLocked,
    OutboxEvent,
    ProgramRow,
    Refs,
    Table,
    TransactionRow,
    refuse,
)
from groat.ledger.commands import Command, Effect
from groat.ledger.errors import Interrupted, Refusal, Replaced
from groat.ledger.keys import Form
from groat.ledger.views import (
    BalanceView,
    BulkTransactions,
    TransactionView,
    balance_view,
    bare_event,
    events_of,
    transaction_view,
)
from groat.store.beside import find_causes, read_pasts
from groat.store.due import CatchUp
from groat.store.flow import TURN, Flow, Query
from groat.store.locking import (
    AccountIds,
    Stream,
    add_sides,
    due_holds,
    is_locked_elsewhere,
    know_accounts,
    lock,
    lock_rows_of,
    lock_streams,
)
from groat.store.rows import (
    account_values,
    hold_values,
    load_transactions,
    posting_values,
    transaction_values,
)

# The lease for expiring holds that no command asks for. A node that falls silent keeps it for LEASE_US microseconds.
EXPIRY = "expiry"
LEASE_US = 5_000_000
# A batch's summary for a stream has at most so many lines. Readers get the rest from the list.
LINES_MAX = 100

_encode = msgspec.json.encode
_pack = msgspec.msgpack.encode


class Outcome(msgspec.Struct, omit_defaults=True):
    """The frozen verdict of a key that did not make exactly one transaction."""

    refusal: Refusal | None = None
    transactions: list[str] = []
    balances: list[BalanceView] = []
    positions: dict[str, str] = {}
    at: int = 0
    extra: Any = None


class Done:
    """The verdict of an accepted command: its transactions as stored, or what it found instead of changing anything."""

    __slots__ = ("command", "outcome", "replayed", "transactions")

    def __init__(
        self,
        command: Command,
        transactions: list[TransactionRow],
        outcome: Outcome | None,
        replayed: bool = False,
    ) -> None:
        self.command = command
        self.transactions = transactions
        self.outcome = outcome
        self.replayed = replayed

    @property
    def extra(self) -> Any:
        """Return the data that a program's command added to its effect."""
        return self.outcome.extra if self.outcome else None

    def view(self) -> TransactionView:
        """Return the answer on the wire of a command that makes at most one transaction."""
        if self.transactions:
            return transaction_view(self.transactions[0], self.replayed)
        outcome, command = self.outcome or Outcome(), self.command
        return transaction_view_of_nothing(command, outcome, self.replayed)

    def bulk_view(self) -> BulkTransactions:
        """Return the answer on the wire of a bulk."""
        return BulkTransactions(
            [transaction_view(t, self.replayed) for t in self.transactions], self.replayed
        )


class Broken(NamedTuple):
    """The verdict of a command whose ``decide()`` raised: it changed nothing, and nothing is frozen under its key."""

    error: Exception


class LockedElsewhere(NamedTuple):
    """The verdict of a command whose rows another transaction holds: it was not decided, and may be tried again."""


class Retry(NamedTuple):
    """The verdict of a command that needs more rows because of an earlier one: the next batch decides it."""


Verdict = Done | Refusal | Broken | LockedElsewhere | Retry


class Prepared(NamedTuple):
    """A command with its digests, made before the batch.

    ``forms`` are those of all forms of its key, in the order in which they are looked up; ``older`` is the one that
    nodes of versions before look up, "" if that is ``key``.
    """

    command: Command
    key: str
    forms: tuple[str, ...]
    older: str
    body: str


def prepare(command: Command) -> Prepared:
    """Compute the digests of a checked command."""
    forms, older = command.key_digests()
    # Without another form for older nodes the caller sent the key itself, so the first digest is its own.
    key = command.key_digest() if older else forms[0]
    return Prepared(command, key, forms, older, command.body_digest())


class Published(NamedTuple):
    """Events of one stream that a batch committed, offsets ``first`` to ``last``; ``events`` None: read them."""

    stream: str
    epoch: str
    first: int
    last: int
    events: tuple[bytes, ...] | None


class Committed(NamedTuple):
    """The result of a batch: a verdict for each command in order, and its events. ``batch`` 0: no batch row."""

    verdicts: list[Verdict]
    published: list[Published]
    batch: int
    expired: int


class Place(NamedTuple):
    """A place among the holds that are due, in the order in which they become so: a moment (microseconds) and an id."""

    at: int
    id: str


class Expired(NamedTuple):
    """The result of :func:`expire_batch`; ``after`` is how far it came, None if nothing more is due."""

    committed: Committed
    after: Place | None


class Known(NamedTuple):
    """The entry of a key, made by an earlier batch (``transaction``, ``outcome``) or by this one (``verdict``)."""

    form: int
    body: str
    transaction: str | None
    outcome: Outcome | None
    verdict: Done | Refusal | None


def transaction_view_of_nothing(command: Command, outcome: Outcome, replayed: bool) -> TransactionView:
    """Return the answer of a command that made no transaction: the present balances and positions."""
    nothing = TransactionRow(
        "",
        command.kind,
        command.principal,
        command.key,
        command.actor or command.principal,
        command.reason,
        command.encoded_metadata,
        outcome.at,
        outcome.at,
        [],
    )
    view = transaction_view(nothing, replayed)
    view.id, view.balances, view.positions = None, outcome.balances, outcome.positions
    return view


def commit_batch(
    prepared: Sequence[Prepared],
    assets: dict[str, Asset],
    known_ids: AccountIds,
    policy: Policy,
    worker: str,
    new_id: Callable[[], str],
    wait: bool = True,
    causes: Sequence[str] = (),
) -> Flow[Committed]:
    """Decide the commands over the locked rows and write what they did. docs/architecture.md has the rules.

    ``assets`` and ``known_ids`` are the process's caches, and are added to: neither ever changes in one database.
    ``wait=False`` locks only rows that are free; commands that need others get the verdict :class:`LockedElsewhere`.
    ``causes`` are the programs' statements that find the causes of rows stored without one. Raises StoreError
    ``interrupted`` when another batch was first with a key, an account or a stream, or Replaced: run it again.
    """
    clock, epoch, last_at, previous, any_due = yield Query("begin_batch", (worker,))
    now = max(clock, last_at)
    known = yield from find_keys(prepared)
    book = Book(now, assets)
    refs = Refs()
    commands = [p.command for p in prepared if verdict_on(p, known) is None]
    for command in commands:
        command.needs(refs, book)
    # SKIP LOCKED hides rows, so a missing account proves nothing here: ignore the id cache.
    ids = yield from know_accounts(refs.accounts, known_ids if wait else {})
    if wait:
        yield TURN
    yield from lock_rows_of(refs, book, [c for c in commands if c.staged])
    yield from add_sides(refs, refs.holds)
    originals: dict[str, TransactionRow] = {}
    if refs.transactions:
        originals = yield from load_transactions(sorted(refs.transactions), assets)
        for original in originals.values():
            for leg in original.legs:
                refs.accounts.add((leg.source.path, leg.source.asset))
                refs.accounts.add((leg.destination.path, leg.destination.asset))
    catch_up = CatchUp()
    if any_due:
        yield from catch_up.find(commands, book, originals)
        yield from add_sides(refs, catch_up.wanted - refs.holds)
        refs.holds |= catch_up.wanted
    yield from lock(book, refs, ids, policy, originals, wait)
    if wait and not book.accounts.keys() >= ids.keys():
        known_ids.clear()
        raise Replaced
    streams = yield from lock_streams(book, refs, epoch, wait)
    yield from find_causes(book, originals, causes)
    yield from read_pasts(book, refs)

    due = due_holds(book, streams)
    yield from catch_up.look_again(commands, book, originals, {hold.id for hold in due})
    book.expire(due, new_id)
    expired = len(book.made)
    verdicts: list[Verdict] = []
    stale_keys: list[tuple[str]] = []
    decided: list[tuple[Prepared, Done | Refusal]] = []
    for p in prepared:
        found = verdict_on(p, known)
        if found is not None:
            verdicts.append((yield from _replay(p, found, assets)))
            continue
        if catch_up.is_locked_elsewhere(p.command) or (
            not wait and is_locked_elsewhere(p.command, book, refs, streams)
        ):
            verdicts.append(LockedElsewhere())
            continue
        if catch_up.must_wait(p.command, book):
            verdicts.append(Retry())
            continue
        # Until a command was decided or a hold expired, the book has just the rows that the command asked for.
        verdict = decide(p.command, book, first=not decided and not expired)
        verdicts.append(verdict)
        if not isinstance(verdict, Broken | Retry):
            stale_keys.extend([(p.key,)] if p.key in known else [])
            known[p.key] = Known(Form.OWN, p.body, None, None, verdict)
            decided.append((p, verdict))

    published, batch = yield from _write(book, streams, len(decided), worker, previous, new_id)
    # The offset of each stream when a command was decided. Its answer does not include later events of the batch.
    stood = {name: f"{stream.epoch}:{stream.first - 1}" for name, stream in streams.items()}
    for row in book.made[:expired]:
        stood |= row.positions
    rows: dict[str, tuple[Any, ...]] = {}
    for p, verdict in decided:
        if isinstance(verdict, Done):
            for row in verdict.transactions:
                stood |= row.positions
        row_of_key = _key_row(p, verdict, stood, now)
        rows[p.key] = row_of_key
        if p.older and p.older not in known:
            rows.setdefault(p.older, (p.older, int(Form.FOR_OLDER), *row_of_key[2:]))
    if stale_keys:
        yield Query("drop_older_keys", (sorted(stale_keys),))
    if rows:
        yield Query("insert_keys", (sorted(rows.values()),))
    if prepared and not batch and not rows:
        # This batch only replays, so ask the database to confirm that the earlier commits are durable.
        yield Query("confirm")
    return Committed(verdicts, published, batch, expired)


def expire_batch(
    after: Place,
    limit: int,
    holder: str,
    assets: dict[str, Asset],
    policy: Policy,
    worker: str,
    new_id: Callable[[], str],
    wait: bool = True,
    causes: Sequence[str] = (),
) -> Flow[Expired]:
    """Expire the next holds that are due behind a place, ``limit`` at most, while ``holder`` has the lease for it.

    ``wait=False`` leaves those whose rows are taken; the other arguments are those of :func:`commit_batch`.
    """
    clock, epoch, last_at, previous, any_due = yield Query("begin_batch", (worker,))
    if not any_due or (yield Query("take_lease", (EXPIRY, holder, LEASE_US))) is None:
        return Expired(Committed([], [], 0, 0), None)
    book = Book(max(clock, last_at), assets)
    found = yield Query("due_holds", (book.now, *after, limit))
    refs = Refs()
    refs.holds = {id for id, _ in found}
    yield from add_sides(refs, refs.holds)
    yield from lock(book, refs, {}, policy, {}, wait)
    streams = yield from lock_streams(book, refs, epoch, wait)
    yield from find_causes(book, {}, causes)
    book.expire(due_holds(book, streams), new_id)
    published, batch = yield from _write(book, streams, 0, worker, previous, new_id)
    place = Place(found[-1][1], found[-1][0]) if len(found) == limit else None
    return Expired(Committed([], published, batch, len(book.made)), place)


def find_keys(prepared: Sequence[Prepared]) -> Flow[dict[str, Known]]:
    """Read the entries of all forms of the commands' keys, by digest."""
    if not prepared:
        return {}
    digests = list(dict.fromkeys(digest for p in prepared for digest in p.forms))
    found = yield Query("find_keys", (digests,))
    return {
        digest: Known(form, body, txn, msgspec.json.decode(outcome, type=Outcome) if outcome else None, None)
        for digest, form, body, txn, outcome in found
    }


def verdict_on(p: Prepared, known: dict[str, Known]) -> Known | None:
    """Find the entry of a command's key in any of its forms.

    An entry under an earlier form counts only if an older version wrote it: a newer one means another key by it.
    """
    if not known:
        return None
    for digest in p.forms:
        found = known.get(digest)
        if found is not None and (found.form == Form.BEFORE or (found.form == Form.OWN and digest == p.key)):
            return found
    return None


def decide(command: Command, book: Book, first: bool) -> Done | Refusal | Broken | Retry:
    """Decide a command over the book. An exception in it becomes its verdict, and its changes are undone."""
    book.begin()
    try:
        effect = command.decide(book)
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


def _outcome(effect: Effect, book: Book) -> Outcome | None:
    if len(effect.transactions) == 1 and effect.extra is None:
        return None
    return Outcome(
        transactions=[t.id for t in effect.transactions],
        balances=[balance_view(a) for a in effect.accounts],
        at=book.now,
        extra=effect.extra,
    )


def _replay(p: Prepared, found: Known, assets: dict[str, Asset]) -> Flow[Verdict]:
    if found.body != p.body:
        return refuse("key_reused", key=p.command.key)
    if isinstance(found.verdict, Refusal) or (found.outcome and found.outcome.refusal):
        refusal = found.verdict if isinstance(found.verdict, Refusal) else found.outcome.refusal  # type: ignore[union-attr]
        assert isinstance(refusal, Refusal)
        return msgspec.structs.replace(refusal, replayed=True)
    if found.verdict is not None:
        return Done(p.command, found.verdict.transactions, found.verdict.outcome, replayed=True)
    ids = [found.transaction] if found.transaction else (found.outcome or Outcome()).transactions
    loaded = (yield from load_transactions(ids, assets)) if ids else {}
    return Done(p.command, [loaded[id] for id in ids], found.outcome, replayed=True)


def _key_row(p: Prepared, verdict: Done | Refusal, stood: dict[str, str], now: int) -> tuple[Any, ...]:
    if isinstance(verdict, Refusal):
        return (p.key, p.command.key_form(), p.body, None, _encode(Outcome(refusal=verdict, at=now)).decode())
    outcome = verdict.outcome
    if outcome is None:
        return (p.key, p.command.key_form(), p.body, verdict.transactions[0].id, None)
    for balance in outcome.balances:
        # A no-op's answer has the stream's position too, so that a client knows which events its balances include.
        stream = owner_stream(balance.account)
        if stream in stood:
            outcome.positions[stream] = stood[stream]
    return (p.key, p.command.key_form(), p.body, None, _encode(outcome).decode())


def _number_events(book: Book, streams: dict[str, Stream]) -> Flow[list[Published]]:
    told: dict[str, list[OutboxEvent]] = {}
    for t in book.outbox:
        told.setdefault(t.transaction, []).append(t)
    events: dict[str, list[bytes]] = {}
    for row in book.made:
        pairs = dict(events_of(row))
        for t in told.get(row.id, ()):
            event = pairs.setdefault(t.stream, bare_event(row))
            event.type, event.data = t.event, t.data
            if t.notification is not None:
                event.notification = t.notification
        for name, event in pairs.items():
            stream = streams[name]
            stream.head += 1
            row.positions[name] = f"{stream.epoch}:{stream.head}"
            events.setdefault(name, []).append(_encode(event))
    for name, summary in _summaries(book).items():
        stream = streams[name]
        stream.head += len(summary)
        events.setdefault(name, []).extend(summary)
    if not events:
        return []
    missing = [(n, 0, 0) for n in sorted(events) if streams[n].id is None]
    if missing:
        if (yield Query("open_streams", (missing,))) != len(missing):
            raise Interrupted("Another batch began one of the streams first.")
        for name, id, _, _ in (yield Query("lock_streams", ([n for n, _, _ in missing],))):
            streams[name].id = id
    return [
        Published(n, streams[n].epoch, streams[n].first, streams[n].head, tuple(e))
        for n, e in sorted(events.items())
    ]


def _summaries(book: Book) -> dict[str, list[bytes]]:
    lines: dict[tuple[str, str], list[Line]] = {}
    for line in book.lines:
        lines.setdefault((line.stream, line.event), []).append(line)
    summaries: dict[str, list[bytes]] = {}
    for (stream, type_), told in lines.items():
        # A summary's cause is the last transaction in it.
        event = bare_event(book.transactions[told[-1].transaction])
        event.type, event.reason = type_, ""
        event.data = {
            "items": [line.data for line in told[-LINES_MAX:]],
            "more": max(0, len(told) - LINES_MAX),
        }
        summaries.setdefault(stream, []).append(_encode(event))
    return summaries


def _write(
    book: Book,
    streams: dict[str, Stream],
    commands: int,
    worker: str,
    previous: str,
    new_id: Callable[[], str],
) -> Flow[tuple[list[Published], int]]:
    """Write everything but keys; what it published and the batch's id, or 0 when there was nothing to write."""
    made = sorted(book.made, key=lambda t: t.id)
    postings = [posting_values(t, leg) for t in made for leg in t.legs]
    if postings:
        # Write these first: the database adds them while this process encodes the events.
        yield Query("insert_postings", (postings,))
    published = yield from _number_events(book, streams)
    for account in book.fresh:
        yield Query("drop_account", (account.id,))
    audit = sorted((new_id(), book.now, *entry) for entry in book.audit)
    if not book.made and not audit:
        yield from _write_program_rows(book)
        return published, 0
    if published:
        events = [
            (streams[p.stream].id, p.first + i, book.now, data.decode())
            for p in published
            for i, data in enumerate(p.events or ())
        ]
        yield Query("insert_events", (sorted(events, key=lambda e: e[:2]),))
    transactions = [transaction_values(t) for t in made]
    ranges = _encode([[p.stream, p.epoch, p.first, p.last] for p in published]).decode()
    digest = batch_hash(previous, transactions, postings, audit)
    (batch,) = yield Query("insert_batch", (book.now, worker, commands, ranges, previous, digest))
    yield Query("insert_transactions", ([(*values, batch) for values in transactions],))
    new = {t.id for t in made}
    holds = [h for h in book.holds.values() if h in book.touched or h.id in new]
    if holds:
        yield Query("write_holds", (sorted(hold_values(h) for h in holds),))
    accounts = book.changed(Account)
    if accounts:
        yield Query("update_accounts", (sorted(account_values(a) for a in accounts),))
    yield from _write_program_rows(book)
    if published:
        heads = sorted((streams[p.stream].id, p.last) for p in published)
        yield Query("update_streams", (heads,))
    if audit:
        yield Query("insert_acts", ([(*values, batch) for values in audit],))
    return published, int(batch)


def _write_program_rows(book: Book) -> Flow[None]:
    by_table: dict[Table, list[tuple[Any, ...]]] = {}
    for row in book.changed(ProgramRow):
        by_table.setdefault(row.table, []).append(tuple(row.values or ()))
    for table, rows in sorted(by_table.items()):
        if table.write:
            yield Query(table.write, (sorted(rows),))


def batch_hash(
    previous: str,
    transactions: list[tuple[Any, ...]],
    postings: list[tuple[Any, ...]],
    audit: list[tuple[Any, ...]],
) -> str:
    """SHA-256 (hex) over the batch's rows in the order of their ids, chained to the one before."""
    # Leave out a missing cause, so that the hash is the one of versions that knew no causes.
    hashed = [row if row[-1] is not None else row[:-1] for row in transactions]
    return hashlib.sha256(previous.encode() + _pack((hashed, postings, audit))).hexdigest()
