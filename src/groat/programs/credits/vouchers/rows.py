"""Vouchers as they are stored: their tables, and the translation of rows."""

from __future__ import annotations

from typing import Any

import msgspec

from groat.ledger.book import Book, Table
from groat.ledger.grants import Terms

# A redemption names its code, and a code its campaign, whose lock guards what people did in it.
NAME = Table("voucher_name", lock="lock_voucher_names", write="", rank=1, leads=False)
"""Guards the digest of a shared code that nobody may have yet."""
REDEMPTION = Table(
    "voucher_redemption", lock="lock_voucher_redemptions", write="write_voucher_redemptions", rank=1
)
CODE = Table("voucher_code", lock="lock_voucher_codes", write="write_voucher_codes", rank=2)
BATCH = Table("voucher_batch", lock="", write="write_voucher_batches", rank=3, leads=False)
CAMPAIGN = Table("voucher_campaign", lock="lock_voucher_campaigns", write="write_voucher_campaigns", rank=3)
PERSON = Table(
    "voucher_person", lock="lock_voucher_persons", write="write_voucher_persons", rank=4, leads=False
)
BOUGHT = Table("voucher_bought", lock="count_fulfilled_orders", write="", rank=9, leads=False)
"""Counts the fulfilled orders of a person. Whoever fulfils one holds the lock on the person's box."""

UNUSED, REDEEMED, VOID = "unused", "redeemed", "void"


class _VoucherRow(msgspec.Struct):
    """A row, its fields in the order of its columns."""

    def values(self) -> list[Any]:
        """Return the values that the row's statement takes."""
        return list(msgspec.structs.astuple(self))


class CampaignRow(_VoucherRow):
    """A row of ``voucher_campaign``: amounts in smallest units, times in microseconds, None where nothing is set."""

    id: str
    name: str
    note: str
    code: str | None
    amount: int
    asset: str
    source: str
    terms: str | None
    starts_at: int | None
    ends_at: int | None
    uses_max: int | None
    uses_each: int | None
    budget: int | None
    first_purchase: int
    active: int
    codes: int
    uses: int
    spent: int
    version: int
    created_by: str
    created_at: int
    changed_by: str
    changed_at: int

    def grant(self) -> Terms | None:
        """Return the terms of the grant that the campaign gives, None if it gives plain money."""
        return None if self.terms is None else _decode_terms(self.terms)


class CodeRow(_VoucherRow):
    """A row of ``voucher_code``: the ``person`` redeemed it. A shared code has the number 0, and stays unused."""

    id: str
    campaign: str
    batch: str | None
    number: int
    state: str = UNUSED
    redemption: str | None = None
    person: str | None = None


class RedemptionRow(_VoucherRow):
    """A row of ``voucher_redemption``; ``person`` is a stream, ``reversal`` the transaction that undid it."""

    id: str
    campaign: str
    code: str
    person: str
    number: int
    amount: int
    at: int
    undone_by: str | None = None
    undone_at: int | None = None
    reason: str = ""
    reversal: str | None = None


class PersonRow(_VoucherRow):
    """A row of ``voucher_person``."""

    id: str
    uses: int = 0
    made: int = 0


_decode_terms = msgspec.json.Decoder(Terms).decode


def terms_text(terms: Terms | None) -> str | None:
    """Write terms as they are stored."""
    return None if terms is None else msgspec.json.encode(terms).decode()


def campaign_of(book: Book, id: str) -> CampaignRow | None:
    """Return a locked campaign, None if there is none."""
    values = book.row(CAMPAIGN, id)
    return None if values is None else CampaignRow(*values)


def person_id(campaign: str, person: str) -> str:
    """Make the id of the row that counts a person's redemptions in a campaign."""
    return f"{campaign} {person}"
