"""The catalogue: packages of credits, each with prices that hold from a moment on.

A price whose moment has come is never changed, so that each order can be compared with what its package cost then. A
filed order keeps its own price and credits, whatever becomes of the package.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import msgspec

from groat.ledger.amounts import Asset
from groat.ledger.book import AuditEntry, Book, Refs, Table
from groat.ledger.commands import Checks, Command, Effect
from groat.ledger.errors import InvalidInput, Refusal, Rule, declare_refusals
from groat.ledger.grants import Terms
from groat.ledger.rows import TransactionRow
from groat.ledger.text import check_text
from groat.store.extension import Event
from groat.store.flow import Flow, Query

# The one row of the catalogue is locked before a package. So two who make the same package at once take turns, though a
# row that does not exist cannot be locked.
CATALOGUE = Table(
    "credit_catalogue", lock="credits_lock_catalogue", write="credits_write_catalogue", rank=1, leads=False
)
PACKAGE = Table("credit_package", lock="credits_lock_packages", write="credits_write_packages", rank=2)
WHOLE = "catalogue"

PACKAGES_MAX = 1_000
PRICES_MAX = 100
ROOMS = ("role:admin", "role:support")
UPDATED = "credit_packages_updated"

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)

CATALOGUE_RULES = {
    "package_changed": Rule(
        409, "Somebody changed the package meanwhile: it is at another version (version). Read it again."
    ),
    "price_in_force": Rule(
        422,
        "A price that holds, or held, cannot be changed or left out, and a new one cannot begin in the past."
        " Send it as it is, with another one from a later moment.",
    ),
    "catalogue_full": Rule(422, "The catalogue has as many packages as it may have (max)."),
}
declare_refusals(CATALOGUE_RULES)


class Price(msgspec.Struct, frozen=True):
    """An amount (a decimal string) of an asset, ``currency``, from the moment ``since`` (microseconds) on."""

    amount: str
    currency: str
    since: int


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """A package: so many ``credits`` of ``asset``, which arrive as a grant with these terms, for its prices.

    It is sold from ``active_from`` up to, not including, ``active_to`` (microseconds, None: no end). An order of it
    that is not paid within ``pay_within_s`` seconds ends. ``place`` sorts the catalogue.
    """

    name: str
    description: str = ""
    credits: str
    asset: str = "CREDIT"
    cls: str = "paid"
    lasts_s: int | None = None
    priority: int = 100
    prices: tuple[Price, ...]
    active_from: int | None = None
    active_to: int | None = None
    pay_within_s: int = 604_800
    place: int = 0

    def is_sold(self, now: int) -> bool:
        """Return whether it can be ordered at this moment."""
        begun = self.active_from is None or self.active_from <= now
        return begun and (self.active_to is None or now < self.active_to)

    def prices_at(self, now: int) -> dict[str, Price]:
        """Return the price that holds at this moment, by currency; one without any is left out."""
        held: dict[str, Price] = {}
        for price in self.prices:
            if price.since <= now and (
                price.currency not in held or held[price.currency].since <= price.since
            ):
                held[price.currency] = price
        return held


class StoredPackage(NamedTuple):
    """A package as it is stored, with its id, its version, and who changed it last (a principal), and when."""

    id: str
    version: int
    package: Package
    changed_by: str
    changed_at: int


class PackageLine(msgspec.Struct):
    """A package that ``by`` changed, as staff are told of it."""

    package: str
    name: str
    version: int
    by: str


class PackageNews(msgspec.Struct):
    """The changed packages of one batch, and how many ``more`` of them are left out."""

    items: list[PackageLine]
    more: int


CATALOGUE_NEWS = Event(UPDATED, PackageNews)


class PutPackage(Command, kw_only=True):
    """Make a package, or change it to ``package``. Of its prices those without a moment (-1) hold from now on.

    ``version`` is the one that the caller saw, 0 for none, and None for whichever there is.
    """

    kind: ClassVar[str] = "credit_package"
    staged: ClassVar[bool] = True
    tables: ClassVar[tuple[Table, ...]] = (CATALOGUE, PACKAGE)
    package: str
    wanted: Package
    version: int | None = None

    def target(self) -> Any:
        """Cover the package and all that it shall be; not the version, so that a lost answer can be asked for again."""
        return (self.package, msgspec.to_builtins(self.wanted))

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`. The amounts were read before, for their assets may be new to this process."""
        Command.check(self, assets)
        if not _ID.fullmatch(self.package):
            raise InvalidInput(
                "invalid_id", "A package's id has 1 to 64 characters: a-z, 0-9, and within it . _ -"
            )
        for text in (self.wanted.name, self.wanted.description):
            check_text(text)

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the catalogue and the package, and tell staff."""
        refs.rows.setdefault(CATALOGUE, set()).add(WHOLE)
        refs.rows.setdefault(PACKAGE, set()).add(self.package)
        refs.streams.update(ROOMS)

    def checks(self, originals: Mapping[str, TransactionRow]) -> Checks:
        """Check no limits: nothing moves."""
        return Checks(set(), set())

    def decide(self, book: Book) -> Effect | Refusal:
        """Check it against what stands, and write it."""
        values = book.row(PACKAGE, self.package)
        before = None if values is None else stored(tuple(values))
        known = 0 if before is None else before.version
        if self.version not in (None, known):
            detail = f"The package is at version {known}, not {self.version}. Read it again."
            return Refusal("package_changed", detail, {"version": str(known)})
        head = book.row(CATALOGUE, WHOLE) or [WHOLE, 0]
        if before is None and head[1] >= PACKAGES_MAX:
            return Refusal(
                "catalogue_full", CATALOGUE_RULES["catalogue_full"].meaning, {"max": str(PACKAGES_MAX)}
            )
        prices = _prices(self.wanted.prices, before.package.prices if before else (), book.now)
        if isinstance(prices, Refusal):
            return prices
        wanted = msgspec.structs.replace(self.wanted, prices=prices)
        by = self.actor or self.principal
        after = StoredPackage(self.package, known + 1, wanted, by, book.now)
        extra = msgspec.to_builtins(after)
        if before is not None and before.package == wanted:
            return Effect(extra=msgspec.to_builtins(before))
        book.put(PACKAGE, self.package, [after.id, after.version, _text(wanted), by, book.now])
        if before is None:
            book.put(CATALOGUE, WHOLE, [WHOLE, head[1] + 1])
        made = self.record(book, [])
        texts = ["null" if before is None else _text(before.package), _text(wanted)]
        book.audit.append(
            AuditEntry(self.kind, self.principal, by, self.package, self.reason, self.key, *texts)
        )
        line = msgspec.to_builtins(PackageLine(self.package, wanted.name, after.version, by))
        for room in ROOMS:
            book.sum_up(made.id, room, UPDATED, line)
        return Effect([made], extra=extra)


def check_package(package: Package) -> None:
    """Raise InvalidInput or ValueError for what no package can have, whatever stands in the catalogue."""
    Terms(package.cls, None, None, package.priority, "", package.name).check()
    if not package.prices:
        raise ValueError("A package needs a price.")
    if len(package.prices) > PRICES_MAX:
        raise ValueError(f"A package has at most {PRICES_MAX} prices, those of the past included.")
    begins = [(price.currency, price.since) for price in package.prices]
    if len(set(begins)) < len(begins):
        raise ValueError("Two prices of one currency begin at the same moment.")
    if package.active_to is not None and package.active_to <= (package.active_from or 0):
        raise ValueError("The package ends before it begins.")


def _prices(wanted: tuple[Price, ...], before: tuple[Price, ...], now: int) -> tuple[Price, ...] | Refusal:
    """Return the prices to store, the earliest first, or refuse them where they change what is past."""
    fixed = {price for price in before if price.since <= now}
    dated = tuple(msgspec.structs.replace(p, since=now) if p.since < 0 else p for p in wanted)
    left_out = fixed - set(dated)
    early = [price for price in dated if price.since < now and price not in fixed]
    if left_out or early:
        wrong = next(iter(sorted(early or left_out, key=lambda price: price.since)))
        fields = {"currency": wrong.currency, "amount": wrong.amount}
        return Refusal("price_in_force", CATALOGUE_RULES["price_in_force"].meaning, fields)
    return tuple(sorted(dated, key=lambda price: (price.since, price.currency)))


def stored(values: tuple[Any, ...]) -> StoredPackage:
    """Decode a row of the table."""
    id, version, text, by, at = values
    return StoredPackage(id, version, msgspec.json.decode(text, type=Package), by, at)


def list_packages() -> Flow[list[StoredPackage]]:
    """List all packages, in the order of the catalogue."""
    found = [stored(tuple(values)) for values in (yield Query("credits_list_packages"))]
    return sorted(found, key=lambda each: (each.package.place, each.id))


def _text(package: Package) -> str:
    return msgspec.json.encode(package).decode()
