"""The commands of the ledger. Each is decided as a whole, and carries its key, its principal and its ids.

A command kind says which rows it needs (:meth:`Command.needs`) and decides over them (:meth:`Command.decide`); programs
add kinds of their own in the same way, and all share one queue, one lock order and one kind of idempotency.

``decide()`` checks in the order of :data:`groat.ledger.errors.REFUSALS`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NamedTuple

import msgspec

from groat.ledger.accounts import ADJUSTMENTS, check_path, owner_stream
from groat.ledger.amounts import AMOUNT_MAX, Asset, format_amount
from groat.ledger.book import Book, Move, Pair, Refs, Table, refuse
from groat.ledger.caps import cut
from groat.ledger.causes import other_door
from groat.ledger.errors import InvalidInput, Refusal, printable
from groat.ledger.grants import Terms
from groat.ledger.keys import OWN, Key, as_key
from groat.ledger.rows import (
    HOLD_CAPTURED,
    HOLD_EXPIRED,
    HOLD_OPEN,
    HOLD_RELEASED,
    Account,
    HoldRow,
    Leg,
    TransactionRow,
)
from groat.ledger.text import TIME_MAX, check_id, check_metadata, check_principal, check_text

POSTINGS_MAX = 1_000

_pack = msgspec.msgpack.Encoder(order="deterministic").encode


class Posting(msgspec.Struct, frozen=True, array_like=True):
    """``amount`` smallest units (int, above zero) of ``asset`` from account ``source`` to account ``destination``."""

    source: str
    destination: str
    amount: int
    asset: str


class CappedPosting(Posting, frozen=True, array_like=True):
    """A posting of at most its amount: what the source has above its floor, and the destination takes."""

    at_most: bool = True


class GrantPosting(Posting, frozen=True, array_like=True):
    """A posting whose amount arrives as a grant with these terms."""

    grant: Terms


class Effect(msgspec.Struct):
    """The effect of an accepted command: its transactions, or the balances a no-op found; ``extra`` is a program's."""

    transactions: list[TransactionRow] = []
    accounts: list[Account] = []
    extra: Any = None


class Checks(NamedTuple):
    """The limits on which a verdict depends: ``floors`` of accounts to debit, ``ceilings`` of accounts to credit."""

    floors: set[Pair]
    ceilings: set[Pair]


class Command(msgspec.Struct, kw_only=True):
    """Base of all command kinds.

    ``principal`` is the caller (``user:42``, ``service:shop``); ``key`` is its idempotency key; ``actor`` is the person
    on whose behalf it calls (the principal itself by default); ``effective_at`` is in microseconds, None for the moment
    of commit. ``ids`` are made before the command is queued, one for each transaction it may make; ``encoded_metadata``
    is the canonical JSON that ``check()`` leaves behind. ``names`` has all forms of the key; ``key`` is its text.
    """

    kind: ClassVar[str]
    staged: ClassVar[bool] = False
    tables: ClassVar[tuple[Table, ...]] = ()

    principal: str
    key: str
    actor: str = ""
    reason: str = ""
    metadata: dict[str, Any] | None = None
    effective_at: int | None = None
    ids: list[str] = []
    encoded_metadata: str | None = None
    names: Key | None = None

    def __post_init__(self) -> None:
        """Keep the forms of a derived key apart from its text."""
        if isinstance(self.key, Key):
            self.names, self.key = self.key, str(self.key)

    @property
    def capped(self) -> bool:
        """Return whether its amount is meant as "at most", so that its answer says what moved."""
        return False

    def target(self) -> Any:
        """Return the subject of the command as plain values; the digest covers it with the kind and the texts."""
        raise NotImplementedError

    def ids_needed(self) -> int:
        """Return the number of ids that this command needs: one for each transaction that it may make."""
        return 1

    def weight(self) -> int:
        """Return as how many transactions it counts where these are limited, in the queue and in a batch."""
        # A program's command may make no transaction, but it takes a place in the batch.
        return max(1, self.ids_needed())

    def check(self, assets: dict[str, Asset]) -> None:
        """Check the form before the command is queued; raises InvalidInput, and nothing is frozen under the key."""
        if self.names is None or self.names != self.key:
            self.names = as_key(self.key)
            self.key = str(self.names)
        check_principal(self.principal)
        if self.actor:
            check_principal(self.actor)
        if self.reason != "":
            check_text(self.reason)
        if self.metadata:
            self.encoded_metadata = check_metadata(self.metadata)
        at = self.effective_at
        if at is not None and not 0 <= at <= AMOUNT_MAX:
            raise InvalidInput("invalid_time")

    def needs(self, refs: Refs, book: Book) -> None:
        """Name the rows to lock. A ``staged`` kind is asked again after each reading until it names nothing new."""

    def checks(self, originals: Mapping[str, TransactionRow]) -> Checks | None:
        """Return the limits on which the verdict depends: what is due there is done first. None: those of all it needs.

        ``originals`` are the stored transactions that the batch needs, by id.
        """
        return None

    def limited_holds(self) -> Iterable[str]:
        """Return the ids of holds by the limits of whose accounts it is decided, beside those of :meth:`checks`."""
        return ()

    def decide(self, book: Book) -> Effect | Refusal:
        """Decide over the locked rows; every change is undone when it refuses or raises."""
        raise NotImplementedError

    def key_digest(self) -> str:
        """Return 32 hex digits that stand for (principal, key)."""
        return digest_of(self.principal, self.key)

    def key_digests(self) -> tuple[tuple[str, ...], str]:
        """Return the digests of all forms of the key, the caller's first, and of the form that older nodes look up.

        The latter is "" where they look up the key itself.
        """
        names = self.names
        if names is None:
            return (digest_of(self.principal, self.key),), ""
        if names.older:
            forms = dict.fromkeys((names.older, self.key, *names.earlier))
            return tuple(digest_of(self.principal, form) for form in forms), digest_of(
                self.principal, names.older
            )
        return tuple([digest_of(self.principal, form) for form in (self.key, *names.earlier)]), ""

    def key_form(self) -> int:
        """Return the :class:`~groat.ledger.keys.Form` in which its key is stored."""
        return OWN

    def body_digest(self) -> str:
        """Return 32 hex digits that stand for the operation, its target and its normalised body; no ids, no times."""
        body = (self.kind, self.target(), self.actor, self.reason, self.encoded_metadata, self.effective_at)
        return hashlib.blake2b(_pack(body), digest_size=16).hexdigest()

    def record(
        self,
        book: Book,
        legs: list[Leg],
        *,
        number: int = 0,
        reverses: str | None = None,
        hold: HoldRow | None = None,
        kind: str | None = None,
        reason: str | None = None,
        metadata: str | None = None,
        cause: str | None = None,
        key: str | None = None,
    ) -> TransactionRow:
        """Add a transaction of this command to the book; what is not given is the command's own.

        One without legs moves nothing, but is the cause of events. Raises ValueError when two legs have one number.
        """
        if len(legs) > 1 and len({leg.number for leg in legs}) < len(legs):
            raise ValueError("two legs of a transaction have the same number")
        effective_at = self.effective_at
        transaction = TransactionRow(
            self.ids[number],
            kind or self.kind,
            self.principal,
            self.key if key is None else key,
            self.actor or self.principal,
            self.reason if reason is None else reason,
            metadata or self.encoded_metadata,
            book.now if effective_at is None else effective_at,
            book.now,
            legs,
            reverses,
            hold,
            cause,
        )
        book.make(transaction)
        return transaction

    def too_early(self, book: Book) -> Refusal | None:
        """Refuse an effective date after the batch's moment."""
        if self.effective_at is not None and self.effective_at > book.now:
            return refuse("future_effective_date")
        return None


def digest_of(principal: str, key: str) -> str:
    """Return 32 hex digits that stand for (principal, key)."""
    return hashlib.blake2b(f"{principal}\n{key}".encode(), digest_size=16).hexdigest()


def check_known(code: str, assets: dict[str, Asset]) -> None:
    """Raise InvalidInput ``unknown_asset`` unless there is such an asset."""
    if code not in assets:
        raise InvalidInput("unknown_asset", asset=printable(code, 32))


def _check_amount(amount: int) -> None:
    if amount <= 0:
        raise InvalidInput("amount_not_positive")
    if amount > AMOUNT_MAX:
        raise InvalidInput("amount_overflow")


def _check_pair(source: str, destination: str) -> None:
    check_path(source)
    check_path(destination)
    if source == destination:
        raise InvalidInput("same_account", account=source)


def check_move(source: str, destination: str, amount: int, asset: str, assets: dict[str, Asset]) -> None:
    """Raise InvalidInput unless ``amount`` smallest units may go from one account to another at all."""
    _check_pair(source, destination)
    check_known(asset, assets)
    _check_amount(amount)


def check_end(expires_at: int | None, lasts: int | None) -> None:
    """Raise InvalidInput ``invalid_time`` unless a hold may end then, or so many microseconds after its commit."""
    if not 0 <= (expires_at or 0) <= TIME_MAX or not 0 <= (lasts or 0) <= TIME_MAX // 2:
        raise InvalidInput("invalid_time")


def end_of(expires_at: int | None, lasts: int | None, now: int) -> int | None:
    """Return when a hold ends that lasts until ``expires_at``, or ``lasts`` microseconds from now; None for never."""
    return expires_at if lasts is None else now + lasts


def moved_nothing(sources: list[Account]) -> Effect:
    """Return the effect of amounts "at most" that found nothing to move; it has the balances of their sources."""
    accounts = list(dict.fromkeys(sources))
    return Effect(accounts=accounts, extra={"moved": format_amount(0, accounts[0].scale)})


class Post(Command, kw_only=True):
    """Move money: 1 to 1,000 postings, all or none. ``below_floor`` is a right that the caller must hold.

    Floors are checked at present; with ``check_past`` also at each moment from an earlier effective date on.
    """

    kind: ClassVar[str] = "post"
    postings: tuple[Posting, ...]
    below_floor: bool = False
    check_past: bool = False
    any_cap: bool = False

    @property
    def capped(self) -> bool:
        """Return whether a posting is of at most its amount, as :meth:`check` found."""
        return self.any_cap

    def target(self) -> Any:
        """Cover the postings, in order."""
        if self.check_past:
            return (self.postings, self.below_floor, True)
        return (self.postings, self.below_floor) if self.below_floor else self.postings

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`."""
        Command.check(self, assets)
        if not self.postings:
            raise InvalidInput("no_postings")
        if len(self.postings) > POSTINGS_MAX:
            raise InvalidInput("too_many_postings")
        for posting in self.postings:
            check_move(posting.source, posting.destination, posting.amount, posting.asset, assets)
            if type(posting) is CappedPosting:
                self.any_cap = True
            if isinstance(posting, GrantPosting):
                posting.grant.check()
                if owner_stream(posting.source) and owner_stream(posting.destination):
                    raise InvalidInput("invalid_grant", "A grant comes from an account that is no person's.")

    def needs(self, refs: Refs, book: Book) -> None:
        """Need both accounts of each posting."""
        for posting in self.postings:
            refs.accounts.add((posting.source, posting.asset))
            refs.accounts.add((posting.destination, posting.asset))
            if self.check_past and self.effective_at is not None:
                pair = (posting.source, posting.asset)
                refs.pasts[pair] = min(refs.pasts.get(pair, self.effective_at), self.effective_at)

    def checks(self, originals: Mapping[str, TransactionRow]) -> Checks:
        """Check the floor of each source and the ceiling of each destination."""
        return Checks(
            {(p.source, p.asset) for p in self.postings}, {(p.destination, p.asset) for p in self.postings}
        )

    def decide(self, book: Book) -> Effect | Refusal:
        """Post all legs under the limits."""
        if self.effective_at is not None and self.effective_at > book.now:
            return refuse("future_effective_date")
        accounts = book.accounts
        moves = [
            Move(i, accounts[p.source, p.asset], accounts[p.destination, p.asset], p.amount, 0)
            if type(p) is Posting
            else _granting(i, accounts, p)
            for i, p in enumerate(self.postings)
        ]
        if self.any_cap:
            capped = [i for i, p in enumerate(self.postings) if isinstance(p, CappedPosting)]
            nothing = moved_nothing([moves[i].source for i in capped])
            moves = cut(book, moves, capped, self.below_floor)
            if not moves:
                return nothing
        legs = book.move(moves, below_floor=self.below_floor)
        if isinstance(legs, Refusal):
            return legs
        if self.check_past and self.effective_at is not None and not self.below_floor:
            for account in {leg.source: None for leg in legs}:
                taken = sum(
                    leg.amount * ((leg.source is account) - (leg.destination is account)) for leg in legs
                )
                refusal = book.past_refusal(account, self.effective_at) if taken > 0 else None
                if refusal:
                    return refusal
        return Effect([self.record(book, legs)])


def _granting(number: int, accounts: dict[Pair, Account], posting: Posting) -> Move:
    terms = posting.grant if isinstance(posting, GrantPosting) else None
    source, destination = (accounts[path, posting.asset] for path in (posting.source, posting.destination))
    return Move(number, source, destination, posting.amount, 0, grant=terms)


class Hold(Command, kw_only=True):
    """Reserve an amount of the source for the destination; its id is the id of the transaction that makes it.

    It ends at ``expires_at``, or ``lasts`` microseconds after its commit, or (both None) only when it is resolved. With
    ``at_most`` it reserves what there is, and nothing at all is no refusal.
    """

    kind: ClassVar[str] = "hold"
    source: str
    destination: str
    amount: int
    asset: str
    expires_at: int | None = None
    lasts: int | None = None
    at_most: bool = False

    @property
    def capped(self) -> bool:
        """Return whether it reserves at most its amount."""
        return self.at_most

    def target(self) -> Any:
        """Cover the posting that is reserved and when it ends."""
        # The digest keeps a duration as a duration: the moment it leads to differs at each repetition.
        ends = self.expires_at if self.lasts is None else ("for", self.lasts)
        target = (self.source, self.destination, self.amount, self.asset, ends)
        return (*target, True) if self.at_most else target

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`."""
        Command.check(self, assets)
        check_move(self.source, self.destination, self.amount, self.asset, assets)
        check_end(self.expires_at, self.lasts)

    def needs(self, refs: Refs, book: Book) -> None:
        """Need both accounts."""
        refs.accounts.add((self.source, self.asset))
        refs.accounts.add((self.destination, self.asset))

    def checks(self, originals: Mapping[str, TransactionRow]) -> Checks:
        """Check the floor of the source and the ceiling of the destination."""
        return Checks({(self.source, self.asset)}, {(self.destination, self.asset)})

    def decide(self, book: Book) -> Effect | Refusal:
        """Reserve under the limits."""
        early = self.too_early(book)
        if early:
            return early
        expires_at = end_of(self.expires_at, self.lasts, book.now)
        if expires_at is not None and expires_at <= book.now:
            return refuse("expires_in_past")
        source, destination = (
            book.accounts[self.source, self.asset],
            book.accounts[self.destination, self.asset],
        )
        id = self.ids[0]
        moves = [Move(0, source, destination, 0, self.amount)]
        if self.at_most:
            moves = cut(book, moves, [0])
            if not moves:
                return moved_nothing([source])
        hold = HoldRow(id, source, destination, moves[0].pending, 0, 0, expires_at, HOLD_OPEN, book.now)
        legs = book.move([moves[0]._replace(hold=hold)])
        if isinstance(legs, Refusal):
            return legs
        book.holds[id] = hold
        return Effect([self.record(book, legs, hold=hold)])


class Resolve(Command, kw_only=True):
    """Base of capture, release, extension and settlement, which find one hold and take from it whatever the limits.

    Within a bulk, ``item`` is the place of the item that makes the hold, in place of its id.
    """

    hold: str = ""
    item: int | None = None

    @property
    def named(self) -> Any:
        """Return the hold as the caller names it."""
        return self.hold if self.item is None else ("item", self.item)

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`."""
        Command.check(self, assets)
        if self.item is None:
            self.hold = check_id(self.hold)

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the hold; the store adds the accounts it names."""
        if self.item is None:
            refs.holds.add(self.hold)

    def checks(self, originals: Mapping[str, TransactionRow]) -> Checks:
        """Check no limits: they were checked when the hold was made."""
        return Checks(set(), set())

    def found_hold(self, book: Book) -> HoldRow | Refusal:
        """Return the hold, or refuse if there is none or a request made it."""
        hold = book.holds.get(self.hold)
        if hold is None:
            return refuse("hold_not_found", hold=self.hold)
        if hold.cause is not None:
            return other_door(hold.cause, "holds", hold=self.hold)
        return hold

    def open_hold(self, book: Book) -> HoldRow | Refusal:
        """Return the hold, or refuse if nothing is left of it or a request made it."""
        hold = self.found_hold(book)
        if isinstance(hold, Refusal):
            return hold
        if hold.status == HOLD_EXPIRED:
            return refuse("hold_expired", hold=self.hold)
        if hold.status != HOLD_OPEN:
            return refuse("hold_resolved", hold=self.hold, state=hold.status)
        return hold


class Capture(Resolve, kw_only=True):
    """Post what a hold reserved: all that is left (``amount`` None) or a part; ``final`` releases the rest.

    With ``at_most`` it posts no more than is left.
    """

    kind: ClassVar[str] = "capture"
    amount: int | None = None
    final: bool = True
    at_most: bool = False

    @property
    def capped(self) -> bool:
        """Return whether it posts at most its amount."""
        return self.at_most

    def target(self) -> Any:
        """Cover the hold, how much of it, and whether the rest is released."""
        target = (self.named, self.amount, self.final)
        return (*target, True) if self.at_most else target

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`."""
        Resolve.check(self, assets)
        if self.amount is not None:
            _check_amount(self.amount)

    def decide(self, book: Book) -> Effect | Refusal:
        """Turn pending into posted."""
        hold = self.open_hold(book)
        if isinstance(hold, Refusal):
            return hold
        amount = hold.remaining if self.amount is None else self.amount
        if self.at_most:
            amount = min(amount, hold.remaining)
        if amount > hold.remaining:
            remaining = format_amount(hold.remaining, hold.source.scale)
            return refuse("exceeds_hold", hold=hold.id, remaining=remaining)
        early = self.too_early(book)
        if early:
            return early
        freed = hold.remaining if self.final else amount
        legs = book.move([book.resolve(hold, amount, freed, HOLD_CAPTURED)], limits=False, act="resolve")
        if isinstance(legs, Refusal):
            return legs
        return Effect([self.record(book, legs, hold=hold)])


class Release(Resolve, kw_only=True):
    """Give back what is left of a hold."""

    kind: ClassVar[str] = "release"

    def target(self) -> Any:
        """Cover the hold."""
        return self.named

    def decide(self, book: Book) -> Effect | Refusal:
        """Take the rest out of pending."""
        hold = self.open_hold(book)
        if isinstance(hold, Refusal):
            return hold
        early = self.too_early(book)
        if early:
            return early
        legs = book.move([book.resolve(hold, 0, hold.remaining, HOLD_RELEASED)], limits=False, act="resolve")
        if isinstance(legs, Refusal):
            return legs
        return Effect([self.record(book, legs, hold=hold)])


class Extend(Resolve, kw_only=True):
    """Let a hold that is open end later: at ``expires_at``, or ``lasts`` microseconds after the commit.

    A hold that lasts as long already, or has no end, stays as it is: so repeated signs of life need no order.
    """

    kind: ClassVar[str] = "extend"
    expires_at: int | None = None
    lasts: int | None = None

    def target(self) -> Any:
        """Cover the hold and when it is to end."""
        return (self.named, self.expires_at if self.lasts is None else ("for", self.lasts))

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`."""
        Resolve.check(self, assets)
        if (self.expires_at is None) == (self.lasts is None):
            raise InvalidInput(
                "invalid_time", "Give the moment at which the hold is to end, or how long it is to last."
            )
        check_end(self.expires_at, self.lasts)

    def decide(self, book: Book) -> Effect | Refusal:
        """Move its end, and tell so by a posting of nothing."""
        hold = self.open_hold(book)
        if isinstance(hold, Refusal):
            return hold
        early = self.too_early(book)
        if early:
            return early
        ends = end_of(self.expires_at, self.lasts, book.now)
        if ends is None or ends <= book.now:
            return refuse("expires_in_past")
        if hold.expires_at is None or ends <= hold.expires_at:
            return Effect(accounts=[hold.source])
        legs = book.move([book.extend(hold, ends)], limits=False, act="extend")
        if isinstance(legs, Refusal):
            return legs
        return Effect([self.record(book, legs, hold=hold)])


class SetBalance(Command, kw_only=True):
    """Bring an account's balance to exactly ``balance`` (smallest units) against ``house:adjustments``."""

    kind: ClassVar[str] = "set_balance"
    account: str
    asset: str
    balance: int
    below_floor: bool = False

    def target(self) -> Any:
        """Cover the account and the wanted balance."""
        return (self.account, self.asset, self.balance, self.below_floor)

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`."""
        Command.check(self, assets)
        _check_pair(self.account, ADJUSTMENTS)
        check_known(self.asset, assets)
        if abs(self.balance) > AMOUNT_MAX:
            raise InvalidInput("amount_overflow")

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the account and the adjustments."""
        refs.accounts.add((self.account, self.asset))
        refs.accounts.add((ADJUSTMENTS, self.asset))

    def decide(self, book: Book) -> Effect | Refusal:
        """Post the difference under the lock. If there is none, post nothing and answer with the present version."""
        early = self.too_early(book)
        if early:
            return early
        account, house = book.accounts[self.account, self.asset], book.accounts[ADJUSTMENTS, self.asset]
        delta = self.balance - account.balance
        if delta == 0:
            return Effect(accounts=[account])
        if abs(delta) > AMOUNT_MAX:
            return refuse("balance_overflow", account=account.path, asset=account.asset)
        move = Move(0, house, account, delta, 0) if delta > 0 else Move(0, account, house, -delta, 0)
        legs = book.move([move], below_floor=self.below_floor)
        if isinstance(legs, Refusal):
            return legs
        return Effect([self.record(book, legs)])
