"""The items of a bulk as an app writes them, and the commands that are made of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from uuid import UUID

import msgspec

from groat.engine.lookup import Id, Time
from groat.ledger.amounts import Amount, amount_text, parse_amount
from groat.ledger.bulks import BULK_POSTINGS_MAX, ITEMS_MAX
from groat.ledger.bulks import Item as ItemCommand
from groat.ledger.commands import Capture, Extend, Hold, Post, Release
from groat.ledger.errors import InvalidInput
from groat.ledger.grants import Terms
from groat.ledger.keys import Key, as_key, derive
from groat.ledger.reversing import Reverse
from groat.ledger.settling import Excess, SettleHold
from groat.ledger.text import KEY_MAX, check_id, parse_time
from groat.store import reading

if TYPE_CHECKING:
    from groat.engine.ledger_words import LedgerWords

Leg = tuple[str, str, Amount, str] | tuple[str, str, Amount, str, Terms]
Metadata = dict[str, Any]


class AtMost(NamedTuple):
    """A posting of at most its amount: what the source has above its floor, and the destination takes."""

    source: str
    destination: str
    amount: Amount
    asset: str


class PostItem(msgspec.Struct, frozen=True):
    """Postings (source, destination, amount, asset). See :meth:`~groat.Groat.post` for the other fields."""

    postings: Iterable[Leg]
    reason: str = ""
    metadata: Metadata | None = None
    at: Time | None = None
    check_past: bool = False
    below_floor: bool = False


class HoldItem(msgspec.Struct, frozen=True):
    """An amount to reserve, until ``expires_at`` or for ``expires_in`` seconds from the commit."""

    source: str
    destination: str
    amount: Amount
    asset: str
    expires_at: Time | None = None
    expires_in: float | None = None
    at_most: bool = False
    reason: str = ""
    metadata: Metadata | None = None


class CaptureItem(msgspec.Struct, frozen=True):
    """Post what a hold reserved. ``hold`` is its id, or the place of the earlier item of the bulk that makes it."""

    hold: Id | int
    amount: Amount | None = None
    final: bool = True
    at_most: bool = False
    reason: str = ""
    metadata: Metadata | None = None


class SettleItem(msgspec.Struct, frozen=True):
    """Post what was used of a hold, and beyond it. See :meth:`~groat.Groat.settle`.

    ``hold`` is its id, or the place of the earlier item that makes it.
    """

    hold: Id | int
    actual: Amount
    excess: Excess = "refuse"
    overdraft: Amount | None = None
    reason: str = ""
    metadata: Metadata | None = None


class ReleaseItem(msgspec.Struct, frozen=True):
    """Give back what is left of a hold. ``hold`` is its id, or the place of the earlier item that makes it."""

    hold: Id | int
    reason: str = ""
    metadata: Metadata | None = None


class ExtendItem(msgspec.Struct, frozen=True):
    """Let a hold end later. ``hold`` is its id, or the place of the earlier item that makes it."""

    hold: Id | int
    expires_at: Time | None = None
    expires_in: float | None = None
    reason: str = ""
    metadata: Metadata | None = None


class ReverseItem(msgspec.Struct, frozen=True):
    """Post a transaction backwards, whole or by ``amounts`` for each posting (None: all that is left, 0: nothing)."""

    transaction: Id
    amounts: Sequence[Amount | None] | None = None
    reason: str = ""
    metadata: Metadata | None = None
    at: Time | None = None
    below_floor: bool = False
    expired: Literal["book", "restore"] = "book"
    short: Literal["refuse", "debt"] = "refuse"


Item = PostItem | HoldItem | CaptureItem | SettleItem | ReleaseItem | ExtendItem | ReverseItem


class ItemMaker:
    """Makes the commands of a bulk's items. ``atomic`` items may name holds of items before them.

    ``reason`` counts for items that have none. :meth:`look` is called first.
    """

    def __init__(
        self,
        words: LedgerWords,
        items: Sequence[Item | Iterable[Leg]],
        *,
        atomic: bool,
        principal: str,
        actor: str = "",
        reason: str = "",
    ) -> None:
        given = items if isinstance(items, Iterable) else ()
        self.items = [item if isinstance(item, Item) else PostItem(item) for item in given]
        self._words = words
        self._atomic = atomic
        self._common = {"principal": principal, "actor": actor}
        self._reason = reason
        self._holds: dict[str, str] = {}
        self._legs: dict[str, list[str]] = {}

    async def look(self) -> None:
        """Read the assets of the holds and transactions that items name. Raises InvalidInput for too many of them."""
        if not self.items:
            raise InvalidInput("no_items")
        if len(self.items) > ITEMS_MAX:
            raise InvalidInput("too_many_items")
        holds = [
            i.hold
            for i in self.items
            if isinstance(i, SettleItem) or (isinstance(i, CaptureItem) and i.amount is not None)
        ]
        reversed_ = _ids([i.transaction for i in self.items if isinstance(i, ReverseItem)])
        if holds:
            self._holds = await self._words.read(reading.hold_assets, _ids(holds))
        if reversed_:
            self._legs = await self._words.read(reading.leg_assets, reversed_, BULK_POSTINGS_MAX + 1)
            if sum(map(len, self._legs.values())) > BULK_POSTINGS_MAX:
                raise InvalidInput("too_many_items")

    async def commands(self, key: str) -> tuple[ItemCommand, ...]:
        """Make the commands of all items, under one key. Raises InvalidInput with the ``index`` of the item."""
        await self.look()
        made = []
        for index in range(len(self.items)):
            try:
                made.append(await self.command(index, key))
            except InvalidInput as error:
                error.fields["index"] = str(index)
                raise
        return tuple(made)

    async def command(self, index: int, key: str) -> ItemCommand:
        """Make the command of an item. Raises InvalidInput."""
        item = self.items[index]
        common: dict[str, Any] = {
            **self._common,
            "key": key,
            "reason": item.reason or self._reason,
            "metadata": item.metadata,
        }
        if isinstance(item, PostItem):
            return Post(
                **common,
                effective_at=moment(item.at),
                check_past=item.check_past,
                below_floor=item.below_floor,
                postings=await self._words.postings(item.postings),
            )
        if isinstance(item, HoldItem):
            return Hold(
                **common,
                source=item.source,
                destination=item.destination,
                amount=await self._words.amount(item.amount, item.asset),
                asset=item.asset,
                expires_at=moment(item.expires_at),
                lasts=microseconds(item.expires_in),
                at_most=item.at_most,
            )
        if isinstance(item, ReverseItem):
            assets = self._legs.get(str(item.transaction).lower(), [])
            return Reverse(
                **common,
                effective_at=moment(item.at),
                below_floor=item.below_floor,
                transaction=str(item.transaction),
                amounts=None if item.amounts is None else await units_of(self._words, item.amounts, assets),
                expired=item.expired,
                short=item.short,
            )
        common |= self._named(item.hold)
        if isinstance(item, ReleaseItem):
            return Release(**common)
        if isinstance(item, ExtendItem):
            return Extend(**common, expires_at=moment(item.expires_at), lasts=microseconds(item.expires_in))
        if isinstance(item, SettleItem):
            return SettleHold(
                **common,
                actual=await self._units(item.hold, item.actual, signed=True) or 0,
                excess=item.excess,
                overdraft=await self._units(item.hold, item.overdraft) or 0,
            )
        amount = await self._units(item.hold, item.amount)
        return Capture(**common, amount=amount, final=item.final, at_most=item.at_most)

    def _named(self, hold: Id | int) -> dict[str, Any]:
        if not isinstance(hold, int):
            return {"hold": str(hold)}
        if not self._atomic:
            raise InvalidInput("invalid_item")
        return {"item": hold}

    async def _units(self, hold: Id | int, amount: Amount | None, *, signed: bool = False) -> int | None:
        """Return the smallest units of an amount in the asset of a hold."""
        if amount is None:
            return None
        if isinstance(hold, int):
            made = self.items[hold] if 0 <= hold < len(self.items) else None
            if not isinstance(made, HoldItem):
                raise InvalidInput("invalid_item")
            return await self._words.amount(amount, made.asset, signed=signed)
        asset = self._holds.get(str(hold).lower())
        # Without a hold there is no asset to parse the amount by, and the verdict is hold_not_found anyway.
        return 1 if asset is None else await self._words.amount(amount, asset, signed=signed)


def keys_of(key: str, count: int) -> Iterator[Key]:
    """Yield the keys of independent items: the key of the whole, and each one's place. Raises InvalidInput."""
    root = as_key(key)
    if len(root) + len(f"/{count - 1}") > KEY_MAX:
        # Older nodes make keys of it that callers could send, too.
        raise InvalidInput("invalid_key", "The key leaves no room for the index of the items.")
    return (derive(root, index) for index in range(count))


async def units_of(
    words: LedgerWords, amounts: Iterable[Amount | None], assets: Sequence[str]
) -> tuple[int | None, ...]:
    """Return the smallest units of amounts to reverse, each by the asset of its posting. Raises InvalidInput."""
    units: list[int | None] = []
    for index, amount in enumerate(amounts):
        if amount is not None:
            amount = amount_text(amount)
        if amount is None or index >= len(assets):
            # A superfluous amount need not be parsed: it is refused as wrong_legs.
            units.append(None)
            continue
        value = parse_amount(amount, await words.asset(assets[index]), signed=True)
        if value < 0:
            raise InvalidInput("amount_not_positive", amount=amount)
        units.append(value)
    return tuple(units)


def each_leg(legs: Any) -> Iterator[Any]:
    """Yield the postings that an app gave; raises InvalidInput ``invalid_posting`` for what has another shape."""
    if not isinstance(legs, Iterable) or isinstance(legs, str | bytes):
        name = type(legs).__name__
        raise InvalidInput(
            "invalid_posting", f"Postings are a list of (source, destination, amount, asset), not {name}."
        )
    for index, leg in enumerate(legs):
        is_grant = isinstance(leg, tuple | list) and len(leg) == 5 and isinstance(leg[4], Terms)
        if not isinstance(leg, tuple | list) or (len(leg) != 4 and not is_grant):
            told = f"{len(leg)} values" if isinstance(leg, tuple | list) else type(leg).__name__
            raise InvalidInput(
                "invalid_posting",
                f"Posting {index} (from 0) is {told}; it must be (source, destination, amount, asset).",
                posting=str(index),
            )
        yield leg


def moment(at: Time | None) -> int | None:
    """Return a time in microseconds since 1970; None stays None. Raises InvalidInput ``invalid_time``."""
    return None if at is None else parse_time(at)


def microseconds(seconds: float | None) -> int | None:
    """Return a duration in microseconds; None stays None."""
    return None if seconds is None else round(seconds * 1_000_000)


def _ids(given: Iterable[Id | int]) -> list[str]:
    """Return those that are ids. A command that names another text says what is wrong with it."""
    found = []
    for id in dict.fromkeys(given):
        if isinstance(id, str | UUID):
            with suppress(InvalidInput):
                found.append(check_id(id))
    return found
