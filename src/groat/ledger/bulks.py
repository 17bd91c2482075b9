"""The command that makes many transactions under one key, all or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from groat.ledger.amounts import Asset
from groat.ledger.book import Book, Refs
from groat.ledger.commands import Checks, Command, Effect, Hold, Post, Resolve
from groat.ledger.errors import InvalidInput, Refusal
from groat.ledger.reversing import Reverse
from groat.ledger.rows import TransactionRow

ITEMS_MAX = 10_000
BULK_POSTINGS_MAX = 20_000

Item = Post | Hold | Resolve | Reverse
"""A part of a bulk: each is a command that makes one transaction at most."""


class Bulk(Command, kw_only=True):
    """Many commands under one key, all or none: up to 10,000 items. Each item is a transaction of its own.

    One that captures, settles, releases or extends may name a hold by the place (``item``) of the earlier item that
    makes it.
    """

    kind: ClassVar[str] = "bulk"
    items: tuple[Item, ...]

    def target(self) -> Any:
        """Cover each item and its texts. An item that posts has no kind before it, as when all of them did."""
        return [
            (i.target(), i.reason, i.encoded_metadata, i.effective_at)
            if isinstance(i, Post)
            else (i.kind, i.target(), i.reason, i.encoded_metadata, i.effective_at)
            for i in self.items
        ]

    def ids_needed(self) -> int:
        """Return one for each item."""
        return len(self.items)

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`; the error's ``index`` (str) says which item is meant."""
        Command.check(self, assets)
        if not self.items:
            raise InvalidInput("no_items")
        if len(self.items) > ITEMS_MAX or sum(map(_postings_of, self.items)) > BULK_POSTINGS_MAX:
            raise InvalidInput("too_many_items")
        for index, item in enumerate(self.items):
            # An item is stored under the key of the whole bulk, with the bulk's principal and actor.
            item.principal, item.key, item.actor = self.principal, self.key, self.actor
            item.names = self.names
            try:
                if isinstance(item, Resolve) and item.item is not None:
                    self._check_place(index, item.item)
                item.check(assets)
            except InvalidInput as error:
                error.fields["index"] = str(index)
                raise

    def _check_place(self, index: int, place: int) -> None:
        if not (0 <= place < index and isinstance(self.items[place], Hold)):
            raise InvalidInput(
                "invalid_item", f"Item {place} (from 0) is no earlier item of this bulk that makes a hold."
            )

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the rows of every item."""
        for item in self.items:
            item.needs(refs, book)

    def checks(self, originals: Mapping[str, TransactionRow]) -> Checks:
        """Check the limits of every item."""
        checks = Checks(set(), set())
        for item in self.items:
            floors, ceilings = item.checks(originals)
            checks.floors.update(floors)
            checks.ceilings.update(ceilings)
        return checks

    def limited_holds(self) -> Iterable[str]:
        """See :meth:`~groat.ledger.commands.Command.limited_holds`."""
        return [hold for item in self.items for hold in item.limited_holds()]

    def decide(self, book: Book) -> Effect | Refusal:
        """Decide each item in turn, seeing those before it; the first refusal refuses the bulk and names its index.

        An item that found nothing to do makes no transaction: ``extra`` has the place of each, and its own ``extra``.
        """
        made: list[TransactionRow] = []
        idle: list[tuple[int, Any]] = []
        for index, item in enumerate(self.items):
            item.ids = [self.ids[index]]
            if isinstance(item, Resolve) and item.item is not None:
                item.hold = self.ids[item.item]
            effect = item.decide(book)
            if isinstance(effect, Refusal):
                return Refusal(effect.code, effect.detail, {**effect.fields, "index": str(index)})
            made += effect.transactions
            if not effect.transactions:
                idle.append((index, effect.extra))
        return Effect(made, extra=idle or None)


def _postings_of(item: Item) -> int:
    return len(item.postings) if isinstance(item, Post) else 1
