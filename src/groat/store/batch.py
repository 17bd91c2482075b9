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
    HOLD_OPEN,
    Account,
    Book,
    HoldRow,
    Line,
    NotLocked,
    ProgramRow,
    Refs,
    Table,
    Told,
    TransactionRow,
    refuse,
)
from groat.ledger.commands import Command, Effect
from groat.ledger.errors import Refusal, Replaced, StoreError
from groat.ledger.keys import Form
from groat.ledger.views import (
    BalanceView,
    BulkView,
    TransactionView,
    balance_view,
    bare_event,
    events_of,
    transaction_view,
)
from groat.store.assets import learn_assets
from groat.store.beside import find_causes, read_pasts
from groat.store.flow import TURN, Flow, Query
from groat.store.rows import (
    account_values,
    hold_values,
    load_transactions,
    posting_values,
    transaction_values,
)

DUE_HOLDS_MAX = 1_000
# The statements that pass over rows which others hold; only stores with row locks have them.
FREE_ROWS = ("lock_free_holds", "lock_free_accounts")
FREE_STREAMS = "lock_free_streams"
# Stands for the id of a stream whose row another transaction holds.
TAKEN = -1
STAGES_MAX = 4
# How many accounts a process knows the ids of, some 10 MB; beyond it forgets them all, and learns anew.
KNOWN_MAX = 50_000
# How many lines a batch's summary for a stream spells out; who wants the rest reads the list.
LINES_MAX = 100

_encode = msgspec.json.encode
_pack = msgspec.msgpack.encode


class Outcome(msgspec.Struct, omit_defaults=True):
    """What is frozen under a key that did not make exactly one transaction."""

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
        """What a program's command added to its effect."""
        return self.outcome.extra if self.outcome else None

    def view(self) -> TransactionView:
        """The answer on the wire of a command that makes at most one transaction."""
        if self.transactions:
            return transaction_view(self.transactions[0], self.replayed)
        outcome, command = self.outcome or Outcome(), self.command
        return transaction_view_of_nothing(command, outcome, self.replayed)

    def bulk_view(self) -> BulkView:
        """The answer on the wire of a bulk."""
        return BulkView([transaction_view(t, self.replayed) for t in self.transactions], self.replayed)


class Broken(NamedTuple):
    """The verdict of a command whose ``decide()`` raised: it changed nothing, and nothing is frozen under its key."""

    error: Exception


class Taken(NamedTuple):
    """The verdict of a command whose rows another transaction holds: it was not decided, and may be tried again."""


class Again(NamedTuple):
    """The verdict of a command that an earlier one of its batch made need further rows: the next batch decides it."""


Verdict = Done | Refusal | Broken | Taken | Again

AccountIds = dict[tuple[str, str], int]
"""Ids of accounts by (path, asset)."""


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
    """The checked command with its digests."""
    forms, older = command.key_digests()
    return Prepared(command, command.key_digest(), forms, older, command.body_digest())


class Published(NamedTuple):
    """Events of one stream that a batch committed, offsets ``first`` to ``last``; ``events`` None: read them."""

    stream: str
    epoch: str
    first: int
    last: int
    events: tuple[bytes, ...] | None


class Committed(NamedTuple):
    """What a batch did: a verdict for each command in order, and what it published. ``batch`` 0: it wrote no batch."""

    verdicts: list[Verdict]
    published: list[Published]
    batch: int
    expired: int


class Known(NamedTuple):
    """What stands under a key: of an earlier batch (``transaction``, ``outcome``) or of this one (``verdict``)."""

    form: int
    body: str
    transaction: str | None
    outcome: Outcome | None
    verdict: Done | Refusal | None


class Stream:
    """A stream's row; ``id`` None until it is opened."""

    __slots__ = ("epoch", "first", "generation", "head", "id", "name")

    def __init__(self, name: str, epoch: str, id: int | None, generation: int, head: int) -> None:
        self.name = name
        self.id = id
        self.generation = generation
        self.head = head
        self.first = head + 1
        self.epoch = stream_epoch(epoch, generation)


def stream_epoch(epoch: str, generation: int) -> str:
    """A stream's epoch: the database's, and how often this stream began anew within it."""
    return f"{epoch}.{generation}" if generation else epoch


def transaction_view_of_nothing(command: Command, outcome: Outcome, replayed: bool) -> TransactionView:
    """The answer of a command that made no transaction: the present balances and positions."""
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
    """Decide the commands over the locked rows and write what they did. See DESIGN.md §2 and §4.

    ``assets`` and ``known_ids`` are what the process knows, and are added to: neither ever changes in one database.
    ``wait=False`` locks only rows that are free; commands that need others get the verdict :class:`Taken`. ``causes``
    are the statements of programs that tell the causes of what is stored without one. Raises
    StoreError ``interrupted`` when another batch was first with a key, an account or a stream, or Replaced: run it
    again.
    """
    clock, epoch, last_at, previous = yield Query("begin_batch", (worker,))
    now = max(clock, last_at)
    known = yield from find_keys(prepared)
    book = Book(now, assets)
    refs = Refs()
    commands = [p.command for p in prepared if verdict_on(p, known) is None]
    for command in commands:
        command.needs(refs, book)
    # What is missing where nothing is waited for may be taken, or not be there: so there nothing is believed.
    ids = yield from _know_accounts(refs.accounts, known_ids if wait else {})
    due = [id for (id,) in (yield Query("due_holds", (now, DUE_HOLDS_MAX)))]
    if wait:
        yield TURN
    yield from _lock_rows_of(refs, book, [c for c in commands if c.staged])
    yield from _add_sides(refs, refs.holds)
    originals: dict[str, TransactionRow] = {}
    if refs.transactions:
        originals = yield from load_transactions(sorted(refs.transactions), assets)
        for original in originals.values():
            for leg in original.legs:
                refs.accounts.add((leg.source.path, leg.source.asset))
                refs.accounts.add((leg.destination.path, leg.destination.asset))
    if len(due) == DUE_HOLDS_MAX and refs.accounts:
        more = yield Query("due_holds_on", (sorted(refs.accounts), now))
        due += sorted({id for (id,) in more} - set(due))
    yield from _add_sides(refs, set(due) - refs.holds)
    refs.holds.update(due)
    yield from _lock(book, refs, ids, policy, originals, wait)
    if wait and not book.accounts.keys() >= ids.keys():
        known_ids.clear()
        raise Replaced
    streams = yield from _lock_streams(book, refs, epoch, wait)
    yield from find_causes(book, originals, causes)
    yield from read_pasts(book, refs)

    # A hold that another batch resolved meanwhile is let be; one whose rows are taken expires with a later batch.
    free = [
        h for h in (book.holds[id] for id in due if id in book.holds) if h.status == HOLD_OPEN and not h.cause
    ]
    if not wait:
        free = [h for h in free if not {streams[n].id for n in _streams_of(h) if n in streams} & {TAKEN}]
    book.expire(free, new_id)
    expired = len(book.made)
    verdicts: list[Verdict] = []
    stale_keys: list[tuple[str]] = []
    decided: list[tuple[Prepared, Done | Refusal]] = []
    for p in prepared:
        found = verdict_on(p, known)
        if found is not None:
            verdicts.append((yield from _replay(p, found, assets)))
            continue
        if not wait and _is_taken(p.command, book, refs, streams):
            verdicts.append(Taken())
            continue
        # Before the first one nothing changed but what expired, so its rows are those that it asked for.
        verdict = decide(p.command, book, first=not decided and not expired)
        verdicts.append(verdict)
        if not isinstance(verdict, Broken | Again):
            stale_keys.extend([(p.key,)] if p.key in known else [])
            known[p.key] = Known(Form.OWN, p.body, None, None, verdict)
            decided.append((p, verdict))

    made = sorted(book.made, key=lambda t: t.id)
    postings = [posting_values(t, leg) for t in made for leg in t.legs]
    if postings:
        # These come first, for the database adds them while the events are made.
        yield Query("insert_postings", (postings,))
    published = yield from _number_events(book, streams, now)
    # Where each stream stood when a command was decided: what comes later in the batch is not in its answer.
    stood = {name: f"{stream.epoch}:{stream.first - 1}" for name, stream in streams.items()}
    for row in book.made[:expired]:
        stood |= row.positions
    batch = yield from _write(
        book, streams, made, postings, published, len(decided), worker, previous, new_id
    )
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
        # Nothing was written whose COMMIT would show that what is told again is as safe as what is new.
        yield Query("confirm")
    return Committed(verdicts, published, batch, expired)


def find_keys(prepared: Sequence[Prepared]) -> Flow[dict[str, Known]]:
    """What stands under all forms of the commands' keys, by digest."""
    if not prepared:
        return {}
    digests = list(dict.fromkeys(digest for p in prepared for digest in p.forms))
    found = yield Query("find_keys", (digests,))
    return {
        digest: Known(form, body, txn, msgspec.json.decode(outcome, type=Outcome) if outcome else None, None)
        for digest, form, body, txn, outcome in found
    }


def verdict_on(p: Prepared, known: dict[str, Known]) -> Known | None:
    """What stands under a command's key, in whatever form.

    Under an earlier form only what an older version wrote is meant: in the rows of this one, it is another key.
    """
    if not known:
        return None
    for digest in p.forms:
        found = known.get(digest)
        if found is not None and (found.form == Form.BEFORE or (found.form == Form.OWN and digest == p.key)):
            return found
    return None


def _know_accounts(pairs: set[tuple[str, str]], known: AccountIds) -> Flow[AccountIds]:
    """The ids of those that are open; they stay what they are, so this needs no lock."""
    ids = {pair: known[pair] for pair in pairs if pair in known}
    if len(ids) < len(pairs):
        found = yield from _find_accounts(pairs - ids.keys())
        if len(known) + len(found) > KNOWN_MAX:
            known.clear()
        known |= found
        ids |= found
    return ids


def _find_accounts(pairs: set[tuple[str, str]]) -> Flow[AccountIds]:
    ordered = sorted(pairs)
    return {ordered[index]: id for index, id in (yield Query("find_accounts", (ordered,)))}


def _lock_rows_of(refs: Refs, book: Book, staged: list[Command]) -> Flow[None]:
    # Programs' rows are locked first, by rank, table and id. A staged kind may name more once it has seen its rows, so
    # those of a higher rank wait until all have named theirs: then no batch holds such a row and waits for a lower one.
    for _ in range(STAGES_MAX):
        missing = {table: ids - {id for t, id in book.rows if t == table} for table, ids in refs.rows.items()}
        ranks = [table.rank for table, ids in missing.items() if ids]
        if not ranks:
            break
        for table, ids in sorted(missing.items()):
            if ids and table.rank == min(ranks):
                yield from _lock_rows(book, table, ids)
        for command in staged:
            command.needs(refs, book)


def _lock_rows(book: Book, table: Table, ids: set[str]) -> Flow[None]:
    found = {values[0]: values for values in (yield Query(table.lock, (sorted(ids),)))}
    for id in ids:
        book.rows[table, id] = ProgramRow(table, id, found.get(id))


def _add_sides(refs: Refs, holds: set[str]) -> Flow[None]:
    if holds:
        for id, source, destination, asset in (yield Query("find_holds", (sorted(holds),))):
            refs.known_holds.add(id)
            refs.accounts.add((source, asset))
            refs.accounts.add((destination, asset))


def _lock(
    book: Book,
    refs: Refs,
    ids: AccountIds,
    policy: Policy,
    originals: dict[str, TransactionRow],
    wait: bool,
) -> Flow[None]:
    unknown = refs.accounts - ids.keys()
    fresh: list[tuple[str, str]] = []
    if unknown:
        # Those that only a hold or a row names, and those that were not open before it was this batch's turn.
        ids |= yield from _find_accounts(unknown)
        fresh = sorted(unknown - ids.keys())
    if fresh:
        opening = [(path, asset, *policy.limits(path), 0, 0, 0, 0, 0, book.now) for path, asset in fresh]
        if (yield Query("open_accounts", (opening,))) != len(opening):
            raise StoreError("interrupted", "Another batch opened one of the accounts first.")
        ids |= yield from _find_accounts(set(fresh))
    lock_holds, lock_accounts = ("lock_holds", "lock_accounts") if wait else FREE_ROWS
    held = (yield Query(lock_holds, (sorted(refs.holds),))) if refs.holds else []
    by_id: dict[int, Account] = {}
    opened = set(fresh)
    if ids:
        locked = yield Query(lock_accounts, (sorted(ids.values()),))
        yield from learn_assets(book.assets, (row[2] for row in locked))
        for id, path, asset, *rest in locked:
            account = Account(id, path, book.assets[asset], *rest, fresh=(path, asset) in opened)
            by_id[id] = account
            book.add(account)
    for id, source, destination, *rest in held:
        if source in by_id and destination in by_id:
            book.holds[id] = HoldRow(id, by_id[source], by_id[destination], *rest)
    if originals:
        for original in originals.values():
            original.legs = [
                leg._replace(
                    source=by_id.get(leg.source.id, leg.source),
                    destination=by_id.get(leg.destination.id, leg.destination),
                )
                for leg in original.legs
            ]
        for id, leg_number, amount in (yield Query("find_reversed", (sorted(originals),))):
            reversed_ = originals[id].reversed
            reversed_[leg_number] = reversed_.get(leg_number, 0) + amount
        book.transactions.update(originals)


def _streams_of(hold: HoldRow) -> list[str]:
    return [account.stream for account in (hold.source, hold.destination) if account.stream]


def _is_taken(command: Command, book: Book, refs: Refs, streams: dict[str, Stream]) -> bool:
    """Whether a row that the command needs exists, but was not free."""
    own = Refs()
    command.needs(own, book)
    for id in own.holds & refs.known_holds:
        if id not in book.holds:
            return True
    for id in own.transactions & book.transactions.keys():
        for leg in book.transactions[id].legs:
            own.accounts |= {
                (leg.source.path, leg.source.asset),
                (leg.destination.path, leg.destination.asset),
            }
    names = set(own.streams)
    for pair in own.accounts:
        if pair not in book.accounts:
            return True
        names.add(book.accounts[pair].stream or "")
    return any(name in streams and streams[name].id == TAKEN for name in names)


def _lock_streams(book: Book, refs: Refs, epoch: str, wait: bool) -> Flow[dict[str, Stream]]:
    names = {account.stream for account in book.accounts.values() if account.stream} | refs.streams
    if not names:
        return {}
    streams = {
        name: Stream(name, epoch, TAKEN if id is None else id, generation, head)
        for name, id, generation, head in (
            yield Query("lock_streams" if wait else FREE_STREAMS, (sorted(names),))
        )
    }
    for name in names - streams.keys():
        streams[name] = Stream(name, epoch, None, 0, 0)
    return streams


def decide(command: Command, book: Book, first: bool) -> Done | Refusal | Broken | Again:
    """Decide a command over the book; whatever breaks in it is a verdict, and undone."""
    book.begin()
    try:
        effect = command.decide(book)
    except NotLocked as error:
        book.rollback()
        return Broken(error) if first else Again()
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
        # A no-op still tells where the stream stands, so that a client knows what its answer includes.
        stream = owner_stream(balance.account)
        if stream in stood:
            outcome.positions[stream] = stood[stream]
    return (p.key, p.command.key_form(), p.body, None, _encode(outcome).decode())


def _number_events(book: Book, streams: dict[str, Stream], now: int) -> Flow[list[Published]]:
    told: dict[str, list[Told]] = {}
    for t in book.told:
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
            raise StoreError("interrupted", "Another batch began one of the streams first.")
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
        # The cause is the last transaction that it sums up.
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
    made: list[TransactionRow],
    postings: list[tuple[Any, ...]],
    published: list[Published],
    commands: int,
    worker: str,
    previous: str,
    new_id: Callable[[], str],
) -> Flow[int]:
    """Write everything but postings and keys; the batch's id, or 0 when there was nothing to write."""
    for account in book.fresh:
        yield Query("drop_account", (account.id,))
    acts = sorted((new_id(), book.now, *act) for act in book.acts)
    if not book.made and not acts:
        yield from _write_program_rows(book)
        return 0
    if published:
        events = [
            (streams[p.stream].id, p.first + i, book.now, data.decode())
            for p in published
            for i, data in enumerate(p.events or ())
        ]
        yield Query("insert_events", (sorted(events, key=lambda e: e[:2]),))
    transactions = [transaction_values(t) for t in made]
    ranges = _encode([[p.stream, p.epoch, p.first, p.last] for p in published]).decode()
    digest = batch_hash(previous, transactions, postings, acts)
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
    if acts:
        yield Query("insert_acts", ([(*values, batch) for values in acts],))
    return int(batch)


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
    acts: list[tuple[Any, ...]],
) -> str:
    """SHA-256 (hex) over the batch's rows in the order of their ids, chained to the one before."""
    # A transaction without a cause is hashed as it was before there were causes.
    hashed = [row if row[-1] is not None else row[:-1] for row in transactions]
    return hashlib.sha256(previous.encode() + _pack((hashed, postings, acts))).hexdigest()
